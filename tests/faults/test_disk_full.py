"""A full disk, wherever it is met first: the register, the undo or a SQLite store. Nothing is lost, nothing half done.

Stood in for by the largest size a file may have: beyond it a write ends with an error, as it does on a full disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import pytest

from tests.faults.support import erasure_converges, files_of_at_most, forgotten, swept
from tests.run.shop import Shop, new_shop
from tests.run.test_recover import LATER, settled, sweep_again, undo_everything
from tillit.connectors.sql.batches import Pace
from tillit.model.errors import RegisterError, StoreError
from tillit.run import batch
from tillit.run.restore import Reason
from tillit.service.undo import undo

KIB = 1024
MANY = 9_000
SIZES = (1, 40, 100, 160, 208, 232, 300, 450, 700, 2_000)  # KiB


@pytest.fixture
def shop(tmp_path, store_url) -> Shop:
    return crowded(new_shop(tmp_path / "project", store_url))


def crowded(shop: Shop) -> Shop:
    """So many old logins, of random addresses, that their undo takes more room than the register does."""
    rows = (f"({n}, 2, '{os.urandom(20).hex()}', '2025-02-20 10:00:00')" for n in range(1_000, 1_000 + MANY))
    shop.execute("INSERT INTO logins VALUES " + ", ".join(rows))
    return shop


def on_a_full_disk(shop: Shop, work: Callable[[Shop], object]) -> list[str]:
    """The work with ever more room, until it is done: what it said each time that it was not."""
    told = []
    for size in SIZES:
        with files_of_at_most(size * KIB):
            try:
                work(shop)
            except (StoreError, RegisterError) as error:
                told.append(error.what)
            else:
                break
    return told


def met(told: list[str], where: str) -> bool:
    return any(where in one for one in told)


def test_a_sweep(shop, monkeypatch):
    """All in one batch, so that its undo is what takes the room."""
    monkeypatch.setattr(batch, "Pace", partial(Pace, rows=2 * MANY, fewest=2 * MANY))
    before = shop.rows()
    told = on_a_full_disk(shop, swept)
    assert met(told, "register")
    assert met(told, "refused a statement" if shop.url.startswith("sqlite") else "the undo store")
    gone = {21, 31, 32, 33, *range(1_000, 1_000 + MANY)}
    after = {t: [r for r in rows if r[0] not in gone] for t, rows in before.items()}
    assert shop.rows() == after
    sweep_again(shop)
    assert shop.rows() == after
    settled(shop)
    undo_everything(shop)
    assert shop.rows() == before


def test_an_erasure(shop):
    """In one transaction: as long as it is not done, nothing of it is."""
    before = shop.rows()
    with files_of_at_most(100 * KIB), pytest.raises((StoreError, RegisterError)):
        forgotten(shop)
    assert shop.rows() == before
    erasure_converges(shop, before)


def test_an_undo(shop):
    """Nothing is lost by trying: with room again, the same command goes on."""
    before = shop.rows()
    swept(shop)
    with files_of_at_most(100 * KIB), pytest.raises((StoreError, RegisterError)), shop.opened() as (_, memory, stores):
        undo(memory, stores, "last", Reason("Dana"), LATER)
    undo_everything(shop)
    assert shop.rows() == before
    settled(shop)
