"""The report: every clause with its state, everything unproven with its reason; one page that needs nothing."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from tests.documents.notice_support import EXAMPLE, HOSTILE, NOW, TODAY, harmless, poisoned, policy, swedish
from tillit.checks.verdict import ClauseState, Evidence, Place, PromiseState, State, worst
from tillit.documents.notice_language import Language
from tillit.documents.report import Judged, report
from tillit.model.policy import Policy
from tillit.model.promise import Shown
from tillit.policy.promises import parse_promises
from tillit.policy.rules import lint

SHOWN = {Shown.CHECKED: State.PROVEN, Shown.ATTESTED: State.ATTESTED, Shown.UNPROVEN: State.UNPROVEN}


def judged(told: Policy, text: str = "") -> Judged:
    """As if every check had found nothing, but for card numbers; `text` is added to every text."""
    file = EXAMPLE / "promises.yaml"
    promises, _ = parse_promises("promises.yaml", file.read_text(encoding="utf-8"), policy())
    clauses = []
    for number, clause in told.clauses.items():
        here = [p for p in promises if p.clause == number]
        states, seen = [], []
        for p in here:
            state = State.BROKEN if p.check == "card_numbers" else SHOWN[p.shown]
            if p.check:
                places = tuple(Place("crm", "tickets", f"body{i}", i, text) for i in range(12))
                says, query = f"3 values look like a card number{text}", f"SELECT count(*) FROM tickets{text}"
                seen.append(
                    Evidence(
                        p.check,
                        state,
                        NOW,
                        "0" * 64,
                        number,
                        p.by,
                        "crm",
                        3,
                        0,
                        text,
                        query,
                        says,
                        text,
                        places,
                        places,
                    )
                )
            states.append(
                PromiseState(p.id, p.says + text, number, p.by, p.shown, p.check, state, p.reason + text, tuple(seen))
            )
        whole = worst(tuple(s.state for s in states))
        clauses.append(ClauseState(number, clause.title, whole, tuple(states), tuple(seen)))
    return Judged(clauses, lint(policy("published"), TODAY), NOW, "ab" * 32)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_clause_stands_with_its_state(language):
    told = judged(policy())
    words = Language(language, swedish() if language == "sv" else {})
    page = report(policy(), told, words)
    seen = harmless(page)
    for clause in told.clauses:
        start = page.index(f'class="spread" id="clause-{clause.clause}"')
        margin = page[start:].partition('<aside class="margin"')[2].partition("</aside>")[0]
        word = words.say(f"state.{clause.state.value}")
        assert f'<span class="state {clause.state.value}">{word}</span>' in margin
        assert margin.count('class="promise"') == len(clause.promises)
    assert {f"clause-{n}" for n in policy().clauses} <= set(seen.ids)


def test_promises_are_counted_and_the_unproven_told_with_their_reason():
    told = judged(policy())
    page = report(policy(), told, Language("en"))
    promises = [p for c in told.clauses for p in c.promises]
    assert len(promises) == 164
    counts = re.findall(r"<b>(\d+)</b>", page)
    assert sum(map(int, counts)) == 164 + len(told.clauses)
    last = page.partition('class="last"')[2]
    unproven = [p for p in promises if p.state is State.UNPROVEN]
    assert unproven
    assert [p.id for p in unproven if f"{p.id}: " not in last] == []
    assert "the website is not crawled yet" in last
    assert 'href="#clause-6.1">6.1' in page.partition("<main")[0]


def test_findings_of_the_linter_stand_in_the_margin():
    told = judged(policy())
    page = report(policy(), told, Language("en"))
    assert page.count('class="lint ') == len(told.findings)


def test_before_any_check_it_says_so():
    page = report(policy(), Judged((), (), NOW, ""), Language("en"))
    harmless(page)
    assert "No check has run yet" in page
    assert 'class="state proven">proven' not in page.partition("<main")[2]


def test_it_asks_for_nothing_from_elsewhere_and_prints():
    page = report(policy(), judged(policy()), Language("en"))
    assert "@media print" in page
    assert "prefers-color-scheme: dark" in page
    assert re.search(r"url\(|@import|@font-face|<script", page) is None
    assert "default-src 'none'" in page


def test_hostile_texts_are_harmless():
    page = report(poisoned(), judged(poisoned(), HOSTILE), Language("en"))
    harmless(page)
    assert page.count("&lt;script&gt;") > 1000


def test_it_is_written_in_time():
    """Two seconds for the whole example."""
    told, words = judged(policy()), Language("en")
    start = time.perf_counter()
    report(policy(), told, words)
    assert time.perf_counter() - start < 2


def test_a_clause_that_was_not_looked_at_is_never_green():
    told = judged(policy())
    page = report(policy(), replace(told, clauses=told.clauses[:1]), Language("en"))
    rest = page.partition('id="clause-1"')[2]
    assert "state proven" not in rest.partition("<aside")[2].partition("</aside>")[0]
