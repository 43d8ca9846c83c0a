"""Builds the company in its four stores: the tables, then the rows in bulk, the people of `cast` and `limits` first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, insert, inspect, select

from examples.qualisys.company import (
    cast,
    cast_stores,
    customers,
    dealings,
    happenings,
    limits,
    limits_stores,
    online,
    outreach,
    papers,
    schema,
    schema_marketing,
    schema_recruitment,
    schema_web,
    talk,
    traces,
    trade,
)
from examples.qualisys.company.world import Row, World

BATCH = 5_000  # rows in one statement's parameters

STORES: Mapping[str, MetaData] = {
    "business": schema.METADATA,
    "web": schema_web.METADATA,
    "marketing": schema_marketing.METADATA,
    "recruitment": schema_recruitment.METADATA,
}
MARK = schema.DEMO_COMPANY.name
STORE_OF = {table: store for store, metadata in STORES.items() for table in metadata.tables if table != MARK}

Builder = Callable[[World], Iterable[Row]]


class Occupied(Exception):
    """The database has tables of these names that no demo made."""


def build(
    engines: Mapping[str, Engine],
    people: int,
    seed: int,
    today: date,
    *,
    replace: bool = False,
    files: Path | None = None,
) -> dict[str, int]:
    """Create the tables of the named stores, each in a database of its own, and fill them; and write the files of the
    applications. Returns how many rows each table got. Stores that are not named are left out, with their rows.

    Tables of the same names are replaced only when `replace` is true and an earlier demo made them; else `Occupied`.
    """
    if len({str(engine.url) for engine in engines.values()}) < len(engines):
        raise Occupied("two stores have the same database; give each its own")
    for store, engine in engines.items():
        _may_have_room(store, engine, replace)
    for store, engine in engines.items():
        STORES[store].drop_all(engine)
        STORES[store].create_all(engine)
    try:
        return _fill(engines, World(people, seed, today), files)
    except BaseException:
        for store, engine in engines.items():
            STORES[store].drop_all(engine)  # half a company would block the next attempt
        raise


def _fill(engines: Mapping[str, Engine], world: World, files: Path | None) -> dict[str, int]:
    digest, counts = hashlib.sha256(), {}
    with ExitStack() as stack:
        connections = {store: stack.enter_context(engine.begin()) for store, engine in engines.items()}
        for table, rows in company(world):
            loaded = _load(connections.get(STORE_OF[table]), table, rows, digest)
            if STORE_OF[table] in connections:
                counts[table] = loaded
        for store, connection in connections.items():
            _sign(connection, store, world, digest.hexdigest())
    if files is not None:
        papers.write(world, files)
    return counts


def company(world: World) -> Iterator[tuple[str, Iterable[Row]]]:
    """Every table's rows, parents before children. Use the rows up in this order: later ones lean on earlier."""
    named = [part.rows(world) for part in (cast, cast_stores, limits, limits_stores)]

    def whole(table: str, rows: Iterable[Row]) -> tuple[str, Iterable[Row]]:
        return table, chain(*(rows_of.get(table, ()) for rows_of in named), rows)

    for table, builder in _BEFORE:
        yield whole(table, builder(world))
    tickets, messages = talk.tickets_and_messages(world)
    yield whole("tickets", tickets)
    yield whole("messages", messages)
    applicants, applications = happenings.applicants_and_applications(world)
    yield whole("applicants", applicants)
    yield whole("applications", applications)
    known = [
        [row for rows_of in named for row in rows_of.get(table, ())] + made
        for table, made in (("applicants", applicants), ("applications", applications))
    ]
    yield "application_files", papers.application_files(world, *known)
    for table, builder in _AFTER:
        yield whole(table, builder(world))


_BEFORE: tuple[tuple[str, Builder], ...] = (
    ("companies", customers.companies),
    ("addresses", customers.addresses),
    ("contacts", customers.contacts),
    ("contact_addresses", customers.contact_addresses),
    ("accounts", customers.accounts),
    ("readers", outreach.readers),
    ("prospects", customers.prospects),
    ("partners", dealings.partners),
    ("tenders", dealings.tenders),
    ("orders", trade.orders),
    ("order_lines", trade.order_lines),
    ("deliveries", dealings.deliveries),
    ("installations", dealings.installations),
    ("payments", dealings.payments),
    ("warranties", dealings.warranties),
    ("credit_checks", dealings.credit_checks),
    ("fiscal_years", trade.fiscal_years),
    ("invoices", trade.invoices),
    ("events", happenings.events),
    ("vacancies", happenings.vacancies),
)

_AFTER: tuple[tuple[str, Builder], ...] = (
    ("complaints", dealings.complaints),
    ("call_recordings", dealings.call_recordings),
    ("partner_cases", dealings.partner_cases),
    ("disputes", dealings.disputes),
    ("privacy_requests", dealings.privacy_requests),
    ("disclosures", dealings.disclosures),
    ("web_enquiries", talk.web_enquiries),
    ("newsletter_subscriptions", talk.newsletter_subscriptions),
    ("do_not_contact", outreach.do_not_contact),
    ("segments", outreach.segments),
    ("segment_members", outreach.segment_members),
    ("combination_jobs", outreach.combination_jobs),
    ("campaigns", outreach.campaigns),
    ("sends", outreach.sends),
    ("survey_answers", talk.survey_answers),
    ("registrations", happenings.registrations),
    ("travel_bookings", outreach.travel_bookings),
    ("logins", online.logins),
    ("downloads", online.downloads),
    ("visitors", online.visitors),
    ("devices", online.devices),
    ("locations", online.locations),
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


def _load(connection: Connection | None, table: str, rows: Iterable[Row], digest: hashlib._Hash) -> int:
    statement, count, rest = insert(STORES[STORE_OF[table]].tables[table]), 0, iter(rows)
    while batch := list(islice(rest, BATCH)):
        for row in batch:
            _add(digest, table, row)
        if connection is not None:
            connection.execute(statement, batch)
        count += len(batch)
    return count


def _sign(connection: Connection, store: str, world: World, digest: str) -> None:
    row = {"id": 1, "people": world.people, "seed": world.seed, "today": world.today, "digest": digest}
    connection.execute(insert(STORES[store].tables[MARK]), row)


def _may_have_room(store: str, engine: Engine, replace: bool) -> None:
    here = set(inspect(engine).get_table_names()) & set(STORES[store].tables)
    if not here:
        return
    if not replace:
        raise Occupied("this database already has a company; add --replace to build it anew")
    if MARK not in here or not _signed(engine):
        raise Occupied(
            f"the tables {', '.join(sorted(here)[:3])} ... are not of this demo's making; name another database"
        )


def _signed(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(select(schema.DEMO_COMPANY.c.digest)).first() is not None
