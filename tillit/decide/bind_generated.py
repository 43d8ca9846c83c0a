"""Generated columns are never written: a personal one dies with what it is computed from, or the map is refused."""

from __future__ import annotations

import re
from collections.abc import Collection

from tillit.decide.bind_context import Binding, listed
from tillit.model.mapping import Column, Table
from tillit.model.schema import TableInfo


def sources(info: TableInfo, generated: str) -> tuple[str, ...]:
    """The columns a generated column's expression names, through other generated ones too."""
    expression = info.columns[generated].default or ""
    found: dict[str, None] = {}
    for name, column in info.columns.items():
        if name != generated and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", expression, re.IGNORECASE):
            found.update(dict.fromkeys(sources(info, name) if column.generated else (name,)))
    return tuple(found)


def depends_on(info: TableInfo, column: str) -> tuple[str, ...]:
    """The generated columns that are computed from `column`."""
    return tuple(name for name, c in info.columns.items() if c.generated and column in sources(info, name))


def check_generated(binding: Binding, table: Table, column: Column, fills: Collection[str]) -> None:
    """Fault where a dead generated value could not go: what it is computed from is never replaced, or kept longer."""
    where = f"{table.name}.{column.name}"
    named = sources(binding.info(table.name), column.name)
    personal = [name for name in named if name in fills]
    if not personal:
        reads = f"it is computed from {listed(named)}" if named else "what it is computed from is unknown"
        binding.fault(
            column.at,
            f"{where} is generated and cannot be replaced: {reads}, and none of that ever is",
            "give the columns it is computed from their category, or call it `not_personal`",
        )
    for ground in table.grounds:
        held = [name for name in personal if name in ground.columns]
        if held and column.name not in ground.columns:
            binding.fault(
                ground.at,
                f"{ground.purpose} holds {table.name}.{held[0]} but not {column.name}, which is computed from it",
                f"let {ground.purpose} hold {column.name} too",
            )
