"""A controller of its own, without its policy."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for recipient in case.policy.recipients.values():
        if recipient.role == "controller" and not recipient.policy_url:
            yield Seen(recipient.at, f"the policy of {quote(recipient.name)} is not named", recipient.clause)


RULE = Rule(
    name="recipient-policy",
    severity=Severity.WARNING,
    article="Art. 12(1) and 13(1)(e) GDPR",
    title="A controller of its own, without its policy",
    why="People are told that the recipient's own policy applies, and not where it is.",
    remedy="say `policy_url:`",
    look=look,
    bad="""\
recipients:
  bank:
    role: controller
    names: A bank
    country: SE
    data: contact.name
    purposes: orders
    basis: contract
""",
    good="""\
recipients:
  bank:
    role: controller
    names: A bank
    country: SE
    data: contact.name
    purposes: orders
    basis: contract
    policy_url: https://bank.example/privacy
""",
)
