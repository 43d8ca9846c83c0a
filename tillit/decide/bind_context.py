"""What every part of the binding works on: the map, the schema, and the faults found so far."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches

from tillit.model.mapping import Link, Store, Table
from tillit.model.schema import ColumnInfo, Schema, TableInfo
from tillit.model.source import Fault, Position

SHOWN = 8  # names a remedy lists when none is near


@dataclass(slots=True)
class Binding:
    """A map being bound. `tables` are the mapped tables that exist, their keys filled in; `faults` and `notes` grow."""

    store: Store
    schema: Schema
    tables: dict[str, Table] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, at: Position, what: str, remedy: str) -> None:
        self.faults.append(Fault(at, what, remedy))

    def missing(self, at: Position, kind: str, name: str, known: Collection[str], where: str) -> None:
        """A name that is not there, with the one that was probably meant."""
        near = get_close_matches(name, known, 1, 0.6) or [k for k in known if k.lower() == name.lower()]
        some = ", ".join(sorted(known)[:SHOWN]) + (", ..." if len(known) > SHOWN else "")
        remedy = f"did you mean {near[0]}?" if near else (f"it has: {some}" if known else "it has none")
        self.fault(at, f"{where} has no {kind} {name}", remedy)

    def info(self, table: str) -> TableInfo:
        return self.schema.tables[table]

    def look(self, table: str, column: str) -> ColumnInfo | None:
        """The catalogue's word on a column; None where there is no such table or column."""
        info = self.schema.tables.get(table)
        return info.columns.get(column) if info else None

    def column(self, table: str, column: str, at: Position) -> ColumnInfo | None:
        """The same, but a column that does not exist is a fault."""
        found = self.look(table, column)
        if found is None and table in self.schema.tables:
            self.missing(at, "column", column, self.info(table).columns, table)
        return found

    def key(self, table: str) -> tuple[str, ...]:
        """A table's key, mapped or not; empty when unknown."""
        if table in self.tables:
            return self.tables[table].key
        info = self.schema.tables.get(table)
        return info.key if info else ()

    def link(self, table: str, name: str) -> Link | None:
        """A link by name; None where the map has no such link (its parser has said so)."""
        mapped = self.tables.get(table)
        return next((link for link in mapped.links if link.name == name), None) if mapped else None

    def targets(self, table: Table, link: Link) -> tuple[str, ...]:
        """The columns that `link` leads to: the parent's, or for `pointed_by` this table's own."""
        return link.to or (table.key if link.pointed_by else self.key(link.table))


def listed(names: Collection[str]) -> str:
    return ", ".join(names)
