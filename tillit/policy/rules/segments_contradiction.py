"""Segments of individuals that are no segments of individuals."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    segments = case.policy.marketing.segments if case.policy.marketing is not None else None
    if segments is None or segments.individual is not False:
        return
    if segments.resolved not in ("at_send", "stored_query") or segments.smallest_group is None:
        what = (
            "segments are said not to be individual, but not how their members are found, or how small a group may be"
        )
        yield Seen(segments.at, what, segments.clause)


RULE = Rule(
    name="segments-contradiction",
    severity=Severity.ERROR,
    article="Art. 4(4) and 13(2)(f) GDPR",
    title="Segments of individuals that are no segments of individuals",
    why=(
        "To send by segment, somebody must know who belongs to it. `Not on individual level` is only true "
        "where the segment is asked for when it is sent, and no small group is told of."
    ),
    remedy="say `resolved:` (at_send or stored_query) and `smallest_group:`",
    look=look,
    bad="""\
marketing: {segments: {individual: false, resolved: unknown}}
""",
    good="""\
marketing:
  segments: {individual: false, resolved: at_send, smallest_group: 20}
""",
)
