"""Erased people: whoever was deleted is found nowhere but where something holds them (Art. 17 GDPR)."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.checks.asks import Answers, Ask, Counted, Present, Refused
from tillit.checks.case import Case, Kind, counted, several
from tillit.checks.verdict import Evidence, Place, State
from tillit.model.policy import Policy


def asks(case: Case) -> tuple[Ask, ...]:
    return tuple(Present(store, table, keys) for (store, table), keys in sorted(case.register.closed.items()))


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """Broken: an erased person's row is there again, or the second look after an erasure found something left."""
    return (_looks(case), *(_again(case, ask, answers[ask]) for ask in asks(case) if isinstance(ask, Present)))


def _looks(case: Case) -> Evidence:
    seen = case.register.erasures
    left = [e for e in seen if e.state == "broken" and not e.accepted]
    number = sum(e.count for e in left)
    state = State.BROKEN if left else State.PROVEN if seen else State.UNPROVEN
    says = f"After {several(len(left), 'erasure')} something was found again, in {several(number, 'cell')}."
    if not left:
        says = f"The second look after each of {several(len(seen), 'erasure')} found nothing that should have gone."
    if not seen:
        says = "Nobody has been erased yet, so nothing shows it."
    return case.evidence(
        "erased_people", state, says, subject="the second look", count=number,
        looked="every cell of every store, for all that was known of each person, when they were erased",
        query="the newest second look of each erasure, in the register",
        remedy="tillit request show, then clear what is left or accept it with a reason" if left else "",
    )  # fmt: skip


def _again(case: Case, ask: Present, answer: object) -> Evidence:
    subject = f"{ask.store}.{ask.table}"
    if not isinstance(answer, Counted):
        why = answer.why if isinstance(answer, Refused) else "it was not looked at"
        return case.evidence("erased_people", State.UNPROVEN, f"{subject}: {why}.", subject=subject)
    places = (Place(ask.store, ask.table, count=answer.wrong, note="the key of somebody who was erased"),)
    says = f"{several(answer.wrong, 'row')} with the key of somebody who was erased are there again."
    says = says if answer.wrong else f"None of {several(answer.of, 'erased row')} of {subject} is there again."
    return case.evidence(
        "erased_people", State.BROKEN if answer.wrong else State.PROVEN, says + answer.note, subject=subject,
        count=answer.wrong, looked=several(answer.of, "erased key"), query=answer.query,
        places=places if counted(places) else (),
        remedy="was a copy restored, or a key given anew? Erase again what came back" if answer.wrong else "",
    )  # fmt: skip


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    right = policy.rights.offered.get("erasure") if policy.rights else None
    if right is not None:
        yield right.clause, "rights.erasure"


KIND = Kind("erased_people", "Who was deleted is gone", judge, asks, _entries)
