"""What stays marks what it needs: a dead row that a staying row points at stays as a shell.

Children are marked before parents, so that one question per link suffices; in cycles of links, a least fixpoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import FromClause

from tillit.connectors.sql.compiler import Compiler, exists
from tillit.connectors.sql.judge import Default, Several, holds
from tillit.connectors.sql.leaves import Bool, as_text, same_family, text_equal
from tillit.connectors.sql.mark import Marks, dead_by_default, in_scope_of, mark, row_dead
from tillit.connectors.sql.people import People
from tillit.connectors.sql.unflagged import points, somebody_unflagged
from tillit.model.conditions import Hop
from tillit.model.graph import components
from tillit.model.mapping import WhenDead
from tillit.model.plan import Need, OwnerRule, Plan, TableRule
from tillit.model.schema import Family


@dataclass(frozen=True)
class ViaOwner:
    """A link table and the table whose rows its rows live with."""

    rule: TableRule
    owner: OwnerRule


def via_owners(plan: Plan) -> dict[str, ViaOwner]:
    """Link tables of the map, by name."""
    return {o.via: ViaOwner(r, o) for r in plan.rules.values() for o in r.owners if o.via}


def mark_all(marks: Marks) -> None:
    """Mark every managed table: children before the parents they need."""
    for tables, recursive in turns(marks.people.plan):
        rules = [marks.people.plan.rules[name] for name in tables]
        for rule in rules:
            mark(marks, rule, None if recursive else lambda rule, alias: needed(marks, rule, alias))
            mark_link_rows(marks, rule)
        if recursive:
            drop_needed(marks, rules, again=True)


def turns(plan: Plan) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Managed tables, children before the parents they need; those that need each other together, and True."""
    managed = {n: r for n, r in plan.rules.items() if r.grounds}
    edges: dict[str, set[str]] = {name: set() for name in managed}
    vias = via_owners(plan)
    for need in plan.needs:
        via = vias.get(need.arrow.child)
        if via is not None and _is_here(via, need):
            continue
        child, parent = need.arrow.child if via is None else via.rule.table, need.arrow.parent
        if parent in managed and child in managed and managed[parent].deletes:
            edges[parent].add(child)
    for component in components(edges):
        yield component, len(component) > 1 or component[0] in edges[component[0]]


def is_pointed_at(plan: Plan, rule: TableRule) -> bool:
    """Some link leads to the table: rows of it may have to stay for other rows' sake."""
    return any(need.arrow.parent == rule.table for need in plan.needs)


def needed(marks: Marks, rule: TableRule, alias: FromClause, among: Sequence[Need] | None = None) -> Bool:
    """Some staying row points at the row by a link (of `among`, or any) that is not cut."""
    return sa.or_(sa.false(), *_needs(marks, rule, alias, among))


def unneeded(marks: Marks, rule: TableRule, alias: FromClause, among: Sequence[Need] | None = None) -> list[Bool]:
    """The opposite, a test a link: engines join what is asked one by one."""
    return [sa.not_(test) for test in _needs(marks, rule, alias, among)]


def _needs(marks: Marks, rule: TableRule, alias: FromClause, among: Sequence[Need] | None) -> list[Bool]:
    plan, compiler = marks.people.plan, marks.people.compiler
    vias = via_owners(plan)
    tests: list[Bool] = []
    for need in plan.needs if among is None else among:
        arrow = need.arrow
        if arrow.parent != rule.table:
            continue
        via = vias.get(arrow.child)
        if via is not None and _is_here(via, need):
            continue  # a link row lives with its row: it needs nothing from it
        child = compiler.alias(arrow.child)
        hop = Hop(
            arrow.parent,
            tuple(zip(arrow.columns, arrow.parent_columns, strict=True)),
            own_when=None if arrow.declared else need.when,  # a declared key points wherever it points
            prefix_own=arrow.prefix,
        )
        tests.append(_pointed_at(compiler, need, hop, child, alias, _stays(marks, need, child, via)))
        tests += _named_by_tombstone(marks, need, alias)
    return tests


def _pointed_at(
    compiler: Compiler, need: Need, hop: Hop, child: FromClause, alias: FromClause, stays: list[Bool]
) -> Bool:
    """Some row of `child` that stays points at the row: a probe by index, or a list made once where there is none."""
    arrow, tables = need.arrow, compiler.schema.tables
    keyed = any(set(index[: len(arrow.columns)]) == set(arrow.columns) for index in tables[arrow.child].indexes)
    pairs = list(zip(arrow.columns, arrow.parent_columns, strict=True))
    plain = arrow.prefix is None and all(
        same_family(tables[arrow.child].columns[a].family, tables[arrow.parent].columns[b].family) for a, b in pairs
    )
    if keyed or not plain:
        return exists(child, where=(compiler.joins(hop, arrow.child, child, alias), *stays))
    when = sa.true() if hop.own_when is None else compiler.condition(hop.own_when, arrow.child, child)
    there = [child.c[a].is_not(None) for a, _ in pairs]
    listed = sa.select(*(child.c[a] for a, _ in pairs)).where(*there, when, *stays)
    found = [alias.c[b] for _, b in pairs]
    known = [b.is_not(None) for b in found]
    return sa.and_(*known, found[0].in_(listed) if len(pairs) == 1 else sa.tuple_(*found).in_(listed))


