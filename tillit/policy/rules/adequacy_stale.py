"""The list of adequacy decisions has not been looked at for long."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.transfers import is_stale
from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for transfer in case.policy.transfers.values():
        relies = {"adequacy_decision", "data_privacy_framework"} & set(transfer.mechanism)
        if relies and len(transfer.mechanism) == 1 and is_stale(case.today):
            yield Seen(
                transfer.place("mechanism"), f"{quote(transfer.name)} relies on a decision alone", transfer.clause
            )


RULE = Rule(
    name="adequacy-stale",
    severity=Severity.NOTE,
    article="Art. 45 GDPR",
    title="The list of adequacy decisions has not been looked at for long",
    why="A transfer relies on a decision that may have been changed, suspended or annulled since.",
    remedy="look at the Commission's list; keep standard contractual clauses as a second mechanism",
    look=look,
    bad="""\
transfers:
  uk: {to: GB, mechanism: adequacy_decision, recipients: host}
""",
    good="""\
transfers:
  uk:
    to: GB
    mechanism: [adequacy_decision, standard_contractual_clauses]
    recipients: host
    copy: write to us
""",
)
