"""The rules at their edges: what must be found besides the examples, what must not, and half-written files."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from tests.rules.support import found
from tests.support.repository import ROOT
from tillit.policy.gather import Gather
from tillit.policy.purposes import read_policy
from tillit.policy.rules import lint
from tillit.policy.source import Mapping, Node, Scalar, Sequence, read

TRANSFER = """\
recipients: {{host: {{country: {0}, transfers: x}}}}
transfers: {{x: {{to: {0}, recipients: host, mechanism: {1}}}}}
"""


def rules(part: str, today: date = date(2026, 11, 1)) -> set[str]:
    return {f.rule for f in found(part, today)}


@pytest.mark.parametrize(
    ("country", "mechanism", "fits"),
    [
        ("US", "data_privacy_framework", True),
        ("JP", "data_privacy_framework", False),
        ("JP", "adequacy_decision", True),
        ("IN", "adequacy_decision", False),
        ("IN", "[standard_contractual_clauses]", True),
        ("GB", "adequacy_decision", True),
        ("NO", "adequacy_decision", False),
    ],
)
def test_mechanisms_fit_countries(country: str, mechanism: str, fits: bool):
    assert ("transfer-safeguard" in rules(TRANSFER.format(country, mechanism))) is not fits


def test_a_decision_ends_with_its_last_day():
    part = TRANSFER.format("GB", "adequacy_decision")
    assert "transfer-safeguard" not in rules(part, date(2031, 12, 27))
    assert "transfer-safeguard" in rules(part, date(2031, 12, 28))


@pytest.mark.parametrize(
    ("other", "conflict"),
    [
        ("{for: 3 weeks, after: logged, tolerance: 2 days}", False),
        ("{for: 21 days, after: logged, tolerance: 2 days}", True),  # the same length, said in two ways: say it in one
        ("{for: 1 year, after: logged, tolerance: 2 days}", True),
        ("{for: 1 year, after: end of the calendar year, tolerance: 2 days}", False),
        ("until request", False),
        ("[{for: 3 weeks, after: logged}, {for: 4 weeks, after: logged}]", True),
    ],
)
def test_a_conflict_is_of_one_datum_from_one_start(other: str, conflict: bool):
    part = f"purposes: {{website: {{keep: {other}}}}}"
    assert ("retention-conflict" in rules(part)) is conflict


@pytest.mark.parametrize(
    ("people", "found_"),
    [
        ("people: {guest: {title: Guests, means: those who come}}", True),
        (
            "people: {guest: {title: Guests, means: those who come}}\npurposes: {orders: {people: customer}}",
            False,
        ),
        ("people: {customer: {party_to_contract: unknown}}", True),
    ],
)
def test_a_contract_needs_parties(people: str, found_: bool):
    assert ("basis-contract-party" in rules(people)) is found_


@pytest.mark.parametrize(
    ("keep", "endless"),
    [
        ("until goodbye", False),
        ("until request", True),
        ("until goodbye or request", False),
        ("{for: 1 year, after: logged, until: request}", False),
        ("unknown", False),  # that is another rule's
    ],
)
def test_open_ended(keep: str, endless: bool):
    assert ("retention-open-ended" in rules(f"purposes: {{orders: {{keep: {keep}}}}}")) is endless


def test_a_goodbye_needs_a_longest_silence():
    assert "retention-open-ended" in rules("people: {customer: {inactive_after: unknown}}")


@pytest.mark.parametrize(
    ("keep", "wrong"),
    [
        ("{for: 7 years, after: end of the calendar year}", False),
        ("{for: 8 years, after: end of the calendar year}", True),
        ("{for: 6 years, after: end of the calendar year}", True),
        ("{for: 7 years, after: end of the calendar month}", True),
    ],
)
def test_what_a_law_demands_is_neither_shortened_nor_stretched(keep: str, wrong: bool):
    assert ("obligation-period" in rules(f"purposes: {{accounting: {{keep: {keep}}}}}")) is wrong


def test_a_special_category_of_the_type_counts_for_its_parts():
    part = "information: {contact: {special_category: health}}"
    assert "special-category" in rules(part)


def test_a_longer_answer_than_the_law_allows():
    assert "rights-terms" not in rules("rights: {answer_within: 30 days}")
    assert "rights-terms" not in rules("rights: {answer_within: 2 weeks, extend_by: 1 month}")
    assert "rights-terms" in rules("rights: {answer_within: 6 weeks}")
    assert "rights-terms" in rules("rights: {extend_by: 3 months}")


def test_a_file_with_nothing_but_its_purposes_can_be_linted():
    gather = Gather()
    text = "tillit: 1\ncontroller: {name: A, country: unknown, timezone: UTC}\npurposes: {}\n"
    policy = read_policy(gather, "policy.yaml", read(gather, "policy.yaml", text)).policy
    assert gather.faults == []
    assert len(lint(policy, date(2026, 11, 1))) > 8


def places(node: Node, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    match node:
        case Mapping(pairs=pairs):
            return [p for n, (_, value) in enumerate(pairs) for p in [(*path, n), *places(value, (*path, n))]]
        case Sequence(items=items):
            return [p for n, item in enumerate(items) for p in [(*path, n), *places(item, (*path, n))]]
        case _:
            return []


def changed(node: Node, path: tuple[int, ...], new: Node | None) -> Node:
    """With `new` at `path`, or nothing there."""
    head, *rest = path
    match node:
        case Mapping(at=at, pairs=pairs):
            inner = changed(pairs[head][1], tuple(rest), new) if rest else new
            put = ((pairs[head][0], inner),) if inner is not None else ()
            return Mapping(at, pairs[:head] + put + pairs[head + 1 :])
        case Sequence(at=at, items=items):
            inner = changed(items[head], tuple(rest), new) if rest else new
            return Sequence(at, items[:head] + ((inner,) if inner is not None else ()) + items[head + 1 :])
        case Scalar():
            raise AssertionError


@pytest.mark.parametrize("file", ["published.yaml", "policy.yaml"])
def test_half_written_policies_are_linted(file: str):
    """Whatever is unknown or missing: there are faults, or findings, and never anything else."""
    gather = Gather()
    whole = read(gather, file, (ROOT / "examples" / "qualisys" / file).read_text(encoding="utf-8"))
    assert whole is not None
    rng = Random(7)
    linted = 0
    for _ in range(120):
        node = whole
        for _ in range(rng.randint(1, 4)):
            path = rng.choice(places(node))
            node = changed(node, path, rng.choice([None, Scalar(whole.at, "unknown", "unknown", "unknown")]))
        gather = Gather()
        policy = read_policy(gather, file, node).policy
        if not gather.faults:
            linted += 1
            assert all(f.what and f.remedy for f in lint(policy, date(2026, 11, 1)))
    assert linted > 40
