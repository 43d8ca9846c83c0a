"""Writing without marks: rows of one owner each that nothing written before decides about go as they are found.

The same judgements as in `mark`, in the statement that writes: the rows are looked up once, not listed and looked up
again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.compiler import sql_table
from tillit.connectors.sql.fills import fill_value, is_filled
from tillit.connectors.sql.judge import single
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.mark import Marks, row_dead
from tillit.connectors.sql.need import is_pointed_at, unneeded
from tillit.connectors.sql.people import is_simple
from tillit.connectors.sql.write import Write, moves_by_itself
from tillit.model.mapping import Mode, WhenDead
from tillit.model.plan import Plan, TableRule


def has_one_fate(plan: Plan, rule: TableRule) -> bool:
    """Each row has one person at most, its values live and die with it, and no link of it is ever cut.

    While such a row lives its owner is held, so its owner's link is cut only to anonymise it.
    """
    everything = tuple(range(len(rule.grounds)))
    plain = all((g.full, g.forms, g.about, g.mode) == (everything, (), (), Mode.ANY) for g in rule.groups)
    return plain and is_simple(plan, rule) and (not rule.cuts or rule.when_dead is WhenDead.DELETE)


def in_place(marks: Marks, rule: TableRule) -> Iterator[Write]:
    """The DELETE of dead rows that nothing needs; then the UPDATE of those that stay as shells, where any can."""
    if rule.deletes:
        yield _delete(marks, rule)
    if (not rule.deletes or is_pointed_at(marks.people.plan, rule)) and rule.groups:
        yield _update(marks, rule)


def _dead(marks: Marks, rule: TableRule, row: FromClause) -> tuple[tuple[FromClause, ...], list[Bool]]:
    """What a row is joined with to find its person, and that it is dead for a person in scope."""
    people = marks.people
    chain, person = people.chain(rule, row), people.person.alias()
    judge = single(people, rule, row, person, chain)
    dead = row_dead(people.compiler.schema, rule, row, judge)
    return (*chain.froms, person), [*chain.where, person.c.f == chain.person, people.says(person, "scope"), dead]


def _delete(marks: Marks, rule: TableRule) -> Write:
    schema = marks.people.compiler.schema
    target = sql_table(schema, rule.table)
    sources, found = _dead(marks, rule, target)
    where = (*found, *unneeded(marks, rule, target))
    statement = sa.delete(target).where(*where)
    if schema.engine == "sqlite":  # has no joined DELETE
        row = marks.people.compiler.alias(rule.table)
        froms, dead = _dead(marks, rule, row)
        listed = sa.select(*(row.c[k] for k in rule.key)).select_from(row, *froms)
        listed = listed.where(*dead, *unneeded(marks, rule, row))
        keys = [target.c[k] for k in rule.key]
        key: Any = keys[0] if len(keys) == 1 else sa.tuple_(*keys)
        statement = sa.delete(target).where(key.in_(listed))
    columns = tuple(c.name for c in schema.tables[rule.table].columns.values() if not c.generated)
    return Write(rule.table, "delete", statement, target, sources, where, columns, {}, people=rule.is_root)


def _update(marks: Marks, rule: TableRule) -> Write:
    schema = marks.people.compiler.schema
    target = sql_table(schema, rule.table)
    sources, found = _dead(marks, rule, target)
    values: dict[str, ColumnElement[Any]] = {}
    tests: list[Bool] = []
    for column in (column for group in rule.groups for column in group.columns):
        there, filled = target.c[column].is_not(None), is_filled(schema, rule, target, column)
        tests.append(sa.and_(there, sa.not_(filled)))
        values[column] = sa.case((there, fill_value(schema, rule, target, column)), else_=target.c[column])
    where = (*found, sa.or_(*tests))
    frozen = {c: target.c[c] for c in moves_by_itself(schema, rule.table) if c not in values}
    update = sa.update(target).values({target.c[c]: v for c, v in {**values, **frozen}.items()}).where(*where)
    return Write(rule.table, "change", update, target, sources, where, (*rule.key, *values), values)
