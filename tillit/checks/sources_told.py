"""Sources: whoever others told us about was told of it in time (Art. 14(3) GDPR)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from tillit.checks.asks import Answers, Ask, Counted, Pairs, Refused
from tillit.checks.case import Case, Kind, several
from tillit.checks.looks import Look
from tillit.checks.verdict import Evidence, Place, State
from tillit.law.deadlines import inform_by
from tillit.model.policy import Policy

INDIRECT = ("third_party", "public_register")


def asks(case: Case) -> tuple[Ask, ...]:
    return tuple(_ask(case, look) for look in case.looks.told)


def _ask(case: Case, look: Look) -> Pairs:
    late = _late(case.today, case.policy.controller.country)
    return Pairs(look.store, look.table, look["obtained"], look["told"], late, look["column"], look["value"])


def _late(today: date, country: str) -> Callable[[date, date | None], bool]:
    """Told after a month at the latest, whatever the policy says besides; or not told, and the month is over."""
    return lambda obtained, told: (told or today) > inform_by(obtained, country)


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """One verdict a source that is not the person. Directly from the person: nothing to tell by Art. 14."""
    sources = [s for s in case.policy.sources.values() if s.kind in INDIRECT]
    if not sources:
        says = "No source besides the people themselves is declared, so there is nobody to tell."
        return (case.evidence("sources_told", State.UNPROVEN, says, looked="the policy's sources"),)
    found = []
    for source in sources:
        by, looks = f"sources.{source.name}", [look for look in case.looks.told if look["source"] == source.name]
        if not looks:
            found.append(case.evidence(
                "sources_told", State.UNPROVEN, f"Nothing shows it: checks.yaml names no table for {source.name}.",
                clause=source.clause, by=by, subject=source.name, remedy="name it under `told:`",
            ))  # fmt: skip
        found += [_one(case, look, source.clause, answers[_ask(case, look)]) for look in looks]
    return tuple(found)


def _one(case: Case, look: Look, clause: str, answer: object) -> Evidence:
    subject, by = f"{look.store}.{look.table}", f"sources.{look['source']}"
    if not isinstance(answer, Counted):
        why = answer.why if isinstance(answer, Refused) else "it was not looked at"
        says = f"{subject}: {why}."
        return case.evidence("sources_told", State.UNPROVEN, says, clause=clause, by=by, subject=subject)
    state = State.BROKEN if answer.wrong else State.PROVEN if answer.of else State.UNPROVEN
    says = f"{several(answer.wrong, 'row')} whose person was not told within a month."
    if not answer.wrong:
        says = (
            f"Of all {several(answer.of, 'row')} the person was told in time." if answer.of else "No row came from it."
        )
    if answer.note:
        says += f" {answer.note}"
    places = (Place(look.store, look.table, look["told"], answer.wrong, "told late, or not at all"),)
    return case.evidence(
        "sources_told", state, says, clause=clause, by=by, subject=subject, count=answer.wrong,
        looked=several(answer.of, "row"), query=answer.query, places=places if answer.wrong else (),
        remedy="tell them now (Art. 14), and say why it is late" if answer.wrong else "",
    )  # fmt: skip


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    for source in policy.sources.values():
        if source.kind in INDIRECT:
            yield source.clause, f"sources.{source.name}"


KIND = Kind("sources_told", "People are told what others gave", judge, asks, _entries)
