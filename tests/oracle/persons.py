"""Whose a row is: the least fixpoint over its owner links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.oracle import conditions, links
from tests.oracle.world import Ref, World
from tillit.model.mapping import Link
from tillit.model.standing import Person

Persons = Mapping[Ref, frozenset[Person]]
NOBODY: frozenset[Person] = frozenset()


def of_rows(world: World) -> Persons:
    """persons(row) of every row of every table."""
    known: dict[Ref, frozenset[Person]] = dict.fromkeys(world.refs(), NOBODY)
    while True:
        found = {ref: own(world, ref) | by_owners(world, ref, known) for ref in world.refs()}
        if found == known:
            return known
        known = found


def own(world: World, ref: Ref) -> frozenset[Person]:
    """The row itself, when a role of its table is true for it."""
    mapped = world.mapped(ref[0])
    if mapped is None:
        return NOBODY
    roles = mapped.table.persons
    if any(role.when is None or conditions.true(world, ref, role.when) for role in roles):
        return frozenset({Person(world.bound.store.name, *world.id(ref))})
    return NOBODY


def by_owners(world: World, ref: Ref, known: Persons) -> frozenset[Person]:
    mapped = world.mapped(ref[0])
    if mapped is None:
        return NOBODY
    return union(by_link(world, ref, link, known) for link in mapped.table.owners)


def by_link(world: World, ref: Ref, link: Link, known: Persons) -> frozenset[Person]:
    """persons(row, link)."""
    if link.via is not None:
        if not links.applies(world, ref, link):
            return NOBODY
        return union(by_link_row(world, row, link, known) for row in links.link_rows(world, ref, link))
    if links.is_straight(world, link):
        person = links.straight_person(world, ref, link)
        return frozenset({person}) if person is not None else NOBODY
    return union(known[parent] for parent in links.targets(world, ref, link))


def by_link_row(world: World, row: Ref, link: Link, known: Persons) -> frozenset[Person]:
    """The persons one row of a `via` table leads to."""
    assert link.via is not None
    if not links.is_straight(world, link):
        return union(known[parent] for parent in links.ends(world, row, link))
    there = links.cells(world, row, link.via.there)
    if there is None:
        return NOBODY
    return frozenset({Person(world.bound.store.name, link.table, there)})


def union(sets: Iterable[frozenset[Person]]) -> frozenset[Person]:
    return frozenset().union(*sets)
