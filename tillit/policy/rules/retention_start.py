"""A period that does not say what it starts from."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Rounding
from tillit.policy.rules.base import Case, Rule, Seen, Severity, periods, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for name, keep, _, _, at in periods(case):
        if keep.period is not None and keep.event is None and keep.rounding is Rounding.NONE:
            yield Seen(at, f"{quote(name)} does not say what its period starts from", case.policy.purposes[name].clause)


RULE = Rule(
    name="retention-start",
    severity=Severity.WARNING,
    article="Art. 13(2)(a) GDPR",
    title="A period that does not say what it starts from",
    why="Three weeks after what?",
    remedy="say `after:`",
    look=look,
    bad="""\
purposes: {it_security: {keep: {for: 3 weeks, tolerance: 2 days}}}
""",
    good="""\
purposes:
  it_security: {keep: {for: 3 weeks, after: logged, tolerance: 2 days}}
""",
)
