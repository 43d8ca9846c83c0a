"""A use of cookies of no kind."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    cookies = case.policy.cookies
    for use in cookies.uses.values() if cookies is not None else ():
        if not use.category:
            yield Seen(use.place("category"), f"it is not said what kind of use {quote(use.name)} is", use.clause)


RULE = Rule(
    name="cookie-use-unsaid",
    severity=Severity.WARNING,
    article="Art. 5(3) Directive 2002/58/EC",
    title="A use of cookies of no kind",
    why="Whether it needs consent depends on the kind.",
    remedy="say `category:`",
    look=look,
    bad="""\
cookies: {uses: {operation: {category: unknown}}}
""",
    good="""\
cookies: {uses: {operation: {category: strictly_necessary}}}
""",
)
