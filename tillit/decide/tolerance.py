"""How late a sweep may be before a promise counts as broken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tillit.decide.periods import add, backwards
from tillit.model.policy import Period, Policy, Purpose

SWEEP_INTERVAL = timedelta(days=1)
DEFAULT_TOLERANCE = Period(days=2)  # the sweep interval and one day


def tolerance(purpose: Purpose) -> Period:
    """What the policy says, else the sweep interval and one day."""
    return purpose.keep.tolerance or DEFAULT_TOLERANCE


def earlier(now: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """`now` moved back by `period` on the calendar of `zone`; aware."""
    local = now.astimezone(zone)
    day = add(local.date(), backwards(Period(period.years, period.months, period.weeks, period.days)))
    return datetime.combine(day, local.timetz()).astimezone(now.tzinfo) - timedelta(hours=period.hours)


def later(now: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """`now` moved forward by `period` on the calendar of `zone`; aware."""
    local = now.astimezone(zone)
    day = add(local.date(), Period(period.years, period.months, period.weeks, period.days))
    return datetime.combine(day, local.timetz()).astimezone(now.tzinfo) + timedelta(hours=period.hours)


def by_tolerance(policy: Policy, purposes: Iterable[str]) -> dict[Period, frozenset[str]]:
    """Distinct tolerance -> the purposes that have it."""
    found: dict[Period, set[str]] = {}
    for name in purposes:
        found.setdefault(tolerance(policy.purposes[name]), set()).add(name)
    return {period: frozenset(names) for period, names in found.items()}


def undo_ends(policy: Policy, purposes: Iterable[str], now: datetime, undo_days: int, *, sweep: bool) -> datetime:
    """When the undo of a run of `now` must be destroyed. What a sweep took out is never kept past a tolerance."""
    latest = now + timedelta(days=undo_days)
    if not sweep:
        return latest
    zone = ZoneInfo(policy.controller.timezone)
    timed = [tolerance(policy.purposes[p]) for p in purposes if policy.purposes[p].keep.period is not None]
    return min([latest, *(later(now, period, zone) for period in timed)])
