"""Marking: one temporary table per managed table, of the rows a plan would change and how. All before any write.

Columns of a mark table: k0.. (the row's key), dead, go (will be deleted), p (judged by a flagged person),
g0.. (fate of each group of columns: 0 live, 1 dead, 2.. coarsened to form number n - 2), x0.. (cut link number n of
the rule's cuts).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.compiler import exists
from tillit.connectors.sql.facts import look_up, names_each
from tillit.connectors.sql.fills import has_form, is_coarse, is_filled
from tillit.connectors.sql.judge import Default, Judge, Several, Single, never_by_default, single
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.people import People, is_simple
from tillit.connectors.sql.scratch import Inline, Made, Scratch
from tillit.connectors.sql.unflagged import points, unflagged_by
from tillit.model.mapping import Mode, WhenDead
from tillit.model.plan import Group, Plan, TableRule
from tillit.model.schema import Schema

DEAD, COARSE = 1, 2  # fates; COARSE + n is the n-th form
Needed = Callable[[TableRule, FromClause], Bool]


@dataclass
class Marks:
    """What a session has marked so far, and which marked tables it has written.

    `counted` tables are only to be counted, and have marks for flagged people's rows alone (`dead_by_default`).
    """

    scratch: Scratch
    people: People
    tables: dict[str, Made] = field(default_factory=dict)
    link_rows: dict[tuple[str, str], Made] = field(default_factory=dict)  # (table, link): rows of a link table to go
    written: set[str] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)

    def at(self, rule: TableRule, mark: FromClause, alias: FromClause) -> Bool:
        """The mark belongs to the row."""
        return sa.and_(*(mark.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)))


def mark(marks: Marks, rule: TableRule, needed: Needed | None, *, probed: bool = True) -> Made:
    """Make the mark table of `rule`. With `needed`, rows that something living points at stay at once.

    `probed`: it will be asked about single rows, so it is indexed.
    """
    queries = []
    people = marks.people
    if people.anybody and rule.has_people:
        queries += _flagged_rows(people, rule, needed)
    if people.plan.people is None and not never_by_default(rule) and rule.table not in marks.counted:
        queries.append(_other_rows(people, rule, needed))
    key = [f"k{i}" for i in range(len(rule.key))] if probed else []
    if not queries:
        alias = people.compiler.alias(rule.table)
        verdicts = _verdicts(people, rule, alias, Default(people.compiler, rule, alias), row_by_row=False)
        judged = sa.select(*verdicts.columns).select_from(alias).where(sa.false())
        made = marks.scratch.from_query("mark", _finish(people, rule, verdicts, judged, None, person=False), key)
    else:
        query: Any = sa.union_all(*queries) if len(queries) > 1 else queries[0]
        made = marks.scratch.from_query("mark", query, key)
    marks.tables[rule.table] = made
    return made


def _flagged_rows(people: People, rule: TableRule, needed: Needed | None) -> list[sa.Select[Any]]:
    """Rows of flagged people in scope: one query, or one a link where the row itself names all its people."""
    facts = people.facts.get(rule.table)
    if facts is not None and isinstance(facts.rows, Inline) and names_each(rule):
        return [_named_rows(people, rule, needed, n) for n in people.facts[rule.table].numbers]
    alias = people.compiler.alias(rule.table)
    if is_simple(people.plan, rule):
        person, joined = people.joined_person()
        chain = people.chain(rule, alias)
        same = [person.c.f == chain.person] if joined else []
        judge = single(people, rule, alias, person, chain)
        verdicts = _verdicts(people, rule, alias, judge, row_by_row=False)
        judged = sa.select(*verdicts.columns).select_from(alias, *chain.froms, *joined)
        judged = judged.where(*chain.where, *same, people.says(person, "scope"))
        return [_finish(people, rule, verdicts, judged, needed, person=True)]
    assert facts is not None
    fact = facts.rows.alias()  # one row a row: what to start from
    several = Several(people, rule, alias, fact)
    verdicts = _verdicts(people, rule, alias, several, row_by_row=people.plan.people is not None)
    judged = sa.select(*verdicts.columns).select_from(fact, alias).where(*facts.at(rule, fact, alias))
    return [_finish(people, rule, verdicts, judged, needed, person=True)]


def _named_rows(people: People, rule: TableRule, needed: Needed | None, number: int) -> sa.Select[Any]:
    """Rows that one link names a flagged person of."""
    alias = people.compiler.alias(rule.table)
    looked = look_up(people, rule, number, alias)
    several = Several(people, rule, alias, looked.fact)
    verdicts = _verdicts(people, rule, alias, several, row_by_row=people.plan.people is not None)
    judged = sa.select(*verdicts.columns).select_from(looked.source).where(sa.true(), *looked.where)
    return _finish(people, rule, verdicts, judged, needed, person=True)


def _other_rows(people: People, rule: TableRule, needed: Needed | None) -> sa.Select[Any]:
    """Rows that no flagged person owns: by time and condition alone."""
    alias = people.compiler.alias(rule.table)
    verdicts = _verdicts(people, rule, alias, Default(people.compiler, rule, alias), row_by_row=False)
    judged = (
        sa.select(*verdicts.columns).select_from(alias).where(verdicts.worth, *_nobody_flagged(people, rule, alias))
    )
    return _finish(people, rule, verdicts, judged, needed, person=False)


def _nobody_flagged(people: People, rule: TableRule, alias: FromClause) -> list[Bool]:
    """No flagged person owns the row."""
    if people.anybody and rule.table in people.facts:
        facts = people.facts[rule.table]
        fact = facts.rows.alias()
        return [sa.not_(exists(fact, where=tuple(facts.at(rule, fact, alias))))]
    if people.anybody and rule.has_people:
        return [sa.not_(people.somebody(rule, alias, lambda _: sa.true()))]
    return []


def has_one_fate(plan: Plan, rule: TableRule) -> bool:
    """Each row has one person at most, its values live and die with it, and no link of it is ever cut.

    While such a row lives its owner is held, so its owner's link is cut only to anonymise it.
    """
    everything = tuple(range(len(rule.grounds)))
    plain = all((g.full, g.forms, g.about, g.mode) == (everything, (), (), Mode.ANY) for g in rule.groups)
    plain = plain and not any(group.about for group in rule.fixed)
    return plain and is_simple(plan, rule) and (not rule.cuts or rule.when_dead is WhenDead.DELETE)


def dead_by_default(people: People, rule: TableRule, alias: FromClause) -> list[Bool]:
    """The row is dead by time and condition alone: nobody flagged owns it."""
    dead = row_dead(people.compiler.schema, rule, alias, Default(people.compiler, rule, alias))
    return [dead, *_nobody_flagged(people, rule, alias)]


@dataclass(frozen=True)
class _Verdicts:
    """What is judged of a row, each question asked once, and the columns that the answers are used with."""

    columns: tuple[ColumnElement[Any], ...]
    names: dict[str, str]  # a column of the table -> its name among `columns`
    same_as_row: frozenset[int]  # groups whose fate is the row's own
    worth: Bool  # a coarse test that an index can serve: nothing else needs a look


def _verdicts(people: People, rule: TableRule, alias: FromClause, judge: Judge, row_by_row: bool) -> _Verdicts:
    """`row_by_row`: whether the people in scope are among a row's is asked of each row (several owners)."""

    def scope(links: tuple[str, ...]) -> Bool:
        return judge.in_scope(links) if row_by_row and isinstance(judge, Several) else sa.true()

    everything = tuple(range(len(rule.grounds)))
    targets = {c for n in people.plan.needs if n.arrow.parent == rule.table for c in n.arrow.parent_columns}
    wanted = dict.fromkeys((*rule.key, *sorted(targets), *(c for g in rule.groups for c in g.columns)))
    names = {column: f"c{i}" for i, column in enumerate(wanted)}
    found: list[ColumnElement[Any]] = [alias.c[c].label(name) for c, name in names.items()]
    found.append(_flag(sa.and_(judge.dead(everything), scope(()))).label("s"))
    plain = {i for i, g in enumerate(rule.groups) if (g.full, g.forms, g.about) == (everything, (), ())}
    same = frozenset(i for i in plain if rule.groups[i].mode is Mode.ANY)
    for i, group in enumerate(rule.groups):
        if i not in same:
            found.append(_fate(judge, group, scope(group.about)).label(f"g{i}"))
        if group.about:
            found.append(_flag(_value_dead(people.compiler.schema, rule, alias, judge, group)).label(f"w{i}"))
    for i, group in enumerate(g for g in rule.fixed if g.about):
        found.append(_flag(_value_dead(people.compiler.schema, rule, alias, judge, group)).label(f"v{i}"))
    for i, cut in enumerate(c for c in rule.cuts if c.writes):
        owner = rule.owner(cut.link)
        found.append(_flag(_unheld(people, rule, alias, judge, cut.link, scope)).label(f"u{i}"))
        if owner.owns and rule.when_dead is WhenDead.ANONYMISE:
            found.append(_flag(points(people, rule.table, alias, owner.up[0])).label(f"a{i}"))
    worth: Bool = sa.true()
    if isinstance(judge, Default):
        sets = dict.fromkeys((everything, *(g.full for g in rule.groups)))
        worth = sa.or_(sa.false(), *(judge.dead(indexes) for indexes in sets))
    return _Verdicts(tuple(found), names, same, worth)


