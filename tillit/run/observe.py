"""Looking at a store without changing it: what a plan would do, how large its tables are, why a person's rows stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.compiler import Compiler, sql_table
from tillit.connectors.sql.explain import RowState, explain
from tillit.connectors.sql.session import count, open_people
from tillit.connectors.sql.transactions import session
from tillit.model.conditions import Condition
from tillit.model.plan import Plan, TableTally
from tillit.model.schema import Schema
from tillit.model.standing import Standing
from tillit.run.failures import store_error
from tillit.run.stores import OpenStore


@dataclass(frozen=True, slots=True)
class Observed:
    """What a plan would do to one store as it stands."""

    store: str
    plan: Plan
    tallies: Mapping[str, TableTally]
    sizes: Mapping[str, int]  # rows of the tables where something would happen

    @property
    def total(self) -> int:
        return sum(tally.total for tally in self.tallies.values())


def observe(store: OpenStore, plan: Plan, standings: Iterable[Standing]) -> Observed:
    """Evaluate `plan` in a transaction that is rolled back. Raises StoreError."""
    try:
        with session(store.engine) as opened, opened.reading():
            tallies = count(opened.connection, plan, standings)
            busy = [name for name, tally in tallies.items() if tally.total]
            sizes = row_counts(opened.connection, store.bound.schema, busy)
            return Observed(store.name, plan, tallies, sizes)
    except DBAPIError as error:
        raise store_error(store.name, error, "nothing was changed") from None


def row_counts(connection: Connection, schema: Schema, tables: Collection[str]) -> dict[str, int]:
    """The rows of each table, in one statement."""
    if not tables:
        return {}
    names = sorted(tables)
    counts = [sa.select(sa.func.count()).select_from(sql_table(schema, name)).scalar_subquery() for name in names]
    return dict(zip(names, map(int, connection.execute(sa.select(*counts)).one()), strict=True))


def count_where(store: OpenStore, conditions: Collection[tuple[str, Condition]]) -> list[int]:
    """Rows of each (table, condition), in order; one statement each."""
    compiler = Compiler(store.bound.schema)
    try:
        with session(store.engine) as opened, opened.reading():
            found = []
            for table, condition in conditions:
                alias = compiler.alias(table)
                query = sa.select(sa.func.count()).select_from(alias)
                where = compiler.condition(condition, table, alias)
                found.append(int(opened.connection.execute(query.where(where)).scalar_one()))
            return found
    except DBAPIError as error:
        raise store_error(store.name, error, "nothing was changed") from None


def row_states(store: OpenStore, plan: Plan, standings: Iterable[Standing]) -> list[RowState]:
    """Every row of the people of `plan`, with what holds it. As many as the people have rows."""
    try:
        with session(store.engine) as opened, opened.reading():
            _, people = open_people(opened.connection, plan, standings)
            return list(explain(people, lambda query: opened.connection.execute(query)))
    except DBAPIError as error:
        raise store_error(store.name, error, "nothing was changed") from None
