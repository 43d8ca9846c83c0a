"""The 164 promises of the published policy: each is carried by a clause and an entry, and says how it is shown."""

from __future__ import annotations

import pytest

from tests.policy.examples import edited
from tests.support.repository import ROOT
from tillit.model.errors import Faults
from tillit.model.promise import Promise, Shown
from tillit.policy import parse_policy
from tillit.policy.elements import element, paths
from tillit.policy.promises import parse_promises

EXAMPLE = ROOT / "examples" / "qualisys"
TEXT = (EXAMPLE / "promises.yaml").read_text(encoding="utf-8")
POLICY = parse_policy("policy.yaml", (EXAMPLE / "policy.yaml").read_text(encoding="utf-8"))
# The numbers of the published text: section (T: a type of information) -> how many promises.
NUMBERS = {
    "P0": 5, "P1": 4, "P2": 2, "P3": 4, "P3.T1": 4, "P3.T2": 1, "P3.T3": 1, "P3.T4": 2, "P3.T5": 3, "P3.T6": 3,
    "P3.T7": 1, "P3.T8": 1, "P3.1": 7, "P3.2": 6, "P3.3": 8, "P3.4": 7, "P3.5": 11, "P3.6": 7, "P3.7": 9, "P3.8": 5,
    "P3.9": 5, "P4": 3, "P5": 12, "P6": 12, "P7": 1, "P8": 5, "P9": 24, "P10": 7, "P11": 4,
}  # fmt: skip


def parsed(text: str = TEXT) -> tuple[Promise, ...]:
    return parse_promises("promises.yaml", text, POLICY)[0]


PROMISES = parsed()


def test_all_164_are_there():
    assert {p.id for p in PROMISES} == {f"{section}-{n + 1}" for section, many in NUMBERS.items() for n in range(many)}
    assert len(PROMISES) == 164


def test_each_is_carried_by_a_clause_and_each_clause_carries_some():
    assert {p.clause for p in PROMISES} == set(POLICY.clauses)
    assert [p.id for p in PROMISES if element(POLICY, p.by) is None] == []


def test_each_is_checked_attested_or_honestly_unproven():
    counts = {shown: sum(p.shown is shown for p in PROMISES) for shown in Shown}
    assert counts == {Shown.CHECKED: 121, Shown.ATTESTED: 17, Shown.UNPROVEN: 26}
    assert [p.id for p in PROMISES if p.shown is Shown.UNPROVEN and len(p.reason) < 20] == []
    assert [p.id for p in PROMISES if p.shown is Shown.ATTESTED and not (p.who and p.every)] == []


def test_each_kind_of_check_is_named_and_used():
    checks = parse_promises("promises.yaml", TEXT, POLICY)[1]
    used = {p.check for p in PROMISES if p.shown is Shown.CHECKED}
    assert used == set(checks)
    assert len(checks) == 17


def test_the_words_are_short_and_differ():
    assert max(len(p.says) for p in PROMISES) < 110
    assert len({p.says for p in PROMISES}) > 145


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("by: never.sale", "by: never.sail", "unknown entry of the policy 'never.sail'"),
        ('P0-1: {clause: "0"', 'P0-1: {clause: "99"', "unknown clause '99'"),
        ('P0-1: {clause: "0"', 'P0-1: {clause: "1"', "'never.sale' is of clause 0"),
        ("attested: finance, every", "every", "is shown in 0 ways"),
        ("attested: finance, every", "attested: finance, unproven: x, every", "is shown in 2 ways"),
        ("attested: finance, every: 12 months", "attested: finance", "`every:` belongs to"),
        ("by: rights, checked: requests_in_time", "by: rights, checked: requests", "unknown kind of check"),
    ],
)
def test_a_slip_is_told(old: str, new: str, what: str):
    with pytest.raises(Faults) as told:
        parsed(edited(TEXT, [[old, new]]))
    assert what in told.value.faults[0].what


def test_every_path_leads_to_its_entry():
    found = paths(POLICY)
    assert len(found) > 150
    assert [path for path in found if element(POLICY, path) is None] == []
    assert [
        path for path in ("x", "rights.x", "marketing.x.y", "digest.x", "controller.x") if element(POLICY, path)
    ] == []
