"""A transfer that nobody makes."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    made = {name for r in policy.recipients.values() for name in r.transfers}
    made |= {name for p in policy.storage.values() for name in p.transfers}
    for transfer in policy.transfers.values():
        if transfer.name not in made and not transfer.recipients:
            yield Seen(transfer.at, f"nobody makes the transfer {quote(transfer.name)}", transfer.clause)


RULE = Rule(
    name="transfer-unused",
    severity=Severity.WARNING,
    article="Art. 30(1)(e) GDPR",
    title="A transfer that nobody makes",
    why="No recipient and no place of storage of the policy leads to it.",
    remedy="name it where it happens, or remove it",
    look=look,
    bad="""\
transfers: {uk: {to: GB, mechanism: adequacy_decision}}
""",
    good="""\
transfers:
  uk: {to: GB, mechanism: adequacy_decision, recipients: host}
""",
)
