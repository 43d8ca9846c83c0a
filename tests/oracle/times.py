"""Days and instants: a column's value in its dress, and periods added to it by the calendar, one date at a time."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.oracle.world import World
from tillit.model.expression import Today
from tillit.model.mapping import Dress
from tillit.model.policy import Period, Retention, Rounding

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEXT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:([ T])(\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?))?")


@dataclass(frozen=True)
class Moment:
    """A time as written. `day` is the controller's local date; a bare date is itself, in every zone.

    `opens` and `closes` are the same instant but for a bare date: the midnights around it in the store's zone.
    """

    day: date
    opens: datetime
    closes: datetime
    bare: bool = False


def moment(world: World, value: object, dress: Dress) -> Moment | None:
    """The time a cell tells, or None when it tells none (NULL, or a text that is not of its dress)."""
    if value is None:
        return None
    if dress is Dress.AWARE:
        assert isinstance(value, datetime)
        return _at(world, value.astimezone(UTC))
    if dress is Dress.NAIVE:
        assert isinstance(value, datetime)
        return _at(world, local_instant(value, world.store_zone))
    if dress is Dress.DATE:
        assert isinstance(value, date)
        return _bare(world, value)
    if dress in (Dress.EPOCH_S, Dress.EPOCH_MS):
        assert isinstance(value, int | Decimal)
        unit = timedelta(seconds=1) if dress is Dress.EPOCH_S else timedelta(milliseconds=1)
        return _at(world, EPOCH + int(value) * unit)
    assert isinstance(value, str)
    return _text(world, value, " " if dress is Dress.TEXT else "T")


def _text(world: World, value: str, separator: str) -> Moment | None:
    found = TEXT.fullmatch(value)
    if found is None or found[2] not in (None, separator):
        return None
    try:
        if found[2] is None:
            return _bare(world, date.fromisoformat(value))
        return _at(world, local_instant(datetime.fromisoformat(f"{found[1]} {found[3]}"), world.store_zone))
    except ValueError:
        return None


def _at(world: World, instant: datetime) -> Moment:
    return Moment(instant.astimezone(world.controller_zone).date(), instant, instant)


def _bare(world: World, day: date) -> Moment:
    opens = midnight(day, world.store_zone)
    closes = opens if day == date.max else midnight(day + timedelta(days=1), world.store_zone)
    return Moment(day, opens, closes, bare=True)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return local_instant(datetime(day.year, day.month, day.day), zone)


def local_instant(naive: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time; of one that the clocks show twice, the later."""
    return max(naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def today(world: World) -> date:
    return world.now.astimezone(world.controller_zone).date()


def add_months(day: date, months: int) -> date:
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def add(day: date, period: Period, sign: int = 1) -> date:
    """Years and months first, clamped to the month's last day; then weeks and days."""
    moved = add_months(day, sign * (12 * period.years + period.months))
    return moved + timedelta(days=sign * (7 * period.weeks + period.days))


def round_up(day: date, rounding: Rounding) -> date:
    if rounding is Rounding.NONE:
        return day
    month = {Rounding.MONTH: day.month, Rounding.QUARTER: (day.month + 2) // 3 * 3, Rounding.YEAR: 12}[rounding]
    return date(day.year, month, monthrange(day.year, month)[1])


def expired(world: World, start: Moment, keep: Retention) -> bool:
    """True when the period from `start` is over. `keep.period` is not None."""
    assert keep.period is not None
    if not keep.period.is_calendar:
        return start.closes < world.now - timedelta(hours=keep.period.hours)
    try:
        last = add(round_up(start.day, keep.rounding), keep.period)
    except (ValueError, OverflowError):  # beyond the year 9999
        return False
    return today(world) > last


def against_today(world: World, value: Moment, literal: Today) -> tuple[object, object]:
    """Both sides of a comparison with `today`: days for a bare date, instants for a time."""
    shift = literal.shift or Period()
    day = add(today(world), shift, -1 if literal.back else 1)
    if value.bare:
        return value.day, day
    instant = midnight(day, world.controller_zone)
    return value.opens, instant + timedelta(hours=shift.hours) * (-1 if literal.back else 1)
