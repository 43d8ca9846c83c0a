"""Runs and their receipts: what was meant to be done, what was done, and what became of the undo.

The order that makes a kill at any point recoverable:

1. `start_run`, `record_intent` of one batch of one store, commit; the undo of the batch is sealed on disk.
2. The store commits the batch.
3. `record_removed`, commit. A kill between 2 and 3 leaves an intent without receipt: recovery looks in the store,
   compares with the undo, and writes `record_removed(..., recovered=True)` or `record_abandoned`.
4. `finish_run`; later `record_destroyed`, or `record_undone`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID, uuid4

import sqlalchemy as sa

from tillit.model.errors import RegisterError
from tillit.register.canonical import canonical
from tillit.register.schema import run, step


class RunKind(Enum):
    SWEEP = "sweep"
    FORGET = "forget"
    RECTIFY = "rectify"
    UNDO = "undo"


class RunState(Enum):
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


class StepState(Enum):
    INTENT = "intent"  # written down before the store is touched
    REMOVED = "removed"  # the store has committed; the undo can bring it back
    DESTROYED = "destroyed"  # the undo is gone too
    UNDONE = "undone"  # put back
    ABANDONED = "abandoned"  # the store did not commit: nothing happened


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `undoes` is the run that an undo run puts back; `destroy_by` when its undo must be gone."""

    id: UUID
    kind: RunKind
    state: RunState
    started_at: datetime
    changed_at: datetime
    policy_digest: str
    plan_digest: str
    request_id: UUID | None = None
    undoes: UUID | None = None
    destroy_by: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The receipt of one action on one table in one batch of one store.

    `planned` and `rows` count rows; `rows` is None until removed. `closed_at` is when it was destroyed, undone or
    abandoned. `recovered` says that recovery, not the run itself, saw what the store had done.
    """

    run_id: UUID
    store: str
    batch: int
    table: str
    action: str
    state: StepState
    planned: int
    rows: int | None
    recovered: bool
    intent_at: datetime
    removed_at: datetime | None
    closed_at: datetime | None


def start_run(
    conn: sa.Connection,
    kind: RunKind,
    policy_digest: str,
    plan_digest: str,
    at: datetime,
    *,
    request_id: UUID | None = None,
    undoes: UUID | None = None,
    destroy_by: datetime | None = None,
    run_id: UUID | None = None,
) -> UUID:
    """Records a planned run and returns its id (a new one unless given: the undo folder may need it earlier)."""
    number = run_id or uuid4()
    row = {
        "id": number,
        "kind": kind.value,
        "state": RunState.PLANNED.value,
        "started_at": at,
        "changed_at": at,
        "policy_digest": policy_digest,
        "plan_digest": plan_digest,
        "request_id": request_id,
        "undoes": undoes,
        "destroy_by": destroy_by,
        "counts": "{}",
    }
    conn.execute(sa.insert(run).values(row))
    return number


def record_intent(
    conn: sa.Connection,
    run_id: UUID,
    store: str,
    batch: int,
    planned: Mapping[tuple[str, str], int],
    at: datetime,
) -> None:
    """Writes down what a batch is about to do: (table, action) -> planned rows. The run is then running.

    Recording a batch again is allowed only after it was abandoned; its receipt starts anew.
    """
    known = {one.state for one in steps(conn, run_id, store, batch)}
    if known - {StepState.ABANDONED}:
        raise RegisterError(
            f"batch {batch} of {store} in run {run_id} is already written down", "recover the run before it goes on"
        )
    conn.execute(sa.delete(step).where(_batch(run_id, store, batch)))
    blank = {"run_id": run_id, "store": store, "batch": batch, "state": StepState.INTENT.value, "recovered": False}
    rows = [
        blank | {"table_name": table, "action": action, "planned": count, "intent_at": at}
        for (table, action), count in planned.items()
    ]
    if rows:
        conn.execute(sa.insert(step), rows)
    set_run_state(conn, run_id, RunState.RUNNING, at)


def record_removed(
    conn: sa.Connection,
    run_id: UUID,
    store: str,
    batch: int,
    rows: Mapping[tuple[str, str], int],
    at: datetime,
    *,
    recovered: bool = False,
) -> None:
    """Writes the receipt of a batch that the store has committed: (table, action) -> rows. All of its intents, or none.

    Raises RegisterError when the batch has no intent for exactly these tables and actions.
    """
    meant = {(one.table, one.action) for one in steps(conn, run_id, store, batch) if one.state is StepState.INTENT}
    if not meant or meant != set(rows):
        raise RegisterError(
            f"the receipt of batch {batch} of {store} in run {run_id} does not match what was written down",
            "recover the run: compare the store with the undo",
        )
    receipt = (
        sa.update(step)
        .where(_batch(run_id, store, batch))
        .where(step.c.table_name == sa.bindparam("of"), step.c.action == sa.bindparam("do"))
        .values(state=StepState.REMOVED.value, rows=sa.bindparam("n"), removed_at=at, recovered=recovered)
    )
    conn.execute(receipt, [{"of": table, "do": action, "n": count} for (table, action), count in rows.items()])


def record_abandoned(conn: sa.Connection, run_id: UUID, store: str, batch: int, at: datetime) -> int:
    """The store did not commit the batch: nothing happened. Returns the number of steps; 0 when none was an intent."""
    return _close(conn, _batch(run_id, store, batch), StepState.INTENT, StepState.ABANDONED, at)


def record_destroyed(conn: sa.Connection, run_id: UUID, at: datetime) -> int:
    """The undo of the run is gone: what was removed is destroyed. Returns the number of steps; again gives 0."""
    return _close(conn, step.c.run_id == run_id, StepState.REMOVED, StepState.DESTROYED, at)


def record_undone(conn: sa.Connection, run_id: UUID, store: str, batch: int, at: datetime) -> int:
    """A batch was put back. The run counts as undone once no step of it is removed. Returns the number of steps."""
    done = _close(conn, _batch(run_id, store, batch), StepState.REMOVED, StepState.UNDONE, at)
    left = sa.select(sa.func.count()).where(step.c.run_id == run_id, step.c.state == StepState.REMOVED.value)
    if done and not conn.execute(left).scalar_one():
        set_run_state(conn, run_id, RunState.UNDONE, at)
    return done


def finish_run(
    conn: sa.Connection, run_id: UUID, state: RunState, at: datetime, counts: Mapping[str, int] | None = None
) -> None:
    """Ends a run as DONE or FAILED with its counts. Raises RegisterError while an intent has no receipt."""
    if intents_without_receipt(conn, run_id):
        raise RegisterError(f"run {run_id} has steps without a receipt", "recover the run before it is ended")
    set_run_state(conn, run_id, state, at)
    conn.execute(sa.update(run).where(run.c.id == run_id).values(counts=canonical(dict(counts or {}))))


def set_run_state(conn: sa.Connection, run_id: UUID, state: RunState, at: datetime) -> None:
    """Moves a run to a state. Raises RegisterError when there is no such run."""
    moved = conn.execute(sa.update(run).where(run.c.id == run_id).values(state=state.value, changed_at=at))
    if moved.rowcount != 1:
        raise _no_such(run_id)


def get_run(conn: sa.Connection, run_id: UUID) -> Run:
    """One run. Raises RegisterError when there is none with this id."""
    row = conn.execute(sa.select(run).where(run.c.id == run_id)).one_or_none()
    if row is None:
        raise _no_such(run_id)
    return _as_run(row)


def unknown_runs(conn: sa.Connection, run_ids: Collection[UUID]) -> list[UUID]:
    """Those of `run_ids` that are no run of this register: it may be an older one that was put back."""
    known = set(conn.execute(sa.select(run.c.id).where(run.c.id.in_(run_ids))).scalars())
    return sorted(set(run_ids) - known)


def runs(conn: sa.Connection, limit: int | None = None) -> list[Run]:
    """The runs, the latest first."""
    query = sa.select(run).order_by(run.c.started_at.desc(), run.c.id).limit(limit)
    return [_as_run(row) for row in conn.execute(query)]


def open_runs(conn: sa.Connection) -> list[Run]:
    """Runs planned or running, the oldest first: at the start of a job these were killed, and want recovery."""
    states = [RunState.PLANNED.value, RunState.RUNNING.value]
    query = sa.select(run).where(run.c.state.in_(states)).order_by(run.c.started_at, run.c.id)
    return [_as_run(row) for row in conn.execute(query)]


def runs_to_destroy(conn: sa.Connection, now: datetime) -> list[Run]:
    """Runs whose undo is due to be destroyed, the oldest first: some step still removed, and `destroy_by` reached."""
    removed = sa.select(step.c.run_id).where(step.c.state == StepState.REMOVED.value)
    query = sa.select(run).where(run.c.destroy_by <= now, run.c.id.in_(removed)).order_by(run.c.destroy_by, run.c.id)
    return [_as_run(row) for row in conn.execute(query)]


def steps(conn: sa.Connection, run_id: UUID, store: str | None = None, batch: int | None = None) -> list[Step]:
    """The receipts of a run, or of one of its stores or batches, in order."""
    query = sa.select(step).where(step.c.run_id == run_id)
    query = query if store is None else query.where(step.c.store == store)
    query = query if batch is None else query.where(step.c.batch == batch)
    return _as_steps(conn.execute(query.order_by(step.c.store, step.c.batch, step.c.table_name, step.c.action)))


def intents_without_receipt(conn: sa.Connection, run_id: UUID | None = None) -> list[Step]:
    """Steps written down whose outcome is unknown, of one run or of all, in order."""
    query = sa.select(step).where(step.c.state == StepState.INTENT.value)
    query = query if run_id is None else query.where(step.c.run_id == run_id)
    order = (step.c.intent_at, step.c.run_id, step.c.store, step.c.batch, step.c.table_name, step.c.action)
    return _as_steps(conn.execute(query.order_by(*order)))


def _close(conn: sa.Connection, which: sa.ColumnElement[bool], from_: StepState, to: StepState, at: datetime) -> int:
    moved = sa.update(step).where(which, step.c.state == from_.value).values(state=to.value, closed_at=at)
    return conn.execute(moved).rowcount


def _batch(run_id: UUID, store: str, batch: int) -> sa.ColumnElement[bool]:
    return sa.and_(step.c.run_id == run_id, step.c.store == store, step.c.batch == batch)


def _no_such(run_id: UUID) -> RegisterError:
    return RegisterError(f"there is no run {run_id}", "look at the list of runs for its id")


def _as_run(row: sa.Row[tuple[object, ...]]) -> Run:
    return Run(
        row.id,
        RunKind(row.kind),
        RunState(row.state),
        row.started_at,
        row.changed_at,
        row.policy_digest,
        row.plan_digest,
        row.request_id,
        row.undoes,
        row.destroy_by,
        json.loads(row.counts),
    )


def _as_steps(rows: Iterable[sa.Row[tuple[object, ...]]]) -> list[Step]:
    return [
        Step(
            r.run_id,
            r.store,
            r.batch,
            r.table_name,
            r.action,
            StepState(r.state),
            r.planned,
            r.rows,
            r.recovered,
            r.intent_at,
            r.removed_at,
            r.closed_at,
        )
        for r in rows
    ]