def _named_by_tombstone(marks: Marks, need: Need, parent: FromClause) -> list[Bool]:
    """A link that is cut to its tombstone points at the row the tombstone names."""
    rule, made = marks.people.plan.rules.get(need.arrow.child), marks.tables.get(need.arrow.child)
    if rule is None or made is None:
        return []
    found: list[Bool] = []
    for i, cut in enumerate(c for c in rule.cuts if c.writes):
        values = dict(cut.writes)
        if cut.link != need.arrow.link or None in values.values():
            continue
        pairs = zip(need.arrow.columns, need.arrow.parent_columns, strict=True)
        named = [
            _names(marks.people.compiler, need, parent, theirs, values[own]) for own, theirs in pairs if own in values
        ]
        row = made.alias()
        found.append(sa.and_(*named, exists(row, where=(row.c[f"x{i}"] == 1, row.c.go == 0))))
    return found


def _names(compiler: Compiler, need: Need, parent: FromClause, column: str, value: str | int | None) -> Bool:
    """The tombstone `value` names the row: as its key, or as prefix and key; of another family, as text."""
    key, engine = parent.c[column], compiler.engine
    if need.arrow.prefix is not None:
        return text_equal(engine, sa.literal(str(value), sa.String()), compiler.prefixed(need.arrow.prefix, key))
    family = compiler.schema.tables[need.arrow.parent].columns[column].family
    if isinstance(value, int) == same_family(family, Family.INTEGER):
        return key == sa.literal(value)
    return text_equal(engine, as_text(engine, key), sa.literal(str(value), sa.String()))


def _is_here(via: ViaOwner, need: Need) -> bool:
    """The end of a link table that points at the row it lives with."""
    here = {other for _, other in via.owner.up[0].pairs}
    return need.arrow.parent == via.rule.table and here == set(need.arrow.columns)


def _stays(marks: Marks, need: Need, child: FromClause, via: ViaOwner | None) -> list[Bool]:
    """The child row stays, and its link is not cut. What has been written already tells by itself."""
    plan = marks.people.plan
    if (need.arrow.child if via is None else via.rule.table) in marks.written:
        return []
    if via is not None:
        return _link_row_stays(marks, via, child)
    rule = plan.rules.get(need.arrow.child)
    made = marks.tables.get(need.arrow.child)
    if rule is None or made is None:
        return []
    mark_row = made.alias()
    gone = [mark_row.c.go == 1] if rule.deletes else []
    writing = [c for c in rule.cuts if c.writes]
    gone += [mark_row.c[f"x{i}"] == 1 for i, c in enumerate(writing) if c.link == need.arrow.link]
    by_default = [sa.not_(sa.and_(*dead_by_default(marks.people, rule, child)))] if rule.table in marks.counted else []
    if not gone or not made.rows:
        return by_default
    return [sa.not_(exists(mark_row, where=(marks.at(rule, mark_row, child), sa.or_(*gone)))), *by_default]


def _link_row_stays(marks: Marks, via: ViaOwner, row: FromClause) -> list[Bool]:
    tests: list[Bool] = []
    here = via.owner.up[0].pairs
    made = marks.tables.get(via.rule.table)
    if made is not None and via.rule.deletes:
        mark_row = made.alias()
        at = [mark_row.c[f"k{via.rule.key.index(own)}"] == row.c[other] for own, other in here]
        tests.append(sa.not_(exists(mark_row, where=(*at, mark_row.c.go == 1))))
    cut = marks.link_rows.get((via.rule.table, via.owner.link))
    if cut is not None:
        gone = cut.alias()
        at = [gone.c[f"v{i}"] == row.c[c] for i, c in enumerate(link_columns(via.owner))]
        tests.append(sa.not_(exists(gone, where=tuple(at))))
    return tests


def link_columns(owner: OwnerRule) -> list[str]:
    """The columns of a link table that name both ends."""
    return [other for _, other in owner.up[0].pairs] + [own for own, _ in owner.up[1].pairs]


def drop_needed(marks: Marks, rules: Sequence[TableRule], *, again: bool) -> None:
    """Un-mark deletions that something staying needs; `again` until nothing changes: dead cycles go, all else stays."""
    changed = True
    while changed:
        changed = False
        for rule in rules:
            made = marks.tables[rule.table]
            if not rule.deletes or not made.rows or not is_pointed_at(marks.people.plan, rule):
                continue
            alias = marks.people.compiler.alias(rule.table)
            target = made.table
            row = exists(alias, where=(marks.at(rule, target, alias), needed(marks, rule, alias)))
            count = marks.scratch.run(sa.update(target).values(go=0).where(target.c.go == 1, row)).rowcount
            changed = again and (changed or count > 0)


