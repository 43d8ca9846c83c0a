"""Database servers for tests: given from outside, or private ones that start when a test first asks.

`TILLIT_TEST_PG` and `TILLIT_TEST_MARIADB` name servers that may create databases (SQLAlchemy URLs; tests make their
own databases there and drop them). Where a variable is unset, a keeper process (keeper.py) is ready to start a private
server on a free loopback port. One keeper serves a whole run: pytest-xdist's workers find it through the environment.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal, assert_never

import sqlalchemy as sa

Engine = Literal["postgresql", "mariadb"]
ENGINES: tuple[Engine, ...] = ("postgresql", "mariadb")

START_SECONDS = 120.0
STOP_SECONDS = 30.0

GIVEN = {"postgresql": "TILLIT_TEST_PG", "mariadb": "TILLIT_TEST_MARIADB"}
KEPT = {"postgresql": "TILLIT_TEST_PG_KEEPER", "mariadb": "TILLIT_TEST_MARIADB_KEEPER"}
_counter = itertools.count(1)
_run = secrets.token_hex(3)


class ServerUnavailable(RuntimeError):
    """No server of that kind can be had here; the message says why and what to do."""


@contextmanager
def keepers() -> Iterator[None]:
    """Hold private servers ready for this process and its children, and stop those that were started.

    Nothing starts before somebody calls `server_url`. The keepers see it when this process dies, however it dies,
    stop their servers and remove their data folders.
    """
    with ExitStack() as stack:
        for engine in ENGINES:
            if not os.environ.get(GIVEN[engine]) and KEPT[engine] not in os.environ:
                stack.enter_context(_keeper(engine))
        yield


@contextmanager
def _keeper(engine: Engine) -> Iterator[None]:
    folder = Path(tempfile.mkdtemp(prefix=f"tillit-{engine[:2]}-", dir=_open_folder()))
    address = folder / "ask"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen(16)
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("keeper.py")), engine, str(folder), str(listener.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # ctrl-C is for pytest; the keeper stops when pytest lets go of it
        )
    os.environ[KEPT[engine]] = str(address)
    try:
        yield
    finally:
        del os.environ[KEPT[engine]]
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _open_folder() -> str:
    """The temporary folder, or /tmp where an unprivileged server could not reach the configured one."""
    configured = Path(tempfile.gettempdir()).resolve()
    reachable = all(folder.stat().st_mode & 0o001 for folder in (configured, *configured.parents))
    return str(configured) if reachable and len(str(configured)) < 60 else "/tmp"


def server_url(engine: Engine) -> str:
    """The URL of a running server of that kind, with the right to create databases.

    Raises ServerUnavailable, saying what is missing.
    """
    given = os.environ.get(GIVEN[engine])
    if given:
        return given
    address = os.environ.get(KEPT[engine])
    if not address:
        raise ServerUnavailable(f"no {engine} server: set {GIVEN[engine]}, or work inside servers.keepers()")
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(START_SECONDS)
        try:
            asking.connect(address)
            answer = json.loads(b"".join(iter(lambda: asking.recv(4096), b"")))
        except (OSError, ValueError) as error:
            raise ServerUnavailable(f"the keeper of the private {engine} server does not answer: {error}") from error
    if "url" not in answer:
        raise ServerUnavailable(f"{answer['error']}; or set {GIVEN[engine]} to a server that may create databases")
    return str(answer["url"])


@contextmanager
def fresh_database(engine: Engine) -> Iterator[str]:
    """An empty database of its own; the URL names driver psycopg or pymysql. It is dropped at the end."""
    server = sa.make_url(server_url(engine))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"tillit_{_run}_{worker}_{next(_counter)}"
    with _administrator(engine, server) as connection:
        connection.exec_driver_sql(_create(engine, name))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with _administrator(engine, server) as connection:
            _drop(connection, engine, name)


def _create(engine: Engine, name: str) -> str:
    match engine:
        case "postgresql":
            return f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy"
        case "mariadb":
            return f"CREATE DATABASE {name} CHARACTER SET utf8mb4"
        case _:
            assert_never(engine)


def _drop(connection: sa.Connection, engine: Engine, name: str) -> None:
    """Drop it even where a failed test left a transaction open."""
    if engine == "postgresql":
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        return
    sessions = sa.text("SELECT id FROM information_schema.processlist WHERE db = :name")
    for session in connection.scalars(sessions, {"name": name}).all():
        with suppress(sa.exc.SQLAlchemyError):  # it may have ended by itself
            connection.exec_driver_sql(f"KILL {int(session)}")
    connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")


_administrators: dict[str, sa.Engine] = {}


@contextmanager
def _administrator(engine: Engine, server: sa.URL) -> Iterator[sa.Connection]:
    """A connection outside transactions, kept open between tests: connecting costs more than creating."""
    url = server.set(database="postgres") if engine == "postgresql" else server
    key = url.render_as_string(hide_password=False)
    if key not in _administrators:
        _administrators[key] = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True)
    with _administrators[key].connect() as connection:
        yield connection
