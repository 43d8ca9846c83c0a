"""What one sweep does, by brute force: the oracle that planner and connectors are compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.oracle import conditions, grounds, links, persons, values
from tests.oracle.grounds import Facts
from tests.oracle.world import Explained, Outcome, Ref, Row, RowId, Rows, World, world
from tillit.model.bound import Arrow, BoundStore
from tillit.model.mapping import Column, Link, LinkKind, WhenDead
from tillit.model.policy import Policy
from tillit.model.standing import Person, Standing

Scope = frozenset[Person] | None  # None: everything


@dataclass(frozen=True)
class Cuts:
    """The links to be cut if their row stays: by columns (row, link), or as a row of a `via` table."""

    columns: frozenset[tuple[Ref, str]]
    rows: frozenset[tuple[Ref, Ref, str]]  # (link row, the row it belongs to, link)

    @property
    def link_rows(self) -> frozenset[Ref]:
        return frozenset(row for row, _, _ in self.rows)


def truth(
    policy: Policy, bound: BoundStore, rows: Rows, standings: Iterable[Standing], now: datetime, scope: Scope = None
) -> Outcome:
    """The end of one sweep, of everything or of a set of persons."""
    known = grounds.facts(world(policy, bound, rows, standings, now))
    cuts = all_cuts(known, scope)
    stays = staying(known, scope, cuts)
    return outcome(known, scope, cuts, stays)


def explain(
    policy: Policy, bound: BoundStore, rows: Rows, standings: Iterable[Standing], now: datetime, person: Person
) -> dict[RowId, Explained]:
    """What holds each row of a person (managed tables only), ground by ground and column by column."""
    known = grounds.facts(world(policy, bound, rows, standings, now))
    return {
        known.world.id(ref): _explained(known, ref, person)
        for ref in known.world.refs()
        if person in known.persons[ref] and known.world.grounds(ref[0])
    }


def _explained(known: Facts, ref: Ref, person: Person) -> Explained:
    mapped = known.world.bound.tables[ref[0]]
    return Explained(
        grounds=tuple(grounds.flags(known, ref, g, person) for g in mapped.table.grounds),
        columns={c.name: values.state(known, ref, c) for c in mapped.table.personal_columns},
        hold=grounds.hold(known, person),
        dead=values.row_dead(known, ref),
    )


def in_scope(known: Facts, ref: Ref, scope: Scope) -> bool:
    return scope is None or bool(known.persons[ref] & scope)


def column_in_scope(known: Facts, ref: Ref, column: Column, scope: Scope) -> bool:
    return scope is None or (in_scope(known, ref, scope) and bool(values.about(known, ref, column) & scope))


# Cuts


def all_cuts(known: Facts, scope: Scope) -> Cuts:
    columns: set[tuple[Ref, str]] = set()
    rows: set[tuple[Ref, Ref, str]] = set()
    for ref in known.world.refs():
        mapped = known.world.mapped(ref[0])
        for name in mapped.cuts if mapped is not None else ():
            assert mapped is not None
            link = mapped.table.link(name)
            if link.via is not None:
                rows |= {(row, ref, name) for row in _cut_link_rows(known, ref, link, scope)}
            elif _points(known, ref, link) and is_cut(
                known, ref, link, persons.by_link(known.world, ref, link, known.persons), scope
            ):
                columns.add((ref, name))
    return Cuts(frozenset(columns), frozenset(rows))


def _points(known: Facts, ref: Ref, link: Link) -> bool:
    cells = links.cells(known.world, ref, link.columns)
    if cells is None or not links.applies(known.world, ref, link):
        return False
    return link.prefix is None or str(cells[0]).startswith(link.prefix)


def _cut_link_rows(known: Facts, ref: Ref, link: Link, scope: Scope) -> list[Ref]:
    """A `via` link is cut link row by link row: each is judged by the persons it alone leads to."""
    assert link.via is not None
    if not links.applies(known.world, ref, link):
        return []
    pointing = [
        row
        for row in links.link_rows(known.world, ref, link)
        if links.cells(known.world, row, link.via.there) is not None
    ]
    return [
        row
        for row in pointing
        if is_cut(known, ref, link, persons.by_link_row(known.world, row, link, known.persons), scope)
    ]


def is_cut(known: Facts, ref: Ref, link: Link, whose: frozenset[Person], scope: Scope) -> bool:
    """True when a link to these persons is cut should the row stay."""
    mapped = known.world.bound.tables[ref[0]]
    if not mapped.table.grounds:
        return False
    anonymised = mapped.table.when_dead is WhenDead.ANONYMISE and values.row_dead(known, ref)
    if link.kind is LinkKind.OWNED_BY and anonymised and in_scope(known, ref, scope):
        return True
    if not whose or (scope is not None and not whose & scope):
        return False
    if any(values.held_for(known, ref, f) for f in whose):
        return False
    if link.kind is LinkKind.ACCESSED_BY:
        return True
    others = known.persons[ref] - whose
    return link.kind is LinkKind.OWNED_BY and any(values.held_for(known, ref, f) for f in others)


# Stays


def going(known: Facts, scope: Scope, cuts: Cuts) -> frozenset[Ref]:
    """Rows that go unless something needs them."""
    dead = {
        ref
        for ref in known.world.refs()
        if in_scope(known, ref, scope)
        and values.row_dead(known, ref)
        and known.world.bound.tables[ref[0]].table.when_dead is WhenDead.DELETE
        and not values.has_unknown(known.world, ref[0])
    }
    belonging = {row for row, owner in belongs(known.world) if owner in dead}
    return frozenset(dead | belonging | cuts.link_rows)


def belongs(world: World) -> list[tuple[Ref, Ref]]:
    """(row of a `via` table, the row it belongs to)."""
    return [
        (row, ref)
        for ref in world.refs()
        for link in (world.bound.tables[ref[0]].table.links if ref[0] in world.bound.tables else ())
        if link.via is not None
        for row in links.link_rows(world, ref, link)
    ]


def staying(known: Facts, scope: Scope, cuts: Cuts) -> frozenset[Ref]:
    """The least set: what does not go, what those point at, and the uncut link rows of what stays."""
    owners = belongs(known.world)
    gone = going(known, scope, cuts)
    stays = frozenset(known.world.refs()) - gone
    while True:
        more = set(stays)
        for ref in stays:
            more |= needs(known.world, ref, cuts)
        more |= {
            row
            for row, owner in owners
            if owner in more and row not in cuts.link_rows and all(o in more for r, o in owners if r == row)
        }
        if more == stays:
            return stays
        stays = frozenset(more)


def needs(world: World, ref: Ref, cuts: Cuts) -> set[Ref]:
    """The rows this staying row points at, its cut links being cut (to a tombstone: the row that stands there)."""
    found: set[Ref] = set()
    for arrow in world.bound.arrows:
        if arrow.child == ref[0]:
            found |= set(pointed_at(world, ref, arrow, cut_row(world, ref, cuts)))
    return found


def pointed_at(world: World, ref: Ref, arrow: Arrow, row: Row) -> list[Ref]:
    values_ = tuple(row[c] for c in arrow.columns)
    if any(v is None for v in values_) or (arrow.when is not None and not conditions.true(world, ref, arrow.when)):
        return []
    if arrow.prefix is not None:
        column = arrow.parent_columns[0]
        return [r for r in world.refs(arrow.parent) if arrow.prefix + str(world.row(r)[column]) == values_[0]]
    return links.having(world, arrow.parent, arrow.parent_columns, values_)


def cut_row(world: World, ref: Ref, cuts: Cuts) -> Row:
    """The row with its cut links written."""
    row = dict(world.row(ref))
    for at, name in cuts.columns:
        if at == ref:
            row.update(dict(world.bound.tables[ref[0]].cuts[name].writes))
    return row


# The end


def outcome(known: Facts, scope: Scope, cuts: Cuts, stays: frozenset[Ref]) -> Outcome:
    left: Rows = {name: [] for name in known.world.rows}
    changed: dict[RowId, dict[str, object]] = {}
    for ref in known.world.refs():
        if ref in stays:
            row = end_row(known, ref, scope, cuts)
            left[ref[0]].append(row)
            new = {c: v for c, v in row.items() if not values.same(v, known.world.row(ref)[c])}
            if new:
                changed[known.world.id(ref)] = new
    deleted = frozenset(known.world.id(ref) for ref in known.world.refs() if ref not in stays)
    dead, coarse = counts(known, scope)
    return Outcome(
        rows=left,
        deleted=deleted,
        changed=changed,
        cut=frozenset((*known.world.id(ref), name) for ref, name in cuts.columns if ref in stays)
        | frozenset((*known.world.id(o), name) for row, o, name in cuts.rows if o in stays and row not in stays),
        cut_link_rows=frozenset(known.world.id(r) for r, o, _ in cuts.rows if o in stays and r not in stays),
        dead_cells=dead,
        coarse_cells=coarse,
        dead_rows=Counter(
            ref[0] for ref in known.world.refs() if in_scope(known, ref, scope) and values.row_dead(known, ref)
        ),
    )


def end_row(known: Facts, ref: Ref, scope: Scope, cuts: Cuts) -> Row:
    row = cut_row(known.world, ref, cuts)
    mapped = known.world.mapped(ref[0])
    if mapped is None or not mapped.table.grounds:
        return row
    for column in mapped.table.personal_columns:
        if column.name in mapped.fills and column_in_scope(known, ref, column, scope):
            row[column.name] = values.after(known, ref, column)
    return row


def counts(known: Facts, scope: Scope) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Cells of the scope that a sweep would replace or rewrite if every row stayed: (dead, coarsened)."""
    dead: Counter[tuple[str, str]] = Counter()
    coarse: Counter[tuple[str, str]] = Counter()
    for ref in known.world.refs():
        mapped = known.world.mapped(ref[0])
        if mapped is None or not mapped.table.grounds:
            continue
        for column in mapped.table.personal_columns:
            if column.name not in mapped.fills or not column_in_scope(known, ref, column, scope):
                continue
            if not values.same(values.after(known, ref, column), known.world.row(ref)[column.name]):
                (dead if values.state(known, ref, column) == "dead" else coarse)[ref[0], column.name] += 1
    return dead, coarse
