"""Recall of a product: who owns it and can be reached (Art. 35 and 36 of Regulation (EU) 2023/988).

A recall is a safety message, not marketing: people who have unsubscribed are in it, and it may carry no promotion.
Where ownership stands is said by the map: `product: COLUMN`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.compiler import Compiler
from tillit.connectors.sql.disclose import product_rows
from tillit.connectors.sql.find import chunks, persons_of, row_of
from tillit.connectors.sql.transactions import session
from tillit.decide.identity import type_of
from tillit.decide.plan import plan
from tillit.decide.rights import ended_by
from tillit.model.errors import TillitError
from tillit.model.mapping import Table
from tillit.model.policy import Event
from tillit.model.standing import Key, Person, Standing
from tillit.register.database import reading
from tillit.register.standing import standing_of
from tillit.run.failures import store_error
from tillit.run.memory import Memory
from tillit.run.stores import OpenStore
from tillit.service.project import Project, fit_to_read

REACHED_BY = ("email", "phone", "postal_address", "name")


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who owns the product. `ways`: type -> values to reach them by; empty where there is none."""

    person: Person
    ways: dict[str, tuple[str, ...]]
    unsubscribed: bool
    restricted: bool

    @property
    def reachable(self) -> bool:
        return any(kind in self.ways for kind in ("email", "phone", "postal_address"))


@dataclass(frozen=True, slots=True)
class Recalled:
    """The owners of a product, those first who can be reached; `rows`: where the product stands, with nobody too."""

    owners: tuple[Owner, ...]
    rows: int
    unowned: int


def recall(
    project: Project, memory: Memory, stores: list[OpenStore], product: str, promotion: str, now: datetime
) -> Recalled:
    """Who owns `product`. Raises TillitError when no map says where, or when something promotional is to go with it."""
    if promotion.strip():
        raise TillitError(
            "a recall carries no promotion: unsubscribed people get it because it is about their safety",
            "send what you want to promote as marketing of its own, to those who have not said no",
        )
    fit_to_read(stores)
    places = [(s, b.table) for s in stores for b in s.bound.tables.values() if b.table.product]
    if not places:
        raise TillitError(
            "no map says where it stands who owns a product",
            "add `product: COLUMN` to the map of the table",
        )
    rows = unowned = 0
    owners: dict[Person, None] = {}
    for store, table in places:
        found, without = _owners(project, store, table, product, now, owners)
        rows, unowned = rows + found, unowned + without
    told = list(_told(project, memory, stores, owners))
    return Recalled(tuple(sorted(told, key=lambda o: (not o.reachable, repr(o.person)))), rows, unowned)


def _owners(
    project: Project, store: OpenStore, table: Table, product: str, now: datetime, owners: dict[Person, None]
) -> tuple[int, int]:
    """Adds the owners in one table; rows with the product, and those of them that nobody owns."""
    rules, schema = plan(store.bound, project.policy, now).rules, store.bound.schema
    rows = unowned = 0
    try:
        with session(store.engine) as opened, opened.reading():
            connection = opened.connection
            keys = list(product_rows(connection, schema, table.name, table.key, table.product, [product]))
            for some in chunks(keys):
                found = persons_of(connection, Compiler(schema), rules, table.name, some)
                for people in found.values():
                    owners.update({Person(store.name, root, key): None for root, key in people})
                    unowned += not people
                rows += len(found)
    except DBAPIError as error:
        raise store_error(store.name, error, "nothing was changed") from None
    return rows, unowned


def _told(project: Project, memory: Memory, stores: list[OpenStore], owners: dict[Person, None]) -> Iterator[Owner]:
    with reading(memory.register) as conn:
        stands = {one.person: one for one in standing_of(conn, owners)}
    marketing = set(ended_by(Event.OPT_OUT, project.policy))
    by_name = {store.name: store for store in stores}
    for name in dict.fromkeys(person.store for person in owners):
        store = by_name[name]
        with session(store.engine) as opened, opened.reading():
            for person in owners:
                if person.store == name:
                    standing = stands.get(person, Standing(person))
                    ways = _ways(opened.connection, store, person.table, person.key)
                    yield Owner(person, ways, bool(marketing & standing.ended.keys()), standing.restricted)


def _ways(connection: Connection, store: OpenStore, table: str, key: Key) -> dict[str, tuple[str, ...]]:
    """How somebody is reached, from the row that is them."""
    mapped = store.bound.tables[table].table
    typed = {c: type_of(word) for word, columns in mapped.identifiers.items() for c in columns}
    typed |= {c.name: type_of(c.category) for c in mapped.personal_columns if c.name not in typed}
    columns = [c for c, kind in typed.items() if kind in REACHED_BY]
    if not columns:
        return {}
    row = row_of(connection, store.bound.schema, table, mapped.key, key, columns)
    ways: dict[str, tuple[str, ...]] = {}
    for column, value in zip(columns, row or (), strict=False):
        if value is not None and str(value).strip():
            ways[typed[column]] = (*ways.get(typed[column], ()), str(value))
    return ways
