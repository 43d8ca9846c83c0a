"""Requests of data subjects: what was asked, when it is due (Art. 12(3)), who vouched for the identity, its state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID, uuid4

import sqlalchemy as sa

from tillit.model.errors import RegisterError
from tillit.register.schema import request


class RequestState(Enum):
    RECEIVED = "received"
    VERIFIED = "verified"  # the identity is
    RUNNING = "running"
    ANSWERED = "answered"
    CLOSED = "closed"  # something was left, and a person has accepted it
    REFUSED = "refused"


OPEN_STATES = (RequestState.RECEIVED, RequestState.VERIFIED, RequestState.RUNNING)


@dataclass(frozen=True, slots=True)
class Request:
    """One request. It names no person: `standing.people_of_request` finds whom it changed something for."""

    id: UUID
    kind: str  # erasure, access, objection, ...
    received_at: datetime
    due_at: datetime
    vouched_by: str  # who of the staff, or which procedure, verified the identity; "" until then
    state: RequestState
    changed_at: datetime
    close_reason: str = ""  # a code, of a closed one
    closed_by: str = ""


def receive_request(
    conn: sa.Connection, kind: str, received_at: datetime, due_at: datetime, vouched_by: str = ""
) -> UUID:
    """Records a new request, already verified when `vouched_by` says by whom. Returns its id."""
    number = uuid4()
    state = RequestState.VERIFIED if vouched_by else RequestState.RECEIVED
    row = {
        "id": number,
        "kind": kind,
        "received_at": received_at,
        "due_at": due_at,
        "vouched_by": vouched_by,
        "state": state.value,
        "changed_at": received_at,
    }
    conn.execute(sa.insert(request).values(row))
    return number


def verify_request(conn: sa.Connection, request_id: UUID, vouched_by: str, at: datetime) -> None:
    """Records who vouched for the identity. Raises RegisterError when there is no such request."""
    _change(conn, request_id, {"vouched_by": vouched_by, "state": RequestState.VERIFIED.value, "changed_at": at})


def set_request_state(conn: sa.Connection, request_id: UUID, state: RequestState, at: datetime) -> None:
    """Moves a request on; one that was closed is open again. Raises RegisterError when there is no such request."""
    _change(conn, request_id, {"state": state.value, "changed_at": at, "close_reason": None, "closed_by": None})


def close_request(conn: sa.Connection, request_id: UUID, reason: str, by: str, at: datetime) -> None:
    """Closes a request with something left: `reason` is a code, `by` who accepts it. Raises RegisterError."""
    values = {"state": RequestState.CLOSED.value, "changed_at": at, "close_reason": reason, "closed_by": by}
    _change(conn, request_id, values)


def get_request(conn: sa.Connection, request_id: UUID) -> Request:
    """One request. Raises RegisterError when there is none with this id."""
    row = conn.execute(sa.select(request).where(request.c.id == request_id)).one_or_none()
    if row is None:
        raise _no_such(request_id)
    return _as_request(row)


def open_requests(conn: sa.Connection) -> list[Request]:
    """The requests not yet answered, the most urgent first."""
    states = [state.value for state in OPEN_STATES]
    query = sa.select(request).where(request.c.state.in_(states)).order_by(request.c.due_at, request.c.id)
    return [_as_request(row) for row in conn.execute(query)]


def all_requests(conn: sa.Connection) -> list[Request]:
    """Every request on record, the most urgent first."""
    return [_as_request(row) for row in conn.execute(sa.select(request).order_by(request.c.due_at, request.c.id))]


def _change(conn: sa.Connection, request_id: UUID, values: dict[str, object]) -> None:
    if conn.execute(sa.update(request).where(request.c.id == request_id).values(values)).rowcount != 1:
        raise _no_such(request_id)


def _no_such(request_id: UUID) -> RegisterError:
    return RegisterError(f"there is no request {request_id}", "look at the list of open requests for its id")


def _as_request(row: sa.Row[tuple[object, ...]]) -> Request:
    return Request(
        row.id,
        row.kind,
        row.received_at,
        row.due_at,
        row.vouched_by,
        RequestState(row.state),
        row.changed_at,
        row.close_reason or "",
        row.closed_by or "",
    )
