"""No storage period that could be computed."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, periods, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for name, keep, data, _, at in periods(case):
        if keep.unknown:
            purpose = case.policy.purposes[name]
            of = f" for {listed(data)}" if purpose.stated else ""
            yield Seen(at, f"{quote(name)} has no period that could be computed{of}", purpose.clause)


RULE = Rule(
    name="retention-unknown",
    severity=Severity.ERROR,
    article="Art. 5(1)(e) and 13(2)(a) GDPR",
    title="No storage period that could be computed",
    why=("`As long as needed`, `during the process`, `after evaluation` give no day on which the data must be gone."),
    remedy="give a period and the event it starts from",
    look=look,
    bad="""\
purposes: {it_security: {keep: {for: unknown, after: logged}}}
""",
    good="""\
purposes:
  it_security: {keep: {for: 3 weeks, after: logged, tolerance: 2 days}}
""",
)
