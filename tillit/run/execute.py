"""Carrying a plan out: undo first, then the intent, then the store, then the receipt. A kill anywhere loses nothing.

One run covers all stores it is given. In each store an erasure of people is one transaction; a sweep of everything is
cut into batches of one transaction each. `run.recover` settles what a kill left open.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.erase import erasure, table_by_table
from tillit.connectors.sql.session import Prepared, prepare
from tillit.connectors.sql.transactions import Session, retryable, session
from tillit.connectors.sql.write import Write
from tillit.decide.brake import Excess, Limits, excesses, stop, tallied, worth_counting
from tillit.decide.pause import paused
from tillit.decide.plan import plan
from tillit.model.errors import StoreError, TillitError
from tillit.model.plan import Plan
from tillit.model.policy import Policy
from tillit.model.standing import Person
from tillit.register.database import reading, writing
from tillit.register.pauses import pauses
from tillit.register.people import close_root
from tillit.register.runs import RunKind, RunState, finish_run, intents_without_receipt, start_run, steps
from tillit.run.batch import Changed, Rows, Work, carry_apart, carry_together, carry_whole, changed
from tillit.run.failures import Interrupted, store_error
from tillit.run.gone import gone_people
from tillit.run.killpoint import killpoint
from tillit.run.memory import Memory, locked, standings, tell
from tillit.run.observe import observe, row_counts
from tillit.run.recover import recover
from tillit.run.stores import OpenStore

ATTEMPTS = 5  # of one store, each with a new plan, before a run gives up to a busy database


@dataclass(frozen=True, slots=True)
class Order:
    """What to carry out. `people` None is a sweep of everything; `destroy_by` is when the undo must be gone."""

    kind: RunKind
    policy: Policy
    now: datetime
    destroy_by: datetime
    people: frozenset[Person] | None = None
    request_id: UUID | None = None
    limits: Limits = field(default_factory=Limits)
    allow_more: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: rows by (store, table, action)."""

    run_id: UUID
    rows: Mapping[tuple[str, str, str], int]
    recovered: tuple[str, ...] = ()  # what earlier, killed runs turned out to have done

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def carry_out(
    memory: Memory, stores: Sequence[OpenStore], order: Order, progress: Callable[[str, int], None] | None = None
) -> Outcome:
    """Run `order` in every store. `progress` is told (store, rows so far).

    Raises Braked before anything is written; StoreError, RegisterError or Interrupted saying what had been done.
    """
    with locked(memory, list(stores)):
        recovered = recover(memory, stores, order.now)
        plans = {store.name: _plan(memory, store, order) for store in stores}
        if len(stores) > 1:
            _brake_all(memory, stores, plans, order)
        run_id = _start(memory, stores, plans, order)
        try:
            killpoint("started")
            for store in stores:
                _store(Work(memory, run_id, store, order.now, progress), plans[store.name], order)
            rows = rows_of(memory, run_id)
            _finish(memory, stores, run_id, RunState.DONE, order.now, rows)
        except BaseException as error:
            raise _failed(memory, stores, run_id, order.now, error) from None
        return Outcome(run_id, rows, recovered)


def rows_of(memory: Memory, run_id: UUID) -> dict[tuple[str, str, str], int]:
    """What a run did so far, by (store, table, action), from its receipts."""
    found: dict[tuple[str, str, str], int] = {}
    with reading(memory.register) as conn:
        for step in steps(conn, run_id):
            if step.rows:
                key = (step.store, step.table, step.action)
                found[key] = found.get(key, 0) + step.rows
    return found


def _plan(memory: Memory, store: OpenStore, order: Order) -> Plan:
    made = plan(store.bound, order.policy, order.now, order.people)
    return made if order.people is not None else without_paused(memory, made)


def without_paused(memory: Memory, made: Plan) -> Plan:
    """A sweep's plan, with the tables left alone that an undo has paused."""
    with reading(memory.register) as conn:
        return paused(made, [one.table for one in pauses(conn, made.bound.store.name)])


def _brake_all(memory: Memory, stores: Sequence[OpenStore], plans: Mapping[str, Plan], order: Order) -> None:
    """With several stores none is written before all have passed the brake."""
    found: list[Excess] = []
    for store in stores:
        with standings(memory, store.name, order.now) as standing:
            seen = observe(store, plans[store.name], standing)
        found += excesses(seen.plan, seen.tallies, seen.sizes, order.limits)
    if found and not order.allow_more:
        raise stop(tuple(found))


def _start(memory: Memory, stores: Sequence[OpenStore], plans: Mapping[str, Plan], order: Order) -> UUID:
    digest = hashlib.sha256("\n".join(plans[s.name].digest for s in stores).encode()).hexdigest()
    run_id = uuid4()
    body = {
        "run": str(run_id),
        "what": order.kind.value,
        "stores": [store.name for store in stores],
        "policy": order.policy.digest,
        "plan": digest,
        "request": str(order.request_id) if order.request_id else None,
    }
    with writing(memory.register) as conn:
        start_run(
            conn,
            order.kind,
            order.policy.digest,
            digest,
            order.now,
            request_id=order.request_id,
            destroy_by=order.destroy_by,
            run_id=run_id,
        )
        tell(memory, conn, "run.started", body, order.now)
    return run_id


