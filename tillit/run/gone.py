"""People of whom no row is left: their key is free, and whoever gets it next is somebody else."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tillit.connectors.sql.compiler import exists
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.people import People
from tillit.connectors.sql.scratch import Made
from tillit.connectors.sql.session import Prepared
from tillit.connectors.sql.transactions import Session
from tillit.model.bound import Arrow
from tillit.model.conditions import Hop
from tillit.model.standing import Person


def gone_people(opened: Session, prepared: Prepared) -> list[Person]:
    """Of the people that stand in the session: those of whom no row is left. One statement a root table."""
    people = prepared.marks.people
    store = people.plan.bound.store.name
    found: list[Person] = []
    with opened.planning():
        for table, made in people.roots.items():
            if people.anybody:
                rows = opened.connection.execute(_query(people, table, made)).all()
                found += [Person(store, table, tuple(row)) for row in rows]
    return found


def _query(people: People, table: str, made: Made) -> sa.Select[Any]:
    root = made.alias()
    key = people.plan.rules[table].key
    row = people.compiler.alias(table)
    there = exists(row, where=tuple(row.c[k] == root.c[f"k{i}"] for i, k in enumerate(key)))
    pointed = [_points(people, arrow, root) for arrow in people.plan.bound.arrows if arrow.parent == table]
    chosen = [sa.not_(test) for test in (there, *(p for p in pointed if p is not None))]
    return sa.select(*(root.c[f"k{i}"] for i, _ in enumerate(key))).where(*chosen)


def _points(people: People, arrow: Arrow, root: sa.FromClause) -> Bool | None:
    """Some row of the arrow's child carries the key; None where the arrow leads to other columns than the key."""
    key = people.plan.rules[arrow.parent].key
    if not set(arrow.parent_columns) <= set(key):
        return None
    child = people.compiler.alias(arrow.child)
    pairs = tuple(zip(arrow.parent_columns, arrow.columns, strict=True))
    hop = Hop(arrow.child, pairs, prefix_other=arrow.prefix)
    return exists(child, where=(people.compiler.joins(hop, arrow.parent, people.keyed(arrow.parent, root), child),))
