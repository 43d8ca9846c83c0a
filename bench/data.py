"""The shop that is measured on: ten tables, 50 rows a customer, made inside each engine from row numbers alone.

Rows of a customer lie scattered, as they do where rows are written as they happen; times grow with the key. The same
number of customers gives the same rows on every engine, and in every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from tillit.connectors.sql.connect import engine_name

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WRITTEN_FROM = 1_000_000_000  # keys from here on are those of rows that somebody wrote while a sweep ran
_DAY = 86_400


@dataclass(frozen=True)
class Column:
    """A column: `value` is SQL over the row's number `i`; `//` divides whole numbers, `@` names the row's own time."""

    name: str
    type: str  # id, text, long, time, int
    value: str
    parent: str = ""  # a declared key to this table, indexed
    unique: bool = False


@dataclass(frozen=True)
class Table:
    """A table: `per_hundred` rows for each hundred customers, whose times are spread over `days` days before `NOW`."""

    name: str
    per_hundred: int
    columns: tuple[Column, ...]
    days: int = 1

    def rows(self, people: int) -> int:
        return people * self.per_hundred // 100


_OWNER = "{i} * 7919 % {people} + 1"  # scattered: 7919 is prime, so that every customer gets as many


def _owner(name: str = "customer_id", i: str = "i") -> Column:
    return Column(name, "id", _OWNER.replace("{i}", i), "customers")


TABLES: tuple[Table, ...] = (
    Table(
        "customers",
        100,
        (
            Column("name", "text", "'Name ' || i || ' Example'"),
            Column("email", "text", "'person' || i || '@example.com'", unique=True),
            Column("phone", "text", "'070-' || (1000000 + i)"),
            Column("created_at", "time", "@"),
        ),
        3000,
    ),
    Table(
        "addresses",
        100,
        (_owner(), Column("street", "text", "'Street ' || i"), Column("city", "text", "'City ' || (i % 290)")),
    ),
    Table(
        "orders",
        400,
        (
            _owner(),
            Column(
                "status", "text", "CASE WHEN i > {rows} - {rows} // 50 AND i % 2 = 0 THEN 'open' ELSE 'shipped' END"
            ),
            Column("note", "text", "CASE WHEN i % 3 = 0 THEN 'Leave it with neighbour ' || i END"),
            Column("total", "int", "i % 5000"),
            Column("created_at", "time", "@"),
        ),
        3285,
    ),
    Table(
        "order_lines",
        1200,
        (
            Column("order_id", "id", "(i - 1) // 3 + 1", "orders"),
            Column("product", "int", "i % 4000"),
            Column("quantity", "int", "i % 5 + 1"),
            Column("engraving", "text", "CASE WHEN i % 10 = 0 THEN 'To my dear number ' || i END"),
        ),
    ),
    Table(
        "payments",
        400,
        (
            Column("order_id", "id", "i", "orders"),
            _owner(),
            Column("bill_name", "text", "'Name ' || (" + _OWNER.replace("{i}", "i") + ") || ' Example'"),
            Column("amount", "int", "i % 5000"),
            Column("paid_at", "time", "@"),
        ),
        3285,
    ),
    Table(
        "tickets", 200, (_owner(), Column("subject", "text", "'Question ' || i"), Column("opened_at", "time", "@")), 900
    ),
    Table(
        "messages",
        600,
        (
            Column("ticket_id", "id", "(i - 1) // 3 + 1", "tickets"),
            _owner("sender_id", "((i - 1) // 3 + 1)"),
            Column("recipient_id", "id", "CASE WHEN i % 3 = 0 THEN i * 104729 % {people} + 1 END", "customers"),
            Column("body", "long", "'I have a question about my order ' || i || ': " + "it has not come. " * 6 + "'"),
            Column("sent_at", "time", "@"),
        ),
        900,
    ),
    Table(
        "logins",
        800,
        (
            _owner(),
            Column("ip", "text", "'10.' || (i % 250) || '.' || (i // 250 % 250) || '.7'"),
            Column("browser", "text", "'Browser/' || (i % 90) || ' (like the others)'"),
            Column("at", "time", "@"),
        ),
        260,
    ),
    Table(
        "page_views",
        1150,
        (
            Column("customer_id", "id", "CASE WHEN i % 5 > 0 THEN " + _OWNER.replace("{i}", "i") + " END", "customers"),
            Column("page", "text", "'/products/' || (i % 4000) || '/reviews'"),
            Column("ip", "text", "'10.' || (i % 250) || '.' || (i // 250 % 250) || '.9'"),
            Column("at", "time", "@"),
        ),
        740,
    ),
    Table(
        "newsletter",
        50,
        (
            Column("customer_id", "id", "i * 2", "customers"),
            Column("email", "text", "'person' || (i * 2) || '@example.com'"),
            Column("topic", "int", "i % 3"),
        ),
    ),
)

NAMES = tuple(table.name for table in TABLES)
NOT_INDEXED = {t.name: next(c.name for c in t.columns if not c.parent and not c.unique) for t in TABLES}
_TYPES = {
    "postgresql": {"id": "bigint", "text": "varchar(120)", "long": "text", "time": "timestamp", "int": "integer"},
    "mariadb": {"id": "bigint", "text": "varchar(120)", "long": "text", "time": "datetime", "int": "integer"},
    "sqlite": {"id": "integer", "text": "text", "long": "text", "time": "timestamp", "int": "integer"},
}


def total_rows(people: int) -> int:
    """Rows of all tables."""
    return sum(table.rows(people) for table in TABLES)


def build(engine: Engine, people: int) -> None:
    """Make the tables, fill them, then index them and declare their keys, all inside the engine."""
    name = engine_name(engine)
    with engine.connect() as connection:
        raw = _autocommitting(connection)
        cursor = raw.cursor()
        for statement in _settings(name):
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(_create(name, table))
            cursor.execute(_fill(name, table, people))
        for table in TABLES:
            for statement in _indexes(name, table):
                cursor.execute(statement)
        for statement in _finish(name):
            cursor.execute(statement)
            cursor.fetchall() if name == "mariadb" else None
        cursor.close()
        connection.invalidate()


def _autocommitting(connection: Connection) -> Any:
    raw: Any = connection.connection.driver_connection
    if engine_name(connection.engine) == "mariadb":
        raw.autocommit(True)
    elif engine_name(connection.engine) == "postgresql":
        raw.rollback()
        raw.autocommit = True
    return raw


def _settings(engine: str) -> Sequence[str]:
    match engine:
        case "postgresql":
            return ("SET maintenance_work_mem = '256MB'", "SET synchronous_commit = off")
        case "mariadb":
            return ("SET sql_mode = 'PIPES_AS_CONCAT'", "SET foreign_key_checks = 0", "SET unique_checks = 0")
        case _:
            return ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000")


def _create(engine: str, table: Table) -> str:
    types = _TYPES[engine]
    key = "integer PRIMARY KEY" if engine == "sqlite" else "bigint PRIMARY KEY"
    columns = [f"id {key}", *(f"{_named(engine, c.name)} {types[c.type]}" for c in table.columns)]
    if engine == "sqlite":
        columns += [f"FOREIGN KEY ({c.name}) REFERENCES {c.parent} (id)" for c in table.columns if c.parent]
    return f"CREATE TABLE {table.name} ({', '.join(columns)})" + (" ENGINE = InnoDB" if engine == "mariadb" else "")


def _fill(engine: str, table: Table, people: int) -> str:
    rows = table.rows(people)
    values = ", ".join(_value(engine, table, column, people) for column in table.columns)
    match engine:
        case "postgresql":
            source = f"generate_series(1::bigint, {rows}) AS s (i)"
        case "mariadb":
            source = f"(SELECT seq AS i FROM seq_1_to_{rows}) AS s"
        case _:
            numbers = f"WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {rows}) "
            return f"INSERT INTO {table.name} {numbers}SELECT i, {values} FROM s"
    return f"INSERT INTO {table.name} SELECT i, {values} FROM {source}"


def _value(engine: str, table: Table, column: Column, people: int) -> str:
    rows = table.rows(people)
    if column.value == "@":
        start = NOW.replace(tzinfo=None) - timedelta(days=table.days)
        return _time(engine, start, f"(i * {table.days * _DAY} // {rows})".replace("//", _whole(engine)))
    value = column.value.replace("{people}", str(people)).replace("{rows}", str(rows))
    return value.replace("//", _whole(engine))


def _whole(engine: str) -> str:
    return "DIV" if engine == "mariadb" else "/"


def _time(engine: str, start: datetime, seconds: str) -> str:
    match engine:
        case "postgresql":
            return f"TIMESTAMP '{start}' + make_interval(secs => {seconds})"
        case "mariadb":
            return f"TIMESTAMP '{start}' + INTERVAL {seconds} SECOND"
        case _:
            epoch = int(start.replace(tzinfo=UTC).timestamp())
            return f"datetime({epoch} + {seconds}, 'unixepoch')"


def _indexes(engine: str, table: Table) -> list[str]:
    wanted = []
    for column in table.columns:
        if column.unique:
            wanted.append(f"CREATE UNIQUE INDEX {table.name}_{column.name} ON {table.name} ({column.name})")
        elif column.parent:
            wanted.append(f"CREATE INDEX {table.name}_{column.name} ON {table.name} ({column.name})")
    if engine == "sqlite":
        return wanted
    for column in table.columns:
        if column.parent:
            wanted.append(
                f"ALTER TABLE {table.name} ADD CONSTRAINT {table.name}_{column.name}_fk "
                f"FOREIGN KEY ({column.name}) REFERENCES {column.parent} (id)"
            )
    return wanted


def _finish(engine: str) -> list[str]:
    match engine:
        case "postgresql":
            return ["VACUUM ANALYZE", "CHECKPOINT"]
        case "mariadb":
            return [f"ANALYZE TABLE {name}" for name in NAMES]
        case _:
            return ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"]


def _named(engine: str, name: str) -> str:
    return f"`{name}`" if engine == "mariadb" else f'"{name}"'


def fingerprint(engine: Engine) -> dict[str, tuple[int, ...]]:
    """What each table holds, as sums that differ when a row or a cell does: to show that two sides did the same."""
    name = engine_name(engine)
    found: dict[str, tuple[int, ...]] = {}
    with engine.connect() as connection:
        for table in TABLES:
            cells = []
            for column in table.columns:
                quoted = _named(name, column.name)
                size = f"length({quoted})" if column.type in ("text", "long") else "1"
                cells += [f"count({quoted})", f"sum(CASE WHEN {quoted} IS NULL THEN 0 ELSE id % 9973 * {size} END)"]
            row = connection.exec_driver_sql(
                f"SELECT count(*), sum(id), {', '.join(cells)} FROM {table.name} WHERE id < {WRITTEN_FROM}".replace(
                    "%", _percent(name)
                )
            ).one()
            found[table.name] = tuple(int(value or 0) for value in row)
    return found


def _percent(engine: str) -> str:
    return "%" if engine == "sqlite" else "%%"
