"""Which links can be cut, and what is written then (docs/reference/semantics.md, "Cut")."""

from __future__ import annotations

from collections.abc import Collection

from tillit.decide.bind_clocks import clocks
from tillit.decide.bind_context import Binding
from tillit.decide.bind_expressions import expressions, links_read
from tillit.model.bound import Arrow, Cut
from tillit.model.mapping import ClockKind, Link, LinkKind, Table

Step = tuple[str, str]  # (table, link)


def cuts_of(binding: Binding, table: Table, along: frozenset[Step], arrows: Collection[Arrow]) -> dict[str, Cut]:
    """The cuts of a table's owner and access links that nothing reads along and that have a column to write."""
    info = binding.info(table.name)
    found = {}
    for link in table.links:
        if link.kind is LinkKind.REFERS_TO or link.pointed_by or (table.name, link.name) in along:
            continue
        if link.via is not None:
            found[link.name] = Cut(link.name)
            continue
        taken = _taken(binding, table, link, arrows)
        free = [name for name in link.columns if name not in taken and not info.columns[name].generated]
        if link.tombstone is not None:
            writes: tuple[tuple[str, str | int | None], ...] = tuple((name, link.tombstone) for name in free)
        else:
            writes = tuple((name, None) for name in free if info.columns[name].nullable)
        if writes:
            found[link.name] = Cut(link.name, writes)
        elif link.tombstone is not None:
            binding.notes.append(
                f"the tombstone of link {link.name} of {table.name} is never written: "
                f"{link.columns[0]} says more than that link"
            )
    return found


def _taken(binding: Binding, table: Table, link: Link, arrows: Collection[Arrow]) -> set[str]:
    """The columns that cutting `link` must not write: of the key, of another link or declared key, or pointed at."""
    taken = set(table.key)
    for other in table.links:
        if other.name != link.name and not other.pointed_by:
            taken.update(other.columns)
    for mapped in binding.tables.values():
        for other in mapped.links:
            if other.pointed_by and other.table == table.name:
                taken.update(other.columns)
    own = set(zip(link.columns, binding.targets(table, link), strict=True)) if link.prefix is None else set()
    for arrow in arrows:
        pairs = set(zip(arrow.columns, arrow.parent_columns, strict=True))
        if arrow.child == table.name and arrow.declared and not (arrow.parent == link.table and pairs == own):
            taken.update(arrow.columns)
        if arrow.parent == table.name:
            taken.update(arrow.parent_columns)
    return taken


def read_links(binding: Binding) -> frozenset[Step]:
    """Every link that a clock, a condition or a `through` reads along."""
    found: set[Step] = set()
    for table in binding.tables.values():
        for clock in clocks(table):
            if clock.kind is not ClockKind.COLUMN:
                found.add((clock.child, clock.child_link))
            here = table.name
            for name in clock.path:
                found.add((here, name))
                link = binding.link(here, name)
                here = link.table if link else here
        for here, expression, _ in expressions(table):
            found.update(links_read(binding, here, expression))
        found.update(ground.through for ground in table.grounds if ground.through is not None)
    return frozenset(found)
