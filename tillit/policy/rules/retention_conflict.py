"""One datum under several periods."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.periods import period_text
from tillit.policy.rules.base import Case, Rule, Seen, Severity, covered, periods, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name, keep, data, _, _ in periods(case):
        if keep.unknown or keep.period is None:
            continue
        forms = policy.purposes[name].forms
        for leaf in policy.leaves(data):
            if not covered(tuple(forms), leaf):
                start = f"{keep.rounding.value} {keep.event or ''}"
                found.setdefault((leaf, start), {})[name] = period_text(keep.period)
    for (leaf, _), lengths in found.items():
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{quote(name)} {length}" for name, length in lengths.items())
            first = policy.purposes[next(iter(lengths))]
            yield Seen(first.place("keep"), f"{quote(leaf)} is kept for different times: {said}", first.clause)


RULE = Rule(
    name="retention-conflict",
    severity=Severity.ERROR,
    article="Art. 5(1)(e) GDPR",
    title="One datum under several periods",
    why=(
        "The same value, counted from the same start, is promised to be gone at different times: one of "
        "the promises is broken."
    ),
    remedy=(
        "give the purposes one period, let them start from different events, or let the longer hold a "
        "coarser form (`forms:`)"
    ),
    look=look,
    bad="""\
purposes:
  website: {keep: {for: 12 months, after: logged, tolerance: 2 days}}
""",
    good="""\
purposes:
  website:
    keep: {for: 12 months, after: logged, tolerance: 2 days}
    forms: {technical.ip_address: ip_prefix}
""",
)
