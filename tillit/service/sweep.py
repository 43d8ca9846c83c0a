"""What is dead now, and removing it: `plan` looks, `sweep` acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tillit.decide.attribute import ClauseCount, by_clause
from tillit.decide.brake import Excess, excesses
from tillit.decide.plan import plan
from tillit.decide.tolerance import undo_ends
from tillit.model.errors import Braked, TillitError
from tillit.register.approvals import approve, current_approval
from tillit.register.database import reading, writing
from tillit.register.pauses import Pause, pauses, resume_table
from tillit.register.runs import RunKind
from tillit.run.execute import Order, Outcome, carry_out, without_paused
from tillit.run.memory import Memory, standings, tell
from tillit.run.observe import Observed, observe
from tillit.run.restore import destroy_due
from tillit.run.stores import OpenStore
from tillit.service.committed import naming_run, telling
from tillit.service.project import Project, fit_to_read, fit_to_write


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sweep would do now. `approved` says whether this policy and these maps may be applied."""

    stores: tuple[Observed, ...]
    clauses: dict[str, ClauseCount]
    beyond: tuple[Excess, ...]  # what the brake would stop
    paused: tuple[Pause, ...]
    approved: bool

    @property
    def total(self) -> int:
        return sum(store.total for store in self.stores)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did. `destroyed` are the runs whose undo's time was over; `undo_until` is that of this one."""

    outcome: Outcome
    destroyed: tuple[UUID, ...]
    undo_until: datetime
    approved: bool  # by this call


def preview(project: Project, memory: Memory, stores: list[OpenStore], now: datetime) -> Preview:
    """Look only: nothing in any store is changed. Raises StoreError when a right to read is missing."""
    fit_to_read(stores)
    seen = tuple(_look(project, memory, store, now) for store in stores)
    with reading(memory.register) as conn:
        approval, paused = current_approval(conn), tuple(pauses(conn))
    beyond = tuple(e for o in seen for e in excesses(o.plan, o.tallies, o.sizes, project.settings.limits))
    approved = approval is not None and approval.digest == project.digest
    return Preview(seen, merged(seen), beyond, paused, approved)


def _look(project: Project, memory: Memory, store: OpenStore, now: datetime) -> Observed:
    made = without_paused(memory, plan(store.bound, project.policy, now))
    with standings(memory, store.name, now) as standing:
        return observe(store, made, standing)


def merged(seen: tuple[Observed, ...]) -> dict[str, ClauseCount]:
    """Clause -> counts over all stores; tables are named with their store."""
    found: dict[str, ClauseCount] = {}
    for one in seen:
        for clause, count in by_clause(one.plan.rules, one.tallies).items():
            into = found.setdefault(clause, ClauseCount())
            into.rows += count.rows
            into.values += count.values
            into.coarsened += count.coarsened
            into.links += count.links
            into.tables |= {f"{one.store}.{table}": number for table, number in count.tables.items()}
    return dict(sorted(found.items()))


def sweep(
    project: Project,
    memory: Memory,
    stores: list[OpenStore],
    now: datetime,
    *,
    by: str,
    approve_it: bool = False,
    allow_more: bool = False,
    progress: Callable[[str, int], None] | None = None,
) -> Swept:
    """Destroy undo whose time is over, whatever else stops the sweep; then remove everything that is dead.

    Raises StoreError when a right is missing; Braked when the policy or a map is new and `approve_it` is not said, or
    when too much would go.
    """
    with telling() as told:
        destroyed = tuple(destroy_due(memory, now))  # before all that may stop a sweep: undo never outlives its day
        if destroyed:
            told(f"Destroyed for good before that, being due: the undo of {', '.join(map(str, destroyed))}.")
        fit_to_write(stores)
        approved = _approval(project, memory, stores, now, by, approve_it=approve_it)
        purposes = {g.purpose for store in stores for t in store.bound.tables.values() for g in t.table.grounds}
        until = undo_ends(project.policy, purposes, now, project.settings.undo_days, sweep=True)
        order = Order(RunKind.SWEEP, project.policy, now, until, limits=project.settings.limits, allow_more=allow_more)
        with naming_run(memory, RunKind.SWEEP, now):
            return Swept(carry_out(memory, stores, order, progress), destroyed, until, approved)


def _approval(
    project: Project, memory: Memory, stores: list[OpenStore], now: datetime, by: str, *, approve_it: bool
) -> bool:
    """True when approved just now. A new policy reaches old data only when somebody has seen how much would go."""
    with reading(memory.register) as conn:
        last = current_approval(conn)
    if last is not None and last.digest == project.digest:
        return False
    seen = tuple(_look(project, memory, store, now) for store in stores)
    counts = {clause: count.total for clause, count in merged(seen).items()}
    if not approve_it:
        raise _unapproved(counts, first=last is None)
    with writing(memory.register) as conn:
        approve(conn, project.digest, counts, by, now)
        body = {"digest": project.digest, "policy": project.policy.digest, "by": by, "counts": counts}
        tell(memory, conn, "policy.approved", body, now)
    return True


def _unapproved(counts: dict[str, int], *, first: bool) -> Braked:
    what = "nobody has approved this policy yet" if first else "the policy or a map has changed since it was approved"
    told = "\n".join(f"clause {clause}: {count:,} values would be removed" for clause, count in counts.items())
    return Braked(
        f"{what}. Nothing was removed.\n{told or 'Nothing would be removed today.'}",
        "look at `tillit plan`; when it is right, run again with --approve",
    )


def resume(memory: Memory, name: str, by: str, now: datetime) -> None:
    """Lift the pause of STORE.TABLE. Raises TillitError when it is not paused."""
    store, _, table = name.partition(".")
    with writing(memory.register) as conn:
        if not resume_table(conn, store, table):
            listed = ", ".join(f"{p.store}.{p.table}" for p in pauses(conn)) or "none"
            raise TillitError(f"{name} is not paused", f"paused now: {listed}")
        tell(memory, conn, "table.resumed", {"table": name, "by": by}, now)
