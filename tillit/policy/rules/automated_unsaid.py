"""Not a word about automated decisions and profiling."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    one = case.policy.automated_decisions
    if one is None or one.in_use is None or one.profiling is None:
        yield Seen(
            one.at if one is not None else case.top,
            "automated decisions and profiling are not spoken of",
            one.clause if one else "",
        )
    elif (one.in_use or one.profiling) and not one.logic:
        yield Seen(one.at, "it is not said how automated decisions or profiles are made", one.clause)


RULE = Rule(
    name="automated-unsaid",
    severity=Severity.ERROR,
    article="Art. 13(2)(f) and 22 GDPR",
    title="Not a word about automated decisions and profiling",
    why="People must be told whether there are any, and how they work.",
    remedy="say `in_use:` and `profiling:` under `automated_decisions:`",
    look=look,
    bad="""\
automated_decisions: {in_use: unknown, profiling: unknown}
""",
    good="""\
automated_decisions: {in_use: false, profiling: false}
""",
)
