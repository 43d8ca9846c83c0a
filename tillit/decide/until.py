"""Until when? The day a storage period ends for one row, from the value its clock reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tillit.decide.lowering import Scene, upward
from tillit.decide.periods import add, end_of_unit
from tillit.model.bound import BoundStore
from tillit.model.conditions import Hop
from tillit.model.mapping import Clock, ClockKind, Dress, Ground
from tillit.model.policy import Period, Policy, Retention


def clock_column(
    bound: BoundStore, policy: Policy, now: datetime, table: str, ground: Ground
) -> tuple[tuple[Hop, ...], str, Dress] | None:
    """How to read the start of a ground's period from a row: hops, the column at their end, its dress.

    None where the ground has no period, or counts from children.
    """
    clock = ground.since
    if clock is None or clock.kind is not ClockKind.COLUMN or policy.purposes[ground.purpose].keep.period is None:
        return None
    scene = Scene(bound, policy, now)
    hops: tuple[Hop, ...] = ()
    for step in clock.path:
        link = bound.tables[table].table.link(step)
        hops += upward(scene, bound.tables[table].table, link)
        table = link.table
    return hops, clock.column, _dress(scene, table, clock)


def _dress(scene: Scene, table: str, clock: Clock) -> Dress:
    return clock.dress or scene.dress(table, clock.column) or Dress.AWARE


def held_until(value: object, dress: Dress, keep: Retention, zone: ZoneInfo, store_zone: ZoneInfo) -> date | None:
    """The last day (in `zone`) that a period starting with `value` holds; None where it has no start or no end."""
    start = undressed(value, dress, store_zone)
    if start is None or keep.period is None:
        return None
    if not keep.period.is_calendar:
        return _after_hours(start, keep.period, zone, store_zone)
    day = start.astimezone(zone).date() if isinstance(start, datetime) else start
    return add(end_of_unit(day, keep.rounding), keep.period)


def _after_hours(start: date, period: Period, zone: ZoneInfo, store_zone: ZoneInfo) -> date:
    if not isinstance(start, datetime):
        start = datetime.combine(start + timedelta(days=1), time(), tzinfo=store_zone)
    moment = start.astimezone(UTC) + timedelta(hours=period.hours)
    whole = Period(period.years, period.months, period.weeks, period.days)
    return add(moment.astimezone(zone).date(), whole)


def undressed(value: object, dress: Dress, store_zone: ZoneInfo) -> date | None:
    """A column's value as a day, or as an aware time; None where it tells none. The inverse of `periods.dressed`."""
    try:
        match dress:
            case Dress.EPOCH_S:
                return datetime.fromtimestamp(int(str(value)), UTC)
            case Dress.EPOCH_MS:
                return datetime.fromtimestamp(int(str(value)) / 1000, UTC)
            case _:
                found = datetime.fromisoformat(value) if isinstance(value, str) else value
    except (ValueError, OverflowError, OSError):
        return None
    if isinstance(found, datetime):
        bare = dress is Dress.DATE or (isinstance(value, str) and len(value) == 10)
        if bare:
            return found.date()
        return found if found.tzinfo is not None else found.replace(tzinfo=store_zone)
    return found if isinstance(found, date) else None
