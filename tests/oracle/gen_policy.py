"""Draws a policy: purposes of every basis and period, and a controller's time zone."""

from __future__ import annotations

from random import Random

from tests.oracle.draft import Features
from tillit.model.policy import (
    Basis,
    Clause,
    Controller,
    Event,
    Period,
    PersonKind,
    Policy,
    Purpose,
    Retention,
    Rounding,
)

ZONES = ("Europe/Stockholm", "Europe/Stockholm", "UTC", "America/New_York")
PERIODS = (
    Period(months=1),
    Period(months=1),
    Period(months=3),
    Period(months=6),
    Period(years=1),
    Period(years=7),
    Period(weeks=3),
    Period(days=10),
    Period(years=1, months=1),
    Period(months=1, days=1),
    Period(months=1, days=2),
)
BASES = (
    Basis.CONSENT,
    Basis.CONTRACT,
    Basis.CONTRACT,
    Basis.LEGAL_OBLIGATION,
    Basis.LEGITIMATE_INTERESTS,
    Basis.LEGITIMATE_INTERESTS,
    Basis.PUBLIC_TASK,
    Basis.UNKNOWN,
)
NAMES = ("orders", "books", "news", "safety", "support")
CATEGORIES = {"contact": "Contact data", "contact.name": "Name", "technical": "Technical data", "note": "Notes"}


def policy(rng: Random, features: Features) -> Policy:
    """Two to five purposes; at least one of them with a period and one not resting on consent."""
    names = NAMES[: rng.randint(2, 5)]
    purposes = {name: purpose(rng, features, name) for name in names}
    purposes[names[0]] = purpose(rng, features, names[0], period=True, consent=False)
    people = {k: PersonKind(k, k.title()) for k in ("customer", "supplier", "member")}
    return Policy(
        controller=Controller("Example AB", "SE", rng.choice(ZONES)),
        people=people,
        categories=CATEGORIES,
        purposes=purposes,
        clauses={"1": Clause("1", "Everything")},
        digest="0" * 64,
    )


def purpose(rng: Random, features: Features, name: str, *, period: bool | None = None, consent: bool = True) -> Purpose:
    bases = [b for b in BASES if (features.consent and consent) or b is not Basis.CONSENT]
    basis = rng.choice(bases)
    marketing = basis in (Basis.CONSENT, Basis.LEGITIMATE_INTERESTS) and rng.random() < 0.3
    return Purpose(
        name=name,
        title=name.title(),
        clause="1",
        basis=basis,
        data=tuple(CATEGORIES),
        keep=retention(rng, features, rng.random() < 0.6 if period is None else period),
        direct_marketing=marketing,
    )


def retention(rng: Random, features: Features, fixed: bool) -> Retention:
    if not fixed:
        unknown = rng.random() < 0.1
        return Retention(until=frozenset() if unknown else frozenset({Event.REQUEST}), unknown=unknown)
    if features.hours and rng.random() < 0.1:
        return Retention(Period(hours=rng.choice((1, 36, 72))))
    rounding = rng.choice((Rounding.NONE, Rounding.NONE, Rounding.MONTH, Rounding.QUARTER, Rounding.YEAR))
    return Retention(rng.choice(PERIODS), rounding)
