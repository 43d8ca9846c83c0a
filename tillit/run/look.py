"""Answering what the checks ask: nothing is written, and a store that refuses is told, never fatal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from tillit.checks.asks import (
    Answer,
    Ask,
    Connected,
    Connection,
    Counted,
    Grant,
    Granted,
    Grants,
    Grouped,
    Groups,
    Pairs,
    Present,
    Refused,
    Scan,
    Scanned,
    SentAfter,
    SmallGroups,
    Unanswered,
)
from tillit.connectors.sql import look_counts as counts
from tillit.connectors.sql.compiler import sql_table
from tillit.connectors.sql.look_content import look_content
from tillit.connectors.sql.look_server import look_grants, look_server
from tillit.connectors.sql.transactions import session
from tillit.model.conditions import Value
from tillit.model.schema import Family
from tillit.run.stores import OpenStore

TIMES = (Family.DATE, Family.NAIVE, Family.AWARE, Family.TEXT)


class _NotThereError(Exception):
    """A table, column or type that a question needs is not there."""


def look(stores: Iterable[OpenStore], asks: Iterable[Ask]) -> dict[Ask, Answer]:
    """The answer to each question, each asked once."""
    known = {store.name: store for store in stores}
    return {ask: _answer(known, ask) for ask in dict.fromkeys(asks)}


def _answer(stores: dict[str, OpenStore], ask: Ask) -> Answer:
    try:
        return _asked(stores, ask)
    except _NotThereError as error:
        return Refused(str(error))
    except DBAPIError as error:  # its text may hold values
        return Refused(f"the engine refused the question ({type(error.orig or error).__name__})")


def _asked(stores: dict[str, OpenStore], ask: Ask) -> Answer:
    store = stores[ask.store]
    if isinstance(ask, Scan):
        return _scan(store, ask)
    with session(store.engine) as opened, opened.reading():
        connection, schema = opened.connection, store.bound.schema
        match ask:
            case Connection():
                seen = look_server(store.engine, connection)
                return Connected(
                    seen.engine, seen.host, seen.local, seen.tls, seen.plain_clients, seen.at_rest, seen.query
                )
            case Grants():
                told = look_grants(store.engine, connection)
                if isinstance(told, str):
                    return Refused(told)
                return Granted(tuple(Grant(*one) for one in told[0]), told[1])
            case Grouped():
                _there(store, ask.table, *ask.columns, *ask.blank)
                rows, more, query = counts.grouped(connection, schema, ask.table, ask.columns, ask.blank, ask.most)
                return Groups(tuple(rows), more, query)
            case SmallGroups():
                _there(store, ask.table, ask.group, ask.person, ask.size)
                some = (ask.table, ask.group, ask.least, ask.person, ask.size)
                return Counted(*counts.small_groups(connection, schema, *some))
            case Present():
                _there(store, ask.table)
                return Counted(*counts.present(connection, schema, ask.table, ask.keys))
            case Pairs():
                _there(store, ask.table, ask.first, ask.second, ask.column)
                only, days = (ask.column, ask.value), (ask.first, ask.second)
                wrong, of, undated, query = counts.day_pairs(connection, schema, ask.table, days, ask.late, only)
                return Counted(wrong, of, query, f"{undated:,} rows have no day to count from." if undated else "")
            case Unanswered():
                since = tuple(
                    _written(store, table, column, ask.since)
                    for table, column in ((ask.table, ask.at), (ask.replies_table, ask.replies_at))
                )
                _there(store, ask.table, ask.address)
                _there(store, ask.replies_table, ask.replies_address)
                sends, replies = (
                    (ask.table, ask.address, ask.at),
                    (ask.replies_table, ask.replies_address, ask.replies_at),
                )
                return Counted(*counts.unanswered(connection, schema, sends, replies, ask.least, (since[0], since[1])))
            case SentAfter():
                return _sent_after(stores, ask)


def _scan(store: OpenStore, ask: Scan) -> Scanned:
    seen = look_content(store.engine, store.bound.schema, ask.detect, ask.columns)
    unread = tuple((one.table, one.column, one.why, one.cells) for one in seen.unread)
    return Scanned(seen.found, unread, seen.tables, seen.columns, seen.rows, seen.bytes)


def _there(store: OpenStore, table: str, *columns: str) -> None:
    schema = store.bound.schema
    if table not in schema.tables:
        raise _NotThereError(f"{store.name} has no table {table}; mend checks.yaml")
    if table not in schema.readable:
        raise _NotThereError(f"no right to read {store.name}.{table}")
    for column in filter(None, columns):
        if column not in schema.tables[table].columns:
            raise _NotThereError(f"{store.name}.{table} has no column {column}; mend checks.yaml")


def _family(store: OpenStore, table: str, column: str) -> Family:
    _there(store, table, column)
    family = store.bound.schema.tables[table].columns[column].family
    if family not in TIMES:
        raise _NotThereError(f"{store.name}.{table}.{column} is no time that this check can read")
    return family


def _zone(store: OpenStore) -> ZoneInfo:
    return ZoneInfo(store.bound.store.timezone or "UTC")


def _written(store: OpenStore, table: str, column: str, moment: datetime) -> Value:
    """`moment` as the column writes it."""
    family = _family(store, table, column)
    if family is Family.AWARE and store.bound.schema.engine != "sqlite":
        return moment
    local = moment.astimezone(_zone(store)).replace(tzinfo=None)
    if store.bound.schema.engine == "sqlite" or family is Family.TEXT:
        day = local.date().isoformat()
        return day if family is Family.DATE else local.isoformat(sep=" ", timespec="seconds")
    return local.date() if family is Family.DATE else local


def _sent_after(stores: dict[str, OpenStore], ask: SentAfter) -> Counted:
    store, other = stores[ask.store], stores[ask.outs_store]
    _there(store, ask.table, ask.address, ask.message)
    _there(other, ask.outs_table, ask.outs_address)
    sent, out = _family(store, ask.table, ask.at), _family(other, ask.outs_table, ask.outs_at)
    days, schema = out is Family.DATE and sent is not Family.DATE, store.bound.schema
    sends = (ask.table, ask.address, ask.at)
    with session(store.engine) as opened, opened.reading():
        if store is other:
            if out is not sent and not days:
                raise _NotThereError(f"{ask.at} and {ask.outs_at} are written differently")
            outs: counts.Outs = (sql_table(schema, ask.outs_table), ask.outs_address, ask.outs_at, days)
            return Counted(*counts.sent_after(opened.connection, schema, sends, outs, ask.message, ask.promotional))
        with session(other.engine) as there, there.reading():
            columns = (ask.outs_table, ask.outs_address, ask.outs_at)
            rows = counts.opted_out(there.connection, other.bound.schema, columns)
            dressed = _dressed(rows, _zone(other), lambda moment: _written(store, ask.table, ask.at, moment), days)
            made = counts.carried(opened.connection, schema, dressed, Family.DATE if days else sent)
            outs = (made, "address", "at", days)
            return Counted(*counts.sent_after(opened.connection, schema, sends, outs, ask.message, ask.promotional))


def _dressed(
    rows: Iterator[tuple[str, object]], zone: ZoneInfo, written: Callable[[datetime], object], days: bool
) -> Iterator[tuple[str, object]]:
    """Opt-outs with their moment as the other store writes it."""
    for address, value in rows:
        moment = _moment(value, zone)
        if moment is not None:
            day = moment.astimezone(zone).date()
            yield address, (day.isoformat() if isinstance(written(moment), str) else day) if days else written(moment)


def _moment(value: object, zone: ZoneInfo) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    return None
