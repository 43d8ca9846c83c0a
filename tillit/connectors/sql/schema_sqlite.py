"""SQLite's catalogue: five queries over its table-valued pragmas, and the CREATE statements' text for the rest."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from tillit.connectors.sql import schema_sqlite_text as sql_text
from tillit.connectors.sql.schema_parts import Parts
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, Unique

_HERE = "l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"

_TABLES = f"""
SELECT l.name AS name, l.wr AS keyed, m.sql AS sql
FROM pragma_table_list AS l JOIN main.sqlite_master AS m ON m.type = 'table' AND m.name = l.name
WHERE {_HERE}
"""
_COLUMNS = f"""
SELECT l.name AS of_table, l.wr AS keyed, c.name AS name, c.type AS type, c."notnull" AS required,
       c.dflt_value AS preset, c.pk AS place, c.hidden AS hidden
FROM pragma_table_list AS l JOIN pragma_table_xinfo(l.name, 'main') AS c WHERE {_HERE} ORDER BY l.name, c.cid
"""
_INDEXES = f"""
SELECT l.name AS of_table, i.name AS name, i."unique" AS is_unique, i.partial AS partial, i.origin AS origin,
       x.cid AS cid, x.name AS part, m.sql AS sql
FROM pragma_table_list AS l JOIN pragma_index_list(l.name, 'main') AS i JOIN pragma_index_xinfo(i.name, 'main') AS x
LEFT JOIN main.sqlite_master AS m ON m.type = 'index' AND m.name = i.name
WHERE {_HERE} AND x.key ORDER BY l.name, i.name, x.seqno
"""
_KEYS = f"""
SELECT l.name AS of_table, k.id AS id, k."table" AS parent, k."from" AS part, k."to" AS parent_part,
       k.on_delete AS on_delete
