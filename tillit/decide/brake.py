"""The brake: more may not go in one run than the owner allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tillit.decide.attribute import clauses_of, touched
from tillit.model.errors import Braked
from tillit.model.plan import Plan, TableTally


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may touch in a store: of a table, `share` of its rows or `rows`, whichever is more.

    An erasure of people may touch `person_rows` in all.
    """

    share: float = 0.2
    rows: int = 10_000
    person_rows: int = 5_000


@dataclass(frozen=True, slots=True)
class Excess:
    """One table (or, for people, a whole store: `table` empty) that would lose more than allowed."""

    store: str
    table: str
    clauses: tuple[str, ...]
    rows: int
    allowed: int


def worth_counting(plan: Plan, tallies: Mapping[str, TableTally], limits: Limits) -> tuple[str, ...]:
    """The tables whose size decides: all others are below the limit whatever their size."""
    if plan.people is not None:
        return ()
    return tuple(name for name, tally in tallies.items() if touched(tally) > limits.rows)


def tallied(plan: Plan, done: Mapping[tuple[str, str], int]) -> dict[str, TableTally]:
    """What has been done, by (table, action), as tallies of rows: deleted, and changed in whatever column."""
    found: dict[str, TableTally] = {}
    for (table, action), rows in done.items():
        if table in plan.rules and action in ("delete", "change"):
            last = found.get(table) or TableTally(table)
            change = {"": rows} if action == "change" else {}
            found[table] = replace(
                last, deleted=last.deleted + rows * (action == "delete"), replaced={**last.replaced, **change}
            )
    return found


def excesses(
    plan: Plan, tallies: Mapping[str, TableTally], sizes: Mapping[str, int], limits: Limits
) -> tuple[Excess, ...]:
    """What a plan would touch beyond the limits. `sizes` are the rows of the tables `worth_counting` names."""
    store = plan.bound.store.name
    if plan.people is not None:
        rows = sum(touched(tally) for tally in tallies.values())
        clauses = {c for name, tally in tallies.items() if tally.total for c in clauses_of(plan.rules[name])}
        too_many = rows > limits.person_rows
        return (Excess(store, "", tuple(sorted(clauses)), rows, limits.person_rows),) if too_many else ()
    found = []
    for name in worth_counting(plan, tallies, limits):
        rows, allowed = touched(tallies[name]), max(limits.rows, int(limits.share * sizes[name]))
        if rows > allowed:
            found.append(Excess(store, name, tuple(sorted(clauses_of(plan.rules[name]))), rows, allowed))
    return tuple(found)


def stop(found: tuple[Excess, ...]) -> Braked:
    """The error that tells of all of them."""
    lines = [
        f"{e.store}{'.' * bool(e.table)}{e.table}: {e.rows:,} rows would be touched, {e.allowed:,} are allowed"
        + (f" (clause {', '.join(e.clauses)})" if e.clauses else "")
        for e in found
    ]
    return Braked(
        "the brake stopped the run: more would go than is allowed. Nothing was removed.\n" + "\n".join(lines),
        "look at `tillit plan`; if it is right, run again with --allow-more, or raise `brake` in tillit.yaml",
    )
