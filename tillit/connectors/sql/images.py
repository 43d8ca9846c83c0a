"""Before-images: exactly what a write is about to touch, and putting it back.

Values travel in a form that comes back the same: on PostgreSQL as the engine's own text, on MariaDB and SQLite as the
driver gives them (MariaDB's FLOAT as a double, which alone keeps every digit).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause
from sqlalchemy.ext.compiler import compiles

from tillit.connectors.sql.compiler import exists, sql_table
from tillit.connectors.sql.driver import bare
from tillit.connectors.sql.fills import own_type
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.write import Write
from tillit.model.schema import ColumnInfo, Family, Schema

NEW = "\u2192"  # a column of an image with this prefix holds what the write made of the cell
CELLS = ("change", "untie")  # actions whose image is cells, not whole rows
_ROWS = 2_000
_numbers = count(1)
_PLAIN = (Family.TEXT, Family.INTEGER, Family.BOOLEAN)

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Restored:
    """How many rows were put back, and how many were left because somebody has written there since."""

    restored: int
    kept: int


def before(connection: Connection, schema: Schema, write: Write) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The rows that `write` will touch, locked and streamed: names, then rows; new values follow the old ones."""
    infos = schema.tables[write.table].columns
    names = list(write.columns)
    cells = [sa.null() if c in write.tied else _exact(schema, infos[c], write.target.c[c]) for c in names]
    columns: list[ColumnElement[Any]] = [cell.label(f"c{i}") for i, cell in enumerate(cells)]
    for column, value in write.new.items():
        columns.append(_exact(schema, infos[column], value).label(f"c{len(names)}"))
        names.append(NEW + column)
    query: sa.Select[Any] = sa.select(*columns).select_from(write.target, *write.sources).where(*write.where)
    if schema.engine == "mariadb":  # PostgreSQL, serialising, refuses the write if anybody else touches the rows
        query = query.with_for_update(of=write.target)
    result = connection.execute(query, execution_options={"stream_results": True, "yield_per": _ROWS})
    return tuple(names), (tuple(row) for row in result)


def send(connection: Connection, write: Write) -> int:
    """Carry the write out; returns how many rows it touched."""
    return connection.execute(write.statement).rowcount


def _exact(schema: Schema, info: ColumnInfo, value: ColumnElement[Any]) -> ColumnElement[Any]:
    if schema.engine == "postgresql" and info.family not in _PLAIN:
        return sa.cast(sa.cast(value, own_type(info)), sa.Text())
    if schema.engine == "mariadb" and info.type.lower().startswith("float"):
        # As a double, which alone shows every digit. SQLAlchemy leaves CAST(... AS DOUBLE) out here; * keeps -0.0.
        return sa.type_coerce(value, sa.Double()) * sa.literal_column("1e0")
    return value


