"""What the marks come to: one statement for all tables, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.fills import is_coarse, is_filled
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.mark import COARSE, DEAD, Marks
from tillit.model.plan import TableRule, TableTally


@dataclass(frozen=True)
class _Count:
    """One number of one table: what it counts and how."""

    kind: str  # deleted, shells, replaced, coarsened, cut
    name: str
    test: Bool


def tally(marks: Marks) -> dict[str, TableTally]:
    """Counts per table of what the plan would do; tables where nothing would happen are left out."""
    counts: list[list[_Count]] = []
    queries: list[tuple[list[ColumnElement[Any]], list[FromClause], list[Bool]]] = []
    tables: list[str] = []
    for name, made in marks.tables.items():
        if not made.rows:
            continue
        rule, mark = marks.people.plan.rules[name], made.alias()
        alias = marks.people.compiler.alias(name)
        wanted = [*_row_counts(rule, mark), *_cell_counts(marks, rule, mark, alias)]
        tables.append(name)
        counts.append(wanted)
        queries.append(([_sum(c.test) for c in wanted], [mark, alias], [marks.at(rule, mark, alias)]))
    for (name, link), made in marks.link_rows.items():
        if made.rows:
            tables.append(name)
            counts.append([_Count("cut", link, sa.true())])
            queries.append(([sa.literal_column(str(made.rows))], [], []))
    return _read(marks, tables, counts, queries)


def _sum(test: Bool) -> ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(sa.case((test, 1), else_=0)), 0)


def _row_counts(rule: TableRule, mark: FromClause) -> list[_Count]:
    shell = sa.and_(mark.c.dead == 1, mark.c.go == 0) if rule.deletes or rule.never_delete else sa.false()
    found = [_Count("deleted", "", mark.c.go == 1), _Count("shells", "", shell)]
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


def _read(
    marks: Marks,
    tables: Sequence[str],
    counts: Sequence[Sequence[_Count]],
    queries: Sequence[tuple[list[ColumnElement[Any]], list[FromClause], list[Bool]]],
) -> dict[str, TableTally]:
    if not queries:
        return {}
    width = max(len(c) for c in counts)
    selects = []
    for number, (columns, froms, where) in enumerate(queries):
        padded = [*columns, *([sa.literal_column("0")] * (width - len(columns)))]
        labelled = [c.label(f"n{i}") for i, c in enumerate(padded)]
        query: sa.Select[Any] = sa.select(sa.literal_column(str(number)).label("t"), *labelled)
        for table in froms:
            query = query.select_from(table)
        selects.append(query.where(*where))
    rows: Sequence[Sequence[Any]] = marks.scratch.run(sa.union_all(*selects)).all()
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        into = found.setdefault(tables[row[0]], {})
        for count, number in zip(counts[row[0]], row[1:], strict=False):
            if number:
                kind = into.setdefault(count.kind, {})
                kind[count.name] = kind.get(count.name, 0) + int(number)
    return {name: _tally(name, kinds) for name, kinds in found.items() if kinds}


def _tally(name: str, kinds: dict[str, dict[str, int]]) -> TableTally:
    return TableTally(
        table=name,
        deleted=kinds.get("deleted", {}).get("", 0),
        replaced=kinds.get("replaced", {}),
        coarsened=kinds.get("coarsened", {}),
        cut=kinds.get("cut", {}),
        shells=kinds.get("shells", {}).get("", 0),
    )
