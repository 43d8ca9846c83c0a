"""Storage periods: nothing is left in the stores past its period (Art. 5(1)(e) GDPR)."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.checks.asks import Answers
from tillit.checks.case import Case, Kind, several
from tillit.checks.verdict import Evidence, Place, State
from tillit.model.policy import Policy


def judge(case: Case, _: Answers) -> tuple[Evidence, ...]:
    """Broken: values past period and tolerance. Due: past the period only; the next sweep takes them."""
    tables = _mapped(case)
    return tuple(_clause(case, clause, tables.get(clause, set())) for clause in case.policy.clauses)


def _clause(case: Case, clause: str, tables: set[str]) -> Evidence:
    promised = {p.clause for p in case.policy.purposes.values()}
    if not tables:
        why = "no column of any store is mapped to its purposes" if clause in promised else "it has no purpose"
        return case.evidence(
            "retention", State.UNPROVEN, f"Nothing shows it: {why}.", clause=clause,
            remedy="map the tables that hold data for it" if clause in promised else "",
        )  # fmt: skip
    places, due = [], 0
    for where in sorted({p for p in (*case.dead, *case.late) if p[0] == clause}):
        broken = case.late.get(where, 0)
        waiting = max(case.dead.get(where, 0) - broken, 0)
        due += waiting
        note = f"{several(waiting, 'value')} due" if waiting else ""
        places.append(Place(*where[1:], count=broken, note=note))
    number = sum(p.count or 0 for p in places)
    says = f"{several(number, 'value')} past period and tolerance." if number else "Nothing is past its period."
    if due:
        says += f" {several(due, 'value')} due, which the next sweep takes in time."
    return case.evidence(
        "retention", State.BROKEN if number else State.PROVEN, says, clause=clause, count=number, due=due,
        looked=several(len(tables), "mapped table"), query="the predicate of the sweep, counted at now and at now less "
        "each purpose's tolerance (`tillit plan` shows the same)", places=tuple(places),
        remedy="run `tillit plan`, then `tillit sweep --apply`" if number else "",
    )  # fmt: skip


def _mapped(case: Case) -> dict[str, set[str]]:
    """Clause -> tables with a ground under it."""
    found: dict[str, set[str]] = {}
    for bound in case.bounds:
        for name, table in bound.tables.items():
            for ground in table.table.grounds:
                clause = case.policy.purposes[ground.purpose].clause
                found.setdefault(clause, set()).add(f"{bound.store.name}.{name}")
    return found


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    for purpose in policy.purposes.values():
        yield purpose.clause, f"purposes.{purpose.name}"


KIND = Kind("retention", "Nothing is left past its storage period", judge, entries=_entries)
