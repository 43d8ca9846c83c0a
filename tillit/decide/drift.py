"""What is in a store and not in its map: tables nobody spoke of, columns nobody gave a category."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.model.bound import BoundStore
from tillit.model.mapping import UNKNOWN


@dataclass(frozen=True, slots=True)
class Drift:
    """`tables` are not mentioned; `columns` are `TABLE.COLUMN` without a category, or of category unknown."""

    store: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.tables) + len(self.columns)


def drift(bound: BoundStore) -> Drift:
    """Everything in the store's catalogue that the map is silent about."""
    via = {link.via.table for t in bound.tables.values() for link in t.table.links if link.via is not None}
    spoken = {*bound.tables, *bound.store.unmapped, *via}
    columns = [
        f"{name}.{column.name}"
        for name, table in bound.tables.items()
        for column in table.table.columns.values()
        if column.category == UNKNOWN
    ]
    return Drift(bound.store.name, tuple(sorted(set(bound.schema.tables) - spoken)), tuple(sorted(columns)))
