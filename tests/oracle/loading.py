"""The same as `tests.oracle.ddl`, for very many cases in one database: few statements, one connection kept, no ORM."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import sqlalchemy as sa

from tests.oracle import ddl
from tests.oracle.world import Row, Rows
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, TableInfo

Read = Callable[[Any], object]

# What SQLite keeps as text or as a number, and what MariaDB keeps as TINYINT, as `ddl` would read it.
SQLITE: dict[Family, Read] = {
    Family.BOOLEAN: bool,
    Family.DATE: date.fromisoformat,
    Family.NAIVE: datetime.fromisoformat,
    Family.AWARE: datetime.fromisoformat,
    Family.NUMBER: lambda value: Decimal(f"{value:.2f}"),
}
READ: dict[str, dict[Family, Read]] = {"sqlite": SQLITE, "mariadb": {Family.BOOLEAN: bool}, "postgresql": {}}


@dataclass
class Loader:
    """Loads cases one after the other into one database that nobody else uses, and reads them back."""

    engine: sa.Engine
    there: tuple[str, ...] = ()  # the tables of the case before
    _connection: sa.Connection | None = field(default=None, repr=False)
    _types: dict[tuple[object, ...], str] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return {"mysql": "mariadb"}.get(self.engine.dialect.name, self.engine.dialect.name)

    @property
    def connection(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self.engine.connect()
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def load(self, schema: Schema, rows: Rows) -> None:
        """The tables of `schema` with `rows` instead of whatever was there."""
        sent = [*self._dropping(), *(self._create(schema, info) for info in schema.tables.values())]
        self.there = tuple(schema.tables)
        if self.name == "postgresql":
            self._load_at_once(schema, rows, sent)
        else:
            self._load_in_turn(schema, rows, sent)

    def empty(self) -> None:
        """Drop what was loaded last."""
        self._send([self._unchecked(), *self._dropping()] if self.name != "postgresql" else self._dropping())
        self.there = ()

    def read(self, schema: Schema) -> Rows:
        """Every row of every table, in the oracle's values, ordered by key."""
        found: Rows = {}
        cursor = self._cursor()
        if self.name == "mariadb":
            cursor.execute("SET time_zone = '+00:00'")
        for name, info in schema.tables.items():
            cursor.execute(f"SELECT {', '.join(map(self._quote, info.columns))} FROM {self._quote(name)}")
            found[name] = ddl.in_order([self._row(info, told) for told in cursor.fetchall()], info.key)
        cursor.close()
        self._raw().rollback()
        return found

    def _load_at_once(self, schema: Schema, rows: Rows, sent: list[str]) -> None:
        """PostgreSQL: one round trip; the declared keys last, since they may be mutual."""
        cursor = psycopg.ClientCursor(self._raw())
        for info in schema.tables.values():
            for values in self._values(info, rows):
                marks = ", ".join(["%s"] * len(values))
                sent.append(cursor.mogrify(f"{self._insert(info)} VALUES ({marks})", values))
        sent += [f"ALTER TABLE {self._quote(key.table)} ADD {self._key(key)}" for key in schema.foreign_keys]
        self._send(["; ".join(sent)])

    def _load_in_turn(self, schema: Schema, rows: Rows, sent: list[str]) -> None:
        """SQLite and MariaDB: unchecked meanwhile, since the declared keys stand in the tables from the start."""
        cursor = self._cursor()
        for statement in (self._unchecked(), *sent):
            cursor.execute(statement)
        if self.name == "mariadb":
            cursor.execute("SET time_zone = '+00:00'")
        mark = "?" if self.name == "sqlite" else "%s"
        cursor.execute("BEGIN")
        for info in schema.tables.values():
            values = self._values(info, rows)
            if values:
                cursor.executemany(f"{self._insert(info)} VALUES ({', '.join([mark] * len(info.columns))})", values)
        cursor.execute("COMMIT")
        dangling = self.name == "sqlite" and cursor.execute("PRAGMA foreign_key_check").fetchone() is not None
        cursor.close()
        if dangling:
            raise AssertionError("the case breaks a declared foreign key")

    def _unchecked(self) -> str:
        return "PRAGMA foreign_keys = OFF" if self.name == "sqlite" else "SET foreign_key_checks = 0"

    def _dropping(self) -> list[str]:
        listed = [self._quote(table) for table in self.there]
        if self.name == "sqlite":
            return [f"DROP TABLE {table}" for table in listed]
        cascade = " CASCADE" if self.name == "postgresql" else ""
        return [f"DROP TABLE {', '.join(listed)}{cascade}"] if listed else []

    def _create(self, schema: Schema, info: TableInfo) -> str:
        parts = [
            f"{self._quote(c.name)} {self._type(c)}{'' if c.nullable else ' NOT NULL'}" for c in info.columns.values()
        ]
        parts += [f"PRIMARY KEY ({self._list(info.key)})"] if info.key else []
        for unique in info.uniques:
            named = f"CONSTRAINT {self._quote(unique.name)} " if unique.name else ""
            parts.append(f"{named}UNIQUE ({self._list(unique.columns)})")
        if self.name != "postgresql":  # MariaDB copies a table that gets a key later
            parts += [self._key(key) for key in schema.foreign_keys if key.table == info.name]
        return f"CREATE TABLE {self._quote(info.name)} ({', '.join(parts)})"

    def _key(self, key: ForeignKey) -> str:
        action = "" if key.on_delete == "NO ACTION" else f" ON DELETE {key.on_delete}"
        named = f"CONSTRAINT {self._quote(key.name)} " if key.name else ""
        to = f"{self._quote(key.parent)} ({self._list(key.parent_columns)})"
        return f"{named}FOREIGN KEY ({self._list(key.columns)}) REFERENCES {to}{action}"

    def _type(self, info: ColumnInfo) -> str:
        """As `ddl` has it, worked out once."""
        which = (info.family, info.length, info.type, info.nullable)
        if which not in self._types:
            told = ddl.column_type(info).compile(self.engine.dialect)
            zero = " NULL" if self.name == "mariadb" and told == "TIMESTAMP" and info.nullable else ""
            self._types[which] = told + zero
        return self._types[which]

    def _insert(self, info: TableInfo) -> str:
        return f"INSERT INTO {self._quote(info.name)} ({self._list(info.columns)})"

    def _values(self, info: TableInfo, rows: Rows) -> list[tuple[object, ...]]:
        told = (ddl.to_sql(self.connection, row) for row in rows.get(info.name, ()))
        return [tuple(self._written(row.get(c)) for c in info.columns) for row in told]

    def _written(self, value: object) -> object:
        """SQLite has no dates and decimals of its own: as SQLAlchemy writes them."""
        if self.name != "sqlite":
            return value
        if isinstance(value, datetime):
            return value.isoformat(" ", "microseconds")
        if isinstance(value, date):
            return value.isoformat()
        return float(value) if isinstance(value, Decimal) else value

    def _row(self, info: TableInfo, told: Iterable[object]) -> Row:
        kinds = READ[self.name]
        row: Row = {}
        for column, value in zip(info.columns.values(), told, strict=True):
            read = kinds.get(column.family)
            row[column.name] = value if read is None or value is None else read(value)
        return ddl.from_sql(info, row)

    def _list(self, names: Iterable[str]) -> str:
        return ", ".join(map(self._quote, names))

    def _quote(self, name: str) -> str:
        return self.engine.dialect.identifier_preparer.quote(name)

    def _send(self, statements: Iterable[str]) -> None:
        """Outside SQLAlchemy, which would take them for its own to compile; committed."""
        cursor = self._cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        self._raw().commit()

    def _cursor(self) -> Any:
        return self._raw().cursor()

    def _raw(self) -> Any:
        return self.connection.connection.driver_connection
