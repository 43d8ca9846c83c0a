"""A purpose takes a whole type of information."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for purpose in policy.purposes.values():
        whole = [d for d in purpose.data if len(policy.leaves((d,))) > 3]
        if whole:
            yield Seen(purpose.place("data"), f"{quote(purpose.name)} takes all of {listed(whole)}", purpose.clause)


RULE = Rule(
    name="purpose-whole-type",
    severity=Severity.NOTE,
    article="Art. 5(1)(c) GDPR",
    title="A purpose takes a whole type of information",
    why="Of a type with many parts a purpose rarely needs all. Dates of birth and genders come along unseen.",
    remedy="name the parts it needs",
    look=look,
    bad="""\
information:
  contact:
    parts:
      phone: Phone
      gender: Gender
      birth_date: Date of birth
      address: Address
purposes: {orders: {data: [contact]}}
""",
    good="""\
information:
  contact:
    parts:
      phone: Phone
      gender: Gender
      birth_date: Date of birth
      address: Address
purposes:
  orders:
    data: [contact.name, contact.email, contact.phone, contact.address]
  website: {data: [technical.ip_address, contact.gender, contact.birth_date]}
""",
)
