"""A temporary copy of a table with its constraints and a few of its rows, made without touching the table itself."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tillit.connectors.sql.schema_sqlite_text import after_name
from tillit.model.schema import Schema, TableInfo

NAME = "tillit_trial"

# Items of a MariaDB definition that a temporary table cannot have, or that concern other tables.
_LEFT_OUT = re.compile(r"\s*(?:CONSTRAINT `(?:[^`]|``)*` FOREIGN KEY|FULLTEXT KEY|SPATIAL KEY|PERIOD FOR)\b")


def clone(connection: Connection, schema: Schema, info: TableInfo, rows: int) -> tuple[sa.TableClause, str]:
    """The copy, and the statement that drops it. Declared keys are left out: they concern two tables."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    match schema.engine:
        case "postgresql":
            place = f"{quote(info.schema)}." if info.schema else ""
            like = f"(LIKE {place}{quote(info.bare)} INCLUDING ALL EXCLUDING IDENTITY)"
            connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {NAME} {like}")
            copy, source = _table(info, NAME, "pg_temp"), _table(info, info.bare, info.schema or None)
        case "mariadb":
            _define_mariadb(connection, quote(info.name))
            copy, source = _table(info, NAME, None), _table(info, info.name, None)
        case _:
            _define_sqlite(connection, info.name)
            copy, source = _table(info, info.name, "temp"), _table(info, info.name, "main")
    stored = [column.name for column in info.columns.values() if not column.generated]
    sample = sa.select(*[source.c[name] for name in stored]).limit(rows)
    if info.key:
        sample = sample.order_by(*[source.c[name].desc() for name in info.key])
    connection.execute(sa.insert(copy).from_select(stored, sample))
    if schema.engine == "mariadb":
        return copy, f"DROP TEMPORARY TABLE {NAME}"  # without that word the statement would commit
    return copy, f"DROP TABLE {copy.schema}.{quote(copy.name)}"


def _table(info: TableInfo, name: str, schema: str | None) -> sa.TableClause:
    columns: list[sa.ColumnClause[Any]] = [sa.column(column) for column in info.columns]
    return sa.table(name, *columns, schema=schema)


def _define_mariadb(connection: Connection, quoted: str) -> None:
    """From SHOW CREATE TABLE, one item a line: LIKE refuses partitions, and keeps engines without transactions."""
    lines = str(connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}").one()[1]).split("\n")
    last = max(number for number, line in enumerate(lines) if line.startswith(")"))
    items = [line.rstrip(",") for line in lines[1:last] if not _LEFT_OUT.match(line)]
    charset = " ".join(re.findall(r"DEFAULT CHARSET=\w+|COLLATE=\w+", lines[last]))
    body = ",\n".join(items).replace("%", "%%")
    connection.exec_driver_sql(f"DROP TEMPORARY TABLE IF EXISTS {NAME}")  # of a trial that broke off
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {NAME} (\n{body}\n) ENGINE=InnoDB {charset}")


def _define_sqlite(connection: Connection, name: str) -> None:
    """SQLite has no LIKE: its own CREATE statements are run again, in the temporary schema, under the same names.

    There the names shadow the table's, so that constraints that name their table still mean the copy.
    """
    quote = connection.dialect.identifier_preparer.quote_identifier
    found = sa.text("SELECT type, name, sql FROM main.sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL")
    made = {(kind, label): sql for kind, label, sql in connection.execute(found, {"name": name})}
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {quote(name)} {after_name(made['table', name])}")
    for (kind, label), sql in made.items():
        if kind == "index" and sql.upper().startswith("CREATE UNIQUE"):
            body = after_name(sql)
            connection.exec_driver_sql(f"CREATE UNIQUE INDEX temp.{quote(label)} ON {quote(name)} {body}")
