"""What the oracle reads: a bound map, plain rows, standings, one moment. No SQL, no planner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from tillit.model.bound import BoundStore, BoundTable
from tillit.model.mapping import Ground
from tillit.model.policy import Basis, Policy, Purpose
from tillit.model.standing import Person, Standing

T = TypeVar("T")
Row = dict[str, object]
Rows = dict[str, list[Row]]
Ref = tuple[str, int]  # (table, place in its list): a row's identity within one world
RowId = tuple[str, tuple[object, ...]]  # (table, key): a row's identity for people


class HasMemo(Protocol):
    @property
    def memo(self) -> dict[object, object]: ...


@dataclass(frozen=True)
class World:
    """The state before a sweep, and everything that judges it."""

    policy: Policy
    bound: BoundStore
    rows: Rows
    standings: Mapping[Person, Standing]
    now: datetime
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    def refs(self, table: str | None = None) -> Iterable[Ref]:
        names = [table] if table is not None else list(self.rows)
        return [(name, i) for name in names for i in range(len(self.rows.get(name, [])))]

    def row(self, ref: Ref) -> Row:
        return self.rows[ref[0]][ref[1]]

    def mapped(self, name: str) -> BoundTable | None:
        return self.bound.tables.get(name)

    def key_of(self, name: str) -> tuple[str, ...]:
        mapped = self.mapped(name)
        if mapped is not None:
            return mapped.table.key
        info = self.bound.schema.tables[name]
        return info.key or tuple(info.columns)

    def id(self, ref: Ref) -> RowId:
        return ref[0], tuple(self.row(ref)[c] for c in self.key_of(ref[0]))

    def grounds(self, name: str) -> tuple[Ground, ...]:
        mapped = self.mapped(name)
        return mapped.table.grounds if mapped is not None else ()

    def purpose(self, ground: Ground) -> Purpose:
        return self.policy.purposes[ground.purpose]

    def by_consent(self, ground: Ground) -> bool:
        return self.purpose(ground).basis is Basis.CONSENT

    def standing(self, person: Person) -> Standing:
        return self.standings.get(person) or Standing(person)

    @property
    def controller_zone(self) -> ZoneInfo:
        return ZoneInfo(self.policy.controller.timezone)

    @property
    def store_zone(self) -> ZoneInfo:
        return ZoneInfo(self.bound.store.timezone or "UTC")


def remembered(function: Callable[..., T]) -> Callable[..., T]:
    """Work a thing out once for each row: the first argument keeps the memo, the others are told apart by identity."""

    @wraps(function)
    def once(keeper: HasMemo, *rest: object) -> T:
        key = (function.__qualname__, *(r if isinstance(r, tuple | str | Person) else id(r) for r in rest))
        if key not in keeper.memo:
            keeper.memo[key] = (function(keeper, *rest), rest)  # `rest` is kept so that no identity is used again
        return cast(tuple[T, object], keeper.memo[key])[0]

    return once


def world(policy: Policy, bound: BoundStore, rows: Rows, standings: Iterable[Standing], now: datetime) -> World:
    """A world from a case's parts; `now` must be aware."""
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    return World(policy, bound, rows, {s.person: s for s in standings}, now)


@dataclass(frozen=True)
class GroundFlags:
    """One ground for one row and one person: the parts of `held`."""

    purpose: str
    fresh: bool
    ended: bool
    while_: bool
    consent: bool
    held: bool


@dataclass(frozen=True)
class Explained:
    """What holds one row for one person. A column is 'live', 'dead', or the name of the form it is coarsened to."""

    grounds: tuple[GroundFlags, ...]
    columns: Mapping[str, str]
    hold: bool
    dead: bool


@dataclass(frozen=True)
class Outcome:
    """The end of one sweep. `rows` is every row that is left of every table, as it then stands."""

    rows: Rows
    deleted: frozenset[RowId]
    changed: Mapping[RowId, Mapping[str, object]]  # new values only, replaced cells and cut links together
    cut: frozenset[tuple[str, tuple[object, ...], str]]  # (table, key, link)
    cut_link_rows: frozenset[RowId]  # rows of `via` tables deleted because their link was cut
    dead_cells: Mapping[tuple[str, str], int]  # in scope, before: dead, not NULL, not equal to the fill
    coarse_cells: Mapping[tuple[str, str], int]  # in scope, before: coarsened, not NULL, not yet in the form
    dead_rows: Mapping[str, int] = field(default_factory=dict)  # in scope, before, whatever becomes of them

    @property
    def still(self) -> bool:
        """True when the sweep changed nothing."""
        return not self.deleted and not self.changed
