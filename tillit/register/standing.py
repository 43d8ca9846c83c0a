"""Standing: which purposes stand for a person, kept as events and folded when read (docs/reference/semantics.md).

Call the recording functions inside `database.writing`. Each takes many people, and is idempotent in effect:
recording the same thing twice stands for the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from tillit.model.standing import Person, Standing
from tillit.register.people import as_person, in_batches, known_ids, person_ids
from tillit.register.schema import Moment, person, standing_event


class EventKind(Enum):
    ENDED = "ended"
    CONSENTED = "consented"
    WITHDREW = "withdrew"
    HELD = "held"
    LIFTED = "lifted"
    SUSPENDED = "suspended"  # objected to (Art. 21(1)), and not yet decided
    RESUMED = "resumed"


RESTRICTION = "restriction"
"""The reason code of the hold that a restriction (Art. 18) places: it also forbids use."""

_PROOF = ("source", "text_version", "recorded_by")


class _Row(NamedTuple):
    """One event as read for folding."""

    person_id: int
    table: str
    key: str
    kind: str
    name: str
    at: datetime
    reaches: datetime | None
    request_id: UUID | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What demonstrates that somebody has consented, or withdrawn it (Art. 7(1)): how and where, to which version of
    the text, and who has recorded it. Empty where it is not known.
    """

    source: str = ""
    text_version: str = ""
    recorded_by: str = ""


NO_PROOF = Proof()


@dataclass(frozen=True, slots=True)
class StandingEvent:
    """One event as `history` tells it. `name` is the purpose, or the reason code of a hold."""

    kind: EventKind
    name: str
    at: datetime
    reaches: datetime | None
    request_id: UUID | None
    run_id: UUID | None
    proof: Proof = NO_PROOF


def record_end(
    conn: sa.Connection,
    people: Iterable[Person],
    purposes: Mapping[str, datetime],
    at: datetime,
    request_id: UUID | None = None,
    proof: Proof = NO_PROOF,
) -> None:
    """Ends purposes for people. `purposes` maps each to the time it ended: rows created by then are dead under it.

    `UNLIMITED` for the opt-out from direct marketing. `at` is when the event happened; a consent given later than
    `at` removes the end. Of two ends of one purpose the one that reaches further stands.
    """
    _record(conn, people, EventKind.ENDED, purposes, at, request_id, proof=proof)


def record_consent(
    conn: sa.Connection,
    people: Iterable[Person],
    purposes: Iterable[str],
    at: datetime,
    request_id: UUID | None = None,
    proof: Proof = NO_PROOF,
) -> None:
    """Records consent (Art. 6(1)(a)) given at `at`; an earlier end of the same purpose is removed by it."""
    _record(conn, people, EventKind.CONSENTED, dict.fromkeys(purposes), at, request_id, proof=proof)


def record_withdrawal(
    conn: sa.Connection,
    people: Iterable[Person],
    purposes: Iterable[str],
    at: datetime,
    request_id: UUID | None = None,
    proof: Proof = NO_PROOF,
) -> None:
    """Records that consent is withdrawn (Art. 7(3)). Which purposes end by it is the caller's: see `record_end`."""
    _record(conn, people, EventKind.WITHDREW, dict.fromkeys(purposes), at, request_id, proof=proof)


def place_hold(
    conn: sa.Connection,
    people: Iterable[Person],
    reason: str,
    at: datetime,
    request_id: UUID | None = None,
    run_id: UUID | None = None,
) -> None:
    """Places a hold: every value about the person is kept. `reason` is a code, such as legal_claim or restriction.

    Holds with different reasons or requests stand side by side; each is lifted by itself.
    """
    _record(conn, people, EventKind.HELD, {reason: None}, at, request_id, run_id)


def lift_hold(
    conn: sa.Connection, people: Iterable[Person], reason: str, at: datetime, request_id: UUID | None = None
) -> None:
    """Lifts the hold with this reason and this request; other holds of the person stay."""
    _record(conn, people, EventKind.LIFTED, {reason: None}, at, request_id)


def release_restrictions(conn: sa.Connection, people: Iterable[Person], at: datetime) -> int:
    """Lifts every restriction (Art. 18) of these people; returns how many there were."""
    lifted = 0
    for one in people:
        placed: set[UUID | None] = set()
        for event in history(conn, one):
            if event.name == RESTRICTION and event.kind is EventKind.HELD:
                placed.add(event.request_id)
            elif event.name == RESTRICTION and event.kind is EventKind.LIFTED:
                placed.discard(event.request_id)
        for request_id in placed:
            lift_hold(conn, [one], RESTRICTION, at, request_id)
            lifted += 1
    return lifted


def record_suspension(
    conn: sa.Connection, people: Iterable[Person], purposes: Iterable[str], at: datetime, request_id: UUID | None = None
) -> None:
    """Records that people object to purposes (Art. 21(1)): no use until it is decided. Nothing is removed by it."""
    _record(conn, people, EventKind.SUSPENDED, dict.fromkeys(purposes), at, request_id)


def record_resumption(
    conn: sa.Connection,
    people: Iterable[Person],
    purposes: Iterable[str],
    at: datetime,
    request_id: UUID | None = None,
    proof: Proof = NO_PROOF,
) -> None:
    """Records that an objection is decided; `proof` tells why and by whom. What ends by it is the caller's."""
    _record(conn, people, EventKind.RESUMED, dict.fromkeys(purposes), at, request_id, proof=proof)


