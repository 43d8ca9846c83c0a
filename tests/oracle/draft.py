"""A case in the making: mutable drafts of tables, and small helpers that draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from tillit.model.mapping import (
    NOT_PERSONAL,
    Clock,
    Column,
    Dress,
    Ground,
    Link,
    LinkKind,
    PersonRole,
    Store,
    Table,
    WhenDead,
)
from tillit.model.policy import Policy
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, TableInfo, Unique

T = TypeVar("T")

TYPES = {
    Family.TEXT: "VARCHAR(60)",
    Family.INTEGER: "INTEGER",
    Family.NUMBER: "NUMERIC(10, 2)",
    Family.BOOLEAN: "BOOLEAN",
    Family.DATE: "DATE",
    Family.NAIVE: "DATETIME",
    Family.AWARE: "TIMESTAMP",
}
FAMILY_OF = {
    Dress.AWARE: Family.AWARE,
    Dress.NAIVE: Family.NAIVE,
    Dress.DATE: Family.DATE,
    Dress.EPOCH_S: Family.INTEGER,
    Dress.EPOCH_MS: Family.INTEGER,
    Dress.TEXT: Family.TEXT,
    Dress.TEXT_T: Family.TEXT,
}


@dataclass(frozen=True)
class Features:
    """What a generator may use; switch parts off to begin small or to find what a disagreement needs."""

    composite_keys: bool = True
    text_keys: bool = True
    roles: bool = True  # two kinds of person in one table, each with `when`
    owned_roots: bool = True  # a root table with owner links of its own
    polymorphic: bool = True
    prefixed: bool = True
    matches: bool = True
    via: bool = True
    pointed_by: bool = True
    cycles: bool = True  # self references and mutual links
    access: bool = True
    refers: bool = True
    foreign_keys: bool = True
    unmapped: bool = True  # tables outside the map, and mapped ones without grounds
    unknown: bool = True
    tombstones: bool = True
    fills: bool = True
    forms: bool = True
    consent: bool = True
    holds: bool = True
    created: bool = True
    conditions: bool = True
    exists: bool = True
    child_clocks: bool = True
    parent_clocks: bool = True
    through: bool = True
    dresses: bool = True  # clocks that are not dates
    hours: bool = True
    odd_texts: bool = True  # text times that are not of their dress, addresses that are none
    stable: bool = True  # only maps that a second sweep leaves alone


@dataclass
class TableDraft:
    """One table: what the schema and the map will say of it."""

    name: str
    key: tuple[str, ...]
    infos: dict[str, ColumnInfo] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    grounds: list[Ground] = field(default_factory=list)
    persons: tuple[PersonRole, ...] = ()
    created: Clock | None = None
    when_dead: WhenDead = WhenDead.DELETE
    uniques: list[Unique] = field(default_factory=list)
    clocks: dict[str, Dress] = field(default_factory=dict)
    mapped: bool = True
    managed: bool = True
    kinds: dict[str, str] = field(default_factory=dict)  # column -> what its values are drawn as

    def add(self, name: str, family: Family, kind: str, *, nullable: bool = True, big: bool = False) -> str:
        """A new column; `kind` tells the row generator what to draw."""
        kind_type = "BIGINT" if big else TYPES[family]
        length = 60 if family is Family.TEXT else None
        self.infos[name] = ColumnInfo(name, family, kind_type, nullable, length)
        self.kinds[name] = kind
        return name

    def say(self, name: str, category: str = NOT_PERSONAL) -> None:
        self.columns[name] = Column(name, category)

    def info(self) -> TableInfo:
        indexes = (self.key, *(u.columns for u in self.uniques))
        return TableInfo(self.name, dict(self.infos), self.key, tuple(self.uniques), indexes=indexes)

    def table(self) -> Table:
        return Table(
            name=self.name,
            key=self.key,
            persons=self.persons,
            links=tuple(self.links),
            columns=dict(self.columns),
            grounds=tuple(self.grounds),
            created=self.created,
            when_dead=self.when_dead,
        )

    @property
    def personal(self) -> list[str]:
        return [c.name for c in self.columns.values() if c.personal]

    @property
    def owners(self) -> list[Link]:
        return [link for link in self.links if link.kind is LinkKind.OWNED_BY]


@dataclass
class Draft:
    """The whole case in the making."""

    rng: Random
    engine: str
    features: Features
    policy: Policy
    timezone: str
    tables: dict[str, TableDraft] = field(default_factory=dict)
    foreign_keys: list[ForeignKey] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, items: Sequence[T]) -> T:
        return self.rng.choice(items)

    def some(self, items: Sequence[T], least: int = 0) -> list[T]:
        count = self.rng.randint(min(least, len(items)), len(items))
        return sorted(self.rng.sample(list(items), count), key=list(items).index)

    def store(self) -> Store:
        mapped = {name: draft.table() for name, draft in self.tables.items() if draft.mapped}
        unmapped = tuple(name for name, draft in self.tables.items() if not draft.mapped)
        return Store("crm", "CRM_URL", "SE", mapped, self.timezone, unmapped)

    def schema(self) -> Schema:
        names = frozenset(self.tables)
        infos = {name: draft.info() for name, draft in self.tables.items()}
        return Schema(self.engine, infos, tuple(self.foreign_keys), readable=names, writable=names)
