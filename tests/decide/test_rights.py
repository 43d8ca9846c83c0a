"""Every cell of the table "Which event ends which purposes"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tillit.decide.rights import LASTING, ended_by, ends, reaches
from tillit.model.policy import Basis, Controller, Event, Policy, Purpose, Retention
from tillit.model.standing import UNLIMITED

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
B, E = Basis, Event
EVERY_UNTIL = frozenset(Event)


def purpose(
    basis: Basis, *, marketing: bool = False, until: frozenset[Event] = frozenset(), overrides: str = ""
) -> Purpose:
    return Purpose("p", "P", "1", basis, ("contact",), Retention(until=until), "", marketing, overrides)


# basis, direct marketing, (goodbye, request, opt-out, withdrawal) with nothing under `until`, and with all four there
CELLS = [
    (B.CONSENT, False, "-r-w", "gr-w"),
    (B.CONTRACT, False, "-r--", "gr--"),
    (B.LEGAL_OBLIGATION, False, "----", "g---"),
    (B.VITAL_INTERESTS, False, "----", "gr--"),
    (B.PUBLIC_TASK, False, "----", "gr--"),
    (B.LEGITIMATE_INTERESTS, False, "-r--", "gr--"),
    (B.UNKNOWN, False, "----", "----"),
    (B.CONSENT, True, "-row", "grow"),
    (B.CONTRACT, True, "-ro-", "gro-"),
    (B.LEGAL_OBLIGATION, True, "-ro-", "gro-"),
    (B.VITAL_INTERESTS, True, "-ro-", "gro-"),
    (B.PUBLIC_TASK, True, "-ro-", "gro-"),
    (B.LEGITIMATE_INTERESTS, True, "-ro-", "gro-"),
    (B.UNKNOWN, True, "--o-", "--o-"),
]
ORDER = (E.GOODBYE, E.REQUEST, E.OPT_OUT, E.WITHDRAWAL)


@pytest.mark.parametrize("event", ORDER, ids=lambda e: e.value)
@pytest.mark.parametrize(("basis", "marketing", "silent", "said"), CELLS)
def test_every_cell(basis, marketing, silent, said, event):
    place = ORDER.index(event)
    assert ends(event, purpose(basis, marketing=marketing)) is (silent[place] != "-")
    assert ends(event, purpose(basis, marketing=marketing, until=EVERY_UNTIL)) is (said[place] != "-")


def test_the_table_has_every_basis_with_and_without_marketing():
    assert {(basis, marketing) for basis, marketing, _, _ in CELLS} == {(b, m) for b in Basis for m in (False, True)}


@pytest.mark.parametrize("basis", [B.VITAL_INTERESTS, B.PUBLIC_TASK])
@pytest.mark.parametrize("until", [E.GOODBYE, E.OPT_OUT, E.WITHDRAWAL])
def test_only_the_word_request_ends_them_by_request(basis, until):
    assert not ends(E.REQUEST, purpose(basis, until=frozenset({until})))
    assert ends(E.REQUEST, purpose(basis, until=frozenset({E.REQUEST})))


@pytest.mark.parametrize("event", ORDER, ids=lambda e: e.value)
def test_a_coded_reason_outlasts_the_request_and_nothing_else(event):
    plain = purpose(B.LEGITIMATE_INTERESTS, until=EVERY_UNTIL)
    coded = replace(plain, overrides_erasure="security")
    assert ends(event, coded) is (ends(event, plain) and event is not E.REQUEST)


def policy(**purposes: Purpose) -> Policy:
    named = {name: replace(one, name=name) for name, one in purposes.items()}
    return Policy(Controller("Example AB", "SE", "Europe/Stockholm"), {}, {}, named, {})


def test_the_purposes_an_event_ends_are_named_in_order():
    both = policy(z=purpose(B.CONTRACT), law=purpose(B.LEGAL_OBLIGATION), a=purpose(B.CONSENT))
    assert ended_by(E.REQUEST, both) == ("z", "a")


def test_an_opt_out_lasts_and_everything_else_reaches_to_its_time():
    news = policy(news=purpose(B.CONSENT, marketing=True), shop=purpose(B.CONTRACT))
    assert reaches(E.OPT_OUT, news, AT) == {"news": LASTING}
    assert reaches(E.REQUEST, news, AT) == {"news": AT, "shop": AT}
    assert reaches(E.WITHDRAWAL, news, AT) == {"news": AT}
    assert LASTING == UNLIMITED
