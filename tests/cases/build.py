"""Builds a small case from few words: column types come from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from tests.oracle.binding import bind
from tests.oracle.generate import Case
from tests.oracle.world import Row, RowId, Rows
from tillit.model.expression import Compare, Expression, Op
from tillit.model.mapping import (
    NOT_PERSONAL,
    UNKNOWN,
    Clock,
    ClockKind,
    Column,
    Dress,
    Form,
    Ground,
    Link,
    LinkKind,
    Mode,
    PersonRole,
    Replacement,
    Store,
    Table,
    Via,
    WhenDead,
)
from tillit.model.policy import Basis, Controller, Period, PersonKind, Policy, Purpose, Retention, Rounding
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, TableInfo, Unique
from tillit.model.standing import Person, Standing

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CATEGORY = "contact"

Deleted = Iterable[tuple[object, ...]]
Changed = Mapping[tuple[object, ...], Mapping[str, object]]


@dataclass(frozen=True)
class Hand:
    """A case in one scope, and what must come of it. Rows that are not named stay as they are."""

    name: str
    paragraph: str
    case: Case
    deleted: frozenset[RowId]
    changed: Mapping[RowId, Mapping[str, object]]
    dead: Mapping[tuple[str, str], int] | None = None

    def end(self) -> Rows:
        """The whole end state, put together from the rows and what is said of them."""
        bound = self.case.bound
        out: Rows = {}
        for table, rows in self.case.rows.items():
            key = bound.schema.tables[table].key
            ids = [(table, tuple(row[k] for k in key)) for row in rows]
            out[table] = [
                {**row, **self.changed.get(at, {})} for at, row in zip(ids, rows, strict=True) if at not in self.deleted
            ]
        return out


# Policy


def purpose(
    name: str = "orders",
    basis: Basis = Basis.CONTRACT,
    period: Period | None = None,
    rounding: Rounding = Rounding.NONE,
    *,
    unknown: bool = False,
) -> Purpose:
    keep = Retention(period, rounding, unknown=unknown)
    return Purpose(name, name.title(), "1", basis, (CATEGORY,), keep)


def policy(purposes: Iterable[Purpose], zone: str) -> Policy:
    kinds = ("customer", "member")
    return Policy(
        Controller("Example AB", "SE", zone),
        {k: PersonKind(k, k) for k in kinds},
        {CATEGORY: "Contact data"},
        {p.name: p for p in purposes},
        {},
        digest="0" * 64,
    )


# Tables


@dataclass(frozen=True)
class Spec:
    """One table: what the schema and the map say of it, and its rows."""

    table: Table
    info: TableInfo
    rows: list[Row]
    mapped: bool = True
    keys: tuple[ForeignKey, ...] = field(default=())


FAMILIES: tuple[tuple[type, Family], ...] = (
    (bool, Family.BOOLEAN),
    (int, Family.INTEGER),
    (Decimal, Family.NUMBER),
    (str, Family.TEXT),
    (datetime, Family.NAIVE),
    (date, Family.DATE),
)


def family(values: Iterable[object]) -> Family:
    """The family of the first value that is not NULL."""
    for value in values:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return Family.AWARE
        for kind, found in FAMILIES:
            if isinstance(value, kind):
                return found
    return Family.INTEGER


def table(
    name: str,
    *rows: Row,
    key: tuple[str, ...] = ("id",),
    personal: Iterable[str] = (),
    links: Iterable[Link] = (),
    grounds: Iterable[Ground] = (),
    person: bool | tuple[PersonRole, ...] = False,
    created: Clock | None = None,
    anonymise: bool = False,
    notnull: Iterable[str] = (),
    unique: Iterable[str] = (),
    columns: Iterable[Column] = (),
    families: Mapping[str, Family] | None = None,
    keys: Iterable[ForeignKey] = (),
    mapped: bool = True,
) -> Spec:
    """A table of the map (or, `mapped=False`, outside it) with its rows."""
    names = list(dict.fromkeys(c for row in rows for c in row)) or list(key)
    infos = {c: _info(c, rows, families or {}, nullable=c not in {*key, *notnull}) for c in names}
    said = {c: Column(c, CATEGORY) for c in personal} | {c.name: c for c in columns}
    said = {c: said.get(c, Column(c, NOT_PERSONAL)) for c in names if c in said or c not in key}
    roles = (PersonRole("customer"),) if person is True else tuple(person or ())
    made = Table(
        name,
        key,
        roles,
        links=tuple(links),
        columns=said,
        grounds=tuple(_named(g, tuple(personal)) for g in grounds),
        created=created,
        when_dead=WhenDead.ANONYMISE if anonymise else WhenDead.DELETE,
    )
    uniques = tuple(Unique(f"{name}_{u}", (u,)) for u in unique)
    full = [{c: row.get(c) for c in names} for row in rows]
    return Spec(made, TableInfo(name, infos, key, uniques, indexes=(key,)), full, mapped, tuple(keys))


def _named(told: Ground, personal: tuple[str, ...]) -> Ground:
    """Without columns: all personal ones; with a dash: none."""
    return replace(told, columns=() if told.columns == ("-",) else told.columns or personal)


def _info(name: str, rows: Iterable[Row], families: Mapping[str, Family], *, nullable: bool) -> ColumnInfo:
    values = [row.get(name) for row in rows]
    found = families.get(name) or family(values)
    big = found is Family.INTEGER and any(isinstance(v, int) and abs(v) > 2**31 for v in values)
    kind = "BIGINT" if big else "NUMERIC(10, 2)" if found is Family.NUMBER else found.value.upper()
    return ColumnInfo(name, found, kind, nullable, 60 if found is Family.TEXT else None)


def ground(
    name: str,
    *columns: str,
    since: str | Clock | None = None,
    dress: Dress | None = None,
    where: Expression | None = None,
    while_: Expression | None = None,
    missing_dies: bool = False,
    forms: Mapping[str, Form] | None = None,
    through: tuple[str, str] | None = None,
) -> Ground:
    """A ground of a purpose; without columns it holds all the table's personal ones, with '-' none."""
    clock = Clock(since, dress=dress) if isinstance(since, str) else since
    return Ground(name, columns, clock, where, while_, not missing_dies, forms or {}, through)


