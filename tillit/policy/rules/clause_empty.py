"""A clause that nothing in the file carries out."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity
from tillit.policy.rules.facts import used_clauses


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    used = used_clauses(case.policy)
    for clause in case.policy.clauses.values():
        if clause.number not in used:
            yield Seen(clause.at, f"nothing carries out clause {clause.number}", clause.number)


RULE = Rule(
    name="clause-empty",
    severity=Severity.WARNING,
    article="Art. 5(2) GDPR",
    title="A clause that nothing in the file carries out",
    why=(
        "A passage of the text without a purpose, a right, a measure or anything else behind it promises "
        "nothing that could be shown."
    ),
    remedy="say what carries it out (`clause:` there), or remove it",
    look=look,
    bad="""\
clauses: {'9': {title: Something}}
""",
    good="""\
clauses: {}
""",
)
