"""Rows whose storage period cannot run out because the day it counts from is missing: held, and told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tillit.decide.lowering import Scene, fresh_by_clock, lower
from tillit.model.bound import BoundStore
from tillit.model.conditions import TRUE, Condition, conjunction, negation
from tillit.model.mapping import Clock, ClockKind, Ground, Table
from tillit.model.policy import Policy


@dataclass(frozen=True, slots=True)
class UndatedGround:
    """A ground, and the condition of the rows that it holds for want of a start."""

    table: str
    purpose: str
    clause: str
    clock: str  # as the map writes it
    condition: Condition


def undated(bound: BoundStore, policy: Policy, now: datetime) -> list[UndatedGround]:
    """One for each ground with a period that starts from one column, of this row or of a parent's."""
    scene = Scene(bound, policy, now)
    return [one for table in bound.tables.values() for g in table.table.grounds for one in _of(scene, table.table, g)]


def _of(scene: Scene, table: Table, ground: Ground) -> Iterator[UndatedGround]:
    purpose, clock = scene.policy.purposes[ground.purpose], ground.since
    if clock is None or purpose.keep.period is None or not ground.missing_holds or clock.kind is not ClockKind.COLUMN:
        return
    where = TRUE if ground.where is None else lower(scene, table.name, ground.where)
    held = fresh_by_clock(scene, table.name, clock, purpose.keep, missing_holds=True)
    dated = fresh_by_clock(scene, table.name, clock, purpose.keep, missing_holds=False)
    condition: Condition = conjunction(where, held, negation(dated))
    yield UndatedGround(table.name, purpose.name, purpose.clause, written(clock), condition)


def written(clock: Clock) -> str:
    """A clock of a column, as the map writes it."""
    return ".".join((*clock.path, clock.column))
