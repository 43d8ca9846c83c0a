"""Builds the company in a database: the tables, then the rows in bulk, the people of `cast` and `limits` first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, islice

from sqlalchemy import Connection, Engine, insert, inspect, select

from examples.qualisys.company import cast, customers, happenings, limits, talk, traces, trade
from examples.qualisys.company.schema import DEMO_COMPANY, METADATA
from examples.qualisys.company.world import Row, World

BATCH = 5_000  # rows in one statement's parameters

Builder = Callable[[World], Iterable[Row]]


class Occupied(Exception):
    """The database has tables of these names that no demo made."""


def build(engine: Engine, people: int, seed: int, today: date, replace: bool = False) -> dict[str, int]:
    """Create the tables and fill them. Returns how many rows each table got.

    Tables of the same names are replaced only when `replace` is true and an earlier demo made them; else `Occupied`.
    """
    _make_room(engine, replace)
    METADATA.create_all(engine)
    try:
        return _fill(engine, World(people, seed, today))
    except BaseException:
        METADATA.drop_all(engine)  # half a company would block the next attempt
        raise


def _fill(engine: Engine, world: World) -> dict[str, int]:
    digest = hashlib.sha256()
    with engine.begin() as connection:
        counts = {table: _load(connection, table, rows, digest) for table, rows in company(world)}
        _sign(connection, world, digest.hexdigest())
    return counts


def company(world: World) -> Iterator[tuple[str, Iterable[Row]]]:
    """Every table's rows, parents before children. Use the rows up in this order: later ones lean on earlier."""
    known, edges = cast.rows(world), limits.rows(world)

    def whole(table: str, rows: Iterable[Row]) -> tuple[str, Iterable[Row]]:
        return table, chain(known.get(table, ()), edges.get(table, ()), rows)

    for table, builder in _BEFORE:
        yield whole(table, builder(world))
    tickets, messages = talk.tickets_and_messages(world)
    yield whole("tickets", tickets)
    yield whole("messages", messages)
    applicants, applications = happenings.applicants_and_applications(world)
    yield whole("applicants", applicants)
    yield whole("applications", applications)
    for table, builder in _AFTER:
        yield whole(table, builder(world))


_BEFORE: tuple[tuple[str, Builder], ...] = (
    ("companies", customers.companies),
    ("addresses", customers.addresses),
    ("contacts", customers.contacts),
    ("contact_addresses", customers.contact_addresses),
    ("accounts", customers.accounts),
    ("prospects", customers.prospects),
    ("orders", trade.orders),
    ("order_lines", trade.order_lines),
    ("fiscal_years", trade.fiscal_years),
    ("invoices", trade.invoices),
    ("events", happenings.events),
    ("vacancies", happenings.vacancies),
)

_AFTER: tuple[tuple[str, Builder], ...] = (
    ("web_enquiries", talk.web_enquiries),
    ("newsletter_subscriptions", talk.newsletter_subscriptions),
    ("survey_answers", talk.survey_answers),
    ("registrations", happenings.registrations),
    ("web_visits", traces.web_visits),
    ("security_log", traces.security_log),
    ("legacy_export", traces.legacy_export),
)


def digest_of(people: int, seed: int, today: date) -> str:
    """The digest a company of these parameters has, without a database."""
    digest = hashlib.sha256()
    for table, rows in company(World(people, seed, today)):
        for row in rows:
            _add(digest, table, row)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, table: str, row: Mapping[str, object]) -> None:
    digest.update(f"{table}{sorted(row.items())!r}\n".encode())


def _load(connection: Connection, table: str, rows: Iterable[Row], digest: hashlib._Hash) -> int:
    statement, count, rest = insert(METADATA.tables[table]), 0, iter(rows)
    while batch := list(islice(rest, BATCH)):
        for row in batch:
            _add(digest, table, row)
        connection.execute(statement, batch)
        count += len(batch)
    return count


def _sign(connection: Connection, world: World, digest: str) -> None:
    row = {"id": 1, "people": world.people, "seed": world.seed, "today": world.today, "digest": digest}
    connection.execute(insert(DEMO_COMPANY), row)


def _make_room(engine: Engine, replace: bool) -> None:
    here = set(inspect(engine).get_table_names()) & set(METADATA.tables)
    if not here:
        return
    if not replace:
        raise Occupied("this database already has a company; add --replace to build it anew")
    if DEMO_COMPANY.name not in here or not _signed(engine):
        raise Occupied(
            f"the tables {', '.join(sorted(here)[:3])} ... are not of this demo's making; name another database"
        )
    METADATA.drop_all(engine)


def _signed(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(select(DEMO_COMPANY.c.digest)).first() is not None
