"""Facts of rows that several people may own, worked out once: one row a row, from all its flagged people together.

Columns: k0.. (the row's key), and for each link number n: f (a flagged person is there), s (one in scope), o (one with
a hold), h_i (one for whom ground number i is held, or a hold), m_x (one for whom no ground of the x-th set is held);
u (somebody unflagged is there) only where that takes more than a look at the row. The marking queries then ask plain
columns: SQLite's parser gives up on deep questions, and the other engines would ask them again for every column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.judge import held_by, holds
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.load import owned_parts
from tillit.connectors.sql.people import SELF, People, Renamed
from tillit.connectors.sql.scratch import Inline, Rows, Scratch
from tillit.connectors.sql.unflagged import names_somebody, points, unflagged_by
from tillit.model.mapping import Mode
from tillit.model.plan import OwnerRule, TableRule

Part = tuple[sa.Select[Any], FromClause, ColumnElement[int]]


@dataclass(frozen=True)
class Facts:
    """What was worked out for one table."""

    rows: Rows
    sets: tuple[tuple[int, ...], ...]
    numbers: tuple[int, ...]  # of the links that can lead to a person
    stems: tuple[str, ...]  # the columns that were made for each of them

    def at(self, rule: TableRule, row: FromClause, alias: FromClause) -> list[Bool]:
        """The fact belongs to the row."""
        return [row.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)]

    def flagged(self, row: FromClause, numbers: Sequence[int]) -> Bool:
        """Some flagged person is among the row's people by these links."""
        return self._any(row, "f", numbers)

    def in_scope(self, row: FromClause, numbers: Sequence[int]) -> Bool:
        """Some person in the plan's scope is among them."""
        return self._any(row, "s" if "s" in self.stems else "f", numbers)

    def held(self, row: FromClause, numbers: Sequence[int], indexes: Sequence[int]) -> Bool:
        """For some flagged person of these links one of the grounds is held."""
        if not indexes:
            return self._any(row, "o", numbers) if "o" in self.stems else sa.false()
        return sa.or_(sa.false(), *(self._any(row, f"h{i}_", numbers) for i in indexes))

    def unheld(self, row: FromClause, numbers: Sequence[int], indexes: Sequence[int]) -> Bool:
        """For some flagged person of these links none of the grounds is held."""
        return self._any(row, f"m{self.sets.index(tuple(indexes))}_", numbers)

    def unflagged(
        self, people: People, rule: TableRule, alias: FromClause, row: FromClause, numbers: Sequence[int]
    ) -> Bool:
        """Somebody with default standing owns the row too."""
        return sa.or_(
            sa.false(), *(self._unflagged_by(people, rule, alias, row, n) for n in numbers if n in self.numbers)
        )

    def _unflagged_by(self, people: People, rule: TableRule, alias: FromClause, row: FromClause, number: int) -> Bool:
        if number == SELF:
            if not rule.is_root:
                return sa.false()
            role = people.compiler.condition(rule.role_when, rule.table, alias)
            return sa.and_(role, row.c[f"f{SELF}"] == 0)
        owner = rule.owners[number - 1]
        if not leads_to_one(owner):
            return row.c[f"u{number}"] == 1
        there = (points(people, rule.table, alias, owner.up[0]), names_somebody(people, alias, owner.up[0]))
        return sa.and_(*there, row.c[f"f{number}"] == 0)

    def _any(self, row: FromClause, stem: str, numbers: Sequence[int]) -> Bool:
        return sa.or_(sa.false(), *(row.c[f"{stem}{n}"] == 1 for n in numbers if n in self.numbers))


def leads_to_one(owner: OwnerRule) -> bool:
    """The link's own columns name one person: flagged or not, never both."""
    return owner.straight and len(owner.up) == 1 and not owner.up[0].matches and owner.up[0].prefix_other is None


def work_out(scratch: Scratch, people: People, rule: TableRule, *, inline: bool) -> Facts:
    """Make the facts of `rule`, whose ownership is not simple; `inline` where only one query will read them."""
    sets = _sets(rule)
    numbers = tuple(n for n in range(len(rule.owners) + 1) if n != SELF or rule.is_root)
    stems = ["f"]
    stems += ["s"] if people.same.get("scope") != 1 else []
    stems += ["o"] if people.same.get("hold") != 0 else []
    stems += [*(f"h{i}_" for i, _ in enumerate(rule.grounds)), *(f"m{i}_" for i, _ in enumerate(sets))]
    query = _query(people, rule, sets, numbers, stems)
    if inline:
        return Facts(Inline(query, 1), sets, numbers, tuple(stems))
    made = scratch.from_query("fact", query, [f"k{i}" for i in range(len(rule.key))])
    return Facts(made, sets, numbers, tuple(stems))


def _parts(people: People, rule: TableRule) -> list[Part]:
    """(key, person, link) of the rows, from the list that was made of them or from the links themselves."""
    own = people.owned[rule.table]
    if isinstance(own, Inline):
        return owned_parts(people, rule, rule.owners)
    listed, alias = own.alias(), people.compiler.alias(rule.table)
    keys = [listed.c[f"k{i}"] for i in range(len(rule.key))]
    query = sa.select(*keys, listed.c.f, listed.c.l).select_from(listed, alias)
    return [(query.where(*(k == alias.c[c] for k, c in zip(keys, rule.key, strict=True))), alias, listed.c.f)]


