"""Nobody says when reasons of a refusal are told."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    rights = case.policy.rights
    for right in rights.offered.values() if rights is not None else ():
        if right.overridden_by and "none" not in right.overridden_by and not right.reasons_told:
            what = f"it is not said when the reasons for refusing {quote(right.name)} are told"
            yield Seen(right.place("overridden_by"), what, right.clause)


RULE = Rule(
    name="refusal-reasons",
    severity=Severity.WARNING,
    article="Art. 12(4) GDPR",
    title="Nobody says when reasons of a refusal are told",
    why="They are due within a month; a text that promises them at once must be kept at once.",
    remedy="say `reasons_told:` of erasure",
    look=look,
    bad="""\
rights: {offered: {erasure: {reasons_told: unknown}}}
""",
    good="""\
rights: {offered: {erasure: {reasons_told: at_request}}}
""",
)
