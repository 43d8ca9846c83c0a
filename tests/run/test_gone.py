"""What stands for a person whose row a run deletes: closed with that row, back with it, and nobody else's touched."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests.run.shop import MAP, NOW, Shop, new_shop
from tests.run.test_recover import LATER, killed
from tillit.model.errors import TillitError
from tillit.model.standing import UNLIMITED, Person
from tillit.register.database import reading, writing
from tillit.register.people import closed_people
from tillit.register.runs import StepState, runs, steps
from tillit.register.standing import record_consent, record_end, standing_of
from tillit.run.recover import recover
from tillit.run.restore import Reason, destroy_due
from tillit.service.forget import Ask, forget
from tillit.service.sweep import sweep
from tillit.service.undo import undo

ERIK = Person("shop", "contacts", (2,))  # nothing keeps his row once he asks
NOBODY = Person("shop", "contacts", (99,))  # has no row, and never had one
EARLY = NOW - timedelta(days=1)
TWO = Reason("Dana", "wrong_person", "Karin")
BY_MAIL = ("forget", "--email", "erik.ek@example.com", "--apply", "--vouched-by", "Dana")
DELETING = MAP.replace(
    "    columns: {name: contact.name, email", "    when_dead: delete\n    columns: {name: contact.name, email"
)

VISITORS = """
  visitors:
    person: {kind: customer}
    columns: {name: contact.name}
    when_dead: delete
    grounds:
      orders: {}
"""


@pytest.fixture
def shop(tmp_path, sqlite_url) -> Shop:
    return peopled(new_shop(tmp_path / "project", sqlite_url, map_=DELETING))


@pytest.fixture
def any_shop(tmp_path, store_url) -> Shop:
    return peopled(new_shop(tmp_path / "project", store_url, map_=DELETING))


def peopled(shop: Shop) -> Shop:
    """Erik has consented to something; somebody without a row has opted out of something."""
    with shop.opened() as (_, memory, _stores), writing(memory.register) as conn:
        record_consent(conn, [ERIK], ["survey"], EARLY)
        record_end(conn, [NOBODY], {"marketing": UNLIMITED}, EARLY)
    return shop


def forgotten(shop: Shop, person: Person = ERIK, at=LATER) -> UUID:
    with shop.opened() as (project, memory, stores):
        done = forget(project, memory, stores, Ask({}, also=(f"shop.contacts={person.key[0]}",)), at, vouched_by="Dana")
    assert done[1] is not None
    return done[1].outcome.run_id


def swept(shop: Shop, at=LATER) -> None:
    with shop.opened() as (project, memory, stores):
        sweep(project, memory, stores, at, by="Dana", approve_it=True)


def undone(shop: Shop, run: UUID | str = "last", at=LATER) -> None:
    with shop.opened() as (_, memory, stores):
        undo(memory, stores, str(run), TWO, at)


def undone_all(shop: Shop) -> None:
    """Every run that can still be undone."""
    for _ in range(5):
        try:
            undone(shop)
        except TillitError:
            break
    assert not erasers(shop)


def consents(shop: Shop, person: Person = ERIK) -> frozenset[str]:
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        return frozenset().union(*(one.consent for one in standing_of(conn, [person])))


def opted_out(shop: Shop, person: Person = NOBODY) -> bool:
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        return any("marketing" in one.ended for one in standing_of(conn, [person]))


def erasers(shop: Shop) -> list[UUID]:
    """The runs that deleted a row of a person."""
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        found = [s for run in runs(conn) for s in steps(conn, run.id)]
    return [s.run_id for s in found if (s.table, s.action) == ("contacts", "delete") and s.state is StepState.REMOVED]


def closed(shop: Shop, run: UUID) -> list[Person]:
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        return closed_people(conn, run)


def test_who_is_deleted_is_closed_and_comes_back_with_the_row(any_shop):
    before = any_shop.rows()
    run = forgotten(any_shop)
    assert 2 not in {r[0] for r in any_shop.rows()["contacts"]}
    assert closed(any_shop, run) == [ERIK]
    assert not consents(any_shop)
    undone(any_shop, run)
    assert any_shop.rows() == before
    assert consents(any_shop) == {"survey"}


def test_who_has_no_row_keeps_what_stands(any_shop):
    """An opt-out may be on record before the row arrives (and a run that deletes others must not take it)."""
    forgotten(any_shop)
    assert opted_out(any_shop)
    swept(any_shop)
    assert opted_out(any_shop)
    forgotten(any_shop, NOBODY)
    assert opted_out(any_shop)


def test_a_row_that_stays_keeps_its_standing(shop):
    linnea = Person("shop", "contacts", (1,))  # an invoice keeps her row
    with shop.opened() as (_, memory, _stores), writing(memory.register) as conn:
        record_consent(conn, [linnea], ["survey"], EARLY)
    forgotten(shop, linnea)
    assert consents(shop, linnea) == {"survey"}


@pytest.mark.parametrize("point", ["committed", "receipted"])
@pytest.mark.parametrize("again", [forgotten, swept])
def test_a_run_killed_after_its_commit_closes_its_own(shop, point, again):
    before = shop.rows()
    killed(shop, *BY_MAIL, point=point)
    again(shop)
    (run,) = erasers(shop)
    assert closed(shop, run) == [ERIK]
    undone(shop, run)
    assert [r for r in shop.rows()["contacts"] if r[0] == 2] == [r for r in before["contacts"] if r[0] == 2]
    assert consents(shop) == {"survey"}
    assert opted_out(shop)


def test_the_same_on_every_engine(any_shop):
    killed(any_shop, *BY_MAIL, point="receipted")
    swept(any_shop)
    (run,) = erasers(any_shop)
    assert closed(any_shop, run) == [ERIK]
    undone_all(any_shop)
    assert consents(any_shop) == {"survey"}
    assert opted_out(any_shop)


@pytest.mark.parametrize("point", ["protected", "restored", "told"])
def test_an_undo_killed_anywhere_brings_the_standing_back(shop, point):
    undo_killed(shop, point)


def test_an_undo_killed_when_all_is_back_has_brought_the_standing_too(any_shop):
    undo_killed(any_shop, "told:4")


def undo_killed(shop: Shop, point: str) -> None:
    """Of a sweep in four batches that takes Erik's row; `told:4` is when all is back and the run not yet ended."""
    with shop.opened() as (_, memory, _stores), writing(memory.register) as conn:
        record_end(conn, [ERIK], {"orders": EARLY}, EARLY)
    before = shop.rows()
    swept(shop)
    assert not consents(shop)
    killed(shop, "undo", "last", point=point)
    undone_all(shop)
    assert shop.rows() == before
    assert consents(shop) == {"survey"}


