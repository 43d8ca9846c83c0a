"""A plan cut into transactions: one for people (all or nothing, law 4), bounded ones for everything.

A batch of a sweep tests each row again as it stands: what somebody has touched since the plan was made is spared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import FromClause

from tillit.connectors.sql.compiler import exists
from tillit.connectors.sql.judge import Default
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.mark import Marks, row_dead
from tillit.connectors.sql.need import unneeded
from tillit.connectors.sql.reads import reads
from tillit.connectors.sql.scratch import Made
from tillit.connectors.sql.session import Prepared, delete_order, knotted, writes
from tillit.connectors.sql.write import WHOLE, Slice, Write, changes, deletes, unlinks, unties
from tillit.model.plan import TableRule

# Of a mark's p, besides 1 (a person) and 0 (time and condition, asked again when the row goes):
UNTIED = 2  # asked for the last time just before its keys were set to NULL
JUDGED = 3  # asked for the last time before rows went that its own time and condition are read from


@dataclass
class Pace:
    """How many marked rows a batch takes. `took` changes `rows` so that the next one lasts about `target` seconds."""

    rows: int = 2_000
    target: float = 0.03
    fewest: int = 100
    most: int = 50_000

    def took(self, seconds: float) -> None:
        """A batch took so long: never more than twice or less than half as many rows in the next one."""
        factor = max(0.5, min(2.0, self.target / max(seconds, 1e-4)))
        self.rows = max(self.fewest, min(self.most, int(self.rows * factor)))


@dataclass(frozen=True)
class Batch:
    """The writes of one transaction."""

    number: int
    writes: tuple[Write, ...]


def batches(prepared: Prepared, pace: Pace | None = None) -> Iterator[Batch]:
    """The plan's transactions, in order. Send each before asking for the next: boundaries are looked up on the way."""
    if prepared.plan.people is not None:
        yield Batch(0, tuple(writes(prepared)))
        return
    pace = pace or Pace()
    for number, found in enumerate(_bounded(prepared, pace)):
        yield Batch(number, found)


def _bounded(prepared: Prepared, pace: Pace) -> Iterator[tuple[Write, ...]]:
    """Cells and links first, then link tables' rows, then keys that run in a ring, then the rows."""
    rules = [prepared.plan.rules[name] for name in delete_order(prepared.plan)]
    doomed = [rule for rule in rules if prepared.tally(rule.table).deleted]
    for rule in rules:
        yield from _changing(prepared, rule, pace)
    for rule in rules:
        links = tuple(unlinks(prepared.marks, rule))
        if links:
            yield links
    for number, rule in enumerate(doomed):
        if not reads(prepared.plan, rule).isdisjoint(other.table for other in doomed[: number + 1]):
            _decide(prepared.marks, rule, JUDGED, (), Slice(on_row=partial(_as_planned, prepared.marks, rule)))
    for rule in doomed:
        yield from _untying(prepared, rule, pace)
    for rule in doomed:
        yield from _deleting(prepared, rule, pace)


def _changing(prepared: Prepared, rule: TableRule, pace: Pace) -> Iterator[tuple[Write, ...]]:
    for part in _slices(prepared.marks, rule, pace) if prepared.tally(rule.table).changed else ():
        change = changes(prepared.marks, rule, part)
        if change is not None:
            yield (change,)


def _untying(prepared: Prepared, rule: TableRule, pace: Pace) -> Iterator[tuple[Write, ...]]:
    marks, tied = prepared.marks, prepared.tied(rule.table)
    for part in _slices(marks, rule, pace) if tied else ():
        tested = replace(part, on_row=partial(_as_planned, marks, rule))
        _decide(marks, rule, UNTIED, tied, tested)
        untie = unties(marks, rule, tied, tested)
        if untie is not None:
            yield (untie,)


def _deleting(prepared: Prepared, rule: TableRule, pace: Pace) -> Iterator[tuple[Write, ...]]:
    marks, tied = prepared.marks, prepared.tied(rule.table)
    retest = partial(_as_planned, marks, rule, tied=tied)
    # Rows that point at each other by a key that cannot be NULL go in one statement, or not at all.
    for part in (WHOLE,) if knotted(prepared.plan, rule.table) else _slices(marks, rule, pace):
        delete = deletes(marks, rule, replace(part, on_row=retest), tied)
        if delete is not None:
            yield (delete,)


def _slices(marks: Marks, rule: TableRule, pace: Pace) -> Iterator[Slice]:
    """Ranges of the first key column: neighbours in the mark table are neighbours in the store's table."""
    made = marks.tables.get(rule.table)
    if made is None or not made.rows:
        return
    last: Any = None
    while made.rows > pace.rows or last is not None:
        bound = _bound(marks, made, last, pace.rows)
        yield Slice(on_mark=partial(_between, last, bound))
        if bound is None:
            return
        last = bound
    yield Slice()


def _bound(marks: Marks, made: Made, last: Any, rows: int) -> Any:
    """The first key value of the next slice; None when this one is the last."""
    key = made.table.c.k0
    query = sa.select(key).order_by(key).offset(rows).limit(1)
    if last is not None:
        query = query.where(key >= sa.literal(last))
    bound = marks.scratch.run(query).scalar()
    if bound is None or bound != last:
        return bound
    further = sa.select(sa.func.min(key)).where(key > sa.literal(last))  # more rows share one value than a slice takes
    return marks.scratch.run(further).scalar()


def _between(low: Any, high: Any, mark: FromClause) -> Sequence[Bool]:
    found = []
    if low is not None:
        found.append(mark.c.k0 >= sa.literal(low))
    if high is not None:
        found.append(mark.c.k0 < sa.literal(high))
    return found


def _decide(marks: Marks, rule: TableRule, how: int, tied: Sequence[str], part: Slice) -> None:
    """Note rows that are dead as they stand: once keys are NULL, or rows above are gone, it could look otherwise."""
    made, row = marks.tables[rule.table], marks.people.compiler.alias(rule.table)
    mark = made.table
    holds_on = sa.or_(*(row.c[c].is_not(None) for c in tied)) if tied else sa.true()
    taken = exists(row, where=(marks.at(rule, mark, row), holds_on, *part.on_row(row, mark)))
    marks.scratch.run(sa.update(mark).values(p=how).where(mark.c.go == 1, mark.c.p == 0, *part.on_mark(mark), taken))


def _as_planned(
    marks: Marks, rule: TableRule, row: FromClause, mark: FromClause, *, tied: Sequence[str] = ()
) -> Sequence[Bool]:
    """Dead now as when it was planned, and nothing has come to need it by a key the store does not check itself."""
    by_time = row_dead(marks.people.compiler.schema, rule, row, Default(marks.people.compiler, rule, row))
    unchecked = [n for n in marks.people.plan.needs if n.arrow.parent == rule.table and not n.arrow.declared]
    untied = sa.and_(mark.c.p == UNTIED, *(row.c[c].is_(None) for c in tied)) if tied else sa.false()
    return [sa.or_(mark.c.p.in_((1, JUDGED)), untied, by_time), *unneeded(marks, rule, row, unchecked)]
