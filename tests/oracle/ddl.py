"""Puts a case into a real database and reads the end state back, in the oracle's own values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from tests.oracle.world import Row, Rows
from tillit.model.schema import ColumnInfo, Family, Schema, TableInfo

TYPES: dict[Family, Any] = {
    Family.INTEGER: sa.Integer(),
    Family.NUMBER: sa.Numeric(10, 2),
    Family.BOOLEAN: sa.Boolean(),
    Family.DATE: sa.Date(),
    Family.NAIVE: sa.DateTime(),
    Family.AWARE: sa.DateTime(timezone=True).with_variant(mysql.TIMESTAMP(), "mysql", "mariadb"),
}


def column_type(info: ColumnInfo) -> sa.types.TypeEngine[Any]:
    if info.family is Family.TEXT:
        return sa.String(info.length or 60)
    if info.type == "BIGINT":
        return sa.BigInteger()
    found: sa.types.TypeEngine[Any] = TYPES[info.family]
    return found


def sql_table(metadata: sa.MetaData, info: TableInfo) -> sa.Table:
    columns = [
        sa.Column(c.name, column_type(c), nullable=c.nullable, primary_key=c.name in info.key, autoincrement=False)
        for c in info.columns.values()
    ]
    uniques = [sa.UniqueConstraint(*u.columns, name=u.name) for u in info.uniques]
    return sa.Table(info.name, metadata, *columns, *uniques)


def tables(schema: Schema, *, keys: bool) -> sa.MetaData:
    """The schema's tables; with `keys` also its declared foreign keys."""
    metadata = sa.MetaData()
    for info in schema.tables.values():
        sql_table(metadata, info)
    for key in schema.foreign_keys if keys else ():
        metadata.tables[key.table].append_constraint(foreign_key(key.columns, key))
    return metadata


def foreign_key(columns: tuple[str, ...], key: Any) -> sa.ForeignKeyConstraint:
    to = [f"{key.parent}.{c}" for c in key.parent_columns]
    action = None if key.on_delete == "NO ACTION" else key.on_delete
    return sa.ForeignKeyConstraint(columns, to, name=key.name, ondelete=action, use_alter=True)


def load(engine: sa.Engine, schema: Schema, rows: Rows) -> None:
    """Create the tables, insert the rows, then declare the foreign keys (they may be mutual)."""
    sqlite = engine.dialect.name == "sqlite"
    metadata = tables(schema, keys=sqlite)
    with engine.begin() as connection:
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        metadata.create_all(connection)
        insert(connection, metadata, rows)
        if not sqlite:
            add_keys(connection, schema)
    with engine.connect() as connection:
        if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise AssertionError("the case breaks a declared foreign key")


def insert(connection: sa.Connection, metadata: sa.MetaData, rows: Rows) -> None:
    if connection.dialect.name in ("mysql", "mariadb"):
        connection.exec_driver_sql("SET time_zone = '+00:00'")
    for name, table in metadata.tables.items():
        if rows.get(name):
            connection.execute(sa.insert(table), [to_sql(connection, r) for r in rows[name]])


def to_sql(connection: sa.Connection, row: Row) -> Row:
    """MariaDB's TIMESTAMP takes naive UTC in a session whose zone is UTC."""
    if connection.dialect.name == "postgresql":
        return row
    return {c: v.astimezone(UTC).replace(tzinfo=None) if _aware(v) else v for c, v in row.items()}  # type: ignore[attr-defined]


def _aware(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def add_keys(connection: sa.Connection, schema: Schema) -> None:
    metadata = tables(schema, keys=True)
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            connection.execute(sa.schema.AddConstraint(constraint))


def clear(engine: sa.Engine) -> None:
    """Drop every table of the database."""
    with engine.begin() as connection:
        if engine.dialect.name in ("mysql", "mariadb"):
            connection.exec_driver_sql("SET foreign_key_checks = 0")
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        quote = engine.dialect.identifier_preparer.quote
        for name in sa.inspect(connection).get_table_names():
            cascade = " CASCADE" if engine.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TABLE {quote(name)}{cascade}")
        if engine.dialect.name in ("mysql", "mariadb"):
            connection.exec_driver_sql("SET foreign_key_checks = 1")


def read(engine: sa.Engine, schema: Schema) -> Rows:
    """Every row of every table, in the oracle's values, ordered by key."""
    metadata = tables(schema, keys=False)
    with engine.connect() as connection:
        if engine.dialect.name in ("mysql", "mariadb"):
            connection.exec_driver_sql("SET time_zone = '+00:00'")
        return {
            name: in_order(
                [from_sql(info, dict(row)) for row in connection.execute(sa.select(metadata.tables[name])).mappings()],
                info.key,
            )
            for name, info in schema.tables.items()
        }


def from_sql(info: TableInfo, row: Mapping[str, object]) -> Row:
    return {c: plain(info.columns[c].family, v) for c, v in row.items()}


def plain(family: Family, value: object) -> object:
    if isinstance(value, datetime) and family is Family.AWARE:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, Decimal) and family is Family.INTEGER:
        return int(value)
    return value


def in_order(rows: list[Row], key: tuple[str, ...]) -> list[Row]:
    return sorted(rows, key=lambda r: str([r[c] for c in (key or tuple(r))]))


def ordered(schema: Schema, rows: Rows) -> Rows:
    """Rows as `read` would give them, to compare an oracle's end state with a database's."""
    return {name: in_order(rows.get(name, []), info.key) for name, info in schema.tables.items()}
