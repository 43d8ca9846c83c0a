"""Looking for known identifiers in every cell of a store, mapped or not: one pass a table, in bounded memory, exact.

What is found is told by place and key, never by value. What could not be read is told as well: nobody may say
"nothing left"
about a column that nobody looked into.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from tillit.connectors.sql.scan_encoded import encoded_cells
from tillit.connectors.sql.scan_places import Reading, beyond_schema, of_table
from tillit.model.schema import Schema
from tillit.model.standing import Key

Find = Callable[[bytes], Iterable[tuple[int, frozenset[Hashable]]]]
"""Takes cells as UTF-8, parted by NUL; gives (index, labels) of those that hold an identifier. Labels hold no personal
data.
"""

Cells = Sequence[Any]  # of one row

BATCH_BYTES = 2_000_000  # text looked through at once
FIRST_ROWS = 50
MOST_ROWS = 5_000  # rows fetched at once, however short
STREAM = {"stream_results": True, "max_row_buffer": FIRST_ROWS}
MOST_KEYS = 1_000  # keys told for one place; the count goes on


@dataclass(frozen=True, slots=True)
class Hit:
    """A column that holds known identifiers. `keys` are the first MOST_KEYS rows, and as many again of those that hold
    several labels; empty where the table has no key. `mixed` are the cells of rows with several labels not told by key.
    """

    table: str
    column: str  # '*' where a whole row was read as one text
    labels: frozenset[Hashable]
    count: int  # cells
    keys: tuple[tuple[Key, frozenset[Hashable]], ...] = ()
    mixed: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """What was not looked into, or not with understanding. `cells` is the number of non-empty ones; None where it is
    not known.
    """

    table: str
    column: str  # '' for the whole table
    why: str
    cells: int | None = None


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan saw of one store. Holds keys and places, no personal values."""

    hits: tuple[Hit, ...]
    unread: tuple[Unread, ...]
    tables: int
    columns: int
    rows: int
    bytes: int  # of text looked through, as UTF-8
    seconds: float


@dataclass(slots=True)
class _Seen:
    """What a running scan has seen; becomes the result."""

    hits: dict[tuple[str, str], list[tuple[Key, frozenset[Hashable]]]] = field(default_factory=dict)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    mixed: dict[tuple[str, str], int] = field(default_factory=dict)
    labels: dict[tuple[str, str], set[Hashable]] = field(default_factory=dict)
    encoded: dict[tuple[str, str], int] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    tables: int = 0
    columns: int = 0
    rows: int = 0
    bytes: int = 0

    def hit(self, place: tuple[str, str], key: Key, labels: frozenset[Hashable], *, mixed: bool) -> None:
        self.counts[place] = self.counts.get(place, 0) + 1
        self.labels.setdefault(place, set()).update(labels)
        keys = self.hits.setdefault(place, [])
        if key and len(keys) < (2 * MOST_KEYS if mixed else MOST_KEYS):
            keys.append((key, labels))
        elif mixed:
            self.mixed[place] = self.mixed.get(place, 0) + 1


def scan(
    engine: Engine,
    schema: Schema,
    find: Find,
    also: Collection[tuple[str, str]] = (),
    names: Collection[tuple[str, str, str]] = (),
) -> ScanResult:
    """Look through every text-like column of every table for what `find` finds.

    `also` names further (table, column)s to read as text: integers that hold a phone or personal number.
    `names` are (table, first name, last name): the two are read as one text, told as found in the last name's column.
    A table that cannot be read is told in `unread`; the scan goes on. Nothing is written and no lock outlives a table.
    """
    started = time.perf_counter()
    seen = _Seen()
    with engine.connect() as connection:
        for reading in _readings(connection, schema, also, seen):
            try:
                whole = [(first, last) for table, first, last in names if table == reading.table]
                _read(connection, reading, find, seen, whole)
            except SQLAlchemyError as error:
                seen.unread.append(Unread(reading.table, "", f"the engine refused to read it ({_kind(error)})"))
            finally:
                connection.rollback()
    return _result(seen, time.perf_counter() - started)


def _kind(error: SQLAlchemyError) -> str:
    """The class of an error; its text may hold values."""
    return type(getattr(error, "orig", None) or error).__name__


