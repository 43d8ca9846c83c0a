"""Tables without transactions: what was done by half is in the undo, the next run finishes it, undo puts all back."""

from __future__ import annotations

import os
import signal

import pytest

from tests.faults.support import at, erasure_converges, fails, forgotten, sweep_converges, swept
from tests.run.shop import DDL, Shop, new_shop
from tests.run.test_recover import LATER, erased, settled, undo_everything
from tillit.register.database import reading
from tillit.register.runs import StepState, runs, steps
from tillit.run.recover import recover

PLAIN = DDL.replace(" REFERENCES contacts (id)", "")


@pytest.fixture
def shop(tmp_path, mariadb_url, monkeypatch) -> Shop:
    """Every table of MyISAM, which has no declared keys either."""
    made = new_shop(tmp_path / "project", mariadb_url)
    keys = ("orders", "invoices", "logins")
    made.execute(*(f"ALTER TABLE {t} DROP FOREIGN KEY {t}_ibfk_1" for t in keys))
    made.execute(*(f"ALTER TABLE {t} ENGINE=MyISAM" for t in ("products", "contacts", *keys)))
    return made


def refuse(shop: Shop, table: str, number: int) -> None:
    """A trigger that stops a DELETE in its middle: the rows before this one are gone, and stay gone."""
    shop.execute(
        f"CREATE TRIGGER stop BEFORE DELETE ON {table} FOR EACH ROW BEGIN "
        f"IF OLD.id = {number} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF; END"
    )


def in_a_child(work, shop: Shop) -> int:
    """What the work, done in a process of its own, ends with."""
    child = os.fork()
    if child == 0:
        try:
            work(shop)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def killed(work, shop: Shop, point: str) -> None:
    with at(point, lambda: os.kill(os.getpid(), signal.SIGKILL)):
        status = in_a_child(work, shop)
    assert os.WIFSIGNALED(status)


def removed(shop: Shop) -> int:
    """Rows on receipt that can be put back."""
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        return sum(s.rows or 0 for run in runs(conn) for s in steps(conn, run.id) if s.state is StepState.REMOVED)


@pytest.mark.parametrize("point", ["sealed", "intended", "sent", "committed", "sent:2", "receipted"])
def test_a_killed_sweep_is_finished_by_the_next(shop, point):
    before = shop.rows()
    killed(swept, shop, point)
    sweep_converges(shop, before)


@pytest.mark.parametrize("point", ["intended", "sent", "sent:2", "sent:3", "committed"])
def test_a_killed_erasure_is_put_back_without_being_finished(shop, point):
    """Half of it is done, since nothing rolls back; the undo has all of it."""
    before = shop.rows()
    killed(forgotten, shop, point)
    middle = shop.rows()
    if point == "sent:2":
        assert middle != before
        assert middle != erased(before)
    with shop.opened() as (_, memory, stores):
        recover(memory, stores, LATER)
    undo_everything(shop)
    assert shop.rows() == before
    settled(shop)


@pytest.mark.parametrize("point", ["sent", "sent:2", "committed"])
def test_a_killed_erasure_is_finished_by_the_next(shop, point):
    before = shop.rows()
    killed(forgotten, shop, point)
    with shop.opened() as (_, memory, stores):
        recover(memory, stores, LATER)
    forgotten(shop)
    assert shop.rows() == erased(before)
    settled(shop)
    undo_everything(shop)
    assert shop.rows() == before


def test_a_statement_that_fails_in_its_middle(shop):
    """Its first rows are gone and committed: they are on receipt, and come back."""
    before = shop.rows()
    refuse(shop, "logins", 33)
    fails(swept, shop)
    gone = {r[0] for r in before["logins"]} - {r[0] for r in shop.rows()["logins"]}
    assert gone
    assert gone < {31, 32, 33}
    assert removed(shop) == 1 + len(gone)  # and the invoice
    settled(shop)
    shop.execute("DROP TRIGGER stop")
    undo_everything(shop)
    assert shop.rows() == before


def test_a_statement_that_fails_in_its_middle_is_finished_by_the_next_run(shop):
    before = shop.rows()
    refuse(shop, "logins", 33)
    fails(swept, shop)
    shop.execute("DROP TRIGGER stop")
    sweep_converges(shop, before)


def test_an_erasure_that_fails_in_its_middle(shop):
    before = shop.rows()
    refuse(shop, "orders", 11)
    fails(forgotten, shop)
    assert shop.rows() != before
    shop.execute("DROP TRIGGER stop")
    undo_everything(shop)
    assert shop.rows() == before
    settled(shop)


def test_without_trouble(shop):
    before = shop.rows()
    sweep_converges(shop, before)
    erasure_converges(shop, before)
