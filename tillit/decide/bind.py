"""Binding a map to the schema it speaks of: every choice made once, so that planning needs no catalogue."""

from __future__ import annotations

from dataclasses import replace

from tillit.decide.bind_arrows import arrows_of
from tillit.decide.bind_clocks import dressed, dresses
from tillit.decide.bind_columns import check_columns, with_untold
from tillit.decide.bind_context import Binding
from tillit.decide.bind_cuts import cuts_of, read_links
from tillit.decide.bind_expressions import check_expressions
from tillit.decide.bind_fills import fills_of
from tillit.decide.bind_links import check_links
from tillit.decide.bind_notes import notes_of
from tillit.model.bound import BoundStore, BoundTable
from tillit.model.errors import Faults
from tillit.model.mapping import Store, Table
from tillit.model.policy import Policy
from tillit.model.schema import Schema


def bind(store: Store, schema: Schema, policy: Policy) -> BoundStore:
    """`store` with its keys, dresses, replacements, cuts and needed links chosen from `schema`.

    A column nobody gave a category is no fault: it is bound as `unknown` (kept, and its rows with it) and noted.
    Raises Faults with everything wrong at once, each at its place in the map.
    """
    binding = Binding(store, schema)
    for table in store.tables.values():
        _bind_key(binding, table)
    for table in binding.tables.values():
        check_columns(binding, table)
        check_links(binding, table)
        check_expressions(binding, table)
    dress = dresses(binding)
    untold = {name: with_untold(binding, table) for name, table in binding.tables.items()}
    arrows = arrows_of(binding)
    fills = {name: fills_of(binding, table, arrows) for name, table in untold.items()}
    if binding.faults:
        raise Faults(binding.faults)
    along = read_links(binding)
    bound = {
        name: BoundTable(
            table=dressed(binding, table, dress),
            info=schema.tables[name],
            dress=dress.get(name, {}),
            fills=fills[name],
            cuts=cuts_of(binding, table, along, arrows),
        )
        for name, table in untold.items()
    }
    return BoundStore(store, schema, bound, arrows, notes_of(binding, policy, bound, arrows))


def _bind_key(binding: Binding, table: Table) -> None:
    """Take the table up with its key, the map's or the schema's; a missing table or key is a fault."""
    info = binding.schema.tables.get(table.name)
    if info is None:
        binding.missing(table.at, "table", table.name, binding.schema.tables, "the store")
        return
    for name in table.key:
        binding.column(table.name, name, table.at)
    if not (table.key or info.key):
        binding.fault(
            table.at,
            f"{table.name} has no primary key and no unique index over columns that are never NULL",
            "write `key:` with the column or columns that tell its rows apart",
        )
        return
    binding.tables[table.name] = replace(table, key=table.key or info.key)
