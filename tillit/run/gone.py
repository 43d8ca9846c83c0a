"""People whose root row a run deleted: their key is free, and whoever gets it next is somebody else.

Who that is, the run's receipts and undo tell, not the store as it looks now: somebody may well have an opt-out on
record and no row (yet). Nothing that stays points at a deleted row (semantics, "Stays"), so the key is free at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.compiler import sql_table
from tillit.connectors.sql.transactions import session
from tillit.model.bound import BoundStore
from tillit.model.errors import RegisterError, StoreError
from tillit.model.schema import Family
from tillit.model.standing import Key, Person
from tillit.register.database import reading
from tillit.register.keys import undo_key
from tillit.register.people import anybody_in, closed_people, in_batches, known_people
from tillit.register.runs import Step, StepState, steps
from tillit.run.failures import store_error
from tillit.run.memory import Memory
from tillit.run.stores import OpenStore
from tillit.run.undo_store import read_undo, undo_name


def gone_people(memory: Memory, stores: Sequence[OpenStore], run_id: UUID) -> list[Person]:
    """Of the people for whom something stands: those whose root row the run deleted, by its receipts and its undo.

    What recovery has seen may have happened in part only: then who still has a row is not gone. Raises StoreError.
    """
    found: list[Person] = []
    with reading(memory.register) as conn:
        for store in stores:
            for step in _root_deletes(conn, run_id, store):
                known = list(_known(memory, conn, store, step))
                found += without_row(store, known) if step.recovered else known
    return found


def returning_people(memory: Memory, stores: Sequence[OpenStore], run_id: UUID) -> list[Person]:
    """Of the people whose keys the run closed: those whose row undoing it puts back, since nobody has taken the key.

    Raises StoreError.
    """
    with reading(memory.register) as conn:
        closed = closed_people(conn, run_id)
    return [one for store in stores for one in without_row(store, [p for p in closed if p.store == store.name])]


def left_elsewhere(conn: Connection, stores: Sequence[OpenStore], run_id: UUID) -> bool:
    """Whether the run deleted rows, in a store that is not here, of a table that people on record may belong to."""
    here = {store.name for store in stores}
    return any(s.store not in here and anybody_in(conn, s.store, s.table) for s in _deletes(conn, run_id, None))


def without_row(store: OpenStore, people: Sequence[Person]) -> list[Person]:
    """Those of these people of the store who have no row in it now."""
    if not people:
        return []
    try:
        with session(store.engine) as opened, opened.reading():
            there = {one for some in in_batches(people) for one in _with_row(opened.connection, store.bound, some)}
    except DBAPIError as error:
        raise store_error(store.name, error, "who has a row could not be seen; run again") from None
    return [one for one in people if one not in there]


def _with_row(connection: Connection, bound: BoundStore, people: Iterable[Person]) -> Iterator[Person]:
    keys: dict[str, list[Key]] = {}
    for one in people:
        keys.setdefault(one.table, []).append(one.key)
    for table, wanted in keys.items():
        if table in bound.tables:
            row = sql_table(bound.schema, table)
            columns = [row.c[k] for k in bound.tables[table].table.key]
            same = columns[0].in_([k[0] for k in wanted]) if len(columns) == 1 else sa.tuple_(*columns).in_(wanted)
            for found in connection.execute(sa.select(*columns).where(same)):
                yield Person(bound.store.name, table, tuple(found))


def _deletes(conn: Connection, run_id: UUID, store: str | None) -> list[Step]:
    return [s for s in steps(conn, run_id, store) if s.state is StepState.REMOVED and s.action == "delete"]


def _root_deletes(conn: Connection, run_id: UUID, store: OpenStore) -> list[Step]:
    """What the run deleted from tables of persons; where nobody is on record, the undo need not be read."""
    roots = [name for name, bound in store.bound.tables.items() if bound.table.is_root]
    known = {name for name in roots if anybody_in(conn, store.name, name)}
    return [s for s in _deletes(conn, run_id, store.name) if s.table in known]


def _known(memory: Memory, conn: Connection, store: OpenStore, step: Step) -> Iterator[Person]:
    """The people on record among the rows that the step deleted. Nobody, where its undo cannot be read."""
    infos = store.bound.schema.tables[step.table].columns
    key = store.bound.tables[step.table].table.key
    read = [_TEXTS.get(infos[k].family, _same) if store.bound.schema.engine == "postgresql" else _same for k in key]
    with suppress(StoreError, RegisterError):  # then nothing can be put back either, and standing is rather kept
        secret = undo_key(memory.keys, step.run_id)
        for part in read_undo(memory.undo, secret, step.run_id, undo_name(store.name, step.batch)):
            if part.table != step.table or part.tags["action"] != step.action:
                continue
            at = [part.columns.index(k) for k in key]
            keys = (tuple(r(row[i]) for r, i in zip(read, at, strict=True)) for row in part.rows)
            yield from known_people(conn, [Person(store.name, step.table, k) for k in keys])


def _same(value: object) -> object:
    return value


def _text(read: Callable[[str], object]) -> Callable[[object], object]:
    """Reads what PostgreSQL writes; a value that Python has no form for stays as it is, and is nobody's on record."""

    def value_of(value: object) -> object:
        with suppress(ValueError, ArithmeticError):
            return read(value) if isinstance(value, str) else value
        return value

    return value_of


_TEXTS: Mapping[Family, Callable[[object], object]] = {
    Family.UUID: _text(UUID),
    Family.NUMBER: _text(Decimal),
    Family.DATE: _text(date.fromisoformat),
    Family.NAIVE: _text(datetime.fromisoformat),
    Family.AWARE: _text(datetime.fromisoformat),
    Family.TIME: _text(time.fromisoformat),
    Family.BINARY: _text(lambda text: bytes.fromhex(text.removeprefix("\\x"))),
}
"""An image holds a PostgreSQL value as the engine's own text, a person's key as the driver gives it."""