def _back(schema: Schema, info: ColumnInfo, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A loaded value as the column's own type."""
    if schema.engine == "postgresql" and info.family not in _PLAIN:
        return sa.cast(value, own_type(info))
    return value


def restore(
    connection: Connection, schema: Schema, table: str, action: str, columns: Sequence[str], rows: Iterable[Row]
) -> Restored:
    """Put the rows of an image back, in the current transaction. What somebody wrote since is never overwritten."""
    restored = total = 0
    with _as_it_was(connection, schema), _loading(connection, schema, table, columns, rows) as batches:
        for loaded, count in batches:
            total += count
            if action in CELLS:
                restored += _put_cells_back(connection, schema, table, columns, loaded)
            else:
                restored += _put_rows_back(connection, schema, table, columns, loaded)
    return Restored(restored, total - restored)


@contextmanager
def _as_it_was(connection: Connection, schema: Schema) -> Iterator[None]:
    """MariaDB: values that an older, laxer server let in (an enum's '') come back although strict mode refuses them."""
    if schema.engine != "mariadb":
        yield
        return
    strict = connection.exec_driver_sql("SELECT @@SESSION.sql_mode").scalar_one()
    connection.exec_driver_sql("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'")
    try:
        yield
    finally:
        connection.exec_driver_sql("SET SESSION sql_mode = %s", (strict,))


@contextmanager
def keys_eased(connection: Connection, schema: Schema) -> Iterator[None]:
    """Rows that point at each other come back together: declared keys are checked at the end, where the engine can."""
    if schema.engine == "mariadb":
        connection.exec_driver_sql("SET foreign_key_checks = 0")
    elif schema.engine == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    else:
        connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    yield
    if schema.engine == "mariadb":
        connection.exec_driver_sql("SET foreign_key_checks = 1")


def still_there(
    connection: Connection, schema: Schema, table: str, action: str, columns: Sequence[str], rows: Iterable[Row]
) -> tuple[int, int]:
    """How many rows of an image stand in the store as they did before the write, and how many do not."""
    same = total = 0
    with _loading(connection, schema, table, columns, rows) as batches:
        for loaded, count in batches:
            total += count
            target = sql_table(schema, table)
            key = schema.tables[table].key
            compared = key if action not in CELLS and key else [c for c in columns if not c.startswith(NEW)]
            tests = _cells_equal(schema, table, target, loaded, {c: c for c in compared}, columns)
            query = sa.select(sa.func.count()).select_from(loaded).where(exists(target, where=tuple(tests)))
            same += int(connection.execute(query).scalar_one())
    return same, total - same


def restore_copied(
    connection: Connection, schema: Schema, table: str, columns: Sequence[str], pieces: Iterable[bytes]
) -> Restored:
    """The same for whole rows that PostgreSQL wrote out itself (`carry`), in one go."""
    with _copied_in(connection, schema, table, columns, pieces) as (loaded, total):
        restored = _put_rows_back(connection, schema, table, columns, loaded)
    return Restored(restored, total - restored)


def still_there_copied(
    connection: Connection, schema: Schema, table: str, columns: Sequence[str], pieces: Iterable[bytes]
) -> tuple[int, int]:
    """`still_there` of such an image."""
    target, compared = sql_table(schema, table), {c: c for c in schema.tables[table].key}
    with _copied_in(connection, schema, table, columns, pieces) as (loaded, total):
        tests = _cells_equal(schema, table, target, loaded, compared, columns)
        query = sa.select(sa.func.count()).select_from(loaded).where(exists(target, where=tuple(tests)))
        same = int(connection.execute(query).scalar_one())
    return same, total - same


@contextmanager
def _copied_in(
    connection: Connection, schema: Schema, table: str, columns: Sequence[str], pieces: Iterable[bytes]
) -> Iterator[tuple[sa.TableClause, int]]:
    """A temporary table with the rows of a copied image, and how many they are."""
    name, source = f"tillit_image_{next(_numbers)}", sql_table(schema, table)
    query = sa.select(*(source.c[c].label(f"c{i}") for i, c in enumerate(columns))).where(sa.false())
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} AS {query.compile(dialect=connection.dialect)}")
    text = f"COPY {name} FROM STDIN"
    with bare(connection, text) as raw, raw.cursor() as cursor:
        with cursor.copy(text) as copy:
            for piece in pieces:
                copy.write(piece)
        total = int(cursor.rowcount)
    yield sa.table(name, *[sa.column(f"c{i}") for i, _ in enumerate(columns)]), total
    connection.exec_driver_sql(f"DROP TABLE {name}")


@contextmanager
def _loading(
    connection: Connection, schema: Schema, table: str, columns: Sequence[str], rows: Iterable[Row]
) -> Iterator[Iterator[tuple[sa.TableClause, int]]]:
    """A temporary table with the image's columns, filled batch by batch."""
    infos = schema.tables[table].columns
    source = sql_table(schema, table)
    kinds = [source.c[c.removeprefix(NEW)] for c in columns]
    typed = [_exact(schema, infos[k.name], k).label(f"c{i}") for i, k in enumerate(kinds)]
    create = sa.select(*typed).where(sa.false()).compile(dialect=connection.dialect)
    # A name of its own: drivers keep prepared statements by their text, and with them the types of an older image.
    name = f"tillit_image_{next(_numbers)}"
    temporary = sa.table(name, *[sa.column(f"c{i}") for i, _ in enumerate(columns)])
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} AS {create}")

    def fill() -> Iterator[tuple[sa.TableClause, int]]:
        source_rows = iter(rows)
        while batch := list(islice(source_rows, _ROWS)):
            connection.execute(sa.delete(temporary))
            values = [{f"c{i}": v for i, v in enumerate(row)} for row in batch]
            plain = [row for row in values if not any(_is_no_text(v) for v in row.values())]
            if plain:
                connection.execute(sa.insert(temporary), plain)
            for odd in (row for row in values if any(_is_no_text(v) for v in row.values())):
                cells = {c: _as_text(v) if _is_no_text(v) else v for c, v in odd.items()}
                connection.execute(sa.insert(temporary).values(cells))
            yield temporary, len(batch)

    yield fill()
    drop = f"DROP {'TEMPORARY ' * (schema.engine == 'mariadb')}TABLE {name}"
    connection.exec_driver_sql(drop)


