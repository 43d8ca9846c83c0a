"""Contract as the basis for people who are no party to it."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Basis
from tillit.policy.rules.base import Case, Rule, Seen, Severity, kinds_of, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for purpose in case.policy.purposes.values():
        if purpose.basis is not Basis.CONTRACT and Basis.CONTRACT.value not in dict(purpose.bases):
            continue
        strangers = [k for k in kinds_of(case, purpose.people) if not case.policy.people[k].party_to_contract]
        if strangers:
            what = f"{quote(purpose.name)} rests on a contract, and nobody says that {listed(strangers)} are parties"
            yield Seen(purpose.place("basis"), what, purpose.clause)


RULE = Rule(
    name="basis-contract-party",
    severity=Severity.ERROR,
    article="Art. 6(1)(b) GDPR",
    title="Contract as the basis for people who are no party to it",
    why=(
        "The basis needs the person to be a party. The contact persons of a company are not: theirs is "
        "usually a legitimate interest."
    ),
    remedy="say `party_to_contract: true` of the kind of person, or give the others a purpose with another basis",
    look=look,
    bad="""\
people: {customer: {party_to_contract: false}}
""",
    good="""\
people: {customer: {party_to_contract: true}}
""",
)
