"""Erasing people: table by table, children before the parents they need, in one transaction of the store.

What decides about a table's rows is read before any of it is written. Where nothing written before decides, rows are
judged in the statement that writes them (`in_place`), or marked when their turn comes; all others are marked at first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from tillit.connectors.sql.in_place import in_place
from tillit.connectors.sql.mark import Marks, has_one_fate, mark
from tillit.connectors.sql.need import drop_needed, is_pointed_at, mark_link_rows, needed, turns, via_owners
from tillit.connectors.sql.reads import columns_of, reads, tables_of
from tillit.connectors.sql.session import foreign_keys_eased, inner_order, open_people, tied_columns
from tillit.connectors.sql.write import Write, changes, deletes, unlinks, unties
from tillit.model.conditions import TRUE
from tillit.model.plan import Need, Plan, TableRule
from tillit.model.standing import Standing


def table_by_table(plan: Plan) -> bool:
    """Whether the plan can be carried out so: no table that a rollback does not undo, no trigger that writes more.

    And no link between tables that counts or not by what the erasure itself changes.
    """
    tables = plan.bound.schema.tables
    managed = [name for name, rule in plan.rules.items() if rule.grounds]
    touched = {*managed, *via_owners(plan)}
    plain = all(tables[name].transactional and not tables[name].triggers for name in touched)
    return plan.people is not None and plain and not any(_shifts(plan, need) for need in plan.needs)


def _shifts(plan: Plan, need: Need) -> bool:
    """The link's condition reads what an erasure may have changed by the time that the parent is asked about."""
    rule = plan.rules.get(need.arrow.child)
    if need.when == TRUE or rule is None or not rule.grounds:
        return need.when != TRUE and any(True for _ in tables_of(need.when))
    replaced = {column for group in rule.groups for column in group.columns}
    replaced |= {column for cut in rule.cuts for column, _ in cut.writes}
    return any(True for _ in tables_of(need.when)) or not replaced.isdisjoint(columns_of(need.when))


@dataclass(frozen=True)
class _Turn:
    """Tables that take their turn together: one, or those whose links run in a cycle."""

    rules: tuple[TableRule, ...]
    recursive: bool
    late: bool  # nothing written before this turn decides about its rows
    in_place: bool


def erasure(connection: Connection, plan: Plan, standings: Iterable[Standing]) -> Iterator[Write]:
    """The writes of an erasure, in order. Carry each out before asking for the next, all in one transaction.

    `standings` are read before this returns.
    """
    return _writes(Marks(*open_people(connection, plan, standings)))


def _writes(marks: Marks) -> Iterator[Write]:
    plan = marks.people.plan
    order = _order(plan)
    for turn in order:
        if not turn.late:
            _mark(marks, turn)
    with foreign_keys_eased(marks.scratch.connection, plan):
        for turn in order:
            yield from _carry(marks, turn)


def _order(plan: Plan) -> list[_Turn]:
    found: list[_Turn] = []
    written: set[str] = set()
    for tables, recursive in turns(plan):
        rules = tuple(plan.rules[name] for name in tables)
        read = {name for rule in rules for name in reads(plan, rule)}
        late = written.isdisjoint(read)
        alone = len(rules) == 1 and not recursive and rules[0].table not in read
        found.append(_Turn(rules, recursive, late, late and alone and has_one_fate(plan, rules[0])))
        written |= {*tables, *(o.via for rule in rules for o in rule.owners if o.via)}
    return found


def _mark(marks: Marks, turn: _Turn) -> None:
    """What is dead, and which links are cut; not yet what must stay for other rows' sake."""
    for rule in turn.rules:
        mark(marks, rule, None, probed=turn.recursive)
        mark_link_rows(marks, rule)


def _carry(marks: Marks, turn: _Turn) -> Iterator[Write]:
    if turn.in_place:
        yield from in_place(marks, turn.rules[0])
        return
    if turn.late and not turn.recursive:
        mark(marks, turn.rules[0], lambda rule, alias: needed(marks, rule, alias), probed=False)
        mark_link_rows(marks, turn.rules[0])
    else:
        if turn.late:
            _mark(marks, turn)
        drop_needed(marks, turn.rules, again=turn.recursive)
    marks.scratch.analyse(*(marks.tables[rule.table] for rule in turn.rules))
    yield from _from_marks(marks, turn.rules)
    marks.written |= {rule.table for rule in turn.rules}


def _from_marks(marks: Marks, rules: Sequence[TableRule]) -> Iterator[Write]:
    """Cells and links first, then link tables' rows, then the rows themselves."""
    plan = marks.people.plan
    for rule in rules:
        change = changes(marks, rule) if _may_stay(plan, rule) else None
        if change is not None:
            yield change
    for rule in rules:
        yield from unlinks(marks, rule)
    tied = {r.table: () if marks.scratch.engine == "sqlite" else tied_columns(plan, r.table) for r in rules}
    for rule in rules:
        untie = unties(marks, rule, tied[rule.table])
        if untie is not None:
            yield untie
    for name in inner_order(plan, [rule.table for rule in rules]):
        delete = deletes(marks, plan.rules[name], tied=tied[name])
        if delete is not None:
            yield delete


def _may_stay(plan: Plan, rule: TableRule) -> bool:
    """A row of the table can be changed and not deleted."""
    return not rule.deletes or is_pointed_at(plan, rule) or not has_one_fate(plan, rule)
