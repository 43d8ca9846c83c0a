"""One planned sweep in one connection: load standing, mark, tally, and hand out the writes in a safe order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy import Connection

from tillit.connectors.sql.compiler import Compiler
from tillit.connectors.sql.judge import never_by_default
from tillit.connectors.sql.living import asked_tables, list_living, live_for, work_out_all
from tillit.connectors.sql.load import load
from tillit.connectors.sql.mark import Marks, has_one_fate
from tillit.connectors.sql.need import is_pointed_at, mark_all
from tillit.connectors.sql.people import People
from tillit.connectors.sql.scratch import Scratch
from tillit.connectors.sql.tally import tally
from tillit.connectors.sql.write import Write, changes, deletes, unlinks, unties
from tillit.model.graph import components
from tillit.model.plan import Plan, TableTally
from tillit.model.standing import Standing


@dataclass(frozen=True)
class Prepared:
    """A plan evaluated on the data as it stands: nothing has been written to the store's own tables."""

    marks: Marks
    tallies: dict[str, TableTally]

    @property
    def plan(self) -> Plan:
        return self.marks.people.plan

    def tally(self, table: str) -> TableTally:
        """What the plan does to one table; all zero where it does nothing."""
        return self.tallies.get(table) or TableTally(table)

    def tied(self, table: str) -> tuple[str, ...]:
        """Columns to set to NULL before doomed rows of the table go: its declared keys run in a cycle of tables."""
        if self.marks.scratch.engine == "sqlite" or not self.tally(table).deleted:
            return ()
        return tied_columns(self.plan, table)


def open_people(connection: Connection, plan: Plan, standings: Iterable[Standing]) -> tuple[Scratch, People]:
    """Load standing into a session; temporary tables only."""
    schema = plan.bound.schema
    scratch = Scratch(connection, schema)
    people = load(scratch, Compiler(schema), plan, standings, asked_tables(plan))
    people.compiler = replace(people.compiler, live_for=live_for(people))
    list_living(scratch, people)
    work_out_all(scratch, people)
    return scratch, people


def prepare(connection: Connection, plan: Plan, standings: Iterable[Standing]) -> Prepared:
    """Evaluate `plan`: every predicate before any write. Needs SELECT, and the right to make temporary tables."""
    scratch, people = open_people(connection, plan, standings)
    marks = Marks(scratch, people)
    mark_all(marks)
    scratch.analyse(*marks.tables.values())
    return Prepared(marks, tally(marks))


def count(connection: Connection, plan: Plan, standings: Iterable[Standing]) -> dict[str, TableTally]:
    """What `prepare` would come to, without listing rows that are only to be counted."""
    scratch, people = open_people(connection, plan, standings)
    marks = Marks(scratch, people, counted=_countable(plan))
    mark_all(marks)
    scratch.analyse(*marks.tables.values())
    return tally(marks)


def _countable(plan: Plan) -> set[str]:
    """Tables of a sweep whose rows go whole, and are needed by no other row."""
    if plan.people is not None:
        return set()
    rules = (r for r in plan.rules.values() if r.deletes and has_one_fate(plan, r) and not never_by_default(r))
    return {rule.table for rule in rules if not is_pointed_at(plan, rule)}


def writes(prepared: Prepared) -> Iterator[Write]:
    """All the statements of the plan, in an order that no declared key can refuse (cycles aside)."""
    marks = prepared.marks
    rules = [prepared.plan.rules[name] for name in delete_order(prepared.plan)]
    for rule in rules:
        change = changes(marks, rule) if prepared.tally(rule.table).changed else None
        if change is not None:
            yield change
    for rule in rules:
        yield from unlinks(marks, rule)
    for rule in rules:
        untie = unties(marks, rule, prepared.tied(rule.table))
        if untie is not None:
            yield untie
    for rule in rules:
        delete = deletes(marks, rule, tied=prepared.tied(rule.table)) if prepared.tally(rule.table).deleted else None
        if delete is not None:
            yield delete


def delete_order(plan: Plan) -> list[str]:
    """Managed tables, children before the parents their keys point at."""
    return [name for component in delete_components(plan) for name in inner_order(plan, component)]


def inner_order(plan: Plan, tables: Sequence[str]) -> list[str]:
    """Tables whose links run in a ring: children first by the declared keys that cannot be set to NULL before."""
    edges: dict[str, set[str]] = {name: set() for name in tables}
    for need in plan.needs:
        arrow = need.arrow
        inside = arrow.child in edges and arrow.parent in edges and arrow.child != arrow.parent
        if inside and arrow.declared and set(tied_columns(plan, arrow.child)).isdisjoint(arrow.columns):
            edges[arrow.parent].add(arrow.child)
    return [name for component in components(edges) for name in component]


def delete_components(plan: Plan) -> list[tuple[str, ...]]:
    """The same, with tables whose keys point at each other in a cycle kept together."""
    managed = {n for n, r in plan.rules.items() if r.grounds}
    edges: dict[str, set[str]] = {n: set() for n in managed}
    for need in plan.needs:
        if need.arrow.child in managed and need.arrow.parent in managed:
            edges[need.arrow.parent].add(need.arrow.child)
    return components(edges)


def tied_columns(plan: Plan, table: str) -> tuple[str, ...]:
    """Nullable columns of the declared keys of `table` that lead to tables of its own cycle."""
    info, rule = plan.bound.schema.tables[table], plan.rules[table]
    together = next((set(c) for c in delete_components(plan) if table in c), set())
    found: dict[str, None] = {}
    for need in plan.needs:
        arrow = need.arrow
        if arrow.declared and arrow.child == table and arrow.parent in together:
            free = [c for c in arrow.columns if info.columns[c].nullable and c not in rule.key]
            found.update(dict.fromkeys(free))
    return tuple(found)


def knotted(plan: Plan, table: str) -> bool:
    """The table points at itself by a declared key that cannot be set to NULL first."""
    free = set(tied_columns(plan, table))
    arrows = [n.arrow for n in plan.needs if n.arrow.child == n.arrow.parent == table and n.arrow.declared]
    return any(free.isdisjoint(arrow.columns) for arrow in arrows)


class foreign_keys_eased:  # noqa: N801
    """Cycles of declared keys cannot be deleted row by row: the plan has already shown that nothing dangles.

    SQLite defers its checks to the commit; MariaDB, which checks row by row, is told not to while a cycle goes.
    PostgreSQL checks at the end of each statement.
    """

    def __init__(self, connection: Connection, plan: Plan) -> None:
        self.connection = connection
        self.engine = plan.bound.schema.engine
        self.cyclic = any(
            n.arrow.declared and n.arrow.child in c and n.arrow.parent in c
            for c in delete_components(plan)
            for n in plan.needs
        )

    def __enter__(self) -> None:
        if self.engine == "sqlite":
            self.connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        elif self.engine == "mariadb" and self.cyclic:
            self.connection.execute(sa.text("SET foreign_key_checks = 0"))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # After an error the connection may be lost: asking it once more would only hide what went wrong.
        if self.engine == "mariadb" and self.cyclic and kind is None:
            self.connection.execute(sa.text("SET foreign_key_checks = 1"))
