"""The notice does not say its languages."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    notice = case.policy.notice
    if notice is None or not notice.languages:
        yield Seen(
            notice.at if notice is not None else case.top, "the notice does not say in which languages it is published"
        )


RULE = Rule(
    name="notice-languages",
    severity=Severity.NOTE,
    article="Art. 12(1) GDPR",
    title="The notice does not say its languages",
    why=("People must be able to understand it; whoever lives where the controller is may expect their own language."),
    remedy="say `languages:`, the language of the country among them",
    look=look,
    bad="""\
notice: {languages: unknown}
""",
    good="""\
notice: {languages: [en, sv]}
""",
)
