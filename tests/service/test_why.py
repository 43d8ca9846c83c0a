"""Why a row is kept and until when, in words; and forgetting across two stores."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.run.shop import NOW, Shop, new_shop
from tillit.decide.until import held_until, undressed
from tillit.model.mapping import Dress
from tillit.model.policy import Period, Retention, Rounding
from tillit.model.standing import Person
from tillit.register.database import writing
from tillit.register.standing import place_hold
from tillit.service.forget import Ask, forget
from tillit.service.why import How, why

STOCKHOLM, PARIS_LIKE = ZoneInfo("Europe/Stockholm"), ZoneInfo("America/New_York")
LINNEA, OPEN = Person("shop", "contacts", (1,)), Person("shop", "contacts", (4,))


@pytest.mark.parametrize(
    ("value", "dress", "day"),
    [
        ("2024-05-01", Dress.TEXT, date(2024, 5, 1)),
        ("2024-05-01 23:30:00", Dress.TEXT, date(2024, 5, 2)),
        ("2024-05-01T23:30:00", Dress.TEXT_T, date(2024, 5, 2)),
        (datetime(2024, 5, 1, 23, 30), Dress.NAIVE, date(2024, 5, 2)),
        (datetime(2024, 5, 1, 23, 30, tzinfo=UTC), Dress.AWARE, date(2024, 5, 2)),
        (date(2024, 5, 1), Dress.DATE, date(2024, 5, 1)),
        (1714606200, Dress.EPOCH_S, date(2024, 5, 2)),
        (1714606200000, Dress.EPOCH_MS, date(2024, 5, 2)),
        (None, Dress.NAIVE, None),
        ("0000-00-00", Dress.TEXT, None),
        ("no date", Dress.TEXT, None),
        ("x", Dress.EPOCH_S, None),
    ],
)
def test_the_day_a_clock_tells(value, dress, day):
    """In the controller's zone; the naive ones are written in UTC."""
    found = undressed(value, dress, ZoneInfo("UTC"))
    local = found.astimezone(STOCKHOLM).date() if isinstance(found, datetime) else found
    assert local == day


def test_the_last_day_is_the_rounded_start_and_the_period():
    seven = Retention(Period(years=7), Rounding.YEAR)
    assert held_until("2024-05-01", Dress.TEXT, seven, STOCKHOLM, ZoneInfo("UTC")) == date(2031, 12, 31)
    weeks = Retention(Period(weeks=3))
    assert held_until("2026-11-20", Dress.TEXT, weeks, STOCKHOLM, ZoneInfo("UTC")) == date(2026, 12, 11)
    hours = Retention(Period(hours=36))
    assert held_until("2026-11-20 12:00:00", Dress.TEXT, hours, STOCKHOLM, ZoneInfo("UTC")) == date(2026, 11, 22)
    assert held_until("2026-11-20", Dress.TEXT, Retention(), STOCKHOLM, ZoneInfo("UTC")) is None


@pytest.fixture
def shop(tmp_path, store_url) -> Shop:
    return new_shop(tmp_path / "project", store_url)


def reasons(shop: Shop, person: Person):
    with shop.opened() as (project, memory, stores):
        rows = why(project.policy, memory, stores, frozenset([person]), NOW)
    return {(row.table, row.key[0]): [(r.purpose, r.how, r.until) for r in row.reasons] for row in rows}


def test_every_row_of_a_person_with_its_reasons_and_days(shop):
    told = reasons(shop, LINNEA)
    assert told["contacts", 1] == [("orders", How.IN_USE, None)]
    assert told["invoices", 20] == [("books", How.IN_USE, date(2031, 12, 31))]
    assert told["logins", 30] == [("security", How.IN_USE, date(2026, 12, 11))]
    assert set(told) == {
        ("contacts", 1),
        ("orders", 10),
        ("orders", 11),
        ("invoices", 20),
        ("logins", 30),
        ("logins", 31),
    }


def test_what_is_under_way_outlasts_the_request(shop):
    before = shop.rows()
    with shop.opened() as (project, memory, stores):
        _, done = forget(project, memory, stores, Ask({"email": "open.olsson@example.com"}), NOW, vouched_by="Dana")
    assert shop.rows() == before
    assert done is not None
    assert {r.how for row in done.kept for r in row.reasons} == {How.OUTLASTS}
    assert done.complete
    shop.execute("UPDATE orders SET status = 'done' WHERE id = 13")
    with shop.opened() as (project, memory, stores):
        forget(project, memory, stores, Ask({}, also=("shop.contacts=4",)), NOW, vouched_by="Dana")
    assert 4 not in {row[0] for row in shop.rows()["contacts"]}


def test_a_hold_keeps_everything_and_is_told(shop):
    before = shop.rows()
    with shop.opened() as (project, memory, stores):
        with writing(memory.register) as conn:
            place_hold(conn, [LINNEA], "legal_claim", NOW)
        _, done = forget(project, memory, stores, Ask({"email": "linnea.berg@example.com"}), NOW, vouched_by="Dana")
    assert shop.rows() == before
    assert done is not None
    assert all(row.reasons[0].how is How.HOLD for row in done.kept)
    assert done.outcome.total == 0
