"""A right that is told by half."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote
from tillit.policy.rules.facts import WHOLE


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    offered = case.policy.rights.offered if case.policy.rights is not None else {}
    for name, parts in WHOLE.items():
        right = offered.get(name)
        lacking = [p for p in parts if right is not None and right.offered and p not in right.includes]
        if right is not None and lacking:
            what = f"{quote(name)} does not speak of {listed(lacking, 10)}"
            yield Seen(right.place("includes"), what, right.clause)


RULE = Rule(
    name="right-incomplete",
    severity=Severity.WARNING,
    article="Art. 15(1), 15(2), 18(2), 18(3), 20(1), 20(2), 21(1) and 21(2) GDPR",
    title="A right that is told by half",
    why=("Access is more than a copy; portability is of what the person provided; restriction ends with a warning."),
    remedy="add to `includes:` what the right has",
    look=look,
    bad="""\
rights:
  offered:
    restriction:
      includes: [accuracy_contested, unlawful, legal_claims, objection_pending]
""",
    good="""\
rights:
  offered:
    restriction:
      includes:
        - accuracy_contested
        - unlawful
        - legal_claims
        - objection_pending
        - told_before_lifting
""",
)
