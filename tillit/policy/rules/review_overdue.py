"""A review that is overdue."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote
from tillit.policy.rules.facts import later, reviews


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for item, last, every in reviews(case):
        if every is None:
            continue
        if last is None:
            yield Seen(item.at, f"{quote(item.name)} has never been reviewed, or the day is not known", item.clause)
        elif later(last, every) < case.today:
            yield Seen(item.at, f"the review of {quote(item.name)} was due on {later(last, every)}", item.clause)


RULE = Rule(
    name="review-overdue",
    severity=Severity.WARNING,
    article="Art. 5(2) and 24(1) GDPR",
    title="A review that is overdue",
    why="The policy says how often it is looked at, and the last time is longer ago, or not known.",
    remedy="do it, and write the day down",
    look=look,
    bad="""\
recipients: {host: {reviewed: 2020-01-01, review_every: 12 months}}
""",
    good="""\
recipients: {host: {reviewed: 2026-01-01, review_every: 12 months}}
""",
)
