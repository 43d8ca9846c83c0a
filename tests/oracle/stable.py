"""The rules of "Stable maps" (docs/reference/semantics.md): why a map could make a second sweep find more."""

from __future__ import annotations

from collections.abc import Iterator

from tests.oracle import reading
from tillit.model.bound import BoundStore
from tillit.model.expression import Exists, Expression
from tillit.model.mapping import UNKNOWN, ClockKind, Ground, Link, LinkKind, Store, Table, WhenDead
from tillit.model.policy import Basis, Policy


def faults(policy: Policy, bound: BoundStore) -> list[str]:
    """Every reason to refuse the map; empty for a stable one."""
    return list(_faults(policy, bound.store))


def is_stable(policy: Policy, bound: BoundStore) -> bool:
    return not faults(policy, bound)


def _faults(policy: Policy, store: Store) -> Iterator[str]:
    yield from mapped_columns_read(store)
    for table in store.tables.values():
        for ground in table.grounds:
            yield from clock_faults(store, table, ground)
        yield from ownership_faults(store, table)
    for name, condition in reading.conditions(store):
        yield from exists_faults(policy, store, name, condition)
        yield from of_faults(store, name, condition)


def deletable(table: Table) -> bool:
    """True when Tillit may delete rows of this table."""
    unknown = any(c.category == UNKNOWN for c in table.columns.values())
    return bool(table.grounds) and table.when_dead is WhenDead.DELETE and not unknown


def mapped_columns_read(store: Store) -> Iterator[str]:
    """A clock or condition reads a column some purpose maps."""
    for name, column in sorted(reading.columns(store)):
        if any(column in ground.columns for ground in store.tables[name].grounds):
            yield f"{name}.{column}: read by a clock or a condition, and a purpose maps it"


def clock_faults(store: Store, table: Table, ground: Ground) -> Iterator[str]:
    clock = ground.since
    if clock is None:
        return
    if clock.kind is not ClockKind.COLUMN and deletable(store.tables[clock.child]):
        yield f"{table.name}: {clock.kind.value}({clock.child}) over rows that may be deleted"
    name = table.name
    for step in clock.path:
        link = store.tables[name].link(step)
        if not needed(link):
            yield f"{name}.{step}: a clock reads along a link that does not keep its row"
        name = link.table


def needed(link: Link) -> bool:
    return not (link.matches or link.pointed_by)


def ownership_faults(store: Store, table: Table) -> Iterator[str]:
    """A row owned by rows that point at it, unless every ground of the table is `through` them."""
    for link in table.owners:
        if link.pointed_by and table.grounds and not all(through(store, table, g, link) for g in table.grounds):
            yield f"{table.name}.{link.name}: owned by the rows that point at it"


def through(store: Store, table: Table, ground: Ground, owner: Link) -> bool:
    if ground.through is None or ground.through[0] != owner.table:
        return False
    back = store.tables[owner.table].link(ground.through[1])
    to = (back.to or table.key, owner.to or table.key)
    return back.table == table.name and back.columns == owner.columns and to[0] == to[1] and back.when == owner.when


def of_faults(store: Store, name: str, condition: Expression) -> Iterator[str]:
    """A condition on a parent that may go while this row stays."""
    for read in reading.reads(store, name, condition):
        if read.link and not needed(store.tables[read.table].link(read.link)):
            yield f"{read.table}.{read.link}: a condition reads along a link that does not keep its row"


def exists_faults(policy: Policy, store: Store, name: str, condition: Expression) -> Iterator[str]:
    for found in every_exists(condition):
        child = store.tables[found.table]
        if child.grounds and not any(holds_while(policy, g, found.part) for g in child.grounds):
            yield f"{name}: exists({found.table}) may end with a row that Tillit deletes"


def every_exists(condition: Expression) -> Iterator[Exists]:
    if isinstance(condition, Exists):
        yield condition
    for part in getattr(condition, "parts", ()) or (getattr(condition, "part", None),):
        if part is not None:
            yield from every_exists(part)


def holds_while(policy: Policy, ground: Ground, condition: Expression) -> bool:
    """True when the ground holds its row as long as the condition is true, whoever asks."""
    purpose = policy.purposes[ground.purpose]
    timeless = purpose.keep.unknown or purpose.keep.period is None
    if purpose.basis is Basis.CONSENT or not timeless or ground.through is not None:
        return False
    return ground.while_ == condition and ground.where in (None, condition)


# Found by the generator, and not (yet) on the page: whose a row is may change under what is held.


def tie_faults(bound: BoundStore) -> list[str]:
    """Ties between a managed row and its persons that a sweep may break while the row is still held for them."""
    found: list[str] = []
    for table in bound.store.tables.values():
        if table.grounds:
            links = [link for link in table.links if link.kind is not LinkKind.REFERS_TO]
            found += [f"{table.name}.{x.name}: persons by a `matches` link" for x in links if x.matches]
            for source in sources(bound.store, table):
                found += [f"{table.name}: persons through {fault}" for fault in _loose(bound, source)]
    return sorted(set(found))


def _loose(bound: BoundStore, source: Table) -> Iterator[str]:
    for link in source.owners:
        if link.name in bound.tables[source.name].cuts:
            yield f"{source.name}.{link.name}, which may be cut"
        if link.matches or link.pointed_by:
            yield f"{source.name}.{link.name}, which keeps no row"


def sources(store: Store, table: Table) -> list[Table]:
    """The tables whose own links say whose a row of this table is."""
    found: dict[str, Table] = {}
    ahead = [link.table for link in table.links if link.kind is not LinkKind.REFERS_TO and not straight(store, link)]
    while ahead:
        name = ahead.pop()
        if name in store.tables and name not in found:
            found[name] = store.tables[name]
            ahead += [link.table for link in store.tables[name].owners if not straight(store, link)]
    return list(found.values())


def straight(store: Store, link: Link) -> bool:
    """True when the link's columns are themselves a person's key (see `tests.oracle.links.is_straight`)."""
    parent = store.tables.get(link.table)
    if parent is None or len(parent.persons) != 1 or parent.persons[0].when is not None or parent.owners:
        return False
    if link.matches or link.pointed_by:
        return False
    return link.via is not None or not link.to or set(link.to) == set(parent.key)
