"""A purpose without a lawful basis."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Basis
from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for purpose in case.policy.purposes.values():
        if purpose.basis is Basis.UNKNOWN and not purpose.bases:
            yield Seen(purpose.place("basis"), f"{quote(purpose.name)} has no lawful basis", purpose.clause)


RULE = Rule(
    name="basis-unknown",
    severity=Severity.ERROR,
    article="Art. 6(1) and 13(1)(c) GDPR",
    title="A purpose without a lawful basis",
    why="Without a basis the processing is unlawful, and people must be told which one it is.",
    remedy="say on what it rests, or stop it",
    look=look,
    bad="""\
purposes: {orders: {basis: unknown}}
""",
    good="""\
purposes: {orders: {basis: contract}}
""",
)
