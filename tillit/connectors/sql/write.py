"""The statements that carry a plan out, from the marks: cut and change first, then delete, children before parents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.compiler import exists, sql_table
from tillit.connectors.sql.fills import coarse_value, fill_value, is_coarse, is_filled
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.mark import COARSE, DEAD, Marks
from tillit.connectors.sql.need import link_columns
from tillit.model.plan import OwnerRule, TableRule
from tillit.model.schema import Family, Schema


@dataclass(frozen=True)
class Slice:
    """A part of a table's marks: conditions on the mark, and conditions on the row as it stands now."""

    on_mark: Callable[[FromClause], Sequence[Bool]] = lambda _: ()
    on_row: Callable[[FromClause, FromClause], Sequence[Bool]] = lambda _row, _mark: ()


WHOLE = Slice()


@dataclass(frozen=True)
class Write:
    """One statement, and which rows of which table it touches.

    `columns` is what an image of a row before the write must hold: the whole row for `delete` and `unlink`; for
    `change` and `untie` the key and the touched columns, with `new` giving what each touched column becomes.
    `sources` are what the table is joined with.
    """

    table: str
    action: str  # change, unlink, untie, delete
    statement: sa.Executable
    target: sa.TableClause
    sources: tuple[FromClause, ...]
    where: tuple[Bool, ...]
    columns: tuple[str, ...]
    new: dict[str, ColumnElement[Any]]
    tied: tuple[str, ...] = ()  # of a delete: columns that an `untie` has set to NULL by then
    people: bool = False  # its rows may be people: the image must be readable row by row


def changes(marks: Marks, rule: TableRule, part: Slice = WHOLE) -> Write | None:
    """UPDATE of dead and coarsened cells and of cut links in rows that stay; None where the table has none."""
    made = marks.tables.get(rule.table)
    if made is None or not made.rows:
        return None
    schema = marks.people.compiler.schema
    target, mark = sql_table(schema, rule.table), made.table
    values, tests = _cell_values(marks, rule, target, mark)
    for i, cut in enumerate(c for c in rule.cuts if c.writes):
        is_cut = mark.c[f"x{i}"] == 1
        tests.append(is_cut)
        for column, value in cut.writes:
            values[column] = sa.case((is_cut, _tombstone(value)), else_=target.c[column])
    if not values:
        return None
    chosen = (marks.at(rule, mark, target), mark.c.go == 0, sa.or_(sa.false(), *tests))
    where: tuple[Bool, ...] = (*chosen, *part.on_mark(mark), *part.on_row(target, mark))
    frozen = {c: target.c[c] for c in moves_by_itself(schema, rule.table) if c not in values}
    update = sa.update(target).values({target.c[c]: v for c, v in {**values, **frozen}.items()}).where(*where)
    return Write(rule.table, "change", update, target, (mark,), where, (*rule.key, *values), values)


def moves_by_itself(schema: Schema, table: str) -> list[str]:
    """MariaDB moves ON UPDATE CURRENT_TIMESTAMP columns in every UPDATE that does not name them."""
    if schema.engine != "mariadb":
        return []
    times = (Family.NAIVE, Family.AWARE)
    return [c.name for c in schema.tables[table].columns.values() if c.family in times and not c.generated]


def _tombstone(value: str | int | None) -> ColumnElement[Any]:
    return sa.null() if value is None else sa.literal(value)


def _cell_values(
    marks: Marks, rule: TableRule, target: FromClause, mark: FromClause
) -> tuple[dict[str, ColumnElement[Any]], list[Bool]]:
    schema = marks.people.compiler.schema
    values: dict[str, ColumnElement[Any]] = {}
    tests: list[Bool] = []
    for i, group in enumerate(rule.groups):
        fate = mark.c[f"g{i}"]
        for column in group.columns:
            there = target.c[column].is_not(None)
            dead = sa.and_(there, fate == DEAD)
            branches = [(dead, fill_value(schema, rule, target, column))]
            tests.append(sa.and_(dead, sa.not_(is_filled(schema, rule, target, column))))
            for n, (form, _) in enumerate(group.forms):
                coarse = sa.and_(there, fate == COARSE + n)
                branches.append((coarse, coarse_value(schema, rule, target, column, form)))
                tests.append(sa.and_(coarse, sa.not_(is_coarse(schema, rule, target, column, form))))
            values[column] = sa.case(*branches, else_=target.c[column])
    return values, tests


def unlinks(marks: Marks, rule: TableRule) -> Iterator[Write]:
    """DELETE of rows of link tables: with their row, or because their link is cut."""
    for owner in rule.owners:
        if owner.via is None:
            continue
        target = sql_table(marks.people.compiler.schema, owner.via)
        cut = marks.link_rows.get((rule.table, owner.link))
        if cut is not None and cut.rows:
            pairs = [(target.c[c], cut.table.c[f"v{i}"]) for i, c in enumerate(link_columns(owner))]
            yield _delete(marks, owner.via, "unlink", target, cut.table, pairs, [], WHOLE)
        made = marks.tables.get(rule.table)
        if made is not None and made.rows and rule.deletes:
            here = owner.up[0].pairs
            pairs = [(target.c[other], made.table.c[f"k{rule.key.index(own)}"]) for own, other in here]
            rest = WHOLE if cut is None or not cut.rows else Slice(on_row=partial(_not_cut, owner, cut.alias()))
            yield _delete(marks, owner.via, "unlink", target, made.table, pairs, [made.table.c.go == 1], rest)