def _readings(
    connection: Connection, schema: Schema, also: Collection[tuple[str, str]], seen: _Seen
) -> Iterator[Reading]:
    for name, info in schema.tables.items():
        if name not in schema.readable:
            seen.unread.append(Unread(name, "", "no right to read it"))
            continue
        yield of_table(schema, info, {column for table, column in also if table == name})
    try:
        beyond, unread = beyond_schema(connection, schema)
    except SQLAlchemyError as error:
        seen.unread.append(Unread("*", "", f"copies outside the tables could not be listed ({_kind(error)})"))
        return
    seen.unread += [Unread(table, "", why) for table, why in unread]
    yield from beyond


def _read(connection: Connection, reading: Reading, find: Find, seen: _Seen, names: list[tuple[str, str]]) -> None:
    _count_unread(connection, reading, seen)
    seen.tables += 1
    seen.columns += len(reading.columns)
    if not reading.columns:
        return
    with connection.execute(reading.select, execution_options=STREAM) as result:
        size = FIRST_ROWS
        while rows := result.fetchmany(size):
            volume = _look(reading, _spelled(reading, rows, names), find, seen)
            fitting = BATCH_BYTES * len(rows) // max(volume, 1)
            size = max(1, min(fitting, size * 4, MOST_ROWS))


def _count_unread(connection: Connection, reading: Reading, seen: _Seen) -> None:
    if not reading.opaque:
        return
    counts = connection.execute(reading.count_opaque).one()
    for (column, why), cells in zip(reading.opaque, counts, strict=True):
        if cells:
            seen.unread.append(Unread(reading.table, column, why, int(cells)))


def _look(reading: Reading, rows: Sequence[Cells], find: Find, seen: _Seen) -> int:
    """Look through rows (text columns first, then the key's); the bytes of text they held."""
    width = len(reading.columns)
    cells = _join(rows, width)
    for index in encoded_cells(cells):
        place = (reading.table, reading.columns[index % width])
        seen.encoded[place] = seen.encoded.get(place, 0) + 1
    found = [(*divmod(index, width), labels) for index, labels in find(cells)]
    of_row: dict[int, frozenset[Hashable]] = {}
    for row, _, labels in found:
        of_row[row] = of_row.get(row, frozenset()) | labels
    for row, column, labels in found:
        place = (reading.table, reading.columns[column])
        seen.hit(place, tuple(rows[row][width:]), labels, mixed=len(of_row[row]) > 1)
    seen.rows += len(rows)
    seen.bytes += len(cells) - len(rows) * width + 1
    return len(cells)


def _spelled(reading: Reading, rows: Sequence[Cells], names: list[tuple[str, str]]) -> Sequence[Cells]:
    """The rows, with full names where last names stand: half of a name is nobody's."""
    at = reading.columns.index
    for first, last in [(at(one), at(two)) for one, two in names if {one, two} <= {*reading.columns}]:
        rows = [(*row[:last], _bytes(row[first]) + b" " + _bytes(row[last]), *row[last + 1 :]) for row in rows]
    return rows


def _join(rows: Sequence[Cells], width: int) -> bytes:
    """The cells row by row as UTF-8, parted by NUL. A NUL inside a cell becomes a space."""
    cells = [cell for row in rows for cell in row[:width]]
    try:
        joined = "\0".join([cell or "" for cell in cells]).encode("utf-8", "surrogatepass")
    except TypeError:  # some are bytes
        encoded = [_bytes(cell) for cell in cells]
        joined = b"\0".join(encoded)
        if joined.count(b"\0") != len(cells) - 1:
            joined = b"\0".join([cell.replace(b"\0", b" ") for cell in encoded])
        return joined
    if joined.count(b"\0") != len(cells) - 1:
        joined = "\0".join([(cell or "").replace("\0", " ") for cell in cells]).encode("utf-8", "surrogatepass")
    return joined


def _bytes(cell: str | bytes | None) -> bytes:
    if cell is None:
        return b""
    return cell if isinstance(cell, bytes) else cell.encode("utf-8", "surrogatepass")


def _result(seen: _Seen, seconds: float) -> ScanResult:
    hits = tuple(
        Hit(*place, frozenset(seen.labels[place]), count, tuple(seen.hits[place]), seen.mixed.get(place, 0))
        for place, count in sorted(seen.counts.items())
    )
    encoded = [
        Unread(*place, "cells that look encoded or hashed", count) for place, count in sorted(seen.encoded.items())
    ]
    return ScanResult(hits, (*seen.unread, *encoded), seen.tables, seen.columns, seen.rows, seen.bytes, seconds)
