"""What judging the rows of a table reads besides the rows themselves: so that nothing read has been written before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tillit.model import conditions as c
from tillit.model.plan import Plan, TableRule


def reads(plan: Plan, rule: TableRule) -> frozenset[str]:
    """Tables whose rows decide about rows of this one: along its grounds, and to the people who own it."""
    return frozenset(_rule(plan, rule, set()))


def columns_of(condition: c.Condition) -> Iterator[str]:
    """The row's own columns that a condition reads."""
    match condition:
        case c.And(parts) | c.Or(parts):
            for part in parts:
                yield from columns_of(part)
        case c.Not(part):
            yield from columns_of(part)
        case c.Along(hop, _):
            yield from (own for own, _ in hop.pairs)
            if hop.own_when is not None:
                yield from columns_of(hop.own_when)
        case c.Const() | c.LiveFor():
            return
        case _:
            yield condition.column


def tables_of(condition: c.Condition) -> Iterator[str]:
    """The other tables that a condition reads, itself: what `LiveFor` asks further is not followed."""
    match condition:
        case c.And(parts) | c.Or(parts):
            for part in parts:
                yield from tables_of(part)
        case c.Not(part):
            yield from tables_of(part)
        case c.Along(hop, part):
            yield hop.table
            yield from _whens(hop)
            yield from tables_of(part)
        case c.LiveFor(table, _):
            yield table
        case _:
            return


def _whens(hop: c.Hop) -> Iterator[str]:
    for when in (hop.own_when, hop.other_when):
        if when is not None:
            yield from tables_of(when)


def _rule(plan: Plan, rule: TableRule, seen: set[str]) -> Iterator[str]:
    if rule.table in seen:
        return
    seen.add(rule.table)
    yield from _owners(plan, rule, set())
    for ground in rule.grounds:
        for condition in (ground.fresh, ground.while_):
            yield from tables_of(condition)
            for asked in _asked(condition):
                yield asked
                yield from _rule(plan, plan.rules[asked], seen)


def _owners(plan: Plan, rule: TableRule, seen: set[str]) -> Iterator[str]:
    if rule.table in seen:
        return
    seen.add(rule.table)
    yield from tables_of(rule.role_when)
    for owner in rule.owners:
        hops: Iterable[c.Hop] = owner.up[:-1] if owner.straight else owner.up
        yield from (hop.table for hop in hops)
        for hop in owner.up:
            yield from _whens(hop)
        if not owner.straight and owner.parent in plan.rules:
            yield from _owners(plan, plan.rules[owner.parent], seen)


def _asked(condition: c.Condition) -> Iterator[str]:
    match condition:
        case c.And(parts) | c.Or(parts):
            for part in parts:
                yield from _asked(part)
        case c.Not(part) | c.Along(_, part):
            yield from _asked(part)
        case c.LiveFor(table, _):
            yield table
        case _:
            return
