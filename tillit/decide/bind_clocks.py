"""How each column that tells time writes it: said in the map, or inferred from its type; never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tillit.decide.bind_context import Binding
from tillit.decide.bind_expressions import expressions, today_reads
from tillit.model.mapping import Clock, ClockKind, Dress, Table
from tillit.model.schema import ColumnInfo, Family
from tillit.model.source import Position

NEEDS_ZONE = {Dress.NAIVE, Dress.DATE, Dress.TEXT, Dress.TEXT_T}
_INFERRED = {Family.DATE: Dress.DATE, Family.NAIVE: Dress.NAIVE, Family.AWARE: Dress.AWARE}
_NUMBERS = {Family.INTEGER, Family.NUMBER}
_DATES = {Family.DATE, Family.NAIVE, Family.OTHER}
_EPOCHS = {Dress.EPOCH_S, Dress.EPOCH_MS}
_TEXTS = {Dress.TEXT, Dress.TEXT_T}

Dresses = dict[str, dict[str, Dress]]


def clocks(table: Table) -> Iterator[Clock]:
    """Every clock of a table: its `created` and its grounds' `since`."""
    if table.created is not None:
        yield table.created
    for ground in table.grounds:
        if ground.since is not None:
            yield ground.since


def place(binding: Binding, table: Table, clock: Clock) -> str | None:
    """The table whose column the clock reads; None when its path leads nowhere."""
    if clock.kind is not ClockKind.COLUMN:
        return clock.child
    here = table.name
    for name in clock.path:
        link = binding.link(here, name)
        if link is None:
            return None
        here = link.table
    return here


def dresses(binding: Binding) -> Dresses:
    """Table -> column -> dress, of every column that a clock, `created` or `today` reads."""
    found: Dresses = {}
    told: set[tuple[str, str]] = set()  # faulty, and said so once
    wanted = list(_wanted(binding))
    for table, column, said, at in sorted(wanted, key=lambda want: want[2] is None):
        info = binding.column(table, column, at)
        if info is None:
            continue
        before = found.get(table, {}).get(column)
        if (said is None and before is not None) or (table, column) in told:
            continue
        dress = _dress(binding, table, info, said, at)
        if dress is None:
            told.add((table, column))
            continue
        if before is not None and before is not dress:
            binding.fault(
                at, f"{table}.{column} is said to be both {before.value} and {dress.value}", "say one `dress:`"
            )
        found.setdefault(table, {})[column] = dress
    return found


def dressed(binding: Binding, table: Table, dress: Dresses) -> Table:
    """The table with every clock's dress said."""
    grounds = tuple(
        g if g.since is None else replace(g, since=_said(binding, table, g.since, dress)) for g in table.grounds
    )
    created = table.created and _said(binding, table, table.created, dress)
    return replace(table, grounds=grounds, created=created)


def _said(binding: Binding, table: Table, clock: Clock, dress: Dresses) -> Clock:
    where = place(binding, table, clock)
    return replace(clock, dress=dress.get(where or "", {}).get(clock.column, clock.dress))


def _wanted(binding: Binding) -> Iterator[tuple[str, str, Dress | None, Position]]:
    for table in binding.tables.values():
        for column in table.columns.values():
            if column.dress is not None:
                yield table.name, column.name, column.dress, column.at
        for clock in clocks(table):
            where = place(binding, table, clock)
            if where is not None:
                yield where, clock.column, clock.dress, clock.at
        for here, expression, at in expressions(table):
            for where, name in today_reads(binding, here, expression):
                yield where, name, None, at


def _dress(binding: Binding, table: str, info: ColumnInfo, said: Dress | None, at: Position) -> Dress | None:
    """The dress of one column; None (and a fault) where there is none, or the one said cannot be."""
    where = f"{table}.{info.name}"
    sqlite = binding.schema.engine == "sqlite"
    dress = said or _INFERRED.get(info.family)
    if dress is None:
        textual = info.family in _NUMBERS | {Family.TEXT, Family.OTHER}
        what = "does not tell how it writes time" if textual else "holds no time"
        binding.fault(at, f"{where} ({info.type or 'no type'}) {what}", _remedy(info))
        return None
    if sqlite and info.family in _DATES | {Family.TEXT} and dress in (Dress.DATE, Dress.NAIVE):
        dress = Dress.TEXT  # SQLite has no type for time: what is declared a date is text
    if not _can_be(dress, info.family, sqlite):
        binding.fault(at, f"{where} ({info.type or 'no type'}) cannot be dressed as {dress.value}", _remedy(info))
        return None
    if dress in NEEDS_ZONE and binding.store.timezone is None:
        binding.fault(
            at,
            f"{where} tells time without a zone, and the store has no `timezone:`",
            f"write `timezone:` in store {binding.store.name}, such as UTC or Europe/Stockholm",
        )
    return dress


def _can_be(dress: Dress, family: Family, sqlite: bool) -> bool:
    if dress in _EPOCHS:
        return family in _NUMBERS or (sqlite and family in _DATES)
    if dress in _TEXTS:
        return family is Family.TEXT or (sqlite and family in _DATES)
    return _INFERRED.get(family) is dress


def _remedy(info: ColumnInfo) -> str:
    if info.family in _NUMBERS:
        return "say `dress: epoch_s` or `dress: epoch_ms`"
    if info.family in (Family.TEXT, Family.OTHER):
        return "say `dress: text` ('2026-01-31 12:00:00') or `dress: text_t` ('2026-01-31T12:00:00')"
    if info.family in _INFERRED:
        return "leave `dress:` out: it is known from the type"
    return "name a column that holds a time"
