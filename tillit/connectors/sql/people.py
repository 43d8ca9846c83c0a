"""The standing of people in a session: who is flagged, which rows they own, and whether anybody else does.

Only people with something other than default standing are loaded. A row that none of them owns is judged by time and
condition alone; a row that one of them owns is judged per person. `simple` tables (every row has at most one person,
along one path) are joined through; the others get a temporary table of (row, person, link).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.compiler import Compiler, exists
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.scratch import Inline, Made, Rows
from tillit.model.conditions import Hop
from tillit.model.plan import OwnerRule, Plan, TableRule

SELF = 0  # the link number of a row that is itself a person


@dataclass(frozen=True)
class Chain:
    """A join from a row to the people who own it: aliases, the conditions that join them, the person's number."""

    froms: tuple[FromClause, ...]
    where: tuple[Bool, ...]
    person: ColumnElement[int]
    link: ColumnElement[int] | None = None  # None where only one link is possible
    joined: tuple[tuple[Hop, FromClause], ...] = ()  # the row's own parent, where it is among the aliases


@dataclass
class People:
    """What a session knows of the flagged people. Made by `load`; read by the marking of tables."""

    plan: Plan
    compiler: Compiler
    person: Rows
    roots: dict[str, Rows] = field(default_factory=dict)
    same: dict[str, int] = field(default_factory=dict)  # columns of `person` that are the same in all its rows
    only: dict[str, ColumnElement[Any]] = field(default_factory=dict)  # the columns of `person`, where all have one row
    owned: dict[str, Rows] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)  # table -> facts.Facts, where ownership is not simple
    living: dict[tuple[str, str], Made] = field(default_factory=dict)  # (table, purpose): recursive `through` only
    unflagged: dict[str, Made] = field(default_factory=dict)  # rows with somebody unflagged; recursive ownership only

    @property
    def anybody(self) -> bool:
        return self.person.rows > 0

    @property
    def few(self) -> bool:
        """So few people that they stand in the statements themselves."""
        return all(isinstance(root, Inline) for root in self.roots.values())

    def joined_person(self) -> tuple[Any, tuple[FromClause, ...]]:
        """What stands for a row's person, and what is to be joined for it: nothing, where the same stands for all."""
        if self.only:
            return Renamed(self.only), ()
        person = self.person.alias()
        return person, (person,)

    def says(self, person: FromClause, name: str) -> Bool:
        """A flag of a person is set; known beforehand where it is the same for all."""
        known = self.same.get(name)
        if known is None:
            return person.c[name] == 1
        return sa.true() if known else sa.false()

    def chain(self, rule: TableRule, alias: FromClause, links: Sequence[str] | None = None) -> Chain:
        """From a row of `alias` to its flagged people, by all its owner links or by `links` alone."""
        if rule.table in self.owned:
            own = self.owned[rule.table].alias()
            where = [own.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)]
            where.append(own.c.l.in_(self.numbers(rule, links)))
            return Chain((own,), tuple(where), own.c.f, own.c.l)
        return self._joined(rule, alias)

    def numbers(self, rule: TableRule, links: Sequence[str] | None) -> list[int]:
        """The link numbers to look at: all owner links and the row itself, or `links`."""
        if links:
            return [i for i, o in enumerate(rule.owners, start=1) if o.link in links]
        return [SELF, *(i for i, o in enumerate(rule.owners, start=1) if o.owns)]

    def _joined(self, rule: TableRule, alias: FromClause) -> Chain:
        """A simple table: through its parents to the root's flagged keys."""
        if rule.is_root:
            return self.root_chain(rule, alias)
        owner = rule.owners[0]
        if owner.straight:
            return self.straight(rule, owner, alias)
        parent = self.compiler.alias(owner.parent)
        inner = self._joined(self.plan.rules[owner.parent], parent)
        join = self.compiler.joins(owner.up[0], rule.table, alias, parent)
        return Chain((parent, *inner.froms), (join, *inner.where), inner.person, joined=((owner.up[0], parent),))

    def root_chain(self, rule: TableRule, alias: FromClause) -> Chain:
        """The row itself, where it is a flagged person."""
        root = self.roots[rule.table].alias()
        where = [root.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)]
        where.append(self.compiler.condition(rule.role_when, rule.table, alias))
        return Chain((root,), tuple(where), root.c.f)

    def path(self, table: str, alias: FromClause, owner: OwnerRule) -> tuple[list[FromClause], list[Bool], FromClause]:
        """Joins from a row to the parent rows that `owner` leads to: aliases, conditions, and the parent's alias."""
        froms: list[FromClause] = []
        where: list[Bool] = []
        for hop in owner.up:
            other = self.compiler.alias(hop.table)
            where.append(self.compiler.joins(hop, table, alias, other))
            froms.append(other)
            table, alias = hop.table, other
        return froms, where, alias

    def straight(self, rule: TableRule, owner: OwnerRule, alias: FromClause) -> Chain:
        """The end of the link is a root's key: the key value is the person."""
        froms: list[FromClause] = []
        where: list[Bool] = []
        table, here = rule.table, alias
        for hop in owner.up[:-1]:
            other = self.compiler.alias(hop.table)
            where.append(self.compiler.joins(hop, table, here, other))
            froms.append(other)
            table, here = hop.table, other
        root = self.roots[owner.parent].alias()
        where.append(self.compiler.joins(owner.up[-1], table, here, self.keyed(owner.parent, root)))
        return Chain((*froms, root), tuple(where), root.c.f)

    def keyed(self, table: str, root: FromClause) -> Any:
        """The flagged keys of a root, addressed by the root's own column names."""
        return Renamed({k: root.c[f"k{i}"] for i, k in enumerate(self.plan.rules[table].key)})

    def somebody(
        self, rule: TableRule, alias: FromClause, test: Callable[[FromClause], Bool], links: Sequence[str] | None = None
    ) -> Bool:
        """EXISTS a flagged person of the row (by `links`) for whom `test` is true."""
        if not self.anybody or not rule.has_people:
            return sa.false()
        chain, person = self.chain(rule, alias, links), self.person.alias()
        return exists(*chain.froms, person, where=(*chain.where, person.c.f == chain.person, test(person)))


@dataclass(frozen=True)
class Renamed:
    """Columns under other names; stands in for an alias where only `.c[...]` is read."""

    c: dict[str, Any]


def is_simple(plan: Plan, rule: TableRule, seen: frozenset[str] = frozenset()) -> bool:
    """Every row has at most one person, found along one path of to-one links."""
    if rule.table in seen:
        return False
    if rule.is_root:
        return not rule.owners
    if len(rule.owners) != 1 or not rule.owners[0].owns:
        return False
    owner = rule.owners[0]
    if len(owner.up) != 1 or owner.up[0].matches or owner.parent not in plan.rules:
        return False
    if owner.straight:
        return True
    parent = plan.rules[owner.parent]
    return {other for _, other in owner.up[0].pairs} == set(parent.key) and is_simple(plan, parent, seen | {rule.table})
