"""Nothing is said about how changes are told."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    notice = case.policy.notice
    if notice is None or not notice.changes_told:
        yield Seen(
            notice.at if notice is not None else case.top, "the notice does not say how people are told of changes"
        )


RULE = Rule(
    name="notice-changes",
    severity=Severity.WARNING,
    article="Art. 13(3) GDPR",
    title="Nothing is said about how changes are told",
    why="People must be told before their data is used for something new.",
    remedy="say `changes_told:`",
    look=look,
    bad="""\
notice: {changes_told: unknown}
""",
    good="""\
notice: {changes_told: by e-mail a month before}
""",
)
