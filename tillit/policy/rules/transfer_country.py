"""A transfer to nobody knows where."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for transfer in case.policy.transfers.values():
        if not transfer.to:
            yield Seen(transfer.place("to"), f"the countries of {quote(transfer.name)} are not said", transfer.clause)


RULE = Rule(
    name="transfer-country",
    severity=Severity.ERROR,
    article="Art. 13(1)(f) and 30(1)(e) GDPR",
    title="A transfer to nobody knows where",
    why="`Outside the EEA` is no country. Whether the transfer is lawful depends on which one it is.",
    remedy="say `to:`",
    look=look,
    bad="""\
transfers:
  cloud:
    to: unknown
    recipients: host
    mechanism: standard_contractual_clauses
    copy: write to us
""",
    good="""\
transfers:
  cloud:
    to: IN
    recipients: host
    mechanism: standard_contractual_clauses
    copy: write to us
""",
)
