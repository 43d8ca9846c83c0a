"""Nobody stands in, or no time is promised."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    contact = case.policy.contact
    if contact is not None and (not contact.deputy or contact.answers_within is None):
        yield Seen(contact.at, "it is not said who stands in, or how soon a question is answered", contact.clause)


RULE = Rule(
    name="contact-undertaken",
    severity=Severity.NOTE,
    article="Art. 12(2) GDPR",
    title="Nobody stands in, or no time is promised",
    why="A mailbox with one reader is unread when that reader is ill.",
    remedy="say `deputy:` and `answers_within:` under `contact:`",
    look=look,
    bad="""\
contact: {deputy: unknown}
""",
    good="""\
contact: {deputy: true, answers_within: 1 week}
""",
)
