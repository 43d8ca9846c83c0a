"""What changed between two policies, as plain facts."""

from __future__ import annotations

import pytest

from tests.policy.examples import changed_policy, parsed
from tillit.policy import ChangeKind, diff

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
