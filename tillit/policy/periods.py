"""Lengths of time as people write them (`1 year 6 months`) and as ISO 8601 does (`P1Y6M`)."""

from __future__ import annotations

import re

from tillit.model.policy import Period

UNITS = ("year", "month", "week", "day", "hour")
LONGEST_YEARS = 1000
_PART = re.compile(r"\s*([0-9]{1,7})\s*([A-Za-z]+)")
_N = r"([0-9]{1,7})"
_ISO = re.compile(rf"P(?=.)(?:{_N}Y)?(?:{_N}M)?(?:{_N}W)?(?:{_N}D)?(?:T(?=.)(?:{_N}H)?)?\Z")

REMEDY = "write for example `3 weeks`, `1 year 6 months`, `36 hours`, or ISO 8601: `P1Y6M`"


def parse_period(text: str) -> Period:
    """The period `text` says. Raises ValueError with the reason when it says none."""
    text = text.strip()
    counts = _iso(text) if text.startswith("P") else _words(text)
    years = counts["year"] + counts["month"] / 12 + counts["week"] / 52 + counts["day"] / 365 + counts["hour"] / 8760
    if years > LONGEST_YEARS:
        raise ValueError(f"is longer than {LONGEST_YEARS} years")
    return Period(counts["year"], counts["month"], counts["week"], counts["day"], counts["hour"])


def _iso(text: str) -> dict[str, int]:
    match = _ISO.match(text)
    if match is None:
        raise ValueError("is no ISO 8601 period of years, months, weeks, days and hours")
    counts = {unit: int(number or 0) for unit, number in zip(UNITS, match.groups(), strict=True)}
    if match.group(5) is not None and counts["hour"] == 0:
        raise ValueError("counts no hours")
    return counts


def _words(text: str) -> dict[str, int]:
    counts: dict[str, int] = dict.fromkeys(UNITS, 0)
    seen: set[str] = set()
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise ValueError("is no period")
        unit = match.group(2).removesuffix("s")
        if unit not in counts:
            raise ValueError(f"counts in {match.group(2)[:20]!r}, which is none of years, months, weeks, days, hours")
        if unit in seen:
            raise ValueError(f"says {unit}s twice")
        seen.add(unit)
        counts[unit] = int(match.group(1))
        at = match.end()
    if not seen:
        raise ValueError("is no period")
    if "hour" in seen and counts["hour"] == 0:
        raise ValueError("counts no hours")
    return counts


def period_text(period: Period) -> str:
    """The canonical text of a period: `1 year 6 months`."""
    counts = (period.years, period.months, period.weeks, period.days, period.hours)
    parts = [f"{n} {unit}{'s' * (n != 1)}" for n, unit in zip(counts, UNITS, strict=True) if n]
    return " ".join(parts) or "0 days"


def approximate_days(period: Period) -> float:
    """For ordering periods that count in different units; never for dates."""
    return period.years * 365.2425 + period.months * 30.436875 + period.weeks * 7 + period.days + period.hours / 24
