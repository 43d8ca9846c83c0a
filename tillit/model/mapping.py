"""The maps: where personal data lies, whose it is, and for which purposes. docs/reference/maps.md is the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tillit.model.expression import Expression
from tillit.model.policy import LATER
from tillit.model.source import NOWHERE, Position

NOT_PERSONAL = "not_personal"
UNKNOWN = "unknown"  # legal to write: kept, never deleted, reported


WITHHELD = ("rights_of_others", "trade_secrets", "secrecy", "security")
"""Why a value may be left out of what a person is given: Art. 15(4) and recital 63 GDPR; secrecy by another law."""


class Dress(Enum):
    """How a column writes time."""

    AWARE = "aware"  # timestamp with time zone
    NAIVE = "naive"  # timestamp without zone, in the store's `timezone`
    DATE = "date"  # a calendar date, in the store's `timezone`
    EPOCH_S = "epoch_s"  # seconds since 1970-01-01 UTC
    EPOCH_MS = "epoch_ms"
    TEXT = "text"  # ISO 8601 text, 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS' (space), in the store's `timezone`
    TEXT_T = "text_t"  # the same with a 'T' between date and time


class WhenDead(Enum):
    """What becomes of a dead row."""

    DELETE = "delete"
    ANONYMISE = "anonymise"  # the row stays, its personal columns replaced and its owner links cut


class Mode(Enum):
    """With which of several persons a value dies."""

    ANY = "any"  # lives while held for any of them: dies with the last (default)
    ALL = "all"  # lives only while held for all of them: dies with the first


class LinkKind(Enum):
    OWNED_BY = "owned_by"
    ACCESSED_BY = "accessed_by"
    REFERS_TO = "refers_to"  # a key the database does not declare: needed, never ownership


@dataclass(frozen=True, slots=True)
class Via:
    """A link table between this table and the parent: `here` points at this table's key, `there` at the parent's."""

    table: str
    here: tuple[str, ...]
    there: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """How a row points at rows of `table`.

    Exactly one form holds:
    - `columns` of this row equal `to` of the parent (its key when empty);
    - `prefix`: one text column equals prefix + the parent's key as text;
    - `matches`: as `columns`/`to`, but both sides trimmed of spaces and lower-cased by Unicode; empty never matches;
    - `via`: through a link table;
    - `pointed_by`: the parent's `columns` point at this row's key (`to`, or the key when empty): the reverse direction.
    """

    name: str
    kind: LinkKind
    table: str
    columns: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    when: Expression | None = None  # on this row (polymorphic pairs); on the parent's row for `pointed_by`
    prefix: str | None = None
    matches: bool = False
    via: Via | None = None
    pointed_by: bool = False
    tombstone: str | int | None = None  # written instead of NULL when the link is cut
    at: Position = field(default=NOWHERE, compare=False)


class ClockKind(Enum):
    COLUMN = "column"  # a column of this row, or of a parent's row along `path`
    FIRST = "first"  # of the children
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment a storage period starts from."""

    column: str
    kind: ClockKind = ClockKind.COLUMN
    path: tuple[str, ...] = ()  # link names upwards from this table (COLUMN)
    child: str = ""  # the children's table and its link to this table (FIRST, LAST)
    child_link: str = ""
    dress: Dress | None = None  # None: inferred from the schema
    at: Position = field(default=NOWHERE, compare=False)


class Form(Enum):
    """A coarser form of a value, from more to less precise within one family."""

    YEAR_MONTH = "year_month"  # a date moved to the first of its month
    YEAR = "year"  # a date moved to 1 January
    IP_PREFIX = "ip_prefix"  # IPv4 /24, IPv6 /48, as text


@dataclass(frozen=True, slots=True)
class Ground:
    """One purpose holding some columns of one table."""

    purpose: str
    columns: tuple[str, ...]  # resolved: never empty unless the table has no personal columns
    since: Clock | None = None
    where: Expression | None = None
    while_: Expression | None = None
    missing_holds: bool = True  # a missing start holds (and is a finding); False: it does not
    forms: Mapping[str, Form] = field(default_factory=dict)  # column -> the coarser form this ground holds
    through: tuple[str, str] | None = None  # (child, its link): held while the child is, for this purpose
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands in a dead cell's place, when the map says so. Exactly one field is set."""

    null: bool = False
    constant: str | int | bool | None = None
    pseudonym: bool = False  # derived from the row's key, unique


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a mapped table. `about` names owner links; empty = every person of the row."""

    name: str
    category: str  # a dotted category, NOT_PERSONAL or UNKNOWN
    about: tuple[str, ...] = ()
    mode: Mode = Mode.ANY
    replace: Replacement | None = None
    dress: Dress | None = None  # as the map says; None: inferred from the schema
    at: Position = field(default=NOWHERE, compare=False)
    withhold: str = field(default="", metadata=LATER)  # the coded reason why it is left out of what people are given

    @property
    def personal(self) -> bool:
        return self.category not in (NOT_PERSONAL, UNKNOWN)


@dataclass(frozen=True, slots=True)
class PersonRole:
    """Rows of this table are persons of `kind` where `when` is true."""

    kind: str
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One mapped table. `key` is empty until bound to the schema when the map does not say it.

    `identifiers` maps an identifier type (email, phone, customer_number, ...) to the columns that carry it.
    """

    name: str
    key: tuple[str, ...] = ()
    persons: tuple[PersonRole, ...] = ()
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    grounds: tuple[Ground, ...] = ()
    created: Clock | None = None
    when_dead: WhenDead = WhenDead.DELETE
    at: Position = field(default=NOWHERE, compare=False)
    product: str = field(default="", metadata=LATER)  # the column that names the product its owners own
    issued: bool = field(default=False, metadata=LATER)  # documents that were sent out or booked: never rewritten

    @property
    def is_root(self) -> bool:
        return bool(self.persons)

    def link(self, name: str) -> Link:
        return next(link for link in self.links if link.name == name)

    @property
    def owners(self) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.kind is LinkKind.OWNED_BY)

    @property
    def personal_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns.values() if c.personal)


@dataclass(frozen=True, slots=True)
class Store:
    """One map file: a place where data lies. `url_env` names the environment variable that holds the URL."""

    name: str
    url_env: str
    country: str
    tables: Mapping[str, Table]
    timezone: str | None = None  # of naive times; required where one is used
    unmapped: tuple[str, ...] = ()  # tables said to hold no personal data
    at: Position = field(default=NOWHERE, compare=False)
