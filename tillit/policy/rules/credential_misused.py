"""Passwords where they do not belong."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, covered, listed, quote
from tillit.policy.rules.facts import clause_of


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for name, information in policy.information.items():
        if not information.credential:
            continue
        if information.stored_as != "hash":
            yield Seen(
                information.at, f"{quote(name)} is not said to be stored as a hash", clause_of(case, information)
            )
        who = [p.name for p in policy.purposes.values() if covered(p.data, name)]
        if len(who) > 1:
            what = f"{quote(name)} is held for several purposes: {listed(who)}"
            yield Seen(information.at, what, clause_of(case, information))


RULE = Rule(
    name="credential-misused",
    severity=Severity.ERROR,
    article="Art. 5(1)(c) and 32 GDPR",
    title="Passwords where they do not belong",
    why=(
        "A password is stored as a hash, so that nobody can read it, and is there to log in: not for "
        "marketing, nor for anything else that happens to use the whole type."
    ),
    remedy="say `stored_as: hash`, and name it only in the purpose of logging in",
    look=look,
    bad="""\
information:
  contact:
    parts:
      password: {title: Password, credential: true, stored_as: encrypted}
purposes: {orders: {data: [contact]}}
""",
    good="""\
information:
  contact:
    parts:
      password: {title: Password, credential: true, stored_as: hash}
purposes: {orders: {data: [contact]}}
""",
)
