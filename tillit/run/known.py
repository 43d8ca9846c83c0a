"""What is known of a person before an erasure: the values to look for afterwards. Read once, kept in memory only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from tillit.connectors.sql.compiler import Compiler
from tillit.connectors.sql.find import values_about
from tillit.decide.identity import type_of
from tillit.decide.plan import plan
from tillit.model.mapping import Column, Table
from tillit.model.plan import TableRule
from tillit.model.policy import Policy
from tillit.model.standing import Key, Person
from tillit.run.stores import OpenStore

TOLD_APART = frozenset(("email", "phone", "personal_number", "username", "iban", "customer_number"))
LOOKED_FOR = TOLD_APART | {"name", "postal_address", "ip"}
MOST_VALUES = 20_000  # of one type; beyond that a table was mapped wrongly
SHORTEST = 5  # characters
FIRST = re.compile(r"(?i)first|given|fore|förnamn|fornamn")
LAST = re.compile(r"(?i)last|sur_?name|family|efternamn")


def identifiers_of(store: OpenStore, people: Collection[Person], policy: Policy, now: datetime) -> dict[str, set[str]]:
    """Identifier type -> the values that `people` have in `store`: declared identifiers, and personal columns whose
    category says one.

    In the rows they own too. Names only in full. Where a row has several owners and a column does not say whose it
    is, an identifier
    that tells people apart is not taken: it may be the other owner's.
    """
    rules = plan(store.bound, policy, now).rules
    keys: dict[str, list[Key]] = {}
    for person in people:
        if person.store == store.name:
            keys.setdefault(person.table, []).append(person.key)
    known: dict[str, set[str]] = {}
    with store.engine.connect() as connection:
        for bound in store.bound.tables.values():
            for type_, value in _of_table(connection, store, rules, bound.table, keys):
                values = known.setdefault(type_, set())
                if len(values) < MOST_VALUES:
                    values.add(value)
        connection.rollback()
    return known


def _of_table(
    connection: Connection,
    store: OpenStore,
    rules: Mapping[str, TableRule],
    table: Table,
    people: Mapping[str, Sequence[Key]],
) -> Iterator[tuple[str, str]]:
    """(type, value) pairs of one table, column by column group: columns about the same links are read together."""
    compiler = Compiler(store.bound.schema)
    groups = _groups(table)
    for links in groups | {column.about: [] for column in table.personal_columns}:
        typed = groups.get(links, [])
        names = name_pair(table, links)
        columns = [column for column, _ in typed] + list(names)
        if not columns:
            continue
        for row in values_about(connection, compiler, rules, table.name, columns, people, links):
            for (_, type_), value in zip(typed, row, strict=False):
                if (text := _text(value)) and _fit(type_, text):
                    yield type_, text
            if names:
                yield from _full_names(_text(row[-2]), _text(row[-1]))


def _groups(table: Table) -> dict[tuple[str, ...], list[tuple[str, str]]]:
    """links a column is about -> [(column, type)]."""
    declared = {column: type_of(word) for word, columns in table.identifiers.items() for column in columns}
    groups: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for name in {**declared, **{c.name: "" for c in table.personal_columns}}:
        column = table.columns.get(name, Column(name, ""))
        type_ = declared.get(name) or type_of(column.category)
        alone = len(table.owners) <= 1 or bool(column.about) or (table.is_root and name in declared)
        if type_ in LOOKED_FOR and (alone or type_ not in TOLD_APART):
            groups.setdefault(column.about, []).append((name, type_))
    return groups


def name_pair(table: Table, links: tuple[str, ...]) -> tuple[str, str] | tuple[()]:
    """The columns of first and last name, where a table keeps them apart."""
    names = [c.name for c in table.personal_columns if c.about == links and _is_name(type_of(c.category))]
    first = next((n for n in names if FIRST.search(n)), None)
    last = next((n for n in names if LAST.search(n)), None)
    return (first, last) if first and last else ()


def _is_name(type_: str) -> bool:
    return type_.endswith("name") and type_ != "username"


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, bytes) else str(value).strip()


def _fit(type_: str, text: str) -> bool:
    return len(text) >= SHORTEST and (type_ != "name" or " " in text)


def _full_names(first: str, last: str) -> Iterator[tuple[str, str]]:
    if first and last:
        yield "name", f"{first} {last}"
        yield "name", f"{last} {first}"
