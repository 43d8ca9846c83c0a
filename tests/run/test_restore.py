"""Putting back: exactly as it was, never over what others wrote, and not to be removed again tonight."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.run.shop import NOW, Shop, new_shop
from tillit.model.errors import TillitError
from tillit.model.standing import Person
from tillit.register.database import reading
from tillit.register.pauses import pauses
from tillit.register.runs import RunState, get_run
from tillit.register.standing import standing_of
from tillit.run.restore import Reason, destroy_due
from tillit.service.forget import Ask, forget
from tillit.service.sweep import preview, resume, sweep
from tillit.service.undo import undo

TWO = Reason("Dana", "wrong_person", "Karin")
LINNEA = Person("shop", "contacts", (1,))


@pytest.fixture
def shop(tmp_path, store_url) -> Shop:
    return new_shop(tmp_path / "project", store_url)


@pytest.fixture
def small(tmp_path, sqlite_url) -> Shop:
    return new_shop(tmp_path / "project", sqlite_url)


def forgotten(shop: Shop):
    with shop.opened() as (project, memory, stores):
        ask = Ask({"email": "linnea.berg@example.com"})
        return forget(project, memory, stores, ask, NOW, vouched_by="Dana")[1]


def swept(shop: Shop, at=NOW):
    with shop.opened() as (project, memory, stores):
        return sweep(project, memory, stores, at, by="Dana", approve_it=True)


def undone(shop: Shop, name: str = "last", reason: Reason = TWO, at=NOW + timedelta(hours=1)):
    with shop.opened() as (_, memory, stores):
        return undo(memory, stores, name, reason, at)


def test_an_erasure_is_put_back_to_the_byte_and_the_person_held(shop):
    before = shop.rows()
    done = forgotten(shop)
    assert shop.rows() != before
    back = undone(shop)
    assert shop.rows() == before
    assert (back.restored, back.kept, back.people_held) == (done.outcome.total, 0, 1)
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        assert get_run(conn, done.outcome.run_id).state is RunState.UNDONE
        assert standing_of(conn, [LINNEA])[0].hold


def test_a_held_person_survives_the_next_sweep_and_asking_again_lifts_it(shop):
    before = shop.rows()
    forgotten(shop)
    after = shop.rows()
    undone(shop)
    swept(shop, NOW + timedelta(days=1))
    assert [r for r in shop.rows()["orders"] if r[1] == 1] == [r for r in before["orders"] if r[1] == 1]
    forgotten(shop)
    assert shop.rows()["contacts"] == after["contacts"]
    assert shop.rows()["orders"] == after["orders"]


def test_a_sweep_is_put_back_and_its_tables_paused_until_resumed(shop):
    before = shop.rows()
    swept(shop)
    after = shop.rows()
    assert undone(shop).tables_paused == ("shop.invoices", "shop.logins")
    assert shop.rows() == before
    assert swept(shop).outcome.total == 0
    with shop.opened() as (project, memory, stores):
        assert len(preview(project, memory, stores, NOW).paused) == 2
        for table in ("shop.invoices", "shop.logins"):
            resume(memory, table, "Dana", NOW)
        with pytest.raises(TillitError, match=r"shop\.logins is not paused"):
            resume(memory, "shop.logins", "Dana", NOW)
        with reading(memory.register) as conn:
            assert pauses(conn) == []
    swept(shop)
    assert shop.rows() == after


def test_what_others_wrote_since_is_not_overwritten(shop):
    before = shop.rows()
    forgotten(shop)
    shop.execute(
        "UPDATE contacts SET name = 'New Name' WHERE id = 1",
        "INSERT INTO orders VALUES (10, 2, 'Another order with a reused number', 'open')",
    )
    back = undone(shop)
    assert back.kept == 2
    rows = shop.rows()
    assert [r for r in rows["contacts"] if r[0] == 1] == [(1, "New Name", None, None)]
    assert [r for r in rows["orders"] if r[0] == 10] == [(10, 2, "Another order with a reused number", "open")]
    assert [r for r in rows["orders"] if r[0] == 11] == [r for r in before["orders"] if r[0] == 11]
    assert rows["logins"] == before["logins"]


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (Reason("Dana"), "two people"),
        (Reason("Dana", "wrong_person"), "two people"),
        (Reason("Dana", "", "Karin"), "two people"),
        (Reason("Dana", "wrong_person", " dana "), "another one"),
    ],
)
def test_undoing_an_erasure_wants_a_reason_and_two_people(small, reason, says):
    forgotten(small)
    state = small.rows()
    with pytest.raises(TillitError, match=says):
        undone(small, reason=reason)
    assert small.rows() == state


def test_undoing_a_sweep_wants_one(small):
    before = small.rows()
    swept(small)
    undone(small, reason=Reason("Dana"))
    assert small.rows() == before


def test_what_is_destroyed_cannot_be_put_back_and_says_so(small):
    run_id = swept(small).outcome.run_id
    with small.opened() as (_, memory, _stores):
        destroy_due(memory, NOW + timedelta(days=30))
    with pytest.raises(TillitError, match="its undo has been destroyed"):
        undone(small, str(run_id))
    with pytest.raises(TillitError, match="no run can be undone"):
        undone(small)


def test_twice_is_once(small):
    run_id = swept(small).outcome.run_id
    undone(small)
    with pytest.raises(TillitError, match="it has been undone already"):
        undone(small, str(run_id)[:8])


def test_a_run_that_does_not_exist(small):
    swept(small)
    for name in ("ffffffff-ffff", "zz", ""):
        with pytest.raises(TillitError, match="no run has this id"):
            undone(small, name)


def test_a_pause_does_not_stop_a_persons_erasure(small):
    """Undoing a sweep pauses tables for sweeps; the law gives a person no such pause."""
    swept(small)
    undone(small)
    assert 31 in {r[0] for r in small.rows()["logins"]}
    forgotten(small)
    assert 31 not in {r[0] for r in small.rows()["logins"]}
