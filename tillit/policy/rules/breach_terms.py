"""What is done about breaches is not said, or comes too late."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.packs import limits
from tillit.policy.periods import approximate_days
from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    breaches = case.policy.breaches
    if breaches is None:
        yield Seen(case.top, "nothing is said of breaches")
        return
    hours = limits()["breach"].hours
    within = breaches.authority_within
    if within is None or approximate_days(within) * 24 > hours or not breaches.people_told or not breaches.register:
        yield Seen(
            breaches.at,
            f"breaches are not said to be written down and told: the authority within {hours} hours",
            breaches.clause,
        )


RULE = Rule(
    name="breach-terms",
    severity=Severity.WARNING,
    article="Art. 33 and 34 GDPR",
    title="What is done about breaches is not said, or comes too late",
    why=("The authority is told within 72 hours, people where the risk is high, and every breach is written down."),
    remedy="say it under `breaches:`",
    look=look,
    bad="""\
breaches: {authority_within: 5 days}
""",
    good="""\
breaches: {authority_within: 72 hours, people_told: true, register: true}
""",
)
