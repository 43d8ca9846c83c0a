"""Carrying one write out and keeping what it removes, in the form that costs each engine least.

PostgreSQL and SQLite give the rows that a DELETE removes; on PostgreSQL they come as COPY, which no driver has to take
apart. Everything else is read first and written then, in the same serialised transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection

from tillit.connectors.sql.driver import bare
from tillit.connectors.sql.images import Row, before, send
from tillit.connectors.sql.write import Write
from tillit.model.schema import Schema

COPIED = "copy"  # the tag of an image in PostgreSQL's COPY text
_ROWS = 256  # at once: rows may be wide
_BYTES = 256 * 1024


class Keep(Protocol):
    """Where before-images go: an undo file."""

    def table(self, name: str, columns: Sequence[str], tags: Mapping[str, str] | None = None) -> None:
        """Says whose rows or bytes follow."""

    def rows(self, rows: Iterable[Row]) -> int:
        """Keeps rows; returns how many."""

    def blob(self, data: bytes | bytearray | memoryview, rows: int = 0) -> None:
        """Keeps bytes, which hold so many rows."""


class Raced(Exception):
    """A statement did not touch the rows that were kept: somebody wrote in between."""


def carry(connection: Connection, schema: Schema, write: Write, keep: Keep) -> int:
    """Carry `write` out, its before-images kept; returns how many rows. Raises Raced, and the driver's errors."""
    whole = write.action in ("delete", "unlink") and not write.tied
    if whole and schema.engine == "sqlite":
        keep.table(write.table, write.columns, {"action": write.action})
        return keep.rows(_returned(connection, write))
    if whole and schema.engine == "postgresql" and write.action == "delete" and not write.people:
        keep.table(write.table, write.columns, {"action": write.action, "form": COPIED})
        return _copied(connection, write, keep)
    columns, rows = before(connection, schema, write)
    keep.table(write.table, columns, {"action": write.action})
    count = keep.rows(rows)
    if count and send(connection, write) != count:
        raise Raced(write.table)
    return count


def _returning(write: Write) -> Any:
    """The statement that also gives the rows it removes."""
    statement: Any = write.statement
    return statement.returning(*(write.target.c[c] for c in write.columns))


def _returned(connection: Connection, write: Write) -> Iterator[Row]:
    """SQLite's rows, straight from the driver: no value of theirs is to be read as anything else."""
    result = connection.execute(_returning(write))
    cursor: Any = result.cursor
    while rows := cursor.fetchmany(_ROWS):
        yield from rows
    result.close()


def _copied(connection: Connection, write: Write, keep: Keep) -> int:
    compiled = _returning(write).compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    text = f"COPY ({compiled}) TO STDOUT"
    gathered, rows = bytearray(), 0
    with bare(connection, text) as raw, raw.cursor() as cursor:
        with cursor.copy(text, compiled.params) as copy:
            for line in copy:
                gathered += line
                rows += 1
                if len(gathered) >= _BYTES:
                    keep.blob(gathered, rows)
                    gathered, rows = bytearray(), 0
        if rows:
            keep.blob(gathered, rows)
        return int(cursor.rowcount)
