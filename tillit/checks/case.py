"""What checks judge: the policy, the maps, what the shell has seen already; and what a kind of check is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tillit.checks.asks import Answers, Ask
from tillit.checks.looks import Looks
from tillit.checks.verdict import Evidence, Place, State
from tillit.decide.drift import Drift
from tillit.model.bound import BoundStore
from tillit.model.policy import Policy

Cells = Mapping[tuple[str, str, str, str], int]
"""(clause, store, table, column) -> dead values."""


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """One request as the register has it; it names nobody."""

    kind: str
    due_at: datetime
    answered_at: datetime | None  # None: still open


@dataclass(frozen=True, slots=True)
class ErasureSeen:
    """The newest second look after an erasure."""

    state: str
    count: int
    accepted: bool  # a person has accepted what was left


@dataclass(frozen=True, slots=True)
class Attested:
    """Somebody said that what `subject` (a promise, or an entry of the policy) promises is so."""

    subject: str
    at: datetime
    by: str
    words: str = ""  # a digest of the promise's words then


@dataclass(frozen=True, slots=True)
class Register:
    """What the register remembers that checks judge."""

    requests: tuple[RequestSeen, ...] = ()
    erasures: tuple[ErasureSeen, ...] = ()
    closed: Mapping[tuple[str, str], tuple[tuple[object, ...], ...]] = field(default_factory=dict)  # of erased people
    attested: tuple[Attested, ...] = ()
    notice: Evidence | None = None  # what the document's own check saw last


@dataclass(frozen=True, slots=True)
class Case:
    """All that checks judge by. `now` is aware; `digest` is of the policy and maps."""

    policy: Policy
    now: datetime
    digest: str
    bounds: tuple[BoundStore, ...] = ()
    looks: Looks = field(default_factory=Looks)
    register: Register = field(default_factory=Register)
    dead: Cells = field(default_factory=dict)
    late: Cells = field(default_factory=dict)
    drift: tuple[Drift, ...] = ()

    @property
    def today(self) -> date:
        """The controller's day."""
        return self.now.astimezone(ZoneInfo(self.policy.controller.timezone)).date()

    def evidence(self, kind: str, state: State, says: str, **more: Any) -> Evidence:
        """What a check of this case saw."""
        return Evidence(kind, state, self.now, self.digest, says=says, **more)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of check. `entries` are the entries of a policy that promise what it looks at, as (clause, path)."""

    name: str
    title: str
    judge: Callable[[Case, Answers], tuple[Evidence, ...]]
    asks: Callable[[Case], tuple[Ask, ...]] = lambda _case: ()
    entries: Callable[[Policy], Iterable[tuple[str, str]]] = lambda _policy: ()
    heavy: bool = False  # reads all the data there is


def several(number: int, one: str, many: str = "") -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Iterable[str]) -> str:
    """Names as they are told: a few of many."""
    told = list(names)
    return ", ".join(told[:6]) + (f" and {len(told) - 6} more" if len(told) > 6 else "")


def counted(places: Iterable[Place]) -> int:
    return sum(place.count or 0 for place in places)
