"""Verdicts without stores: what detectors see, how evidence becomes the state of a promise, and when it is stale."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from tests.checks.clinic import HASH, POLICY
from tillit.checks import card_numbers, encryption
from tillit.checks.asks import Connected
from tillit.checks.case import Attested, Case, Register
from tillit.checks.conclude import conclude, promises_of, words
from tillit.checks.days import due, overdue
from tillit.checks.kinds import KINDS
from tillit.checks.looks import Looks, StoreLook, parse_looks
from tillit.checks.password_storage import form
from tillit.checks.storage_place import observed, within
from tillit.checks.verdict import ORDER, Evidence, State, worst
from tillit.model.errors import Faults
from tillit.model.period import Period
from tillit.model.promise import Promise, Shown
from tillit.policy import parse_policy

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CASE = Case(parse_policy("policy.yaml", POLICY), NOW, "d")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("4111111111111111", {"number", "right"}),
        ("4111 1111 1111 1111", {"number", "right", "grouped"}),
        ("4111-1111-1111-1112", {"number"}),
        ("3782 822463 10005", {"number", "right", "grouped"}),
        ("6011111111111117.", {"number", "right"}),
        ("", set()),
        ("1234567812345670", set()),  # no issuer begins so
        ("SE4541111111111111111", set()),  # a part of something longer
        ("41111111111111111111111111", set()),
        ("4444444444444444", set()),
        ("2026-11-23 12:00:00 198.51.100.1", set()),
        ("411111111111111\N{ARABIC-INDIC DIGIT ONE}", set()),
    ],
)
def test_card_numbers(text: str, labels: set[str]):
    cells = b"\0".join([b"x", text.encode(), b"y"])
    assert set(card_numbers.detect(cells)) == {(1, label) for label in labels}


def test_card_numbers_are_told_by_cell():
    cells = b"\0".join([b"4111111111111111 and 5555555555554444", b"", b"4012888888881881"])
    assert [index for index, label in card_numbers.detect(cells) if label == "right"] == [0, 0, 2]


@pytest.mark.parametrize(
    ("numbers", "right", "grouped", "chance"),
    [(1, 1, 0, False), (1000, 100, 0, True), (1000, 100, 1, False), (1000, 300, 0, False), (1000, 0, 0, False)],
)
def test_the_rate_against_chance(numbers: int, right: int, grouped: int, chance: bool):
    assert card_numbers.by_chance({"number": numbers, "right": right, "grouped": grouped}) is chance


@pytest.mark.parametrize(
    ("cell", "known"),
    [
        (HASH, "bcrypt"),
        ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo", "argon2"),
        ("pbkdf2_sha256$600000$saltsalt$" + "a" * 43 + "=", "pbkdf2"),
        ("scrypt:32768:8:1$salt$" + "ab" * 64, "scrypt"),
        ("$6$saltsalt$" + "a" * 86, "crypt"),
        ("$P$B" + "a" * 30, "phpass"),
        ("{SSHA}" + "A" * 32, "ldap"),
        ("5f4dcc3b5aa765d61d8327deb882cf99", "fast"),
        ("sha1$abc$" + "0" * 40, "fast"),
        ("!", "disabled"),
        ("hunter2", "plain"),
        ("!Summer2026", "plain"),
        ("$2b$12$short", "plain"),
        ("x" * 60, "plain"),
    ],
)
def test_forms_of_passwords(cell: str, known: str):
    assert form(cell.encode()) == known


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Connected("postgresql", "db.example", False, "TLSv1.3", 0, None, ""), State.PROVEN),
        (Connected("postgresql", "db.example", False, "", 0, None, ""), State.BROKEN),
        (Connected("postgresql", "db.example", False, "TLSv1.3", 2, None, ""), State.BROKEN),
        (Connected("mariadb", "127.0.0.1", True, "", None, None, ""), State.UNPROVEN),
        (Connected("mariadb", "db.example", False, None, None, None, ""), State.UNPROVEN),
        (Connected("sqlite", "", True, None, None, None, ""), State.UNPROVEN),
    ],
)
def test_encryption_in_transit(seen: Connected, state: State):
    assert encryption.in_transit(CASE, "crm", seen)[0] is state


@pytest.mark.parametrize(
    ("told", "by", "state"),
    [
        (True, "", State.PROVEN),
        (False, "engine", State.BROKEN),
        (False, "disk", State.UNPROVEN),
        (None, "engine", State.UNPROVEN),
    ],
)
def test_encryption_at_rest(told: bool | None, by: str, state: State):
    case = Case(CASE.policy, NOW, "d", looks=Looks({"crm": StoreLook("", by)}))
    assert encryption.at_rest(case, "crm", Connected("mariadb", "h", False, "x", 0, told, ""))[0] is state


def test_places():
    assert observed("crm.abc.eu-north-1.rds.amazonaws.com") == "SE"
    assert observed("crm.us-east-1.rds.amazonaws.com") == "US"
    assert observed("db.example.com") == ""
    assert within("SE", ("EEA",))
    assert not within("US", ("EEA", "SE"))


def test_days():
    assert due(date(2026, 1, 31), Period(months=1)) == date(2026, 2, 28)
    assert overdue("the review", date(2025, 11, 23), Period(years=1), date(2026, 11, 23)) == ""
    assert "2026-11-23" in overdue("the review", date(2025, 11, 23), Period(years=1), date(2026, 11, 24))
    assert "never" in overdue("the review", None, Period(years=1), date(2026, 11, 23))


def test_the_worst_is_told_and_nothing_is_never_green():
    assert worst(()) is State.UNPROVEN
    assert all(worst((a, b)) is a for a, b in pairwise(ORDER))


PROMISE = Promise("P1", "Copies are made", "3", "security.access", Shown.ATTESTED, who="IT", every=Period(months=6))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (None, State.UNPROVEN),
        (Attested("P1", datetime(2026, 9, 1, tzinfo=UTC), "Dana", words(PROMISE)), State.ATTESTED),
        (Attested("P1", datetime(2026, 5, 1, tzinfo=UTC), "Dana", words(PROMISE)), State.STALE),
        (Attested("P1", datetime(2026, 9, 1, tzinfo=UTC), "Dana", "other words"), State.STALE),
        (Attested("P2", datetime(2026, 9, 1, tzinfo=UTC), "Dana", words(PROMISE)), State.UNPROVEN),
    ],
)
def test_what_people_attest(said: Attested | None, state: State):
    case = Case(CASE.policy, NOW, "d", register=Register(attested=(said,) if said else ()))
    (clause,) = [c for c in conclude(case, [PROMISE], []) if c.clause == "3"]
    assert (clause.state, clause.promises[0].state) == (state, state)


def test_an_attestation_never_hides_what_is_broken():
    said = Attested("P1", NOW, "Dana")
    promise = Promise("P1", "s", "3", "security.rest", Shown.CHECKED, check="encryption_at_rest")
    case = Case(CASE.policy, NOW, "d", register=Register(attested=(said,)))
    for seen, state in ((State.UNPROVEN, State.ATTESTED), (State.BROKEN, State.BROKEN)):
        evidence = [Evidence("encryption_at_rest", seen, NOW, "d", says="x.")]
        assert conclude(case, [promise], evidence)[3 - 1].state is state


def test_a_policy_alone_promises_something_of_each_kind():
    found = promises_of(CASE.policy)
    assert {p.check for p in found} == set(KINDS) - {"lint", "notice"}
    assert {p.clause for p in found} == set(CASE.policy.clauses)


def test_a_promise_without_evidence_is_unproven():
    assert {c.state for c in conclude(CASE, promises_of(CASE.policy), [])} == {State.UNPROVEN}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("sends: [{store: shop, table: t, address: a, at: b}]", "unknown store 'shop'"),
        ("sends: [{store: crm, table: t, at: b}]", "lacks `address`"),
        ("segments: [{store: crm, table: t, group: g}]", "members or a size"),
        ("stores: {crm: {place: moon}}", "unknown place of storage 'moon'"),
        ("looks: {}", "unknown key word 'looks'"),
        ("sends: 3", "a number"),
    ],
)
def test_a_slip_in_checks_yaml_is_told(text: str, what: str):
    with pytest.raises(Faults) as told:
        parse_looks("checks.yaml", text, {"crm": None}, {"server": None})
    assert what in str(told.value)
