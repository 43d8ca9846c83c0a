"""The map's columns against the table's: every one named exists, and every one of the table is spoken of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tillit.decide.bind_clocks import clocks, place
from tillit.decide.bind_context import Binding, listed
from tillit.decide.bind_expressions import reads
from tillit.model.mapping import UNKNOWN, Column, Form, Table
from tillit.model.schema import Family

_DATES = {Family.DATE, Family.NAIVE, Family.AWARE, Family.TEXT}
_FORMED = {Form.YEAR: _DATES, Form.YEAR_MONTH: _DATES, Form.IP_PREFIX: {Family.TEXT, Family.INET}}


def check_columns(binding: Binding, table: Table) -> None:
    """Every column the map names in `columns` and `identifies` exists."""
    for column in table.columns.values():
        binding.column(table.name, column.name, column.at)
    for columns in table.identifiers.values():
        for name in columns:
            if name not in table.columns:  # else told already, at its own place
                binding.column(table.name, name, table.at)
    for ground in table.grounds:
        for name, form in ground.forms.items():
            info = binding.look(table.name, name)
            if info is not None and info.family not in _FORMED[form]:
                holds = "IP address" if form is Form.IP_PREFIX else "date"
                binding.fault(
                    ground.at,
                    f"{table.name}.{name} ({info.type}) holds no {holds}",
                    "take it out of the ground's `form:`",
                )


def with_untold(binding: Binding, table: Table) -> Table:
    """The table with every column nobody gave a category as `unknown`.

    Keys, link columns (declared keys are links), what a link's `when` reads, and columns that clocks read need no word.
    """
    spoken = (
        set(table.columns)
        | set(table.key)
        | set(_link_columns(binding, table.name))
        | _clock_columns(binding, table.name)
        | _columns_of_whens(binding, table.name)
    )
    untold = [name for name in binding.info(table.name).columns if name not in spoken]
    if not untold:
        return table
    binding.notes.append(
        f"{table.name} has columns without a category: {listed(untold)}. "
        "They are kept as `unknown`, and with them every row: give each a category or `not_personal`"
    )
    added = {name: Column(name, UNKNOWN, at=table.at) for name in untold}
    return replace(table, columns={**table.columns, **added})


def _link_columns(binding: Binding, table: str) -> Iterator[str]:
    for link in binding.tables[table].links:
        yield from () if link.pointed_by else link.columns
    for other in binding.tables.values():
        for link in other.links:
            if link.pointed_by and link.table == table:
                yield from link.columns
    for key in binding.schema.foreign_keys:
        if key.table == table:
            yield from key.columns


def _clock_columns(binding: Binding, table: str) -> set[str]:
    return {
        clock.column
        for owner in binding.tables.values()
        for clock in clocks(owner)
        if place(binding, owner, clock) == table
    }


def _columns_of_whens(binding: Binding, table: str) -> set[str]:
    """Columns of `table` that the `when` of some link reads: the type of a polymorphic pair."""
    found: set[str] = set()
    for owner in binding.tables.values():
        for link in owner.links:
            if link.when is not None:
                here = link.table if link.pointed_by else owner.name
                found |= {column for where, column, _ in reads(binding, here, link.when) if where == table}
    return found
