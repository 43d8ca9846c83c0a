"""Putting back what a run removed, batch by batch from the last to the first, and destroying undo that is due.

A hold (people) or a pause (tables) is placed first: else tonight's sweep would remove it all again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID, uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.images import Restored, keys_eased, restore, restore_copied
from tillit.connectors.sql.transactions import session
from tillit.model.errors import StoreError, TillitError
from tillit.model.schema import Schema
from tillit.register.database import reading, truncate_log, writing
from tillit.register.keys import destroy_undo_key, hmac_key, person_hash, undo_key, undo_keys
from tillit.register.pauses import pause_tables
from tillit.register.people import drop_closed, reopen_roots
from tillit.register.runs import (
    Run,
    RunKind,
    RunState,
    Step,
    StepState,
    finish_run,
    get_run,
    record_destroyed,
    record_undone,
    runs_to_destroy,
    start_run,
    steps,
    unknown_runs,
)
from tillit.register.standing import people_of_request, place_hold
from tillit.run.failures import store_error
from tillit.run.gone import returning_people
from tillit.run.killpoint import killpoint
from tillit.run.memory import Memory, locked, tell
from tillit.run.recover import recover
from tillit.run.stores import OpenStore
from tillit.run.undo_store import UndoPart, destroy_undo, read_undo, undo_name

HOLD = "undone"
"""The reason code of the hold that an undone erasure places; the person's next request for erasure lifts it."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was put back. `kept` rows were written by others since, and stay as these wrote them."""

    run_id: UUID
    undone: UUID
    restored: int
    kept: int
    people_held: int
    tables_paused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run is undone, and who says so. A person's erasure wants `code` and `second`, another one than `by`."""

    by: str
    code: str = ""
    second: str = ""


def undo(memory: Memory, stores: Sequence[OpenStore], run_id: UUID, reason: Reason, at: datetime) -> Undone:
    """Put back everything that `run_id` removed and that is not yet destroyed.

    Raises TillitError when there is nothing to put back, or the reason is not enough; StoreError when a store fails:
    what was put back until then stays, and the same command goes on.
    """
    with locked(memory, list(stores)):
        recover(memory, stores, at)
        run, todo = _undoable(memory, run_id, stores)
        if run.kind is RunKind.FORGET:
            _two_people(reason)
        key = undo_key(memory.keys, run_id)
        number, held, paused = _protect(memory, stores, run, todo, reason, at)
        killpoint("protected")
        try:
            restored, kept = _batches(memory, stores, run_id, number, todo, key, at)
        except BaseException:
            with writing(memory.register) as conn:
                finish_run(conn, number, RunState.FAILED, at)
                tell(memory, conn, "run.finished", {"run": str(number), "state": "failed", "rows": {}}, at)
            raise
        counts = {"restored": restored, "kept": kept}
        with writing(memory.register) as conn:
            finish_run(conn, number, RunState.DONE, at, counts)
            tell(memory, conn, "run.finished", {"run": str(number), "state": "done", "rows": counts}, at)
    return Undone(number, run_id, restored, kept, held, paused)


def _batches(
    memory: Memory,
    stores: Sequence[OpenStore],
    run_id: UUID,
    number: UUID,
    todo: Sequence[Step],
    key: bytes,
    at: datetime,
) -> tuple[int, int]:
    """Every batch, the last first; rows put back, and rows left as others wrote them."""
    by_name = {store.name: store for store in stores}
    restored = kept = 0
    for store, batch in sorted({(s.store, s.batch) for s in todo}, key=lambda place: (place[0], -place[1])):
        put, stayed = _batch(memory, by_name[store], run_id, batch, key)
        killpoint("restored")
        restored, kept = restored + put, kept + stayed
        _told(memory, number, run_id, store, batch, (put, stayed), at)
        killpoint("told")
    return restored, kept


def destroy_due(memory: Memory, now: datetime) -> list[UUID]:
    """Destroy the undo of every run whose time is over, keys first; again does nothing. Returns the runs."""
    with reading(memory.register) as conn:
        due = [run.id for run in runs_to_destroy(conn, now)]
    for run_id in due:
        destroy_undo_key(memory.keys, run_id)
        killpoint("key-destroyed")
        destroy_undo(memory.undo, run_id)
        with writing(memory.register) as conn:
            record_destroyed(conn, run_id, now)
            drop_closed(conn, run_id)
            tell(memory, conn, "undo.destroyed", {"run": str(run_id)}, now)
    _drop_idle_keys(memory)
    if due:
        truncate_log(memory.register)
    return due


def _drop_idle_keys(memory: Memory) -> None:
    """Keys of ended runs that have nothing to put back: killed before they removed anything, or undone.

    Keys of runs that the register does not know stay: when an older register was put back, nobody can tell what their
    undo is worth.
    """
    keys = undo_keys(memory.keys)
    with reading(memory.register) as conn:
        strangers = unknown_runs(conn, keys)
    for run_id in set(keys) - set(strangers):
        with reading(memory.register) as conn:
            over = get_run(conn, run_id).state in (RunState.DONE, RunState.FAILED, RunState.UNDONE)
            idle = not any(s.state in (StepState.INTENT, StepState.REMOVED) for s in steps(conn, run_id))
        if over and idle:
            destroy_undo_key(memory.keys, run_id)
            destroy_undo(memory.undo, run_id)


