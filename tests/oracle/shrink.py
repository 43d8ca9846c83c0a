"""Makes a failing case small: removes rows, standings, grounds, conditions, links and tables while it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from tests.oracle import binding
from tests.oracle.generate import Case
from tests.oracle.world import Rows
from tillit.model.bound import BoundStore
from tillit.model.mapping import Mode, Store, Table
from tillit.model.schema import Schema

Fails = Callable[[Case], bool]


def shrink(case: Case, fails: Fails, rounds: int = 20) -> Case:
    """The smallest case found that still fails (`fails(case)` must be true). A case that raises is not taken."""
    for _ in range(rounds):
        before = case
        for smaller in (scopes, tables, rows, standings, tables, parts, foreign_keys, columns, cells):
            case = _all(case, smaller, fails)
        if case is before:
            return case
    return case


def _all(case: Case, smaller: Callable[[Case], Iterator[Case]], fails: Fails) -> Case:
    """Take every step of one kind that keeps the failure, going on from the same place after each."""
    passed = 0
    while True:
        for tried in islice(smaller(case), passed, None):
            if tried is not case and _holds(tried, fails):
                case = tried
                break
            passed += 1
        else:
            return case


def _holds(case: Case, fails: Fails) -> bool:
    try:
        return fails(case)
    except Exception:
        return False


def scopes(case: Case) -> Iterator[Case]:
    if len(case.scopes) > 1:
        for scope in case.scopes:
            yield replace(case, scopes=(scope,))
    for at, scope in enumerate(case.scopes):
        for person in scope if scope is not None and len(scope) > 1 else ():
            smaller = (*case.scopes[:at], scope - {person}, *case.scopes[at + 1 :]) if scope is not None else ()
            yield replace(case, scopes=smaller)


def rows(case: Case) -> Iterator[Case]:
    for name, some in case.rows.items():
        if len(some) > 1:
            yield from (_with_rows(case, name, half) for half in (some[: len(some) // 2], some[len(some) // 2 :]))
        for at in range(len(some)):
            yield _with_rows(case, name, some[:at] + some[at + 1 :])


def _with_rows(case: Case, name: str, some: list[dict[str, object]]) -> Case:
    changed: Rows = {**case.rows, name: some}
    return replace(case, rows=changed) if intact(case.bound.schema, changed) else case


def intact(schema: Schema, changed: Rows) -> bool:
    """True when no declared key dangles."""
    for key in schema.foreign_keys:
        there = {tuple(r[c] for c in key.parent_columns) for r in changed.get(key.parent, [])}
        for row in changed.get(key.table, []):
            values = tuple(row[c] for c in key.columns)
            if None not in values and values not in there:
                return False
    return True


def standings(case: Case) -> Iterator[Case]:
    for at, one in enumerate(case.standings):
        rest = (*case.standings[:at], *case.standings[at + 1 :])
        yield replace(case, standings=rest)
        for purpose in one.ended:
            less = {p: t for p, t in one.ended.items() if p != purpose}
            yield replace(case, standings=(*rest, replace(one, ended=less)))
        for purpose in one.consent:
            yield replace(case, standings=(*rest, replace(one, consent=one.consent - {purpose})))
        if one.hold:
            yield replace(case, standings=(*rest, replace(one, hold=False)))


def tables(case: Case) -> Iterator[Case]:
    for name in case.bound.schema.tables:
        schema = replace(
            case.bound.schema,
            tables={n: t for n, t in case.bound.schema.tables.items() if n != name},
            foreign_keys=tuple(k for k in case.bound.schema.foreign_keys if name not in (k.table, k.parent)),
        )
        mapped = {n: without_links(t, name) for n, t in case.bound.store.tables.items() if n != name}
        store = replace(case.bound.store, tables=mapped, unmapped=tuple(set(case.bound.store.unmapped) - {name}))
        rest = {n: r for n, r in case.rows.items() if n != name}
        people = tuple(s for s in case.standings if s.person.table != name)
        if (bound := _bound(store, schema)) is not None:
            yield replace(case, bound=bound, rows=rest, standings=people)


def without_links(table: Table, parent: str) -> Table:
    gone = {link.name for link in table.links if parent in (link.table, link.via.table if link.via else "")}
    return without(table, gone)


def without(table: Table, gone: set[str]) -> Table:
    """The table without these links, and without what columns say of them."""
    columns = {n: replace(c, about=tuple(a for a in c.about if a not in gone)) for n, c in table.columns.items()}
    return replace(table, links=tuple(x for x in table.links if x.name not in gone), columns=columns)


def _bound(store: Store, schema: Schema) -> BoundStore | None:
    """None where something still speaks of what was removed."""
    try:
        return binding.bind(store, schema)
    except (KeyError, RuntimeError, StopIteration):
        return None


def parts(case: Case) -> Iterator[Case]:
    for name, table in case.bound.store.tables.items():
        for smaller in table_parts(table):
            mapped = {**case.bound.store.tables, name: smaller}
            bound = _bound(replace(case.bound.store, tables=mapped), case.bound.schema)
            if bound is not None:
                yield replace(case, bound=bound)


def table_parts(table: Table) -> Iterator[Table]:
    for at, ground in enumerate(table.grounds):
        rest = (table.grounds[:at], table.grounds[at + 1 :])
        yield replace(table, grounds=(*rest[0], *rest[1]))
        smaller = []
        for name in ("where", "while_", "through", "since"):
            if getattr(ground, name) is not None:
                smaller.append(replace(ground, **{name: None}))  # type: ignore[arg-type]
        smaller += [replace(ground, forms={})] if ground.forms else []
        smaller += [replace(ground, columns=tuple(x for x in ground.columns if x != c)) for c in ground.columns]
        yield from (replace(table, grounds=(*rest[0], g, *rest[1])) for g in smaller)
    for link in table.links:
        yield without(table, {link.name})
        if link.tombstone is not None:
            yield replace(table, links=tuple(replace(x, tombstone=None) if x is link else x for x in table.links))
    if table.created is not None:
        yield replace(table, created=None)
    for name, column in table.columns.items():
        yield replace(table, columns={n: c for n, c in table.columns.items() if n != name})
        if column.about or column.mode is Mode.ALL:
            yield replace(table, columns={**table.columns, name: replace(column, about=(), mode=Mode.ANY)})


def foreign_keys(case: Case) -> Iterator[Case]:
    for key in case.bound.schema.foreign_keys:
        less = tuple(k for k in case.bound.schema.foreign_keys if k is not key)
        bound = _bound(case.bound.store, replace(case.bound.schema, foreign_keys=less))
        if bound is not None:
            yield replace(case, bound=bound)


def cells(case: Case) -> Iterator[Case]:
    """Make cells NULL where the schema lets them be."""
    for name, some in case.rows.items():
        for at, row in enumerate(some):
            for column, value in row.items():
                if value is not None and case.bound.schema.tables[name].columns[column].nullable:
                    yield _with_rows(case, name, [*some[:at], {**row, column: None}, *some[at + 1 :]])


def columns(case: Case) -> Iterator[Case]:
    """Drop columns that nothing but the rows knows."""
    for name, info in case.bound.schema.tables.items():
        table = case.bound.store.tables.get(name)
        for column in info.columns:
            if column in info.key or (table is not None and column in _spoken_of(table)):
                continue
            if any(column in k.columns for k in case.bound.schema.foreign_keys if k.table == name):
                continue
            less = replace(
                info,
                columns={n: c for n, c in info.columns.items() if n != column},
                uniques=tuple(u for u in info.uniques if column not in u.columns),
            )
            schema = replace(case.bound.schema, tables={**case.bound.schema.tables, name: less})
            if (bound := _bound(case.bound.store, schema)) is not None:
                some = [{c: v for c, v in row.items() if c != column} for row in case.rows.get(name, [])]
                yield replace(case, bound=bound, rows={**case.rows, name: some})


def _spoken_of(table: Table) -> set[str]:
    clocks = {table.created.column} if table.created is not None else set()
    return clocks | set(table.columns) | {c for link in table.links for c in (*link.columns, *link.to)}
