"""Tillit's temporary tables in a session: made, filled, indexed, dropped with the connection. No store keeps one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, FromClause
from sqlalchemy.sql.visitors import InternalTraversal

from tillit.connectors.sql.driver import bare
from tillit.model.schema import Schema

_BATCH = 5_000
WORTH_AN_INDEX = 200  # rows; below, a scan of a temporary table is cheaper than making one


@dataclass
class Scratch:
    """One session's temporary tables. `statements` counts what was sent, for the benchmarks and the tests."""

    connection: Connection
    schema: Schema
    statements: int = 0
    _made: list[str] = field(default_factory=list)

    @property
    def engine(self) -> str:
        return self.schema.engine

    def run(self, statement: sa.Executable, parameters: Any = None) -> sa.CursorResult[Any]:
        """Send one statement."""
        self.statements += 1
        return self.connection.execute(statement, parameters)

    def name(self, stem: str) -> str:
        """A fresh name for a temporary table."""
        name = f"tillit_{stem}_{len(self._made)}"
        self._made.append(name)
        return name

    def from_query(self, stem: str, query: sa.Select[Any] | sa.CompoundSelect[Any], key: Sequence[str]) -> Made:
        """CREATE TEMPORARY TABLE ... AS query; indexed on `key` when it is worth it."""
        name = self.name(stem)
        columns = [c.name for c in query.selected_columns]
        indexed = self.engine == "mariadb" and bool(key)
        inline = f" (INDEX ({', '.join(key)}))" if indexed else ""
        result = self.run(_CreateAs(name, query, inline))
        made = Made(sa.table(name, *[sa.column(c) for c in columns]), self._rows(name, result))
        if not indexed:
            self.index(made, key)
        return made

    def empty_like(self, stem: str, query: sa.Select[Any]) -> Made:
        """An empty temporary table with the columns and types of `query`."""
        name = self.name(stem)
        self.run(_CreateAs(name, query.where(sa.false()), ""))
        return Made(sa.table(name, *[sa.column(c.name) for c in query.selected_columns]), 0)

    def index(self, made: Made, key: Sequence[str]) -> None:
        """Index a table that is large enough to be worth it."""
        if made.rows >= WORTH_AN_INDEX and key:
            name = made.table.name
            where = "temp." if self.engine == "sqlite" else ""
            self.run(sa.text(f"CREATE INDEX {where}{name}_k ON {name} ({', '.join(key)})"))

    def analyse(self, *tables: Made) -> None:
        """Tell the planner how small these are, in one statement: else it scans the customer's tables instead."""
        names = [made.table.name for made in tables if made.rows]
        if names and self.engine == "sqlite":
            self.run(sa.text("ANALYZE temp"))
        elif names and self.engine == "postgresql":
            self.run(sa.text(f"ANALYZE {', '.join(names)}"))

    def index_rows(self, made: Made, rows: int, key: Sequence[str]) -> None:
        """Index a table that was filled after it was made."""
        self.index(Made(made.table, rows), key)

    def insert(self, made: Made, rows: Iterable[dict[str, Any]]) -> int:
        """Load rows in bounded batches; returns how many."""
        total, source = 0, iter(rows)
        while batch := list(islice(source, _BATCH)):
            if self.engine == "postgresql":
                self._copy_in(made, batch)
            else:
                self.run(sa.insert(made.table), batch)
            total += len(batch)
        return total

    def _copy_in(self, made: Made, rows: Sequence[dict[str, Any]]) -> None:
        """COPY, the fastest way in; the driver writes the values out."""
        self.statements += 1
        names = list(rows[0])
        text = f"COPY {made.table.name} ({', '.join(names)}) FROM STDIN"
        with bare(self.connection, text) as raw, raw.cursor() as cursor, cursor.copy(text) as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])

    def insert_query(self, made: Made, query: sa.Select[Any] | sa.CompoundSelect[Any]) -> int:
        """INSERT ... SELECT; returns how many rows."""
        columns = [c.name for c in query.selected_columns]
        insert = sa.insert(made.table).from_select(columns, query).execution_options(preserve_rowcount=True)
        return self.run(insert).rowcount

    def _rows(self, name: str, result: sa.CursorResult[Any]) -> int:
        if result.rowcount >= 0:
            return result.rowcount
        made = sa.table(name, sa.column("rowid"))
        return int(self.run(sa.select(sa.func.max(made.c.rowid))).scalar() or 0)  # SQLite does not say


@dataclass(frozen=True)
class Made:
    """A temporary table and how many rows it was made with."""

    table: sa.TableClause
    rows: int

    def alias(self) -> FromClause:
        return self.table.alias()


@dataclass(frozen=True)
class Inline:
    """A few rows, or a query, that stand in each statement themselves: no temporary table is made for them."""

    query: sa.Select[Any] | sa.CompoundSelect[Any]
    rows: int

    def alias(self) -> FromClause:
        return self.query.subquery()


Rows = Made | Inline


class _CreateAs(sa.sql.expression.Executable, sa.sql.elements.ClauseElement):
    """CREATE TEMPORARY TABLE name [definition] AS query."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012
        ("name", InternalTraversal.dp_string),
        ("query", InternalTraversal.dp_clauseelement),
        ("definition", InternalTraversal.dp_string),
    ]

    def __init__(self, name: str, query: sa.Select[Any] | sa.CompoundSelect[Any], definition: str) -> None:
        self.name, self.query, self.definition = name, query, definition


def _compile_create_as(element: _CreateAs, compiler: Any, **kw: Any) -> str:
    query = compiler.process(element.query, **kw)
    return f"CREATE TEMPORARY TABLE {element.name}{element.definition} AS {query}"


from sqlalchemy.ext.compiler import compiles  # noqa: E402

compiles(_CreateAs)(_compile_create_as)
