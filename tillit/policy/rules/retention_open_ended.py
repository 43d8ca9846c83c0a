"""Kept until somebody asks, without an end."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Event
from tillit.policy.rules.base import Case, Rule, Seen, Severity, kinds_of, listed, periods, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for name, keep, _, people, at in periods(case):
        if keep.unknown or keep.period is not None:
            continue
        kinds = [case.policy.people[k] for k in kinds_of(case, people) if k in case.policy.people]
        endless = [k.name for k in kinds if k.inactive_after is None]
        if Event.GOODBYE not in keep.until or endless or not kinds:
            whose = f" of {listed(endless)}" if endless else ""
            what = f"{quote(name)} keeps data{whose} until somebody asks, without a longest time"
            yield Seen(at, what, case.policy.purposes[name].clause)


RULE = Rule(
    name="retention-open-ended",
    severity=Severity.ERROR,
    article="Art. 5(1)(e) and 13(2)(a) GDPR",
    title="Kept until somebody asks, without an end",
    why="It puts the duty to limit storage on the person: whoever forgets to ask is kept for ever.",
    remedy=(
        "give a period; or `until goodbye`, with an `inactive_after` of the kinds of person after which "
        "silence is a goodbye"
    ),
    look=look,
    bad="""\
purposes: {orders: {keep: until request}}
""",
    good="""\
purposes: {orders: {keep: until goodbye or request}}
people: {customer: {inactive_after: 3 years}}
""",
)
