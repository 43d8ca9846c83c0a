"""A map half read: its tables, what each name may mean in them, and what clocks and conditions read.

A name that was declared in a faulty way is known all the same, so that one slip gives one fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tillit.model.expression import Expression
from tillit.model.mapping import Clock, Column, Dress, Ground, Link, LinkKind, PersonRole, Store, Table, WhenDead
from tillit.model.source import Position
from tillit.policy.fields import Fields
from tillit.policy.gather import Gather, nearest, quoted, shown
from tillit.policy.purposes import PolicyDraft
from tillit.policy.source import Mapping, Scalar

_LOCAL = frozenset({Dress.NAIVE, Dress.DATE, Dress.TEXT, Dress.TEXT_T})


@dataclass(slots=True)
class Draft:
    """One table as far as it has been read."""

    name: str
    at: Position
    fields: Fields
    key: tuple[str, ...] = ()
    persons: list[PersonRole] = field(default_factory=list)
    identifiers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    identifying: list[Scalar] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)
    created: Clock | None = None
    events: dict[str, ReadClock] = field(default_factory=dict)
    grounds: list[Ground] = field(default_factory=list)
    when_dead: WhenDead = WhenDead.DELETE
    naming: Scalar | None = None  # the column that names a product
    issued: bool = False
    broken_links: set[str] = field(default_factory=set)
    broken_columns: set[str] = field(default_factory=set)
    other_columns: set[str] = field(default_factory=set)  # named by a clock, a link's `when` or another table's link
    grounds_faulty: bool = False  # a ground could not be read: what the others leave is not judged
    faulty: bool = False

    @property
    def link_columns(self) -> set[str]:
        """Columns that are part of a link of this row."""
        return {c for link in self.links.values() if not link.pointed_by for c in link.columns}

    @property
    def known_columns(self) -> set[str]:
        """Columns the map names as the table's own."""
        own = self.link_columns | {c for li in self.links.values() if li.pointed_by for c in li.to}
        return {*self.columns, *self.broken_columns, *self.key, *own, *self.other_columns}

    def table(self) -> Table:
        return Table(
            name=self.name,
            key=self.key,
            persons=tuple(self.persons),
            identifiers=self.identifiers,
            links=tuple(self.links.values()),
            columns=self.columns,
            grounds=tuple(self.grounds),
            created=self.created,
            when_dead=self.when_dead,
            at=self.at,
            product="" if self.naming is None else self.naming.text,
            issued=self.issued,
        )


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """A clock or condition reads a column. `link` names the link whose own `when` it is, else the empty text."""

    table: str
    column: str
    at: Position
    what: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class LinkRead:
    """A clock, condition or `through` reads along a link of `table`. `part` is the condition on the parent's row."""

    table: str
    link: str
    at: Position
    what: str
    upwards: bool = True  # from the row to its parent
    part: Expression | None = None
    held: frozenset[str] = frozenset()  # the columns that the reading ground holds in full
    reader: str = ""  # the table whose clock, condition or `through` it is


@dataclass(slots=True)
class Readings:
    """All that clocks, conditions and `through` read; the rules of "Stable maps" judge it."""

    columns: list[ColumnRead] = field(default_factory=list)
    links: list[LinkRead] = field(default_factory=list)
    exists: list[LinkRead] = field(default_factory=list)  # the child's link; `part` on the child's row
    over: list[LinkRead] = field(default_factory=list)  # first and last: the child's link

    def add(self, other: Readings) -> None:
        self.columns += other.columns
        self.links += other.links
        self.exists += other.exists
        self.over += other.over


@dataclass(frozen=True, slots=True)
class ReadClock:
    """A clock, and what it reads: that counts only where a purpose with a period starts from it."""

    clock: Clock
    reads: Readings


