"""Deletion is promised on any request, and refused for reasons not named."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Event
from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, periods


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    rights = case.policy.rights
    erasure = rights.offered.get("erasure") if rights is not None else None
    asked = [name for name, keep, _, _, _ in periods(case) if Event.REQUEST in keep.until]
    if erasure is not None and erasure.offered and asked and not erasure.overridden_by:
        what = f"deletion on request is promised under {listed(asked)}, and it is not said what may stand against it"
        yield Seen(erasure.place("overridden_by"), what, erasure.clause)


RULE = Rule(
    name="erasure-exceptions",
    severity=Severity.ERROR,
    article="Art. 12(4) and 17(3) GDPR",
    title="Deletion is promised on any request, and refused for reasons not named",
    why="Some passages delete whatever is asked for, another says `not always`, and none says when.",
    remedy="name the grounds under `rights: offered: erasure: overridden_by:`",
    look=look,
    bad="""\
rights: {offered: {erasure: {overridden_by: unknown}}}
""",
    good="""\
rights:
  offered: {erasure: {overridden_by: [legal_obligation, legal_claims]}}
""",
)
