"""Cases for readers of policies: tests/cases/yaml/*.yaml, where README.md explains how they are written.

A story's policy and map are in Tillit's own languages, but for a head that every one shares. Standing is worked out
here from the page's table, a second time: the product's own way goes through `tillit.decide.rights` and the register.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from tests.oracle import binding, reading
from tests.oracle.generate import Case
from tests.oracle.world import RowId, Rows
from tillit.model.mapping import UNKNOWN, Column, Store
from tillit.model.policy import Basis, Event, Policy, Purpose
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, TableInfo, Unique
from tillit.model.standing import Person, Standing
from tillit.policy import parse_all

FOLDER = Path(__file__).parent / "yaml"

Json: TypeAlias = dict[str, Any]

CONTROLLER = {"name": "Example AB", "country": "SE", "timezone": "Europe/Stockholm"}
INFORMATION = {
    "contact": {
        "title": "Contact data",
        "parts": {
            "name": "Name",
            "email": "E-mail address",
            "phone": "Phone number",
            "address": "Postal address",
            "birth_date": "Date of birth",
        },
    },
    "messages": {"title": "Messages"},
    "technical": {"title": "Technical data", "parts": {"ip": "IP address"}},
}
HEAD = {"tillit": 1, "controller": CONTROLLER, "people": {"customer": "Customers"}, "information": INFORMATION}
STORE = {"url": "env:STORE_URL", "country": "SE", "timezone": "UTC"}

COLUMN = re.compile(
    r"(?P<kind>integer|big integer|number|text|yes/no|date|time|instant)(\((?P<length>\d+)\))?(?P<key> key)?"
    r"(?P<required> required)?(?P<unique> unique)?( -> (?P<parent>\w+)( on delete (?P<action>cascade|set null))?)?"
)
KINDS = {
    "integer": Family.INTEGER,
    "big integer": Family.INTEGER,
    "number": Family.NUMBER,
    "text": Family.TEXT,
    "yes/no": Family.BOOLEAN,
    "date": Family.DATE,
    "time": Family.NAIVE,
    "instant": Family.AWARE,
}
HAPPENINGS = {
    "goodbye": Event.GOODBYE,
    "erasure": Event.REQUEST,
    "opt-out": Event.OPT_OUT,
    "withdrawal": Event.WITHDRAWAL,
}
FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Happening:
    """What a person did, or what was done about them. `did` is an event, `consent`, a `hold` or its end."""

    at: datetime
    person: Person
    did: str
    purpose: str = ""  # the only one meant


@dataclass(frozen=True)
class Story:
    """One case, as written."""

    file: str
    title: str
    shows: str
    policy: str
    store: str
    name: str  # of the store
    schema: Schema
    rows: Rows
    happened: tuple[Happening, ...]
    now: datetime
    people: frozenset[Person] | None  # None: the nightly sweep
    deleted: frozenset[RowId]
    changed: Mapping[RowId, Mapping[str, object]]
    kept: Mapping[RowId, frozenset[str]]
    everywhere: bool  # on every engine: engines are known to differ here
    pending: Mapping[str, str]  # engine, or `explain` -> what is still wrong there
    refused: str = ""  # what the fault says, where the map or policy is refused

    def parsed(self) -> tuple[Policy, Store]:
        policy, (store,) = parse_all(("policy.yaml", self.policy), [("store.yaml", self.store)])
        return policy, store

    def end(self) -> Rows:
        """The end state, put together from the rows and what is said of them."""
        return {
            table: [{**row, **self.changed.get(at, {})} for at, row in self.rows_of(table) if at not in self.deleted]
            for table in self.rows
        }

    def rows_of(self, table: str) -> list[tuple[RowId, dict[str, object]]]:
        key = self.schema.tables[table].key
        return [((table, tuple(row[k] for k in key)), row) for row in self.rows[table]]

    @property
    def engines(self) -> tuple[str, ...]:
        """All, or SQLite and one of the others in turn. SQLite has no type for instants."""
        instants = any(c.family is Family.AWARE for t in self.schema.tables.values() for c in t.columns.values())
        if instants:
            return ("postgresql", "mariadb")
        servers = ("postgresql", "mariadb")
        return ("sqlite", *(servers if self.everywhere else (servers[int(self.name.split("-")[-1]) % 2],)))

    def oracle_case(self) -> Case:
        """The case as the oracle reads it: its own binding, its own standing."""
        policy, store = self.parsed()
        tables = {n: replace(t, key=t.key or self.schema.tables[n].key) for n, t in store.tables.items()}
        whole = with_untold(replace(store, tables=tables), self.schema)
        bound = binding.bind(whole, self.schema)
        return Case(0, policy, bound, self.rows, tuple(standings(self, policy)), self.now, (self.people,))


def stories() -> list[Story]:
    """Every case of every file, in order."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        text = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        found += [_Reader(path.stem, text, told, f"{path.stem}-{i}").story() for i, told in enumerate(text["cases"])]
    return found


