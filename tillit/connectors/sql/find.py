"""Finding rows by identifier, the persons of rows, and the values about persons. SQL only narrows; the caller compares
exactly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause

from tillit.connectors.sql.compiler import Compiler, exists
from tillit.model.conditions import Hop
from tillit.model.plan import OwnerRule, TableRule
from tillit.model.schema import Family, Schema
from tillit.model.standing import Key

Bool = ColumnElement[bool]
CHUNK = 200  # keys in one statement: small enough for every engine's parameter limit, composite keys included
STREAM = {"stream_results": True, "max_row_buffer": 500}
ESCAPE = "!"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What narrows the rows that may carry an identifier: `like` over ASCII-lowered text (None: every row); `integer`
    in integer columns.
    """

    like: str | None = None
    integer: int | None = None


def carriers(
    connection: Connection,
    schema: Schema,
    table: str,
    key: Sequence[str],
    columns: Sequence[str],
    patterns: Sequence[Pattern],
) -> Iterator[tuple[Key, tuple[object, ...]]]:
    """(key, values of `columns`) of the rows where some column may carry an identifier; streamed, a superset of the
    true ones.
    """
    source = Compiler(schema).alias(table)
    tests = [_may_carry(schema, table, source, column, pattern) for column in columns for pattern in patterns]
    query = sa.select(*_labelled([source.c[k] for k in key] + [source.c[c] for c in columns])).where(
        sa.or_(sa.false(), *tests)
    )
    with connection.execute(query, execution_options=STREAM) as rows:
        for row in rows:
            yield tuple(row[: len(key)]), tuple(row[len(key) :])


