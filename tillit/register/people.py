"""People in the register: a person is a root key in a store's table, remembered where something stands for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa

from tillit.model.standing import Person
from tillit.register.canonical import key_from_text, key_to_text
from tillit.register.schema import person

T = TypeVar("T")

BATCH = 300  # people a statement: three parameters each, below every engine's limit


def person_ids(conn: sa.Connection, people: Iterable[Person]) -> list[int]:
    """The row ids of these people, each once, in order; people not yet known are added. Closed ones stay closed."""
    wanted = {_text(one): None for one in people}  # a dictionary: each once, in order
    ids: list[int] = []
    for batch in in_batches(wanted):
        found = _find(conn, batch)
        missing = [name for name in batch if name not in found]
        if missing:
            rows = [dict(zip(("store", "table_name", "key"), name, strict=True)) for name in missing]
            conn.execute(sa.insert(person), rows)
            found |= _find(conn, missing)
        ids += [found[name] for name in batch]
    return ids


def known_ids(conn: sa.Connection, people: Iterable[Person]) -> list[int]:
    """As `person_ids`, for those already known only; adds nobody."""
    wanted = {_text(one): None for one in people}
    return [number for batch in in_batches(wanted) for number in _find(conn, batch).values()]


def close_root(conn: sa.Connection, people: Iterable[Person], at: datetime, run_id: UUID) -> int:
    """Closes these people's keys: their root rows are deleted, and a reused key must not inherit their standing.

    The caller keeps a key open while kept rows still point at it. Nothing is lost yet: `reopen_roots` brings the
    standing back when the run is undone, `drop_closed` removes it for good. Returns how many were open.
    """
    ids = known_ids(conn, people)
    for some in in_batches(ids):
        conn.execute(sa.update(person).where(person.c.id.in_(some)).values(closed_at=at, closed_by=run_id))
    return len(ids)


def closed_people(conn: sa.Connection, run_id: UUID) -> list[Person]:
    """The people whose keys the run closed."""
    columns = (person.c.store, person.c.table_name, person.c.key)
    query = sa.select(*columns).where(person.c.closed_by == run_id).order_by(person.c.id)
    return [as_person(*row) for row in conn.execute(query)]


def reopen_roots(conn: sa.Connection, run_id: UUID) -> int:
    """Brings back what the run closed (it is being undone). Returns how many.

    Where the key was reused meanwhile, the new person's standing stays and the old one remains closed.
    """
    newer = person.alias()
    reused = sa.select(newer.c.id).where(
        newer.c.store == person.c.store,
        newer.c.table_name == person.c.table_name,
        newer.c.key == person.c.key,
        newer.c.closed_at.is_(None),
    )
    still = reused.correlate(person).exists()
    closed = person.c.closed_by == run_id
    done = conn.execute(sa.update(person).where(closed, ~still).values(closed_at=sa.null(), closed_by=sa.null()))
    return done.rowcount


def drop_closed(conn: sa.Connection, run_id: UUID) -> int:
    """Removes for good what the run closed, with all its standing (its undo is destroyed). Returns how many."""
    return conn.execute(sa.delete(person).where(person.c.closed_by == run_id)).rowcount


def as_person(store: str, table: str, key: str) -> Person:
    """The Person of a row of the `person` table."""
    return Person(store, table, key_from_text(key))


def _text(one: Person) -> tuple[str, str, str]:
    return one.store, one.table, key_to_text(one.key)


def _find(conn: sa.Connection, names: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    """The open ones among these; a look-up per table, since SQLite finds no index for whole names in a list."""
    keys: dict[tuple[str, str], list[str]] = {}
    for store, table, key in names:
        keys.setdefault((store, table), []).append(key)
    found: dict[tuple[str, str, str], int] = {}
    for (store, table), some in keys.items():
        place = sa.and_(person.c.store == store, person.c.table_name == table, person.c.closed_at.is_(None))
        rows = conn.execute(sa.select(person.c.key, person.c.id).where(place, person.c.key.in_(some)))
        found |= {(store, table, key): number for key, number in rows}
    return found


def in_batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
