"""The map's links against the schema: their tables and columns exist, and both sides can meet."""

from __future__ import annotations

from tillit.decide.bind_context import Binding, listed
from tillit.model.mapping import Link, LinkKind, Table, Via
from tillit.model.schema import ColumnInfo, Family

_TEXTUAL = {Family.TEXT, Family.ENUM}
_NUMERIC = {Family.INTEGER, Family.NUMBER, Family.BOOLEAN}


def check_links(binding: Binding, table: Table) -> None:
    """Faults of every link of `table`."""
    for link in table.links:
        if _check_parent(binding, table, link):
            if link.via is not None:
                _check_via(binding, table, link, link.via)
            elif link.pointed_by:
                _check_pairs(binding, table, link, binding.targets(table, link), link.columns)
            else:
                _check_pairs(binding, table, link, link.columns, binding.targets(table, link))
            _check_tombstone(binding, table, link)


def _check_parent(binding: Binding, table: Table, link: Link) -> bool:
    if link.table not in binding.schema.tables:
        if link.table not in binding.store.tables:  # else told at the table itself
            binding.missing(link.at, "table", link.table, binding.schema.tables, "the store")
        return False
    if link.kind is not LinkKind.REFERS_TO and link.table not in binding.store.tables:
        binding.fault(
            link.at,
            f"{table.name} is {link.kind.value.replace('_', ' ')} {link.table}, which has no map",
            f"map {link.table}, or write the link under `refers_to`",
        )
        return False
    return bool(binding.key(link.table) or link.to)  # a parent without a key is told at the parent


def _check_pairs(binding: Binding, table: Table, link: Link, own: tuple[str, ...], theirs: tuple[str, ...]) -> None:
    """Column by column: `own` of this table against `theirs` of the parent."""
    owns = [binding.column(table.name, name, link.at) for name in own]
    others = [binding.column(link.table, name, link.at) for name in theirs]
    if len(own) != len(theirs):
        given = link.columns
        wanted = own if link.pointed_by else theirs
        side = table.name if link.pointed_by else link.table
        binding.fault(
            link.at,
            f"link {link.name} of {table.name} has {_count(len(given))} ({listed(given)}), "
            f"but leads to {_count(len(wanted))} of {side} ({listed(wanted)})",
            "list as many columns, in the same order, or say `to:`",
        )
        return
    if _declared(binding, table, link, own, theirs):
        return
    for one, other in zip(owns, others, strict=True):
        if one is not None and other is not None:
            _check_types(binding, table, link, one, other)


def _check_types(binding: Binding, table: Table, link: Link, one: ColumnInfo, other: ColumnInfo) -> None:
    """Each engine compares '012' and ' 12' with 12 in its own way: a key written as text is said by `prefix`."""
    here, there = f"{table.name}.{one.name}", f"{link.table}.{other.name}"
    if link.prefix is not None:
        if one.family not in _TEXTUAL and one.family is not Family.OTHER:
            binding.fault(link.at, f"{here} ({one.type}) cannot hold a prefix", "take `prefix:` away")
    elif link.matches:
        for name, info in ((here, one), (there, other)):
            if info.family in _NUMERIC:
                binding.fault(link.at, f"{name} ({info.type}) is no text to match by", "take `matches:` away")
    elif _clash(binding, one.family, other.family):
        text = here if one.family in _TEXTUAL else there
        binding.fault(
            link.at,
            f"{here} ({one.type}) and {there} ({other.type}) do not compare",
            f"if {text} holds the other's key as text, say `prefix: ''`; else name another column",
        )


def _clash(binding: Binding, one: Family, other: Family) -> bool:
    families = {one, other}
    if families & _TEXTUAL and families & _NUMERIC:
        return True
    special = {Family.UUID, Family.DATE, Family.INET, Family.BINARY} & families
    return binding.schema.engine == "postgresql" and bool(special) and len(families) == 2


def _declared(binding: Binding, table: Table, link: Link, own: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    child, parent = (link.table, table.name) if link.pointed_by else (table.name, link.table)
    pairs = set(zip(theirs, own, strict=True)) if link.pointed_by else set(zip(own, theirs, strict=True))
    return any(
        key.table == child and key.parent == parent and set(zip(key.columns, key.parent_columns, strict=True)) == pairs
        for key in binding.schema.foreign_keys
    )


def _check_via(binding: Binding, table: Table, link: Link, via: Via) -> None:
    """The link table exists, is not mapped itself, and its columns match both keys."""
    if via.table not in binding.schema.tables:
        binding.missing(link.at, "table", via.table, binding.schema.tables, "the store")
        return
    if via.table in binding.store.tables:
        binding.fault(
            link.at,
            f"{via.table} is the link table of {table.name}.{link.name} and has a map of its own",
            f"take {via.table} out of `tables`: its rows live and die with {table.name}'s",
        )
    sides = ((via.here, table.name, table.key), (via.there, link.table, binding.targets(table, link)))
    for columns, name, key in sides:
        infos = [binding.column(via.table, column, link.at) for column in columns]
        if len(columns) != len(key):
            binding.fault(
                link.at,
                f"{via.table} has {_count(len(columns))} ({listed(columns)}) for {name}, "
                f"whose key has {_count(len(key))} ({listed(key)})",
                "list as many columns, in the order of the key",
            )
            continue
        for info, column in zip(infos, key, strict=True):
            other = binding.column(name, column, link.at)
            if info is not None and other is not None and _clash(binding, info.family, other.family):
                binding.fault(
                    link.at,
                    f"{via.table}.{info.name} ({info.type}) and {name}.{column} ({other.type}) do not compare",
                    "name another column",
                )


def _check_tombstone(binding: Binding, table: Table, link: Link) -> None:
    """A tombstone is one value, for one column that may be written and can hold it."""
    if link.tombstone is None:
        return
    if link.via is not None or link.pointed_by or len(link.columns) != 1:
        binding.fault(
            link.at,
            f"link {link.name} of {table.name} cannot have a tombstone",
            "a tombstone is for a link of one column of this row",
        )
        return
    column = binding.look(table.name, link.columns[0])
    if column is None:
        return
    if column.name in table.key or column.generated:
        what = "part of the key" if column.name in table.key else "a generated column"
        binding.fault(
            link.at,
            f"the tombstone of link {link.name} cannot be written: {table.name}.{column.name} is {what}",
            "take `tombstone:` away",
        )
    elif isinstance(link.tombstone, str) == (column.family in _NUMERIC):
        binding.fault(
            link.at,
            f"the tombstone of link {link.name} does not fit {table.name}.{column.name} ({column.type})",
            "write a number for a number column, a text for a text column",
        )


def _count(number: int) -> str:
    return f"{number} column{'s' * (number != 1)}"
