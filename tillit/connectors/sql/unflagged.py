"""Does anybody unflagged own the row too? Asked only of rows that a flagged person owns.

Plain nested EXISTS where ownership does not recurse; where it does, a least fixpoint over the rows above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import FromClause

from tillit.connectors.sql.compiler import exists
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.people import People
from tillit.connectors.sql.scratch import Made, Scratch
from tillit.model.conditions import Hop
from tillit.model.plan import OwnerRule, TableRule
from tillit.model.schema import Family


def somebody_unflagged(people: People, rule: TableRule, alias: FromClause, links: Sequence[str] | None = None) -> Bool:
    """Some person of the row (by all its owner links, or by `links`) has default standing."""
    if not links and rule.table in people.unflagged:
        return _listed(people.unflagged[rule.table], rule, alias)
    owners = [o for o in rule.owners if (o.link in links if links else o.owns)]
    tests = [unflagged_by(people, rule, alias, owner) for owner in owners]
    if rule.is_root and not links:
        tests.append(unflagged_self(people, rule, alias))
    return sa.or_(sa.false(), *tests)


def _listed(made: Made, rule: TableRule, alias: FromClause) -> Bool:
    rows = made.alias()
    return exists(rows, where=tuple(rows.c[f"k{i}"] == alias.c[k] for i, k in enumerate(rule.key)))


def unflagged_self(people: People, rule: TableRule, alias: FromClause) -> Bool:
    """The row itself is a person with default standing."""
    chain = people.root_chain(rule, alias)
    flagged = exists(*chain.froms, where=chain.where)
    return sa.and_(people.compiler.condition(rule.role_when, rule.table, alias), sa.not_(flagged))


def unflagged_by(people: People, rule: TableRule, alias: FromClause, owner: OwnerRule) -> Bool:
    """Some person that `owner` leads to has default standing."""
    if owner.straight:
        return _straight(people, rule.table, alias, owner, owner.up)
    parent = people.plan.rules.get(owner.parent)
    if parent is None:
        return sa.false()
    froms, where, end = people.path(rule.table, alias, owner)
    return exists(*froms, where=(*where, somebody_unflagged(people, parent, end)))


def _straight(people: People, table: str, here: FromClause, owner: OwnerRule, path: tuple[Hop, ...]) -> Bool:
    """The key at the end of `path` is a person who is not flagged; the person's row need not exist."""
    hop, compiler = path[0], people.compiler
    if len(path) > 1:
        other = compiler.alias(hop.table)
        join = compiler.joins(hop, table, here, other)
        return exists(other, where=(join, _straight(people, hop.table, other, owner, path[1:])))
    root = people.roots[owner.parent].alias()
    flagged = exists(root, where=(compiler.joins(hop, table, here, people.keyed(owner.parent, root)),))
    return sa.and_(points(people, table, here, hop), names_somebody(people, here, hop), sa.not_(flagged))


def names_somebody(people: People, here: FromClause, hop: Hop) -> Bool:
    """A prefixed text that no key is written as names nobody."""
    own, other = hop.pairs[0]
    if hop.prefix_own is None or people.plan.bound.schema.tables[hop.table].columns[other].family is not Family.INTEGER:
        return sa.true()
    return people.compiler.names_a_number(here.c[own], hop.prefix_own)


def points(people: People, table: str, here: FromClause, hop: Hop) -> Bool:
    """The row points somewhere by `hop`: no NULL in its columns, its `when` true, its prefix there."""
    tests: list[Any] = [here.c[own].is_not(None) for own, _ in hop.pairs]
    if hop.own_when is not None:
        tests.append(people.compiler.condition(hop.own_when, table, here))
    if hop.prefix_own:
        tests.append(people.compiler.has_prefix(here.c[hop.pairs[0][0]], hop.prefix_own))
    return sa.and_(sa.true(), *tests)


def load_unflagged(
    scratch: Scratch,
    people: People,
    rules: Mapping[str, TableRule],
    order: Sequence[tuple[str, ...]],
    edges: Mapping[str, set[str]],
) -> None:
    """For recursive ownership: list the rows that somebody unflagged owns.

    Among the rows at and above flagged ones; among all where a sweep of everything may cut links that lead there.
    """
    recursive = {n for comp in order for n in comp if len(comp) > 1 or n in edges[n]}
    whole = people.plan.people is None and _asked_of_every_row(people)
    if not recursive or not (whole or people.anybody):
        return
    region = None if whole else _region(scratch, people, rules)
    for component in order:
        inside = [n for n in component if n in recursive]
        if not inside:
            continue
        for name in inside:
            people.unflagged[name] = scratch.empty_like("unf", _keys(people, rules[name]))
        _fixpoint(scratch, people, [rules[n] for n in inside], region)


def _asked_of_every_row(people: People) -> bool:
    """Some link that may be cut leads to people through further rows: rows of nobody flagged are asked about too."""
    rules = people.plan.rules.values()
    return any(not rule.owner(cut.link).straight for rule in rules for cut in rule.cuts)


def _keys(people: People, rule: TableRule) -> sa.Select[Any]:
    alias = people.compiler.alias(rule.table)
    return sa.select(*[alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)])


def _region(scratch: Scratch, people: People, rules: Mapping[str, TableRule]) -> dict[str, Made]:
    """Rows that flagged people own, and all rows above them by owner links."""
    region: dict[str, Made] = {}
    for name, rule in rules.items():
        own = people.owned[name].alias()
        query = sa.select(*[own.c[f"k{i}"] for i in range(len(rule.key))]).distinct()
        region[name] = scratch.from_query("reg", query, [])
    added = 1
    while added:
        added = 0
        for name, rule in rules.items():
            for owner in rule.owners:
                if owner.straight or owner.parent not in rules:
                    continue
                below, child = region[name].alias(), people.compiler.alias(name)
                froms, where, end = people.path(name, child, owner)
                at = [below.c[f"k{i}"] == child.c[k] for i, k in enumerate(rule.key)]
                up = rules[owner.parent]
                query = sa.select(*[end.c[k].label(f"k{i}") for i, k in enumerate(up.key)]).distinct()
                query = query.select_from(below, child, *froms).where(*at, *where)
                query = query.where(sa.not_(_listed(region[owner.parent], up, end)))
                added += scratch.insert_query(region[owner.parent], query)
    return region


def _fixpoint(scratch: Scratch, people: People, rules: list[TableRule], region: Mapping[str, Made] | None) -> None:
    added = 1
    while added:
        added = 0
        for rule in rules:
            alias = people.compiler.alias(rule.table)
            owners = [o for o in rule.owners if o.owns]
            tests = [unflagged_by(people, rule, alias, o) for o in owners]
            if rule.is_root:
                tests.append(unflagged_self(people, rule, alias))
            query = sa.select(*[alias.c[k].label(f"k{i}") for i, k in enumerate(rule.key)])
            query = query.select_from(alias).where(sa.or_(sa.false(), *tests))
            if region is not None:
                query = query.where(_listed(region[rule.table], rule, alias))
            query = query.where(sa.not_(_listed(people.unflagged[rule.table], rule, alias)))
            added += scratch.insert_query(people.unflagged[rule.table], query)
