"""Transactions that a plan is carried out in: one dedicated connection, discarded with its temporary tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.connect import BEGIN_OPTION, LOCK_TIMEOUT, engine_name
from tillit.connectors.sql.driver import bare
from tillit.model.errors import StoreError

# SQLSTATE 40001, 40P01, 55P03; MariaDB 1205, 1213, 1020; SQLite says it in words.
_STATES = {"40001", "40P01", "55P03"}
_NUMBERS = {1205, 1213, 1020}
_WORDS = ("database is locked", "database table is locked", "database is busy")


_PG_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('tillit writes', 0))"
_MY_LOCK = "CONCAT('tillit writes ', MD5(DATABASE()))"


@dataclass(frozen=True)
class Session:
    """One connection to a store for one run. Its temporary tables live as long as it does."""

    connection: Connection
    engine: str

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction: what was planned on is what is changed, or it is rolled back.

        PostgreSQL and MariaDB serialise; SQLite takes the write lock at once. Until the server has ended it, for good
        or not, `wait_for_writers` waits.
        """
        with self._named_lock(), self._transaction("SERIALIZABLE", immediate=True):
            if self.engine == "postgresql":
                self.connection.exec_driver_sql(_PG_LOCK)
            yield self.connection

    def wait_for_writers(self) -> None:
        """Return when no transaction of `writing` is under way in this database.

        A server goes on with a commit although its client has died: only then does the store show what was done.
        """
        if self.engine == "postgresql":
            with self._transaction("READ COMMITTED"):
                self.connection.exec_driver_sql(_PG_LOCK)
        with self._named_lock():
            return

    @contextmanager
    def _named_lock(self) -> Iterator[None]:
        """MariaDB's locks by name belong to the session, and end with it."""
        if self.engine != "mariadb":
            yield
            return
        with self.connection.begin():
            got = self.connection.exec_driver_sql(f"SELECT GET_LOCK({_MY_LOCK}, {LOCK_TIMEOUT})").scalar_one()
        if got != 1:
            raise StoreError(
                "another session of Tillit is still writing in this database", "run again when it has ended"
            )
        try:
            yield
        finally:
            with suppress(DBAPIError):  # a lost session has let go of it
                self.connection.exec_driver_sql(f"DO RELEASE_LOCK({_MY_LOCK})")
                self.connection.rollback()

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
            with bare(self.connection, f"SET TRANSACTION ISOLATION LEVEL {level}"):
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
