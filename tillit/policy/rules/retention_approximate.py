"""A period without a tolerance."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, periods, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for name, keep, _, _, at in periods(case):
        if keep.period is not None and not keep.unknown and keep.tolerance is None:
            yield Seen(at, f"{quote(name)} does not say how late is too late", case.policy.purposes[name].clause)


RULE = Rule(
    name="retention-approximate",
    severity=Severity.WARNING,
    article="Art. 13(2)(a) GDPR",
    title="A period without a tolerance",
    why="`About three weeks` cannot be tested: nobody can say on which day the promise is broken.",
    remedy="say `tolerance:`, how late a sweep may be",
    look=look,
    bad="""\
purposes: {it_security: {keep: {for: 3 weeks, after: logged}}}
""",
    good="""\
purposes:
  it_security: {keep: {for: 3 weeks, after: logged, tolerance: 2 days}}
""",
)
