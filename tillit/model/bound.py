"""A map bound to the schema it speaks of: every choice made, so that planning needs no catalogue and no guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tillit.model.expression import Expression
from tillit.model.mapping import Dress, Store, Table
from tillit.model.schema import Schema, TableInfo


class FillKind(Enum):
    NULL = "null"
    CONSTANT = "constant"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True, slots=True)
class Fill:
    """What stands in a dead cell's place: an idempotent function of the row's key at most.

    PSEUDONYM writes `value` (a short text such as 'erased-') followed by the row's key as text (parts joined by '-');
    the binding has checked that it fits the column's length for every key the key's type can hold, or refused the map.
    """

    kind: FillKind
    value: str | int | float | bool | bytes | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """How one link is cut: `writes` maps columns to NULL or a tombstone; empty for a `via` link (its row goes)."""

    link: str
    writes: tuple[tuple[str, str | int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A needed link: a staying row of `child` keeps the `parent` row it points at (semantics, "Stays").

    Made from the map's links (not `pointed_by`, not `matches`; a `via` gives two, from the link table) and from every
    declared foreign key that no link of the map already says (same columns, same parent columns).
    `link` names the map's link it stands for, else "". `declared` True when the database enforces it.
    """

    child: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    when: Expression | None = None
    prefix: str | None = None
    link: str = ""
    declared: bool = False
    on_delete: str = "NO ACTION"
    deferrable: bool = False
    nullable: bool = False  # all columns may be NULL


@dataclass(frozen=True, slots=True)
class BoundTable:
    """One mapped table with the schema's answers. `table.key` is never empty here."""

    table: Table
    info: TableInfo
    dress: Mapping[str, Dress] = field(default_factory=dict)  # of columns that a clock or `today` reads
    fills: Mapping[str, Fill] = field(default_factory=dict)  # of columns replaced in rows that stay
    cuts: Mapping[str, Cut] = field(default_factory=dict)  # links that can be cut and may be (nothing reads along them)


@dataclass(frozen=True, slots=True)
class BoundStore:
    """A store's map bound to its schema. `tables` are the mapped ones; `arrows` run between any tables."""

    store: Store
    schema: Schema
    tables: Mapping[str, BoundTable]
    arrows: tuple[Arrow, ...]
    notes: tuple[str, ...] = ()  # what the binding noticed: triggers, cascades, missing indexes, tables nobody mapped
