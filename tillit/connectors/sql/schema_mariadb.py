"""MariaDB's (and MySQL's) catalogue, read in seven queries from information_schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from tillit.connectors.sql.schema_parts import Parts
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, Unique

_TABLES = """
SELECT TABLE_NAME AS name, TABLE_TYPE AS type, ENGINE AS engine, TABLE_ROWS AS estimate
FROM information_schema.TABLES
WHERE TABLE_SCHEMA = database() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
"""
_COLUMNS = """
SELECT TABLE_NAME AS of_table, COLUMN_NAME AS name, DATA_TYPE AS base, COLUMN_TYPE AS type, IS_NULLABLE AS nullable,
       CHARACTER_MAXIMUM_LENGTH AS length, EXTRA AS extra, COLUMN_DEFAULT AS preset,
       GENERATION_EXPRESSION AS expression, PRIVILEGES AS rights
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = database() ORDER BY TABLE_NAME, ORDINAL_POSITION
"""
_INDEXES = """
SELECT TABLE_NAME AS of_table, INDEX_NAME AS name, NON_UNIQUE AS loose, COLUMN_NAME AS part, SUB_PART AS prefix,
       INDEX_TYPE AS type{expression}
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = database() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
"""
_CHECKS = """
SELECT TABLE_NAME AS of_table, CONSTRAINT_NAME AS name, CHECK_CLAUSE AS clause, LEVEL AS level
FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = database() ORDER BY TABLE_NAME, CONSTRAINT_NAME
"""
_CHECKS_MYSQL = """
SELECT t.TABLE_NAME AS of_table, c.CONSTRAINT_NAME AS name, c.CHECK_CLAUSE AS clause, 'Table' AS level
FROM information_schema.CHECK_CONSTRAINTS AS c JOIN information_schema.TABLE_CONSTRAINTS AS t
  ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME
WHERE c.CONSTRAINT_SCHEMA = database() ORDER BY t.TABLE_NAME, c.CONSTRAINT_NAME
"""
_KEYS = """
SELECT k.TABLE_SCHEMA AS of_schema, k.TABLE_NAME AS of_table, k.CONSTRAINT_NAME AS name, k.COLUMN_NAME AS part,
       k.REFERENCED_TABLE_SCHEMA AS parent_schema, k.REFERENCED_TABLE_NAME AS parent,
       k.REFERENCED_COLUMN_NAME AS parent_part, r.DELETE_RULE AS on_delete, database() AS home