def _not_cut(owner: OwnerRule, cut: FromClause, row: FromClause, _mark: FromClause) -> Sequence[Bool]:
    """The link row has not gone already, with its link."""
    same = tuple(cut.c[f"v{i}"] == row.c[c] for i, c in enumerate(link_columns(owner)))
    return [sa.not_(exists(cut, where=same))]


def unties(marks: Marks, rule: TableRule, tied: Sequence[str], part: Slice = WHOLE) -> Write | None:
    """UPDATE of keys that run in a cycle, to NULL, in rows about to go: no order of DELETEs would suit them."""
    made = marks.tables.get(rule.table)
    if made is None or not made.rows or not tied:
        return None
    target, mark = sql_table(marks.people.compiler.schema, rule.table), made.table
    holds_on = sa.or_(*(target.c[c].is_not(None) for c in tied))
    where: tuple[Bool, ...] = (marks.at(rule, mark, target), mark.c.go == 1, holds_on)
    where = (*where, *part.on_mark(mark), *part.on_row(target, mark))
    values: dict[str, ColumnElement[Any]] = {c: sa.null() for c in tied}
    frozen = {c: target.c[c] for c in moves_by_itself(marks.people.compiler.schema, rule.table) if c not in values}
    update = sa.update(target).values({target.c[c]: v for c, v in {**values, **frozen}.items()}).where(*where)
    return Write(rule.table, "untie", update, target, (mark,), where, (*rule.key, *tied), values)


def deletes(marks: Marks, rule: TableRule, part: Slice = WHOLE, tied: Sequence[str] = ()) -> Write | None:
    """DELETE of the rows that do not stay; None where there is none. `tied` columns were set to NULL before."""
    made = marks.tables.get(rule.table)
    if made is None or not made.rows or not rule.deletes:
        return None
    target = sql_table(marks.people.compiler.schema, rule.table)
    pairs = [(target.c[k], made.table.c[f"k{i}"]) for i, k in enumerate(rule.key)]
    found = _delete(marks, rule.table, "delete", target, made.table, pairs, [made.table.c.go == 1], part)
    return replace(found, tied=tuple(tied), people=rule.is_root)


def _delete(
    marks: Marks,
    table: str,
    action: str,
    target: sa.TableClause,
    marked: sa.TableClause,
    pairs: Sequence[tuple[ColumnElement[Any], ColumnElement[Any]]],
    chosen: Sequence[Bool],
    part: Slice,
) -> Write:
    """The set-based form each engine runs fast: a join with the marks; SQLite, which has none, takes IN."""
    on_mark = [*chosen, *part.on_mark(marked)]
    on_row = list(part.on_row(target, marked))
    where = (*(a == b for a, b in pairs), *on_mark, *on_row)
    statement = sa.delete(target).where(*where)
    if marks.scratch.engine == "mariadb" and on_row:
        statement = _delete_listed(target, marked, pairs, on_mark, part)
    if marks.scratch.engine == "sqlite":
        inside = sa.select(*(b for _, b in pairs)).where(sa.true(), *on_mark)
        left: Any = pairs[0][0] if len(pairs) == 1 else sa.tuple_(*(a for a, _ in pairs))
        statement = sa.delete(target).where(left.in_(inside))
        if on_row:
            again = sa.exists(sa.select(sa.literal_column("1")).select_from(marked).where(*where).correlate(target))
            statement = statement.where(again)
    schema = marks.people.compiler.schema
    columns = tuple(c.name for c in schema.tables[table].columns.values() if not c.generated)
    return Write(table, action, statement, target, (marked,), where, columns, {})


def _delete_listed(
    target: sa.TableClause,
    marked: sa.TableClause,
    pairs: Sequence[tuple[ColumnElement[Any], ColumnElement[Any]]],
    on_mark: Sequence[Bool],
    part: Slice,
) -> sa.Delete:
    """MariaDB refuses a DELETE that reads its own table in a subquery (1093), but joins a list made first."""
    row = target.alias()
    keys = [row.c[str(a.key)] for a, _ in pairs]
    same = [key == b for key, (_, b) in zip(keys, pairs, strict=True)]
    listed = sa.select(*(k.label(f"k{i}") for i, k in enumerate(keys))).select_from(row, marked)
    chosen = listed.where(*same, *on_mark, *part.on_row(row, marked)).limit(2**63 - 1).subquery()
    return sa.delete(target).where(*(a == chosen.c[f"k{i}"] for i, (a, _) in enumerate(pairs)))
