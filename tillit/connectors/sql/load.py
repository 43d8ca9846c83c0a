"""Loading standing into a session: flagged people, their rows where ownership is not simple, and who else owns those.

The number of statements depends on the map and on how deep ownership recurses, never on how many people or rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import FromClause

from tillit.connectors.sql.compiler import Compiler, exists
from tillit.connectors.sql.flagged import load_flagged
from tillit.connectors.sql.people import SELF, People, is_simple
from tillit.connectors.sql.scratch import Inline, Made, Scratch
from tillit.connectors.sql.unflagged import load_unflagged
from tillit.model.graph import components
from tillit.model.plan import OwnerRule, Plan, TableRule
from tillit.model.standing import Standing


def load(
    scratch: Scratch, compiler: Compiler, plan: Plan, standings: Iterable[Standing], asked: Collection[str]
) -> People:
    """Load `standings` (of this store) and the plan's people; people of other stores are passed over.

    `asked` are the tables whose rows other tables' grounds ask about.
    """
    flagged = load_flagged(scratch, compiler, plan, standings)
    people = People(plan, compiler, flagged.person, flagged.roots, flagged.same, flagged.only)
    complex_rules = {n: r for n, r in plan.rules.items() if r.owners and not is_simple(plan, r)}
    edges = {
        name: {o.parent for o in rule.owners if not o.straight and o.parent in complex_rules}
        for name, rule in complex_rules.items()
    }
    order = components(edges)
    if people.anybody:
        _load_owned(scratch, people, complex_rules, order, edges, set(asked))
    load_unflagged(scratch, people, complex_rules, order, edges)
    scratch.analyse(*(made for made in people.owned.values() if isinstance(made, Made)))
    return people


def _load_owned(
    scratch: Scratch,
    people: People,
    complex_rules: dict[str, TableRule],
    order: list[tuple[str, ...]],
    edges: dict[str, set[str]],
    asked: set[str],
) -> None:
    """(row, person, link) for every table whose ownership is not simple, parents first.

    A temporary table where others read it: where ownership recurses, tables below, rows that others ask about.
    """
    read = asked if people.few else asked.union(*edges.values())
    for component in order:
        recursive = len(component) > 1 or component[0] in edges[component[0]]
        if not recursive and component[0] not in read:
            people.owned[component[0]] = Inline(_union(people, complex_rules[component[0]]), 1)
            continue
        for name in component:
            rule = complex_rules[name]
            first = [o for o in rule.owners if o.straight or o.parent not in component]
            people.owned[name] = _owned_table(scratch, people, rule, first)
        if recursive:
            _recurse(scratch, people, [complex_rules[n] for n in component])
        for name in component:
            made = people.owned[name]
            if isinstance(made, Made):
                scratch.index(made, [f"k{i}" for i in range(len(complex_rules[name].key))])


def _owned_table(scratch: Scratch, people: People, rule: TableRule, owners: list[OwnerRule]) -> Made:
    queries = owned_queries(people, rule, owners)
    if not queries:
        return scratch.empty_like("own", _nobody(people, rule))
    union: Any = sa.union(*queries) if len(queries) > 1 else queries[0].distinct()
    return scratch.from_query("own", union, [])


def _union(people: People, rule: TableRule) -> Any:
    queries = owned_queries(people, rule, rule.owners)
    if not queries:
        return _nobody(people, rule).limit(0)
    return sa.union(*queries) if len(queries) > 1 else queries[0].distinct()


def _nobody(people: People, rule: TableRule) -> sa.Select[Any]:
    alias = people.compiler.alias(rule.table)
    keys = [alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]
    zero: sa.ColumnClause[int] = sa.literal_column("0")
    return sa.select(*keys, zero.label("f"), zero.label("l"))


def owned_queries(people: People, rule: TableRule, owners: Iterable[OwnerRule]) -> list[sa.Select[Any]]:
    """(key, person, link number) of the rows that flagged people own: one query a link, and the row itself."""
    return [query for query, _, _ in owned_parts(people, rule, owners)]


def owned_parts(
    people: People, rule: TableRule, owners: Iterable[OwnerRule]
) -> list[tuple[sa.Select[Any], FromClause, sa.ColumnElement[int]]]:
    """The same with the row's alias and the person's number, for those who ask more of each row."""
    found = []
    for owner in owners:
        if owner.straight or _leads_to_people(people.plan, owner):
            found.append(_owned_part(people, rule, owner))
    if rule.is_root:
        alias = people.compiler.alias(rule.table)
        chain = people.root_chain(rule, alias)
        keys = [alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]
        query = sa.select(*keys, chain.person.label("f"), sa.literal_column(str(SELF)).label("l"))
        found.append((query.select_from(alias, *chain.froms).where(*chain.where), alias, chain.person))
    return found


def _leads_to_people(plan: Plan, owner: OwnerRule) -> bool:
    return owner.parent in plan.rules and plan.rules[owner.parent].has_people


def _owned_part(
    people: People, rule: TableRule, owner: OwnerRule
) -> tuple[sa.Select[Any], FromClause, sa.ColumnElement[int]]:
    """The rows that flagged people own by `owner`."""
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
    return query.select_from(alias, *froms).where(*where), alias, person


def _recurse(scratch: Scratch, people: People, rules: list[TableRule]) -> None:
    """Follow links inside a cycle of ownership until nothing is added."""
    names = {r.table for r in rules}
    added = 1
    while added:
        added = 0
        for rule in rules:
            own = people.owned[rule.table]
            assert isinstance(own, Made)
            for owner in rule.owners:
                if owner.straight or owner.parent not in names:
                    continue
                found = _owned_part(people, rule, owner)[0].distinct().subquery()
                known = own.alias()
                columns = [c.name for c in found.c]
                already = exists(known, where=tuple(known.c[c] == found.c[c] for c in columns))
                fresh = sa.select(*[found.c[c] for c in columns]).where(sa.not_(already))
                added += scratch.insert_query(own, fresh)
            people.owned[rule.table] = Made(own.table, max(own.rows, added, 1_000))