@dataclass(frozen=True)
class _Row:
    """A judged row, addressed by the table's own column names."""

    c: dict[str, ColumnElement[Any]]


def _finish(
    people: People, rule: TableRule, verdicts: _Verdicts, judged: sa.Select[Any], needed: Needed | None, person: bool
) -> sa.Select[Any]:
    """The columns of a mark table, from the verdicts; only rows where something would change."""
    inner = _fenced(people, judged).subquery()
    row: Any = _Row({column: inner.c[name] for column, name in verdicts.names.items()})
    dead = [inner.c.s == 1, *(inner.c[f"w{i}"] == 1 for i, g in enumerate(rule.groups) if g.about)]
    dead += [inner.c[f"v{i}"] == 1 for i, _ in enumerate(g for g in rule.fixed if g.about)]
    row_is_dead = sa.and_(*dead)
    go = row_is_dead if rule.deletes else sa.false()
    if needed is not None and rule.deletes:
        go = sa.and_(row_is_dead, sa.not_(needed(rule, row)))
    codes = [inner.c.s if i in verdicts.same_as_row else inner.c[f"g{i}"] for i, _ in enumerate(rule.groups)]
    cuts: list[Bool] = []
    for i, cut in enumerate(c for c in rule.cuts if c.writes):
        unheld = inner.c[f"u{i}"] == 1
        if rule.owner(cut.link).owns and rule.when_dead is WhenDead.ANONYMISE:
            unheld = sa.or_(unheld, sa.and_(row_is_dead, inner.c[f"a{i}"] == 1))
        cuts.append(unheld)
    columns: list[ColumnElement[Any]] = [row.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]
    columns += [_flag(row_is_dead).label("dead"), _flag(go).label("go")]
    columns.append(sa.literal_column("1" if person else "0").label("p"))
    columns += [code.label(f"g{i}") for i, code in enumerate(codes)]
    columns += [_flag(cut).label(f"x{i}") for i, cut in enumerate(cuts)]
    changes = [_changes(people, rule, row, group, code) for group, code in zip(rule.groups, codes, strict=True)]
    worth = [*changes, *cuts] if not rule.deletes else [row_is_dead, *changes, *cuts]
    return sa.select(*columns).select_from(inner).where(sa.or_(sa.false(), *worth))


