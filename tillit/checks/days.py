"""Whether what the policy says must be looked at again has been."""

from __future__ import annotations

from datetime import date

from tillit.decide.periods import add
from tillit.model.period import Period


def due(last: date, every: Period) -> date:
    """The last day on which something done on `last` is still fresh; hours count as whole days."""
    days = every.days + -(-every.hours // 24)
    return add(last, Period(every.years, every.months, every.weeks, days))


def overdue(what: str, last: date | None, every: Period | None, today: date) -> str:
    """In a few words why it is overdue; empty where it is not, or where nothing says how often."""
    if every is None:
        return ""
    if last is None:
        return f"{what} has never been done, or the day is not known"
    until = due(last, every)
    return f"{what} was due on {until}" if until < today else ""
