"""A processor or joint controller without an agreement."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for recipient in case.policy.recipients.values():
        bound = recipient.role in ("processor", "joint_controller")
        if bound and (not recipient.agreement or recipient.agreed is None):
            yield Seen(
                recipient.place("agreement"), f"no agreement with {quote(recipient.name)} is named", recipient.clause
            )


RULE = Rule(
    name="recipient-agreement",
    severity=Severity.WARNING,
    article="Art. 26 and 28(3) GDPR",
    title="A processor or joint controller without an agreement",
    why="`We have agreements with all` is a promise about each of them.",
    remedy="say `agreement:` and `agreed:`",
    look=look,
    bad="""\
recipients: {host: {agreement: unknown}}
""",
    good="""\
recipients: {host: {agreement: DPA-1, agreed: 2025-05-01}}
""",
)
