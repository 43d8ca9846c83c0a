"""The same as `tests.oracle.ddl`, for very many cases in one database: few statements, one connection kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint, CreateTable

from tests.oracle import ddl
from tests.oracle.world import Rows
from tillit.model.schema import Schema


@dataclass
class Loader:
    """Loads cases one after the other into one database that nobody else uses, and reads them back."""

    engine: sa.Engine
    there: tuple[str, ...] = ()  # the tables of the case before
    _connection: sa.Connection | None = field(default=None, repr=False)

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
        connection, name = self.connection, self.engine.dialect.name
        inline = name != "postgresql"  # MariaDB copies a table that gets a key later
        metadata = ddl.tables(schema, keys=inline)
        if name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        elif name != "postgresql":
            connection.exec_driver_sql("SET foreign_key_checks = 0")
        self._drop(name)
        for statement in self._creating(metadata, name, schema):
            connection.exec_driver_sql(statement)
        self.there = tuple(metadata.tables)
        ddl.insert(connection, metadata, rows)
        if not inline:
            keyed = ddl.tables(schema, keys=True)
            keys = [AddConstraint(k) for t in keyed.tables.values() for k in t.foreign_key_constraints]
            if keys:
                connection.exec_driver_sql("; ".join(str(k.compile(self.engine)) for k in keys))
        connection.commit()
        if name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise AssertionError("the case breaks a declared foreign key")
        connection.rollback()

    def empty(self) -> None:
        """Drop what was loaded last."""
        name = self.engine.dialect.name
        if name != "postgresql":
            off = "PRAGMA foreign_keys = OFF" if name == "sqlite" else "SET foreign_key_checks = 0"
            self.connection.exec_driver_sql(off)
        self._drop(name)
        self.connection.commit()
        self.there = ()

    def _drop(self, name: str) -> None:
        quote = self.engine.dialect.identifier_preparer.quote
        listed = [quote(table) for table in self.there]
        if name == "sqlite":
            for table in listed:
                self.connection.exec_driver_sql(f"DROP TABLE {table}")
        elif listed:
            cascade = " CASCADE" if name == "postgresql" else ""
            self.connection.exec_driver_sql(f"DROP TABLE {', '.join(listed)}{cascade}")

    def _creating(self, metadata: sa.MetaData, name: str, schema: Schema) -> list[str]:
        """CREATE TABLE with the declared keys inside, whatever the order (use_alter would put them after)."""
        for table in metadata.tables.values():
            for key in table.foreign_key_constraints:
                key.use_alter = False
        found = [str(CreateTable(table).compile(self.engine)) for table in metadata.tables.values()]
        return ["; ".join(found)] if name == "postgresql" else found

    def read(self, schema: Schema) -> Rows:
        """Every row of every table, in the oracle's values, ordered by key."""
        metadata = ddl.tables(schema, keys=False)
        if self.engine.dialect.name in ("mysql", "mariadb"):
            self.connection.exec_driver_sql("SET time_zone = '+00:00'")
        found: Rows = {}
        for name, info in schema.tables.items():
            columns = [c.name for c in metadata.tables[name].columns]
            told = self.connection.execute(sa.select(metadata.tables[name]))
            found[name] = ddl.in_order([ddl.from_sql(info, dict(zip(columns, r, strict=True))) for r in told], info.key)
        self.connection.rollback()
        return found
