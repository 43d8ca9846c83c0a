"""Conditions as SQL: one expression a condition, correlated to an alias of its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql import leaves
from tillit.connectors.sql.leaves import Bool
from tillit.model import conditions as c
from tillit.model.schema import Schema

LiveFor = Callable[[str, FromClause, str], Bool]


def no_live_for(table: str, _alias: FromClause, purpose: str) -> Bool:
    """Used where a plan has no `through` ground."""
    raise LookupError(f"no standing loaded to judge {table} for {purpose}")


def sql_table(schema: Schema, name: str) -> sa.TableClause:
    """A table of the store with all its columns, schema-qualified where its name says so."""
    info = schema.tables[name]
    columns: list[sa.ColumnClause[Any]] = [sa.column(col) for col in info.columns]
    return sa.table(info.bare, *columns, schema=info.schema or None)


@dataclass(frozen=True)
class Compiler:
    """Compiles for one store. `live_for` answers `through` grounds; it needs the standing that a run has loaded."""

    schema: Schema
    live_for: LiveFor = no_live_for
    joined: Mapping[tuple[FromClause, c.Hop], FromClause] = field(default_factory=dict)  # parents of rows, at hand

    @property
    def engine(self) -> str:
        return self.schema.engine

    def alias(self, table: str) -> FromClause:
        """A fresh alias: an EXISTS over the same table must never compare the inner row with itself."""
        return sql_table(self.schema, table).alias()

    def condition(self, condition: c.Condition, table: str, alias: FromClause) -> Bool:
        """`condition` on a row of `alias` (of `table`), never NULL."""
        match condition:
            case c.Const(value):
                return sa.true() if value else sa.false()
            case c.And(parts):
                return sa.and_(sa.true(), *(self.condition(p, table, alias) for p in parts))
            case c.Or(parts):
                return sa.or_(sa.false(), *(self.condition(p, table, alias) for p in parts))
            case c.Not(part):
                return sa.not_(self.condition(part, table, alias))
            case c.Null(column):
                return alias.c[column].is_(None)
            case c.Compare(column, _, _):
                info = leaves.info_of(self.schema, table, column)
                return leaves.compare(self.engine, alias.c[column], info, condition)
            case c.Before(column=column) | c.NotBefore(column=column) | c.After(column=column):
                return leaves.time_leaf(self.engine, alias.c[column], condition)
            case c.Along(hop, part) if (alias, hop) in self.joined:
                return self.condition(part, hop.table, self.joined[alias, hop])
            case c.Along(hop, part):
                return self.leads_to(hop, table, alias, part)
            case c.LiveFor(child, purpose):
                return self.live_for(child, alias, purpose)

    def leads_to(self, hop: c.Hop, table: str, alias: FromClause, part: c.Condition) -> Bool:
        """EXISTS some row that `hop` leads to and `part` is true of."""
        other = self.alias(hop.table)
        return exists(other, where=(self.joins(hop, table, alias, other), self.condition(part, hop.table, other)))

    def joins(self, hop: c.Hop, table: str, own: FromClause, other: FromClause) -> Bool:
        """The condition that joins a row with the rows that `hop` leads to."""
        tests = [self._pair(hop, table, own, other, pair) for pair in hop.pairs]
        if hop.own_when is not None:
            tests.append(self.condition(hop.own_when, table, own))
        if hop.other_when is not None:
            tests.append(self.condition(hop.other_when, hop.table, other))
        return sa.and_(sa.true(), *tests)

    def _pair(self, hop: c.Hop, table: str, own: FromClause, other: FromClause, pair: tuple[str, str]) -> Bool:
        left, right = own.c[pair[0]], other.c[pair[1]]
        if hop.matches:
            a, b = leaves.normal_text(self.engine, left), leaves.normal_text(self.engine, right)
            return sa.and_(a == b, left.is_not(None), a != leaves.normal_text(self.engine, sa.literal("", sa.String())))
        if hop.prefix_own is not None:
            return leaves.text_equal(self.engine, left, self.prefixed(hop.prefix_own, right))
        if hop.prefix_other is not None:
            return leaves.text_equal(self.engine, right, self.prefixed(hop.prefix_other, left))
        return leaves.key_equal(
            self.engine,
            (left, leaves.info_of(self.schema, table, pair[0])),
            (right, leaves.info_of(self.schema, hop.table, pair[1])),
        )

    def has_prefix(self, column: ColumnElement[Any], prefix: str) -> Bool:
        """The text starts with `prefix`, byte for byte."""
        head = sa.func.substr(leaves.as_text(self.engine, column), 1, len(prefix))
        return sa.and_(column.is_not(None), leaves.text_equal(self.engine, head, sa.literal(prefix, sa.String())))

    def names_a_number(self, column: ColumnElement[Any], prefix: str) -> Bool:
        """What follows `prefix` is written as an integer key is: 'U17', not 'U017' or 'U 17'; never NULL."""
        tail = sa.func.substr(leaves.as_text(self.engine, column), len(prefix) + 1)
        if self.engine == "sqlite":
            same = sa.cast(sa.cast(tail, sa.Integer()), sa.Text()) == tail
        else:
            digits = sa.literal("^(0|-?[1-9][0-9]*)$", sa.String())
            same = tail.op("~" if self.engine == "postgresql" else "REGEXP")(digits)
        return sa.func.coalesce(same, sa.false())

    def prefixed(self, prefix: str, column: ColumnElement[Any]) -> ColumnElement[str]:
        """`prefix` followed by the value as text."""
        return sa.literal(prefix, sa.String()) + leaves.as_text(self.engine, column)


def exists(*tables: FromClause, where: tuple[Bool, ...]) -> Bool:
    """EXISTS (SELECT 1 FROM tables WHERE ...), correlated to everything else that the conditions name."""
    query: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(*tables).where(*where)
    return sa.exists(query.correlate_except(*tables))
