"""A legitimate interest that nobody weighed."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Basis
from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for purpose in case.policy.purposes.values():
        if purpose.basis is not Basis.LEGITIMATE_INTERESTS:
            continue
        if not purpose.basis_reference:
            yield Seen(purpose.place("basis"), f"{quote(purpose.name)} does not name the interest", purpose.clause)
        if purpose.balancing is None or purpose.balancing.made is None:
            what = f"no assessment of the interest of {quote(purpose.name)} is named"
            yield Seen(purpose.place("balancing"), what, purpose.clause)


RULE = Rule(
    name="interest-unbalanced",
    severity=Severity.WARNING,
    article="Art. 6(1)(f) and 13(1)(d) GDPR",
    title="A legitimate interest that nobody weighed",
    why=(
        "The interest must be named, and weighed against those of the people; the assessment must be "
        "there when it is asked for."
    ),
    remedy=(
        "name the interest (`basis: {legitimate_interests: ...}`) and say where the assessment lies (`balancing:`)"
    ),
    look=look,
    bad="""\
purposes: {it_security: {balancing: unknown}}
""",
    good="""\
purposes:
  it_security:
    balancing: {reference: LIA-1, made: 2026-02-01, review_every: 12 months}
""",
)
