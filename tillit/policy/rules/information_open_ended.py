"""A list of data without an end."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote
from tillit.policy.rules.facts import clause_of


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for name, information in case.policy.information.items():
        if information.open_ended:
            yield Seen(
                information.place("open_ended"), f"the list of {quote(name)} has no end", clause_of(case, information)
            )


RULE = Rule(
    name="information-open-ended",
    severity=Severity.ERROR,
    article="Art. 5(1)(b), 5(1)(c) and 13 GDPR",
    title="A list of data without an end",
    why="`Etc.` and `any other information` tell nobody what is collected, and let anything be collected.",
    remedy="close the list; a field where people write what they like is `free_text: true`",
    look=look,
    bad="""\
information:
  contact: {parts: {other: {title: Anything else, open_ended: true}}}
purposes: {orders: {data: [contact]}}
""",
    good="""\
information:
  contact:
    parts: {other: {title: What else you write to us, free_text: true}}
purposes: {orders: {data: [contact]}}
""",
)
