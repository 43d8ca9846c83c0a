"""Did the store commit this batch? The undo knows how the rows were before; the store shows how they are now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from itertools import chain, groupby
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.images import still_there, still_there_copied
from tillit.connectors.sql.transactions import session
from tillit.model.errors import RegisterError, StoreError
from tillit.model.schema import Schema
from tillit.register.database import reading, writing
from tillit.register.keys import undo_key
from tillit.register.runs import StepState, record_abandoned, record_removed, steps
from tillit.run.failures import store_error
from tillit.run.memory import Memory, tell
from tillit.run.stores import OpenStore
from tillit.run.undo_store import SEALED, UndoPart, read_undo, run_folder, undo_name


class Settled(Enum):
    """What became of a batch that had no receipt."""

    ABANDONED = "it had not happened"
    REMOVED = "it had happened"
    MIXED = "it had happened in part, or others wrote there since"
    UNKNOWN = "its undo is gone, so nobody can tell"


def settle(memory: Memory, store: OpenStore, run_id: UUID, batch: int, at: datetime) -> Settled:
    """Give a batch its receipt, or abandon it, by comparing the store with the undo. Hold the store's lock.

    Where some rows are as before and some are not, it counts as removed: then the undo is kept, and what is still
    dead goes with the next run. The other way round, what was removed could not be put back.
    """
    with reading(memory.register) as conn:
        intents = [s for s in steps(conn, run_id, store.name, batch) if s.state is StepState.INTENT]
    if not intents:
        return Settled.ABANDONED
    _wait(store)
    gone, there, readable = _compare(memory, store, run_id, batch)
    outcome = _judge(sum(gone.values()), there, readable=readable)
    rows = {(s.table, s.action): gone.get((s.table, s.action), 0) for s in intents}
    told = {".".join(place): count for place, count in sorted(rows.items())}
    with writing(memory.register) as conn:
        if outcome is Settled.ABANDONED:
            record_abandoned(conn, run_id, store.name, batch, at)
        else:
            record_removed(conn, run_id, store.name, batch, rows, at, recovered=True)
        body = {"run": str(run_id), "store": store.name, "batch": batch, "outcome": outcome.name.lower(), "rows": told}
        tell(memory, conn, "run.recovered", body, at)
    if outcome is Settled.ABANDONED:
        (run_folder(memory.undo, run_id) / (undo_name(store.name, batch) + SEALED)).unlink(missing_ok=True)
    return outcome


def _wait(store: OpenStore) -> None:
    """A server goes on with a commit although its client has died: only when it has ended does the store tell."""
    try:
        with session(store.engine) as opened:
            opened.wait_for_writers()
    except DBAPIError as error:
        raise store_error(store.name, error, "what became of an earlier batch could not be seen") from None


def _judge(gone: int, there: int, *, readable: bool) -> Settled:
    if not readable:
        return Settled.UNKNOWN
    if not gone:
        return Settled.ABANDONED
    return Settled.MIXED if there else Settled.REMOVED


def _compare(
    memory: Memory, store: OpenStore, run_id: UUID, batch: int
) -> tuple[dict[tuple[str, str], int], int, bool]:
    """Rows no longer as in the undo, by (table, action); rows that are; whether the undo could be read."""
    gone: dict[tuple[str, str], int] = {}
    there = 0
    try:
        parts = read_undo(memory.undo, undo_key(memory.keys, run_id), run_id, undo_name(store.name, batch))
        with session(store.engine) as opened, opened.reading():
            for (table, action), some in groupby(parts, lambda part: (part.table, part.tags["action"])):
                same, other = _standing(opened.connection, store.bound.schema, some)
                there += same
                gone[table, action] = gone.get((table, action), 0) + other
    except (StoreError, RegisterError):
        return {}, 0, False
    return gone, there, True


def _standing(connection: Connection, schema: Schema, parts: Iterator[UndoPart]) -> tuple[int, int]:
    """Of the parts of one table: rows that stand in the store as they did before, and rows that do not."""
    same = other = 0
    for part in parts:
        if part.blob:
            pieces = chain([part.blob], (more.blob for more in parts))
            found = still_there_copied(connection, schema, part.table, part.columns, pieces)
        else:
            found = still_there(connection, schema, part.table, part.tags["action"], part.columns, part.rows)
        same, other = same + found[0], other + found[1]
    return same, other
