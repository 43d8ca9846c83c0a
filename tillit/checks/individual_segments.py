"""Segments: none names or singles out a person, and none is smaller than the policy's smallest group."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tillit.checks.asks import Answers, Ask, Counted, Refused, SmallGroups
from tillit.checks.case import Case, Kind, listed, several
from tillit.checks.looks import Look
from tillit.checks.verdict import Evidence, Place, State
from tillit.model.policy import Policy

NAMED = re.compile(r"segment|audience|cohort|propensity|lead_?score|persona\b", re.IGNORECASE)
"""Names under which people are put into groups."""


def least(policy: Policy) -> int | None:
    """The smallest group that the policy allows; None where it says none."""
    segments = policy.marketing.segments if policy.marketing else None
    return segments.smallest_group if segments else None


def asks(case: Case) -> tuple[Ask, ...]:
    k = least(case.policy)
    return tuple(_ask(look, k) for look in case.looks.segments) if k else ()


def _ask(look: Look, k: int) -> SmallGroups:
    return SmallGroups(look.store, look.table, look["group"], k, look["person"], look["size"])


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """Broken: a segment below the smallest group, one stored person by person, or one beside a person's own row."""
    k = least(case.policy)
    found = [_look(case, look, k, answers.get(_ask(look, k))) for look in case.looks.segments] if k else []
    found += list(_by_name(case))
    if found:
        return tuple(found)
    why = "checks.yaml names no table of segments" if k else "the policy says no smallest group"
    return (case.evidence(
        "individual_segments", State.UNPROVEN, f"Nothing shows it: {why}.", remedy="name them under `segments:`",
    ),)  # fmt: skip


def _look(case: Case, look: Look, k: int, answer: object) -> Evidence:
    subject = f"{look.store}.{look.table}"
    if not isinstance(answer, Counted):
        why = answer.why if isinstance(answer, Refused) else "it was not looked at"
        return case.evidence("individual_segments", State.UNPROVEN, f"{subject}: {why}.", subject=subject)
    segments = case.policy.marketing.segments if case.policy.marketing else None
    stored = bool(look["person"]) and answer.of > 0 and segments is not None and segments.individual is False
    number = answer.of if stored else answer.wrong
    what = "stored person by person" if stored else f"of fewer than {k} people"
    state = State.BROKEN if number else State.PROVEN if answer.of or look["person"] else State.UNPROVEN
    says = f"{several(number, 'segment')} {what}." if number else f"None of {several(answer.of, 'segment')} is."
    if not answer.of:
        says = "No segment is stored there." if look["person"] else "No segment is there to be looked at."
    places = (Place(look.store, look.table, look["person"] or look["size"], number, what),) if number else ()
    return case.evidence(
        "individual_segments", state, says, subject=subject, count=number, looked=several(answer.of, "segment"),
        query=answer.query, places=places, remedy="keep the question, not the list" if number else "",
    )  # fmt: skip


def _by_name(case: Case) -> Iterator[Evidence]:
    """Columns and tables that are named as segments are, and lead to people, and that nobody spoke of."""
    spoken = {(look.store, look.table) for look in case.looks.segments}
    for bound in case.bounds:
        store = bound.store.name
        places = []
        for name, table in bound.tables.items():
            people = bool(table.table.persons or table.table.owners)
            if not people or (store, name) in spoken:
                continue
            places += [Place(store, name, note="rows about people")] if NAMED.search(name) else []
            places += [Place(store, name, c, note="beside a person") for c in table.info.columns if NAMED.search(c)]
        keyed = {fk.table for fk in bound.schema.foreign_keys if fk.parent in _roots(case, store)}
        unmapped = [n for n in bound.schema.tables if n not in bound.tables and NAMED.search(n) and n in keyed]
        places += [Place(store, name, note="points at people, and is in no map") for name in unmapped]
        if places:
            yield case.evidence(
                "individual_segments", State.BROKEN, f"Named as a segment, and about single people: "
                f"{listed(p.name for p in places)}.", subject=store, count=len(places), places=tuple(places),
                looked=f"the names of all tables and columns of {store}", query=NAMED.pattern,
                remedy="remove it; or name it under `segments:` in checks.yaml, if it is a group",
            )  # fmt: skip


def _roots(case: Case, store: str) -> set[str]:
    return {n for b in case.bounds if b.store.name == store for n, t in b.tables.items() if t.table.persons}


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.marketing and policy.marketing.segments:
        yield policy.marketing.segments.clause, "marketing.segments"
    if "individual_segments" in policy.never:
        yield policy.never["individual_segments"].clause, "never.individual_segments"


KIND = Kind("individual_segments", "Groups, never single people", judge, asks, _entries)