class _Reader:
    """Reads one case of a file; what it does not say, the file says for all."""

    def __init__(self, file: str, shared: Json, told: Json, name: str) -> None:
        known = {
            "title",
            "shows",
            "policy",
            "map",
            "tables",
            "rows",
            "happened",
            "now",
            "sweep",
            "engines",
            "pending",
            "then",
        }
        assert set(told) <= known, f"{name}: {set(told) - known}"
        self.file, self.told, self.name = file, told, name
        self.policy: Json = {**HEAD, **shared.get("policy", {}), **told.get("policy", {})}
        self.purposes = _merged(shared, told, "policy", "purposes")
        self.store: Json = {**STORE, **shared.get("map", {}), **told.get("map", {})}
        self.maps = _merged(shared, told, "map", "tables")
        self.columns: Json = {**shared.get("tables", {}), **told.get("tables", {})}
        self.schema = schema(self.columns)
        self.zone = ZoneInfo(self.policy["controller"]["timezone"])

    def story(self) -> Story:
        then = self.told["then"]
        refused = then.get("refused", "")
        return Story(
            self.file,
            self.told["title"],
            self.told.get("shows", ""),
            json.dumps({**self.policy, "purposes": self._purposes()}),
            json.dumps({**self.store, "store": self.name, "tables": self.maps}),
            self.name,
            self.schema,
            self._rows(),
            tuple(self._happening(one) for one in self.told.get("happened", ())),
            self._moment(self.told.get("now", "2026-06-15 12:00")),
            self._people(),
            frozenset(self._ids(then.get("deleted", {}))),
            {at: self._cells(at[0], new) for at, new in self._named(then.get("changed", {}))},
            {at: frozenset([by] if isinstance(by, str) else by) for at, by in self._named(then.get("kept", {}))},
            self.told.get("engines") == "all",
            self.told.get("pending", {}),
            refused,
        )

    def _purposes(self) -> Json:
        return {name: {"clause": "1", "title": name, **told} for name, told in self.purposes.items()}

    def _rows(self) -> Rows:
        rows: Rows = {name: [] for name in self.schema.tables}
        for table, told in self.told.get("rows", {}).items():
            columns = self.schema.tables[table].columns
            for cells in told:
                assert len(cells) == len(columns), f"{self.name}: {table} {cells}"
                rows[table].append(self._cells(table, dict(zip(columns, cells, strict=True))))
        return rows

    def _cells(self, table: str, told: Json) -> dict[str, object]:
        columns = self.schema.tables[table].columns
        return {c: cell(columns[c], value) for c, value in told.items()}

    def _happening(self, told: Json) -> Happening:
        did, _, purpose = told["did"].partition(" to ") if told["did"].startswith("consent") else _parted(told["did"])
        assert did in {*HAPPENINGS, "consent", "hold", "hold lifted"}, did
        assert not purpose or purpose in self.purposes, purpose
        return Happening(self._moment(told["on"]), self._person(told["who"]), did, purpose)

    def _moment(self, told: object) -> datetime:
        """A bare date is the noon of that day; a time without a zone is the controller's."""
        if isinstance(told, str):
            told = datetime.fromisoformat(told)
        if not isinstance(told, datetime):
            assert isinstance(told, date)
            told = datetime.combine(told, time(12))
        return (told if told.tzinfo else told.replace(tzinfo=self.zone)).astimezone(UTC)

    def _person(self, told: str) -> Person:
        table, *key = told.split()
        types = [self.schema.tables[table].columns[c].family for c in self.schema.tables[table].key]
        parts = tuple(int(k) if t is Family.INTEGER else k for k, t in zip(key, types, strict=True))
        return Person(self.name, table, parts)

    def _people(self) -> frozenset[Person] | None:
        told = self.told.get("sweep", "everything")
        if told == "everything":
            return None
        return frozenset(self._person(one) for one in ([told] if isinstance(told, str) else told))

    def _ids(self, told: Mapping[str, Iterable[object]]) -> Iterator[RowId]:
        for table, keys in told.items():
            yield from (self._id(table, key) for key in keys)

    def _named(self, told: Mapping[str, Mapping[object, Any]]) -> Iterator[tuple[RowId, Any]]:
        for table, rows in told.items():
            yield from ((self._id(table, key), what) for key, what in rows.items())

    def _id(self, table: str, key: object) -> RowId:
        if len(self.schema.tables[table].key) == 1:
            return table, (key,)
        return table, self._person(f"{table} {key}").key


def _parted(told: str) -> tuple[str, str, str]:
    return told.partition(" of ")


def _merged(shared: Json, told: Json, section: str, part: str) -> Json:
    return {**shared.get(section, {}).get(part, {}), **told.get(section, {}).get(part, {})}


# Tables


