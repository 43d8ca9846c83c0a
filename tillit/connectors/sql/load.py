"""Loading standing into a session: flagged people, their rows where ownership is not simple, and who else owns those.

The number of statements depends on the map and on how deep ownership recurses, never on how many people or rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import FromClause

from tillit.connectors.sql.compiler import Compiler, exists
from tillit.connectors.sql.people import SELF, People, is_simple
from tillit.connectors.sql.scratch import Made, Scratch
from tillit.connectors.sql.unflagged import load_unflagged
from tillit.model.graph import components
from tillit.model.mapping import Dress
from tillit.model.plan import OwnerRule, Plan, TableRule
from tillit.model.standing import Person, Standing

_BATCH = 2_000
_TIME_TYPES: dict[Dress, dict[str, str]] = {
    Dress.AWARE: {"postgresql": "TIMESTAMPTZ", "mariadb": "DATETIME(6)", "sqlite": "TEXT"},
    Dress.NAIVE: {"postgresql": "TIMESTAMP", "mariadb": "DATETIME(6)", "sqlite": "TEXT"},
    Dress.DATE: {"postgresql": "DATE", "mariadb": "DATE", "sqlite": "TEXT"},
    Dress.EPOCH_S: {"postgresql": "BIGINT", "mariadb": "BIGINT", "sqlite": "INTEGER"},
    Dress.EPOCH_MS: {"postgresql": "BIGINT", "mariadb": "BIGINT", "sqlite": "INTEGER"},
    Dress.TEXT: {"postgresql": "TEXT", "mariadb": "VARBINARY(40)", "sqlite": "TEXT"},
    Dress.TEXT_T: {"postgresql": "TEXT", "mariadb": "VARBINARY(40)", "sqlite": "TEXT"},
}


def load(scratch: Scratch, compiler: Compiler, plan: Plan, standings: Iterable[Standing]) -> People:
    """Load `standings` (of this store) and the plan's people; people of other stores are passed over."""
    person = _person_table(scratch, plan)
    roots = {name: _root_table(scratch, compiler, rule) for name, rule in plan.rules.items() if rule.is_root}
    count, per_root = _fill(scratch, plan, person, roots, standings)
    people = People(plan, compiler, Made(person.table, count))
    people.roots = {name: Made(made.table, per_root.get(name, 0)) for name, made in roots.items()}
    complex_rules = {n: r for n, r in plan.rules.items() if r.owners and not is_simple(plan, r)}
    edges = {
        name: {o.parent for o in rule.owners if not o.straight and o.parent in complex_rules}
        for name, rule in complex_rules.items()
    }
    order = components(edges)
    if not count:
        load_unflagged(scratch, people, complex_rules, order, edges)
        return people
    for name, made in people.roots.items():
        scratch.index(made, [f"k{i}" for i in range(len(plan.rules[name].key))])
    scratch.index(people.person, ["f"])
    scratch.analyse(people.person, *people.roots.values())
    _load_owned(scratch, people, complex_rules, order, edges)
    load_unflagged(scratch, people, complex_rules, order, edges)
    scratch.analyse(*people.owned.values())
    return people


def dresses(plan: Plan) -> list[Dress]:
    """The dresses that some table's `created` wears."""
    return sorted({r.created[1] for r in plan.rules.values() if r.created}, key=lambda d: d.value)


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


def _fill(
    scratch: Scratch, plan: Plan, person: Made, roots: dict[str, Made], standings: Iterable[Standing]
) -> tuple[int, dict[str, int]]:
    wanted = set(plan.people or ())
    batch: list[dict[str, Any]] = []
    keys: dict[str, list[dict[str, Any]]] = {name: [] for name in roots}
    counts: dict[str, int] = {}

    def flush() -> None:
        scratch.insert(person, batch)
        for name, rows in keys.items():
            scratch.insert(roots[name], rows)
            counts[name] = counts.get(name, 0) + len(rows)
            rows.clear()
        batch.clear()

    number = 0
    for standing in _with_scope(plan, standings, wanted):
        if standing.person.table not in roots:
            continue
        number += 1
        batch.append(_person_row(plan, number, standing, standing.person in wanted))
        key = {f"k{i}": v for i, v in enumerate(standing.person.key)}
        keys[standing.person.table].append({**key, "f": number})
        if len(batch) >= _BATCH:
            flush()
    flush()
    return number, counts


def _with_scope(plan: Plan, standings: Iterable[Standing], wanted: set[Person]) -> Iterator[Standing]:
    """The standings of this store, then default ones for people in scope who have none."""
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


