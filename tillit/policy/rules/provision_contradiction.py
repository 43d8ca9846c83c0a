"""Voluntary, and yet required."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    providing = case.policy.providing
    if providing is None or providing.obligation != "voluntary":
        return
    bound = [p.name for p in case.policy.purposes.values() if p.provided in ("contractual", "statutory")]
    if bound:
        what = f"giving data is said to be voluntary, and required for {listed(bound)}"
        yield Seen(providing.place("obligation"), what, providing.clause)


RULE = Rule(
    name="provision-contradiction",
    severity=Severity.ERROR,
    article="Art. 13(2)(e) GDPR",
    title="Voluntary, and yet required",
    why=("The text says that nobody must give data, and of some purposes that the contract or the law demands it."),
    remedy="say it per purpose (`provided:`), and nothing general that contradicts it",
    look=look,
    bad="""\
providing: {obligation: voluntary}
""",
    good="""\
providing: {obligation: unknown}
""",
)
