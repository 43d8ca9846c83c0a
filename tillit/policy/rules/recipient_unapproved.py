"""Disclosures that nobody approves."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for recipient in case.policy.recipients.values():
        if recipient.role == "authority" and not recipient.approved_by:
            what = f"it is not said who approves what {quote(recipient.name)} receives"
            yield Seen(recipient.place("approved_by"), what, recipient.clause)


RULE = Rule(
    name="recipient-unapproved",
    severity=Severity.WARNING,
    article="Art. 5(2) and 6(1)(c) GDPR",
    title="Disclosures that nobody approves",
    why="An authority that asks must be allowed to; somebody has to look, and sign.",
    remedy="say `approved_by:`",
    look=look,
    bad="""\
recipients:
  police:
    role: authority
    data: contact.name
    purposes: orders
    basis: legal_obligation
""",
    good="""\
recipients:
  police:
    role: authority
    data: contact.name
    purposes: orders
    basis: legal_obligation
    approved_by: the lawyer
""",
)
