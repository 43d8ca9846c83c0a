"""A disclosure without a basis."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for recipient in case.policy.recipients.values():
        if recipient.role in ("controller", "joint_controller", "authority", "office") and not recipient.bases:
            what = f"it is not said on what basis {quote(recipient.name)} receives data"
            yield Seen(recipient.place("basis"), what, recipient.clause)


RULE = Rule(
    name="recipient-basis",
    severity=Severity.ERROR,
    article="Art. 6 and 13(1)(e) GDPR",
    title="A disclosure without a basis",
    why="What another controller or an authority receives is a disclosure of its own: it needs a basis.",
    remedy="say `basis:` of the recipient",
    look=look,
    bad="""\
recipients:
  bank:
    role: controller
    names: A bank
    country: SE
    data: contact.name
    purposes: orders
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
""",
)