def load_standing(conn: sa.Connection, store: str, now: datetime | None = None) -> Iterator[Standing]:
    """The standing of everybody in `store` for whom something stands, streamed: memory does not grow with them.

    People with default standing are not told. `now` leaves later events out. Use up or close it before the
    connection's transaction ends.
    """
    query = _folding().where(person.c.store == store, person.c.closed_at.is_(None))
    if now is not None:
        query = query.where(standing_event.c.at <= now)
    rows = conn.execute(query.execution_options(yield_per=1000))
    try:
        yield from _fold_each(store, (_Row._make(row) for row in rows))
    finally:
        rows.close()


def standing_of(conn: sa.Connection, people: Iterable[Person]) -> list[Standing]:
    """The standing of these people; those with default standing are left out."""
    wanted = list(people)
    told: list[Standing] = []
    for store in dict.fromkeys(one.store for one in wanted):
        ids = known_ids(conn, (one for one in wanted if one.store == store))
        for some in in_batches(ids):
            rows = conn.execute(_folding().where(person.c.id.in_(some)))
            told += _fold_each(store, (_Row._make(row) for row in rows))
    return told


def history(conn: sa.Connection, one: Person) -> list[StandingEvent]:
    """All that was recorded of a person, in order: the demonstration of consent (Art. 7(1)) among it."""
    event = standing_event.c
    columns = (event.kind, event.name, event.at, event.reaches, event.request_id, event.run_id)
    proof = (event.source, event.text_version, event.recorded_by)
    query = sa.select(*columns, *proof).where(event.person_id.in_(known_ids(conn, [one])))
    return [
        StandingEvent(EventKind(row.kind), *row[1:6], Proof(*(part or "" for part in row[6:])))
        for row in conn.execute(query.order_by(event.at, event.id))
    ]


def people_of_request(conn: sa.Connection, request_id: UUID) -> list[Person]:
    """The people for whom a request changed something, closed ones included."""
    told = sa.select(standing_event.c.person_id).where(standing_event.c.request_id == request_id)
    columns = (person.c.store, person.c.table_name, person.c.key)
    query = sa.select(*columns).where(person.c.id.in_(told)).order_by(person.c.id)
    return [as_person(*row) for row in conn.execute(query)]


def _record(
    conn: sa.Connection,
    people: Iterable[Person],
    kind: EventKind,
    names: Mapping[str, datetime | None],
    at: datetime,
    request_id: UUID | None,
    run_id: UUID | None = None,
    proof: Proof = NO_PROOF,
) -> None:
    """One event per person and name. `names` maps a purpose to the reach of its end, or to None."""
    into = ("person_id", "kind", "name", "at", "reaches", "request_id", "run_id", *_PROOF)
    for some in in_batches(people):
        ids = person_ids(conn, some)
        for name, reaches in names.items():
            values = (
                sa.literal(kind.value, sa.Text),
                sa.literal(name, sa.Text),
                sa.literal(at, Moment),
                sa.literal(reaches, Moment),
                sa.literal(request_id, sa.Uuid),
                sa.literal(run_id, sa.Uuid),
                *(sa.literal(getattr(proof, part) or None, sa.Text) for part in _PROOF),
            )
            chosen = sa.select(person.c.id, *values).where(person.c.id.in_(ids))
            conn.execute(sa.insert(standing_event).from_select(into, chosen))


def _folding() -> sa.Select[tuple[int, str, str, str, str, datetime, datetime | None, UUID | None]]:
    event = standing_event.c
    return (
        sa.select(
            person.c.id,
            person.c.table_name,
            person.c.key,
            event.kind,
            event.name,
            sa.type_coerce(event.at, Moment),
            sa.type_coerce(event.reaches, Moment),
            event.request_id,
        )
        .join_from(person, standing_event, event.person_id == person.c.id)
        .order_by(person.c.table_name, person.c.key, event.at, event.id)
    )


def _fold_each(store: str, rows: Iterable[_Row]) -> Iterator[Standing]:
    for _, events in groupby(rows, key=lambda row: row.person_id):
        standing = _fold(store, list(events))
        if standing.ended or standing.consent or standing.hold or standing.suspended:
            yield standing


def _fold(store: str, events: list[_Row]) -> Standing:
    """The events of one person, in order of time, folded into what stands now."""
    ended: dict[str, datetime] = {}
    consent: set[str] = set()
    holds: set[tuple[str, UUID | None]] = set()
    suspended: set[str] = set()
    for event in events:
        match EventKind(event.kind):
            case EventKind.ENDED:
                reaches = event.reaches or event.at
                ended[event.name] = max(ended.get(event.name, reaches), reaches)
            case EventKind.CONSENTED:
                consent.add(event.name)
                ended.pop(event.name, None)
            case EventKind.WITHDREW:
                consent.discard(event.name)
            case EventKind.HELD:
                holds.add((event.name, event.request_id))
            case EventKind.LIFTED:
                holds.discard((event.name, event.request_id))
            case EventKind.SUSPENDED:
                suspended.add(event.name)
            case EventKind.RESUMED:
                suspended.discard(event.name)
    who = as_person(store, events[0].table, events[0].key)
    restricted = any(name == RESTRICTION for name, _ in holds)
    return Standing(who, ended, frozenset(consent), bool(holds), restricted, frozenset(suspended))
