"""What the marks come to: one statement for all tables, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.fills import is_coarse, is_filled
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.mark import COARSE, DEAD, Marks, dead_by_default
from tillit.model.plan import TableRule, TableTally


@dataclass(frozen=True)
class _Count:
    """One number of one table: what it counts and how."""

    kind: str  # deleted, shells, replaced, coarsened, cut
    name: str
    test: Bool


def tally(marks: Marks) -> dict[str, TableTally]:
    """Counts per table of what the plan would do; tables where nothing would happen are left out.

    Rows and cuts are counted from the marks alone; only rows that stay are looked up again, to count their cells.
    """
    made = {name: made for name, made in marks.tables.items() if made.rows}
    questions: list[_Question] = []
    for name, one in made.items():
        mark = one.alias()
        questions.append(_Question(name, tuple(_row_counts(marks.people.plan.rules[name], mark)), (mark,), ()))
    for name in marks.counted:
        rule, alias = marks.people.plan.rules[name], marks.people.compiler.alias(name)
        where = tuple(dead_by_default(marks.people, rule, alias))
        questions.append(_Question(name, (_Count("deleted", "", sa.true()),), (alias,), where))
    for (name, link), one in marks.link_rows.items():
        row = one.alias()
        questions.append(_Question(name, (_Count("cut", link, sa.true()),), (row,), ()))
    found = _ask(marks, questions)
    cells = []
    for name in made:
        if found.get(name, {}).get("stays"):
            rule, mark, alias = marks.people.plan.rules[name], made[name].alias(), marks.people.compiler.alias(name)
            where = (marks.at(rule, mark, alias), mark.c.go == 0)
            cells.append(_Question(name, tuple(_cell_counts(marks, rule, mark, alias)), (mark, alias), where))
    for name, kinds in _ask(marks, [q for q in cells if q.counts]).items():
        found.setdefault(name, {}).update(kinds)
    tallies = {name: _tally(name, kinds) for name, kinds in found.items()}
    return {name: one for name, one in tallies.items() if one.total or one.shells}


@dataclass(frozen=True)
class _Question:
    """Numbers asked of one table."""

    table: str
    counts: tuple[_Count, ...]
    froms: tuple[FromClause, ...]
    where: tuple[Bool, ...]


def _sum(test: Bool) -> ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(sa.case((test, 1), else_=0)), 0)


def _row_counts(rule: TableRule, mark: FromClause) -> list[_Count]:
    shell = sa.and_(mark.c.dead == 1, mark.c.go == 0) if rule.deletes or rule.never_delete else sa.false()
    found = [_Count("deleted", "", mark.c.go == 1), _Count("shells", "", shell), _Count("stays", "", mark.c.go == 0)]
    writing = [c for c in rule.cuts if c.writes]
    for i, cut in enumerate(writing):
        found.append(_Count("cut", cut.link, sa.and_(mark.c[f"x{i}"] == 1, mark.c.go == 0)))
    return found


def _cell_counts(marks: Marks, rule: TableRule, mark: FromClause, alias: FromClause) -> list[_Count]:
    schema = marks.people.compiler.schema
    found = []
    for i, group in enumerate(rule.groups):
        fate = mark.c[f"g{i}"]
        for column in group.columns:
            there = sa.and_(alias.c[column].is_not(None), mark.c.go == 0)
            gone = sa.and_(there, fate == DEAD, sa.not_(is_filled(schema, rule, alias, column)))
            found.append(_Count("replaced", column, gone))
            for n, (form, _) in enumerate(group.forms):
                fine = sa.not_(is_coarse(schema, rule, alias, column, form))
                found.append(_Count("coarsened", column, sa.and_(there, fate == COARSE + n, fine)))
    return found


def _ask(marks: Marks, questions: Sequence[_Question]) -> dict[str, dict[str, dict[str, int]]]:
    """All questions in one statement; the numbers that are not zero, by table, kind and name."""
    if not questions:
        return {}
    width = max(len(q.counts) for q in questions)
    selects = []
    for number, question in enumerate(questions):
        columns = [_sum(c.test) for c in question.counts]
        columns += [sa.literal_column("0")] * (width - len(columns))
        labelled = [c.label(f"n{i}") for i, c in enumerate(columns)]
        query: sa.Select[Any] = sa.select(sa.literal_column(str(number)).label("t"), *labelled)
        selects.append(query.select_from(*question.froms).where(*question.where))
    rows: Sequence[Sequence[Any]] = marks.scratch.run(sa.union_all(*selects)).all()
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        question = questions[row[0]]
        into = found.setdefault(question.table, {})
        for count, number in zip(question.counts, row[1:], strict=False):
            if number:
                kind = into.setdefault(count.kind, {})
                kind[count.name] = kind.get(count.name, 0) + int(number)
    return found


def _tally(name: str, kinds: dict[str, dict[str, int]]) -> TableTally:
    return TableTally(
        table=name,
        deleted=kinds.get("deleted", {}).get("", 0),
        replaced=kinds.get("replaced", {}),
        coarsened=kinds.get("coarsened", {}),
        cut=kinds.get("cut", {}),
        shells=kinds.get("shells", {}).get("", 0),
    )
