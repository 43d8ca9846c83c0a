"""When telling fails after a run is committed, the error still names the run and the request."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.run.shop import NOW
from tests.support.repository import ROOT
from tillit.model.errors import Braked, StoreError
from tillit.service.committed import notes_of
from tillit.service.sweep import sweep

LINNEA = ("--email", "linnea.berg@example.com")
ERASE = ("forget", *LINNEA, "--apply", "--vouched-by", "Dana")
SWEEP = ("sweep", "--apply", "--approve", "--by", "Dana")


def newest(tillit) -> dict[str, Any]:
    return dict(tillit("status", "-f", "json").json["runs"][0])


def requests(tillit) -> list[str]:
    return [r["id"] for r in tillit("status", "-f", "json").json["requests"]]


class Full:
    """A standard output that takes nothing."""

    encoding = "utf-8"

    def __init__(self, number: int) -> None:
        self.number = number

    def isatty(self) -> bool:
        return False

    def write(self, _: str) -> int:
        raise OSError(self.number, os.strerror(self.number))

    def flush(self) -> None: ...


@pytest.fixture(params=[errno.ENOSPC, errno.EPIPE], ids=["full disk", "broken pipe"])
def broken(request, monkeypatch, tillit):
    """Runs a command whose answer cannot be written."""

    def run(*arguments: str):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", Full(request.param))
            return tillit(*arguments)

    return run


@pytest.mark.parametrize("format_", ["text", "json"])
def test_a_sweep(tillit, broken, format_):
    said = broken(*SWEEP, "-f", format_)
    run = newest(tillit)
    assert said.code in (2, 130)
    assert f"committed: run {run['id']}, {run['rows']} rows removed" in said.err
    assert run["rows"] == 4
    assert run["state"] == "done"


@pytest.mark.parametrize("format_", ["text", "json"])
def test_an_erasure_and_its_undo(tillit, broken, shop, format_):
    before = shop.rows()
    shop.execute("INSERT INTO products VALUES (3, 'Made for linnea.berg@example.com')")
    said = broken(*ERASE, "-f", format_)
    run = newest(tillit)
    (request,) = requests(tillit)
    assert f"committed: run {run['id']}" in said.err
    assert f"Request {request} is not complete" in said.err
    assert "linnea" not in said.err.lower()
    shop.execute("DELETE FROM products WHERE id = 3")
    said = broken("undo", "last", "--by", "Dana", "--reason", "wrong_person", "--second", "Karin", "-f", format_)
    assert f"committed: run {newest(tillit)['id']}" in said.err
    assert str(run["id"]) in said.err
    assert shop.rows() == before


def test_where_nothing_was_done_nothing_is_said_to_be(broken):
    assert "committed" not in broken("plan").err


@pytest.mark.parametrize(
    ("error", "code"), [(StoreError("the store went away"), 4), (KeyboardInterrupt(), 130), (ZeroDivisionError(), 2)]
)
def test_looking_again_fails(tillit, monkeypatch, shop, error, code):
    def fail(*_args, **_how):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("tillit.service.forget.residual", fail)
        said = tillit(*ERASE)
    run = newest(tillit)
    (request,) = requests(tillit)
    assert said.code == code
    assert f"committed: run {run['id']}, {run['rows']} rows" in said.err
    assert f"--request {request}" in said.err
    again = tillit("forget", "--request", request, *ERASE[1:])
    assert again.code == 0
    assert requests(tillit) == []


@pytest.mark.parametrize("command", [SWEEP, ERASE], ids=["sweep", "forget"])
def test_the_register_fails_when_the_run_is_to_be_ended(tillit, monkeypatch, command):
    def full(*_args, **_how):
        raise sa.exc.OperationalError("UPDATE run ...", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr("tillit.run.execute.finish_run", full)
        said = tillit(*command)
    run = newest(tillit)
    assert said.code == 6
    assert run["state"] == "running"
    assert str(run["id"]) in said.err
    assert tillit(*command).code == 0, "it goes on"


def test_an_undo_that_fails_half_way_names_itself(tillit, monkeypatch):
    tillit(*SWEEP)

    def fail(*_args, **_how):
        raise StoreError("the store went away")

    with monkeypatch.context() as patch:
        patch.setattr("tillit.run.restore._told", fail)
        said = tillit("undo", "last", "--by", "Dana")
    assert said.code == 4
    assert str(newest(tillit)["id"]) in said.err
    assert "the same command goes on" in said.err
    assert tillit("undo", "last", "--by", "Dana").code == 0


def test_undo_that_was_destroyed_is_told_when_the_sweep_stops(tillit, shop):
    tillit(*ERASE)
    run = newest(tillit)["id"]
    with shop.opened() as (project, memory, stores), pytest.raises(Braked) as stopped:
        sweep(project, memory, stores, NOW + timedelta(days=60), by="Dana")
    assert notes_of(stopped.value) == [f"Destroyed for good before that, being due: the undo of {run}."]


def test_a_mark_that_the_terminal_cannot_show_stops_nothing(shop):
    said = _program(shop, *SWEEP, encoding="ascii")
    assert said.returncode == 0, said.stderr
    assert "rows done" in said.stdout
    told = _program(shop, "status", "-f", "json", encoding="ascii")
    assert told.returncode == 0, told.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("format_", ["text", "json"])
def test_a_full_disk_for_real(shop, tillit, format_):
    with open("/dev/full", "w", encoding="utf-8") as full:
        said = _program(shop, *SWEEP, "-f", format_, stdout=full)
    assert said.returncode == 2
    assert "No space left on device" in said.stderr
    assert str(newest(tillit)["id"]) in said.stderr
    assert "Exception ignored" not in said.stderr


def test_a_reader_that_went_away_for_real(shop, tillit):
    reader, writer = os.pipe()
    os.close(reader)
    said = _program(shop, *SWEEP, stdout=writer)
    os.close(writer)
    assert said.returncode == 130
    assert str(newest(tillit)["id"]) in said.stderr
    assert "Exception ignored" not in said.stderr


def _program(
    shop, *arguments: str, stdout=subprocess.PIPE, encoding: str = "utf-8"
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tillit.cli.main", *arguments, "--project", str(shop.folder)]
    environment = os.environ | shop.environment | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding}
    return subprocess.run(command, env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
