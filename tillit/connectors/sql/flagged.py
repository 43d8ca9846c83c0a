"""The flagged people of a session as rows: who they are by key, and what stands for them.

People for whom the same stands share one row of `person`: nothing a row of theirs is judged by tells them apart. A few
stand in each statement themselves, so that one person costs no temporary table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.dialects import mysql

from tillit.connectors.sql.compiler import Compiler
from tillit.connectors.sql.fills import RawType, own_type
from tillit.connectors.sql.people import is_simple
from tillit.connectors.sql.scratch import Inline, Made, Rows, Scratch
from tillit.model.mapping import Dress
from tillit.model.plan import Plan, TableRule
from tillit.model.schema import Family
from tillit.model.standing import UNLIMITED, Person, Standing

FEW = 4  # people whose standing and keys are written into the statements
_BATCH = 2_000
_CLASSES = 5_000  # different standings that are told apart in memory; beyond, each person has a row
_TIME_TYPES: dict[Dress, dict[str, str]] = {
    Dress.AWARE: {"postgresql": "TIMESTAMPTZ", "mariadb": "DATETIME(6)", "sqlite": "TEXT"},
    Dress.NAIVE: {"postgresql": "TIMESTAMP", "mariadb": "DATETIME(6)", "sqlite": "TEXT"},
    Dress.DATE: {"postgresql": "DATE", "mariadb": "DATE", "sqlite": "TEXT"},
    Dress.EPOCH_S: {"postgresql": "BIGINT", "mariadb": "BIGINT", "sqlite": "INTEGER"},
    Dress.EPOCH_MS: {"postgresql": "BIGINT", "mariadb": "BIGINT", "sqlite": "INTEGER"},
    Dress.TEXT: {"postgresql": "TEXT", "mariadb": "VARBINARY(40)", "sqlite": "TEXT"},
    Dress.TEXT_T: {"postgresql": "TEXT", "mariadb": "VARBINARY(40)", "sqlite": "TEXT"},
}
_MARIADB_CASTS: dict[str, sa.types.TypeEngine[Any]] = {
    "DATETIME(6)": mysql.DATETIME(fsp=6),
    "DATE": sa.Date(),
    "BIGINT": sa.Integer(),
    "VARBINARY(40)": sa.LargeBinary(),
}


@dataclass(frozen=True)
class Flagged:
    """What stands for people (one row a standing), per root table the keys of those it stands for, and what is the
    same for all of them."""

    person: Rows
    roots: dict[str, Rows]
    same: dict[str, int]
    only: dict[str, ColumnElement[Any]]  # the one row, where there is one


def load_flagged(scratch: Scratch, compiler: Compiler, plan: Plan, standings: Iterable[Standing]) -> Flagged:
    """The flagged people of a session: in temporary tables, or as they are where they are few."""
    rules = {name: rule for name, rule in plan.rules.items() if rule.is_root}
    rows = (s for s in _with_scope(plan, standings) if s.person.table in rules)
    first = list(islice(rows, FEW + 1))
    if len(first) <= FEW and all(_plain_key(plan, rule) for rule in rules.values()) and not _deep(plan):
        return _inline(compiler, plan, rules, first)
    return _tables(scratch, compiler, plan, rules, chain(first, rows))


def _with_scope(plan: Plan, standings: Iterable[Standing]) -> Iterator[Standing]:
    """The standings of this store, then default ones for people in scope who have none."""
    wanted = set(plan.people or ())
    missing = set(wanted)
    alone = plan.people is not None and all(is_simple(plan, r) or not r.has_people for r in plan.rules.values())
    for standing in standings:
        if alone and standing.person not in wanted:
            continue  # every row has one owner at most: nobody else's standing can matter
        if standing.person.store == plan.bound.store.name:
            missing.discard(standing.person)
            yield standing
    for person in sorted(missing, key=repr):
        yield Standing(person)


def dresses(plan: Plan) -> list[Dress]:
    """The dresses that some table's `created` wears."""
    return sorted({r.created[1] for r in plan.rules.values() if r.created}, key=lambda d: d.value)


