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
from tillit.register.schema import person, standing_event

T = TypeVar("T")

_OPEN = person.c.closed_at.is_(None)

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


def known_people(conn: sa.Connection, people: Iterable[Person]) -> list[Person]:
    """Those of these people who are known, and whose keys are open."""
    wanted = {_text(one): one for one in people}
    return [wanted[name] for batch in in_batches(wanted) for name in _find(conn, batch)]


def anybody_in(conn: sa.Connection, store: str, table: str) -> bool:
    """Whether anybody of this table is known whose key is open."""
    place = (person.c.store == store, person.c.table_name == table, _OPEN)
    return conn.execute(sa.select(person.c.id).where(*place).limit(1)).first() is not None


def close_root(conn: sa.Connection, people: Iterable[Person], at: datetime, run_id: UUID) -> int:
    """Closes these people's keys: the run deleted their root rows, and a reused key must not inherit their standing.

    Nothing is lost yet: `reopen_roots` brings the standing back when the run is undone, `drop_closed` removes it for
    good. Call it once for a run, when it ends: what is recorded later stands. Returns how many were open.
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


def reopen_roots(conn: sa.Connection, people: Iterable[Person], run_id: UUID) -> int:
    """Brings back what stood for these people when the run closed their keys: their rows come back. Returns how many.

    What was recorded for the same key since stands beside it; so leave out whose key somebody else has got meanwhile.
    """
    wanted = {_text(one): None for one in people}
    count = 0
    for batch in in_batches(wanted):
        closed = _find(conn, batch, person.c.closed_by == run_id)
        since = _find(conn, closed)
        _move_events(conn, [closed[name] for name in since])
        back = [number for name, number in closed.items() if name not in since]
        conn.execute(sa.update(person).where(person.c.id.in_(back)).values(closed_at=sa.null(), closed_by=sa.null()))
        count += len(closed)
    return count


def _move_events(conn: sa.Connection, closed: list[int]) -> None:
    """What is recorded of these closed people goes to the open ones with the same keys."""
    old, new = person.alias(), person.alias()
    same = (old.c.store == new.c.store, old.c.table_name == new.c.table_name, old.c.key == new.c.key)
    chosen = sa.select(new.c.id).where(*same, old.c.id == standing_event.c.person_id, new.c.closed_at.is_(None))
    target = chosen.correlate(standing_event).scalar_subquery()
    moved = standing_event.c.person_id.in_(closed)
    conn.execute(sa.update(standing_event).where(moved).values(person_id=target))
    conn.execute(sa.delete(person).where(person.c.id.in_(closed)))


def drop_closed(conn: sa.Connection, run_id: UUID) -> int:
    """Removes for good what the run closed, with all its standing (its undo is destroyed). Returns how many."""
    return conn.execute(sa.delete(person).where(person.c.closed_by == run_id)).rowcount


def as_person(store: str, table: str, key: str) -> Person:
    """The Person of a row of the `person` table."""
    return Person(store, table, key_from_text(key))


def _text(one: Person) -> tuple[str, str, str]:
    return one.store, one.table, key_to_text(one.key)


def _find(
    conn: sa.Connection, names: Iterable[tuple[str, str, str]], which: sa.ColumnElement[bool] = _OPEN
) -> dict[tuple[str, str, str], int]:
    """The open ones among these, or others; a look-up per table: SQLite finds no index for lists of names."""
    keys: dict[tuple[str, str], list[str]] = {}
    for store, table, key in names:
        keys.setdefault((store, table), []).append(key)
    found: dict[tuple[str, str, str], int] = {}
    for (store, table), some in keys.items():
        place = sa.and_(person.c.store == store, person.c.table_name == table, which)
        rows = conn.execute(sa.select(person.c.key, person.c.id).where(place, person.c.key.in_(some)))
        found |= {(store, table, key): number for key, number in rows}
    return found


def in_batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
