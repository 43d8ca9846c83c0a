"""The private database servers of tests: one a run, seen by every worker, and gone afterwards however a run ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support import servers
from tests.support.availability import unavailable
from tests.support.repository import ROOT

HOLDER = """
import os, sys, time
from tests.support import servers
from tests.support.availability import unavailable
with servers.keepers():
    print(servers.server_url(sys.argv[1]), os.environ[servers.KEPT[sys.argv[1]]], flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=servers.ENGINES)
def engine(request: pytest.FixtureRequest, new_database: Callable[[servers.Engine], str]) -> servers.Engine:
    engine: servers.Engine = request.param
    new_database(engine)  # skips or fails here when this engine cannot be had
    return engine


def alone() -> dict[str, str]:
    """This environment without any server, given or kept."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TILLIT_TEST_")}


def tables_of(url: str) -> list[str]:
    store = sa.create_engine(url)
    try:
        return sa.inspect(store).get_table_names()
    finally:
        store.dispose()


def test_every_test_gets_an_empty_database(engine: servers.Engine):
    with servers.fresh_database(engine) as first, servers.fresh_database(engine) as second:
        assert first != second
        store = sa.create_engine(first)
        with store.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE letters (id integer PRIMARY KEY)")
        store.dispose()
        assert tables_of(first) == ["letters"]
        assert tables_of(second) == []
    with pytest.raises(sa.exc.OperationalError):
        tables_of(first)


def test_a_database_goes_even_when_a_transaction_is_left_open(engine: servers.Engine):
    with servers.fresh_database(engine) as url:
        store = sa.create_engine(url)
        forgotten = store.connect()
        forgotten.exec_driver_sql("CREATE TABLE letters (id integer PRIMARY KEY)")
        forgotten.commit()
        forgotten.exec_driver_sql("INSERT INTO letters VALUES (1)")
        began = time.monotonic()
    assert time.monotonic() - began < 5
    forgotten.invalidate()
    store.dispose()


def test_the_drivers_are_the_supported_ones(pg_url: str, mariadb_url: str):
    assert sa.make_url(pg_url).drivername == "postgresql+psycopg"
    assert sa.make_url(mariadb_url).drivername == "mysql+pymysql"


def test_workers_of_one_run_share_one_server(engine: servers.Engine):
    code = "import sys; from tests.support import servers; print(servers.server_url(sys.argv[1]))"
    child = subprocess.run(
        [sys.executable, "-c", code, engine], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert child.stdout.strip() == servers.server_url(engine)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_private_server_dies_with_the_run(engine: servers.Engine, how: signal.Signals):
    if os.environ.get(servers.GIVEN[engine]):
        pytest.skip("a server was given: private ones may not be possible here")
    run = [sys.executable, "-c", HOLDER, engine]
    with subprocess.Popen(run, cwd=ROOT, env=alone(), stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        url, address = holder.stdout.readline().split()
        port = sa.make_url(url).port
        folder = Path(address).parent
        assert listens(port)
        assert folder.is_dir()
        holder.send_signal(how)
    until = time.monotonic() + 20
    while (listens(port) or folder.exists()) and time.monotonic() < until:
        time.sleep(0.1)
    assert not listens(port)
    assert not folder.exists()


def listens(port: int | None) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_no_server_is_said_plainly(monkeypatch: pytest.MonkeyPatch):
    for name in list(os.environ):
        if name.startswith("TILLIT_TEST_"):
            monkeypatch.delenv(name)
    with pytest.raises(servers.ServerUnavailable, match="TILLIT_TEST_PG"):
        servers.server_url("postgresql")


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_what_cannot_be_had_is_a_failure_only_in_ci(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no server"):
        unavailable("no server")
