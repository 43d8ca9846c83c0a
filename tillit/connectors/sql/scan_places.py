"""Where text lies in a store: for each table one SELECT over all that can be read as text, and the columns that
cannot.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tillit.connectors.sql.compiler import sql_table
from tillit.model.schema import ColumnInfo, Family, Schema, TableInfo

TEXTUAL = frozenset((Family.TEXT, Family.JSON, Family.INET, Family.UUID, Family.ARRAY))
TIMES = frozenset((Family.DATE, Family.NAIVE, Family.AWARE, Family.TIME))
BINARY = "binary: read as plain text only, up to 4 MB a cell"
LARGEST_BINARY = 4_000_000  # bytes of a binary cell that is looked through as if it were text
NO_TEXT = "a type that is not read as text"


@dataclass(frozen=True, slots=True)
class Reading:
    """One table's pass. `select` gives the text of `columns`, then the key; `count_opaque` the non-empty cells of
    `opaque` (column, why).
    """

    table: str
    columns: tuple[str, ...]
    select: sa.Select[Any]
    opaque: tuple[tuple[str, str], ...]
    count_opaque: sa.Select[Any]


def of_table(schema: Schema, info: TableInfo, also: Collection[str] = ()) -> Reading:
    """How one table is read; the columns in `also` are read as text whatever their type."""
    source = sql_table(schema, info.name)
    texts: dict[str, ColumnElement[Any]] = {}
    opaque: dict[str, tuple[str, ColumnElement[Any]]] = {}
    for name, column in info.columns.items():
        place: ColumnElement[Any] = source.c[name]
        read = _as_text(schema.engine, place, column, name in also)
        if read is not None:
            texts[name] = read
        if column.family is Family.BINARY:
            opaque[name] = (BINARY, _non_empty_binary(schema.engine, place))
        elif read is None and column.family is Family.OTHER:
            opaque[name] = (NO_TEXT, place.is_not(None))
    counts = [sa.func.coalesce(sa.func.sum(sa.case((test, 1), else_=0)), 0) for _, test in opaque.values()]
    keys = [source.c[k] for k in info.key]
    return Reading(
        info.name,
        tuple(texts),
        sa.select(*_labelled((*texts.values(), *keys))).select_from(source),
        tuple((name, why) for name, (why, _) in opaque.items()),
        sa.select(*counts).select_from(source),
    )


def _labelled(columns: Collection[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """Names of their own: a key column that is also text would else be read once."""
    return [column.label(f"c{number}") for number, column in enumerate(columns)]


def _as_text(engine: str, place: ColumnElement[Any], column: ColumnInfo, wanted: bool) -> ColumnElement[Any] | None:
    """The cell as text (SQLite: as its bytes, so that broken UTF-8 is read too); None where the type holds no text."""
    if engine == "sqlite":
        return _sqlite_text(place, column, wanted)
    readable = column.family in TEXTUAL or wanted
    if column.family is Family.BINARY and not wanted:
        return sa.case((sa.func.octet_length(place) <= LARGEST_BINARY, place))
    if engine == "postgresql":
        readable = readable or column.family is Family.OTHER
        plain = column.family is Family.TEXT
        return (place if plain else sa.cast(place, sa.Text())) if readable else None
    return (place if column.family in TEXTUAL else sa.cast(place, sa.CHAR())) if readable else None


def _sqlite_text(place: ColumnElement[Any], column: ColumnInfo, wanted: bool) -> ColumnElement[Any]:
    """A declared type binds nobody here: whatever is text in any column is read."""
    raw: ColumnElement[Any] = sa.cast(place, sa.LargeBinary())
    if column.family in TEXTUAL or column.family is Family.OTHER or wanted:
        return raw
    if column.family is Family.BINARY:
        return sa.case((sa.func.length(raw) <= LARGEST_BINARY, raw))
    is_text: ColumnElement[bool] = sa.func.typeof(place) == "text"
    if column.family in TIMES:
        is_text = sa.and_(is_text, place.op("GLOB")("*[^-0-9:. TZ+]*"))
    return sa.case((is_text, raw))


def _non_empty_binary(engine: str, place: ColumnElement[Any]) -> ColumnElement[bool]:
    if engine == "sqlite":
        return sa.and_(sa.func.typeof(place) == "blob", sa.func.length(place) > 0)
    return sa.func.octet_length(place) > 0


def beyond_schema(connection: Connection, schema: Schema) -> tuple[list[Reading], list[tuple[str, str]]]:
    """What holds copies but is no table of the schema: materialised views, full-text tables. And what of that is not
    read, with why.
    """
    match schema.engine:
        case "postgresql":
            return _postgresql_beyond(connection)
        case "sqlite":
            return _sqlite_beyond(connection)
    return [], []


_RELATIONS = """
SELECT n.nspname AS space, c.relname AS name, c.relkind::text AS kind, n.nspname = current_schema() AS home,
       c.relispopulated AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('m', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
"""
_LARGE_OBJECTS = "SELECT count(*) FROM pg_largeobject_metadata"


def _postgresql_beyond(connection: Connection) -> tuple[list[Reading], list[tuple[str, str]]]:
    """A materialised view's row is read as one text."""
    readings, unread = [], []
    for row in connection.execute(sa.text(_RELATIONS)):
        name = row.name if row.home else f"{row.space}.{row.name}"
        if row.kind == "f":
            unread.append((name, "a foreign table: its data lie in another store"))
        elif not row.readable:
            unread.append((name, "a materialised view that is empty or may not be read"))
        else:
            view = sa.table(row.name, schema=row.space).alias("v")
            whole: sa.Select[Any] = sa.select(sa.literal_column("CAST(v AS text)").label("c0")).select_from(view)
            readings.append(Reading(name, ("*",), whole, (), sa.select()))
    if connection.execute(sa.text(_LARGE_OBJECTS)).scalar_one():
        unread.append(("pg_largeobject", "large objects: not decoded"))
    return readings, unread


_VIRTUAL = """
SELECT l.name AS name, l.type AS kind, c.name AS part
FROM pragma_table_list AS l JOIN pragma_table_xinfo(l.name, 'main') AS c
WHERE l.schema = 'main' AND l.type IN ('virtual', 'shadow') ORDER BY l.name, c.cid
"""


def _sqlite_beyond(connection: Connection) -> tuple[list[Reading], list[tuple[str, str]]]:
    """A full-text table lies in its shadow tables: their text is read, their index is told as binary."""
    parts: dict[str, dict[str, ColumnInfo]] = {}
    virtual: set[str] = set()
    for row in connection.execute(sa.text(_VIRTUAL)):
        if row.kind == "virtual":
            virtual.add(row.name)
        else:
            parts.setdefault(row.name, {})[row.part] = ColumnInfo(row.part, Family.BINARY, "", nullable=True)
    infos = {name: TableInfo(name, columns, ()) for name, columns in parts.items()}
    readings = [of_table(Schema("sqlite", infos), info) for info in infos.values()]
    elsewhere = sorted(name for name in virtual if not any(shadow.startswith(f"{name}_") for shadow in parts))
    return readings, [(name, "a virtual table: its data lie elsewhere") for name in elsewhere]
