"""There is nowhere to write."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    contact = case.policy.contact
    if contact is None or not contact.email:
        yield Seen(contact.at if contact is not None else case.top, "no address is given for questions and requests")


RULE = Rule(
    name="contact-missing",
    severity=Severity.ERROR,
    article="Art. 12(2) and 13(1)(a) GDPR",
    title="There is nowhere to write",
    why="Rights can only be exercised where there is somebody to turn to.",
    remedy="give `contact:` an `email`",
    look=look,
    bad="""\
contact: {email: unknown}
""",
    good="""\
contact: {email: privacy@example.com}
""",
)
