"""Helpers of the connector tests: DDL as text, statements counted."""

from __future__ import annotations

from collections.abc import Callable

import pymysql
import sqlalchemy as sa
from pymysql.constants import CLIENT


def run(url: str, script: str) -> None:
    """Run a script of several statements as the driver takes it."""
    parsed = sa.make_url(url)
    if parsed.drivername.startswith("sqlite"):
        import sqlite3

        with sqlite3.connect(str(parsed.database)) as lite:
            lite.executescript(script)
        lite.close()
    elif parsed.drivername.startswith("postgresql"):
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute(script)
        engine.dispose()
    else:
        maria = pymysql.connect(
            host=parsed.host,
            port=parsed.port or 3306,
            user=parsed.username,
            password=parsed.password or "",
            database=parsed.database,
            charset="utf8mb4",
            client_flag=CLIENT.MULTI_STATEMENTS,
            autocommit=True,
        )
        with maria.cursor() as cursor:
            cursor.execute(script)
            while cursor.nextset():
                pass
        maria.close()


def statements_of(engine: sa.Engine, work: Callable[[], object]) -> int:
    """How many statements `work` sends."""
    sent = []

    def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", count)
    work()
    sa.event.remove(engine, "before_cursor_execute", count)
    return len(sent)
