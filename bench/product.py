"""The product's own way, from a bound map to the last receipt's rows: what a run does, without the register."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine

from bench.promises import Promises, standing
from tillit.connectors.sql.batches import Pace, batches
from tillit.connectors.sql.carry import carry
from tillit.connectors.sql.erase import erasure
from tillit.connectors.sql.explain import RowState, explain
from tillit.connectors.sql.images import send
from tillit.connectors.sql.session import count as count_dead
from tillit.connectors.sql.session import foreign_keys_eased, open_people, prepare
from tillit.connectors.sql.transactions import Session, session
from tillit.model.plan import TableTally
from tillit.model.standing import Standing
from tillit.run.undo_store import UndoWriter, undo_name


class Rows(dict[tuple[str, str], int]):
    """(table, action) -> rows."""


def erase(engine: Engine, promises: Promises, keys: Sequence[int], undo: Path | None = None) -> Rows:
    """Erase the customers with these keys in one transaction; with `undo`, their rows are sealed there first."""
    with session(engine) as store, store.writing():
        return erase_in(store, promises, keys, undo)


def erase_in(store: Session, promises: Promises, keys: Sequence[int], undo: Path | None = None) -> Rows:
    """The same, in the transaction that is open."""
    plan, done = promises.erase(tuple(keys)), Rows()
    connection, schema = store.connection, promises.bound.schema
    with (
        nullcontext()
        if undo is None
        else UndoWriter(undo, secrets.token_bytes(32), uuid4(), undo_name("shop", 1)) as keep
    ):
        for write in erasure(connection, plan, [standing(key) for key in keys]):
            count = send(connection, write) if keep is None else carry(connection, schema, write, keep)
            place = (write.table, write.action)
            done[place] = done.get(place, 0) + count
        if keep is not None:
            keep.seal()
    return done


def count(engine: Engine, promises: Promises, standings: Iterable[Standing] = ()) -> dict[str, TableTally]:
    """The dead values of everything; nothing is written."""
    with session(engine) as store, store.reading():
        return count_dead(store.connection, promises.sweep(), standings)


def explained(engine: Engine, promises: Promises, key: int) -> list[RowState]:
    """Every row of one customer, with what each ground says of it."""
    with session(engine) as store, store.reading():
        _, people = open_people(store.connection, promises.erase((key,)), [])
        return list(explain(people, lambda query: store.connection.execute(query)))


@dataclass
class SweepTimes:
    """Seconds of the marking, and of each batch from its beginning to its commit."""

    marking: float = 0.0
    batches: list[float] = field(default_factory=list)
    rows: int = 0


def sweep(engine: Engine, promises: Promises, pace: Callable[[float, int], int], first: int) -> SweepTimes:
    """Sweep everything. After each batch `pace(seconds, rows of the batch)` says how many rows the next one takes."""
    times = SweepTimes()
    with session(engine) as store:
        begun = time.perf_counter()
        with store.planning():
            prepared = prepare(store.connection, promises.sweep(), ())
        times.marking = time.perf_counter() - begun
        wanted = Pace(first)
        rest = batches(prepared, wanted)
        while True:
            with store.planning():
                batch = next(rest, None)
            if batch is None:
                return times
            begun = time.perf_counter()
            with store.writing(), foreign_keys_eased(store.connection, prepared.plan):
                rows = sum(send(store.connection, write) for write in batch.writes)
            times.batches.append(time.perf_counter() - begun)
            times.rows += rows
            wanted.rows = pace(times.batches[-1], rows)
