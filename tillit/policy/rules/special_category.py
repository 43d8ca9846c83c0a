"""Special categories without a condition that allows them."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Basis
from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote
from tillit.policy.rules.facts import is_special


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for purpose in policy.purposes.values():
        found = [n for n in policy.leaves(purpose.data) if is_special(case, n)]
        allowed = purpose.special_condition != "" and (
            purpose.special_condition != "explicit_consent" or purpose.basis is Basis.CONSENT
        )
        if found and not allowed:
            what = f"{quote(purpose.name)} holds {listed(found)} without a condition of Art. 9(2)"
            yield Seen(purpose.place("data"), what, purpose.clause)


RULE = Rule(
    name="special-category",
    severity=Severity.ERROR,
    article="Art. 9(1) and 9(2) GDPR",
    title="Special categories without a condition that allows them",
    why=(
        "What tells of health, faith and the like is forbidden to process unless a condition of Art. 9(2) "
        "holds. What guests cannot eat may tell of either; a legitimate interest is not enough."
    ),
    remedy=("ask for explicit consent (`basis: consent`, `special_condition: explicit_consent`), for that part alone"),
    look=look,
    bad="""\
information:
  food: {title: Food you cannot eat, special_category: health_or_religion}
purposes: {website: {data: [technical.ip_address, food]}}
""",
    good="""\
information:
  food: {title: Food you cannot eat, special_category: health_or_religion}
purposes:
  website:
    data: [technical.ip_address, food]
    basis: consent
    special_condition: explicit_consent
""",
)