def _sets(rule: TableRule) -> tuple[tuple[int, ...], ...]:
    """The sets of grounds that a value is asked about for each of its people (mode `all`)."""
    found: dict[tuple[int, ...], None] = {}
    for group in rule.groups:
        if group.mode is not Mode.ANY:
            found[group.full] = None
            found.update(dict.fromkeys((*group.full, *held) for _, held in group.forms))
    return tuple(found)


def number(test: Bool) -> ColumnElement[int]:
    """1 where true, else 0."""
    return sa.case((test, sa.literal_column("1")), else_=sa.literal_column("0"))


def _query(
    people: People,
    rule: TableRule,
    sets: tuple[tuple[int, ...], ...],
    numbers: Sequence[int],
    stems: Sequence[str],
) -> sa.Select[Any]:
    keys = [f"k{i}" for i in range(len(rule.key))]
    parts = _parts(people, rule)
    if not parts:
        alias = people.compiler.alias(rule.table)
        cells = [alias.c[c].label(k) for k, c in zip(keys, rule.key, strict=True)]
        names = [f"{stem}{n}" for stem in stems for n in numbers]
        names += [f"u{n}" for n, owner in enumerate(rule.owners, start=1) if not leads_to_one(owner)]
        return sa.select(*cells, *(sa.literal_column("0").label(n) for n in names)).limit(0)
    selects = [_part(people, rule, part, sets) for part in parts]
    every: Any = (sa.union_all(*selects) if len(selects) > 1 else selects[0]).subquery()
    columns: list[ColumnElement[Any]] = [every.c[k] for k in keys]
    for stem in stems:
        for n in numbers:
            there = sa.case((every.c.l == n, every.c[stem.rstrip("_")]), else_=sa.literal_column("0"))
            columns.append(sa.func.max(there).label(f"{stem}{n}"))
    return _with_unflagged(people, rule, sa.select(*columns).group_by(*(every.c[k] for k in keys)))


def _part(people: People, rule: TableRule, part: Part, sets: tuple[tuple[int, ...], ...]) -> sa.Select[Any]:
    """What one link, or the list of all, tells of each row and person."""
    query, alias, f = part
    person, joined = people.joined_person()
    kept: list[ColumnElement[Any]] = [c for c in query.selected_columns if c.name != "f"]
    tests = _tests(people, rule, alias, person, sets)
    kept += [number(test).label(stem.rstrip("_")) for stem, test in tests.items()]
    query = query.with_only_columns(*kept, maintain_column_froms=True)
    return query.select_from(*joined).where(person.c.f == f) if joined else query


def _with_unflagged(people: People, rule: TableRule, together: sa.Select[Any]) -> sa.Select[Any]:
    """u columns, for links whose other people are found only by following them."""
    asked = [(n, o) for n, o in enumerate(rule.owners, start=1) if not leads_to_one(o)]
    if not asked:
        return together
    inner, alias = together.subquery(), people.compiler.alias(rule.table)
    columns = [number(unflagged_by(people, rule, alias, owner)).label(f"u{n}") for n, owner in asked]
    at = [inner.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)]
    return sa.select(*inner.c, *columns).select_from(inner, alias).where(*at)


@dataclass(frozen=True)
class Looked:
    """Rows found by one link, each with its facts: worked out from its own columns, without a list of rows."""

    source: FromClause
    where: tuple[Bool, ...]
    fact: Any  # a stand-in for a row of facts


def names_each(rule: TableRule) -> bool:
    """Every person of a row is named by the row's own columns."""
    return not rule.is_root and all(leads_to_one(owner) for owner in rule.owners)


def look_up(people: People, rule: TableRule, number_: int, alias: FromClause) -> Looked:
    """The rows of `alias` whose link of this number leads to somebody flagged, and no link before it does."""
    facts, compiler = people.facts[rule.table], people.compiler
    roots: dict[int, FromClause] = {}
    persons: dict[int, Any] = {}
    source: Any = alias
    for n in (number_, *(n for n in facts.numbers if n != number_)):
        owner = rule.owners[n - 1]
        roots[n] = people.roots[owner.parent].alias()
        on = compiler.joins(owner.up[0], rule.table, alias, people.keyed(owner.parent, roots[n]))
        source = source.join(roots[n], on, isouter=n != number_)
        persons[n], joined = people.joined_person()
        for person in joined:
            source = source.join(person, person.c.f == roots[n].c.f, isouter=n != number_)
    columns: dict[str, Any] = {}
    for n in facts.numbers:
        there = roots[n].c.f.is_not(None)
        for stem, test in _tests(people, rule, alias, persons[n], facts.sets).items():
            if stem in facts.stems:
                columns[f"{stem}{n}"] = number(sa.and_(there, test))
    earlier = tuple(roots[n].c.f.is_(None) for n in facts.numbers if n < number_)
    return Looked(source, earlier, Renamed(columns))


def _tests(
    people: People, rule: TableRule, alias: FromClause, person: Any, sets: tuple[tuple[int, ...], ...]
) -> dict[str, Bool]:
    """What is to be known of one person of a row, by the stem of its column."""
    hold = people.says(person, "hold")
    found: dict[str, Bool] = {"f": sa.true(), "s": people.says(person, "scope"), "o": hold}
    for i, _ in enumerate(rule.grounds):
        found[f"h{i}_"] = sa.or_(hold, held_by(people, rule, alias, person, i))
    for i, indexes in enumerate(sets):
        found[f"m{i}_"] = sa.not_(holds(people, rule, alias, indexes)(person))
    return found
