"""Ctrl-C at every named point: the run says what it did, nothing is left open, running again converges."""

from __future__ import annotations

import pytest

from tests.faults.support import (
    FORGET_POINTS,
    SWEEP_POINTS,
    UNDO_POINTS,
    at,
    ctrl_c,
    erasure_converges,
    forgotten,
    sweep_converges,
    swept,
)
from tests.run.shop import Shop, new_shop
from tests.run.test_recover import LATER, settled, undo_everything
from tillit.register.database import reading
from tillit.register.runs import intents_without_receipt, open_runs
from tillit.run.failures import Interrupted
from tillit.run.restore import Reason
from tillit.service.undo import undo

IN_A_STORE = {"sealed", "intended", "sent", "committed", "receipted"}


@pytest.fixture
def shop(tmp_path, sqlite_url) -> Shop:
    return new_shop(tmp_path / "project", sqlite_url)


@pytest.fixture
def any_shop(tmp_path, store_url) -> Shop:
    return new_shop(tmp_path / "project", store_url)


def stopped(shop: Shop, work, point: str) -> None:
    """The work meets Ctrl-C at the point. Where a run is at work in a store, it also says what it did."""
    with at(point, ctrl_c) as came, pytest.raises((Interrupted, KeyboardInterrupt)) as caught:
        work(shop)
    assert came == [point]
    if point.partition(":")[0] in IN_A_STORE:
        assert isinstance(caught.value, Interrupted)
        assert "stopped" in caught.value.what
        nothing_open(shop)


def nothing_open(shop: Shop) -> None:
    """Unlike after a kill, the run itself has settled all, since it could still ask the store."""
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        assert not intents_without_receipt(conn)
        assert not open_runs(conn)


@pytest.mark.parametrize("point", SWEEP_POINTS)
def test_a_sweep(shop, point):
    before = shop.rows()
    stopped(shop, swept, point)
    sweep_converges(shop, before)


@pytest.mark.parametrize("point", FORGET_POINTS)
def test_an_erasure(shop, point):
    before = shop.rows()
    stopped(shop, forgotten, point)
    erasure_converges(shop, before)


@pytest.mark.parametrize("point", ["sent", "committed"])
def test_a_sweep_and_an_erasure_on_every_engine(any_shop, point):
    before = any_shop.rows()
    stopped(any_shop, swept, point)
    sweep_converges(any_shop, before)
    stopped(any_shop, forgotten, point)
    erasure_converges(any_shop, before)


@pytest.mark.parametrize("point", UNDO_POINTS)
def test_an_undo(shop, point):
    before = shop.rows()
    swept(shop)

    def back(shop: Shop) -> None:
        with shop.opened() as (_, memory, stores):
            undo(memory, stores, "last", Reason("Dana", "wrong_person", "Karin"), LATER)

    stopped(shop, back, point)
    undo_everything(shop)
    assert shop.rows() == before
    settled(shop)
