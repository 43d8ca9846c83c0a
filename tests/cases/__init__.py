"""Small cases with results written by hand, one or more for each paragraph of docs/reference/semantics.md."""

from __future__ import annotations

from tests.cases import expired, held, persons, sweeps, values
from tests.cases.build import Hand

ALL: list[Hand] = [*persons.CASES, *expired.CASES, *held.CASES, *values.CASES, *sweeps.CASES]
