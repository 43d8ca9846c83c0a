"""Safeguards that nobody can read."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.packs import mechanisms
from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for transfer in case.policy.transfers.values():
        readable = not transfer.mechanism or any(mechanisms()[m].copy for m in transfer.mechanism)
        if readable and not transfer.copy:
            what = f"it is not said how to get a copy of the safeguards of {quote(transfer.name)}"
            yield Seen(transfer.place("copy"), what, transfer.clause)


RULE = Rule(
    name="transfer-copy",
    severity=Severity.WARNING,
    article="Art. 13(1)(f) GDPR",
    title="Safeguards that nobody can read",
    why="People must be told how to get a copy of the clauses or rules that protect their data.",
    remedy="say `copy:`",
    look=look,
    bad="""\
transfers:
  cloud:
    to: IN
    recipients: host
    mechanism: standard_contractual_clauses
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
