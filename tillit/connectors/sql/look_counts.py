"""Counting in a store, set-based: groups, messages after an opt-out, people who never answer, rows that came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause

from tillit.connectors.sql import leaves
from tillit.connectors.sql.compiler import sql_table
from tillit.model.conditions import Value
from tillit.model.schema import Family, Schema

BATCH = 300
Late = Callable[[date, date | None], bool]
"""Judges two days: when something was got, and when its person was told."""
Outs = tuple[FromClause, str, str, bool]
Counts = tuple[int, int, str]
"""How many are wrong, of how many, and the statement."""


def shown(query: sa.Select[Any], connection: Connection) -> str:
    """The statement without its values."""
    return " ".join(str(query.compile(dialect=connection.dialect)).split())


def grouped(
    connection: Connection, schema: Schema, table: str, columns: Sequence[str], blank: Sequence[str], most: int
) -> tuple[list[tuple[tuple[object, ...], int]], bool, str]:
    """Rows by the values of `columns` and whether the `blank` ones are empty; True where there were more groups."""
    source = sql_table(schema, table)
    empty = [sa.case((_blank(schema, table, source, name), 1), else_=0).label(f"b{n}") for n, name in enumerate(blank)]
    parts: list[ColumnElement[Any]] = [*(source.c[name] for name in columns), *empty]
    query = sa.select(*parts, sa.func.count().label("n")).group_by(*parts).limit(most + 1)
    rows = connection.execute(query).all()
    told = [((*row[: len(columns)], *(bool(v) for v in row[len(columns) : -1])), int(row[-1])) for row in rows[:most]]
    return told, len(rows) > most, shown(query, connection)


def _blank(schema: Schema, table: str, source: FromClause, name: str) -> ColumnElement[bool]:
    column = source.c[name]
    if schema.tables[table].columns[name].family is Family.TEXT:
        return sa.or_(column.is_(None), sa.func.trim(column) == "")
    return column.is_(None)


def small_groups(
    connection: Connection, schema: Schema, table: str, group: str, least: int, person: str, size: str
) -> Counts:
    """Groups of fewer than `least`: by their members, or by the size they say. NULL is no group."""
    source = sql_table(schema, table)
    named = source.c[group].is_not(None)
    if size:
        few = sa.func.coalesce(sa.func.sum(sa.case((source.c[size] < least, 1), else_=0)), 0)
        query = sa.select(sa.func.count(), few).select_from(source).where(named)
    else:
        members = sa.func.count(sa.distinct(source.c[person])).label("members")
        groups = sa.select(source.c[group], members).where(named, source.c[person].is_not(None))
        inner = groups.group_by(source.c[group]).subquery()
        few = sa.func.coalesce(sa.func.sum(sa.case((inner.c.members < least, 1), else_=0)), 0)
        query = sa.select(sa.func.count(), few).select_from(inner)
    of, wrong = connection.execute(query).one()
    return int(wrong), int(of), shown(query, connection)


def sent_after(
    connection: Connection,
    schema: Schema,
    sends: tuple[str, str, str],
    outs: Outs,
    message: str,
    promotional: Sequence[str],
) -> Counts:
    """Messages (table, address, at) later than the first opt-out of their address.

    `outs`: a table with the columns of address and moment, and whether that moment is a mere day: then what was sent on
    that day counts as before.
    """
    table, address, at = sends
    source, (out, out_address, out_at, days) = sql_table(schema, table), outs
    of = sa.select(
        leaves.normal_text(schema.engine, out.c[out_address]).label("a"), sa.func.min(out.c[out_at]).label("at")
    ).where(out.c[out_address].is_not(None), out.c[out_at].is_not(None))
    first = of.group_by(sa.literal_column("a") if schema.engine != "mariadb" else sa.text("a")).subquery()
    moment = _day(schema, source.c[at]) if days else source.c[at]
    tests = [leaves.normal_text(schema.engine, source.c[address]) == first.c.a, moment > first.c.at]
    if message and promotional:
        tests.append(source.c[message].in_(promotional))
    query = sa.select(sa.func.count()).select_from(source, first).where(*tests)
    total = connection.execute(sa.select(sa.func.count()).select_from(first)).scalar_one()
    return int(connection.execute(query).scalar_one()), int(total), shown(query, connection)


def _day(schema: Schema, column: ColumnElement[Any]) -> ColumnElement[Any]:
    if schema.engine == "sqlite":
        return sa.func.substr(column, 1, 10)
    return sa.cast(column, sa.Date())


def unanswered(
    connection: Connection, schema: Schema, sends: tuple[str, str, str], replies: tuple[str, str, str], least: int,
    since: tuple[Value, Value],
) -> Counts:  # fmt: skip
    """Addresses with at least `least` messages since a moment and no reply since. `since`: as each column writes it."""
    (table, address, at), (answers, reply_address, reply_at) = sends, replies
    source, replied = sql_table(schema, table), sql_table(schema, answers)
    name = leaves.normal_text(schema.engine, source.c[address]).label("a")
    written = sa.select(name, sa.func.count().label("n")).where(
        source.c[address].is_not(None),
        source.c[at] >= leaves.bound_value(schema.engine, since[0]),
    )
    groups = written.group_by(sa.literal_column("a")).subquery()
    heard = sa.select(leaves.normal_text(schema.engine, replied.c[reply_address])).where(
        replied.c[reply_address].is_not(None),
        replied.c[reply_at] >= leaves.bound_value(schema.engine, since[1]),
    )
    query = sa.select(sa.func.count()).select_from(groups).where(groups.c.n >= least, groups.c.a.not_in(heard))
    total = connection.execute(sa.select(sa.func.count()).select_from(groups)).scalar_one()
    return int(connection.execute(query).scalar_one()), int(total), shown(query, connection)


def day_pairs(
    connection: Connection, schema: Schema, table: str, days: tuple[str, str], late: Late,
    only: tuple[str, str],
) -> tuple[int, int, int, str]:  # fmt: skip
    """Rows judged by two days, grouped by them and streamed: wrong, of how many, without a first day, statement."""
    source = sql_table(schema, table)
    first, second = source.c[days[0]], source.c[days[1]]
    query = sa.select(first, second, sa.func.count()).group_by(first, second)
    if only[0]:
        query = query.where(source.c[only[0]] == only[1])
    wrong = of = undated = 0
    for one, two, rows in connection.execute(query.execution_options(yield_per=1_000)):
        obtained = as_day(one)
        of += int(rows)
        undated += int(rows) if obtained is None else 0
        wrong += int(rows) if obtained is not None and late(obtained, as_day(two)) else 0
    return wrong, of, undated, shown(query, connection)


def as_day(value: object) -> date | None:
    """The day of a cell; None where it holds none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def present(connection: Connection, schema: Schema, table: str, keys: Iterable[tuple[object, ...]]) -> Counts:
    """How many rows with these keys are there."""
    source, info = sql_table(schema, table), schema.tables[table]
    there = total = 0
    query: sa.Select[Any] = sa.select(sa.func.count()).select_from(source)
    columns = [source.c[name] for name in info.key]
    rest = iter(keys)
    while some := list(islice(rest, BATCH)):
        chosen = sa.or_(*(sa.and_(*(c == v for c, v in zip(columns, key, strict=True))) for key in some))
        there += int(connection.execute(query.where(chosen)).scalar_one())
        total += len(some)
    return there, total, f"{shown(query, connection)} WHERE the key is one of those closed"


