"""Evidence: what each check saw, when, and under which policy digest. No personal data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from tillit.register.canonical import canonical, key_from_text
from tillit.register.requests import OPEN_STATES
from tillit.register.schema import evidence, person, request


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one check saw for one clause.

    `subject` says where (a store, "store.table", or ""), `count` how many, `detail` what else the report needs:
    names of tables and counts, never a value of a person.
    """

    check: str
    clause: str
    at: datetime
    digest: str
    state: str
    subject: str = ""
    count: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


def record_evidence(conn: sa.Connection, seen: Iterable[Evidence]) -> None:
    """Adds what checks saw; earlier evidence stays."""
    rows = [
        {
            "check_name": one.check,
            "clause": one.clause,
            "subject": one.subject,
            "at": one.at,
            "digest": one.digest,
            "state": one.state,
            "count": one.count,
            "detail": canonical(dict(one.detail)),
        }
        for one in seen
    ]
    if rows:
        conn.execute(sa.insert(evidence), rows)


def latest_evidence(conn: sa.Connection, digest: str | None = None) -> list[Evidence]:
    """The newest evidence of each check, clause and subject, under one policy digest or any."""
    newest = sa.select(sa.func.max(evidence.c.id)).group_by(
        evidence.c.check_name, evidence.c.clause, evidence.c.subject
    )
    if digest is not None:
        newest = newest.where(evidence.c.digest == digest)
    return _told(conn, sa.select(evidence).where(evidence.c.id.in_(newest)))


def evidence_since(conn: sa.Connection, since: datetime) -> list[Evidence]:
    """All evidence from `since` on, in the order it was recorded."""
    return _told(conn, sa.select(evidence).where(evidence.c.at >= since))


def evidence_of_request(conn: sa.Connection, request_id: UUID) -> Evidence | None:
    """The newest evidence whose detail tells of this request; None where there is none."""
    about = evidence.c.detail.contains(canonical({"request": str(request_id)})[1:-1], autoescape=True)
    found = _told(conn, sa.select(evidence).where(about))
    return found[-1] if found else None


def drop_evidence(conn: sa.Connection, before: datetime) -> int:
    """Removes evidence older than `before`; returns how much."""
    return conn.execute(sa.delete(evidence).where(evidence.c.at < before)).rowcount


def _told(conn: sa.Connection, query: sa.Select[tuple[object, ...]]) -> list[Evidence]:
    rows = conn.execute(query.order_by(evidence.c.id))
    return [
        Evidence(r.check_name, r.clause, r.at, r.digest, r.state, r.subject, r._mapping["count"], json.loads(r.detail))
        for r in rows
    ]


def evidence_of(conn: sa.Connection, check: str) -> list[Evidence]:
    """All evidence of one check, in the order it was recorded."""
    return _told(conn, sa.select(evidence).where(evidence.c.check_name == check))


def newest_of(conn: sa.Connection, check: str) -> list[Evidence]:
    """What one check saw when it last looked: every subject of that moment."""
    last = sa.select(sa.func.max(evidence.c.at)).where(evidence.c.check_name == check).scalar_subquery()
    return _told(conn, sa.select(evidence).where(evidence.c.check_name == check, evidence.c.at == last))


def all_requests(conn: sa.Connection) -> list[tuple[str, datetime, datetime | None]]:
    """Every request as (kind, due, when it was answered, closed or refused: None while it is open). Names nobody."""
    open_ = [state.value for state in OPEN_STATES]
    query = sa.select(request.c.kind, request.c.due_at, request.c.state, request.c.changed_at).order_by(request.c.id)
    return [(r.kind, r.due_at, None if r.state in open_ else r.changed_at) for r in conn.execute(query)]


def closed_keys(conn: sa.Connection) -> dict[tuple[str, str], tuple[tuple[object, ...], ...]]:
    """(store, table) -> the root keys whose rows a run deleted for good, and that nobody known has since."""
    open_ = person.alias()
    again = sa.exists().where(
        open_.c.store == person.c.store, open_.c.table_name == person.c.table_name, open_.c.key == person.c.key,
        open_.c.closed_at.is_(None),
    )  # fmt: skip
    columns = (person.c.store, person.c.table_name, person.c.key)
    found: dict[tuple[str, str], list[tuple[object, ...]]] = {}
    for store, table, key in conn.execute(sa.select(*columns).where(person.c.closed_at.is_not(None), ~again)):
        found.setdefault((store, table), []).append(key_from_text(key))
    return {place: tuple(keys) for place, keys in found.items()}
