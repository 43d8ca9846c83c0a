"""Access and portability (Art. 15 and 20): everything about a person as a package, streamed from every store.

While it is being made a hold keeps what is asked about from being swept. Other people's words are left out until
somebody releases them, and what the map or staff withhold is told with its coded reason.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.compiler import Compiler
from tillit.connectors.sql.disclose import Wanted, disclosed, touches
from tillit.connectors.sql.session import open_people
from tillit.connectors.sql.transactions import session
from tillit.decide.plan import plan
from tillit.decide.rights_disclosure import portable, withheld
from tillit.decide.rights_terms import authority
from tillit.documents.letter import Refusal
from tillit.documents.package import Changed, package
from tillit.documents.package_page import Column, LeftOut, Package, Row, TableData
from tillit.model.errors import StoreError, TillitError
from tillit.model.mapping import WITHHELD, Table
from tillit.model.plan import TableRule
from tillit.model.standing import Key, Person
from tillit.register.database import writing
from tillit.register.requests import RequestState
from tillit.register.standing import lift_hold, place_hold
from tillit.run.failures import store_error
from tillit.run.identify import Identification
from tillit.run.memory import standings
from tillit.run.stores import OpenStore
from tillit.service.forget import find
from tillit.service.rights import Answered, Case, begin, finish, letter, nobody, request_of, titles, vouched

HOLD = "access_request"


@dataclass(frozen=True, slots=True)
class Choices:
    """What staff decided: `withhold` STORE.TABLE.COLUMN=CODE; `release` STORE.TABLE=KEY, words of somebody else."""

    into: Path | None = None
    withhold: tuple[str, ...] = ()
    release: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is read of a table. `mine`: column -> index of the flag that says whether it is about the person."""

    table: Table
    wanted: Wanted
    given: tuple[str, ...]  # columns that may be given
    mine: Mapping[str, int]
    released: frozenset[str]  # keys of rows whose words somebody has released


@dataclass(slots=True)
class _Source:
    """One table of one store, open for reading."""

    store: OpenStore
    connection: Connection
    compiler: Compiler
    rules: Mapping[str, TableRule]
    people: Mapping[str, Collection[Key]]
    what: _Reading
    rows: int = 0
    left: dict[str, int] = field(default_factory=dict)  # column -> cells that are somebody else's

    @property
    def table(self) -> Table:
        return self.what.table

    @property
    def given(self) -> tuple[str, ...]:
        return self.what.given

    @property
    def place(self) -> str:
        return f"{self.store.name}.{self.table.name}"

    def read(self) -> Iterator[Row]:
        """The rows as they are given: what is somebody else's is empty."""
        self.rows, self.left = 0, {}
        found = disclosed(self.connection, self.compiler, self.rules, self.table.name, self.people, self.what.wanted)
        for row in found:
            free = ",".join(map(str, row.key)) in self.what.released
            values: list[object] = list(row.key)
            for name, value in zip(self.given, row.values, strict=True):
                personal = self.table.columns[name].personal if name in self.table.columns else False
                ours = row.mine[self.what.mine[name]] if name in self.what.mine else row.owned
                if personal and not ours and not free and value is not None:
                    self.left[name] = self.left.get(name, 0) + 1
                    value = None
                values.append(value)
            self.rows += 1
            yield values


def access(case: Case, choices: Choices) -> Answered:
    """A copy of everything, and what Art. 15(1) wants told."""
    return _disclose(case, "access", choices)


def portability(case: Case, choices: Choices) -> Answered:
    """What the person provided, on consent or contract, for other services to read."""
    return _disclose(case, "portability", choices)


