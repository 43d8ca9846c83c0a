"""How long a law demands that something is kept."""

from __future__ import annotations

from datetime import date

from tillit.law.deadlines import add_months
from tillit.law.packs import Statute, statutes


def statute(key: str) -> Statute | None:
    """The statute that a policy names, such as se/bokforingslagen-7-2; None when no pack knows it."""
    return statutes().get(key)


def keep_until(key: str, start: date) -> date | None:
    """The last day to keep what is kept under a statute, counted from `start` (the end of the fiscal year, ...).

    None where the statute gives no time. Raises KeyError when no pack knows it.

    >>> keep_until("se/bokforingslagen-7-2", date(2026, 1, 31))
    datetime.date(2033, 12, 31)
    """
    found = statutes()[key]
    if found.period is None:
        return None
    begin = date(start.year, 12, 31) if found.to_year_end else start
    return add_months(begin, 12 * found.period.years + found.period.months)
