"""Signals of browsers are not spoken of."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    cookies = case.policy.cookies
    if cookies is not None and not cookies.signals:
        yield Seen(cookies.at, "it is not said whether signals of the browser are obeyed", cookies.clause)


RULE = Rule(
    name="cookie-signals",
    severity=Severity.NOTE,
    article="Art. 21(5) GDPR",
    title="Signals of browsers are not spoken of",
    why="Who is told to use the browser's settings expects them to be obeyed.",
    remedy="say `signals:`",
    look=look,
    bad="""\
cookies: {signals: unknown}
""",
    good="""\
cookies: {signals: true}
""",
)
