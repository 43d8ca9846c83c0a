"""It is not said whether the data must be given."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    general = case.policy.providing is not None and case.policy.providing.obligation
    for purpose in case.policy.purposes.values():
        bound = purpose.provided in ("contractual", "statutory")
        if (not purpose.provided and not general) or (bound and not purpose.consequence):
            what = f"{quote(purpose.name)} does not say whether its data must be given, or what follows if not"
            yield Seen(purpose.place("provided"), what, purpose.clause)


RULE = Rule(
    name="provision-unsaid",
    severity=Severity.WARNING,
    article="Art. 13(2)(e) GDPR",
    title="It is not said whether the data must be given",
    why="People must be told whether law or contract demands it, and what happens when they do not give it.",
    remedy="say `provided:` of the purpose, and `consequence:` where it is not voluntary",
    look=look,
    bad="""\
purposes: {orders: {consequence: unknown}}
""",
    good="""\
purposes: {orders: {consequence: The order cannot be carried out}}
""",
)