def opted_out(connection: Connection, schema: Schema, outs: tuple[str, str, str]) -> Iterator[tuple[str, object]]:
    """Address and first moment of every opt-out, streamed."""
    source = sql_table(schema, outs[0])
    address, at = source.c[outs[1]], source.c[outs[2]]
    query = sa.select(address, sa.func.min(at)).where(address.is_not(None), at.is_not(None)).group_by(address)
    for name, moment in connection.execute(query.execution_options(yield_per=1_000)):
        yield str(name), moment


def carried(connection: Connection, schema: Schema, rows: Iterator[tuple[str, object]], kind: Family) -> FromClause:
    """Opt-outs of another store in a temporary table of this one: columns `address` and `at`."""
    types: dict[Family, Any] = {
        Family.DATE: sa.Date(), Family.AWARE: sa.DateTime(timezone=True), Family.NAIVE: sa.DateTime(),
    }  # fmt: skip
    at = sa.Text() if schema.engine == "sqlite" else types.get(kind, sa.String(40))
    made = sa.Table(
        "tillit_opted_out", sa.MetaData(), sa.Column("address", sa.Text()), sa.Column("at", at), prefixes=["TEMPORARY"]
    )
    made.create(connection)
    while some := list(islice(rows, 1_000)):
        connection.execute(sa.insert(made), [{"address": a, "at": m} for a, m in some])
    return made
