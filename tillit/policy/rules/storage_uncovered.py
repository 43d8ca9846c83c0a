"""Data that lies in no place of the policy."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, covered, quote
from tillit.policy.rules.facts import clause_of


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    lying = tuple(d for p in policy.storage.values() for d in p.data)
    for leaf in policy.leaves():
        held = any(p.covers(leaf) and "unknown" not in p.data for p in policy.purposes.values())
        if policy.storage and held and not covered(lying, leaf):
            yield Seen(
                policy.information[leaf].at,
                f"no place of storage is said to have {quote(leaf)}",
                clause_of(case, policy.information[leaf]),
            )


RULE = Rule(
    name="storage-uncovered",
    severity=Severity.NOTE,
    article="Art. 13 and 30(1)(d) GDPR",
    title="Data that lies in no place of the policy",
    why="A purpose holds it, and no place of storage is said to have it.",
    remedy="name it under `data:` of the place",
    look=look,
    bad="""\
storage: {server: {data: contact}}
""",
    good="""\
storage: {server: {data: [contact, technical]}}
""",
)