def mark_link_rows(marks: Marks, rule: TableRule) -> None:
    """List rows of link tables whose link is cut (not those that go with their row)."""
    for cut in rule.cuts:
        owner = rule.owner(cut.link)
        if owner.via is None or cut.writes:
            continue
        names = [f"v{i}" for i, _ in enumerate(link_columns(owner))]
        query = _link_row_query(marks.people, rule, owner)
        marks.link_rows[rule.table, cut.link] = marks.scratch.from_query("link", query, names)


def _link_row_query(people: People, rule: TableRule, owner: OwnerRule) -> sa.Select[tuple[object, ...]]:
    assert owner.via is not None
    alias, row = people.compiler.alias(rule.table), people.compiler.alias(owner.via)
    join = people.compiler.joins(owner.up[0], rule.table, alias, row)
    columns = [row.c[c].label(f"v{i}") for i, c in enumerate(link_columns(owner))]
    query: sa.Select[tuple[object, ...]] = sa.select(*columns).select_from(alias, row).where(join).distinct()
    if people.plan.people is not None:
        own, person = people.owned[rule.table].alias(), people.person.alias()
        keys = [own.c[f"k{i}"] for i in range(len(rule.key))]
        scope = sa.select(*keys).where(person.c.f == own.c.f, people.says(person, "scope")).distinct().subquery()
        query = query.where(*(scope.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)))
    return query.where(_link_row_cut(people, rule, owner, alias, row))


def _link_row_cut(people: People, rule: TableRule, owner: OwnerRule, alias: FromClause, row: FromClause) -> Bool:
    """This link row leads to somebody for whom nothing of the table is held, while the row itself stays."""
    judge = Several(people, rule, alias) if people.anybody else Default(people.compiler, rule, alias)
    end = LinkRow(people, rule, owner, row)
    everything = range(len(rule.grounds))
    default_dead = Default(people.compiler, rule, alias).dead(everything)
    held = end.somebody(alias, everything)
    unheld = sa.and_(
        sa.not_(held), sa.or_(default_dead, sa.not_(end.unflagged())), sa.or_(end.flagged(), end.unflagged())
    )
    dead = row_dead(people.compiler.schema, rule, alias, judge)
    anonymised = dead if owner.owns and rule.when_dead is WhenDead.ANONYMISE else sa.false()
    if owner.owns:
        unheld = sa.and_(unheld, judge.live(everything))
    if people.plan.people is not None:
        unheld = sa.and_(unheld, end.in_scope())
        anonymised = sa.and_(anonymised, in_scope_of(people, rule, alias))
    return sa.or_(sa.and_(anonymised, end.points()), unheld)


@dataclass(frozen=True)
class LinkRow:
    """The people that one row of a link table leads to."""

    people: People
    rule: TableRule
    owner: OwnerRule
    row: FromClause

    def _flagged(self, *tests: Bool, person: FromClause) -> Bool:
        people, owner = self.people, self.owner
        assert owner.via is not None
        parent_rule = people.plan.rules.get(owner.parent)
        if not people.anybody or parent_rule is None or not parent_rule.has_people:
            return sa.false()
        if owner.straight:
            root = people.roots[owner.parent].alias()
            join = people.compiler.joins(owner.up[1], owner.via, self.row, people.keyed(owner.parent, root))
            return exists(root, person, where=(join, person.c.f == root.c.f, *tests))
        parent = people.compiler.alias(owner.parent)
        join = people.compiler.joins(owner.up[1], owner.via, self.row, parent)
        chain = people.chain(parent_rule, parent)
        where = (join, *chain.where, person.c.f == chain.person, *tests)
        return exists(parent, *chain.froms, person, where=where)

    def somebody(self, alias: FromClause, indexes: range) -> Bool:
        """A flagged person at the end for whom one of the grounds is held."""
        person = self.people.person.alias()
        return self._flagged(holds(self.people, self.rule, alias, indexes)(person), person=person)

    def flagged(self) -> Bool:
        """A flagged person is at the end."""
        return self._flagged(person=self.people.person.alias())

    def in_scope(self) -> Bool:
        """A person in scope is at the end."""
        person = self.people.person.alias()
        return self._flagged(self.people.says(person, "scope"), person=person)

    def points(self) -> Bool:
        """The link row points somewhere."""
        assert self.owner.via is not None
        return points(self.people, self.owner.via, self.row, self.owner.up[1])

    def unflagged(self) -> Bool:
        """A person with default standing is at the end."""
        people, owner = self.people, self.owner
        assert owner.via is not None
        if owner.straight:
            root = people.roots[owner.parent].alias()
            join = people.compiler.joins(owner.up[1], owner.via, self.row, people.keyed(owner.parent, root))
            return sa.and_(self.points(), sa.not_(exists(root, where=(join,))))
        parent_rule = people.plan.rules.get(owner.parent)
        if parent_rule is None:
            return sa.false()
        parent = people.compiler.alias(owner.parent)
        join = people.compiler.joins(owner.up[1], owner.via, self.row, parent)
        return exists(parent, where=(join, somebody_unflagged(people, parent_rule, parent)))