def _disclose(case: Case, right: str, choices: Choices) -> Answered:
    vouched(case)
    codes = _codes(case, choices)
    if case.apply and choices.into is None:
        raise TillitError("nothing says where the package is to be written", "add --to DIR")
    found = find(case.project, case.memory, case.stores, case.ask, case.now)
    people = frozenset(match.person for match in found.people)
    if not people:
        return nobody(case, right, found.ambiguous)
    if not case.apply:
        with _sources(case, right, people, codes, choices) as sources:
            left = _survey(case, right, sources, codes)
        return _answered(case, right, found, None, left, "")
    request_id = begin(case, right, people, {"withheld": sorted(codes.values()), "released": len(choices.release)})
    with writing(case.memory.register) as conn:
        place_hold(conn, people, HOLD, case.now, request_id)
    try:
        with _sources(case, right, people, codes, choices) as sources:
            left = _survey(case, right, sources, codes)
            name = _write(case, right, request_id, sources, left, choices)
    finally:
        with writing(case.memory.register) as conn:
            lift_hold(conn, people, HOLD, case.now, request_id)
    finish(case, right, request_id, RequestState.ANSWERED, {"tables": len(sources), "left_out": len(left)})
    return _answered(case, right, found, request_id, left, name)


def _answered(
    case: Case, right: str, found: Identification, request_id: UUID | None, left: Sequence[LeftOut], name: str
) -> Answered:
    withheld_ = tuple((one.what, "rights_of_others" if one.code == "not_released" else one.code) for one in left)
    withheld_ = tuple(dict.fromkeys(pair for pair in withheld_ if pair[1] in WITHHELD))
    refused = (Refusal("not_portable"),) if right == "portability" else ()
    said = letter(case, right, request_id, done=((right, ()),), withheld=withheld_, refused=refused, attached=name)
    due = request_of(case, request_id).due_at if request_id else None
    return Answered(right, said, found.people, found.ambiguous, case.apply, request_id, due)


def _codes(case: Case, choices: Choices) -> dict[str, str]:
    """STORE.TABLE.COLUMN -> code, as staff say. Raises TillitError for what is no column or no code."""
    found = {}
    known = {
        f"{s.name}.{t}.{c}" for s in case.stores for t, bound in s.bound.tables.items() for c in bound.info.columns
    }
    for text in choices.withhold:
        place, _, code = text.partition("=")
        if place not in known or code not in WITHHELD:
            raise TillitError(
                "--withhold wants STORE.TABLE.COLUMN=CODE of a mapped column", f"codes: {', '.join(WITHHELD)}"
            )
        found[place] = code
    tables = {f"{s.name}.{t}" for s in case.stores for t in s.bound.tables}
    for text in choices.release:
        if text.partition("=")[0] not in tables or not text.partition("=")[2]:
            what = "--release wants STORE.TABLE=KEY of a mapped table"
            raise TillitError(what, "name the row whose words are released")
    return found


@contextmanager
def _sources(
    case: Case, right: str, people: frozenset[Person], codes: Mapping[str, str], choices: Choices
) -> Iterator[list[_Source]]:
    """Every table with something about the person, each store in one transaction that sees one state."""
    sources: list[_Source] = []
    with ExitStack() as stack:
        for store in case.stores:
            here = [p for p in people if p.store == store.name]
            if not here:
                continue
            try:
                opened = stack.enter_context(session(store.engine))
                connection = stack.enter_context(opened.reading())
                made = plan(store.bound, case.policy, case.now, here)
                with standings(case.memory, store.name, case.now) as standing:
                    _, loaded = open_people(connection, made, standing)
            except DBAPIError as error:
                raise store_error(store.name, error, "nothing was changed") from None
            keys: dict[str, list[Key]] = {}
            for person in here:
                keys.setdefault(person.table, []).append(person.key)
            for name in store.bound.tables:
                if touches(made.rules, name, keys):
                    read = _source(case, right, store, name, codes, choices)
                    if read is not None:
                        sources.append(_Source(store, connection, loaded.compiler, made.rules, keys, read))
        yield sources


