"""From the map's expressions and clocks to conditions: names resolved, time turned into constants in dress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tillit.decide import periods
from tillit.decide.hops import along, downward
from tillit.model import conditions as c
from tillit.model import expression as e
from tillit.model.bound import BoundStore
from tillit.model.mapping import Clock, ClockKind, Dress, Link, Table
from tillit.model.policy import Policy, Retention


@dataclass(frozen=True, slots=True)
class Scene:
    """What lowering needs to know: the bound map, the policy and the time."""

    bound: BoundStore
    policy: Policy
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.policy.controller.timezone)

    @property
    def store_zone(self) -> ZoneInfo:
        return ZoneInfo(self.bound.store.timezone or "UTC")

    def dress(self, table: str, column: str) -> Dress | None:
        bound = self.bound.tables.get(table)
        return bound.dress.get(column) if bound else None


def parent_key(bound: BoundStore, link: Link) -> tuple[str, ...]:
    """The parent's columns that `link` leads to."""
    if link.to:
        return link.to
    mapped = bound.tables.get(link.table)
    return mapped.table.key if mapped else bound.schema.tables[link.table].key


def upward(scene: Scene, table: Table, link: Link) -> tuple[c.Hop, ...]:
    """From a row of `table` to the parent rows: one hop, or two through a link table."""
    bound = scene.bound
    own_when = c.TRUE if link.when is None or link.pointed_by else lower(scene, table.name, link.when)
    if link.pointed_by:
        here = link.to or table.key
        theirs = c.TRUE if link.when is None else lower(scene, link.table, link.when)
        return (c.Hop(link.table, tuple(zip(here, link.columns, strict=True)), other_when=theirs),)
    if link.via is not None:
        first = c.Hop(link.via.table, tuple(zip(table.key, link.via.here, strict=True)), own_when=own_when)
        there = parent_key(bound, link)
        return (first, c.Hop(link.table, tuple(zip(link.via.there, there, strict=True))))
    pairs = tuple(zip(link.columns, parent_key(bound, link), strict=True))
    return (c.Hop(link.table, pairs, own_when=own_when, prefix_own=link.prefix, matches=link.matches),)


def lower(scene: Scene, table: str, expression: e.Expression) -> c.Condition:
    """`expression` on a row of `table` as a condition."""
    match expression:
        case e.Const(value):
            return c.Const(value)
        case e.Null(column):
            return c.Null(column)
        case e.Not(part):
            return c.negation(lower(scene, table, part))
        case e.And(parts):
            return c.conjunction(*(lower(scene, table, p) for p in parts))
        case e.Or(parts):
            return c.disjunction(*(lower(scene, table, p) for p in parts))
        case e.Compare(column, op, value):
            return _compare(scene, table, column, op, value)
        case e.OneOf(column, values):
            return c.disjunction(*(_compare(scene, table, column, e.Op.EQ, v) for v in values))
        case e.Exists(child, link, part):
            return _exists(scene, child, link, lower(scene, child, part))
        case e.Of(link, part):
            return _of(scene, table, link, part)


def _compare(scene: Scene, table: str, column: str, op: e.Op, value: e.Literal) -> c.Condition:
    if not isinstance(value, e.Today):
        return c.Compare(column, op, value)
    dress = scene.dress(table, column) or Dress.DATE
    at, bare = periods.dressed(periods.today(scene.now, scene.zone, value), dress, scene.store_zone)
    before, not_before = c.Before(column, at, dress, bare), c.NotBefore(column, at, dress, bare)
    after = c.After(column, at, dress, bare)
    match op:
        case e.Op.LT:
            return before
        case e.Op.GE:
            return not_before
        case e.Op.GT:
            return after
        case e.Op.LE:
            return c.disjunction(before, c.conjunction(not_before, c.negation(after)))
        case e.Op.EQ:
            return c.conjunction(not_before, c.negation(after))
        case e.Op.NE:
            return c.disjunction(before, after)


def _exists(scene: Scene, child: str, link_name: str, part: c.Condition) -> c.Condition:
    table = scene.bound.tables[child].table
    return along(downward(child, upward(scene, table, table.link(link_name))), part)


def _of(scene: Scene, table: str, link_name: str, part: e.Expression) -> c.Condition:
    own = scene.bound.tables[table].table
    link = own.link(link_name)
    return along(upward(scene, own, link), lower(scene, link.table, part))


def fresh_by_clock(scene: Scene, table: str, clock: Clock, keep: Retention, missing_holds: bool) -> c.Condition:
    """Not expired: true while the storage period that starts with `clock` runs."""
    if keep.period is None:
        return c.TRUE
    edge = periods.cutoff(scene.now, scene.zone, keep.period, keep.rounding)
    match clock.kind:
        case ClockKind.COLUMN:
            return _fresh_along(scene, table, clock, edge, missing_holds)
        case ClockKind.LAST:
            before, not_before = _sides(scene, clock.child, clock, edge)
            fresh = c.negation(before) if missing_holds else not_before
            return _exists(scene, clock.child, clock.child_link, fresh)
        case ClockKind.FIRST:
            before, not_before = _sides(scene, clock.child, clock, edge)
            some = _exists(scene, clock.child, clock.child_link, c.TRUE if missing_holds else not_before)
            return c.conjunction(some, c.negation(_exists(scene, clock.child, clock.child_link, before)))


def _fresh_along(scene: Scene, table: str, clock: Clock, edge: periods.Edge, missing_holds: bool) -> c.Condition:
    path: tuple[c.Hop, ...] = ()
    for name in clock.path:
        own = scene.bound.tables[table].table
        link = own.link(name)
        path += upward(scene, own, link)
        table = link.table
    before, not_before = _sides(scene, table, clock, edge)
    return c.negation(along(path, before)) if missing_holds else along(path, not_before)


def _sides(scene: Scene, table: str, clock: Clock, edge: periods.Edge) -> tuple[c.Before, c.NotBefore]:
    dress = clock.dress or scene.dress(table, clock.column) or Dress.AWARE
    value, bare = periods.dressed(edge, dress, scene.store_zone)
    return c.Before(clock.column, value, dress, bare), c.NotBefore(clock.column, value, dress, bare)
