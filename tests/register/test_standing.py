"""Standing: what is recorded is what stands, on every engine."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tillit.model.errors import RegisterError
from tillit.model.standing import UNLIMITED, Person, Standing
from tillit.register.canonical import key_from_text, key_to_text
from tillit.register.database import reading, writing
from tillit.register.people import anybody_in, close_root, closed_people, drop_closed, known_people, reopen_roots
from tillit.register.schema import person, standing_event
from tillit.register.standing import (
    NO_PROOF,
    EventKind,
    Proof,
    history,
    lift_hold,
    load_standing,
    people_of_request,
    place_hold,
    record_consent,
    record_end,
    record_withdrawal,
    standing_of,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNA = Person("crm", "contacts", (1,))
BO = Person("crm", "contacts", (2,))
RUN = UUID(int=7)

parts = st.one_of(
    st.integers(), st.text(), st.uuids(), st.binary(), st.dates(), st.booleans(),
    st.decimals(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(), st.datetimes(timezones=st.just(UTC)), st.times(), st.text(st.characters(categories=["Cs"])),
)  # fmt: skip
keys = st.lists(parts, min_size=1, max_size=4).map(tuple)


def standing(engine: sa.Engine, store: str = "crm") -> dict[Person, Standing]:
    with reading(engine) as conn:
        found = list(load_standing(conn, store))
    assert len({one.person for one in found}) == len(found)
    return {one.person: one for one in found}


@given(keys)
def test_a_key_comes_back_from_its_text(key):
    text = key_to_text(key)
    assert key_from_text(text) == key
    assert key_to_text(key_from_text(text)) == text
    assert text.isascii()


@given(keys, keys)
def test_equal_keys_and_only_they_have_equal_text(one, other):
    kinds = [type(part) for part in one] == [type(part) for part in other]
    assert (key_to_text(one) == key_to_text(other)) == (kinds and one == other)


def test_equal_keys_in_different_dress_are_one():
    assert key_to_text((Decimal("1.50"),)) == key_to_text((Decimal("1.5"),))
    assert key_to_text((Decimal("1E+2"),)) == key_to_text((Decimal(100),))
    assert key_to_text((-0.0,)) == key_to_text((0.0,))
    assert key_to_text((memoryview(b"ab"),)) == key_to_text((b"ab",))
    stockholm = NOW.astimezone(timezone(timedelta(hours=1)))
    assert key_to_text((stockholm,)) == key_to_text((NOW,))


@pytest.mark.parametrize("key", [(), (None,), (float("nan"),), (Decimal("NaN"),), (object(),)])
def test_keys_that_cannot_be_kept_are_refused(key):
    with pytest.raises(RegisterError):
        key_to_text(key)


def test_keys_of_every_type_reach_the_register_and_come_back(register):
    key = (2**70, "Å\udc80\0'\"", UUID(int=3), b"\0\xff", date(2026, 1, 2), Decimal("10.25"), time(3, 4), True)
    who = Person("crm", "contacts", key)
    with writing(register) as conn:
        place_hold(conn, [who], "legal_claim", NOW)
        place_hold(conn, [who], "legal_claim", NOW)
    assert list(standing(register)) == [who]


def test_nobody_has_standing_at_first(register):
    assert standing(register) == {}


def test_an_end_stands_with_its_reach(register):
    with writing(register) as conn:
        record_end(conn, [ANNA, BO], {"orders": NOW - HOUR, "newsletter": UNLIMITED}, NOW)
        record_end(conn, [ANNA], {"orders": NOW - 3 * HOUR}, NOW + HOUR)
    assert standing(register) == {
        who: Standing(who, {"orders": NOW - HOUR, "newsletter": UNLIMITED}) for who in (ANNA, BO)
    }
    assert standing(register, "shop") == {}


def test_a_consent_after_the_end_removes_it_and_one_before_does_not(register):
    with writing(register) as conn:
        record_end(conn, [ANNA, BO], {"newsletter": NOW, "orders": NOW}, NOW)
        record_consent(conn, [ANNA], ["newsletter"], NOW + HOUR)
        record_consent(conn, [BO], ["newsletter"], NOW - HOUR)
    assert standing(register) == {
        ANNA: Standing(ANNA, {"orders": NOW}, frozenset({"newsletter"})),
        BO: Standing(BO, {"orders": NOW, "newsletter": NOW}, frozenset({"newsletter"})),
    }


def test_a_withdrawal_takes_consent_back_until_a_new_one(register):
    with writing(register) as conn:
        record_consent(conn, [ANNA], ["survey"], NOW)
        record_withdrawal(conn, [ANNA], ["survey"], NOW + HOUR)
    assert standing(register) == {}
    with writing(register) as conn:
        record_consent(conn, [ANNA], ["survey"], NOW + 2 * HOUR)
    assert standing(register) == {ANNA: Standing(ANNA, consent=frozenset({"survey"}))}


def test_holds_stand_side_by_side_and_are_lifted_one_by_one(register):
    first, second = uuid4(), uuid4()
    with writing(register) as conn:
        place_hold(conn, [ANNA], "legal_claim", NOW, first)
        place_hold(conn, [ANNA], "legal_claim", NOW, second)
        place_hold(conn, [ANNA], "restriction", NOW)
        lift_hold(conn, [ANNA], "legal_claim", NOW + HOUR, first)
        lift_hold(conn, [ANNA], "restriction", NOW + HOUR)
    assert standing(register) == {ANNA: Standing(ANNA, hold=True)}
    with writing(register) as conn:
        lift_hold(conn, [ANNA], "legal_claim", NOW + HOUR, second)
    assert standing(register) == {}


def test_standing_as_of_a_moment(register):
    with writing(register) as conn:
        place_hold(conn, [ANNA], "legal_claim", NOW + HOUR)
    with reading(register) as conn:
        assert list(load_standing(conn, "crm", NOW)) == []
        assert len(list(load_standing(conn, "crm", NOW + HOUR))) == 1


def test_standing_of_some_people_is_what_all_are_told(register):
    other = Person("shop", "users", ("a",))
    with writing(register) as conn:
        record_end(conn, [ANNA, BO, other], {"orders": NOW}, NOW)
        record_consent(conn, [BO], ["survey"], NOW)
    with reading(register) as conn:
        found = standing_of(conn, [BO, other, Person("crm", "contacts", (3,))])
    assert found == [standing(register)[BO], standing(register, "shop")[other]]


def test_how_a_consent_was_given_and_withdrawn_is_kept(register):
    given, withdrawn = Proof("form on the web site", "2026-03", "Dana"), Proof(recorded_by="Eli")
    with writing(register) as conn:
        record_consent(conn, [ANNA, BO], ["survey"], NOW, proof=given)
        record_withdrawal(conn, [ANNA], ["survey"], NOW + HOUR, proof=withdrawn)
        record_end(conn, [ANNA], {"survey": NOW + HOUR}, NOW + HOUR)
        close_root(conn, [ANNA], NOW + HOUR, RUN)
        reopen_roots(conn, [ANNA], RUN)
    with reading(register) as conn:
        assert [e.proof for e in history(conn, ANNA)] == [given, withdrawn, NO_PROOF]
        assert [e.proof for e in history(conn, BO)] == [given]


def test_the_history_tells_all_events_in_order(register):
    request = uuid4()
    with writing(register) as conn:
        record_consent(conn, [ANNA], ["survey"], NOW)
        record_end(conn, [ANNA], {"survey": NOW}, NOW + HOUR, request)
    with reading(register) as conn:
        told = [(e.kind, e.name, e.at, e.reaches, e.request_id) for e in history(conn, ANNA)]
        assert history(conn, BO) == []
        assert people_of_request(conn, request) == [ANNA]
        assert people_of_request(conn, uuid4()) == []
    assert told == [
        (EventKind.CONSENTED, "survey", NOW, None, None),
        (EventKind.ENDED, "survey", NOW + HOUR, NOW, request),
    ]


def test_a_reused_key_does_not_inherit(register):
    with writing(register) as conn:
        record_end(conn, [ANNA, BO], {"orders": NOW}, NOW)
        assert close_root(conn, [ANNA, Person("crm", "contacts", (99,))], NOW + HOUR, RUN) == 1
    assert set(standing(register)) == {BO}
    with writing(register) as conn:
        record_consent(conn, [ANNA], ["survey"], NOW + 2 * HOUR)
    assert standing(register)[ANNA] == Standing(ANNA, consent=frozenset({"survey"}))


def test_undoing_brings_the_standing_back_beside_what_was_recorded_since(register):
    with writing(register) as conn:
        record_end(conn, [ANNA, BO], {"orders": NOW}, NOW)
        assert close_root(conn, [ANNA, BO], NOW + HOUR, RUN) == 2
        assert closed_people(conn, RUN) == [ANNA, BO]
        place_hold(conn, [BO], "legal_claim", NOW + 2 * HOUR)
        assert reopen_roots(conn, [ANNA, BO], uuid4()) == 0
        assert reopen_roots(conn, [ANNA, BO], RUN) == 2
        assert reopen_roots(conn, [ANNA, BO], RUN) == 0
        assert closed_people(conn, RUN) == []
    ended = {"orders": NOW}
    assert standing(register) == {ANNA: Standing(ANNA, ended), BO: Standing(BO, ended, hold=True)}


def test_only_those_given_come_back(register):
    """Whose key somebody else has got meanwhile is left out, and stays closed."""
    with writing(register) as conn:
        record_end(conn, [ANNA, BO], {"orders": NOW}, NOW)
        close_root(conn, [ANNA, BO], NOW + HOUR, RUN)
        place_hold(conn, [BO], "legal_claim", NOW + 2 * HOUR)
        assert reopen_roots(conn, [ANNA], RUN) == 1
        assert closed_people(conn, RUN) == [BO]
    assert standing(register) == {ANNA: Standing(ANNA, {"orders": NOW}), BO: Standing(BO, hold=True)}


def test_who_is_known_and_open(register):
    with writing(register) as conn:
        assert not anybody_in(conn, ANNA.store, ANNA.table)
        record_end(conn, [ANNA, BO], {"orders": NOW}, NOW)
        close_root(conn, [ANNA], NOW + HOUR, RUN)
        assert known_people(conn, [ANNA, BO, Person("crm", "contacts", (99,))]) == [BO]
        assert anybody_in(conn, BO.store, BO.table)
        close_root(conn, [BO], NOW + HOUR, RUN)
        assert not anybody_in(conn, BO.store, BO.table)


def test_what_is_dropped_is_gone_and_only_that(register):
    with writing(register) as conn:
        record_end(conn, [ANNA, BO], {"orders": NOW}, NOW)
        close_root(conn, [ANNA], NOW + HOUR, RUN)
        record_end(conn, [ANNA], {"accounting": NOW}, NOW)
        assert drop_closed(conn, uuid4()) == 0
        assert drop_closed(conn, RUN) == 1
        assert drop_closed(conn, RUN) == 0
        assert reopen_roots(conn, [ANNA], RUN) == 0
        counts = [
            conn.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in (person, standing_event)
        ]
    assert counts == [2, 2]
    assert set(standing(register)) == {ANNA, BO}


def test_a_naive_time_is_refused(small_register):
    with pytest.raises(sa.exc.StatementError, match="zone"), writing(small_register) as conn:
        place_hold(conn, [ANNA], "legal_claim", datetime(2026, 1, 1))
    assert standing(small_register) == {}


def test_many_people_are_recorded_in_few_statements_and_streamed_in_little_memory(register):
    many = 5_000
    people = [Person("crm", "contacts", (number,)) for number in range(many)]
    seen: list[str] = []
    sa.event.listen(register, "before_cursor_execute", lambda *call: seen.append(call[2]))
    with writing(register) as conn:
        record_end(conn, people, {"orders": NOW, "survey": NOW}, NOW)
    assert len(seen) < many / 50
    with reading(register) as conn:
        conn.execute(sa.select(person.c.id).limit(1)).all()
        tracemalloc.start()
        told = load_standing(conn, "crm")
        next(told)
        if conn.dialect.name == "postgresql":  # what the driver fetches at once, tracemalloc does not see
            assert conn.exec_driver_sql("SELECT count(*) FROM pg_cursors").scalar_one() == 1
        count = 1 + sum(1 for _ in told)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == many
    assert peak < 2_000_000  # all of them at once take more than four


PURPOSES = ["orders", "survey"]
events = st.tuples(
    st.sampled_from(EventKind), st.sampled_from(PURPOSES), st.integers(0, 5), st.integers(0, 5)
)  # kind, purpose or reason, hour it happened, hour it reaches


@given(st.lists(events, max_size=12))
def test_what_stands_is_what_the_events_say(small_register, happened):
    who = Person("crm", "contacts", (str(uuid4()),))
    with writing(small_register) as conn:
        for kind, name, at, reaches in happened:
            _record(conn, who, kind, name, NOW + at * HOUR, NOW + reaches * HOUR)
        found = standing_of(conn, [who])
    expected = Standing(who, *_by_definition(happened))
    assert found == ([expected] if (expected.ended or expected.consent or expected.hold) else [])


def _record(conn: sa.Connection, who: Person, kind: EventKind, name: str, at: datetime, reaches: datetime) -> None:
    match kind:
        case EventKind.ENDED:
            record_end(conn, [who], {name: reaches}, at)
        case EventKind.CONSENTED:
            record_consent(conn, [who], [name], at)
        case EventKind.WITHDREW:
            record_withdrawal(conn, [who], [name], at)
        case EventKind.HELD:
            place_hold(conn, [who], name, at)
        case EventKind.LIFTED:
            lift_hold(conn, [who], name, at)


def _by_definition(
    happened: list[tuple[EventKind, str, int, int]],
) -> tuple[dict[str, datetime], frozenset[str], bool]:
    """Event by event against all later ones, not by folding."""
    ordered = sorted(happened, key=lambda event: event[2])

    def last(kind: EventKind, name: str) -> int:
        return max((i for i, event in enumerate(ordered) if event[:2] == (kind, name)), default=-1)

    consent = {p for p in PURPOSES if last(EventKind.CONSENTED, p) > last(EventKind.WITHDREW, p)}
    hold = any(last(EventKind.HELD, p) > last(EventKind.LIFTED, p) for p in PURPOSES)
    ended = {}
    for purpose in PURPOSES:
        after = ordered[last(EventKind.CONSENTED, purpose) + 1 :]
        reaches = [event[3] for event in after if event[:2] == (EventKind.ENDED, purpose)]
        if reaches:
            ended[purpose] = NOW + max(reaches) * HOUR
    return ended, frozenset(consent), hold
