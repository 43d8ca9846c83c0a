"""`through` grounds: is the child row live for one purpose?

Answered in place where the question does not come back to itself; a row held through rows of its own kind (a folder
through its folders) is answered from a temporary list, a least fixpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy import FromClause

from tillit.connectors.sql.compiler import exists
from tillit.connectors.sql.facts import work_out
from tillit.connectors.sql.judge import Default, Several
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.people import People
from tillit.connectors.sql.reads import tables_of
from tillit.connectors.sql.scratch import Scratch
from tillit.model import conditions as c
from tillit.model.graph import components
from tillit.model.plan import Plan, TableRule


def live_for(people: People) -> Callable[[str, FromClause, str], Bool]:
    """Answers `LiveFor` on a row of `alias`."""

    def test(table: str, alias: FromClause, purpose: str) -> Bool:
        rule, listed = people.plan.rules[table], people.living.get((table, purpose))
        if listed is None:
            return _live(people, rule, alias, purpose)
        row = listed.alias()
        return exists(row, where=tuple(row.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)))

    return test


def _live(people: People, rule: TableRule, alias: FromClause, purpose: str) -> Bool:
    indexes = [i for i, g in enumerate(rule.grounds) if g.purpose == purpose]
    if not people.anybody:
        return Default(people.compiler, rule, alias).live(indexes)
    return Several(people, rule, alias).live(indexes)


def list_living(scratch: Scratch, people: People) -> None:
    """Make the lists that recursive `through` grounds need."""
    edges = _questions(people.plan)
    by_name = {f"{table}\x00{purpose}": (table, purpose) for table, purpose in edges}
    graph = {n: {f"{t}\x00{p}" for t, p in edges[pair]} for n, pair in by_name.items()}
    for component in components(graph):
        recursive = len(component) > 1 or component[0] in graph[component[0]]
        chained = scratch.engine == "sqlite" and graph[component[0]] and any(component[0] in g for g in graph.values())
        if not recursive and not chained:  # SQLite's parser gives up on a question inside a question inside a question
            continue
        pairs = [by_name[n] for n in component]
        for table, purpose in pairs:
            alias = people.compiler.alias(table)
            keys = [alias.c[k].label(f"k{i}") for i, k in enumerate(people.plan.rules[table].key)]
            people.living[table, purpose] = scratch.empty_like("live", sa.select(*keys))
        _fixpoint(scratch, people, pairs)


def asked_tables(plan: Plan) -> set[str]:
    """Tables whose rows are asked about one by one: by other tables' grounds, and by the rows of link tables."""
    found = {table for asked in _questions(plan).values() for table, _ in asked}
    return found | {name for name, rule in plan.rules.items() for cut in rule.cuts if not cut.writes}


def work_out_all(scratch: Scratch, people: People) -> None:
    """Facts of every managed table whose ownership is not simple; a table held `through` another after that one."""
    one_by_one = asked_tables(people.plan)
    wanted = {n for n in people.owned if people.plan.rules[n].grounds}
    edges: dict[str, set[str]] = {n: set() for n in wanted}
    for (table, _), asked in _questions(people.plan).items():
        if table in wanted:
            edges[table] |= {t for t, _ in asked if t in wanted and t != table}
    for component in components(edges):
        for name in component:
            rule = people.plan.rules[name]
            inline = people.plan.people is not None and name not in one_by_one
            if scratch.engine == "sqlite":  # whose parser gives up on deep questions
                inline = inline and not any(
                    True for g in rule.grounds for c in (g.fresh, g.while_) for _ in tables_of(c)
                )
            people.facts[name] = work_out(scratch, people, rule, inline=inline)


def _fixpoint(scratch: Scratch, people: People, pairs: list[tuple[str, str]]) -> None:
    added, first = 1, True
    while added:
        added = 0
        for table, purpose in pairs:
            rule, made = people.plan.rules[table], people.living[table, purpose]
            alias, known = people.compiler.alias(table), made.alias()
            already = exists(known, where=tuple(known.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)))
            query = sa.select(*[alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)]).select_from(alias)
            query = query.where(_live(people, rule, alias, purpose), sa.not_(already))
            rows = scratch.insert_query(made, query)
            added += rows
            if first:
                scratch.index_rows(made, rows, [f"k{i}" for i in range(len(rule.key))])
        first = False


def _questions(plan: Plan) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Which (table, purpose) questions each question asks in turn."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for rule in plan.rules.values():
        for ground in rule.grounds:
            asked = {(leaf.table, leaf.purpose) for leaf in _leaves(ground.fresh)}
            for pair in asked:
                found.setdefault(pair, set())
            found.setdefault((rule.table, ground.purpose), set()).update(asked)
    return found


def _leaves(condition: c.Condition) -> Iterator[c.LiveFor]:
    match condition:
        case c.LiveFor():
            yield condition
        case c.And(parts) | c.Or(parts):
            for part in parts:
                yield from _leaves(part)
        case c.Not(part) | c.Along(_, part):
            yield from _leaves(part)
        case _:
            return
