"""The notice has no version or no day."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    notice = case.policy.notice
    lacking = [w for w in ("version", "effective_from") if notice is None or not getattr(notice, w)]
    if lacking:
        at = notice.at if notice is not None else case.top
        yield Seen(at, f"the notice does not say its {listed(lacking)}", notice.clause if notice is not None else "")


RULE = Rule(
    name="notice-version",
    severity=Severity.ERROR,
    article="Art. 5(2) and 12(1) GDPR",
    title="The notice has no version or no day",
    why="Nobody can tell which text applied when data was collected.",
    remedy="give `notice:` a `version` and `effective_from`",
    look=look,
    bad="""\
notice: {version: '2', effective_from: unknown}
""",
    good="""\
notice: {version: '2', effective_from: 2026-06-01}
""",
)
