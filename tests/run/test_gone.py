"""What stands for a person whose row a run deletes: closed with that row, back with it, and nobody else's touched."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tests.run.shop import MAP, NOW, Shop, new_shop
from tests.run.test_recover import LATER, killed
from tillit.model.errors import TillitError
from tillit.model.standing import Person
from tillit.register.database import reading, writing
from tillit.register.people import closed_people
from tillit.register.runs import StepState, runs, steps
from tillit.register.standing import UNLIMITED, record_consent, record_end, standing_of
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
    """Every run that can still be undone; what a killed undo has finished is refused, and that is well."""
    for _ in range(5):
        try:
            undone(shop)
        except TillitError as error:
            assert "no run can be undone" in error.what
            return


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


@pytest.mark.parametrize("point", ["committed", "receipted"])
def test_the_same_on_every_engine(any_shop, point):
    killed(any_shop, *BY_MAIL, point=point)
    swept(any_shop)
    (run,) = erasers(any_shop)
    assert closed(any_shop, run) == [ERIK]
    undone_all(any_shop)
    assert consents(any_shop) == {"survey"}
    assert opted_out(any_shop)


@pytest.mark.parametrize("point", ["protected", "restored", "told"])
def test_an_undo_killed_anywhere_brings_the_standing_back(any_shop, point):
    before = any_shop.rows()
    forgotten(any_shop)
    killed(any_shop, "undo", "last", "--reason", "wrong_person", "--by", "Dana", "--second", "Karin", point=point)
    undone_all(any_shop)
    assert any_shop.rows() == before
    assert consents(any_shop) == {"survey"}


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
    assert ("Somebody Else" in [r[1] for r in any_shop.rows()["contacts"]]) and not consents(any_shop)


def test_when_the_undo_is_destroyed_the_standing_is_gone_and_only_that(shop):
    run = forgotten(shop)
    with shop.opened() as (_, memory, _stores):
        assert destroy_due(memory, NOW + timedelta(days=60)) == [run]
    assert closed(shop, run) == []
    assert opted_out(shop)