def _labelled(columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [column.label(f"c{number}") for number, column in enumerate(columns)]


def _may_carry(schema: Schema, table: str, source: FromClause, column: str, pattern: Pattern) -> Bool:
    place = source.c[column]
    family = schema.tables[table].columns[column].family
    if family is Family.INTEGER and pattern.integer is not None:
        return place == pattern.integer  # an index serves
    if pattern.like is None:
        return place.is_not(None)
    return ascii_lower(schema.engine, place).like(pattern.like, escape=ESCAPE)


def ascii_lower(engine: str, place: ColumnElement[Any]) -> ColumnElement[str]:
    """Text with at least A-Z lowered, the same way whatever the database's language: some lower I to something else."""
    if engine == "postgresql":
        return sa.func.lower(sa.collate(sa.cast(place, sa.Text()), "C"), type_=sa.String())
    if engine == "mariadb":
        return sa.collate(sa.func.lower(sa.cast(place, sa.CHAR()), type_=sa.String()), "utf8mb4_bin")
    return sa.func.lower(sa.cast(place, sa.Text()), type_=sa.String())


def key_in(columns: Sequence[ColumnElement[Any]], keys: Collection[Key]) -> Bool:
    """The row's key is one of `keys`."""
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return sa.or_(sa.false(), *(sa.and_(*(c == v for c, v in zip(columns, key, strict=True))) for key in keys))


def chunks(keys: Collection[Key]) -> Iterator[list[Key]]:
    ordered = sorted(keys, key=repr)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def row_of(
    connection: Connection, schema: Schema, table: str, key: Sequence[str], values: Key, columns: Sequence[str]
) -> tuple[object, ...] | None:
    """The values of `columns` in the row with that key; None when it is gone."""
    source = Compiler(schema).alias(table)
    query = sa.select(*_labelled([source.c[c] for c in columns])).where(key_in([source.c[k] for k in key], [values]))
    row = connection.execute(query).first()
    return None if row is None else tuple(row)


# -- upwards: whose rows are these


def persons_of(
    connection: Connection, compiler: Compiler, rules: Mapping[str, TableRule], table: str, keys: Collection[Key]
) -> dict[Key, set[tuple[str, Key]]]:
    """row key -> the persons (root table, key) of that row of `table`, as docs/reference/semantics.md defines them."""
    found: dict[Key, set[tuple[str, Key]]] = {key: set() for key in keys}
    frontier: dict[tuple[str, Key], set[Key]] = {(table, key): {key} for key in keys}  # a row reached -> whence
    seen: dict[tuple[str, Key], set[Key]] = {}
    while frontier:
        for place, origins in frontier.items():
            seen.setdefault(place, set()).update(origins)
        reached: dict[tuple[str, Key], set[Key]] = {}
        for name in {t for t, _ in frontier}:
            here = {key: origins for (t, key), origins in frontier.items() if t == name}
            for person, origins in _step_up(connection, compiler, rules, name, here, reached):
                for origin in origins:
                    found[origin].add(person)
        frontier = {place: origins - seen.get(place, set()) for place, origins in reached.items()}
        frontier = {place: origins for place, origins in frontier.items() if origins}
    return found


def _step_up(
    connection: Connection,
    compiler: Compiler,
    rules: Mapping[str, TableRule],
    table: str,
    here: dict[Key, set[Key]],
    reached: dict[tuple[str, Key], set[Key]],
) -> Iterator[tuple[tuple[str, Key], set[Key]]]:
    """The persons one step from rows of `table`; the parent rows to go on from are added to `reached`."""
    rule = rules.get(table)
    if rule is None:
        return
    for some in chunks(here):
        if rule.is_root:
            own = compiler.alias(table)
            key = [own.c[k] for k in rule.key]
            query = sa.select(*_labelled(key)).where(key_in(key, some), compiler.condition(rule.role_when, table, own))
            for row in connection.execute(query):
                yield (table, tuple(row)), here.get(tuple(row), set())
        for owner in (o for o in rule.owners if o.owns):
            for child, parent in _parents(connection, compiler, rules, rule, owner, some):
                place = (owner.parent, parent)
                if owner.straight:
                    yield place, here.get(child, set())
                else:
                    reached.setdefault(place, set()).update(here.get(child, set()))


def _parents(
    connection: Connection,
    compiler: Compiler,
    rules: Mapping[str, TableRule],
    rule: TableRule,
    owner: OwnerRule,
    keys: Collection[Key],
) -> Iterator[tuple[Key, Key]]:
    """(row key, parent's key) along one owner link."""
    own = compiler.alias(rule.table)
    parent_key = rules[owner.parent].key
    source, last, before = _walk(compiler, rule.table, own, owner.up[:-1])
    hop = owner.up[-1]
    tests = [*before, key_in([own.c[k] for k in rule.key], keys)]
    if owner.straight and hop.prefix_own is None:
        theirs = {other: source.c[mine] for mine, other in hop.pairs}
        parts = [theirs[k] for k in parent_key]
        tests += [part.is_not(None) for part in parts]
        if hop.own_when is not None:
            tests.append(compiler.condition(hop.own_when, last, source))
    else:
        other = compiler.alias(hop.table)
        parts = [other.c[k] for k in parent_key]
        tests.append(compiler.joins(hop, last, source, other))
    query = sa.select(*_labelled([*(own.c[k] for k in rule.key), *parts])).where(*tests)
    for row in connection.execute(query):
        yield tuple(row[: len(rule.key)]), as_key(compiler.schema, owner.parent, parent_key, row[len(rule.key) :])


def _walk(compiler: Compiler, table: str, own: FromClause, hops: Sequence[Hop]) -> tuple[FromClause, str, list[Bool]]:
    """The alias and table that `hops` end in, and the conditions that join them to `own`."""
    source, name, tests = own, table, []
    for hop in hops:
        other = compiler.alias(hop.table)
        tests.append(compiler.joins(hop, name, source, other))
        source, name = other, hop.table
    return source, name, tests


def as_key(schema: Schema, root: str, key: Sequence[str], values: Sequence[object]) -> Key:
    """A link's values in the types of the root's key: a text '17' that points at an integer key is 17."""
    families = [schema.tables[root].columns[k].family for k in key]
    return tuple(
        int(value) if family is Family.INTEGER and isinstance(value, str) and value.strip().isdigit() else value
        for family, value in zip(families, values, strict=True)
    )


# -- downwards: what is about these persons


def about(
    compiler: Compiler,
    rules: Mapping[str, TableRule],
    table: str,
    alias: FromClause,
    people: Mapping[str, Collection[Key]],
    links: Collection[str] = (),
    path: tuple[str, ...] = (),
) -> Bool:
    """The row of `alias` has some of `people` (root table -> keys) among its persons; by `links` alone, where some
    are named.

    A cycle of owner links is followed once round.
    """
    rule = rules.get(table)
    if rule is None or path.count(table) > 1:
        return sa.false()
    tests: list[Bool] = []
    if rule.is_root and not links and people.get(table):
        mine = key_in([alias.c[k] for k in rule.key], people[table])
        tests.append(sa.and_(mine, compiler.condition(rule.role_when, table, alias)))
    for owner in rule.owners:
        if owner.owns and (not links or owner.link in links) and reachable(rules, owner.parent, people):
            tests.append(_owned(compiler, rules, table, alias, owner, people, (*path, table)))
    return sa.or_(sa.false(), *tests)


def _owned(
    compiler: Compiler,
    rules: Mapping[str, TableRule],
    table: str,
    alias: FromClause,
    owner: OwnerRule,
    people: Mapping[str, Collection[Key]],
    path: tuple[str, ...],
) -> Bool:
    straight = _straight(compiler, rules, table, alias, owner, people)
    if straight is not None:
        return straight
    sources: list[FromClause] = []
    tests: list[Bool] = []
    source, name = alias, table
    for hop in owner.up:
        other = compiler.alias(hop.table)
        tests.append(compiler.joins(hop, name, source, other))
        sources.append(other)
        source, name = other, hop.table
    tests.append(about(compiler, rules, owner.parent, source, people, path=path))
    return exists(*sources, where=tuple(tests))


def _straight(
    compiler: Compiler,
    rules: Mapping[str, TableRule],
    table: str,
    alias: FromClause,
    owner: OwnerRule,
    people: Mapping[str, Collection[Key]],
) -> Bool | None:
    """A link straight to a root's key is compared with the persons themselves, whether or not their rows exist."""
    hop = owner.up[-1]
    if not owner.straight or len(owner.up) > 1 or hop.prefix_own is not None:
        return None
    info = compiler.schema.tables
    for mine, theirs in hop.pairs:
        if info[table].columns[mine].family is not info[hop.table].columns[theirs].family:
            return None
    columns = {theirs: alias.c[mine] for mine, theirs in hop.pairs}
    mine_in = key_in([columns[k] for k in rules[owner.parent].key], people.get(owner.parent, ()))
    return mine_in if hop.own_when is None else sa.and_(mine_in, compiler.condition(hop.own_when, table, alias))


def reachable(rules: Mapping[str, TableRule], table: str, people: Mapping[str, Collection[Key]]) -> bool:
    """Whether owner links lead from `table` to a root table that has some of `people`."""
    reached, todo = {table}, [table]
    while todo:
        rule = rules.get(todo.pop())
        parents = {owner.parent for owner in rule.owners if owner.owns} if rule else set()
        todo += parents - reached
        reached |= parents
    return any(people.get(t) for t in reached)


def values_about(
    connection: Connection,
    compiler: Compiler,
    rules: Mapping[str, TableRule],
    table: str,
    columns: Sequence[str],
    people: Mapping[str, Collection[Key]],
    links: Collection[str] = (),
) -> Iterator[tuple[object, ...]]:
    """The distinct values of `columns` in the rows of `table` that are about some of `people`."""
    for part in _portions(people):
        if not reachable(rules, table, part):
            continue
        alias = compiler.alias(table)
        condition = about(compiler, rules, table, alias, part, links)
        query = (
            sa.select(*_labelled([_readable(compiler.schema, table, alias, c) for c in columns]))
            .where(condition)
            .distinct()
        )
        with connection.execute(query, execution_options=STREAM) as rows:
            for row in rows:
                yield tuple(row)


def _readable(schema: Schema, table: str, alias: FromClause, column: str) -> ColumnElement[Any]:
    """Structured types as text; PostgreSQL has no equality for JSON, and DISTINCT needs one."""
    family = schema.tables[table].columns[column].family
    plain = schema.engine != "postgresql" or family is Family.TEXT
    return alias.c[column] if plain else sa.cast(alias.c[column], sa.Text())


def _portions(people: Mapping[str, Collection[Key]]) -> Iterator[Mapping[str, Collection[Key]]]:
    for table, keys in people.items():
        for some in chunks(keys):
            yield {table: some}
