"""Not as long as the law demands, or longer."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.statutory import statute
from tillit.model.policy import Basis, Rounding
from tillit.policy.periods import period_text
from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for purpose in case.policy.purposes.values():
        law = statute(purpose.basis_reference) if purpose.basis is Basis.LEGAL_OBLIGATION else None
        keep = purpose.keep
        if law is None or law.period is None or law.claim or keep.period is None:
            continue
        ends = "after the end of the calendar year in which " if law.to_year_end else "after "
        wanted = f"{period_text(law.period)} {ends}{law.after}"
        if keep.period != law.period or (keep.rounding is Rounding.YEAR) != law.to_year_end:
            what = f"{quote(purpose.name)} keeps for {quote(keep.text)}, the law says {wanted}"
            yield Seen(purpose.place("keep"), what, purpose.clause)


RULE = Rule(
    name="obligation-period",
    severity=Severity.ERROR,
    article="Art. 5(1)(e) and 6(1)(c) GDPR",
    title="Not as long as the law demands, or longer",
    why="Shorter breaks the law that is named; longer is not covered by it.",
    remedy="keep it as long as the law says",
    look=look,
    bad="""\
purposes: {accounting: {keep: {for: 7 years, after: logged}}}
""",
    good="""\
purposes:
  accounting:
    keep:
      for: 7 years
      after: end of the calendar year in which the fiscal year ended
""",
)