FROM information_schema.KEY_COLUMN_USAGE AS k JOIN information_schema.REFERENTIAL_CONSTRAINTS AS r
  ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND database() IN (k.TABLE_SCHEMA, k.REFERENCED_TABLE_SCHEMA)
ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION
"""
_TRIGGERS = """
SELECT EVENT_OBJECT_TABLE AS of_table, TRIGGER_NAME AS name, ACTION_TIMING AS timing, EVENT_MANIPULATION AS event
FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = database()
"""

_FAMILIES = {
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "set"), Family.TEXT),
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit"), Family.INTEGER),
    **dict.fromkeys(("decimal", "float", "double"), Family.NUMBER),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"), Family.BINARY),
    **dict.fromkeys(("inet4", "inet6"), Family.INET),
    "enum": Family.ENUM,
    "date": Family.DATE,
    "datetime": Family.NAIVE,
    "timestamp": Family.AWARE,  # kept in UTC and shown in the session's zone, which `open_engine` sets to UTC
    "time": Family.TIME,
    "json": Family.JSON,
    "uuid": Family.UUID,
}
_TRANSACTIONAL = {"innodb", "rocksdb", "tokudb", "ndbcluster"}
_LABEL = re.compile(r"'((?:[^']|'')*)'")
_GRANT = re.compile(
    r"^GRANT (?P<rights>.+?) ON (?:TABLE )?(?P<target>(?:`(?:[^`]|``)+`|\*)\.(?:`(?:[^`]|``)+`|\*)) TO "
)


def read_mariadb(connection: Connection) -> Schema:
    """The tables of the URL's database, with what this user may do. What the user has no right to see is not there."""
    mysql = not getattr(connection.dialect, "is_mariadb", True)
    parts: dict[str, Parts] = {}
    notes = []
    for row in connection.execute(text(_TABLES)):
        parts[row.name] = _table(row)
        if row.type == "SYSTEM VERSIONED":
            notes.append(
                f"{row.name} keeps its history (SYSTEM VERSIONING): what is removed stays there until DELETE HISTORY"
            )
    readable = _columns(connection, parts)
    _indexes(connection, parts, mysql)
    _checks(connection, parts, mysql)
    keys, strangers = _keys(connection, parts)
    for row in connection.execute(text(_TRIGGERS)):
        if row.of_table in parts:
            parts[row.of_table].triggers.append(f"{row.name}: {row.timing} {row.event}")
    rights = _rights(connection)
    home = str(connection.execute(text("SELECT database()")).scalar_one())
    if not _may(rights, home, None, "SELECT"):
        notes.append(
            "this user sees only the tables it has rights to: a key that points here from another table stays unseen"
        )
    if not _may(rights, home, None, "TRIGGER"):
        notes.append("this user lacks the right TRIGGER: triggers stay unseen")
    wanted = ("INSERT", "UPDATE", "DELETE")
    writable = {name for name in parts if all(_may(rights, home, name, right) for right in wanted)}
    return Schema(
        engine="mariadb",
        tables={name: parts[name].table() for name in sorted(parts)},
        foreign_keys=tuple(keys),
        foreign_keys_enforced=True,
        readable=frozenset(name for name in readable if name in parts),
        writable=frozenset(writable),
        temporary=_may(rights, home, None, "CREATE TEMPORARY TABLES"),
        notes=tuple(sorted(notes + strangers)),
    )


def _table(row: Row[Any]) -> Parts:
    engine = str(row.engine or "").lower()
    return Parts(row.name, transactional=engine in _TRANSACTIONAL, rows=row.estimate)


def _columns(connection: Connection, parts: Mapping[str, Parts]) -> set[str]:
    """Fill in the columns; the tables of which every column may be read come back."""
    barred = set()
    for row in connection.execute(text(_COLUMNS)):
        if row.of_table not in parts:
            continue
        parts[row.of_table].columns[row.name] = _column(row)
        if "select" not in str(row.rights).split(","):
            barred.add(row.of_table)
    return set(parts) - barred


def _column(row: Row[Any]) -> ColumnInfo:
    kind = str(row.type)
    base = str(row.base).lower()
    family = _FAMILIES.get(base, Family.OTHER)
    if kind in ("tinyint(1)", "bit(1)"):
        family = Family.BOOLEAN
    generated = "GENERATED" in str(row.extra).upper() and bool(row.expression)
    preset = None if row.preset is None or str(row.preset).upper() == "NULL" else str(row.preset)
    if "on update" in str(row.extra).lower():  # a column that moves whenever its row is written
        preset = f"{preset or 'NULL'} {row.extra}"
    labels = base in ("enum", "set")
    return ColumnInfo(
        name=row.name,
        family=family,
        type=kind,
        nullable=row.nullable == "YES",
        length=int(row.length) if row.length is not None and not labels else None,
        generated=generated,
        default=str(row.expression) if generated else preset,
        values=tuple(label.replace("''", "'") for label in _LABEL.findall(kind)) if labels else (),
    )


