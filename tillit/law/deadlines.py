"""Time limits, counted by Regulation (EEC, Euratom) 1182/71 Art. 3.

The day of the event is not counted. A limit in months ends with the last hour of the day that has the event's number,
or of the month's last day where there is no such day. Where that is a Saturday, a Sunday or a public holiday of the
member state, it ends with the next working day. A limit in hours is not moved.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from tillit.law.packs import limits


@dataclass(frozen=True, slots=True)
class Answer:
    """When a request must be answered (Art. 12(3)): both days are the last that will do."""

    by: date
    extended: date  # three months from receipt, not two from `by`; told with its reasons by `by`


def answer(received: date, country: str) -> Answer:
    """The limits of a request received on `received`, a local day of the controller in `country`."""
    first, more = limits()["answer"].months, limits()["extension"].months
    return Answer(months_later(received, first, country), months_later(received, first + more, country))


def inform_by(obtained: date, country: str) -> date:
    """The last day to tell people of data that others gave about them (Art. 14(3)(a))."""
    return months_later(obtained, limits()["inform"].months, country)


def breach_by(aware: datetime) -> datetime:
    """When the authority must have been told of a breach (Art. 33(1)). `aware` has a time zone.

    Raises ValueError without one: 72 hours of an unknown zone are no limit.
    """
    if aware.tzinfo is None:
        raise ValueError("a time without a zone")
    return aware + timedelta(hours=limits()["breach"].hours)


def months_later(day: date, months: int, country: str) -> date:
    """The last day of a limit of `months` that an event on `day` starts."""
    return next_working_day(add_months(day, months), country)


def add_months(day: date, months: int) -> date:
    """The day with the same number so many months later, or the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_working_day(day: date, country: str) -> date:
    """`day`, or the first working day after it."""
    while not is_working_day(day, country):
        day += timedelta(days=1)
    return day


def is_working_day(day: date, country: str) -> bool:
    """False on Saturdays, Sundays and public holidays of `country` (ISO 3166-1).

    Eves on which people take leave are working days: the earlier date is the safe one. Of a country whose holidays are
    not known only weekends are left out, for the same reason.
    """
    return day.weekday() < 5 and day not in _holidays(country, day.year)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # slow to load, and only needed where a limit is counted

    try:
        if country == "SE":
            return frozenset(holidays.country_holidays("SE", years=year, include_sundays=False))
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
