"""Third countries (chapter V GDPR)."""

from __future__ import annotations

from datetime import date, timedelta

from tillit.law.packs import Adequacy, adequacy_list, eea, stated

FRESH = timedelta(days=90)
"""How old the list of adequacy decisions may be before somebody should look at it again."""


def is_third_country(country: str) -> bool:
    """True outside the EEA. `country` is ISO 3166-1, or the word EEA."""
    return country != "EEA" and country not in eea()


def adequacy(country: str, day: date) -> Adequacy | None:
    """The adequacy decision in force for `country` on `day`, if any. It may hold for a part of it only: see `scope`."""
    found = adequacy_list().get(country)
    if found is None or day < found.since or (found.until is not None and day > found.until):
        return None
    return found


def is_stale(day: date) -> bool:
    """True when the packs were last looked at too long before `day`."""
    return day - stated() > FRESH
