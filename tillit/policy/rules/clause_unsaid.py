"""An entry that belongs to no clause."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote
from tillit.policy.rules.facts import section_items


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    entries = section_items(case.policy)
    if not any(item.clause for item in entries):
        return
    for item in entries:
        if not item.clause:
            yield Seen(item.at, f"{quote(item.name)} belongs to no clause")


RULE = Rule(
    name="clause-unsaid",
    severity=Severity.NOTE,
    article="Art. 5(2) GDPR",
    title="An entry that belongs to no clause",
    why=(
        "Once clauses are used, an entry without one stands behind no passage of the text: nobody asks "
        "who makes it true."
    ),
    remedy="say `clause:`",
    look=look,
    bad="""\
recipients: {host: {clause: '1'}}
""",
    good="""\
recipients: {host: {clause: unknown}}
""",
)