def child_clock(kind: ClockKind, child: str, column: str, link: str) -> Clock:
    return Clock(column, kind, child=child, child_link=link)


# Links


def owned(
    parent: str,
    *columns: str,
    name: str = "owner",
    kind: LinkKind = LinkKind.OWNED_BY,
    to: tuple[str, ...] = (),
    when: Expression | None = None,
    prefix: str | None = None,
    matches: bool = False,
    pointed_by: bool = False,
    tombstone: str | int | None = None,
) -> Link:
    return Link(name, kind, parent, columns, to, when, prefix, matches, None, pointed_by, tombstone)


def seen_by(parent: str, *columns: str, name: str = "reader") -> Link:
    return Link(name, LinkKind.ACCESSED_BY, parent, columns)


def refers(parent: str, *columns: str, name: str = "ref") -> Link:
    return Link(name, LinkKind.REFERS_TO, parent, columns)


def by_table(
    parent: str, between: str, here: str, there: str, name: str = "owner", kind: LinkKind = LinkKind.OWNED_BY
) -> Link:
    return Link(name, kind, parent, via=Via(between, (here,), (there,)))


def about(name: str, *links: str, first: bool = False, replace_: Replacement | None = None) -> Column:
    return Column(name, CATEGORY, links, Mode.ALL if first else Mode.ANY, replace_)


def hidden(name: str) -> Column:
    return Column(name, UNKNOWN)


def eq(column: str, value: str | int | bool) -> Compare:
    return Compare(column, Op.EQ, value)


# People


def who(*key: object, table: str = "people") -> Person:
    return Person("crm", table, key)


def stands(
    person: Person,
    *consent: str,
    ended: Mapping[str, datetime] | Iterable[str] = (),
    hold: bool = False,
) -> Standing:
    """`ended` as names: ended at the moment of the sweep."""
    when = dict(ended) if isinstance(ended, Mapping) else dict.fromkeys(ended, NOON)
    return Standing(person, when, frozenset(consent), hold)


# Cases


def hand(
    name: str,
    paragraph: str,
    *tables: Spec,
    purposes: Iterable[Purpose] = (purpose(),),
    standings: Iterable[Standing] = (),
    now: datetime = NOON,
    controller: str = "Europe/Stockholm",
    store: str = "UTC",
    scope: Iterable[Person] | None = None,
    deleted: Deleted = (),
    changed: Changed | None = None,
    dead: Mapping[tuple[str, str], int] | None = None,
) -> Hand:
    """A whole case. Rows are named (table, key part, ...) in `deleted` and `changed`."""
    aware = any(c.family is Family.AWARE for t in tables for c in t.info.columns.values())
    engine = "postgresql" if aware else "sqlite"
    schema = Schema(engine, {t.info.name: t.info for t in tables}, tuple(k for t in tables for k in t.keys))
    unmapped = tuple(t.info.name for t in tables if not t.mapped)
    mapped = Store("crm", "CRM_URL", "SE", {t.table.name: t.table for t in tables if t.mapped}, store, unmapped)
    rows = {t.info.name: t.rows for t in tables}
    scopes = (None if scope is None else frozenset(scope),)
    case = Case(0, policy(purposes, controller), bind(mapped, schema), rows, tuple(standings), now, scopes)
    return Hand(
        name,
        paragraph,
        case,
        frozenset((str(t), tuple(k)) for t, *k in deleted),
        {(str(at[0]), at[1:]): new for at, new in (changed or {}).items()},
        dead,
    )