def _person_row(plan: Plan, number: int, standing: Standing, in_scope: bool) -> dict[str, Any]:
    everything = plan.people is None
    row: dict[str, Any] = {"f": number, "scope": int(everything or in_scope), "hold": int(standing.hold)}
    for i, purpose in enumerate(plan.purposes):
        ended = standing.ended.get(purpose)
        row |= {f"e{i}": int(ended is not None), f"c{i}": int(purpose in standing.consent)}
        for dress in dresses(plan):
            row[f"e{i}_{dress.value}"] = None if ended is None else _ended_value(plan, ended, dress)
    return row


def _ended_value(plan: Plan, ended: datetime, dress: Dress) -> Any:
    value = plan.in_dress(ended, dress)
    engine = plan.bound.schema.engine
    if isinstance(value, datetime) and engine != "postgresql":
        value = value.replace(tzinfo=None)
    if engine != "sqlite" or not isinstance(value, date):
        return value
    return value.isoformat(" ", timespec="microseconds") if isinstance(value, datetime) else value.isoformat()


def _load_owned(
    scratch: Scratch,
    people: People,
    complex_rules: dict[str, TableRule],
    order: list[tuple[str, ...]],
    edges: dict[str, set[str]],
) -> None:
    """Materialise (row, person, link) for every table whose ownership is not simple, parents first."""
    for component in order:
        recursive = len(component) > 1 or component[0] in edges[component[0]]
        for name in component:
            rule = complex_rules[name]
            first = [o for o in rule.owners if o.straight or o.parent not in component]
            people.owned[name] = _owned_table(scratch, people, rule, first)
        if recursive:
            _recurse(scratch, people, [complex_rules[n] for n in component])
        for name in component:
            made = people.owned[name]
            scratch.index(made, [f"k{i}" for i in range(len(complex_rules[name].key))])


def _owned_table(scratch: Scratch, people: People, rule: TableRule, owners: list[OwnerRule]) -> Made:
    queries = [owned_query(people, rule, o) for o in owners if o.straight or _leads_to_people(people.plan, o)]
    if rule.is_root:
        alias = people.compiler.alias(rule.table)
        chain = people.root_chain(rule, alias)
        keys = [alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]
        query = sa.select(*keys, chain.person.label("f"), sa.literal_column(str(SELF)).label("l"))
        queries.append(query.select_from(alias, *chain.froms).where(*chain.where))
    if not queries:
        alias = people.compiler.alias(rule.table)
        keys = [alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]
        zero: sa.ColumnClause[int] = sa.literal_column("0")
        return scratch.empty_like("own", sa.select(*keys, zero.label("f"), zero.label("l")))
    union: Any = sa.union(*queries) if len(queries) > 1 else queries[0].distinct()
    return scratch.from_query("own", union, [])


def _leads_to_people(plan: Plan, owner: OwnerRule) -> bool:
    return owner.parent in plan.rules and plan.rules[owner.parent].has_people


def owned_query(people: People, rule: TableRule, owner: OwnerRule) -> sa.Select[Any]:
    """(key, person, link number) of the rows that flagged people own by `owner`."""
    alias = people.compiler.alias(rule.table)
    froms: list[FromClause]
    if owner.straight:
        chain = people.straight(rule, owner, alias)
        froms, where, person = list(chain.froms), list(chain.where), chain.person
    else:
        froms, where, end = people.path(rule.table, alias, owner)
        chain = people.chain(people.plan.rules[owner.parent], end)
        froms, where, person = [*froms, *chain.froms], [*where, *chain.where], chain.person
    number = rule.owners.index(owner) + 1
    keys = [alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]
    query = sa.select(*keys, person.label("f"), sa.literal_column(str(number)).label("l"))
    return query.select_from(alias, *froms).where(*where)


def _recurse(scratch: Scratch, people: People, rules: list[TableRule]) -> None:
    """Follow links inside a cycle of ownership until nothing is added."""
    names = {r.table for r in rules}
    added = 1
    while added:
        added = 0
        for rule in rules:
            own = people.owned[rule.table]
            for owner in rule.owners:
                if owner.straight or owner.parent not in names:
                    continue
                found = owned_query(people, rule, owner).distinct().subquery()
                known = own.alias()
                columns = [c.name for c in found.c]
                already = exists(known, where=tuple(known.c[c] == found.c[c] for c in columns))
                fresh = sa.select(*[found.c[c] for c in columns]).where(sa.not_(already))
                added += scratch.insert_query(own, fresh)
            people.owned[rule.table] = Made(own.table, max(own.rows, added, 1_000))
