"""Reading the text of a store for what a detector finds: streamed in bounded memory, counted by column and label."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from tillit.connectors.sql.scan import BATCH_BYTES, FIRST_ROWS, Unread
from tillit.connectors.sql.scan_places import Reading, beyond_schema, of_table
from tillit.model.schema import Family, Schema, TableInfo

Detect = Callable[[bytes], Iterable[tuple[int, str]]]
"""Takes cells as UTF-8, parted by NUL; gives (index of a cell, label)."""

MOST_ROWS = 20_000  # fetched at once, however short
STREAM = {"stream_results": True, "max_row_buffer": 250}  # rows that the driver holds besides
SHORT = ("int2", "int4", "smallint", "integer", "tinyint", "mediumint", "real", "float4", "year", "bit")


@dataclass(slots=True)
class Content:
    """What was found: (table, column) -> label -> cells; and what was not read."""

    found: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    tables: int = 0
    columns: int = 0
    rows: int = 0
    bytes: int = 0


def look_content(
    engine: Engine, schema: Schema, detect: Detect, columns: Collection[tuple[str, str]] | None = None
) -> Content:
    """Read `columns`, (table, column) pairs; or all text of the store, and its numbers. Writes nothing.

    A table that cannot be read is told in `unread`, and the rest is read.
    """
    seen = Content()
    with engine.connect() as connection:
        for reading in _readings(connection, schema, columns, seen):
            try:
                _read(connection, reading, detect, seen)
            except SQLAlchemyError as error:
                kind = type(getattr(error, "orig", None) or error).__name__
                seen.unread.append(Unread(reading.table, "", f"the engine refused to read it ({kind})"))
            finally:
                connection.rollback()
    return seen


def _readings(
    connection: Connection, schema: Schema, columns: Collection[tuple[str, str]] | None, seen: Content
) -> Iterator[Reading]:
    for name, info in schema.tables.items():
        wanted = None if columns is None else {column for table, column in columns if table == name}
        if wanted is not None and not wanted:
            continue
        if name not in schema.readable:
            seen.unread.append(Unread(name, "", "no right to read it"))
            continue
        yield _of(schema, info, wanted)
    if columns is None:
        try:
            beyond, unread = beyond_schema(connection, schema)
        except SQLAlchemyError:
            seen.unread.append(Unread("*", "", "copies outside the tables could not be listed"))
            return
        seen.unread += [Unread(table, "", why) for table, why in unread]
        yield from beyond


def _of(schema: Schema, info: TableInfo, wanted: set[str] | None) -> Reading:
    """The table with the columns that are asked for; its key is not read: places are told, no rows."""
    if wanted is not None:
        chosen = {name: info.columns[name] for name in info.columns if name in wanted}
        return of_table(schema, TableInfo(info.name, chosen, (), schema=info.schema), wanted)
    numbers = {
        c.name
        for c in info.columns.values()
        if c.family in (Family.INTEGER, Family.NUMBER) and c.type.lower().split("(")[0] not in _short(schema.engine)
    }
    return of_table(schema, TableInfo(info.name, info.columns, (), schema=info.schema), numbers - set(info.key))


def _short(engine: str) -> tuple[str, ...]:
    """Types that hold no number long enough. On SQLite a declared type binds nobody."""
    return () if engine == "sqlite" else (*SHORT, "int")


def _read(connection: Connection, reading: Reading, detect: Detect, seen: Content) -> None:
    if reading.opaque:
        counts = connection.execute(reading.count_opaque).one()
        for (column, why), cells in zip(reading.opaque, counts, strict=True):
            if cells:
                seen.unread.append(Unread(reading.table, column, why, int(cells)))
    seen.tables += 1
    seen.columns += len(reading.columns)
    if not reading.columns:
        return
    with connection.execute(reading.select, execution_options=STREAM) as result:
        size = FIRST_ROWS
        while rows := result.fetchmany(size):
            volume = _look(reading, rows, detect, seen)
            size = max(1, min(BATCH_BYTES * len(rows) // max(volume, 1), size * 4, MOST_ROWS))


def _look(reading: Reading, rows: Sequence[Sequence[Any]], detect: Detect, seen: Content) -> int:
    width = len(reading.columns)
    cells = _join(rows, width * len(rows))
    for index, label in detect(cells):
        labels = seen.found.setdefault((reading.table, reading.columns[index % width]), {})
        labels[label] = labels.get(label, 0) + 1
    seen.rows += len(rows)
    seen.bytes += len(cells) - len(rows) * width + 1
    return len(cells)


def _join(rows: Sequence[Sequence[Any]], number: int) -> bytes:
    """The cells as UTF-8, parted by NUL. A NUL inside a cell becomes a space."""
    try:
        joined = "\0".join([cell or "" for row in rows for cell in row]).encode("utf-8", "surrogatepass")
    except TypeError:
        try:
            joined = b"\0".join([cell or b"" for row in rows for cell in row])
        except TypeError:  # some are text, some are bytes
            joined = b"\0".join([_bytes(cell) for row in rows for cell in row])
    if joined.count(b"\0") != number - 1:
        joined = b"\0".join([_bytes(cell).replace(b"\0", b" ") for row in rows for cell in row])
    return joined


def _bytes(cell: Any) -> bytes:
    if cell is None:
        return b""
    return cell if isinstance(cell, bytes) else str(cell).encode("utf-8", "surrogatepass")
