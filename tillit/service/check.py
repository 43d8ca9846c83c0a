"""Does the company keep its promises? Clause by clause, and on record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tillit.checks.case import Case
from tillit.checks.conclude import conclude, promises_of
from tillit.checks.kinds import KINDS
from tillit.checks.looks import Looks, parse_looks
from tillit.checks.verdict import ClauseState, Evidence, State
from tillit.decide.attribute import cells
from tillit.decide.drift import Drift, drift
from tillit.decide.plan import plan
from tillit.decide.tolerance import by_tolerance, earlier
from tillit.decide.undated import undated
from tillit.model.errors import TillitError
from tillit.model.policy import Policy
from tillit.model.promise import Promise, Shown
from tillit.policy.promises import parse_promises
from tillit.register import evidence as kept
from tillit.register.database import reading, writing
from tillit.register.pauses import Pause, pauses
from tillit.run.look import look
from tillit.run.memory import Memory, standings
from tillit.run.observe import count_where, observe
from tillit.run.stores import OpenStore
from tillit.service.project import Project, fit_to_read
from tillit.service.seen import as_kept, recalled, remembered

Cells = dict[tuple[str, str, str, str], int]
"""(clause, store, table, column) -> dead values."""

ALWAYS = ("retention", "drift")
"""Kinds that are looked at whatever is promised."""


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
    """What a check saw: every clause with its promises and evidence, and what bears on no clause."""

    at: datetime
    digest: str  # of the policy and maps
    policy: Policy
    clauses: tuple[ClauseState, ...]
    evidence: tuple[Evidence, ...]
    drift: tuple[Drift, ...]
    undated: tuple[Undated, ...]
    notes: tuple[tuple[str, str], ...]  # (store, note)
    paused: tuple[Pause, ...]

    @property
    def findings(self) -> int:
        """What somebody has to do something about: broken clauses, and what no map speaks of."""
        return sum(c.state is State.BROKEN for c in self.clauses) + sum(d.count for d in self.drift)


def check(
    project: Project,
    memory: Memory,
    stores: list[OpenStore],
    now: datetime,
    only: Collection[str] = (),
) -> Checked:
    """Look at every store, judge every clause, and write the evidence to the register. No store is changed.

    `only` names the kinds of check to run; what the others saw last is taken from the register, and is stale where
    that was too long ago, or of other files. Raises StoreError when a right to read is missing, TillitError for an
    unknown kind, Faults for what is wrong in promises.yaml and checks.yaml.
    """
    if unknown := sorted(set(only) - set(KINDS)):
        raise TillitError(f"there is no kind of check called {unknown[0]}", "known: " + ", ".join(KINDS))
    promises, looks = promised(project), looked_at(project)
    fit_to_read(stores)
    wanted = [k for k in KINDS if k in ALWAYS or any(p.check == k for p in promises)]
    running = [k for k in wanted if not only or k in only]
    case = _case(project, memory, stores, now, looks, retention="retention" in running)
    answers = look(stores, (ask for name in running for ask in KINDS[name].asks(case)))
    seen = [one for name in running for one in KINDS[name].judge(case, answers)]
    with reading(memory.register) as conn:
        rest = [old for name in wanted if name not in running for old in recalled(conn, name, now, project.digest)]
        paused = tuple(pauses(conn))
    clauses = conclude(case, promises, [*seen, *rest])
    undated_ = tuple(u for store in stores for u in _undated(project.policy, store, now))
    notes = tuple((store.name, note) for store in stores for note in store.bound.notes)
    with writing(memory.register) as conn:
        _record(conn, project.digest, seen, undated_, now)
    drifted = tuple(d for d in case.drift if d.count)
    return Checked(now, project.digest, project.policy, clauses, (*seen, *rest), drifted, undated_, notes, paused)


def promised(project: Project) -> tuple[Promise, ...]:
    """The promises of promises.yaml; where there is no such file, those that follow from the policy itself."""
    file = project.folder / "promises.yaml"
    if not file.is_file():
        return promises_of(project.policy)
    found = parse_promises(file.name, file.read_text(encoding="utf-8"), project.policy)[0]
    strange = sorted({p.check for p in found if p.shown is Shown.CHECKED} - set(KINDS))
    if strange:
        raise TillitError(f"promises.yaml names a kind of check that is not there: {strange[0]}", ", ".join(KINDS))
    return found


def looked_at(project: Project) -> Looks:
    """What checks.yaml says; nothing where there is no such file. Raises Faults."""
    file = project.folder / "checks.yaml"
    if not file.is_file():
        return Looks()
    stores = {store.name: store for store in project.stores}
    return parse_looks(file.name, file.read_text(encoding="utf-8"), stores, project.policy.storage)


def _case(
    project: Project, memory: Memory, stores: list[OpenStore], now: datetime, looks: Looks, *, retention: bool
) -> Case:
    dead, late = _cells(project, memory, stores, now) if retention else ({}, {})
    with reading(memory.register) as conn:
        register = remembered(conn)
    bounds = tuple(store.bound for store in stores)
    drifted = tuple(drift(bound) for bound in bounds)
    return Case(project.policy, now, project.digest, bounds, looks, register, dead, late, drifted)


def _cells(project: Project, memory: Memory, stores: list[OpenStore], now: datetime) -> tuple[Cells, Cells]:
    """Dead values now, and those past tolerance: dead then by what stood then, and never more than are dead now.

    A value that somebody has consented to since was dead then, and no promise is broken by it now.
    """
    dead: Cells = {}
    late: Cells = {}
    for store in stores:
        dead |= _dead(project.policy, memory, store, now, None)
        for period, purposes in by_tolerance(project.policy, _purposes(store)).items():
            then = earlier(now, period, ZoneInfo(project.policy.controller.timezone))
            for place, number in _dead(project.policy, memory, store, then, purposes).items():
                late[place] = max(min(number, dead.get(place, 0)), late.get(place, 0))
    return dead, {place: number for place, number in late.items() if number}


def _purposes(store: OpenStore) -> set[str]:
    return {g.purpose for table in store.bound.tables.values() for g in table.table.grounds}


def _dead(policy: Policy, memory: Memory, store: OpenStore, at: datetime, purposes: frozenset[str] | None) -> Cells:
    """What was dead at `at` under the promises of `purposes`, with what stood for people then."""
    with standings(memory, store.name, at) as standing:
        seen = observe(store, plan(store.bound, policy, at), standing)
    found = cells(seen.plan.rules, seen.tallies, purposes)
    return {(clause, store.name, table, column): number for (clause, table, column), number in found.items()}


def _undated(policy: Policy, store: OpenStore, now: datetime) -> list[Undated]:
    found = undated(store.bound, policy, now)
    numbers = count_where(store, [(one.table, one.condition) for one in found])
    rows: dict[tuple[str, str, str, str], int] = {}
    for one, number in zip(found, numbers, strict=True):
        place = (one.table, one.clause, one.purpose, one.clock)
        rows[place] = rows.get(place, 0) + number
    return [Undated(store.name, *place, number) for place, number in rows.items() if number]


def _record(
    conn: sa.Connection, digest: str, seen: list[Evidence], undated_: tuple[Undated, ...], now: datetime
) -> None:
    found = [as_kept(one) for one in seen]
    for u in undated_:
        subject = f"{u.store}.{u.table}"
        found.append(kept.Evidence("undated", u.clause, now, digest, "note", subject, u.rows, {"purpose": u.purpose}))
    kept.record_evidence(conn, found)