def test_what_was_recorded_while_the_row_was_away_stands_too(shop):
    run = forgotten(shop)
    with shop.opened() as (_, memory, _stores), writing(memory.register) as conn:
        record_end(conn, [ERIK], {"marketing": UNLIMITED}, LATER)
    undone(shop, run)
    assert consents(shop) == {"survey"}
    assert opted_out(shop, ERIK)


def test_whoever_got_the_key_since_does_not_inherit(any_shop):
    run = forgotten(any_shop)
    any_shop.execute("INSERT INTO contacts VALUES (2, 'Somebody Else', NULL, NULL)")
    undone(any_shop, run)
    assert "Somebody Else" in [r[1] for r in any_shop.rows()["contacts"]]
    assert not consents(any_shop)


def test_when_the_undo_is_destroyed_the_standing_is_gone_and_only_that(shop):
    run = forgotten(shop)
    with shop.opened() as (_, memory, _stores):
        assert destroy_due(memory, NOW + timedelta(days=60)) == [run]
    assert closed(shop, run) == []
    assert opted_out(shop)


def test_a_killed_run_waits_for_its_store_before_it_is_closed(shop):
    killed(shop, *BY_MAIL, point="receipted")
    (run,) = erasers(shop)
    with shop.opened() as (_, memory, stores):
        assert recover(memory, [], LATER) == ()
        assert closed(shop, run) == []
        assert recover(memory, stores, LATER) == (f"run {run} had been killed and is closed now",)
    assert closed(shop, run) == [ERIK]


def test_keys_that_an_image_holds_as_text_are_told_again(tmp_path, pg_url):
    """PostgreSQL's images are its own text; a person's key is what the driver gives."""
    visitor = Person("shop", "visitors", (UUID(int=7), date(2026, 1, 31), Decimal("1.50")))
    shop = new_shop(tmp_path / "project", pg_url, map_=DELETING + VISITORS)
    shop.execute(
        "CREATE TABLE visitors (id uuid, day date, door numeric(5, 2), name text, PRIMARY KEY (id, day, door))",
        f"INSERT INTO visitors VALUES ('{UUID(int=7)}', '2026-01-31', 1.5, 'Erik Ek')",
    )
    with shop.opened() as (_, memory, _stores), writing(memory.register) as conn:
        record_consent(conn, [visitor], ["survey"], EARLY)
        record_end(conn, [visitor], {"orders": NOW}, EARLY)
    swept(shop)
    assert not consents(shop, visitor)
    undone(shop)
    assert consents(shop, visitor) == {"survey"}
