"""Approvals, evidence and requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tillit.model.errors import RegisterError
from tillit.register.approvals import Approval, approvals, approve, current_approval
from tillit.register.database import reading, writing
from tillit.register.evidence import (
    Evidence,
    drop_evidence,
    evidence_of_request,
    evidence_since,
    latest_evidence,
    record_evidence,
)
from tillit.register.requests import (
    RequestState,
    close_request,
    get_request,
    open_requests,
    receive_request,
    set_request_state,
    verify_request,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_last_approval_is_the_current_one(register):
    with writing(register) as conn:
        assert current_approval(conn) is None
        approve(conn, "a", {"3.1": 2, "3.2": 0}, "Dana", NOW)
        approve(conn, "b", {}, "Eli", NOW - HOUR)  # a clock set back does not bring the old one back
    with reading(register) as conn:
        assert current_approval(conn) == Approval("b", NOW - HOUR, "Eli", {})
        assert approvals(conn)[1] == Approval("a", NOW, "Dana", {"3.1": 2, "3.2": 0})


def test_the_newest_evidence_of_each_check_clause_and_subject(register):
    first = Evidence("dead_values", "3.1", NOW, "a", "broken", "crm.contacts", 3, {"tables": ["contacts"]})
    later = Evidence("dead_values", "3.1", NOW + HOUR, "b", "kept", "crm.contacts", 0)
    other = Evidence("dead_values", "3.1", NOW, "a", "kept", "crm.orders")
    with writing(register) as conn:
        record_evidence(conn, [first, other])
        record_evidence(conn, [later])
        record_evidence(conn, [])
    with reading(register) as conn:
        assert latest_evidence(conn) == [other, later]
        assert latest_evidence(conn, "a") == [first, other]
        assert latest_evidence(conn, "c") == []
        assert evidence_since(conn, NOW + HOUR) == [later]
    with writing(register) as conn:
        assert drop_evidence(conn, NOW + HOUR) == 2
        assert evidence_since(conn, NOW) == [later]


def test_the_newest_evidence_of_a_request(register):
    mine, other = uuid4(), uuid4()
    seen = [
        Evidence("erasure", "", NOW + hours * HOUR, "a", state, "", 0, {"left": {}, "request": str(number)})
        for hours, state, number in ((0, "broken", mine), (1, "kept", mine), (2, "broken", other))
    ]
    with writing(register) as conn:
        record_evidence(conn, seen)
    with reading(register) as conn:
        assert evidence_of_request(conn, mine) == seen[1]
        assert evidence_of_request(conn, other) == seen[2]
        assert evidence_of_request(conn, uuid4()) is None


def test_evidence_that_is_no_data_is_refused(small_register):
    with pytest.raises(TypeError), writing(small_register) as conn:
        record_evidence(conn, [Evidence("x", "3.1", NOW, "a", "kept", detail={"row": object()})])


def test_a_request_from_letter_to_answer(register):
    with writing(register) as conn:
        later = receive_request(conn, "access", NOW, NOW + 9 * HOUR, "Dana")
        soon = receive_request(conn, "erasure", NOW, NOW + 5 * HOUR)
        assert get_request(conn, later).state is RequestState.VERIFIED
        assert get_request(conn, soon).state is RequestState.RECEIVED
        verify_request(conn, soon, "Eli", NOW + HOUR)
        told = get_request(conn, soon)
        assert (told.state, told.vouched_by, told.changed_at) == (RequestState.VERIFIED, "Eli", NOW + HOUR)
        assert (told.kind, told.received_at, told.due_at) == ("erasure", NOW, NOW + 5 * HOUR)
        assert [one.id for one in open_requests(conn)] == [soon, later]
        set_request_state(conn, soon, RequestState.RUNNING, NOW + HOUR)
        assert [one.id for one in open_requests(conn)] == [soon, later]
        set_request_state(conn, soon, RequestState.ANSWERED, NOW + 2 * HOUR)
        set_request_state(conn, later, RequestState.REFUSED, NOW + 2 * HOUR)
        assert open_requests(conn) == []


def test_a_request_closed_with_something_left(register):
    with writing(register) as conn:
        number = receive_request(conn, "erasure", NOW, NOW + HOUR, "Dana")
        close_request(conn, number, "somebody_else", "Karin", NOW + HOUR)
        assert open_requests(conn) == []
        told = get_request(conn, number)
        assert (told.state, told.close_reason, told.closed_by) == (RequestState.CLOSED, "somebody_else", "Karin")
        set_request_state(conn, number, RequestState.RUNNING, NOW + 2 * HOUR)
        told = get_request(conn, number)
        assert (told.state, told.close_reason, told.closed_by) == (RequestState.RUNNING, "", "")
        with pytest.raises(RegisterError, match="no request"):
            close_request(conn, uuid4(), "somebody_else", "Karin", NOW)


def test_a_request_that_is_not_there_is_told(register):
    with pytest.raises(RegisterError, match="no request"), writing(register) as conn:
        set_request_state(conn, uuid4(), RequestState.ANSWERED, NOW)
    with pytest.raises(RegisterError, match="no request"), reading(register) as conn:
        get_request(conn, uuid4())