def _fenced(people: People, query: sa.Select[Any]) -> sa.Select[Any]:
    """Keep the engine from copying each verdict to every place that reads it."""
    match people.compiler.engine:
        case "postgresql":
            return query.offset(0)
        case "sqlite":
            return query.limit(-1).offset(0)
        case _:
            return query


def _flag(condition: Bool) -> ColumnElement[int]:
    return sa.case((condition, sa.literal_column("1")), else_=sa.literal_column("0"))


def in_scope_of(people: People, rule: TableRule, alias: FromClause, links: tuple[str, ...] = ()) -> Bool:
    """Some person of the row (by `links`) is in the plan's scope."""
    if people.plan.people is None:
        return sa.true()
    return Several(people, rule, alias).in_scope(links)


def _fate(judge: Judge, group: Group, scope: Bool) -> ColumnElement[int]:
    """The fate of a group's columns as a number."""
    not_full = sa.and_(judge.dead(group.full, group.about, group.mode), scope)
    branches: list[tuple[Bool, ColumnElement[int]]] = [(sa.not_(not_full), sa.literal_column("0"))]
    for i, (_, held) in enumerate(group.forms):
        live = judge.live((*group.full, *held), group.about, group.mode)
        branches.append((live, sa.literal_column(str(COARSE + i))))
    return sa.case(*branches, else_=sa.literal_column(str(DEAD)))


