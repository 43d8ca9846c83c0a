"""A trial of the replacements: the store's own constraints judge them on a temporary copy beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.compiler import sql_table
from tillit.connectors.sql.connect import permit_temporary
from tillit.connectors.sql.fills import fill_value
from tillit.connectors.sql.trial_clone import clone
from tillit.model.bound import BoundStore, BoundTable
from tillit.model.conditions import FALSE
from tillit.model.errors import StoreError
from tillit.model.plan import TableRule
from tillit.model.schema import Schema
from tillit.model.source import Fault, Position

SAMPLE = 25  # rows of each table, those with the greatest keys


def trial(engine: Engine, bound: BoundStore) -> tuple[Fault, ...]:
    """Try every replacement and every cut on a copy of a few rows; the refused ones come back, by table and column.

    Needs SELECT and the right to make temporary tables; the store's own are not written, and nothing stays behind.
    An empty table accepts everything: try again once it has rows. A fault never holds a value.
    Raises StoreError when no temporary copy can be made.
    """
    faults: list[Fault] = []
    with engine.connect() as connection:
        permit_temporary(connection)
        try:
            for table in bound.tables.values():
                if table.fills or table.cuts:
                    faults += _try_table(connection, bound.schema, table)
        finally:
            connection.rollback()
        faults += _try_tombstones(connection, bound)
        connection.rollback()
    return tuple(sorted(set(faults)))


def _try_table(connection: Connection, schema: Schema, table: BoundTable) -> Iterator[Fault]:
    try:
        copy, drop = clone(connection, schema, table.info, SAMPLE)
    except DBAPIError as error:
        raise StoreError(
            f"no temporary copy of {table.info.name} can be made: {_kind(error)}",
            "give the user the right to make temporary tables, and SELECT on the table",
        ) from None
    rule = _rule(table)
    for columns in _fates(table):
        values = {column: fill_value(schema, rule, copy, column) for column in columns}
        yield from _try(connection, table, copy, values)
    for cut in table.cuts.values():
        if cut.writes:
            yield from _try(
                connection, table, copy, {c: _literal(v) for c, v in cut.writes}, table.table.link(cut.link).at
            )
    connection.exec_driver_sql(drop)


def _try(
    connection: Connection, table: BoundTable, copy: sa.TableClause, values: dict[str, Any], at: Position | None = None
) -> Iterator[Fault]:
    """Write all of `values` at once; when they are refused, find out which."""
    why = _refused(connection, copy, values)
    if why is None:
        return
    for column in _culprits(connection, copy, values):
        alone = _refused(connection, copy, {column: values[column]}) or why
        place = at or (table.table.columns[column].at if column in table.table.columns else table.table.at)
        yield Fault(
            place,
            f"the store refuses what would stand in {table.info.name}.{column} when its value dies: {alone}",
            "say another `replace:`, or change the constraint"
            if at is None
            else "say another `tombstone:`, or change the constraint",
        )


def _culprits(connection: Connection, copy: sa.TableClause, values: dict[str, Any]) -> list[str]:
    """Each column that is refused by itself; else a smallest set of columns that is refused together."""
    alone = [column for column in values if _refused(connection, copy, {column: values[column]})]
    if alone:
        return alone
    together = dict(values)
    for column in values:
        fewer = {name: value for name, value in together.items() if name != column}
        if fewer and _refused(connection, copy, fewer):
            together = fewer
    return list(together)


def _refused(connection: Connection, copy: sa.TableClause, values: dict[str, Any]) -> str | None:
    """Why the store refuses these values; None when it takes them. The copy is as before afterwards."""
    inner = connection.begin_nested()
    try:
        connection.execute(sa.update(copy).values({copy.c[c]: v for c, v in values.items()}))
    except DBAPIError as error:
        return _kind(error)
    finally:
        inner.rollback()
    return None


def _fates(table: BoundTable) -> Iterator[Sequence[str]]:
    """The columns that die together, group by group, and all at once."""
    groups: dict[object, list[str]] = {}
    for name in table.fills:
        column = table.table.columns[name]
        holders = tuple((i, g.forms.get(name)) for i, g in enumerate(table.table.grounds) if name in g.columns)
        groups.setdefault((holders, column.about, column.mode), []).append(name)
    yield from groups.values()
    if len(groups) > 1:
        yield list(table.fills)


def _rule(table: BoundTable) -> TableRule:
    return TableRule(table.info.name, table.table.key, is_root=False, role_when=FALSE, owners=(), fills=table.fills)


def _literal(value: str | int | None) -> Any:
    return sa.null() if value is None else sa.literal(value)


def _try_tombstones(connection: Connection, bound: BoundStore) -> Iterator[Fault]:
    """A tombstone in a declared key must be the key of a row that is there."""
    for arrow in bound.arrows:
        table = bound.tables.get(arrow.child)
        cut = table.cuts.get(arrow.link) if table is not None and arrow.declared else None
        if table is None or cut is None or len(cut.writes) != 1 or cut.writes[0][1] is None:
            continue
        parent = sql_table(bound.schema, arrow.parent)
        column = parent.c[arrow.parent_columns[0]]
        if not connection.execute(sa.select(sa.exists().where(column == cut.writes[0][1]))).scalar():
            yield Fault(
                table.table.link(arrow.link).at,
                f"the tombstone of link {arrow.link} is no key of {arrow.parent}, and the database checks it",
                f"add that row to {arrow.parent}, or name another tombstone",
            )


# What a refusal is about, engine by engine, without the driver's text: that one may quote the value.
_STATES = {
    "23502": "it may not be NULL",
    "23505": "it must be unique",
    "23514": "a CHECK constraint",
    "23P01": "an exclusion constraint",
    "22001": "it is too long",
    "22P02": "it is not of the column's type",
    "42804": "it is not of the column's type",
    "428C9": "the column is generated",
}
_NUMBERS = {
    1048: "it may not be NULL",
    1062: "it must be unique",
    1169: "it must be unique",
    4025: "a CHECK constraint",
    3819: "a CHECK constraint",
    1406: "it is too long",
    1265: "it is not of the column's type",
    1292: "it is not of the column's type",
    1366: "it is not of the column's type",
    1906: "the column is generated",
}


def _kind(error: DBAPIError) -> str:
    """The kind of refusal, with the constraint's name where the engine gives it apart; never a value."""
    cause: Any = error.orig
    if cause is not None and cause.args and isinstance(cause.args[0], int):  # MariaDB's own number says more
        return _NUMBERS.get(cause.args[0], f"error {cause.args[0]}")
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        name = getattr(getattr(cause, "diag", None), "constraint_name", None)
        return _STATES.get(state, f"error {state}") + (f" ({name})" if name else "")
    name = getattr(cause, "sqlite_errorname", "") or "an error"
    words = {
        "SQLITE_CONSTRAINT_NOTNULL": "it may not be NULL",
        "SQLITE_CONSTRAINT_UNIQUE": "it must be unique",
        "SQLITE_CONSTRAINT_CHECK": "a CHECK constraint",
        "SQLITE_CONSTRAINT_DATATYPE": "it is not of the column's type",
    }
    return words.get(name, name)