FROM pragma_table_list AS l JOIN pragma_foreign_key_list(l.name, 'main') AS k WHERE {_HERE} ORDER BY l.name, k.id, k.seq
"""
_TRIGGERS = "SELECT tbl_name AS of_table, name, sql FROM main.sqlite_master WHERE type = 'trigger'"

_WHEN = re.compile(
    r"\b(BEFORE|AFTER|INSTEAD\s+OF)?\s*\b(DELETE|INSERT|UPDATE)\b(?=.*?\bON\b)", re.IGNORECASE | re.DOTALL
)
_LENGTH = re.compile(r"(?:char|clob|text)[^(]*\((\d+)\)", re.IGNORECASE)

# The declared type's words, tried in order: what applications mean by them, beyond SQLite's five affinities.
_FAMILIES: tuple[tuple[str, Family], ...] = (
    (r"^(datetime|timestamp)", Family.NAIVE),
    (r"^date\b", Family.DATE),
    (r"^time\b", Family.TIME),
    (r"^bool", Family.BOOLEAN),
    (r"^json", Family.JSON),
    (r"int", Family.INTEGER),
    (r"char|clob|text|uuid|^enum|^inet|^string", Family.TEXT),
    (r"blob|binary|bytea", Family.BINARY),
    (r"real|floa|doub|^num|^dec|^money", Family.NUMBER),
)


def read_sqlite(connection: Connection) -> Schema:
    """The tables of the main database. Nothing here is a right: the file can be written or it cannot."""
    created: dict[str, str] = {}
    parts: dict[str, Parts] = {}
    for row in connection.execute(text(_TABLES)):
        created[row.name] = str(row.sql)
        parts[row.name] = Parts(row.name, checks=list(sql_text.checks(str(row.sql))))
    _columns(connection, parts, created)
    _indexes(connection, parts)
    keys, notes = _keys(connection, parts)
    for row in connection.execute(text(_TRIGGERS)):
        part = _named(parts, row.of_table)
        if part is not None:
            part.triggers.append(f"{row.name}: {_moment(str(row.sql))}")
    everything = frozenset(parts)
    return Schema(
        engine="sqlite",
        tables={name: parts[name].table() for name in sorted(parts)},
        foreign_keys=tuple(keys),
        foreign_keys_enforced=bool(connection.execute(text("PRAGMA foreign_keys")).scalar_one()),
        readable=everything,
        writable=everything if _can_write(connection) else frozenset(),
        notes=tuple(notes),
    )


def _columns(connection: Connection, parts: Mapping[str, Parts], created: Mapping[str, str]) -> None:
    places: dict[str, dict[int, str]] = {}
    expressions = {name: sql_text.generated(sql) for name, sql in created.items()}
    rows = [row for row in connection.execute(text(_COLUMNS)) if row.of_table in parts]
    for row in rows:
        expression = expressions[row.of_table].get(str(row.name).lower()) if row.hidden in (2, 3) else None
        parts[row.of_table].columns[row.name] = _column(row, expression)
        if row.place:
            places.setdefault(row.of_table, {})[row.place] = row.name
    for name, key in places.items():
        parts[name].primary = tuple(key[place] for place in sorted(key))
        parts[name].indexes.append(parts[name].primary)


def _column(row: Row[Any], expression: str | None) -> ColumnInfo:
    declared = str(row.type or "")
    length = _LENGTH.search(declared)
    # Only an INTEGER PRIMARY KEY and the key of a WITHOUT ROWID table are never NULL; other keys may be, by an old bug.
    keyed = bool(row.place) and (bool(row.keyed) or declared.upper() == "INTEGER")
    return ColumnInfo(
        name=row.name,
        family=next((family for pattern, family in _FAMILIES if re.search(pattern, declared, re.I)), Family.OTHER),
        type=declared,
        nullable=not (row.required or keyed),
        length=int(length[1]) if length else None,
        generated=row.hidden in (2, 3),
        default=expression if row.hidden in (2, 3) else row.preset,
    )


def _indexes(connection: Connection, parts: Mapping[str, Parts]) -> None:
    """An expression in an index has cid -2 and no name: the columns it reads are those its text names."""
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in connection.execute(text(_INDEXES)):
        if row.of_table in parts:
            found.setdefault((row.of_table, row.name), []).append(row)
    for (table, name), rows in found.items():
        part, first = parts[table], rows[0]
        plain = all(row.cid >= 0 for row in rows)
        whole = tuple(row.part for row in rows if row.cid >= 0)
        special = bool(first.partial) or not plain
        if first.is_unique and first.origin != "pk":
            reads = sql_text.names(str(first.sql).partition("(")[2], part.columns) if special else whole
            part.uniques.append(Unique(name, reads, expression=special))
        if plain and not first.partial:
            part.indexes.append(whole)


def _keys(connection: Connection, parts: Mapping[str, Parts]) -> tuple[list[ForeignKey], list[str]]:
    """The declared keys, in the catalogue's own spelling. All but RESTRICT can wait for the commit."""
    found: dict[tuple[str, int], list[Row[Any]]] = {}
    for row in connection.execute(text(_KEYS)):
        if row.of_table in parts:
            found.setdefault((row.of_table, row.id), []).append(row)
    keys, notes = [], []
    for (table, _), rows in sorted(found.items()):
        parent = _named(parts, rows[0].parent)
        if parent is None:
            notes.append(f"{table} declares a key to {rows[0].parent}, which is no table of this database")
            continue
        columns = tuple(_spelled(parts[table], row.part) for row in rows)
        named = [row.parent_part for row in rows]
        targets = parent.primary if named[0] is None else tuple(_spelled(parent, name) for name in named)
        if len(targets) == len(columns) and all(target in parent.columns for target in targets):
            action = str(rows[0].on_delete).upper()
            keys.append(ForeignKey(table, columns, parent.name, targets, action, action != "RESTRICT"))
        else:
            notes.append(f"{table}({', '.join(columns)}) declares a key to columns that {parent.name} does not have")
    return keys, notes


def _named(parts: Mapping[str, Parts], name: str) -> Parts | None:
    """The table of that name: SQLite does not mind the case of ASCII letters."""
    return parts.get(name) or next((part for part in parts.values() if part.name.lower() == str(name).lower()), None)


def _spelled(part: Parts, column: str) -> str:
    return next((name for name in part.columns if name.lower() == str(column).lower()), str(column))


def _moment(sql: str) -> str:
    """`BEFORE DELETE`, out of a CREATE TRIGGER whose name may hold such words too: the last before the body counts."""
    head = re.split(r"\bBEGIN\b", sql, maxsplit=1, flags=re.IGNORECASE)[0]
    found = _WHEN.findall(head)
    if not found:
        return "UNKNOWN"
    timing, event = found[-1]
    return f"{(' '.join(timing.split()) or 'BEFORE').upper()} {event.upper()}"


def _can_write(connection: Connection) -> bool:
    """The file and its folder (for the journal) can be written, and the connection was not opened for reading only."""
    if connection.execute(text("PRAGMA query_only")).scalar_one():
        return False
    if connection.engine.url.query.get("mode") == "ro":
        return False
    path = connection.execute(text("SELECT file FROM pragma_database_list WHERE name = 'main'")).scalar_one()
    return not path or (os.access(path, os.W_OK) and os.access(os.path.dirname(path), os.W_OK))
