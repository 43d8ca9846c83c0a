"""Closing an erasure that has left something: only what was looked for, with a reason, on somebody's word."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.run.shop import NOW
from tillit.register.database import reading, writing
from tillit.register.evidence import Evidence, evidence_of_request, record_evidence
from tillit.register.requests import RequestState, get_request, set_request_state

LINNEA = ("--email", "linnea.berg@example.com")
VOUCHED = ("--apply", "--vouched-by", "Dana")
REASON = ("--reason", "kept_lawfully")


@pytest.fixture
def left(tillit, shop) -> str:
    """An erasure after which something was found again."""
    shop.execute("INSERT INTO products VALUES (3, 'Made for linnea.berg@example.com')")
    done = tillit("forget", *LINNEA, *VOUCHED, "-f", "json")
    assert done.code == 1
    return str(done.json["request"])


def test_it_is_closed_with_a_reason_on_somebodys_word(tillit, left):
    looked = tillit("request", "close", left, *REASON, "-f", "json").json
    assert (looked["applied"], looked["left"]) == (False, {"shop.products.name": 1})
    assert [r["id"] for r in tillit("status", "-f", "json").json["requests"]] == [left]
    said = tillit("request", "close", left, *REASON, "--apply", "--accepted-by", "Karin")
    assert said.code == 0
    assert "Karin" in said.out
    assert tillit("status", "-f", "json").json["requests"] == []
    entry = tillit("journal", "list", "-f", "json").json[-1]
    assert (entry["kind"], entry["reason"], entry["accepted_by"]) == ("request.closed", "kept_lawfully", "Karin")
    assert entry["left"] == {"shop.products.name": 1}
    assert "accepted by Karin" in tillit("journal", "list").out
    assert tillit("journal", "verify").code == 0


def test_what_is_on_record_of_a_closed_one(tillit, shop, left):
    tillit("request", "close", left, *REASON, "--apply", "--accepted-by", "Karin")
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        one = get_request(conn, UUID(left))
        assert (one.state, one.close_reason, one.closed_by) == (RequestState.CLOSED, "kept_lawfully", "Karin")
        seen = evidence_of_request(conn, one.id)
        assert seen is not None
        assert (seen.state, seen.count, seen.detail["reason"]) == ("accepted", 1, "kept_lawfully")


def test_a_closed_one_can_be_gone_on_with(tillit, shop, left):
    tillit("request", "close", left, *REASON, "--apply", "--accepted-by", "Karin")
    shop.execute("DELETE FROM products WHERE id = 3")
    assert tillit("forget", *LINNEA, "--request", left, *VOUCHED).code == 0
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        one = get_request(conn, UUID(left))
        assert (one.state, one.close_reason, one.closed_by) == (RequestState.ANSWERED, "", "")


def test_one_that_was_not_carried_out_to_its_end_is_refused(tillit, shop, left):
    with shop.opened() as (_, memory, _stores), writing(memory.register) as conn:  # gone on with, and killed
        set_request_state(conn, UUID(left), RequestState.RUNNING, NOW.replace(year=2027))
    said = tillit("request", "close", left, *REASON, "--apply", "--accepted-by", "Karin")
    assert said.code == 2
    assert "not been carried out to its end" in said.err
    assert left in said.err


def test_dead_values_cannot_be_accepted(tillit, shop, left):
    with shop.opened() as (_, memory, _stores), writing(memory.register) as conn:
        detail = {"request": left, "left": {}, "dead_left": 2, "unread": 0}
        record_evidence(conn, [Evidence("erasure", "", NOW.replace(year=2027), "d", "broken", "", 2, detail)])
    said = tillit("request", "close", left, *REASON, "--apply", "--accepted-by", "Karin")
    assert said.code == 2
    assert "nobody can accept that" in said.err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--apply", *REASON), 2, "nobody accepts"),
        (("--apply", "--accepted-by", "Karin"), 2, "--reason"),
        (("--apply", "--accepted-by", "Karin", "--reason", "tired"), 2, "tired"),
    ],
)
def test_what_is_refused(tillit, left, arguments, code, says):
    said = tillit("request", "close", left, *arguments)
    assert said.code == code
    assert says in said.err.lower()
    assert len(tillit("status", "-f", "json").json["requests"]) == 1


def test_requests_that_are_not_there_or_not_open(tillit, left):
    assert tillit("request", "close", str(uuid4()), *REASON).code == 6
    assert "no number" in tillit("request", "close", "17", *REASON).err
    tillit("request", "close", left, *REASON, "--apply", "--accepted-by", "Karin")
    assert "closed already" in tillit("request", "close", left, *REASON).err
