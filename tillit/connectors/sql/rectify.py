"""Writing a corrected value into the rows about people (Art. 16): one statement a column, with its before-image."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from tillit.connectors.sql.compiler import Compiler, sql_table
from tillit.connectors.sql.fills import own_type
from tillit.connectors.sql.find import about
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.write import Write, moves_by_itself
from tillit.model.errors import TillitError
from tillit.model.plan import TableRule
from tillit.model.schema import ColumnInfo, Family, Schema
from tillit.model.standing import Key

SHOWN = 5  # different old values that are told
_PLAIN = (Family.TEXT, Family.INTEGER, Family.BOOLEAN)
_LIMIT = 2**63 - 1  # MariaDB makes a list of what is limited before it writes: it may then read the same table

People = Mapping[str, Collection[Key]]


@dataclass(frozen=True, slots=True)
class Edit:
    """One column of one table gets `new`. `links` are those that the column is about; `old`: only where this stands."""

    table: str
    column: str
    links: tuple[str, ...]
    new: str
    old: str | None = None


def correction(compiler: Compiler, rules: Mapping[str, TableRule], people: People, edit: Edit) -> Write:
    """The statement of one edit: cells of the people that hold something else than `new`. Raises TillitError."""
    schema, rule = compiler.schema, rules[edit.table]
    info, target = schema.tables[edit.table].columns[edit.column], sql_table(schema, edit.table)
    new = value_for(edit, info)
    source = compiler.alias(edit.table)
    mine = sa.select(*(source.c[k].label(f"k{i}") for i, k in enumerate(rule.key)))
    mine = mine.where(about(compiler, rules, edit.table, source, people, edit.links)).limit(_LIMIT)
    chosen = mine.subquery()
    at = [target.c[k] == chosen.c[f"k{i}"] for i, k in enumerate(rule.key)]
    cell = target.c[edit.column]
    tests: list[Bool] = [*at, sa.not_(_same(schema, info, cell, new))]
    if edit.old is not None:
        tests.append(_same(schema, info, cell, value_for(edit, info, edit.old)))
    written = _typed(schema, info, new)
    frozen = {c: target.c[c] for c in moves_by_itself(schema, edit.table) if c != edit.column}
    values: dict[str, ColumnElement[Any]] = {edit.column: written, **frozen}
    update = sa.update(target).values({target.c[c]: v for c, v in values.items()}).where(*tests)
    columns = (*rule.key, edit.column)
    return Write(edit.table, "change", update, target, (chosen,), tuple(tests), columns, {edit.column: written})


def found(connection: Connection, write: Write, column: str) -> tuple[int, tuple[str, ...]]:
    """How many cells `write` would change, and a few of the values that stand there."""
    count = sa.select(sa.func.count()).select_from(write.target, *write.sources).where(*write.where)
    cells = int(connection.execute(count).scalar_one())
    some = sa.select(write.target.c[column]).select_from(write.target, *write.sources).where(*write.where)
    old = [row[0] for row in connection.execute(some.limit(SHOWN * 20))] if cells else []
    return cells, tuple(dict.fromkeys(str(value) for value in old if value is not None))[:SHOWN]


def value_for(edit: Edit, info: ColumnInfo, text: str | None = None) -> Any:
    """What the person said, as the column's type. Raises TillitError, never repeating the value."""
    said = edit.new if text is None else text
    place = f"{edit.table}.{edit.column}"
    if info.family in (Family.TEXT, Family.ENUM) and info.length is not None and len(said) > info.length:
        raise TillitError(f"the value is too long for {place}", f"it takes {info.length} characters")
    if info.family is Family.ENUM and said not in info.values:
        raise TillitError(f"{place} cannot hold this value", f"it holds one of: {', '.join(info.values)}")
    try:
        return _parsed(said, info.family)
    except (ValueError, InvalidOperation):
        raise TillitError(f"{place} cannot hold this value", f"its type is {info.type}") from None


def _parsed(text: str, family: Family) -> Any:
    match family:
        case Family.TEXT | Family.ENUM | Family.INET | Family.OTHER:
            return text
        case Family.INTEGER:
            return int(text)
        case Family.NUMBER:
            return Decimal(text)
        case Family.DATE:
            return date.fromisoformat(text)
        case Family.NAIVE | Family.AWARE:
            return datetime.fromisoformat(text)
        case Family.UUID:
            return UUID(text)
        case Family.BOOLEAN if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case _:
            raise ValueError(family)


def _typed(schema: Schema, info: ColumnInfo, value: Any) -> ColumnElement[Any]:
    if schema.engine == "postgresql" and info.family not in _PLAIN:
        return sa.cast(sa.literal(str(value), sa.Text()), own_type(info))
    if schema.engine == "sqlite" and not isinstance(value, str | int | bool):
        return sa.literal(str(value), sa.Text())
    return sa.literal(value)


def _same(schema: Schema, info: ColumnInfo, cell: ColumnElement[Any], value: Any) -> Bool:
    """The cell holds exactly this, to the byte; never NULL."""
    typed = _typed(schema, info, value)
    if schema.engine == "mariadb" and isinstance(value, str):
        return sa.cast(cell, sa.LargeBinary()).is_not_distinct_from(sa.cast(typed, sa.LargeBinary()))
    return cell.is_not_distinct_from(typed)


def why_not(info: ColumnInfo, key: Sequence[str]) -> str:
    """Why the column cannot be corrected; empty when it can."""
    if info.generated:
        return "the database computes it"
    if info.name in key:
        return "it is the key of the row"
    if info.family in (Family.BINARY, Family.JSON, Family.ARRAY, Family.TIME):
        return f"its type is {info.type}"
    return ""
