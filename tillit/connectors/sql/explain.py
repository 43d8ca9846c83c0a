"""Why is this kept? Per row of a person: what each ground says, and the fate of each column.

One query for all tables whose keys are of one type: what a person has lies in few rows of many tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.fills import has_form
from tillit.connectors.sql.judge import Judge, Several, ended, single
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.mark import COARSE, row_dead
from tillit.connectors.sql.people import People, is_simple
from tillit.model.mapping import Form
from tillit.model.plan import Group, TableRule


@dataclass(frozen=True)
class GroundState:
    """What one ground says of one row for one person."""

    purpose: str
    fresh: bool
    ended: bool
    outlasts: bool  # its `while` is true
    consent: bool
    held: bool


@dataclass(frozen=True)
class RowState:
    """One row of the person. `columns` gives per personal column None (live), a form it is coarsened to, or 'dead'."""

    table: str
    key: tuple[object, ...]
    hold: bool
    grounds: tuple[GroundState, ...]
    columns: dict[str, Form | str | None]
    dead: bool  # the row as a whole


def explain(people: People, stream: Any) -> Iterator[RowState]:
    """The rows of the (one) person in scope, streamed. `stream` runs a query and iterates its rows."""
    kinds: dict[tuple[Any, ...], list[tuple[TableRule, sa.Select[Any]]]] = {}
    for rule in people.plan.rules.values():
        query = row_query(people, rule) if rule.grounds else None
        if query is not None:
            infos = people.compiler.schema.tables[rule.table].columns
            kinds.setdefault(tuple((infos[k].family, infos[k].type) for k in rule.key), []).append((rule, query))
    for asked in kinds.values():
        for number, *row in stream(_together([query for _, query in asked])):
            rule = asked[number][0]
            yield _state(rule, tuple(row), by_grounds=_told_by_grounds(people, rule))


def _together(queries: list[sa.Select[Any]]) -> Any:
    """All of them as one, each row led by the number of its query."""
    width = max(len(query.selected_columns) for query in queries)
    selects = []
    for number, query in enumerate(queries):
        missing = width - len(query.selected_columns)
        padding: list[ColumnElement[Any]] = [sa.literal_column("0").label(f"pad{i}") for i in range(missing)]
        columns = [sa.literal_column(str(number)).label("t"), *query.selected_columns, *padding]
        selects.append(query.with_only_columns(*columns, maintain_column_froms=True))
    return sa.union_all(*selects) if len(selects) > 1 else selects[0]


def row_query(people: People, rule: TableRule) -> sa.Select[Any] | None:
    """The query behind `explain` for one table; None when nobody is loaded."""
    if not people.anybody or not rule.has_people:
        return None
    alias = people.compiler.alias(rule.table)
    person, joined = people.joined_person()
    chain = people.chain(rule, alias)
    simple, facts = is_simple(people.plan, rule), people.facts.get(rule.table)
    fact = None if facts is None else facts.rows.alias()
    judge: Judge = single(people, rule, alias, person, chain) if simple else Several(people, rule, alias, fact)
    columns: list[ColumnElement[Any]] = [alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]
    columns.append(_number(people.says(person, "hold")).label("hold"))
    columns += _ground_columns(people, rule, alias, person)
    if not _told_by_grounds(people, rule):
        columns.append(_number(row_dead(people.compiler.schema, rule, alias, judge)).label("dead"))
        for number, group in enumerate(_told(rule)):
            for n, column in enumerate(group.columns if group.forms else group.columns[:1]):
                columns.append(_fate(people, judge, rule, alias, group, column).label(f"g{number}_{n}"))
    query: sa.Select[Any] = sa.select(*columns).select_from(alias, *chain.froms, *joined)
    same = [person.c.f == chain.person] if joined else []
    query = query.where(*chain.where, *same, people.says(person, "scope"))
    if facts is not None and fact is not None:
        query = query.select_from(fact).where(*facts.at(rule, fact, alias))
    return query if simple else query.distinct()


def _told_by_grounds(people: People, rule: TableRule) -> bool:
    """What the grounds say of the one person decides about row and columns: nothing more need be asked."""
    return is_simple(people.plan, rule) and not any(group.forms or group.about for group in _told(rule))


def _told(rule: TableRule) -> tuple[Group, ...]:
    """Every group of values that a person is told of: also those that nothing ever stands in the place of."""
    return (*rule.groups, *rule.fixed)


def _number(test: Bool) -> ColumnElement[int]:
    return sa.case((test, sa.literal_column("1")), else_=sa.literal_column("0"))


def _ground_columns(people: People, rule: TableRule, alias: FromClause, person: FromClause) -> list[ColumnElement[int]]:
    compiler = people.compiler
    found: list[ColumnElement[int]] = []
    for i, ground in enumerate(rule.grounds):
        purpose = people.plan.purposes.index(ground.purpose)
        tests = [
            compiler.condition(ground.fresh, rule.table, alias),
            ended(people, rule, alias, person, ground.purpose),
            compiler.condition(ground.while_, rule.table, alias),
            people.says(person, f"c{purpose}") if ground.needs_consent else sa.true(),
        ]
        found += [_number(t).label(f"s{i}_{n}") for n, t in enumerate(tests)]
    return found


def _fate(
    people: People, judge: Judge, rule: TableRule, alias: FromClause, group: Group, column: str
) -> ColumnElement[int]:
    """0 live, 1 dead, COARSE + n coarsened. Without forms, a group's columns share one fate."""
    live = judge.live(group.full, group.about, group.mode)
    branches: list[tuple[Bool, ColumnElement[int]]] = [(live, sa.literal_column("0"))]
    for i, (form, held) in enumerate(group.forms):
        live = judge.live((*group.full, *held), group.about, group.mode)
        tells = has_form(people.compiler.schema, rule, alias, column, form)
        branches.append((sa.and_(live, sa.or_(alias.c[column].is_(None), tells)), sa.literal_column(str(COARSE + i))))
    return sa.case(*branches, else_=sa.literal_column("1"))


def _state(rule: TableRule, row: tuple[Any, ...], *, by_grounds: bool) -> RowState:
    width = len(rule.key)
    key, hold, rest = row[:width], bool(row[width]), row[width + 1 :]
    grounds = []
    for i, ground in enumerate(rule.grounds):
        fresh, over, outlasts, consent = (bool(v) for v in rest[i * 4 : i * 4 + 4])
        held = fresh and consent and (outlasts or not over) if ground.ends else fresh
        grounds.append(GroundState(ground.purpose, fresh, over, outlasts, consent, held))
    if by_grounds:
        dead = not hold and not any(ground.held for ground in grounds)
        live = {c for g in _told(rule) if hold or any(grounds[i].held for i in g.full) for c in g.columns}
        states: dict[str, Form | str | None] = {
            c: None if c in live else "dead" for group in _told(rule) for c in group.columns
        }
        return RowState(rule.table, key, hold, tuple(grounds), states, dead)
    gone, *fates = rest[len(rule.grounds) * 4 :]
    columns: dict[str, Form | str | None] = {}
    told = iter(fates)
    for group in _told(rule):
        for chosen in [(c,) for c in group.columns] if group.forms else [group.columns]:
            fate = next(told)
            state: Form | str | None = None if fate == 0 else "dead" if fate == 1 else group.forms[fate - COARSE][0]
            columns |= dict.fromkeys(chosen, state)
    return RowState(rule.table, key, hold, tuple(grounds), columns, bool(gone))