@dataclass
class _Numbers:
    """The numbers of standings: the same for people for whom the same stands, while there are not too many kinds."""

    plan: Plan
    dresses: list[Dress]
    known: dict[tuple[Any, ...], int] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)  # the first of them
    same: dict[str, int] = field(default_factory=dict)
    last: int = 0

    def of(self, standing: Standing) -> tuple[int, dict[str, Any] | None]:
        """The number, and the row where it is new."""
        in_scope = self.plan.people is None or standing.person in self.plan.people
        kind = (in_scope, standing.hold, standing.consent, *sorted(standing.ended.items()))
        if kind in self.known:
            return self.known[kind], None
        row = _person_row(self.plan, standing, self.dresses)
        self.last += 1
        if len(self.known) < _CLASSES:
            self.known[kind] = self.last
        flags = {name: value for name, value in row.items() if "_" not in name}
        self.same = {n: v for n, v in self.same.items() if flags[n] == v} if self.last > 1 else flags
        found = {"f": self.last, **row}
        if self.last <= FEW:
            self.rows.append(found)
        return self.last, found


def _person_row(plan: Plan, standing: Standing, worn: list[Dress]) -> dict[str, Any]:
    in_scope = plan.people is None or standing.person in plan.people
    row: dict[str, Any] = {"scope": int(in_scope), "hold": int(standing.hold)}
    for i, purpose in enumerate(plan.purposes):
        ended = standing.ended.get(purpose)
        row |= {f"e{i}": int(ended is not None), f"c{i}": int(purpose in standing.consent)}
        for dress in worn:
            row[f"e{i}_{dress.value}"] = None if ended in (None, UNLIMITED) else _ended_value(plan, ended, dress)
    return row


def _ended_value(plan: Plan, ended: datetime, dress: Dress) -> Any:
    value = plan.in_dress(ended, dress)
    engine = plan.bound.schema.engine
    if isinstance(value, datetime) and engine != "postgresql":
        value = value.replace(tzinfo=None)
    if engine != "sqlite" or not isinstance(value, date):
        return value
    return value.isoformat(" ", timespec="microseconds") if isinstance(value, datetime) else value.isoformat()


def _deep(plan: Plan) -> bool:
    """SQLite's parser gives up on deep questions: people stay in tables where further rows lead to them."""
    links = (owner for r in plan.rules.values() if not is_simple(plan, r) for owner in r.owners)
    return plan.bound.schema.engine == "sqlite" and not all(o.straight and len(o.up) == 1 for o in links)


def _plain_key(plan: Plan, rule: TableRule) -> bool:
    """A key that compares the same written out as it does from a column: no collation has a say."""
    infos = plan.bound.schema.tables[rule.table].columns
    plain = (Family.INTEGER, Family.UUID) if plan.bound.schema.engine == "postgresql" else (Family.INTEGER,)
    return all(infos[k].family in plain for k in rule.key)


def _inline(compiler: Compiler, plan: Plan, rules: dict[str, TableRule], standings: list[Standing]) -> Flagged:
    numbers = _Numbers(plan, dresses(plan))
    keys: dict[str, list[tuple[Any, ...]]] = {name: [] for name in rules}
    for standing in standings:
        number, _ = numbers.of(standing)
        keys[standing.person.table].append((*standing.person.key, number))
    roots: dict[str, Rows] = {}
    for name, rule in rules.items():
        columns = [_root_columns(compiler, rule, row) for row in keys[name]]
        roots[name] = _few(columns, _root_columns(compiler, rule, (*(None for _ in rule.key), 0)))
    return Flagged(_inline_people(plan, numbers), roots, numbers.same, _only(plan, numbers))


def _inline_people(plan: Plan, numbers: _Numbers) -> Inline:
    blank = {"f": 0, **_person_row(plan, Standing(Person("", "", ())), numbers.dresses)}
    types = _time_casts(plan)
    return _few([_person_columns(row, types) for row in numbers.rows], _person_columns(blank, types))


def _only(plan: Plan, numbers: _Numbers) -> dict[str, ColumnElement[Any]]:
    if numbers.last != 1:
        return {}
    columns = _person_columns(numbers.rows[0], _time_casts(plan))
    return {name: column.element for name, column in zip(numbers.rows[0], columns, strict=True)}


def _few(rows: Sequence[Sequence[ColumnElement[Any]]], none: Sequence[ColumnElement[Any]]) -> Inline:
    """SELECT ... UNION ALL SELECT ...; `none` gives the columns where there is no row."""
    if not rows:
        return Inline(sa.select(*none).limit(0), 0)
    selects = [sa.select(*row) for row in rows]
    return Inline(sa.union_all(*selects) if len(selects) > 1 else selects[0], len(rows))


