"""Reading a store's catalogue: every table, key and right in a constant number of queries, whatever its size."""

from __future__ import annotations

from sqlalchemy import Engine

from tillit.connectors.sql.connect import engine_name
from tillit.connectors.sql.schema_mariadb import read_mariadb
from tillit.connectors.sql.schema_postgresql import read_postgresql
from tillit.connectors.sql.schema_sqlite import read_sqlite
from tillit.model.schema import Schema


def read_schema(engine: Engine) -> Schema:
    """The schema as the engine's own catalogue tells it, seen with this connection's rights.

    PostgreSQL: the tables of every schema but the system's; those outside the default schema are named "schema.table",
    partitions are folded into their parent. MariaDB: the URL's database. SQLite: `main`, without virtual tables and
    their shadows. Views hold nothing of their own and are left out; what may hold copies (materialised views, row
    history) is told in `notes`.
    """
    with engine.connect() as connection:
        match engine_name(engine):
            case "postgresql":
                return read_postgresql(connection)
            case "mariadb":
                return read_mariadb(connection)
            case _:
                return read_sqlite(connection)
