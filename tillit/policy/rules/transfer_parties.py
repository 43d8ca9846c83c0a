"""A transfer and its recipients that do not know each other."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for recipient in policy.recipients.values():
        for name in recipient.transfers:
            if recipient.name not in policy.transfers[name].recipients:
                what = f"{quote(recipient.name)} names the transfer {quote(name)}, which does not name it"
                yield Seen(recipient.place("transfers"), what, recipient.clause)
    for transfer in policy.transfers.values():
        silent = [r for r in transfer.recipients if transfer.name not in policy.recipients[r].transfers]
        if silent:
            what = f"{quote(transfer.name)} names {listed(silent)}, which do not name the transfer"
            yield Seen(transfer.place("recipients"), what, transfer.clause)


RULE = Rule(
    name="transfer-parties",
    severity=Severity.WARNING,
    article="Art. 13(1)(f) and 30(1)(e) GDPR",
    title="A transfer and its recipients that do not know each other",
    why=("The recipient names the transfer, and the transfer does not name the recipient; or the other way round."),
    remedy="name each in the other",
    look=look,
    bad="""\
recipients: {host: {country: GB, transfers: uk}}
transfers:
  uk: {to: GB, mechanism: adequacy_decision, recipients: unknown}
""",
    good="""\
recipients: {host: {country: GB, transfers: uk}}
transfers:
  uk: {to: GB, mechanism: adequacy_decision, recipients: host}
""",
)