def _time_casts(plan: Plan) -> dict[str, sa.types.TypeEngine[Any] | None]:
    engine = plan.bound.schema.engine
    found: dict[str, sa.types.TypeEngine[Any] | None] = {}
    for dress in dresses(plan):
        spelled = _TIME_TYPES[dress][engine]
        cast = RawType(spelled) if engine == "postgresql" else _MARIADB_CASTS.get(spelled)
        found |= {f"e{i}_{dress.value}": cast for i, _ in enumerate(plan.purposes)}
    return found


def _person_columns(row: dict[str, Any], types: dict[str, sa.types.TypeEngine[Any] | None]) -> list[sa.Label[Any]]:
    found: list[sa.Label[Any]] = []
    for name, value in row.items():
        if name not in types:
            found.append(sa.literal_column(str(value)).label(name))
            continue
        cell: ColumnElement[Any] = sa.literal_column("NULL") if value is None else sa.literal(value)
        cast = types[name]
        found.append((cell if cast is None else sa.cast(cell, cast)).label(name))
    return found


def _root_columns(compiler: Compiler, rule: TableRule, row: tuple[Any, ...]) -> list[ColumnElement[Any]]:
    infos = compiler.schema.tables[rule.table].columns
    found: list[ColumnElement[Any]] = []
    for i, (column, value) in enumerate(zip(rule.key, row, strict=False)):
        cell: ColumnElement[Any] = sa.null() if value is None else sa.literal(value)
        if compiler.engine == "postgresql":
            cell = sa.cast(cell, own_type(infos[column]))
        found.append(cell.label(f"k{i}"))
    return [*found, sa.literal_column(str(row[-1])).label("f")]


def _tables(
    scratch: Scratch, compiler: Compiler, plan: Plan, rules: dict[str, TableRule], standings: Iterable[Standing]
) -> Flagged:
    person: Made | None = None
    roots = {name: _root_table(scratch, compiler, rule) for name, rule in rules.items()}
    counts = dict.fromkeys(rules, 0)
    numbers = _Numbers(plan, dresses(plan))
    source = iter(standings)
    waiting: list[dict[str, Any]] = []
    while batch := list(islice(source, _BATCH)):
        keys: dict[str, list[dict[str, Any]]] = {}
        for standing in batch:
            number, row = numbers.of(standing)
            waiting += [row] if row is not None else []
            key = {f"k{i}": value for i, value in enumerate(standing.person.key)}
            keys.setdefault(standing.person.table, []).append({**key, "f": number})
        if numbers.last > FEW:
            person = person or _person_table(scratch, plan)
            scratch.insert(person, waiting)
            waiting = []
        for name, rows in keys.items():
            counts[name] += scratch.insert(roots[name], rows)
    made = {name: Made(root.table, counts[name]) for name, root in roots.items()}
    for name, root in made.items():
        scratch.index(root, [f"k{i}" for i in range(len(rules[name].key))])
    if person is None:
        scratch.analyse(*made.values())
        return Flagged(_inline_people(plan, numbers), dict(made), numbers.same, _only(plan, numbers))
    found = Made(person.table, numbers.last)
    scratch.index(found, ["f"])
    scratch.analyse(found, *made.values())
    return Flagged(found, dict(made), numbers.same, {})


def _person_table(scratch: Scratch, plan: Plan) -> Made:
    engine = scratch.engine
    spec = ["f INTEGER NOT NULL", "scope INTEGER NOT NULL", "hold INTEGER NOT NULL"]
    names = ["f", "scope", "hold"]
    for i, _ in enumerate(plan.purposes):
        spec += [f"e{i} INTEGER NOT NULL", f"c{i} INTEGER NOT NULL"]
        names += [f"e{i}", f"c{i}"]
        for dress in dresses(plan):
            spec.append(f"e{i}_{dress.value} {_TIME_TYPES[dress][engine]} NULL")
            names.append(f"e{i}_{dress.value}")
    name = scratch.name("person")
    scratch.run(sa.text(f"CREATE TEMPORARY TABLE {name} ({', '.join(spec)})"))
    return Made(sa.table(name, *[sa.column(n) for n in names]), 0)


def _root_table(scratch: Scratch, compiler: Compiler, rule: TableRule) -> Made:
    alias = compiler.alias(rule.table)
    keys = [alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]
    return scratch.empty_like("root", sa.select(*keys, sa.literal_column("0").label("f")))
