"""A transfer to a third country without a mechanism that fits."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.packs import mechanisms
from tillit.law.transfers import adequacy, is_third_country
from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for transfer in case.policy.transfers.values():
        if not transfer.mechanism:
            yield Seen(transfer.place("mechanism"), f"nothing makes {quote(transfer.name)} lawful", transfer.clause)
        for country in transfer.to:
            if not is_third_country(country):
                what = f"{quote(transfer.name)} goes to {country}, which is no third country"
                yield Seen(transfer.place("to"), what, transfer.clause, "remove it from the transfers")
        for name in transfer.mechanism:
            only = mechanisms()[name].only
            unfit = [
                c
                for c in transfer.to
                if (only and c != only) or (name == "adequacy_decision" and not adequacy(c, case.today))
            ]
            if unfit:
                yield Seen(
                    transfer.place("mechanism"), f"{quote(name)} does not hold for {listed(unfit)}", transfer.clause
                )


RULE = Rule(
    name="transfer-safeguard",
    severity=Severity.ERROR,
    article="Art. 44 to 49 and 13(1)(f) GDPR",
    title="A transfer to a third country without a mechanism that fits",
    why=(
        "That all is adequate makes nothing lawful. An adequacy decision must exist for the country; the "
        "Data Privacy Framework is for certified organisations in the USA."
    ),
    remedy="say `mechanism:`: a decision, clauses, binding rules or a derogation",
    look=look,
    bad="""\
transfers:
  cloud: {to: IN, recipients: host, mechanism: adequacy_decision}
""",
    good="""\
transfers:
  cloud: {to: JP, recipients: host, mechanism: adequacy_decision}
""",
)
