"""What changed between two policies, as plain facts."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import islice
from typing import Any

import pytest

from tests.examples.mutants import mutants
from tests.policy.examples import changed_policy, edited, parsed
from tests.support.repository import ROOT
from tillit.model.policy import Policy
from tillit.policy import ChangeKind, diff, parse_policy, policy_digest

BASE, _ = parsed()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("for: 7 years", "for: 8 years", ["purpose accounting: period longer (7 years -> 8 years)"]),
        ("for: 3 weeks", "for: 20 days", ["purpose security: period shorter (3 weeks -> 20 days)"]),
        ("for: 3 weeks", "for: 21 days", ["purpose security: period changed (3 weeks -> 21 days)"]),
        ("for: 3 weeks", "for: unknown", ["purpose security: period longer (3 weeks -> unknown)"]),
        (
            "keep: until request",
            "keep: 1 year",
            [
                "purpose orders: period shorter (no fixed period -> 1 year)",
                "purpose orders: until changed (request -> nothing)",
            ],
        ),
        ("basis: consent", "basis: contract", ["purpose newsletter: basis changed (consent -> contract)"]),
        (
            "data: contact.name",
            "data: [contact.name, contact.email]",
            ["purpose accounting: data widened (contact.name -> contact.email, contact.name)"],
        ),
        (
            "data: [contact, communications]",
            "data: contact",
            ["purpose orders: data narrowed (communications, contact -> contact)"],
        ),
        ("    people: customer\n", "", ["purpose newsletter: people widened (customer -> all)"]),
        (
            "after: delivered",
            "after: end of the calendar year",
            ["purpose warranty: start of the period changed (delivered -> end of the calendar year)"],
        ),
        ("tolerance: 2 days", "tolerance: 3 days", ["purpose security: tolerance changed (2 days -> 3 days)"]),
        ("customer: Customers", "customer: Buyers", ["kind of person customer: title changed (Customers -> Buyers)"]),
        ("country: SE", "country: FI", ["controller: country changed (SE -> FI)"]),
        (
            "overrides_erasure: security",
            "overrides_erasure: legal_claims",
            ["purpose security: overrides erasure changed (security -> legal_claims)"],
        ),
    ],
)
def test_a_change_is_told(old: str, new: str, told: list[str]):
    assert [str(c) for c in diff(BASE, changed_policy((old, new)))] == told


def test_purposes_come_and_go():
    new = changed_policy(("  newsletter:\n", "  letters:\n"))
    changes = diff(BASE, new)
    assert [(c.kind, c.subject) for c in changes if c.subject.startswith("purpose")] == [
        (ChangeKind.ADDED, "purpose letters"),
        (ChangeKind.REMOVED, "purpose newsletter"),
    ]


def test_nothing_changed():
    assert diff(BASE, changed_policy(("for: 7 years", "for: P7Y"))) == ()


SECTIONS = """\
recipients: {host: {title: Hosting, role: processor, country: [SE], purposes: orders, review_every: 12 months}}
rights: {answer_within: 1 month, offered: {access: {offered: true, how: by letter}}}
purposes:
  orders:"""


def with_sections(*edits: tuple[str, str]) -> Policy:
    return changed_policy(("purposes:\n  orders:", edited(SECTIONS, [list(e) for e in edits])))


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (("role: processor", "role: controller"), "recipients host: role changed (processor -> controller)"),
        (("country: [SE]", "country: [SE, US]"), "recipients host: country changed (SE -> SE, US)"),
        (("12 months", "2 years"), "recipients host: review_every changed (12 months -> 2 years)"),
        (("offered: true, how", "offered: false, how"), "rights offered access: offered changed (yes -> no)"),
        (("answer_within: 1 month, ", ""), "rights: answer_within changed (1 month -> nothing)"),
        (("{host: {title: Hosting, ", "{new: {title: Hosting, "), "recipients new added"),
    ],
)
def test_sections_are_compared(edit: tuple[str, str], told: str):
    assert told in [str(change) for change in diff(with_sections(), with_sections(edit))]


def test_each_section_is_compared():
    whole = parse_policy("policy.yaml", (ROOT / "examples" / "qualisys" / "policy.yaml").read_text(encoding="utf-8"))
    assert diff(whole, whole) == ()
    for field in fields(whole):
        if field.name not in ("controller", "digest", "categories", "information", "events", "purposes", "people"):
            value: Any = {} if isinstance(getattr(whole, field.name), dict) else None
            assert diff(whole, replace(whole, **{field.name: value})), field.name


def test_every_change_of_the_example_is_told():
    """What changes the digest changes the words that an approver reads."""
    whole = parse_policy("policy.yaml", (ROOT / "examples" / "qualisys" / "policy.yaml").read_text(encoding="utf-8"))
    digest = policy_digest(whole)
    some = islice((m for m in mutants(whole) if m.kind != "information.title"), 0, None, 3)
    silent = [m.where for m in some if not diff(whole, m.policy) and policy_digest(m.policy) != digest]
    assert silent == []
