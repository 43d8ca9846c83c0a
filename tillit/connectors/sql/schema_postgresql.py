"""PostgreSQL's catalogue, read in five queries from pg_catalog (information_schema hides what one does not own)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from tillit.connectors.sql.schema_parts import Parts, qualified
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, Unique

_OWN = """
    n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
    AND n.nspname NOT LIKE 'pg\\_temp\\_%'
"""

# A partitioned table's own reltuples is unknown until it is analysed: its leaves know.
_RELATIONS = f"""
SELECT c.oid::bigint AS id, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, current_schema() AS home,
       (SELECT sum(leaf.reltuples) FROM pg_partition_tree(c.oid) AS tree
        JOIN pg_class AS leaf ON leaf.oid = tree.relid
        WHERE tree.isleaf AND leaf.reltuples >= 0)::bigint AS leaves,
       c.reltuples::bigint AS estimate,
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'UPDATE')
           AND has_table_privilege(c.oid, 'DELETE') AND has_table_privilege(c.oid, 'INSERT') AS writable,
       c.relkind IN ('r', 'p') AND row_security_active(c.oid) AS hidden,
       EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhparent = c.oid) AND c.relkind = 'r' AS inherited
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition AND {_OWN}
"""

# A domain's type, limit and NOT NULL lie at the end of its chain of domains.
_COLUMNS = f"""
WITH RECURSIVE chain (domain, base, modifier, required) AS (
    SELECT t.oid, t.typbasetype, t.typtypmod, t.typnotnull FROM pg_type AS t WHERE t.typtype = 'd'
    UNION ALL
    SELECT chain.domain, t.typbasetype, greatest(chain.modifier, t.typtypmod), chain.required OR t.typnotnull
    FROM chain JOIN pg_type AS t ON t.oid = chain.base WHERE t.typtype = 'd'
), ground AS (
    SELECT chain.* FROM chain JOIN pg_type AS t ON t.oid = chain.base WHERE t.typtype <> 'd'
)
SELECT a.attrelid::bigint AS id, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       t.typname AS base, t.typtype::text AS kind, t.typcategory::text AS category,
       greatest(a.atttypmod, coalesce(ground.modifier, -1)) AS modifier,
       NOT (a.attnotnull OR coalesce(ground.required, false)) AS nullable,
       a.attgenerated <> '' AS generated, pg_get_expr(d.adbin, d.adrelid) AS expression,
       (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid) AS labels
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN ground ON ground.domain = a.atttypid
JOIN pg_type AS t ON t.oid = coalesce(ground.base, a.atttypid)
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND {_OWN}
ORDER BY a.attrelid, a.attnum
"""

# What an expression or a partial index reads stands in pg_depend; NULLS NOT DISTINCT is unknown before version 15.
_INDEXES = f"""
SELECT i.indrelid::bigint AS id, x.relname AS name, i.indisprimary AS is_primary,
       i.indisunique OR i.indisexclusion AS is_unique,
       i.indexprs IS NOT NULL OR i.indpred IS NOT NULL OR i.indisexclusion AS special,
       i.indpred IS NOT NULL AS partial,
       coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false) AS nulls_equal,
       (SELECT array_agg(a.attname ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE k.place <= i.indnkeyatts) AS columns,
       (SELECT array_agg(DISTINCT a.attname) FROM pg_depend AS p
        JOIN pg_attribute AS a ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
        WHERE p.classid = 'pg_class'::regclass AND p.objid = i.indexrelid
          AND p.refclassid = 'pg_class'::regclass AND p.refobjid = i.indrelid AND p.refobjsubid > 0) AS reads
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND i.indislive AND {_OWN}
ORDER BY i.indrelid, x.relname
"""

# Keys declared on a partition count for the whole table; the copies that PostgreSQL gives partitions have a parent.
_CONSTRAINTS = f"""
SELECT coalesce(pg_partition_root(k.conrelid), k.conrelid)::oid::bigint AS id,
       k.contype::text AS kind, k.conname AS name,
       CASE WHEN k.contype = 'c' THEN pg_get_constraintdef(k.oid) END AS definition,
       coalesce(nullif(pg_partition_root(k.confrelid)::oid, 0), k.confrelid)::oid::bigint AS parent,
       k.confdeltype::text AS on_delete, k.condeferrable AS deferrable,
       (SELECT array_agg(a.attname ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number) AS columns,
       (SELECT array_agg(a.attname ORDER BY u.place) FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
        JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number) AS parent_columns
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE k.contype IN ('c', 'f') AND k.conparentid = 0 AND {_OWN}
ORDER BY k.conrelid, k.conname
"""

_TRIGGERS = f"""
SELECT t.tgrelid::bigint AS id, t.tgname AS name, t.tgtype AS bits, false AS rule, '' AS event
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND {_OWN}
UNION ALL
SELECT r.ev_class::bigint, r.rulename, 0, true, r.ev_type::text
FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND r.ev_type <> '1' AND r.ev_enabled <> 'D' AND {_OWN}
"""

_TEMPORARY = "SELECT has_database_privilege(current_database(), 'TEMPORARY')"

_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_EVENTS = {"2": "UPDATE", "3": "INSERT", "4": "DELETE"}

_FAMILIES = {
    **dict.fromkeys(("text", "varchar", "bpchar", "citext", "name", "char"), Family.TEXT),
    **dict.fromkeys(("int2", "int4", "int8", "oid"), Family.INTEGER),
    **dict.fromkeys(("numeric", "float4", "float8", "money"), Family.NUMBER),
    **dict.fromkeys(("time", "timetz"), Family.TIME),
    **dict.fromkeys(("json", "jsonb"), Family.JSON),
    **dict.fromkeys(("inet", "cidr"), Family.INET),
    "bool": Family.BOOLEAN,
    "date": Family.DATE,
    "timestamp": Family.NAIVE,
    "timestamptz": Family.AWARE,
    "bytea": Family.BINARY,
    "uuid": Family.UUID,
}


def read_postgresql(connection: Connection) -> Schema:
    """The tables of every schema of this database but the system's, with what this role may do."""
    relations = connection.execute(text(_RELATIONS)).all()
    parts: dict[int, Parts] = {}
    for row in relations:
        if row.kind in ("r", "p"):
            parts[row.id] = _relation(row)
    for row in connection.execute(text(_COLUMNS)):
        parts[row.id].columns[row.name] = _column(row)
    for row in connection.execute(text(_INDEXES)):
        _index(parts[row.id], row)
    keys = tuple(_constraints(connection, parts))
    for row in connection.execute(text(_TRIGGERS)):
        if row.id in parts:
            parts[row.id].triggers.append(_trigger(row))
    return Schema(
        engine="postgresql",
        tables={part.name: part.table() for part in sorted(parts.values(), key=lambda part: part.name)},
        foreign_keys=keys,
        readable=frozenset(parts[row.id].name for row in relations if row.id in parts and row.readable),
        writable=frozenset(parts[row.id].name for row in relations if row.id in parts and row.writable),
        hidden=frozenset(parts[row.id].name for row in relations if row.id in parts and row.hidden),
        temporary=bool(connection.execute(text(_TEMPORARY)).scalar_one()),
        notes=tuple(sorted(note for row in relations for note in _notes(row))),
    )


def _relation(row: Row[Any]) -> Parts:
    name, schema = qualified(row.schema, row.name, row.home)
    rows = row.leaves if row.kind == "p" else (row.estimate if row.estimate >= 0 else None)
    return Parts(name, schema, rows=rows)


def _notes(row: Row[Any]) -> list[str]:
    name, _ = qualified(row.schema, row.name, row.home)
    if row.kind == "m":
        return [f"{name} is a materialised view: it keeps old values until it is refreshed"]
    if row.kind == "f":
        return [f"{name} is a foreign table: its rows lie in another store, which wants a map of its own"]
    if row.inherited:
        return [f"{name} has inheriting tables: its rows include theirs, its keys and constraints do not"]
    return []


def _column(row: Row[Any]) -> ColumnInfo:
    limited = row.base in ("varchar", "bpchar") and row.modifier >= 4
    return ColumnInfo(
        name=row.name,
        family=_family(row.base, row.kind, row.category),
        type=row.type,
        nullable=row.nullable,
        length=row.modifier - 4 if limited else (63 if row.base == "name" else None),
        generated=row.generated,
        default=row.expression,
        values=tuple(row.labels or ()),
    )


def _family(base: str, kind: str, category: str) -> Family:
    if kind == "e":
        return Family.ENUM
    if category == "A":
        return Family.ARRAY
    return _FAMILIES.get(base, Family.OTHER)


def _index(part: Parts, row: Row[Any]) -> None:
    whole = tuple(row.columns or ())
    if row.is_primary:
        part.primary = whole
    if row.is_unique:
        columns = tuple(row.reads or whole) if row.special else whole
        part.uniques.append(Unique(row.name, columns, expression=row.special, nulls_equal=row.nulls_equal))
    if whole and not row.partial:
        part.indexes.append(whole)


def _constraints(connection: Connection, parts: Mapping[int, Parts]) -> list[ForeignKey]:
    keys = []
    for row in connection.execute(text(_CONSTRAINTS)):
        if row.id not in parts:
            continue
        if row.kind == "c":
            parts[row.id].checks += [] if row.definition in parts[row.id].checks else [row.definition]
        elif row.parent in parts:
            keys.append(
                ForeignKey(
                    table=parts[row.id].name,
                    columns=tuple(row.columns),
                    parent=parts[row.parent].name,
                    parent_columns=tuple(row.parent_columns),
                    on_delete=_ACTIONS[row.on_delete],
                    deferrable=row.deferrable,
                    name=row.name,
                )
            )
    return keys


def _trigger(row: Row[Any]) -> str:
    """`name: BEFORE DELETE OR UPDATE`, from the bits of pg_trigger.tgtype (catalog/pg_trigger.h)."""
    if row.rule:
        return f"{row.name}: RULE ON {_EVENTS.get(row.event, 'WRITE')}"
    when = "BEFORE" if row.bits & 2 else ("INSTEAD OF" if row.bits & 64 else "AFTER")
    events = [word for bit, word in ((4, "INSERT"), (8, "DELETE"), (16, "UPDATE"), (32, "TRUNCATE")) if row.bits & bit]
    return f"{row.name}: {when} {' OR '.join(events)}"
