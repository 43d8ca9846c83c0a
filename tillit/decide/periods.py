"""Storage periods on the real calendar, inverted once per ground to a cutoff that SQL only compares with.

A period counted in days ends with the local day (Reg. 1182/71 Art. 3); hours are counted on the instant.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tillit.model.conditions import Value
from tillit.model.expression import Today
from tillit.model.mapping import Dress
from tillit.model.policy import Period, Rounding

# The calendar's ends, far enough in that no time zone leaves it.
_FIRST = datetime(1, 1, 3, tzinfo=UTC)
_LAST = datetime(9999, 12, 29, tzinfo=UTC)
_MONTHS = {Rounding.MONTH: 1, Rounding.QUARTER: 3, Rounding.YEAR: 12}


def add(day: date, period: Period) -> date:
    """`day` plus `period`: years and months first, clamped to the month's last day, then weeks and days.

    Dates outside the calendar's range stop at its ends.
    """
    months = day.year * 12 + day.month - 1 + period.years * 12 + period.months
    year, month = divmod(months, 12)
    if year > date.max.year:
        return date.max
    if year < 1:
        return date.min
    moved = day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
    try:
        return moved + timedelta(weeks=period.weeks, days=period.days)
    except OverflowError:
        return date.max if period.weeks * 7 + period.days > 0 else date.min


def backwards(period: Period) -> Period:
    """The same length towards the past."""
    return Period(-period.years, -period.months, -period.weeks, -period.days, -period.hours)


def end_of_unit(day: date, rounding: Rounding) -> date:
    """The last day of the calendar unit that `day` lies in."""
    if rounding is Rounding.NONE:
        return day
    span = _MONTHS[rounding]
    month = (day.month - 1) // span * span + span
    return date(day.year, month, calendar.monthrange(day.year, month)[1])


def last_expired_start(today: date, period: Period, rounding: Rounding) -> date | None:
    """The latest start whose period is over on `today`; None when no start is that old."""
    low, high = date.min.toordinal(), today.toordinal() + 1
    while low < high:  # the end is monotone in the start: find the first start that is not over
        middle = (low + high) // 2
        over = add(end_of_unit(date.fromordinal(middle), rounding), period) < today
        low, high = (middle + 1, high) if over else (low, middle)
    return date.fromordinal(low - 1) if low > date.min.toordinal() else None


@dataclass(frozen=True, slots=True)
class Edge:
    """A moment to compare a column with. `day` is what a bare date is compared with; None for a moment within a day."""

    instant: datetime
    day: date | None = None

    def bare(self, store_zone: ZoneInfo) -> date:
        """The first date whose end is not before the moment, in the store's zone."""
        if self.day is not None:
            return self.day
        local = within_calendar(self.instant).astimezone(store_zone)
        return local.date() if local.time() > time() else local.date() - timedelta(days=1)


def cutoff(now: datetime, zone: ZoneInfo, period: Period, rounding: Rounding) -> Edge:
    """The moment before which a start is expired at `now`."""
    if not period.is_calendar:
        return Edge(now - timedelta(hours=period.hours))
    last = last_expired_start(now.astimezone(zone).date(), period, rounding)
    first_held = date.min if last is None else last + timedelta(days=1)
    return Edge(midnight(first_held, zone), first_held)


def within_calendar(moment: datetime) -> datetime:
    """`moment`, moved inside the calendar far enough that no time zone leaves it."""
    return min(max(moment, _FIRST), _LAST)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the local `day`."""
    if day.year <= 1 or day.year >= 9999:
        return within_calendar(datetime.combine(day, time(), tzinfo=UTC))
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def today(now: datetime, zone: ZoneInfo, literal: Today) -> Edge:
    """The moment a `today` of a condition stands for."""
    day = now.astimezone(zone).date()
    hours = timedelta()
    if literal.shift is not None:
        shift = backwards(literal.shift) if literal.back else literal.shift
        day, hours = add(day, shift), timedelta(hours=shift.hours)
    return Edge(midnight(day, zone) + hours, day)


def dressed(edge: Edge, dress: Dress, store_zone: ZoneInfo) -> tuple[Value, Value | None]:
    """The edge as the column writes time, for `column < value`; and what a bare date among times compares with."""
    moment = within_calendar(edge.instant)
    match dress:
        case Dress.AWARE:
            return moment, None
        case Dress.NAIVE:
            return _wall_clock(moment, store_zone), None
        case Dress.DATE:
            return edge.bare(store_zone), None
        case Dress.EPOCH_S:
            return -(-int(moment.timestamp() * 1_000_000) // 1_000_000), None
        case Dress.EPOCH_MS:
            return -(-int(moment.timestamp() * 1_000_000) // 1_000), None
        case Dress.TEXT | Dress.TEXT_T:
            local, day = _wall_clock(moment, store_zone), edge.bare(store_zone)
            if local == datetime.combine(day, time()):
                return day.isoformat(), None  # sorts before every time of that day, and after the days before
            return _text(local, dress), day.isoformat()


def _text(local: datetime, dress: Dress) -> str:
    return local.isoformat(sep="T" if dress is Dress.TEXT_T else " ")


def _wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """The local time without a zone. A time that the clocks show twice is read as the later one: while they show it for
    the first time, every such reading is still to come, and the first of them stands for the moment."""
    local = moment.astimezone(zone)
    if local.fold or local.replace(fold=1).utcoffset() == local.utcoffset():
        return local.replace(tzinfo=None, fold=0)
    low, high = timedelta(), timedelta(hours=3)  # no zone turns its clocks back further
    while high - low > timedelta(microseconds=1):
        middle = (low + high) // 2
        earlier = (local.replace(tzinfo=None) - middle).replace(tzinfo=zone)
        twice = earlier.replace(fold=1).utcoffset() != earlier.replace(fold=0).utcoffset()
        low, high = (middle, high) if twice else (low, middle)
    return local.replace(tzinfo=None, fold=0) - low


def created_by(moment: datetime, dress: Dress, store_zone: ZoneInfo) -> Value:
    """`moment` as the column writes time, for `created <= value`: the latest value that is not later."""
    moment = within_calendar(moment)
    wall = _wall_clock(moment, store_zone)
    if moment.astimezone(store_zone).replace(tzinfo=None, fold=0) != wall:
        wall -= timedelta(microseconds=1)
    match dress:
        case Dress.AWARE:
            return moment
        case Dress.NAIVE:
            return wall
        case Dress.DATE:
            return wall.date()
        case Dress.EPOCH_S:
            return int(moment.timestamp() // 1)
        case Dress.EPOCH_MS:
            return int(moment.timestamp() * 1_000_000) // 1_000
        case Dress.TEXT | Dress.TEXT_T:
            return wall.isoformat(sep="T" if dress is Dress.TEXT_T else " ", timespec="microseconds")
