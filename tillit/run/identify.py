"""Finding a person in every store by the identifiers they gave: exact, with reasons, and never merging two people
silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tillit.connectors.sql.compiler import Compiler
from tillit.connectors.sql.find import Pattern, carriers, persons_of, row_of
from tillit.decide.identity import normal, same, type_of
from tillit.decide.identity_search import GLOBAL, NUMBERED, carried, patterns
from tillit.decide.plan import plan
from tillit.model.errors import TillitError
from tillit.model.mapping import Table
from tillit.model.plan import TableRule
from tillit.model.policy import Policy
from tillit.model.schema import Family
from tillit.model.standing import Key, Person
from tillit.run.stores import OpenStore

Given = Mapping[str, str | Sequence[str]]
"""Identifier type -> the value, or all the values, as written."""

MOST_PEOPLE = 100  # root rows found for one request; more is a shared value, not a person

WEAK = frozenset(("name", "postal_address", "ip"))
TITLES = {"email": "e-mail address", "phone": "phone number", "personal_number": "personal number", "ip": "IP address"}


@dataclass(frozen=True, slots=True)
class Match:
    """A root row found, and why. The reason names places and kinds, never a value."""

    person: Person
    reason: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A value that was not given, found on `people` of whom not all are known to be the one asked for: a person must
    decide.
    """

    type: str
    people: tuple[Person, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Identification:
    """Who was found. `identifiers` are (type, normal form), given ones first: personal data, kept in memory only."""

    people: tuple[Match, ...]
    identifiers: tuple[tuple[str, str], ...] = field(repr=False)
    ambiguous: tuple[Ambiguous, ...] = ()


@dataclass(slots=True)
class _Search:
    stores: Sequence[OpenStore]
    rules: Mapping[str, Mapping[str, TableRule]]
    people: dict[Person, str] = field(default_factory=dict)
    done: list[tuple[str, str]] = field(default_factory=list)
    ambiguous: dict[tuple[str, tuple[Person, ...]], Ambiguous] = field(default_factory=dict)


def identify(stores: Sequence[OpenStore], given: Given, policy: Policy, now: datetime) -> Identification:
    """Find the person that carries any of the `given` identifiers in every store.

    Every root that carries a given identifier is a match: the operator vouches for it (not for a name, street or IP
    address that several carry: those are ambiguous). From there the search goes on by the matches' own identifiers,
    but a value that was not given and that several distinct people share is reported as ambiguous and merges nobody.
    Raises TillitError for an identifier of unknown shape, and where a given identifier is shared by more than
    MOST_PEOPLE.
    """
    search = _Search(stores, {s.name: plan(s.bound, policy, now).rules for s in stores})
    asked = [_given(type_, value, policy.controller.country) for type_, value in _each(given)]
    for type_, plain in sorted(dict.fromkeys(asked), key=lambda pair: pair[0] in WEAK):
        _take_given(search, type_, plain)
    _follow(search)
    matches = tuple(Match(person, reason) for person, reason in search.people.items())
    return Identification(matches, tuple(search.done), tuple(search.ambiguous.values()))


def _each(given: Given) -> Iterator[tuple[str, str]]:
    for type_, values in given.items():
        for value in (values,) if isinstance(values, str) else values:
            yield type_, value


def _given(type_: str, value: str, country: str) -> tuple[str, str]:
    plain = normal(type_, value, country)
    if plain is None:
        raise TillitError(f"the given {_title(type_)} is none", f"check its spelling; its kind was given as {type_}")
    return type_of(type_), plain


def _take_given(search: _Search, type_: str, plain: str) -> None:
    """Everybody that carries a given identifier; but a name, a street or a network address that several carry names
    none of them.
    """
    search.done.append((type_, plain))
    found = dict(_carriers(search, type_, plain))
    new = [person for person in found if person not in search.people]
    tables = [(person.store, person.table) for person in found]
    if type_ in WEAK and new and len(set(tables)) < len(tables):
        people = tuple(sorted(found, key=repr))
        search.ambiguous[type_, people] = Ambiguous(
            type_, people, f"{len(people)} distinct people have the given {_title(type_)}"
        )
        return
    for person in new:
        search.people[person] = f"{_shown(person)} has the given {_title(type_)}{found[person]}"
        _brake(search)


def _brake(search: _Search) -> None:
    if len(search.people) > MOST_PEOPLE:
        raise TillitError(
            f"more than {MOST_PEOPLE} people carry a given identifier", "give one that only the person has"
        )


def _follow(search: _Search) -> None:
    """By the identifiers of those found, to their other roots; each (type, value) once, so that it ends."""
    todo = list(search.people)
    while todo:
        person = todo.pop(0)
        for type_, plain in _own_identifiers(search, person):
            if any(t == type_ and same(type_, plain, p) for t, p in search.done):
                continue
            search.done.append((type_, plain))
            todo += _by_value(search, person, type_, plain)


def _by_value(search: _Search, origin: Person, type_: str, plain: str) -> list[Person]:
    """The people newly found by a value that was not given; none where it does not tell one person from another."""
    sharing = dict(_carriers(search, type_, plain))
    new = [person for person in sharing if person not in search.people]
    if not new:
        return []
    reason = _doubt(search, origin, type_, sharing)
    if reason:
        people = tuple(sorted({*sharing, origin}, key=repr))
        search.ambiguous.setdefault((type_, people), Ambiguous(type_, people, reason))
        return []
    for person in new:
        search.people[person] = f"{_shown(origin)} has the same {_title(type_)}"
    return new


def _doubt(search: _Search, origin: Person, type_: str, sharing: Mapping[Person, str]) -> str:
    """Why a shared value must not merge people; '' where it may."""
    if type_ not in GLOBAL | NUMBERED:
        return f"people of one household or company may share a {_title(type_)}"
    tables: dict[tuple[str, str], list[Person]] = {}
    for person in {*sharing, origin}:
        tables.setdefault((person.store, person.table), []).append(person)
    for (store, table), people in tables.items():
        if len(people) > 1 and any(p not in search.people for p in people):
            return f"{len(people)} distinct people of {store}.{table} share a {_title(type_)}"
    if len(search.people) + len(sharing) > MOST_PEOPLE:
        return f"too many people share a {_title(type_)}"
    counted = [p for p in {*sharing, origin} if _counts_itself(search, p, type_)]
    if type_ in NUMBERED and len(counted) > 1:
        return f"each table gives its own {_title(type_)}s, so equal ones say nothing"
    return ""


def _counts_itself(search: _Search, person: Person, type_: str) -> bool:
    """The identifier is the table's own integer key: equal numbers in two such tables are chance."""
    store = _store(search, person.store)
    table = store.bound.tables[person.table].table
    columns = _columns(table, type_)
    info = store.bound.schema.tables[person.table].columns
    return len(table.key) == 1 and table.key[0] in columns and info[table.key[0]].family is Family.INTEGER


# -- reading


def _columns(table: Table, type_: str) -> tuple[str, ...]:
    """The columns of a table that carry identifiers of a type, whatever word the map uses for it."""
    return tuple(c for word, columns in table.identifiers.items() if type_of(word) == type_ for c in columns)


def _carriers(search: _Search, type_: str, plain: str) -> Iterator[tuple[Person, str]]:
    """(person, how) of everybody that carries the identifier: root rows, and the owners of other rows that carry it."""
    narrowed = [Pattern(like, integer) for like, integer in patterns(type_, plain)]
    for store in search.stores:
        compiler = Compiler(store.bound.schema)
        with store.engine.connect() as connection:
            for name, bound in store.bound.tables.items():
                table, columns = bound.table, _columns(bound.table, type_)
                if not columns:
                    continue
                rows = carriers(connection, store.bound.schema, name, table.key, columns, narrowed)
                keys = {key for key, values in rows if carried(type_, plain, values, store.bound.store.country)}
                found = persons_of(connection, compiler, search.rules[store.name], name, keys) if keys else {}
                for root, key in sorted({p for people in found.values() for p in people}, key=repr):
                    how = "" if root == name else f" by its row in {store.name}.{name}"
                    yield Person(store.name, root, key), how
            connection.rollback()


def _own_identifiers(search: _Search, person: Person) -> Iterator[tuple[str, str]]:
    """(type, normal form) of the identifiers in the person's own root row."""
    store = _store(search, person.store)
    table = store.bound.tables[person.table].table
    words = [(type_of(word), column) for word, columns in table.identifiers.items() for column in columns]
    row = _row(store, table, person.key, [column for _, column in words]) if words else None
    for (type_, _), value in zip(words, row or (), strict=False):
        plain = normal(type_, value, store.bound.store.country)
        if plain is not None:
            yield type_, plain


def _row(store: OpenStore, table: Table, key: Key, columns: Sequence[str]) -> tuple[object, ...] | None:
    """The values of `columns` in one row; None when it is gone."""
    with store.engine.connect() as connection:
        row = row_of(connection, store.bound.schema, table.name, table.key, key, columns)
        connection.rollback()
    return row


def _store(search: _Search, name: str) -> OpenStore:
    return next(store for store in search.stores if store.name == name)


def _title(type_: str) -> str:
    kind = type_of(type_)
    return TITLES.get(kind, kind.replace("_", " "))


def _shown(person: Person) -> str:
    """A root by place, and by key where the key is a number that says nothing by itself."""
    plain = all(isinstance(part, (int, UUID)) for part in person.key)
    return f"{person.store}.{person.table}" + (f" {', '.join(map(str, person.key))}" if plain else "")
