"""Does the company keep its promises? Clause by clause, and on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from tillit.decide.attribute import cells
from tillit.decide.drift import Drift, drift
from tillit.decide.plan import plan
from tillit.decide.tolerance import by_tolerance, earlier
from tillit.decide.undated import undated
from tillit.model.policy import Policy
from tillit.register.database import writing
from tillit.register.evidence import Evidence, record_evidence
from tillit.register.pauses import Pause, pauses
from tillit.run.memory import Memory, standings
from tillit.run.observe import count_where, observe
from tillit.run.stores import OpenStore
from tillit.service.project import Project, fit_to_read

Cells = dict[tuple[str, str, str, str], int]
"""(clause, store, table, column) -> dead values."""


class State(Enum):
    """How a clause stands."""

    KEPT = "kept"  # nothing dead is there
    DUE = "due"  # dead values are there, within tolerance: the next sweep takes them
    BROKEN = "broken"  # dead values are there past tolerance
    UNPROVEN = "unproven"  # no data is mapped to it, so nothing shows that it is kept


@dataclass(frozen=True, slots=True)
class ClauseState:
    """One clause. `where` tells what is dead, `STORE.TABLE.COLUMN` -> (broken, due); no column for whole rows."""

    clause: str
    title: str
    state: State
    broken: int
    due: int
    where: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Undated:
    """Rows that a period cannot end for, because the day it counts from is missing. They are kept."""

    store: str
    table: str
    clause: str
    purpose: str
    clock: str
    rows: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check saw."""

    clauses: tuple[ClauseState, ...]
    drift: tuple[Drift, ...]
    undated: tuple[Undated, ...]
    notes: tuple[tuple[str, str], ...]  # (store, note)
    paused: tuple[Pause, ...]

    @property
    def findings(self) -> int:
        """What somebody has to do something about: broken clauses, and what no map speaks of."""
        return sum(c.state is State.BROKEN for c in self.clauses) + sum(d.count for d in self.drift)


def check(project: Project, memory: Memory, stores: list[OpenStore], now: datetime) -> Checked:
    """Look at every store, judge every clause, and write the evidence to the register. No store is changed.

    Raises StoreError when a right to read is missing.
    """
    fit_to_read(stores)
    dead: Cells = {}
    late: Cells = {}
    for store in stores:
        dead |= _dead(project.policy, memory, store, now, None)
        for period, purposes in by_tolerance(project.policy, _purposes(store)).items():
            then = earlier(now, period, ZoneInfo(project.policy.controller.timezone))
            for place, number in _dead(project.policy, memory, store, then, purposes).items():
                late[place] = max(number, late.get(place, 0))
    mapped = {project.policy.purposes[p].clause for store in stores for p in _purposes(store)}
    clauses = tuple(_judge(c, t.title, c in mapped, dead, late) for c, t in project.policy.clauses.items())
    with writing(memory.register) as conn:
        paused = tuple(pauses(conn))
        seen = Checked(
            clauses,
            tuple(found for store in stores if (found := drift(store.bound)).count),
            tuple(u for store in stores for u in _undated(project.policy, store, now)),
            tuple((store.name, note) for store in stores for note in store.bound.notes),
            paused,
        )
        record_evidence(conn, _evidence(project, stores, seen, now))
    return seen


def _purposes(store: OpenStore) -> set[str]:
    return {g.purpose for table in store.bound.tables.values() for g in table.table.grounds}


def _dead(policy: Policy, memory: Memory, store: OpenStore, at: datetime, purposes: frozenset[str] | None) -> Cells:
    """What was dead at `at` under the promises of `purposes`, with what stood for people then."""
    with standings(memory, store.name, at) as standing:
        seen = observe(store, plan(store.bound, policy, at), standing)
    found = cells(seen.plan.rules, seen.tallies, purposes)
    return {(clause, store.name, table, column): number for (clause, table, column), number in found.items()}


def _judge(clause: str, title: str, mapped: bool, dead: Cells, late: Cells) -> ClauseState:
    where: dict[str, tuple[int, int]] = {}
    for place in sorted({p for p in (*dead, *late) if p[0] == clause}):
        broken = late.get(place, 0)
        name = ".".join(part for part in place[1:] if part)
        where[name] = (broken, max(dead.get(place, 0) - broken, 0))
    broken, due = sum(b for b, _ in where.values()), sum(d for _, d in where.values())
    state = State.BROKEN if broken else State.DUE if due else State.KEPT if mapped else State.UNPROVEN
    return ClauseState(clause, title, state, broken, due, where)


def _undated(policy: Policy, store: OpenStore, now: datetime) -> list[Undated]:
    found = undated(store.bound, policy, now)
    numbers = count_where(store, [(one.table, one.condition) for one in found])
    rows: dict[tuple[str, str, str, str], int] = {}
    for one, number in zip(found, numbers, strict=True):
        place = (one.table, one.clause, one.purpose, one.clock)
        rows[place] = rows.get(place, 0) + number
    return [Undated(store.name, *place, number) for place, number in rows.items() if number]


def _evidence(project: Project, stores: list[OpenStore], seen: Checked, now: datetime) -> list[Evidence]:
    digest = project.digest
    found = [
        Evidence(
            "retention", c.clause, now, digest, c.state.value, count=c.broken, detail={"due": c.due, "where": c.where}
        )
        for c in seen.clauses
    ]
    drifted = {d.store: d for d in seen.drift}
    for store in stores:
        one = drifted.get(store.name)
        detail = {"tables": one.tables, "columns": one.columns} if one else {}
        state = "broken" if one else "kept"
        found.append(Evidence("drift", "", now, digest, state, store.name, one.count if one else 0, detail))
    for u in seen.undated:
        subject = f"{u.store}.{u.table}"
        found.append(Evidence("undated", u.clause, now, digest, "note", subject, u.rows, {"purpose": u.purpose}))
    return found