def _store(work: Work, made: Plan, order: Order) -> None:
    """One store, planned anew each time somebody else's change got in the way."""
    for attempt in itertools.count(1):
        try:
            _once(work, made, order)
            return
        except (DBAPIError, Changed) as error:
            again = isinstance(error, Changed) or retryable(error)
            if not again or attempt == ATTEMPTS:
                raise


def _once(work: Work, made: Plan, order: Order) -> None:
    with session(work.store.engine) as opened:
        if made.people is not None and table_by_table(made):
            _erase(work, opened, made, order)
            return
        if made.people is not None:
            carry_whole(work, opened, lambda: _prepare(work, opened, made, order))
            return
        with opened.planning():
            prepared = _prepare(work, opened, made, order)
        carry_apart(work, opened, prepared)


class _TooMuch(Exception):
    """More has gone than the brake allows: the transaction is rolled back, and the whole is counted and told."""


def _erase(work: Work, opened: Session, made: Plan, order: Order) -> None:
    """An erasure of people, held against the brake as it goes on."""

    def writes() -> Iterator[Write]:
        with standings(work.memory, work.store.name, order.now) as standing:
            return erasure(opened.connection, made, standing)

    def watch(done: Rows) -> None:
        if not order.allow_more and excesses(made, tallied(made, done), {}, order.limits):
            raise _TooMuch

    def allowed(done: Rows) -> None:
        watch(done)
        _override(work, excesses(made, tallied(made, done), {}, order.limits), order)

    try:
        carry_together(work, opened, writes, watch, allowed)
    except _TooMuch:
        with opened.planning():
            _prepare(work, opened, made, order)
        raise changed(work) from None


def _prepare(work: Work, opened: Session, made: Plan, order: Order) -> Prepared:
    """Evaluate the plan and hold it against the brake; nothing has been written yet."""
    with standings(work.memory, work.store.name, order.now) as standing:
        prepared = prepare(opened.connection, made, standing)
    counting = worth_counting(made, prepared.tallies, order.limits)
    sizes = row_counts(opened.connection, made.bound.schema, counting)
    found = excesses(made, prepared.tallies, sizes, order.limits)
    if found and not order.allow_more:
        raise stop(found)
    _override(work, found, order)
    return prepared


def _override(work: Work, found: Sequence[Excess], order: Order) -> None:
    """More than the brake allows goes because somebody said so: once a run, that is put on record."""
    if not found or work.overridden:
        return
    work.overridden = True
    over = [{"table": e.table, "rows": e.rows, "allowed": e.allowed} for e in found]
    with writing(work.memory.register) as conn:
        body = {"run": str(work.run_id), "store": work.store.name, "over": over}
        tell(work.memory, conn, "brake.overridden", body, order.now)


def _finish(
    memory: Memory,
    stores: Sequence[OpenStore],
    run_id: UUID,
    state: RunState,
    at: datetime,
    rows: Mapping[tuple[str, str, str], int],
) -> None:
    """The run is over. Whoever gets a freed key next must not inherit what stood for the one who is gone."""
    counts = {".".join(key): number for key, number in sorted(rows.items())}
    gone = gone_people(memory, stores, run_id)
    with writing(memory.register) as conn:
        close_root(conn, gone, at, run_id)
        finish_run(conn, run_id, state, at, counts)
        tell(memory, conn, "run.finished", {"run": str(run_id), "state": state.value, "rows": counts}, at)


def _failed(
    memory: Memory, stores: Sequence[OpenStore], run_id: UUID, at: datetime, error: BaseException
) -> BaseException:
    """The run as failed in the register, and the error that says exactly what had been done."""
    rows = rows_of(memory, run_id)
    with reading(memory.register) as conn:
        unsettled = bool(intents_without_receipt(conn, run_id))
    if not unsettled:
        with suppress(StoreError):  # the store cannot be asked who is gone: the next run ends this one
            _finish(memory, stores, run_id, RunState.FAILED, at, rows)
    done = _done_so_far(run_id, sum(rows.values()), unsettled=unsettled)
    match error:
        case KeyboardInterrupt():
            return Interrupted(f"stopped. {done}", "run again to go on where it stopped")
        case DBAPIError():
            return store_error("the store", error, done)
        case TillitError() if not rows and not unsettled:
            return error
        case TillitError():
            return type(error)(f"{error.what}. {done}", error.remedy)
        case _:
            return error


def _done_so_far(run_id: UUID, rows: int, *, unsettled: bool) -> str:
    if unsettled:
        return (
            f"whether the last batch of run {run_id} was done could not be seen; the next run finds out before it "
            f"does anything else. Before it, {rows:,} rows were done"
        )
    if not rows:
        return "nothing was changed"
    return f"done before it stopped, and nothing besides: {rows:,} rows of run {run_id}"
