"""Closing a request whose erasure has left something that a person accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import Connection

from tillit.model.errors import TillitError
from tillit.register.database import reading, writing
from tillit.register.evidence import Evidence, evidence_of_request, record_evidence
from tillit.register.requests import OPEN_STATES, Request, all_requests, close_request, get_request, open_requests
from tillit.register.standing import StandingEvent, history, people_of_request
from tillit.run.memory import Memory, tell
from tillit.service.project import Project


class Accepted(Enum):
    """Why what was found again may stay."""

    SOMEBODY_ELSE = "somebody_else"  # it is about another person: a namesake, a shared address
    KEPT_LAWFULLY = "kept_lawfully"  # there is a reason to keep it that the maps cannot tell
    GOES_BY_ITSELF = "goes_by_itself"  # a log or a copy with a short life of its own
    CLEARED = "cleared"  # it has been removed by hand since, where another look is not possible


@dataclass(frozen=True, slots=True)
class Closed:
    """A request, and what the last look found: cells by STORE.TABLE.COLUMN. `closed`: on record."""

    request: Request
    left: Mapping[str, int]
    looked_at: datetime
    reason: Accepted
    closed: bool


def close(
    project: Project,
    memory: Memory,
    request_id: UUID,
    reason: Accepted,
    now: datetime,
    *,
    accepted_by: str,
    apply: bool,
) -> Closed:
    """Close an open request for erasure: `accepted_by` takes it on them that what was found again stays.

    Without `apply` only tells what it would be. Raises TillitError for a request that is not open, whose erasure was
    not carried out to its end, or of which dead values are left: no person can accept those.
    """
    with reading(memory.register) as conn:
        request, seen = _closable(conn, request_id)
    left = _left(seen)
    if apply:
        body = {
            "request": str(request_id),
            "reason": reason.value,
            "accepted_by": accepted_by,
            "left": dict(left),
        }
        detail = {**seen.detail, "reason": reason.value}
        count = sum(left.values())
        with writing(memory.register) as conn:
            _closable(conn, request_id)
            close_request(conn, request_id, reason.value, accepted_by, now)
            record_evidence(conn, [Evidence("erasure", "", now, project.digest, "accepted", "", count, detail)])
            tell(memory, conn, "request.closed", body, now)
    return Closed(request, left, seen.at, reason, apply)


def _closable(conn: Connection, request_id: UUID) -> tuple[Request, Evidence]:
    """The request, and what the look after its last run has found. Raises TillitError."""
    request = get_request(conn, request_id)
    if request.state not in OPEN_STATES:
        raise TillitError(f"this request is {request.state.value} already", "`tillit status` lists the open ones")
    again = f"run `tillit forget --request {request_id} --apply --vouched-by NAME` to its end"
    seen = evidence_of_request(conn, request_id)
    if seen is None or seen.at < request.changed_at:
        raise TillitError("this request has not been carried out to its end", again)
    if seen.detail.get("dead_left"):
        raise TillitError("values that nothing holds any more are still there: nobody can accept that", again)
    return request, seen


def _left(seen: Evidence) -> dict[str, int]:
    left = seen.detail.get("left")
    return {str(place): int(cells) for place, cells in left.items()} if isinstance(left, dict) else {}


def every(memory: Memory, *, open_only: bool) -> list[Request]:
    """Requests, the most urgent first: those not answered, or all."""
    with reading(memory.register) as conn:
        return open_requests(conn) if open_only else all_requests(conn)


def one(memory: Memory, request_id: UUID) -> tuple[Request, list[tuple[str, StandingEvent]]]:
    """A request, and what it changed: (STORE.TABLE, event) of each of its people."""
    with reading(memory.register) as conn:
        found = get_request(conn, request_id)
        events = [
            (f"{person.store}.{person.table}", event)
            for person in people_of_request(conn, request_id)
            for event in history(conn, person)
            if event.request_id == request_id
        ]
    return found, events
