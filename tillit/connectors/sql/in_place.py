"""Writing without marks: rows of one owner each that nothing written before decides about go as they are found.

The same judgements as in `mark`, in the statement that writes: the rows are looked up once, not listed and looked up
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.compiler import sql_table
from tillit.connectors.sql.fills import fill_value, is_filled
from tillit.connectors.sql.judge import Single, calls, single, surely_dead
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.mark import Marks, row_dead
from tillit.connectors.sql.need import is_pointed_at, unneeded
from tillit.connectors.sql.write import Write, moves_by_itself
from tillit.model.conditions import TRUE, Hop
from tillit.model.plan import TableRule
from tillit.model.schema import Schema


def in_place(marks: Marks, rule: TableRule) -> Iterator[Write]:
    """The DELETE of dead rows that nothing needs; then the UPDATE of those that stay as shells, where any can."""
    if rule.deletes:
        yield from _deletes(marks, rule)
    if (not rule.deletes or is_pointed_at(marks.people.plan, rule)) and rule.groups:
        yield _update(marks, rule)


@dataclass(frozen=True)
class _Found:
    """Rows of people in scope: what they are joined with, how, and the judge of each."""

    sources: tuple[FromClause, ...]
    where: tuple[Bool, ...]
    judge: Single


def _found(marks: Marks, rule: TableRule, row: FromClause) -> _Found:
    people = marks.people
    chain = people.chain(rule, row)
    person, joined = people.joined_person()
    same = [person.c.f == chain.person] if joined else []
    where = (*chain.where, *same, people.says(person, "scope"))
    return _Found((*chain.froms, *joined), where, single(people, rule, row, person, chain))


def _deletes(marks: Marks, rule: TableRule) -> Iterator[Write]:
    """One statement; on SQLite one without function calls first, where that takes rows, and one for the rest."""
    if marks.scratch.engine == "sqlite":
        row = sql_table(marks.people.compiler.schema, rule.table)
        judge = _found(marks, rule, row).judge
        if surely_dead(judge) is not None and calls(row_dead(marks.people.compiler.schema, rule, row, judge)):
            yield _delete(marks, rule, _surely)
    yield _delete(marks, rule, row_dead)


def _surely(schema: Schema, rule: TableRule, row: FromClause, judge: Any) -> Bool:  # noqa: ARG001
    dead = surely_dead(judge)
    return sa.false() if dead is None else dead


def _delete(marks: Marks, rule: TableRule, dead: Callable[[Schema, TableRule, FromClause, Any], Bool]) -> Write:
    schema = marks.people.compiler.schema
    target = sql_table(schema, rule.table)
    found = _found(marks, rule, target)
    tests = [dead(schema, rule, target, found.judge), *unneeded(marks, rule, target)]
    where = (*found.where, *tests)
    statement = sa.delete(target).where(*where)
    if schema.engine == "sqlite":
        statement = sa.delete(target).where(*_listed(marks, rule, target, dead, tests))
    columns = tuple(c.name for c in schema.tables[rule.table].columns.values() if not c.generated)
    return Write(rule.table, "delete", statement, target, found.sources, where, columns, {}, people=rule.is_root)


def _listed(
    marks: Marks,
    rule: TableRule,
    target: FromClause,
    dead: Callable[[Schema, TableRule, FromClause, Any], Bool],
    tests: Sequence[Bool],
) -> list[Bool]:
    """SQLite has no joined DELETE: rows by the keys of their people where a link names them, else by their own."""
    people = marks.people
    link = None if rule.is_root else rule.owners[0]
    if people.only and link is not None and link.straight and _is_plain(link.up[0]):
        found, root = _found(marks, rule, target), people.roots[link.parent].alias()
        ((own, _),) = link.up[0].pairs
        return [target.c[own].in_(sa.select(root.c.k0)), people.says(found.judge.person, "scope"), *tests]
    row = people.compiler.alias(rule.table)
    found = _found(marks, rule, row)
    listed = sa.select(*(row.c[k] for k in rule.key)).select_from(row, *found.sources)
    schema = people.compiler.schema
    listed = listed.where(*found.where, dead(schema, rule, row, found.judge), *unneeded(marks, rule, row))
    keys = [target.c[k] for k in rule.key]
    key: Any = keys[0] if len(keys) == 1 else sa.tuple_(*keys)
    return [key.in_(listed)]


def _is_plain(hop: Hop) -> bool:
    """One column equals the parent's key, whatever else the rows hold."""
    whens = all(when in (None, TRUE) for when in (hop.own_when, hop.other_when))
    return whens and len(hop.pairs) == 1 and not (hop.matches or hop.prefix_own or hop.prefix_other)


def _update(marks: Marks, rule: TableRule) -> Write:
    schema = marks.people.compiler.schema
    target = sql_table(schema, rule.table)
    found = _found(marks, rule, target)
    values: dict[str, ColumnElement[Any]] = {}
    tests: list[Bool] = []
    for column in (column for group in rule.groups for column in group.columns):
        there, filled = target.c[column].is_not(None), is_filled(schema, rule, target, column)
        tests.append(sa.and_(there, sa.not_(filled)))
        values[column] = sa.case((there, fill_value(schema, rule, target, column)), else_=target.c[column])
    where = (*found.where, row_dead(schema, rule, target, found.judge), sa.or_(*tests))
    frozen = {c: target.c[c] for c in moves_by_itself(schema, rule.table) if c not in values}
    update = sa.update(target).values({target.c[c]: v for c, v in {**values, **frozen}.items()}).where(*where)
    return Write(rule.table, "change", update, target, found.sources, where, (*rule.key, *values), values)