def _undoable(memory: Memory, run_id: UUID, stores: Sequence[OpenStore]) -> tuple[Run, list[Step]]:
    with reading(memory.register) as conn:
        run, all_steps = get_run(conn, run_id), steps(conn, run_id)
    todo = [s for s in all_steps if s.state is StepState.REMOVED]
    if not todo:
        states = {s.state for s in all_steps}
        if StepState.DESTROYED in states:
            what, remedy = "its undo has been destroyed", "what it removed is gone for good, as was promised"
        elif StepState.UNDONE in states:
            what, remedy = "it has been undone already", "nothing more is to be put back"
        else:
            what, remedy = "it removed nothing", "see `tillit status` for the runs that can be undone"
        raise TillitError(f"run {run_id} cannot be undone: {what}", remedy)
    lacking = sorted({s.store for s in todo} - {store.name for store in stores})
    if lacking:
        raise TillitError(
            f"run {run_id} removed rows from {', '.join(lacking)}, which is not in this project",
            "run the command in the project that has the map of that store",
        )
    return run, todo


def _two_people(reason: Reason) -> None:
    if not reason.code or not reason.second:
        raise TillitError(
            "undoing a person's erasure wants a coded reason and two people",
            "add --reason CODE (such as wrong_person) and --second NAME",
        )
    if reason.second.strip().casefold() == reason.by.strip().casefold():
        raise TillitError("the second person must be another one", "give the name of a colleague with --second")


def _protect(
    memory: Memory, stores: Sequence[OpenStore], run: Run, todo: Sequence[Step], reason: Reason, at: datetime
) -> tuple[UUID, int, tuple[str, ...]]:
    """The undo run on record, and nothing that it puts back will be swept: people are held, or tables paused.

    What stood for people comes before their rows: wherever this is killed, no row is back without it.
    """
    number = uuid4()
    returning = returning_people(memory, stores, run.id)
    with writing(memory.register) as conn:
        start_run(conn, RunKind.UNDO, run.policy_digest, run.plan_digest, at, undoes=run.id, run_id=number)
        body = {
            "run": str(number),
            "undoes": str(run.id),
            "by": reason.by,
            "second": reason.second,
            "reason": reason.code,
        }
        tell(memory, conn, "undo.started", body, at)
        reopen_roots(conn, returning, run.id)
        held = _hold(memory, conn, run, number, at)
        paused = () if held else _pause(memory, conn, todo, run, at)
    return number, held, paused


def _hold(memory: Memory, conn: Connection, run: Run, number: UUID, at: datetime) -> int:
    people = people_of_request(conn, run.request_id) if run.request_id else []
    if people:
        place_hold(conn, people, HOLD, at, run_id=number)
        secret = hmac_key(memory.keys, "journal")
        body = {"run": str(number), "reason": HOLD, "people": [person_hash(secret, one) for one in people]}
        tell(memory, conn, "hold.placed", body, at)
    return len(people)


def _pause(memory: Memory, conn: Connection, todo: Sequence[Step], run: Run, at: datetime) -> tuple[str, ...]:
    tables = sorted({(s.store, s.table) for s in todo})
    for store in sorted({store for store, _ in tables}):
        pause_tables(conn, store, [t for s, t in tables if s == store], f"run {run.id} was undone", at)
    names = tuple(f"{store}.{table}" for store, table in tables)
    tell(memory, conn, "tables.paused", {"tables": list(names), "undone": str(run.id)}, at)
    return names


def _batch(memory: Memory, store: OpenStore, run_id: UUID, batch: int, key: bytes) -> tuple[int, int]:
    """One transaction: the last written first. Rows that are already back count as kept, so again does no harm."""
    name = undo_name(store.name, batch)
    restored = kept = 0
    try:
        with (
            session(store.engine) as opened,
            opened.writing(),
            keys_eased(opened.connection, store.bound.schema),
        ):
            for table, action in reversed(_writes(memory, run_id, name, key)):
                parts = _parts(memory, run_id, name, key, table, action)
                for done in _put_back(opened.connection, store.bound.schema, parts):
                    restored, kept = restored + done.restored, kept + done.kept
    except DBAPIError as error:
        raise store_error(
            store.name, error, f"batch {batch} was not put back; those before it were. Run the same command again"
        ) from None
    return restored, kept


def _writes(memory: Memory, run_id: UUID, name: str, key: bytes) -> list[tuple[str, str]]:
    """(table, action) of the undo file in the order written; reads it whole, so that a damaged one changes nothing."""
    found: dict[tuple[str, str], None] = {}
    for part in read_undo(memory.undo, key, run_id, name):
        found[part.table, part.tags["action"]] = None
    if not found:
        raise StoreError(f"the undo {name} of run {run_id} holds nothing", "report it")
    return list(found)


def _parts(memory: Memory, run_id: UUID, name: str, key: bytes, table: str, action: str) -> Iterator[UndoPart]:
    for part in read_undo(memory.undo, key, run_id, name):
        if (part.table, part.tags["action"]) == (table, action) and (part.rows or part.blob):
            yield part


def _put_back(connection: Connection, schema: Schema, parts: Iterator[UndoPart]) -> Iterator[Restored]:
    """Rows piece by piece; what the engine wrote out itself, in one stream."""
    for part in parts:
        if part.blob:
            pieces = chain([part.blob], (more.blob for more in parts))
            yield restore_copied(connection, schema, part.table, part.columns, pieces)
        else:
            yield restore(connection, schema, part.table, part.tags["action"], part.columns, part.rows)


def _told(
    memory: Memory, number: UUID, run_id: UUID, store: str, batch: int, rows: tuple[int, int], at: datetime
) -> None:
    body = {"run": str(number), "undoes": str(run_id), "store": store, "batch": batch}
    with writing(memory.register) as conn:
        record_undone(conn, run_id, store, batch, at)
        tell(memory, conn, "undo.batch", body | {"restored": rows[0], "kept": rows[1]}, at)
