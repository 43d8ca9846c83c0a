"""Looking again: after an erasure, no store may hold what was known of the person, but for what is still held. Exact,
mapped or not.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tillit.connectors.sql.scan import Hit, ScanResult, Unread, scan
from tillit.decide.identity import type_of
from tillit.decide.identity_match import Matcher, matcher
from tillit.model.bound import BoundStore
from tillit.model.schema import Family
from tillit.model.standing import Key
from tillit.run.known import name_pair
from tillit.run.stores import OpenStore

Known = Mapping[str, Collection[str]]
"""Identifier type -> values, of one person."""

Held = Mapping[tuple[str, str, str], Collection[Key] | None]
"""(store, table, column) -> the keys of the rows where the policy still holds the value; None for every row."""

Pairs = tuple[tuple[Key, frozenset[Hashable]], ...]
"""Rows by key, each with what was found there: (position in what was given as known, identifier type)."""

IN_NUMBERS = frozenset(("phone", "personal_number", "customer_number"))
SHARED = frozenset(("name", "postal_address", "ip"))  # namesakes, households and networks have these too


class Place(Enum):
    """What it means that an identifier was found in a place."""

    LEFT = "left"  # a mapped personal column: a dead value was left behind
    KEPT = "kept"  # still held for the person, lawfully
    UNMAPPED = "unmapped"  # nobody mapped this place as personal


@dataclass(frozen=True, slots=True)
class Residue:
    """What was found in one column. `only_shared`: nothing but names, streets or IP addresses, which others may have
    as well, each by itself: two of them `together` in one row are hardly anybody else's.
    """

    store: str
    table: str
    column: str  # '*' where a whole row was read as one text
    place: Place
    types: frozenset[str]
    cells: int
    keys: tuple[Key, ...]  # the first ones; empty where the table has no key
    people: frozenset[int]  # whose, as positions in what was given as known
    together: bool = False  # in the same row stands another of the shared types, of the same person

    @property
    def only_shared(self) -> bool:
        return self.types <= SHARED and not self.together


@dataclass(frozen=True, slots=True)
class StoreScan:
    """What was looked through in one store, and what was not."""

    store: str
    tables: int
    columns: int
    rows: int
    bytes: int
    seconds: float
    unread: tuple[Unread, ...]


@dataclass(frozen=True, slots=True)
class ResidualReport:
    """The second, independent proof. Holds places and keys; no values."""

    residues: tuple[Residue, ...]
    scans: tuple[StoreScan, ...]
    skipped: Mapping[str, int]  # identifiers too short or too common to look for, by type

    @property
    def left(self) -> tuple[Residue, ...]:
        """What should not be there: dead values left behind, and places that nobody mapped."""
        return tuple(r for r in self.residues if r.place is not Place.KEPT)

    @property
    def clean(self) -> bool:
        """Nothing is left that identifies the person, by itself or with what stands in the same row. What was not
        looked into is in `scans`, and no part of this.
        """
        return all(r.only_shared for r in self.left)


def residual(stores: Sequence[OpenStore], known: Sequence[Known], held: Held | None = None) -> ResidualReport:
    """Look for the `known` identifiers of each person in every cell of every store.

    What is found where `held` says that the policy still holds it is told as kept. Writes nothing.
    """
    residues: list[Residue] = []
    scans: list[StoreScan] = []
    skipped: dict[str, int] = {}
    for store in stores:
        finder = _finder(store, known)
        for type_, count in finder.skipped.items():
            skipped[type_] = max(skipped.get(type_, 0), count)
        result = scan(store.engine, store.bound.schema, finder, _numbers(store.bound), _names(store.bound))
        scans.append(_scanned(store.name, result))
        residues += _residues(store, result.hits, held or {})
    return ResidualReport(tuple(sorted(residues, key=_order)), tuple(scans), skipped)


def _finder(store: OpenStore, known: Sequence[Known]) -> Matcher[tuple[int, str]]:
    labelled = (
        ((who, type_of(t)), t, value)
        for who, types in enumerate(known)
        for t, values in types.items()
        for value in values
    )
    return matcher(labelled, store.bound.store.country)


def _numbers(bound: BoundStore) -> set[tuple[str, str]]:
    """Number columns that the map says hold an identifier: read as text."""
    found = set()
    for table in (b.table for b in bound.tables.values()):
        declared = {column: type_of(word) for word, columns in table.identifiers.items() for column in columns}
        typed = {c.name: type_of(c.category) for c in table.personal_columns} | declared
        for column, type_ in typed.items():
            info = bound.schema.tables[table.name].columns[column]
            if type_ in IN_NUMBERS and info.family in (Family.INTEGER, Family.NUMBER) and column not in table.key:
                found.add((table.name, column))
    return found


def _names(bound: BoundStore) -> set[tuple[str, str, str]]:
    """(table, first name, last name) where the map keeps them apart: `scan` reads each pair as one name."""
    tables = [b.table for b in bound.tables.values()]
    pairs = {(t.name, name_pair(t, links)) for t in tables for links in {c.about for c in t.personal_columns}}
    return {(table, *pair) for table, pair in pairs if pair}


def _scanned(store: str, result: ScanResult) -> StoreScan:
    return StoreScan(store, result.tables, result.columns, result.rows, result.bytes, result.seconds, result.unread)


def _residues(store: OpenStore, hits: Sequence[Hit], held: Held) -> Iterator[Residue]:
    """What is kept and what is not, apart. Rows that are not told by key count as not kept, unless the whole column is
    held.
    """
    parted = [(hit, *_parted(hit, held.get((store.name, hit.table, hit.column), ()))) for hit in hits]
    met = _met((hit.table, rest) for hit, _, rest in parted)
    for hit, kept, rest in parted:
        if held.get((store.name, hit.table, hit.column), ()) is None:
            yield _residue(store, hit, Place.KEPT, hit.count, kept, hit.labels)
            continue
        together = tuple(pair for pair in rest if (hit.table, pair[0]) in met)
        alone = tuple(pair for pair in rest if (hit.table, pair[0]) not in met)
        if kept:
            yield _residue(store, hit, Place.KEPT, len(kept), kept, _labels(kept))
        if together:
            place = _place(store, hit)
            yield replace(_residue(store, hit, place, len(together), together, _labels(together)), together=True)
        if count := hit.count - len(kept) - len(together):
            labels = _labels(alone) if hit.count == len(hit.keys) else hit.labels
            residue = _residue(store, hit, _place(store, hit), count, alone, labels)
            yield replace(residue, together=hit.mixed > 0)


def _parted(hit: Hit, rows: Collection[Key] | None) -> tuple[Pairs, Pairs]:
    """The rows told by key: kept, and not."""
    if rows is None:
        return hit.keys, ()
    kept = tuple(pair for pair in hit.keys if pair[0] in rows)
    return kept, tuple(pair for pair in hit.keys if pair[0] not in rows)


def _met(found: Iterable[tuple[str, Pairs]]) -> set[tuple[str, Key]]:
    """(table, key) of the rows where two shared types of one person stand, and neither is kept."""
    types: dict[tuple[str, Key, Hashable], set[str]] = {}
    for table, pairs in found:
        for key, labels in pairs:
            for label in labels:
                if isinstance(label, tuple) and label[1] in SHARED:
                    types.setdefault((table, key, label[0]), set()).add(label[1])
    return {(table, key) for (table, key, _), several in types.items() if len(several) > 1}


def _labels(pairs: Pairs) -> frozenset[Hashable]:
    return frozenset(label for _, labels in pairs for label in labels)


def _residue(store: OpenStore, hit: Hit, place: Place, cells: int, pairs: Pairs, labels: Iterable[Hashable]) -> Residue:
    told = [label for label in labels if isinstance(label, tuple)]
    types, people = frozenset(type_ for _, type_ in told), frozenset(who for who, _ in told)
    return Residue(store.name, hit.table, hit.column, place, types, cells, tuple(key for key, _ in pairs), people)


def _place(store: OpenStore, hit: Hit) -> Place:
    mapped = store.bound.tables.get(hit.table)
    column = mapped.table.columns.get(hit.column) if mapped else None
    return Place.LEFT if column is not None and column.personal else Place.UNMAPPED


def _order(residue: Residue) -> tuple[bool, str, str, str, str]:
    return residue.only_shared, residue.place.value, residue.store, residue.table, residue.column
