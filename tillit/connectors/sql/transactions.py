"""Transactions that a plan is carried out in: one dedicated connection, discarded with its temporary tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.connect import BEGIN_OPTION, engine_name

# SQLSTATE 40001, 40P01, 55P03; MariaDB 1205, 1213, 1020; SQLite says it in words.
_STATES = {"40001", "40P01", "55P03"}
_NUMBERS = {1205, 1213, 1020}
_WORDS = ("database is locked", "database table is locked", "database is busy")


@dataclass(frozen=True)
class Session:
    """One connection to a store for one run. Its temporary tables live as long as it does."""

    connection: Connection
    engine: str

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction: what was planned on is what is changed, or it is rolled back.

        PostgreSQL and MariaDB serialise; SQLite takes the write lock at once.
        """
        with self._transaction("SERIALIZABLE", immediate=True):
            yield self.connection

    @contextmanager
    def planning(self) -> Iterator[Connection]:
        """A transaction that sees one state, keeps its temporary tables, and takes no lock that writers wait for."""
        with self._transaction("REPEATABLE READ"):
            yield self.connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state and is always rolled back."""
        with self._transaction("REPEATABLE READ") as transaction:
            yield self.connection
            transaction.rollback()

    @contextmanager
    def _transaction(self, level: IsolationLevel, *, immediate: bool = False) -> Iterator[RootTransaction]:
        if self.engine == "sqlite":
            self.connection.execution_options(**{BEGIN_OPTION: "IMMEDIATE" if immediate else "DEFERRED"})
        else:
            self.connection.execution_options(isolation_level=level)
        with self.connection.begin() as transaction:
            yield transaction


@contextmanager
def session(engine: Engine) -> Iterator[Session]:
    """A dedicated connection, closed for good at the end: no temporary table outlives it."""
    connection = engine.connect()
    try:
        yield Session(connection, engine_name(engine))
    finally:
        connection.invalidate()
        connection.close()


def retryable(error: BaseException) -> bool:
    """The store refused because of somebody else's transaction: the same work may succeed when planned again."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return False
    if getattr(error.orig, "sqlstate", None) in _STATES:
        return True
    number = error.orig.args[0] if error.orig.args else None
    return number in _NUMBERS or any(word in str(error.orig) for word in _WORDS)
