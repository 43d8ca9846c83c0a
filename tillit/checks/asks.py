"""What checks ask of a store, and what they are told: a closed set. The shell answers (tillit/run/look.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

Detect = Callable[[bytes], Iterable[tuple[int, str]]]
"""Takes cells as UTF-8, parted by NUL; gives (index of a cell, label), several of a cell. Labels hold no value."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Read the text of columns and count what `detect` finds. `columns`: (table, column); None for all of the store,
    numbers included.
    """

    store: str
    detect: Detect = field(compare=False)
    name: str  # tells scans apart
    columns: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Scanned:
    """`found`: (table, column) -> label -> cells. `unread`: (table, column, why, cells). Speeds are for the docs."""

    found: Mapping[tuple[str, str], Mapping[str, int]]
    unread: tuple[tuple[str, str, str, int | None], ...]
    tables: int
    columns: int
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Grouped:
    """Rows by the values of columns; of `blank` columns only whether they are empty. At most `most` groups."""

    store: str
    table: str
    columns: tuple[str, ...]
    blank: tuple[str, ...] = ()
    most: int = 1_000


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows as (values, then blank flags) -> count; `more` True where there were more groups than asked for."""

    rows: tuple[tuple[tuple[object, ...], int], ...]
    more: bool
    query: str


@dataclass(frozen=True, slots=True)
class SmallGroups:
    """How many groups of a table have fewer than `least` different people, or say a size below it."""

    store: str
    table: str
    group: str
    least: int
    person: str = ""  # the column that names people
    size: str = ""  # or the one that holds the group's size


@dataclass(frozen=True, slots=True)
class SentAfter:
    """Messages to addresses that had opted out before. All of one store, or the opt-outs of another."""

    store: str
    table: str
    address: str
    at: str
    outs_store: str
    outs_table: str
    outs_address: str
    outs_at: str
    message: str = ""  # the column that says what kind of message it was
    promotional: tuple[str, ...] = ()  # the kinds that are marketing; all where it is empty


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Addresses that got at least `least` messages since a moment, and sent no reply since."""

    store: str
    table: str
    address: str
    at: str
    replies_table: str
    replies_address: str
    replies_at: str
    least: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows by two days: when something was got, and when the person was told of it. `late` judges each pair."""

    store: str
    table: str
    first: str
    second: str
    late: Callable[[date, date | None], bool] = field(compare=False)
    column: str = ""  # only rows where this column ...
    value: str = ""  # ... has this value


@dataclass(frozen=True, slots=True)
class Present:
    """Which of these rows, once deleted for good, are in the table (again): (key, when it was closed)."""

    store: str
    table: str
    keys: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of how many."""

    wrong: int
    of: int
    query: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """How the store is reached, and what its server tells of encryption."""

    store: str


@dataclass(frozen=True, slots=True)
class Connected:
    """`host`: the address in the URL; empty for a file or a socket of this machine. `tls`: the cipher, "" for none,
    None where it cannot be told. `plain_clients`: connections of others over a network without TLS. `at_rest`: what
    the engine itself says about its files; None where it says nothing.
    """

    engine: str
    host: str
    local: bool
    tls: str | None
    plain_clients: int | None
    at_rest: bool | None
    query: str


@dataclass(frozen=True, slots=True)
class Grants:
    """Who may do what in the store."""

    store: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role may do with one table: `select`, `insert`, `update`, `delete`. `table` empty: all of them, by
    being an owner of everything. `login`: somebody can log in by it.
    """

    role: str
    table: str
    rights: frozenset[str]
    login: bool = True


@dataclass(frozen=True, slots=True)
class Granted:
    """All grants on the store's tables; `refused` tells why they could not be read."""

    grants: tuple[Grant, ...]
    query: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The store did not answer, and why: a check that could not look."""

    why: str


Ask = Scan | Grouped | SmallGroups | SentAfter | Unanswered | Pairs | Present | Connection | Grants
Answer = Scanned | Groups | Counted | Connected | Granted | Refused
Answers = Mapping[Ask, Answer]