def _changes(people: People, rule: TableRule, row: Any, group: Group, code: ColumnElement[int]) -> Bool:
    """Some cell of the group would change."""
    schema = people.compiler.schema
    cells: list[Bool] = []
    for column in group.columns:
        fates = [sa.and_(code == DEAD, sa.not_(is_filled(schema, rule, row, column)))]
        for i, (form, _) in enumerate(group.forms):
            fates.append(sa.and_(code == COARSE + i, sa.not_(is_coarse(schema, rule, row, column, form))))
        cells.append(sa.and_(row.c[column].is_not(None), sa.or_(*fates)))
    return sa.or_(sa.false(), *cells)


def _value_dead(schema: Schema, rule: TableRule, alias: FromClause, judge: Judge, group: Group) -> Bool:
    """No value of the group is live in any form it has; NULL is no value."""
    empty = sa.and_(*(alias.c[column].is_(None) for column in group.columns))
    tests = [sa.or_(judge.dead(group.full, group.about, group.mode), empty)]
    for form, held in group.forms:
        formless = sa.and_(*(sa.not_(has_form(schema, rule, alias, column, form)) for column in group.columns))
        tests.append(sa.or_(judge.dead((*group.full, *held), group.about, group.mode), formless))
    return sa.and_(*tests)


def row_dead(schema: Schema, rule: TableRule, alias: FromClause, judge: Judge) -> Bool:
    """No ground holds the row for anybody, and no value of it is live.

    A value about nobody, or about one owner alone, can live when the row's own people are gone.
    """
    about = [_value_dead(schema, rule, alias, judge, group) for group in (*rule.groups, *rule.fixed) if group.about]
    return sa.and_(judge.dead(tuple(range(len(rule.grounds)))), *about)


def _unheld(
    people: People,
    rule: TableRule,
    alias: FromClause,
    judge: Judge,
    link: str,
    scope: Callable[[tuple[str, ...]], Bool],
) -> Bool:
    """The link is to be cut while the row lives on (semantics, "Cut")."""
    owns = rule.owner(link).owns
    if isinstance(judge, Single) or (isinstance(judge, Default) and owns):
        return sa.false()  # one owner, or none flagged: while the row lives, its owners are held
    unheld = link_unheld(people, rule, alias, judge, link)
    if owns:
        unheld = sa.and_(unheld, judge.live(tuple(range(len(rule.grounds)))))
    return sa.and_(unheld, scope((link,)))


def link_unheld(people: People, rule: TableRule, alias: FromClause, judge: Judge, link: str) -> Bool:
    """The link leads to somebody, and no ground of the table is held for any of them."""
    everything = range(len(rule.grounds))
    default_dead = Default(people.compiler, rule, alias).dead(everything)
    if not isinstance(judge, Several):
        return sa.and_(default_dead, unflagged_by(people, rule, alias, rule.owner(link)))
    others, flagged = judge.unflagged((link,)), judge.flagged((link,))
    return sa.and_(
        sa.or_(flagged, others), sa.not_(judge.held(everything, (link,))), sa.or_(default_dead, sa.not_(others))
    )
