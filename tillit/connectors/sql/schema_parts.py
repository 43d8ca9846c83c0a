"""What the catalogue readers share: the parts of a table as they come in, and how they become a TableInfo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tillit.model.schema import ColumnInfo, TableInfo, Unique


@dataclass(slots=True)
class Parts:
    """One table while its rows of the catalogue come in."""

    name: str
    schema: str = ""
    columns: dict[str, ColumnInfo] = field(default_factory=dict)
    primary: tuple[str, ...] = ()
    uniques: list[Unique] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    transactional: bool = True
    rows: int | None = None

    def table(self) -> TableInfo:
        """The table as the model wants it."""
        return TableInfo(
            name=self.name,
            columns=self.columns,
            key=self.primary or smallest_key(self.uniques, self.columns),
            uniques=tuple(sorted(self.uniques, key=lambda unique: unique.name)),
            checks=tuple(self.checks),
            indexes=tuple(sorted(set(self.indexes))),
            triggers=tuple(sorted(self.triggers)),
            transactional=self.transactional,
            rows=self.rows,
            schema=self.schema,
        )


def smallest_key(uniques: Iterable[Unique], columns: dict[str, ColumnInfo]) -> tuple[str, ...]:
    """The shortest unique index over whole columns that are never NULL; empty when there is none."""
    fit = [
        unique.columns
        for unique in uniques
        if unique.columns
        and not unique.expression
        and not any(unique.prefixes)
        and not any(columns[name].nullable for name in unique.columns)
    ]
    return min(fit, key=lambda names: (len(names), names), default=())


def qualified(schema: str, table: str, default: str) -> tuple[str, str]:
    """The name Tillit uses for a table, and its schema part: both bare in the default schema."""
    return (table, "") if schema == default else (f"{schema}.{table}", schema)
