"""People who never answer: looked for now and then, on a list that a person approves. Opening is no reply."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from tillit.checks.asks import Answers, Ask, Counted, Refused, Unanswered
from tillit.checks.case import Attested, Case, Kind, several
from tillit.checks.days import due
from tillit.checks.verdict import Evidence, Place, State
from tillit.decide.tolerance import earlier
from tillit.model.policy import Policy
from tillit.model.sections import Unresponsive

SUBJECT = "marketing.unresponsive"


def asks(case: Case) -> tuple[Ask, ...]:
    rule = _rule(case.policy)
    if rule is None or rule.messages is None or rule.within is None:
        return ()
    since = earlier(case.now, rule.within, ZoneInfo(case.policy.controller.timezone))
    pairs = [(s, r) for s in case.looks.sends for r in case.looks.replies if s.store == r.store]
    return tuple(
        Unanswered(s.store, s.table, s["address"], s["at"], r.table, r["address"], r["at"], rule.messages, since)
        for s, r in pairs
    )


def _rule(policy: Policy) -> Unresponsive | None:
    return policy.marketing.unresponsive if policy.marketing else None


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """Proven: looked for, and the list approved in time. Without approval it is never more than a list."""
    rule = _rule(case.policy)
    wanted = [ask for ask in asks(case) if isinstance(ask, Unanswered)]
    if rule is None or not wanted:
        why = "the policy does not say who counts as unresponsive"
        if rule is not None and rule.messages and rule.within:
            why = "checks.yaml names no `sends:` and `replies:` of one store"
        return (case.evidence("unresponsive", State.UNPROVEN, f"Nothing shows it: {why}.", by=SUBJECT),)
    return tuple(_one(case, rule, ask, answers[ask]) for ask in wanted)


def _one(case: Case, rule: Unresponsive, ask: Unanswered, answer: object) -> Evidence:
    subject = f"{ask.store}.{ask.table}"
    if not isinstance(answer, Counted):
        why = answer.why if isinstance(answer, Refused) else "it was not looked at"
        return case.evidence("unresponsive", State.UNPROVEN, f"{subject}: {why}.", by=SUBJECT, subject=subject)
    last = max((a for a in case.register.attested if a.subject == SUBJECT), key=lambda a: a.at, default=None)
    state, approved = _approved(case, rule, last)
    told = f"{several(answer.wrong, 'address', 'addresses')} got {rule.messages} messages or more and sent no reply"
    if not answer.of:
        state, approved = State.UNPROVEN, "No message was sent, so nobody could answer."
    return case.evidence(
        "unresponsive", state, f"{told}. {approved}", clause=rule.clause, by=SUBJECT, subject=subject,
        count=answer.wrong,
        looked=several(answer.of, "address", "addresses") + " that were written to", query=answer.query,
        places=(Place(ask.store, ask.table, ask.address, answer.wrong, "for the list"),) if answer.wrong else (),
        remedy=f"{rule.approved_by or 'somebody'} approves the list: tillit attest {rule.clause} --by NAME"
        if state is not State.PROVEN else "",
    )  # fmt: skip


def _approved(case: Case, rule: Unresponsive, last: Attested | None) -> tuple[State, str]:
    if last is None:
        return State.UNPROVEN, "Nobody has approved the list yet."
    day: datetime = last.at.astimezone(ZoneInfo(case.policy.controller.timezone))
    if rule.review_every is not None and due(day.date(), rule.review_every) < case.today:
        return State.STALE, f"The list was last approved on {day.date()}, which is too long ago."
    return State.PROVEN, f"The list was approved on {day.date()}."


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    if (rule := _rule(policy)) is not None:
        yield rule.clause, SUBJECT


KIND = Kind("unresponsive", "Those who never answer are looked for", judge, asks, _entries)