def _indexes(connection: Connection, parts: Mapping[str, Parts], mysql: bool) -> None:
    """Index parts come one a row. A functional key part (MySQL 8) has no column but an expression."""
    query = _INDEXES.format(expression=", EXPRESSION AS expression" if mysql else ", NULL AS expression")
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in connection.execute(text(query)):
        if row.of_table in parts:
            found.setdefault((row.of_table, row.name), []).append(row)
    for (table, name), rows in found.items():
        part = parts[table]
        whole = tuple(row.part for row in rows if row.part is not None)
        expressions = " ".join(str(row.expression) for row in rows if row.expression)
        if name == "PRIMARY":
            part.primary = whole
        if not rows[0].loose:
            reads = tuple(column for column in part.columns if f"`{column}`" in expressions)
            prefixes = tuple(int(row.prefix or 0) for row in rows) if not expressions else ()
            columns = tuple(dict.fromkeys(whole + reads))
            part.uniques.append(Unique(name, columns, bool(expressions), prefixes=prefixes if any(prefixes) else ()))
        if whole and not expressions and rows[0].type in ("BTREE", "HASH"):
            part.indexes.append(whole)


def _checks(connection: Connection, parts: Mapping[str, Parts], mysql: bool) -> None:
    """CHECK texts. `json_valid` on a column is how MariaDB spells the type JSON."""
    for row in connection.execute(text(_CHECKS_MYSQL if mysql else _CHECKS)):
        part = parts.get(row.of_table)
        if part is None:
            continue
        part.checks.append(row.clause)
        column = part.columns.get(row.name) if row.level == "Column" else None
        if column and row.clause == f"json_valid(`{row.name}`)":
            part.columns[row.name] = _as_json(column)


def _as_json(column: ColumnInfo) -> ColumnInfo:
    return ColumnInfo(column.name, Family.JSON, column.type, column.nullable, None, column.generated, column.default)


def _keys(connection: Connection, parts: Mapping[str, Parts]) -> tuple[list[ForeignKey], list[str]]:
    """The keys inside this database, and a note for each that crosses its border."""
    found: dict[tuple[str, str, str], list[Row[Any]]] = {}
    for row in connection.execute(text(_KEYS)):
        found.setdefault((row.of_schema, row.of_table, row.name), []).append(row)
    keys, strangers = [], []
    for (schema, table, name), rows in found.items():
        first = rows[0]
        if schema != first.home:
            strangers.append(
                f"{schema}.{table} points at {first.parent} from another database (ON DELETE {first.on_delete})"
            )
        elif first.parent_schema == first.home and table in parts and first.parent in parts:
            columns = tuple(row.part for row in rows)
            targets = tuple(row.parent_part for row in rows)
            keys.append(ForeignKey(table, columns, first.parent, targets, first.on_delete, False, name))
    return keys, strangers


def _rights(connection: Connection) -> list[tuple[set[str], str]]:
    """The grants in force, roles included: which rights on which target, as SHOW GRANTS prints them."""
    grants = []
    for (line,) in connection.execute(text("SHOW GRANTS")):
        match = _GRANT.match(str(line))
        if match:
            rights = {right.strip() for right in re.sub(r"\([^)]*\)", "()", match["rights"]).split(",")}
            grants.append((rights, match["target"]))
    return grants


def _may(grants: Iterable[tuple[set[str], str]], home: str, table: str | None, right: str) -> bool:
    """True when some grant gives `right` on the whole database, or on `table` of it. Column rights do not count."""
    for rights, target in grants:
        if not rights & {right, "ALL PRIVILEGES", "ALL"}:
            continue
        schema, _, name = target.rpartition(".") if target.endswith(".*") else _halves(target)
        whole = name == "*" and (schema == "*" or _like(schema.strip("`").replace("``", "`"), home))
        single = table is not None and schema.strip("`") == home and name.strip("`").replace("``", "`") == table
        if whole or single:
            return True
    return False


def _halves(target: str) -> tuple[str, str, str]:
    schema, dot, name = target.partition("`.`")
    return schema + "`", dot, "`" + name


def _like(pattern: str, home: str) -> bool:
    """Database names in grants are LIKE patterns: % and _ stand for anything unless escaped."""
    parts = []
    for token in re.findall(r"\\.|.", pattern, re.DOTALL):
        if token == "%":
            parts.append(".*")
        elif token == "_":
            parts.append(".")
        else:
            parts.append(re.escape(token[-1]))
    return re.fullmatch("".join(parts), home, re.DOTALL) is not None
