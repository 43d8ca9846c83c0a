"""The first day of a date's month or year, in SQL: of an instant, the midnight of the controller's time zone.

PostgreSQL knows the time zones. MariaDB knows them only where somebody has loaded its tables, so the zone's offsets are
written into the statement: a TIMESTAMP reaches from 1970 to 2106 at most, so there are few. Both engines then cut a
time as the periods do, with Python's zones.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from tillit.model.mapping import Form

_FIRST = 0
_LAST = 2**32  # seconds since 1970 UTC; the end of MariaDB's TIMESTAMP is before it (2038, since version 11.5 2106)
_STRIDE = 7 * 24 * 3600  # no zone changes its clocks twice within a week
_EARLIEST = "1970-01-01 00:00:01"  # MariaDB's first TIMESTAMP

Steps = tuple[tuple[int, int], ...]
"""(from, seconds east of UTC): each holds until the next; the first from the beginning."""


def of_instant(engine: str, source: ColumnElement[Any], form: Form, zone: str) -> ColumnElement[Any]:
    """The midnight in `zone` that begins the month or year of an instant; what tells no time stays as it is."""
    if engine == "postgresql":
        return sa.func.date_trunc(sa.literal_column("'year'" if form is Form.YEAR else "'month'"), source, zone)
    return _of_instant_on_mariadb(source, form, zone)


def _of_instant_on_mariadb(source: ColumnElement[Any], form: Form, zone: str) -> ColumnElement[Any]:
    local = _moved(source, _step(sa.func.unix_timestamp(source), offsets(zone)))
    pattern = "%Y-01-01" if form is Form.YEAR else "%Y-%m-01"
    day = sa.cast(sa.func.date_format(local, pattern), sa.DateTime())
    month = sa.func.year(local) * 12 + (0 if form is Form.YEAR else sa.func.month(local) - 1)
    instant = _moved(day, _step(month, midnights(zone, 12 if form is Form.YEAR else 1)), back=True)
    begins = sa.literal(_EARLIEST, sa.String())
    return sa.case((source >= begins, sa.func.greatest(instant, sa.cast(begins, sa.DateTime()))), else_=source)


def _moved(moment: ColumnElement[Any], seconds: ColumnElement[Any], *, back: bool = False) -> ColumnElement[Any]:
    return sa.func.timestampadd(sa.literal_column("SECOND"), -seconds if back else seconds, moment)


def _step(at: ColumnElement[Any], steps: Steps) -> ColumnElement[Any]:
    """The value that holds at `at`: a binary search over constants."""
    if len(steps) == 1:
        return sa.literal_column(str(steps[0][1]))
    starts: ColumnElement[Any] = sa.literal_column(", ".join(str(start) for start, _ in steps[1:]))
    values: ColumnElement[Any] = sa.literal_column(", ".join(str(value) for _, value in steps))
    return sa.cast(sa.func.elt(sa.func.interval(at, starts) + 1, values), sa.Integer())


@cache
def offsets(zone: str) -> Steps:
    """The offsets of a zone (an IANA name), by the second of UTC from which each holds, from 1970 on."""
    here = ZoneInfo(zone)
    steps = [(_FIRST, _offset(here, _FIRST))]
    for start in range(_FIRST, _LAST, _STRIDE):
        low, high = start, start + _STRIDE
        if _offset(here, high) == steps[-1][1]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(here, middle) == steps[-1][1] else (low, middle)
        steps.append((high, _offset(here, high)))
    return tuple(steps)


@cache
def midnights(zone: str, months: int) -> Steps:
    """The offset at the first midnight of every month (or of every twelfth), by year * 12 + month - 1.

    Of a midnight that the clocks show twice, at the later; of one that they leave out, as if they had not been moved.
    """
    here = ZoneInfo(zone)
    steps: list[tuple[int, int]] = []
    for number in range(1969 * 12, 2107 * 12, months):
        local = datetime(number // 12, number % 12 + 1, 1, tzinfo=here)
        moment = max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        offset = (local.replace(tzinfo=UTC) - moment) // timedelta(seconds=1)
        if not steps or steps[-1][1] != offset:
            steps.append((number, offset))
    return tuple(steps)


def _offset(zone: ZoneInfo, second: int) -> int:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    told = moment.astimezone(zone).utcoffset()
    assert told is not None  # an aware time has one
    return told // timedelta(seconds=1)
