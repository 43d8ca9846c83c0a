"""Where the persons of a row come from: each owner (or access) link as a path that the planner follows."""

from __future__ import annotations

from collections.abc import Mapping

from tillit.decide.hops import downward
from tillit.decide.lowering import Scene, upward
from tillit.model.mapping import Link, LinkKind, Table
from tillit.model.plan import OwnerRule


def is_straight(tables: Mapping[str, Table], link: Link, keys: Mapping[str, tuple[str, ...]]) -> bool:
    """The link leads straight to a root's key: the key value is the person, with or without its row."""
    parent = tables.get(link.table)
    if parent is None or len(parent.persons) != 1 or parent.persons[0].when is not None or parent.owners:
        return False
    if link.matches or link.pointed_by:
        return False
    return not link.to or link.to == keys[link.table]


def owner_rule(scene: Scene, table: Table, link: Link) -> OwnerRule:
    """One owner (or access) link as the planner follows it."""
    bound = scene.bound
    tables = {name: b.table for name, b in bound.tables.items()}
    path = upward(scene, table, link)
    return OwnerRule(
        link=link.name,
        parent=link.table,
        up=path,
        down=downward(table.name, path),
        straight=is_straight(tables, link, {name: t.key for name, t in tables.items()}),
        owns=link.kind is LinkKind.OWNED_BY,
        via=link.via.table if link.via else None,
    )
