"""Why is this kept? Per row of a person: what each ground says, and the fate of each column. One query a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.fills import has_form
from tillit.connectors.sql.judge import Judge, Several, ended, held_by, single
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
    for rule in people.plan.rules.values():
        if not rule.grounds:
            continue
        query = row_query(people, rule)
        if query is None:
            continue
        for row in stream(query):
            yield _state(rule, tuple(row))


def row_query(people: People, rule: TableRule) -> sa.Select[Any] | None:
    """The query behind `explain` for one table; None when nobody is loaded."""
    if not people.anybody or not rule.has_people:
        return None
    alias, person = people.compiler.alias(rule.table), people.person.alias()
    chain = people.chain(rule, alias)
    simple, facts = is_simple(people.plan, rule), people.facts.get(rule.table)
    fact = None if facts is None else facts.rows.alias()
    judge: Judge = single(people, rule, alias, person, chain) if simple else Several(people, rule, alias, fact)
    columns: list[ColumnElement[Any]] = [alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]
    columns.append(_number(people.says(person, "hold")).label("hold"))
    columns += _ground_columns(people, rule, alias, person)
    columns.append(_number(row_dead(people.compiler.schema, rule, alias, judge)).label("dead"))
    for number, group in enumerate(rule.groups):
        for n, column in enumerate(group.columns if group.forms else group.columns[:1]):
            columns.append(_fate(people, judge, rule, alias, group, column).label(f"g{number}_{n}"))
    query: sa.Select[Any] = sa.select(*columns).select_from(alias, *chain.froms, person)
    query = query.where(*chain.where, person.c.f == chain.person, people.says(person, "scope"))
    if facts is not None and fact is not None:
        query = query.select_from(fact).where(*facts.at(rule, fact, alias))
    return query if simple else query.distinct()


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
            held_by(people, rule, alias, person, i),
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


def _state(rule: TableRule, row: tuple[Any, ...]) -> RowState:
    width = len(rule.key)
    key, hold, rest = row[:width], bool(row[width]), row[width + 1 :]
    grounds = []
    for i, ground in enumerate(rule.grounds):
        fresh, over, outlasts, consent, held = (bool(v) for v in rest[i * 5 : i * 5 + 5])
        grounds.append(GroundState(ground.purpose, fresh, over, outlasts, consent, held))
    dead, *fates = rest[len(rule.grounds) * 5 :]
    columns: dict[str, Form | str | None] = {}
    told = iter(fates)
    for group in rule.groups:
        for chosen in [(c,) for c in group.columns] if group.forms else [group.columns]:
            fate = next(told)
            state: Form | str | None = None if fate == 0 else "dead" if fate == 1 else group.forms[fate - COARSE][0]
            columns |= dict.fromkeys(chosen, state)
    return RowState(rule.table, key, hold, tuple(grounds), columns, bool(dead))