def _is_no_text(value: Any) -> bool:
    """A text of SQLite's that is not UTF-8: read with surrogates for its odd bytes, which no driver writes back."""
    return isinstance(value, str) and not value.isascii() and any("\udc80" <= c <= "\udcff" for c in value)


def _as_text(value: str) -> ColumnElement[str]:
    raw = sa.literal(value.encode("utf-8", "surrogateescape"), sa.LargeBinary())
    return sa.cast(raw, sa.Text())


def _put_rows_back(
    connection: Connection, schema: Schema, table: str, columns: Sequence[str], loaded: sa.TableClause
) -> int:
    info = schema.tables[table]
    target = sql_table(schema, table)
    values = [_back(schema, info.columns[c], loaded.c[f"c{i}"]) for i, c in enumerate(columns)]
    compared = {c: c for c in (info.key or columns)}
    known = exists(target, where=tuple(_cells_equal(schema, table, target, loaded, compared, columns)))
    query = sa.select(*values).select_from(loaded).where(sa.not_(known))
    insert = _InsertBack(target).from_select([target.c[c] for c in columns], query)
    return connection.execute(insert, execution_options={"preserve_rowcount": True}).rowcount


def _put_cells_back(
    connection: Connection, schema: Schema, table: str, columns: Sequence[str], loaded: sa.TableClause
) -> int:
    """UPDATE the cells that still hold what the write made of them, in rows where all of them do."""
    info, target = schema.tables[table], sql_table(schema, table)
    changed = [c.removeprefix(NEW) for c in columns if c.startswith(NEW)]
    at = _cells_equal(schema, table, target, loaded, {c: c for c in info.key}, columns)
    untouched = _cells_equal(schema, table, target, loaded, {c: NEW + c for c in changed}, columns)
    values = {c: _back(schema, info.columns[c], loaded.c[f"c{list(columns).index(c)}"]) for c in changed}
    if schema.engine == "mariadb":
        times = (Family.NAIVE, Family.AWARE)
        names = [c.name for c in info.columns.values() if c.family in times and not c.generated]
        values = {**{c: target.c[c] for c in names}, **values}
    update = sa.update(target).values({target.c[c]: v for c, v in values.items()}).where(*at, *untouched)
    return connection.execute(update).rowcount


def _cells_equal(
    schema: Schema, table: str, target: FromClause, loaded: FromClause, names: dict[str, str], columns: Sequence[str]
) -> list[Bool]:
    """Cells of the store equal cells of the image to the byte, NULL being equal to NULL."""
    found: list[Bool] = []
    for column, name in names.items():
        info = schema.tables[table].columns[column]
        cell, image = target.c[column], loaded.c[f"c{list(columns).index(name)}"]
        if schema.engine == "postgresql" and column in schema.tables[table].key:
            found.append(cell == _back(schema, info, image))
        elif schema.engine == "mariadb" and info.family in (Family.TEXT, Family.ENUM, Family.JSON):
            same_bytes = sa.cast(cell, sa.LargeBinary()).is_not_distinct_from(sa.cast(image, sa.LargeBinary()))
            found.append(sa.and_(cell == image, same_bytes) if column in schema.tables[table].key else same_bytes)
        elif column in schema.tables[table].key:
            found.append(cell == image)
        else:
            found.append(_exact(schema, info, cell).is_not_distinct_from(image))
    return found


class _InsertBack(sa.Insert):
    """INSERT of rows as they were: identity columns keep their values."""

    inherit_cache = False


def _compile_insert_back(element: _InsertBack, compiler: Any, **kw: Any) -> str:
    text: str = compiler.visit_insert(element, **kw)
    if compiler.dialect.name == "postgresql":
        head, _, tail = text.partition(") SELECT ")
        return f"{head}) OVERRIDING SYSTEM VALUE SELECT {tail}"
    return text


compiles(_InsertBack)(_compile_insert_back)