class Book:
    """A map being read: everything the parts of the reader share."""

    def __init__(self, gather: Gather, policy: PolicyDraft) -> None:
        self.gather, self.draft = gather, policy
        self.policy = policy.policy
        self.tables: dict[str, Draft] = {}
        self.broken_tables: set[str] = set()
        self.unmapped: tuple[str, ...] = ()
        self.timezone: str | None = None
        self.timezone_faulty = False
        self.reads = Readings()
        self._zone_told: set[tuple[str, str]] = set()

    @contextmanager
    def reading(self, draft: Draft) -> Iterator[None]:
        """Marks the table as faulty when a fault is found inside the block."""
        before = len(self.gather.faults)
        yield
        draft.faulty = draft.faulty or len(self.gather.faults) > before

    def table(self, name: str, at: Position) -> Draft | None:
        """The table called `name`; told when there is none."""
        if name in self.tables:
            return self.tables[name]
        if name in self.unmapped:
            what = f"the table {quoted(name)} is said to be unmapped"
            self.gather.add(at, what, "take it out of `unmapped:`, and give it an entry under `tables:`")
        elif name not in self.broken_tables:
            self.gather.unknown(at, "table", name, self.tables, "give it an entry under `tables:`")
        return None

    def link(self, draft: Draft, name: str, at: Position) -> Link | None:
        """The link of `draft` that `name` means: its own name, or the parent's when one link alone leads there."""
        if name in draft.links:
            return draft.links[name]
        if name in draft.broken_links:
            return None
        meant = [link for link in draft.links.values() if link.table == name]
        if len(meant) == 1:
            return meant[0]
        if meant:
            choices = " or ".join(f"`{shown(link.name)}`" for link in meant)
            what = f"{quoted(name)} may mean several links of {quoted(draft.name)}"
            self.gather.add(at, what, f"write {choices}")
        else:
            otherwise = f"give {quoted(draft.name)} the link, under `owned_by:` or `refers_to:`"
            self.gather.unknown(
                at, f"link of {quoted(draft.name)}", name, draft.links, "" if draft.links else otherwise
            )
        return None

    def child(self, draft: Draft, name: str, via: str | None, at: Position, write: str) -> tuple[Draft, Link] | None:
        """The table `name` and its link to `draft`; told when there is none or several. `write` shows the remedy."""
        child = self.table(name, at)
        if child is None:
            return None
        if via is not None:
            link = self.link(child, via, at)
            if link is not None and (link.table != draft.name or link.pointed_by):
                what = f"the link {quoted(via)} of {quoted(name)} does not lead to {quoted(draft.name)}"
                self.gather.add(at, what, _choices(child, draft, write))
                return None
            return None if link is None else (child, link)
        meant = [link for link in child.links.values() if link.table == draft.name and not link.pointed_by]
        if len(meant) == 1:
            return child, meant[0]
        if meant:
            what = f"{quoted(name)} points at {quoted(draft.name)} by several links"
            self.gather.add(at, what, _choices(child, draft, write))
        elif not child.broken_links:
            what = f"{quoted(name)} has no link to {quoted(draft.name)}"
            remedy = f"give {quoted(name)} one: `refers_to: {{{shown(draft.name)}: COLUMN}}`"
            self.gather.add(at, what, remedy)
        return None

    def dressed(self, draft: Draft, column: str, at: Position) -> Dress | None:
        """The dress the map says for a column that is read as a time; a local one needs the store's time zone."""
        entry = draft.columns.get(column)
        dress = None if entry is None else entry.dress
        lacking = self.timezone is None and not self.timezone_faulty
        if dress in _LOCAL and lacking and (draft.name, column) not in self._zone_told:
            self._zone_told.add((draft.name, column))
            what = (
                f"{quoted(draft.name + '.' + column)} is a time of dress {dress.value}, and the store has no time zone"
            )
            self.gather.add(at, what, "add `timezone:` to the store, such as `timezone: Europe/Stockholm`")
        return dress

    def known_column(self, draft: Draft, column: str, at: Position, listed: bool = False) -> bool:
        """False, and told, when `column` is no column that the map names.

        A name no list holds may still be the key that only the database declares: it is then let through, unless it
        looks like a slip of a name that is there, or `listed` asks for a column with a category.
        """
        known = set(draft.columns) | draft.broken_columns if listed else draft.known_columns
        if column in known:
            return True
        if not listed and not draft.key and not nearest(column, known, 0.75):
            return True
        if isinstance(draft.fields.node("columns"), Mapping | None):  # else it is told that `columns` is no mapping
            remedy = f"list it under `columns:` of {quoted(draft.name)} with its category or `not_personal`"
            self.gather.unknown(at, f"column of {quoted(draft.name)}", column, known, remedy)
        return False


def _choices(child: Draft, parent: Draft, write: str) -> str:
    """The ways to name one link of `child` to `parent`; `write` holds VIA where `child via link` goes."""
    meant = [link.name for link in child.links.values() if link.table == parent.name and not link.pointed_by]
    return "write " + " or ".join(f"`{write.replace('VIA', f'{shown(child.name)} via {shown(n)}')}`" for n in meant)


def owners(draft: Draft) -> list[Link]:
    return [link for link in draft.links.values() if link.kind is LinkKind.OWNED_BY]


def store_of(book: Book, name: str, url_env: str, country: str, at: Position) -> Store:
    """The finished store."""
    tables = {draft.name: draft.table() for draft in book.tables.values()}
    return Store(name, url_env, country, tables, book.timezone, book.unmapped, at)
