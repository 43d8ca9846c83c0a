"""What the binding noticed: nothing here is wrong with the map, all of it is worth knowing before rows are removed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from tillit.decide.bind_clocks import clocks, place
from tillit.decide.bind_context import Binding, listed
from tillit.model.bound import Arrow, BoundTable
from tillit.model.mapping import Clock, ClockKind, LinkKind, Table
from tillit.model.policy import Policy
from tillit.model.schema import TableInfo

_FIRING = ("CASCADE", "SET NULL", "SET DEFAULT")


def notes_of(
    binding: Binding, policy: Policy, tables: Mapping[str, BoundTable], arrows: Collection[Arrow]
) -> tuple[str, ...]:
    """All notes, each once, in the order found."""
    found = list(binding.notes)
    found += _tables(binding)
    for bound in tables.values():
        found += _key(bound)
        found += _effects(binding, bound)
        found += _links(bound)
        found += _clock_indexes(binding, policy, bound.table)
        found += _moving_clocks(binding, bound.table)
    found += _keys(binding, arrows)
    found += binding.schema.notes
    return tuple(dict.fromkeys(found))


def _tables(binding: Binding) -> Iterator[str]:
    schema, store = binding.schema, binding.store
    spoken = {*store.tables, *store.unmapped, *_link_tables(binding)}
    if nobody := sorted(set(schema.tables) - spoken):
        yield f"tables nobody mapped: {listed(nobody)}. Map them, or list under `unmapped` those without personal data"
    for name in store.unmapped:
        if name not in schema.tables:
            yield f"`unmapped` names {name}, which is no table of the store"
    if not schema.foreign_keys_enforced and schema.foreign_keys:
        yield "this connection does not enforce declared keys; Tillit treats each as a link all the same"


def _link_tables(binding: Binding) -> set[str]:
    return {link.via.table for table in binding.tables.values() for link in table.links if link.via is not None}


def _key(bound: BoundTable) -> Iterator[str]:
    info, key = bound.info, bound.table.key
    unique = [info.key, *(u.columns for u in info.uniques if not u.expression and not any(u.prefixes))]
    if not any(columns and set(columns) <= set(key) for columns in unique):
        yield f"the key of {info.name} ({listed(key)}) is the map's word: the database lets two rows share it"


def _effects(binding: Binding, bound: BoundTable) -> Iterator[str]:
    """What happens beside the plan: triggers, row by row writes, generated history."""
    names = [bound.info.name, *sorted(link.via.table for link in bound.table.links if link.via is not None)]
    for name in names:
        info = binding.schema.tables[name]
        for trigger in info.triggers:
            yield f"{name} has a trigger ({trigger}): what it copies or changes is outside Tillit's sight"
        if not info.transactional:
            yield f"{name} has no transactions: a sweep that stops half way cannot be rolled back there"


def _links(bound: BoundTable) -> Iterator[str]:
    name = bound.info.name
    for link in bound.table.links:
        looked_up = link.columns and not link.pointed_by and not link.matches
        if link.kind is LinkKind.OWNED_BY and looked_up and not indexed(bound.info, link.columns):
            yield f"missing index on {name}({listed(link.columns)}): erasing a person scans the table"


def _clock_indexes(binding: Binding, policy: Policy, table: Table) -> Iterator[str]:
    for ground in table.grounds:
        purpose = policy.purposes.get(ground.purpose)
        if ground.since is None or purpose is None or purpose.keep.period is None or ground.since.path:
            continue
        if ground.since.kind is ClockKind.COLUMN and not indexed(binding.info(table.name), (ground.since.column,)):
            yield f"missing index on {table.name}({ground.since.column}): every sweep scans the table"


def _moving_clocks(binding: Binding, table: Table) -> Iterator[str]:
    for clock in clocks(table):
        yield from _moving(binding, table, clock)


def _moving(binding: Binding, table: Table, clock: Clock) -> Iterator[str]:
    where = place(binding, table, clock)
    info = binding.look(where, clock.column) if where else None
    if info is not None and "on update" in (info.default or "").lower():
        yield f"{where}.{clock.column} moves by itself whenever its row is written, and a storage period with it"


def _keys(binding: Binding, arrows: Collection[Arrow]) -> Iterator[str]:
    """Declared keys: actions that never fire under Tillit, keys the map leaves unsaid, children without an index."""
    mapped = {name: table for name, table in binding.tables.items() if table.grounds}
    for arrow in arrows:
        if arrow.declared and arrow.parent in mapped:
            columns = f"{arrow.child}({listed(arrow.columns)})"
            if arrow.on_delete in _FIRING:
                yield (
                    f"{columns} says ON DELETE {arrow.on_delete} to {arrow.parent}: it never fires, "
                    f"the row in {arrow.parent} stays while a row of {arrow.child} points at it"
                )
            if not _owns(binding, arrow) and not indexed(binding.info(arrow.child), arrow.columns):
                yield f"missing index on {columns}: deleting from {arrow.parent} scans the table"
    for arrow in arrows:
        parent, child = binding.tables.get(arrow.parent), binding.tables.get(arrow.child)
        if parent is not None and parent.is_root and child is not None and not arrow.link and not _said(child, arrow):
            yield (
                f"{arrow.child}({listed(arrow.columns)}) points at {arrow.parent}, whose rows are people, "
                "and no link of the map says what that means: it keeps the row it points at"
            )


def _owns(binding: Binding, arrow: Arrow) -> bool:
    """The arrow is an owner link, whose missing index is told there."""
    link = binding.link(arrow.child, arrow.link) if arrow.link else None
    return link is not None and link.kind is LinkKind.OWNED_BY


def _said(child: Table, arrow: Arrow) -> bool:
    return any(set(link.columns) == set(arrow.columns) and link.table == arrow.parent for link in child.links)


def indexed(info: TableInfo, columns: tuple[str, ...]) -> bool:
    """True when some index begins with these columns, in any order."""
    return any(set(index[: len(columns)]) == set(columns) for index in info.indexes)
