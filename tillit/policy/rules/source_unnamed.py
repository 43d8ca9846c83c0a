"""A source without a name or a kind."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for source in case.policy.sources.values():
        lacking = [] if source.kind else ["kind"]
        if source.kind in ("third_party", "public_register") and not source.names:
            lacking.append("names")
        if lacking:
            yield Seen(source.at, f"the source {quote(source.name)} does not say its {listed(lacking)}", source.clause)


RULE = Rule(
    name="source-unnamed",
    severity=Severity.WARNING,
    article="Art. 14(2)(f) GDPR",
    title="A source without a name or a kind",
    why="People must be told from where their data comes, and whether it is publicly accessible.",
    remedy="say `names:` and `kind:`",
    look=look,
    bad="""\
sources: {people: {kind: unknown}}
""",
    good="""\
sources: {people: {kind: data_subject}}
""",
)
