"""Time limits, against days worked out by hand from Regulation 1182/71 and the Swedish calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.law.deadlines import add_months, answer, breach_by, inform_by, is_working_day, months_later

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("received", "by"),
    [
        (date(2026, 1, 31), date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2026, 3, 6), date(2026, 4, 7)),  # Easter Monday
        (date(2026, 11, 22), date(2026, 12, 22)),
        (date(2026, 12, 6), date(2027, 1, 7)),  # Epiphany
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2026, 5, 6), date(2026, 6, 8)),  # the National Day, and a Saturday
        (date(2026, 4, 14), date(2026, 5, 15)),  # Ascension Day; the Friday after it is a working day
        (date(2026, 11, 24), date(2026, 12, 24)),  # Christmas Eve is no public holiday
        (date(2026, 11, 25), date(2026, 12, 28)),  # Christmas Day, Saturday, Sunday
        (date(2026, 5, 19), date(2026, 6, 19)),  # nor is Midsummer Eve
        (date(2026, 8, 31), date(2026, 9, 30)),
    ],
)
def test_a_request_is_answered_within_a_month(received: date, by: date):
    assert answer(received, "SE").by == by


def test_an_extension_is_counted_from_receipt():
    assert answer(date(2026, 11, 22), "SE").extended == date(2027, 2, 22)
    assert answer(date(2026, 11, 30), "SE").extended == date(2027, 3, 1)  # 28 February is a Sunday


def test_holidays_are_those_of_the_country():
    assert answer(date(2026, 5, 6), "DK").by == date(2026, 6, 8)
    assert is_working_day(date(2027, 1, 6), "DK")
    assert not is_working_day(date(2027, 1, 6), "SE")
    assert not is_working_day(date(2026, 7, 14), "FR")
    assert is_working_day(date(2026, 7, 14), "SE")
    assert is_working_day(date(2027, 1, 6), "XX")
    assert not is_working_day(date(2027, 1, 9), "XX")


def test_people_are_told_of_what_others_gave():
    assert inform_by(date(2026, 1, 31), "SE") == date(2026, 3, 2)


def test_the_hours_of_a_breach_are_not_moved():
    friday = datetime(2026, 12, 24, 17, 30, tzinfo=UTC)
    assert breach_by(friday) == friday + timedelta(hours=72)
    with pytest.raises(ValueError, match="zone"):
        breach_by(datetime(2026, 12, 24, 17, 30))


@given(DAYS, st.integers(0, 240))
def test_months_are_counted_right(day: date, months: int):
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(DAYS, st.sampled_from(["SE", "NO", "DE", "XX"]))
def test_a_limit_ends_on_the_first_working_day(day: date, country: str):
    end = months_later(day, 1, country)
    plain = add_months(day, 1)
    assert end >= plain
    assert is_working_day(end, country)
    assert not any(is_working_day(plain + timedelta(days=n), country) for n in range((end - plain).days))
    assert (end - plain).days < 8