def _source(
    case: Case, right: str, store: OpenStore, name: str, codes: Mapping[str, str], choices: Choices
) -> _Reading | None:
    """What is read of a table; None where it holds nothing that may be given."""
    bound = store.bound.tables[name]
    table, place = bound.table, f"{store.name}.{name}"
    kept_back = {*withheld(case.policy, table), *(c for c in bound.info.columns if f"{place}.{c}" in codes)}
    grounds: tuple[int, ...] | None = None
    if right == "portability":
        chosen = portable(case.policy, table)
        grounds, columns = chosen.grounds, chosen.columns
        if not columns:
            return None
    else:
        columns = tuple(c for c in bound.info.columns if c in table.columns)
    given = tuple(c for c in columns if c not in kept_back and c not in table.key)
    about = {c: table.columns[c].about for c in given if table.columns[c].about}
    groups = tuple(dict.fromkeys(about.values()))
    wanted = Wanted(given, groups, grounds, accessed=right == "access")
    released = frozenset(t.partition("=")[2] for t in choices.release if t.partition("=")[0] == place)
    return _Reading(table, wanted, given, {c: groups.index(links) for c, links in about.items()}, released)


def _survey(case: Case, right: str, sources: list[_Source], codes: Mapping[str, str]) -> list[LeftOut]:
    """Read everything once, to tell what is left out; tables with no row of the person are dropped."""
    left: list[LeftOut] = []
    for source in list(sources):
        try:
            for _ in source.read():
                pass
        except DBAPIError as error:
            raise store_error(source.store.name, error, "nothing was changed") from None
        if not source.rows:
            sources.remove(source)
            continue
        for column, cells in sorted(source.left.items()):
            left.append(LeftOut(_what(case, source.table, column), "not_released", cells))
        kept_back = withheld(case.policy, source.table)
        kept_back |= {c: codes[f"{source.place}.{c}"] for c in source.table.columns if f"{source.place}.{c}" in codes}
        left += [LeftOut(_what(case, source.table, column), code) for column, code in sorted(kept_back.items())]
        if right == "portability":
            rest = [c.name for c in source.table.personal_columns if c.name not in {*source.given, *kept_back}]
            left += [LeftOut(what, "not_portable") for what in titles(case.policy, source.table, rest)]
    return list(dict.fromkeys(left))


def _what(case: Case, table: Table, column: str) -> str:
    return next(iter(titles(case.policy, table, [column])), column)


def _write(
    case: Case, right: str, request_id: UUID, sources: Sequence[_Source], left: Sequence[LeftOut], choices: Choices
) -> str:
    """The package on disk, for its owner's eyes only; half a package is never left under its name."""
    assert choices.into is not None
    choices.into.mkdir(parents=True, exist_ok=True)
    path = choices.into / f"{right}-{str(request_id)[:8]}.zip"
    part = path.with_suffix(".part")
    tables = [_table(case, source) for source in sources]
    purposes = tuple(dict.fromkeys(name for table in tables for name in table.purposes))
    about = Package(
        language=case.language,
        right=right,
        policy=case.policy,
        authority=authority(case.policy),
        reference=str(request_id),
        made=case.now,
        categories=_categories(sources),
        purposes=tuple(name for name in case.policy.purposes if name in purposes),
        left_out=tuple(left),
    )
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for piece in package(about, tables):
                file.write(piece)
        part.replace(path)
    except Changed as error:
        raise StoreError(f"{error} changed while the package was made; none was made", "run again") from None
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return path.name


def _categories(sources: Sequence[_Source]) -> frozenset[str]:
    return frozenset(
        source.table.columns[c].category for source in sources for c in source.given if source.table.columns[c].personal
    )


def _table(case: Case, source: _Source) -> TableData:
    table = source.table
    columns = [Column(name) for name in table.key]
    for name in source.given:
        category = table.columns[name].category
        columns.append(Column(name, case.policy.categories.get(category, "")))
    purposes = tuple(dict.fromkeys(ground.purpose for ground in table.grounds))
    return TableData(source.place, tuple(columns), purposes, source.read)
