"""It is unclear who is responsible at a recipient."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for recipient in case.policy.recipients.values():
        if not recipient.role:
            yield Seen(recipient.place("role"), f"the role of {quote(recipient.name)} is not said", recipient.clause)


RULE = Rule(
    name="recipient-role",
    severity=Severity.ERROR,
    article="Art. 24, 26 and 28 GDPR",
    title="It is unclear who is responsible at a recipient",
    why=("A processor, a joint controller and a controller of its own have different duties towards the person."),
    remedy="say `role:`",
    look=look,
    bad="""\
recipients: {host: {role: unknown}}
""",
    good="""\
recipients: {host: {role: processor}}
""",
)
