"""Which grounds hold which rows, and for whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.oracle import conditions, links, persons, times
from tests.oracle.world import GroundFlags, Ref, World, remembered
from tillit.model.mapping import Clock, ClockKind, Ground, Link
from tillit.model.standing import Person

Living = frozenset[tuple[Ref, str]]  # (row, purpose): live(row, purpose)


@dataclass(frozen=True)
class Facts:
    """What is worked out once for a world: whose each row is, and for which purposes it is live."""

    world: World
    persons: persons.Persons
    living: Living
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)


def facts(world: World) -> Facts:
    """The least fixpoints: persons first, then `live` (grounds may be `through` rows of the same table)."""
    known = Facts(world, persons.of_rows(world), frozenset())
    held_rows = frozenset(  # a hold makes a row live for every purpose, whichever grounds its table has
        (ref, purpose)
        for ref in world.refs()
        if world.mapped(ref[0]) is not None and any(hold(known, f) for f in known.persons[ref])
        for purpose in world.policy.purposes
    )
    while True:
        living = (
            frozenset(
                (ref, ground.purpose)
                for ref in world.refs()
                for ground in world.grounds(ref[0])
                if lives(known, ref, ground)
            )
            | held_rows
        )
        if living == known.living:
            return known
        known = Facts(world, known.persons, living)


def lives(known: Facts, ref: Ref, ground: Ground) -> bool:
    """True when this ground (or a hold) makes live(row, its purpose)."""
    whose = known.persons[ref]
    if any(hold(known, f) for f in whose) or any(held(known, ref, ground, f) for f in whose):
        return True
    return not whose and for_nobody(known, ref, ground)


def for_nobody(known: Facts, ref: Ref, ground: Ground) -> bool:
    return (ground.through is not None or not known.world.by_consent(ground)) and fresh(known, ref, ground)


def hold(known: Facts, person: Person) -> bool:
    return known.world.standing(person).hold


@remembered
def held(known: Facts, ref: Ref, ground: Ground, person: Person) -> bool:
    """held(g, row, f)."""
    return (
        fresh(known, ref, ground)
        and (
            ground.through is not None
            or not ended(known.world, ref, ground, person)
            or outlasts(known.world, ref, ground)
        )
        and consented(known.world, ground, person)
    )


def flags(known: Facts, ref: Ref, ground: Ground, person: Person) -> GroundFlags:
    return GroundFlags(
        purpose=ground.purpose,
        fresh=fresh(known, ref, ground),
        ended=ended(known.world, ref, ground, person),
        while_=outlasts(known.world, ref, ground),
        consent=consented(known.world, ground, person),
        held=held(known, ref, ground, person),
    )


def outlasts(world: World, ref: Ref, ground: Ground) -> bool:
    return ground.while_ is not None and conditions.true(world, ref, ground.while_)


def consented(world: World, ground: Ground, person: Person) -> bool:
    return (
        ground.through is not None or not world.by_consent(ground) or ground.purpose in world.standing(person).consent
    )


def ended(world: World, ref: Ref, ground: Ground, person: Person) -> bool:
    """ended(p, f, row): an undated row counts as earlier, a bare date as the midnight it begins with."""
    at = world.standing(person).ended.get(ground.purpose)
    if at is None:
        return False
    created = created_at(world, ref)
    return created is None or created <= utc(at)


def utc(at: datetime) -> datetime:
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def created_at(world: World, ref: Ref) -> datetime | None:
    mapped = world.mapped(ref[0])
    assert mapped is not None
    clock = mapped.table.created
    if clock is None:
        return None
    told = cell_moment(world, ref, clock)
    return None if told is None else told.opens


def cell_moment(world: World, ref: Ref, clock: Clock) -> times.Moment | None:
    mapped = world.mapped(ref[0])
    assert mapped is not None
    return times.moment(world, world.row(ref)[clock.column], mapped.dress[clock.column])


@remembered
def fresh(known: Facts, ref: Ref, ground: Ground) -> bool:
    """fresh(g, row): not expired, and `where` is true."""
    world = known.world
    if ground.where is not None and not conditions.true(world, ref, ground.where):
        return False
    if ground.through is not None:
        table, link = ground.through
        return any((child, ground.purpose) in known.living for child in links.children(world, ref, table, link))
    keep = world.purpose(ground).keep
    if keep.unknown or keep.period is None or ground.since is None:
        return True
    match ground.since.kind:
        case ClockKind.COLUMN:
            return by_column(world, ref, ground, ground.since)
        case ClockKind.LAST:
            return by_last(world, ref, ground, ground.since)
        case ClockKind.FIRST:
            return by_first(world, ref, ground, ground.since)


def by_column(world: World, ref: Ref, ground: Ground, clock: Clock) -> bool:
    """A column of this row, or of the parents' along the path: missing where it leads nowhere.

    Where a path leads to several rows (which stable maps do not have), one that is not expired holds.
    """
    here = [ref]
    for name in clock.path:
        here = [up for r in here for up in links.targets(world, r, link_of(world, r, name))]
    starts = [cell_moment(world, r, clock) for r in here]
    if not starts or None in starts:
        return ground.missing_holds or any(s is not None and not expired(world, s, ground) for s in starts)
    return any(s is not None and not expired(world, s, ground) for s in starts)


def link_of(world: World, ref: Ref, name: str) -> Link:
    mapped = world.mapped(ref[0])
    assert mapped is not None
    return mapped.table.link(name)


def expired(world: World, start: times.Moment, ground: Ground) -> bool:
    return times.expired(world, start, world.purpose(ground).keep)


def child_moments(world: World, ref: Ref, clock: Clock) -> list[times.Moment | None]:
    return [cell_moment(world, child, clock) for child in links.children(world, ref, clock.child, clock.child_link)]


def by_last(world: World, ref: Ref, ground: Ground, clock: Clock) -> bool:
    """No child: not fresh. A child without a date: fresh, unless missing dies. Else until the last is expired."""
    dates = child_moments(world, ref, clock)
    if ground.missing_holds and None in dates:
        return True
    return any(d is not None and not expired(world, d, ground) for d in dates)


def by_first(world: World, ref: Ref, ground: Ground, clock: Clock) -> bool:
    """No child: not fresh. Expired when some child's date is; all without dates: missing."""
    children = child_moments(world, ref, clock)
    dates = [d for d in children if d is not None]
    if children and not dates:
        return ground.missing_holds
    return bool(dates) and not any(expired(world, d, ground) for d in dates)
