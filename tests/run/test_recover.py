"""Killing real processes with SIGKILL, at every named point and at random moments: running again converges."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from tests.run.shop import NOW, SWEPT, Shop, new_shop
from tests.support.repository import ROOT
from tillit.model.errors import TillitError
from tillit.register.database import reading
from tillit.register.journal import verify
from tillit.register.keys import signing_key, undo_keys
from tillit.register.runs import RunState, StepState, intents_without_receipt, open_runs, runs, steps
from tillit.run.recover import recover
from tillit.run.restore import Reason, destroy_due
from tillit.run.undo_store import undo_files
from tillit.service.forget import Ask, forget
from tillit.service.sweep import sweep
from tillit.service.undo import undo

LATER = NOW + timedelta(minutes=5)
WHO = {"email": "linnea.berg@example.com"}


@pytest.fixture
def shop(tmp_path, sqlite_url) -> Shop:
    return new_shop(tmp_path / "project", sqlite_url)


@pytest.fixture
def any_shop(tmp_path, store_url) -> Shop:
    return new_shop(tmp_path / "project", store_url)


def start(shop: Shop, *arguments: str, point: str = "") -> subprocess.Popen[bytes]:
    """The command in a process of its own, to die at `point`."""
    environment = os.environ | shop.environment | {"TILLIT_KILLPOINT": point, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "tillit.cli.main",
        *arguments,
        "--project",
        str(shop.folder),
        "--now",
        NOW.isoformat(),
    ]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def killed(shop: Shop, *arguments: str, point: str) -> None:
    child = start(shop, *arguments, point=point)
    out, _ = child.communicate(timeout=120)
    assert child.returncode == -signal.SIGKILL, out.decode()


def settled(shop: Shop) -> None:
    """Nothing is left open, nothing half written lies about, and the journal is whole."""
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        assert not open_runs(conn)
        assert not intents_without_receipt(conn)
        assert verify(conn, signing_key(memory.keys).public_key()).ok
        for run in runs(conn):
            kept = {f.name for f in undo_files(memory.undo, run.id)}
            assert all(f.sealed for f in undo_files(memory.undo, run.id))
            removed = {f"{s.store}-{s.batch:06d}" for s in steps(conn, run.id) if s.state is StepState.REMOVED}
            assert removed <= kept


def receipts(shop: Shop) -> int:
    """Rows that receipts say were removed and are not back."""
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        found = [s for run in runs(conn) for s in steps(conn, run.id) if s.state is StepState.REMOVED]
    return sum(s.rows or 0 for s in found)


def undo_everything(shop: Shop) -> None:
    with shop.opened() as (_, memory, stores):
        for _ in range(5):
            try:
                undo(memory, stores, "last", Reason("Dana", "wrong_person", "Karin"), LATER)
            except TillitError:
                return


def sweep_again(shop: Shop) -> None:
    with shop.opened() as (project, memory, stores):
        sweep(project, memory, stores, LATER, by="Dana", approve_it=True)


def forget_again(shop: Shop) -> None:
    with shop.opened() as (project, memory, stores):
        forget(project, memory, stores, Ask({}, also=("shop.contacts=1",)), LATER, vouched_by="Dana")


SWEEP_POINTS = [
    "started", "sent", "sealed", "intended", "committed", "receipted",
    "intended:2", "committed:2", "sealed:2",
]  # fmt: skip


@pytest.mark.parametrize("point", SWEEP_POINTS)
def test_a_sweep_killed_anywhere_converges_and_can_be_undone(shop, point):
    before = shop.rows()
    killed(shop, "sweep", "--apply", "--approve", point=point)
    sweep_again(shop)
    after = shop.rows()
    assert {r[0] for r in after["invoices"]} == {20, 22}
    assert {r[0] for r in after["logins"]} == {30, 34}
    settled(shop)
    assert receipts(shop) == sum(SWEPT.values())
    undo_everything(shop)
    assert shop.rows() == before


FORGET_POINTS = [
    "requested",
    "started",
    "sent:2",
    "sealed",
    "intended",
    "sent",
    "sent:3",
    "committed",
    "receipted",
    "erased",
]


@pytest.mark.parametrize("point", FORGET_POINTS)
def test_an_erasure_killed_anywhere_converges_and_can_be_undone(shop, point):
    before = shop.rows()
    killed(shop, "forget", "--email", WHO["email"], "--apply", "--vouched-by", "Dana", point=point)
    middle = shop.rows()
    assert middle in (before, erased(before))  # one transaction: all or nothing
    forget_again(shop)
    assert shop.rows() == erased(before)
    settled(shop)
    undo_everything(shop)
    assert shop.rows() == before


def erased(rows):
    """What is left when Linnea (1) is forgotten: her invoice, an emptied row, and everything about others."""
    contacts = [(1, None, None, None) if r[0] == 1 else r for r in rows["contacts"]]
    orders = [r for r in rows["orders"] if r[1] != 1]
    logins = [r for r in rows["logins"] if r[0] != 31]
    return rows | {"contacts": contacts, "orders": orders, "logins": logins}


@pytest.mark.parametrize("point", ["intended", "committed"])
def test_every_engine_tells_done_from_not_done(any_shop, point):
    before = any_shop.rows()
    killed(any_shop, "forget", "--email", WHO["email"], "--apply", "--vouched-by", "Dana", point=point)
    with any_shop.opened() as (_, memory, stores):
        told = recover(memory, stores, LATER)
        assert recover(memory, stores, LATER) == ()
    assert ("it had happened" in told[0]) is (point == "committed")
    assert any_shop.rows() == (erased(before) if point == "committed" else before)
    settled(any_shop)
    with any_shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        assert runs(conn)[0].state is RunState.FAILED
        assert {s.recovered for s in steps(conn, runs(conn)[0].id)} == {point == "committed"}
    forget_again(any_shop)
    assert any_shop.rows() == erased(before)
    undo_everything(any_shop)
    assert any_shop.rows() == before


@pytest.mark.parametrize("point", ["protected", "restored", "told"])
def test_an_undo_killed_anywhere_goes_on(shop, point):
    before = shop.rows()
    sweep_again(shop)
    killed(shop, "undo", "last", point=point)
    undo_everything(shop)
    assert shop.rows() == before
    settled(shop)
    sweep_again(shop)
    assert shop.rows() == before  # paused, or tonight's sweep would take it all again


def test_a_destruction_killed_between_key_and_files_goes_on(shop):
    sweep_again(shop)
    environment = {"point": "key-destroyed"}
    child = start(shop, "sweep", "--apply", **environment)
    child.communicate(timeout=120)
    assert child.returncode == 0  # not due yet
    script = (
        "import sys; from tests.run.test_recover import *\n"
        "from pathlib import Path\n"
        "with Shop(Path(sys.argv[1]), sys.argv[2]).opened() as (p, m, s): destroy_due(m, NOW + timedelta(days=9))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(shop.folder), shop.url],
        env=os.environ | {"TILLIT_KILLPOINT": "key-destroyed", "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert run.returncode == -signal.SIGKILL
    with shop.opened() as (_, memory, _stores):
        assert undo_keys(memory.keys) == []
        (again,) = destroy_due(memory, NOW + timedelta(days=9))
        assert undo_files(memory.undo, again) == []


def test_killed_at_random_moments(shop):
    """Whatever the moment, running again ends in the same state, and all of it can be put back."""
    chance, before = random.Random(7), shop.rows()
    for _ in range(4):
        child = start(shop, "sweep", "--apply", "--approve")
        time.sleep(chance.uniform(0.6, 2.5))
        child.kill()
        child.communicate(timeout=60)
    sweep_again(shop)
    after = shop.rows()
    assert {r[0] for r in after["invoices"]} == {20, 22}
    assert {r[0] for r in after["logins"]} == {30, 34}
    settled(shop)
    undo_everything(shop)
    assert shop.rows() == before
