"""Binds a map to a schema for the oracle, from the docstrings of tillit/model/bound.py alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.oracle.reading import along, today_columns
from tillit.model.bound import Arrow, BoundStore, BoundTable, Cut, Fill, FillKind
from tillit.model.mapping import Clock, ClockKind, Column, Dress, Link, LinkKind, Store, Table
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, TableInfo

DRESSES = {Family.AWARE: Dress.AWARE, Family.NAIVE: Dress.NAIVE, Family.DATE: Dress.DATE}
CONSTANTS: dict[Family, str | int | bool] = {
    Family.TEXT: "",
    Family.INTEGER: 0,
    Family.NUMBER: 0,
    Family.BOOLEAN: False,
    Family.DATE: "1970-01-01",
    Family.NAIVE: "1970-01-01",
    Family.AWARE: "1970-01-01",
}
PSEUDONYM = "erased-"


def bind(store: Store, schema: Schema) -> BoundStore:
    """Every table of the store with its dresses, fills, cuts; the arrows between all tables."""
    arrows = tuple(all_arrows(store, schema))
    read = along(store)
    tables = {
        name: BoundTable(
            table=table,
            info=schema.tables[name],
            dress=dict(dresses(store, schema, name)),
            fills=dict(fills(table, schema.tables[name], arrows)),
            cuts={
                link.name: cut
                for link in table.links
                if (name, link.name) not in read and (cut := cut_of(link, table, schema)) is not None
            },
        )
        for name, table in store.tables.items()
    }
    return BoundStore(store, schema, tables, arrows)


def all_arrows(store: Store, schema: Schema) -> Iterator[Arrow]:
    said: set[tuple[str, frozenset[tuple[str, str]], str]] = set()
    for table in store.tables.values():
        for link in table.links:
            if link.pointed_by or link.matches:
                continue
            for arrow in link_arrows(table, link, schema):
                key = foreign_key(schema, arrow)
                if key is not None:
                    said.add(_identity(key))
                yield Arrow(
                    child=arrow.child,
                    columns=arrow.columns,
                    parent=arrow.parent,
                    parent_columns=arrow.parent_columns,
                    when=arrow.when,
                    prefix=arrow.prefix,
                    link=arrow.link,
                    declared=key is not None,
                    on_delete=key.on_delete if key is not None else "NO ACTION",
                    deferrable=key is not None and key.deferrable,
                    nullable=_nullable(schema, arrow.child, arrow.columns),
                )
    for key in schema.foreign_keys:
        if _identity(key) not in said:
            yield Arrow(
                child=key.table,
                columns=key.columns,
                parent=key.parent,
                parent_columns=key.parent_columns,
                declared=True,
                on_delete=key.on_delete,
                deferrable=key.deferrable,
                nullable=_nullable(schema, key.table, key.columns),
            )


def link_arrows(table: Table, link: Link, schema: Schema) -> Iterator[Arrow]:
    parent_key = link.to or _key(schema, link.table)
    if link.via is None:
        yield Arrow(table.name, link.columns, link.table, parent_key, link.when, link.prefix, link.name)
        return
    yield Arrow(link.via.table, link.via.here, table.name, table.key, link=link.name)
    yield Arrow(link.via.table, link.via.there, link.table, _key(schema, link.table), link=link.name)


def foreign_key(schema: Schema, arrow: Arrow) -> ForeignKey | None:
    """The declared key an arrow of a link says already; none for a link that holds only sometimes."""
    if arrow.when is not None or arrow.prefix is not None:
        return None
    pairs = frozenset(zip(arrow.columns, arrow.parent_columns, strict=True))
    return next((k for k in schema.foreign_keys if _identity(k) == (arrow.child, pairs, arrow.parent)), None)


def _identity(key: ForeignKey) -> tuple[str, frozenset[tuple[str, str]], str]:
    return key.table, frozenset(zip(key.columns, key.parent_columns, strict=True)), key.parent


def _key(schema: Schema, table: str) -> tuple[str, ...]:
    return schema.tables[table].key


def _nullable(schema: Schema, table: str, columns: tuple[str, ...]) -> bool:
    return all(schema.tables[table].columns[c].nullable for c in columns)


# Dress


def dresses(store: Store, schema: Schema, name: str) -> Iterator[tuple[str, Dress]]:
    """Of every column of this table that a clock, `created` or `today` reads."""
    infos = schema.tables[name].columns
    for clock_table, clock in clocks(store):
        if clock_table == name:
            yield clock.column, clock.dress or DRESSES[infos[clock.column].family]
    for table_name, column in today_columns(store):
        if table_name == name and infos[column].family in DRESSES:
            yield column, DRESSES[infos[column].family]


def clocks(store: Store) -> Iterator[tuple[str, Clock]]:
    """(the table whose column it reads, clock) of every clock of the store."""
    for table in store.tables.values():
        if table.created is not None:
            yield table.name, table.created
        for ground in table.grounds:
            if ground.since is not None:
                yield end_of(store, table, ground.since), ground.since


def end_of(store: Store, table: Table, clock: Clock) -> str:
    if clock.kind is not ClockKind.COLUMN:
        return clock.child
    name = table.name
    for step in clock.path:
        name = store.tables[name].link(step).table
    return name


# Fills


def fills(table: Table, info: TableInfo, arrows: tuple[Arrow, ...]) -> Iterator[tuple[str, Fill]]:
    """Of every personal column some ground names; not of keys, link columns and columns that needed links point at."""
    fixed = set(table.key) | {c for link in table.links if not link.pointed_by for c in link.columns}
    fixed |= {c for a in arrows if a.parent == table.name for c in a.parent_columns}
    fixed |= {c for a in arrows if a.child == table.name for c in a.columns}
    named = {c for ground in table.grounds for c in ground.columns}
    for column in table.personal_columns:
        if column.name in named and column.name not in fixed:
            yield column.name, fill(column, info)


def fill(column: Column, info: TableInfo) -> Fill:
    said = column.replace
    if said is not None and said.pseudonym:
        return Fill(FillKind.PSEUDONYM, PSEUDONYM)
    if said is not None and not said.null:
        return Fill(FillKind.CONSTANT, said.constant)
    about: ColumnInfo = info.columns[column.name]
    if about.nullable:
        return Fill(FillKind.NULL)
    if any(column.name in unique.columns for unique in info.uniques):
        return Fill(FillKind.PSEUDONYM, PSEUDONYM)
    return Fill(FillKind.CONSTANT, CONSTANTS[about.family])


# Cuts


@dataclass(frozen=True)
class Taken:
    """Columns that cutting one link must not write: of the key, of other links, of other declared keys."""

    columns: frozenset[str]


def cut_of(link: Link, table: Table, schema: Schema) -> Cut | None:
    """How an owner or access link is cut; None where it cannot be."""
    if link.kind is LinkKind.REFERS_TO or link.pointed_by:
        return None
    if link.via is not None:
        return Cut(link.name)
    taken = taken_by(link, table, schema).columns
    if link.tombstone is not None:
        (column,) = link.columns
        return None if column in taken else Cut(link.name, ((column, link.tombstone),))
    infos = schema.tables[table.name].columns
    free = [c for c in link.columns if c not in taken and infos[c].nullable]
    return Cut(link.name, tuple((c, None) for c in free)) if free else None


def taken_by(link: Link, table: Table, schema: Schema) -> Taken:
    others = {c for other in table.links if other.name != link.name and not other.pointed_by for c in other.columns}
    to = link.to or schema.tables[link.table].key
    own = (table.name, frozenset(zip(link.columns, to, strict=True)), link.table) if not link.prefix else None
    keys = {c for k in schema.foreign_keys if k.table == table.name and _identity(k) != own for c in k.columns}
    pointed = {c for k in schema.foreign_keys if k.parent == table.name for c in k.parent_columns}
    return Taken(frozenset(set(table.key) | others | keys | pointed))
