"""Data without a word about where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote
from tillit.policy.rules.facts import clause_of, obtained


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for leaf in case.policy.leaves():
        if not obtained(case, leaf):
            information = case.policy.information[leaf]
            yield Seen(information.at, f"it is not said where {quote(leaf)} comes from", clause_of(case, information))


RULE = Rule(
    name="source-unsaid",
    severity=Severity.NOTE,
    article="Art. 13 and 14(2)(f) GDPR",
    title="Data without a word about where it comes from",
    why="What others gave must be told of; what the person gave is portable. Nobody can tell which it is.",
    remedy="say `obtained:` of the type or the part",
    look=look,
    bad="""\
information: {technical: {obtained: unknown}}
""",
    good="""\
information: {technical: {obtained: observed}}
""",
)
