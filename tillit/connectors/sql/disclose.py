"""What the rows about some people say, streamed (Art. 15 and 20). One query a table.

A row is theirs when they are among its persons, or when they may see it (`accessed_by`). Of each group of columns that
is about named owners, the query also tells whether it is about them: the words of somebody else are the caller's to
withhold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause

from tillit.connectors.sql.compiler import Compiler, exists
from tillit.connectors.sql.find import STREAM, about
from tillit.connectors.sql.leaves import Bool
from tillit.model.plan import OwnerRule, TableRule
from tillit.model.schema import Family, Schema
from tillit.model.standing import Key

People = Mapping[str, Collection[Key]]
_AS_IT_IS = (Family.TEXT, Family.INTEGER, Family.NUMBER, Family.BOOLEAN, Family.BINARY, Family.UUID)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read of one table. `groups`: the owner links that some columns are about, one flag for each.

    `grounds`: only rows where one of these (indexes of the rule) is fresh; None for all. `accessed`: also the rows that
    the people may only see.
    """

    columns: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...] = ()
    grounds: tuple[int, ...] | None = None
    accessed: bool = True


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One row. `owned`: it is about the people, not only to be seen by them; `mine`: the flags of `Wanted.groups`."""

    key: Key
    owned: bool
    mine: tuple[bool, ...]
    values: tuple[object, ...]


def disclosed(
    connection: Connection,
    compiler: Compiler,
    rules: Mapping[str, TableRule],
    table: str,
    people: People,
    wanted: Wanted,
) -> Iterator[Disclosed]:
    """The rows of `table` that are about `people` (root table -> keys), in the order of their keys."""
    rule, source = rules[table], compiler.alias(table)
    key = [source.c[k] for k in rule.key]
    owned = about(compiler, rules, table, source, people)
    seen = _accessed(compiler, rules, rule, source, people) if wanted.accessed else sa.false()
    columns: list[ColumnElement[Any]] = [*key, _flag(owned)]
    columns += [_flag(about(compiler, rules, table, source, people, links)) for links in wanted.groups]
    columns += [_readable(compiler.schema, table, source, name) for name in wanted.columns]
    query = sa.select(*(c.label(f"c{i}") for i, c in enumerate(columns))).where(sa.or_(owned, seen))
    if wanted.grounds is not None:
        fresh = [compiler.condition(rule.grounds[i].fresh, table, source) for i in wanted.grounds]
        query = query.where(sa.or_(sa.false(), *fresh))
    width, flags = len(key), len(wanted.groups)
    with connection.execute(query.order_by(*key), execution_options=STREAM) as rows:
        for row in rows:
            told = tuple(row)
            mine = tuple(bool(flag) for flag in told[width + 1 : width + 1 + flags])
            yield Disclosed(told[:width], bool(told[width]), mine, told[width + 1 + flags :])


def touches(rules: Mapping[str, TableRule], table: str, people: People) -> bool:
    """Whether links, of owners or of those who may see, lead from `table` to a table of some of `people`."""
    reached, todo = {table}, [table]
    while todo:
        rule = rules.get(todo.pop())
        parents = {owner.parent for owner in rule.owners} if rule else set()
        todo += parents - reached
        reached |= parents
    return any(people.get(name) for name in reached)


def _flag(test: Bool) -> ColumnElement[int]:
    return sa.case((test, sa.literal_column("1")), else_=sa.literal_column("0"))


def _accessed(
    compiler: Compiler, rules: Mapping[str, TableRule], rule: TableRule, source: FromClause, people: People
) -> Bool:
    """The row may be seen by some of the people."""
    owners = [owner for owner in rule.owners if not owner.owns]
    return sa.or_(sa.false(), *(_through(compiler, rules, rule, source, owner, people) for owner in owners))


def _through(
    compiler: Compiler,
    rules: Mapping[str, TableRule],
    rule: TableRule,
    source: FromClause,
    owner: OwnerRule,
    people: People,
) -> Bool:
    here, name = source, rule.table
    sources: list[FromClause] = []
    tests: list[Bool] = []
    for hop in owner.up:
        other = compiler.alias(hop.table)
        tests.append(compiler.joins(hop, name, here, other))
        sources.append(other)
        here, name = other, hop.table
    tests.append(about(compiler, rules, owner.parent, here, people))
    return exists(*sources, where=tuple(tests))


def _readable(schema: Schema, table: str, source: FromClause, name: str) -> ColumnElement[Any]:
    """PostgreSQL's richer types as its own text: the driver has no value for all that they can hold."""
    family = schema.tables[table].columns[name].family
    if schema.engine != "postgresql" or family in _AS_IT_IS:
        return source.c[name]
    return sa.cast(source.c[name], sa.Text())


# -- recall


def product_rows(
    connection: Connection, schema: Schema, table: str, key: Sequence[str], column: str, products: Sequence[str]
) -> Iterator[Key]:
    """The keys of the rows whose `column` names one of `products`, byte for byte; streamed."""
    source = Compiler(schema).alias(table)
    text: ColumnElement[str] = sa.cast(source.c[column], sa.CHAR() if schema.engine == "mariadb" else sa.Text())
    if schema.engine == "mariadb":
        text = sa.collate(text, "utf8mb4_bin")
    query = sa.select(*(source.c[k].label(f"c{i}") for i, k in enumerate(key))).where(text.in_(products))
    with connection.execute(query, execution_options=STREAM) as rows:
        for row in rows:
            yield tuple(row)
