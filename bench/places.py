"""Where the measured databases live, and how each side of a pair gets its own identical copy.

PostgreSQL copies a template database, SQLite a file, MariaDB the data folder of a stopped server. The servers are
private ones without fsync, with buffers that hold the data, as a company's would; both sides use the same.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine

from bench.data import TABLES, build
from tests.support import keeper
from tillit.connectors.sql.connect import open_engine

ENGINES = ("postgresql", "mariadb", "sqlite")
_PG_SETTINGS = (
    "shared_buffers=2GB", "effective_cache_size=4GB", "work_mem=32MB", "maintenance_work_mem=256MB",
    "temp_buffers=64MB", "max_wal_size=8GB", "random_page_cost=1.1", "autovacuum=off",
)  # fmt: skip
_MARIADB_SETTINGS = (
    "--innodb-buffer-pool-size=2G", "--innodb-log-file-size=1G", "--tmp-table-size=64M", "--max-heap-table-size=64M",
    "--innodb-io-capacity=2000", "--innodb-buffer-pool-dump-at-shutdown=0", "--innodb-buffer-pool-load-at-startup=0",
)  # fmt: skip


class Place(ABC):
    """One engine's databases. `make` builds the pristine one; `copy` gives an engine on a fresh copy of it."""

    @abstractmethod
    def make(self, people: int) -> None:
        """Build the pristine database anew."""

    @abstractmethod
    def fresh(self) -> str:
        """The URL of a new copy, in place of the last one; its pages are warm as far as the engine lets us."""

    @contextmanager
    def copy(self) -> Iterator[Engine]:
        """An engine on a fresh copy, opened as the product opens stores."""
        engine = open_engine(self.fresh())
        try:
            yield engine
        finally:
            engine.dispose()


class Files(Place):
    """SQLite: a file and its copy."""

    def __init__(self, folder: Path) -> None:
        self.pristine, self.work = folder / "pristine.sqlite", folder / "work.sqlite"

    def make(self, people: int) -> None:
        for path in (self.pristine, self.work):
            _remove(path)
        self.pristine.touch()  # the product never creates a store
        engine = open_engine(f"sqlite:///{self.pristine}")
        build(engine, people)
        engine.dispose()

    def fresh(self) -> str:
        _remove(self.work)
        shutil.copyfile(self.pristine, self.work)
        return f"sqlite:///{self.work}"


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


class Templates(Place):
    """PostgreSQL: a template database and its copy."""

    def __init__(self, server: str) -> None:
        self.server = sa.make_url(server)
        self.admin = sa.create_engine(self.server.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def make(self, people: int) -> None:
        self._run(
            "DROP DATABASE IF EXISTS bench_work WITH (FORCE)", "DROP DATABASE IF EXISTS bench_pristine WITH (FORCE)"
        )
        self._run("CREATE DATABASE bench_pristine TEMPLATE template0")
        engine = open_engine(self._url("bench_pristine"))
        build(engine, people)
        with engine.begin() as connection, suppress(sa.exc.SQLAlchemyError):
            connection.exec_driver_sql("CREATE EXTENSION pg_prewarm")
        engine.dispose()

    def fresh(self) -> str:
        self._run("DROP DATABASE IF EXISTS bench_work WITH (FORCE)")
        self._run("CREATE DATABASE bench_work TEMPLATE bench_pristine STRATEGY file_copy")
        warm = sa.create_engine(self._url("bench_work"))
        with warm.begin() as connection, suppress(sa.exc.SQLAlchemyError):
            connection.exec_driver_sql(
                "SELECT sum(pg_prewarm(oid::regclass)) FROM pg_class WHERE relkind IN ('r', 'i', 't')"
            )
        warm.dispose()
        return self._url("bench_work")

    def _url(self, database: str) -> str:
        return self.server.set(database=database).render_as_string(hide_password=False)

    def _run(self, *statements: str) -> None:
        with self.admin.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


class Folders(Place):
    """MariaDB: the data folder of a stopped server and its copy."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pristine, self.data = folder, folder / "pristine", folder / "data"
        self.server: subprocess.Popen[bytes] | None = None
        keeper.prepare_mariadb(folder)
        self.empty = folder / "empty"
        self.data.rename(self.empty)

    def make(self, people: int) -> None:
        self.stop()
        shutil.rmtree(self.pristine, ignore_errors=True)
        self._take(self.empty)
        url = self._start()
        server = sa.create_engine(url.set(database="mysql"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE bench CHARACTER SET utf8mb4")
        server.dispose()
        engine = open_engine(url.render_as_string(hide_password=False))
        build(engine, people)
        engine.dispose()
        self.stop()
        self.data.rename(self.pristine)

    def fresh(self) -> str:
        self.stop()
        self._take(self.pristine)
        url = self._start()
        warm = sa.create_engine(url)
        with warm.connect() as connection:
            for table in TABLES:
                for index in ("PRIMARY", *(f"{table.name}_{c.name}" for c in table.columns if c.parent)):
                    connection.exec_driver_sql(f"SELECT count(*), max(id) FROM {table.name} FORCE INDEX ({index})")
        warm.dispose()
        return url.render_as_string(hide_password=False)

    def _take(self, source: Path) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        subprocess.run(["cp", "-a", str(source), str(self.data)], check=True)

    def _start(self) -> sa.URL:
        port = keeper.free_port()
        self.server = keeper.spawn([*keeper.command_mariadb(self.folder, port), *_MARIADB_SETTINGS], self.folder)
        url = sa.make_url(keeper.KINDS["mariadb"].url.format(password=keeper.PASSWORD, port=port)).set(database="bench")
        _wait(url.set(database="mysql"), self.server, self.folder)
        return url

    def stop(self) -> None:
        """Shut the server down cleanly, so that its folder can be copied."""
        if self.server is not None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(300)
            self.server = None


@contextmanager
def place(engine: str, folder: Path) -> Iterator[Place]:
    """The databases of one engine, in a folder of their own that is removed at the end."""
    own = Path(tempfile.mkdtemp(prefix=f"bench-{engine[:2]}-", dir=folder))
    own.chmod(0o755)
    try:
        if engine == "sqlite":
            yield Files(own)
        elif engine == "mariadb":
            _give(own)
            folders = Folders(own)
            try:
                yield folders
            finally:
                folders.stop()
        else:
            with _postgresql(own) as url:
                yield Templates(url)
    finally:
        shutil.rmtree(own, ignore_errors=True)


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    _give(folder)
    keeper.prepare_postgresql(folder)
    port = keeper.free_port()
    settings = [word for setting in _PG_SETTINGS for word in ("-c", setting)]
    server = keeper.spawn([*keeper.command_postgresql(folder, port), *settings], folder)
    url = keeper.KINDS["postgresql"].url.format(password=keeper.PASSWORD, port=port)
    try:
        _wait(sa.make_url(url).set(database="postgres"), server, folder)
        yield url
    finally:
        keeper.stop(server, signal.SIGINT)


def _give(folder: Path) -> None:
    """Database servers refuse to run as root: the folder is the unprivileged account's."""
    if os.getuid() == 0:
        account = keeper.unprivileged()
        os.chown(folder, account.pw_uid, account.pw_gid)


def _wait(url: sa.URL, server: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + 120
    engine = sa.create_engine(url)
    while True:
        try:
            with engine.connect():
                break
        except sa.exc.SQLAlchemyError:
            if server.poll() is not None or time.monotonic() > until:
                raise keeper.CannotStart(keeper.last_words(folder / "log")) from None
            time.sleep(0.1)
    engine.dispose()
