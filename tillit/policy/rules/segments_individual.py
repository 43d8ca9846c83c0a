"""Segments of individuals without a word about profiling."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    segments = policy.marketing.segments if policy.marketing is not None else None
    told = (
        policy.automated_decisions is not None
        and policy.automated_decisions.profiling
        and policy.automated_decisions.logic
    )
    if segments is not None and segments.individual is not False and not told:
        yield Seen(
            segments.place("individual"),
            "segments may be kept for individuals, and profiling is not told",
            segments.clause,
        )
    if segments is not None and segments.individual and "individual_segments" in policy.never:
        yield Seen(
            segments.place("individual"), "individual segments are kept, and promised never to be", segments.clause
        )


RULE = Rule(
    name="segments-individual",
    severity=Severity.ERROR,
    article="Art. 4(4), 13(2)(f) and 21(2) GDPR",
    title="Segments of individuals without a word about profiling",
    why="Segments kept for individuals are profiles: people must be told, and may object.",
    remedy="say `profiling: true` with its `logic` under `automated_decisions:`, or keep no individual segments",
    look=look,
    bad="""\
marketing: {segments: {individual: true}}
""",
    good="""\
marketing: {segments: {individual: true}}
automated_decisions:
  in_use: false
  profiling: true
  logic: who buys gets news of what fits it
never: unknown
""",
)
