"""A length of time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time. Calendar units are counted on local dates, hours on the instant."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0

    @property
    def is_calendar(self) -> bool:
        """True when the period counts whole days: it then ends with the local day."""
        return self.hours == 0
