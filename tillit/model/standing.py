"""Which purposes stand for a person. Without a row here: default standing, nothing ended, no consent, no hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

Key = tuple[object, ...]
UNLIMITED = datetime.max.replace(tzinfo=UTC)
"""The reach of an end that lasts whatever the row's age: an opt-out from direct marketing."""


@dataclass(frozen=True, slots=True)
class Person:
    """A root row: a person is an identifier, not a row (the row itself may be gone)."""

    store: str
    table: str
    key: Key  # in the order of the table's key columns


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for one person.

    `ended` gives the aware time a purpose ended: it kills rows created by then (undated rows count as earlier).
    `consent` names the purposes consented to. `hold` keeps every value about the person. `restricted` (Art. 18) and
    `suspended` (purposes objected to, Art. 21(1), not yet decided) forbid use; what is kept does not change by them.
    """

    person: Person
    ended: Mapping[str, datetime] = field(default_factory=dict)
    consent: frozenset[str] = frozenset()
    hold: bool = False
    restricted: bool = False
    suspended: frozenset[str] = frozenset()

    def allows(self, purpose: str) -> bool:
        """Whether what is held about the person may be used for `purpose`, as far as what stands can tell."""
        return not self.restricted and purpose not in self.suspended and purpose not in self.ended
