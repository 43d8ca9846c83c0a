"""Where links lead: from a row to the rows (or the root keys) it points at."""

from __future__ import annotations

from tests.oracle import conditions
from tests.oracle.world import Ref, World, remembered
from tillit.model.mapping import Link
from tillit.model.schema import Family
from tillit.model.standing import Person


def normal(value: object) -> str:
    """An identifier's normal form: trimmed of U+0020, lower-cased by Unicode."""
    return str(value).strip(" ").lower()


def cells(world: World, ref: Ref, columns: tuple[str, ...]) -> tuple[object, ...] | None:
    """The row's values in these columns; None when one is NULL (the link then points nowhere)."""
    values = tuple(world.row(ref)[c] for c in columns)
    return None if any(v is None for v in values) else values


@remembered
def having(world: World, table: str, columns: tuple[str, ...], values: tuple[object, ...]) -> list[Ref]:
    return [r for r in world.refs(table) if tuple(world.row(r)[c] for c in columns) == values]


def link_rows(world: World, ref: Ref, link: Link) -> list[Ref]:
    """Rows of the `via` table that belong to this row, whatever they lead to."""
    assert link.via is not None
    key = cells(world, ref, world.key_of(ref[0]))
    return [] if key is None else having(world, link.via.table, link.via.here, key)


def ends(world: World, link_row: Ref, link: Link) -> list[Ref]:
    """The parent rows one link row leads to."""
    assert link.via is not None
    there = cells(world, link_row, link.via.there)
    return [] if there is None else having(world, link.table, world.key_of(link.table), there)


def applies(world: World, ref: Ref, link: Link) -> bool:
    return link.when is None or conditions.true(world, ref, link.when)


@remembered
def targets(world: World, ref: Ref, link: Link) -> list[Ref]:
    """Every row of the parent table this row's link leads to (for `pointed_by`: every row that points here)."""
    to = link.to or world.key_of(ref[0] if link.pointed_by else link.table)
    if link.pointed_by:
        here = cells(world, ref, to)
        if here is None:
            return []
        return [r for r in having(world, link.table, link.columns, here) if applies(world, r, link)]
    if not applies(world, ref, link):
        return []
    if link.via is not None:
        return [end for row in link_rows(world, ref, link) for end in ends(world, row, link)]
    values = cells(world, ref, link.columns)
    if values is None:
        return []
    if link.prefix is not None:
        return [r for r in world.refs(link.table) if link.prefix + str(world.row(r)[to[0]]) == values[0]]
    if link.matches:
        wanted = [normal(v) for v in values]
        if "" in wanted:
            return []
        return [r for r in world.refs(link.table) if _normals(world, r, to) == wanted]
    return having(world, link.table, to, values)


def _normals(world: World, ref: Ref, columns: tuple[str, ...]) -> list[str] | None:
    values = cells(world, ref, columns)
    return None if values is None else [normal(v) for v in values]


def children(world: World, ref: Ref, table: str, link_name: str) -> list[Ref]:
    """Rows of `table` whose link of that name leads to this row."""
    mapped = world.mapped(table)
    assert mapped is not None
    link = mapped.table.link(link_name)
    return [child for child in world.refs(table) if ref in targets(world, child, link)]


def is_straight(world: World, link: Link) -> bool:
    """True when the link's columns are themselves a person's key: no parent row is read."""
    parent = world.mapped(link.table)
    if parent is None or len(parent.table.persons) != 1 or parent.table.persons[0].when is not None:
        return False
    if parent.table.owners or link.matches or link.pointed_by:
        return False
    return link.via is not None or not link.to or set(link.to) == set(parent.table.key)


def straight_person(world: World, ref: Ref, link: Link) -> Person | None:
    """The person a straight link (no `via`) names, whether or not such a row exists."""
    values = cells(world, ref, link.columns)
    if values is None or not applies(world, ref, link):
        return None
    key = world.key_of(link.table)
    if link.prefix is not None:
        return _prefixed(world, link, str(values[0]))
    by_column = dict(zip(link.to or key, values, strict=True))
    return Person(world.bound.store.name, link.table, tuple(by_column[c] for c in key))


def _prefixed(world: World, link: Link, text: str) -> Person | None:
    """'U17' names customer 17; 'U017' and 'Ux' name nobody, since no key is written so."""
    assert link.prefix is not None
    if not text.startswith(link.prefix):
        return None
    written = text[len(link.prefix) :]
    column = world.bound.schema.tables[link.table].columns[world.key_of(link.table)[0]]
    if column.family is not Family.INTEGER:
        return Person(world.bound.store.name, link.table, (written,))
    if not written.lstrip("-").isdecimal() or str(int(written)) != written:
        return None
    return Person(world.bound.store.name, link.table, (int(written),))
