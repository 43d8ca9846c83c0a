"""A request is said to end what the law demands."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Basis
from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, periods, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for name, keep, _, _, at in periods(case):
        purpose = case.policy.purposes[name]
        bound = purpose.basis is Basis.LEGAL_OBLIGATION or Basis.LEGAL_OBLIGATION.value in dict(purpose.bases)
        if bound and keep.until:
            words = listed(sorted(e.value for e in keep.until))
            yield Seen(at, f"{quote(name)} is demanded by law, yet said to end by {words}", purpose.clause)


RULE = Rule(
    name="obligation-ends-by-request",
    severity=Severity.ERROR,
    article="Art. 17(3)(b) GDPR",
    title="A request is said to end what the law demands",
    why=(
        "A legal obligation cannot end because somebody asks; and `as long as the law demands` needs the law's number."
    ),
    remedy="give it a fixed period and no `until`",
    look=look,
    bad="""\
purposes:
  accounting:
    keep:
      for: 7 years
      after: end of the calendar year
      until: request
""",
    good="""\
purposes:
  accounting: {keep: {for: 7 years, after: end of the calendar year}}
""",
)
