"""Facts of rows that several people may own, worked out once: who holds them by which ground, and who else owns them.

Two temporary tables a table: (row, person, link, scope, hold, h0..: ground number held for the person) and
(row, u0..: somebody unflagged by source number). The marking queries then ask short questions: SQLite's parser gives up
on deep ones, and the other engines would evaluate the same conditions again for every column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from tillit.connectors.sql.compiler import exists
from tillit.connectors.sql.judge import held_by
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.people import SELF, People
from tillit.connectors.sql.scratch import Made, Scratch
from tillit.connectors.sql.unflagged import unflagged_by, unflagged_self
from tillit.model.plan import TableRule


@dataclass(frozen=True)
class Facts:
    """What was worked out for one table."""

    held: Made
    others: Made

    def somebody(
        self, people: People, rule: TableRule, alias: FromClause, tests: Sequence[Any], about: Sequence[str]
    ) -> Bool:
        """EXISTS a flagged person of the row, by the links `about`, for whom one of `tests` (column names) is 1."""
        row = self.held.alias()
        where = [*_at(rule, row, alias), row.c.l.in_(people.numbers(rule, about))]
        if tests:
            where.append(sa.or_(*(row.c[name] == 1 for name in tests)))
        return exists(row, where=tuple(where))

    def unheld(
        self, people: People, rule: TableRule, alias: FromClause, indexes: Sequence[int], about: Sequence[str]
    ) -> Bool:
        """EXISTS a flagged person for whom none of the grounds holds."""
        row = self.held.alias()
        names = ["hold", *(f"h{i}" for i in indexes)]
        where = [*_at(rule, row, alias), row.c.l.in_(people.numbers(rule, about)), *(row.c[n] == 0 for n in names)]
        return exists(row, where=tuple(where))

    def unflagged(self, people: People, rule: TableRule, alias: FromClause, about: Sequence[str]) -> Bool:
        """Somebody with default standing owns the row too (the row is one that a flagged person owns)."""
        row = self.others.alias()
        some = sa.or_(sa.false(), *(row.c[f"u{n}"] == 1 for n in people.numbers(rule, about)))
        return exists(row, where=(*_at(rule, row, alias), some))


def _at(rule: TableRule, row: FromClause, alias: FromClause) -> list[Bool]:
    return [row.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)]


def work_out(scratch: Scratch, people: People, rule: TableRule) -> Facts:
    """Make both tables for `rule`, whose ownership is not simple."""
    key = [f"k{i}" for i in range(len(rule.key))]
    held = scratch.from_query("held", _held_query(people, rule), key)
    others = scratch.from_query("others", _others_query(people, rule), key)
    return Facts(held, others)


def _number(test: Bool) -> ColumnElement[int]:
    return sa.case((test, sa.literal_column("1")), else_=sa.literal_column("0"))


def _held_query(people: People, rule: TableRule) -> sa.Select[Any]:
    own, person, alias = people.owned[rule.table].alias(), people.person.alias(), people.compiler.alias(rule.table)
    columns: list[ColumnElement[Any]] = [own.c[f"k{i}"] for i in range(len(rule.key))]
    columns += [own.c.f, own.c.l, person.c.scope, person.c.hold]
    columns += [_number(held_by(people, rule, alias, person, i)).label(f"h{i}") for i, _ in enumerate(rule.grounds)]
    query: sa.Select[Any] = sa.select(*columns).select_from(own, person, alias)
    return query.where(person.c.f == own.c.f, *_at(rule, own, alias))


def _others_query(people: People, rule: TableRule) -> sa.Select[Any]:
    own, alias = people.owned[rule.table].alias(), people.compiler.alias(rule.table)
    keys = sa.select(*[own.c[f"k{i}"] for i in range(len(rule.key))]).distinct().subquery()
    columns: list[ColumnElement[Any]] = [keys.c[f"k{i}"] for i in range(len(rule.key))]
    own_role = unflagged_self(people, rule, alias) if rule.is_root else sa.false()
    columns.append(_number(own_role).label(f"u{SELF}"))
    for n, owner in enumerate(rule.owners, start=1):
        columns.append(_number(unflagged_by(people, rule, alias, owner)).label(f"u{n}"))
    query: sa.Select[Any] = sa.select(*columns).select_from(keys, alias)
    return query.where(*_at(rule, keys, alias))
