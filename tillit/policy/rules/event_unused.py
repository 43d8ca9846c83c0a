"""An event that no period starts from."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, periods, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    used = {keep.event for _, keep, _, _, _ in periods(case)}
    for event in case.policy.events:
        if event not in used:
            yield Seen(case.top, f"no period starts from {quote(event)}")


RULE = Rule(
    name="event-unused",
    severity=Severity.NOTE,
    article="Art. 13(2)(a) GDPR",
    title="An event that no period starts from",
    why="It was meant for a period that is not there.",
    remedy="use it, or remove it",
    look=look,
    bad="""\
events: {delivered: The day of delivery}
""",
    good="""\
events: {logged: The moment it was logged}
""",
)
