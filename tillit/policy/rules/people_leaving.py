"""It is not said how people leave."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Event
from tillit.policy.rules.base import Case, Rule, Seen, Severity, kinds_of, periods, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    ending = {
        kind
        for _, keep, _, people, _ in periods(case)
        if Event.GOODBYE in keep.until
        for kind in kinds_of(case, people)
    }
    for kind in case.policy.people.values():
        if kind.name in ending and not kind.leaves_by:
            yield Seen(kind.at, f"data is kept until {quote(kind.name)} says goodbye, but not how that is done")


RULE = Rule(
    name="people-leaving",
    severity=Severity.WARNING,
    article="Art. 5(1)(e) GDPR",
    title="It is not said how people leave",
    why="Data is kept until they say goodbye, and nothing says how that is done or noticed.",
    remedy="say `leaves_by:` of the kind of person",
    look=look,
    bad="""\
people: {customer: {leaves_by: unknown}}
""",
    good="""\
people: {customer: {leaves_by: [a message to us, closing the account]}}
""",
)
