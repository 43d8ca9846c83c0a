"""Data joined without anybody's approval."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for one in case.policy.combinations.values():
        lacking = [w for w in ("approved", "approved_by", "joined_with") if not getattr(one, w)]
        if lacking:
            yield Seen(one.at, f"{quote(one.name)} does not say its {listed(lacking)}", one.clause)


RULE = Rule(
    name="combination-unapproved",
    severity=Severity.WARNING,
    article="Art. 5(1)(b), 6(4) and 35 GDPR",
    title="Data joined without anybody's approval",
    why="Joining what was collected apart makes a new purpose, and often a profile.",
    remedy="say `approved:`, `approved_by:` and `joined_with:`",
    look=look,
    bad="""\
combinations:
  credit:
    data: contact
    joined_with: people
    purposes: orders
    approved: unknown
""",
    good="""\
combinations:
  credit:
    data: contact
    joined_with: people
    purposes: orders
    approved: 2026-01-01
    approved_by: the manager
""",
)
