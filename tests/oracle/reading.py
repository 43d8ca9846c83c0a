"""What clocks and conditions of a map read: columns, and links along which they read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tillit.model.expression import And, Compare, Exists, Expression, Not, Null, Of, OneOf, Or, Today
from tillit.model.mapping import ClockKind, Ground, Store, Table


@dataclass(frozen=True)
class Read:
    """One thing read: a column of `table`, or (with `link`) the link of that table along which was read."""

    table: str
    column: str = ""
    link: str = ""
    today: bool = False


def reads(store: Store, table: str, condition: Expression) -> Iterator[Read]:
    """Everything a condition on a row of `table` reads, at any depth."""
    match condition:
        case Compare(column, _, value):
            yield Read(table, column, today=isinstance(value, Today))
        case OneOf(column, values):
            yield Read(table, column, today=any(isinstance(v, Today) for v in values))
        case Null(column):
            yield Read(table, column)
        case Not(part):
            yield from reads(store, table, part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from reads(store, table, part)
        case Exists(child, link, part):
            yield Read(child, link=link)
            yield from reads(store, child, part)
        case Of(link, part):
            yield Read(table, link=link)
            yield from reads(store, store.tables[table].link(link).table, part)


def conditions(store: Store) -> Iterator[tuple[str, Expression]]:
    """(table, condition) of every condition of the map."""
    for table in store.tables.values():
        for role in table.persons:
            if role.when is not None:
                yield table.name, role.when
        for link in table.links:
            if link.when is not None:
                yield (link.table if link.pointed_by else table.name), link.when
        for ground in table.grounds:
            for condition in (ground.where, ground.while_):
                if condition is not None:
                    yield table.name, condition


def all_reads(store: Store) -> Iterator[Read]:
    """Everything the map's clocks, conditions and `through` read."""
    for table, condition in conditions(store):
        yield from reads(store, table, condition)
    for table_ in store.tables.values():
        if table_.created is not None:
            yield Read(table_.name, table_.created.column)
        for ground in table_.grounds:
            yield from ground_reads(store, table_, ground)


def ground_reads(store: Store, table: Table, ground: Ground) -> Iterator[Read]:
    if ground.through is not None:
        yield Read(ground.through[0], link=ground.through[1])
    clock = ground.since
    if clock is None:
        return
    if clock.kind is not ClockKind.COLUMN:
        yield Read(clock.child, link=clock.child_link)
        yield Read(clock.child, clock.column)
        return
    name = table.name
    for step in clock.path:
        yield Read(name, link=step)
        name = store.tables[name].link(step).table
    yield Read(name, clock.column)


def along(store: Store) -> frozenset[tuple[str, str]]:
    """(table, link) of every link along which something is read."""
    return frozenset((r.table, r.link) for r in all_reads(store) if r.link)


def columns(store: Store) -> frozenset[tuple[str, str]]:
    """(table, column) of every column that is read."""
    return frozenset((r.table, r.column) for r in all_reads(store) if r.column)


def today_columns(store: Store) -> frozenset[tuple[str, str]]:
    return frozenset((r.table, r.column) for r in all_reads(store) if r.today)
