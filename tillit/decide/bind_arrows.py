"""Needed links: what a staying row keeps alive (docs/reference/semantics.md, "Stays")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tillit.decide.bind_context import Binding
from tillit.model.bound import Arrow
from tillit.model.mapping import Link, Table
from tillit.model.schema import ForeignKey


def arrows_of(binding: Binding) -> tuple[Arrow, ...]:
    """The map's links, then the declared keys that none of them says."""
    mapped = [
        arrow for table in binding.tables.values() for link in table.links for arrow in _of_link(binding, table, link)
    ]
    keys = {_shape(key.table, key.columns, key.parent, key.parent_columns): key for key in binding.schema.foreign_keys}
    found = []
    said = set()
    for arrow in mapped:
        shape = _shape(arrow.child, arrow.columns, arrow.parent, arrow.parent_columns)
        if shape in keys and arrow.prefix is None:
            key = keys[shape]
            arrow = replace(arrow, declared=True, on_delete=key.on_delete, deferrable=key.deferrable)
            if arrow.when is None:  # the database enforces its key on every row, whatever the map's `when`
                said.add(shape)
        found.append(arrow)
    rest = [_of_key(binding, key) for shape, key in keys.items() if shape not in said]
    return tuple(found + rest)


def _shape(
    child: str, columns: tuple[str, ...], parent: str, targets: tuple[str, ...]
) -> tuple[str, str, frozenset[tuple[str, str]]]:
    return child, parent, frozenset(zip(columns, targets, strict=False))


def _of_link(binding: Binding, table: Table, link: Link) -> Iterator[Arrow]:
    """One arrow a link, two from a link table; none for `pointed_by` (the other table's keys say it) and `matches`."""
    if link.pointed_by or link.matches or link.table not in binding.schema.tables:
        return
    targets = binding.targets(table, link)
    if link.via is None:
        yield _arrow(binding, table.name, link.columns, link.table, targets, link)
    elif link.via.table in binding.schema.tables:
        # A `when` speaks of this table's row, which the link row does not show: its arrows hold without it.
        bare = replace(link, when=None)
        yield _arrow(binding, link.via.table, link.via.here, table.name, table.key, bare)
        yield _arrow(binding, link.via.table, link.via.there, link.table, targets, bare)


def _arrow(
    binding: Binding, child: str, columns: tuple[str, ...], parent: str, targets: tuple[str, ...], link: Link
) -> Arrow:
    return Arrow(
        child=child,
        columns=columns,
        parent=parent,
        parent_columns=targets,
        when=link.when,
        prefix=link.prefix,
        link=link.name,
        nullable=_nullable(binding, child, columns),
    )


def _of_key(binding: Binding, key: ForeignKey) -> Arrow:
    return Arrow(
        child=key.table,
        columns=key.columns,
        parent=key.parent,
        parent_columns=key.parent_columns,
        declared=True,
        on_delete=key.on_delete,
        deferrable=key.deferrable,
        nullable=_nullable(binding, key.table, key.columns),
    )


def _nullable(binding: Binding, table: str, columns: tuple[str, ...]) -> bool:
    infos = [binding.look(table, column) for column in columns]
    return all(info is not None and info.nullable for info in infos)