def schema(told: Json) -> Schema:
    """`told` maps a table to its columns, as `customer: integer required -> customers`."""
    tables: dict[str, TableInfo] = {}
    links: list[ForeignKey] = []
    for name, columns in told.items():
        found = {column: COLUMN.fullmatch(text) for column, text in columns.items()}
        wrong = [f"{name}.{c}: {columns[c]}" for c, match in found.items() if match is None]
        assert not wrong, wrong
        said = {c: match for c, match in found.items() if match is not None}
        key = tuple(c for c, match in said.items() if match["key"]) or (next(iter(said)),)
        infos = {c: _info(c, match, c in key) for c, match in said.items()}
        uniques = tuple(Unique(f"{name}_{c}", (c,)) for c, match in said.items() if match["unique"])
        tables[name] = TableInfo(name, infos, key, uniques, indexes=(key, *(u.columns for u in uniques)))
        for column, match in said.items():
            if match["parent"]:
                action = (match["action"] or "no action").upper()
                links.append(ForeignKey(name, (column,), match["parent"], ("id",), action, name=f"{name}_{column}_fk"))
    return Schema("sqlite", tables, tuple(links))


def _info(name: str, said: re.Match[str], key: bool) -> ColumnInfo:
    kind = "BIGINT" if said["kind"] == "big integer" else KINDS[said["kind"]].value.upper()
    length = int(said["length"] or 60) if said["kind"] == "text" else None
    return ColumnInfo(name, KINDS[said["kind"]], kind, not (key or said["required"]), length)


def cell(info: ColumnInfo, value: object) -> object:
    """A value of a YAML file as the oracle holds it. Instants are written in UTC."""
    wanted: dict[Family, type | tuple[type, ...]] = {
        Family.INTEGER: int,
        Family.NUMBER: (int, float),
        Family.TEXT: str,
        Family.BOOLEAN: bool,
        Family.DATE: date,
        Family.NAIVE: datetime,
        Family.AWARE: datetime,
    }
    if value is None:
        return None
    assert isinstance(value, wanted[info.family]), f"{info.name}: {value!r} is no {info.family.value}"
    if info.family is Family.NUMBER:
        return Decimal(str(value))
    if info.family is Family.AWARE:
        assert isinstance(value, datetime)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value


def with_untold(store: Store, schema: Schema) -> Store:
    """Columns that the map leaves out are `unknown`; keys, links and clocks need no word."""
    pointing = [(t.name, link) for t in store.tables.values() for link in t.links]
    silent = {(t.name, c) for t in store.tables.values() for c in t.key}
    silent |= {(link.table if link.pointed_by else name, c) for name, link in pointing for c in link.columns}
    silent |= {(key.table, c) for key in schema.foreign_keys for c in key.columns}
    silent |= {(name, clock.column) for name, clock in binding.clocks(store)}
    whens = [(link.table if link.pointed_by else name, link.when) for name, link in pointing if link.when is not None]
    silent |= {(read.table, read.column) for name, when in whens for read in reading.reads(store, name, when)}
    tables = {}
    for name, table in store.tables.items():
        untold = [c for c in schema.tables[name].columns if c not in table.columns and (name, c) not in silent]
        tables[name] = replace(table, columns={**table.columns, **{c: Column(c, UNKNOWN) for c in untold}})
    return replace(store, tables=tables)


# Standing, from the page's table


def standings(story: Story, policy: Policy) -> list[Standing]:
    """What stands for everybody to whom something has happened by the story's `now`."""
    by_person: dict[Person, list[Happening]] = {}
    for one in sorted(story.happened, key=lambda h: h.at):
        if one.at <= story.now:
            by_person.setdefault(one.person, []).append(one)
    return [_standing(person, some, policy) for person, some in by_person.items()]


def _standing(person: Person, some: Iterable[Happening], policy: Policy) -> Standing:
    ended: dict[str, datetime] = {}
    consent: set[str] = set()
    holds = 0
    for one in some:
        if one.did == "consent":
            consent.add(one.purpose)
            ended.pop(one.purpose, None)
        elif one.did in ("hold", "hold lifted"):
            holds += 1 if one.did == "hold" else -1
        else:
            for name, purpose in policy.purposes.items():
                if one.purpose in ("", name) and _is_ended(one.did, purpose):
                    reach = FOR_EVER if one.did == "opt-out" else one.at
                    ended[name] = max(reach, ended.get(name, reach))
                    if one.did == "withdrawal":
                        consent.discard(name)
    return Standing(person, ended, frozenset(consent), holds > 0)


def _is_ended(event: str, purpose: Purpose) -> bool:
    """The table "Which event ends which purposes", column by column."""
    basis, marketing, until = purpose.basis, purpose.direct_marketing, purpose.keep.until
    if event == "goodbye":
        return basis is not Basis.UNKNOWN and Event.GOODBYE in until
    if event == "opt-out":
        return marketing
    if event == "withdrawal":
        return basis is Basis.CONSENT
    if basis is Basis.UNKNOWN:
        return False
    if marketing or basis in (Basis.CONSENT, Basis.CONTRACT):
        return True
    if basis in (Basis.VITAL_INTERESTS, Basis.PUBLIC_TASK):
        return Event.REQUEST in until
    return basis is Basis.LEGITIMATE_INTERESTS and not purpose.overrides_erasure
