"""What a store's own catalogue says of its tables: read once, used by the binding and the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Family(Enum):
    """The family of a column's type; decides dress, replacement and whether text is scanned."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    NAIVE = "naive"
    AWARE = "aware"
    TIME = "time"
    BINARY = "binary"
    JSON = "json"
    UUID = "uuid"
    INET = "inet"
    ENUM = "enum"
    ARRAY = "array"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    name: str
    family: Family
    type: str  # as the engine writes it
    nullable: bool
    length: int | None = None  # characters, where the type limits them
    generated: bool = False
    default: str | None = None
    values: tuple[str, ...] = ()  # of an enum


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A declared key. `on_delete` is CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION."""

    table: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"
    deferrable: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unique:
    """A unique constraint or index; `expression`: over an expression or partial (then `columns` are those it reads)."""

    name: str
    columns: tuple[str, ...]
    expression: bool = False
    nulls_equal: bool = False  # NULLS NOT DISTINCT: a second NULL is refused
    prefixes: tuple[int, ...] = ()  # characters of each column that count (MariaDB's key parts); 0 or empty = all


@dataclass(frozen=True, slots=True)
class TableInfo:
    name: str  # "schema.table" outside the default schema
    columns: Mapping[str, ColumnInfo]
    key: tuple[str, ...]  # primary key, else the smallest unique NOT NULL index, else empty
    uniques: tuple[Unique, ...] = ()
    checks: tuple[str, ...] = ()  # SQL text
    indexes: tuple[tuple[str, ...], ...] = ()  # column lists, in order; includes key and uniques
    triggers: tuple[str, ...] = ()  # "name: BEFORE DELETE"
    transactional: bool = True  # False: MyISAM, Aria
    rows: int | None = None  # the engine's own estimate
    schema: str = ""  # the part of `name` before its dot; empty in the default schema, whose names may hold dots

    @property
    def bare(self) -> str:
        """The table's name inside its schema."""
        return self.name[len(self.schema) + 1 :] if self.schema else self.name


@dataclass(frozen=True, slots=True)
class Schema:
    engine: str  # postgresql, mariadb, sqlite
    tables: Mapping[str, TableInfo]
    foreign_keys: tuple[ForeignKey, ...] = ()
    foreign_keys_enforced: bool = True
    readable: frozenset[str] = field(default_factory=frozenset)  # tables with the SELECT right
    writable: frozenset[str] = field(default_factory=frozenset)  # tables with INSERT, UPDATE and DELETE rights
    hidden: frozenset[str] = field(default_factory=frozenset)  # row-level security hides rows of these from this user
    temporary: bool = True  # this user may make temporary tables
    notes: tuple[str, ...] = ()  # what is no table but may hold copies: materialised views, history, other databases
