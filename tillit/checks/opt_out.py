"""Opting out: nobody who did gets marketing afterwards (Art. 21(3) GDPR)."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.checks.asks import Answers, Ask, Counted, Refused, SentAfter
from tillit.checks.case import Case, Kind, several
from tillit.checks.looks import Look
from tillit.checks.verdict import Evidence, Place, State
from tillit.model.policy import Policy


def asks(case: Case) -> tuple[Ask, ...]:
    return tuple(_ask(sends, outs) for sends in case.looks.sends for outs in case.looks.opt_outs)


def _ask(sends: Look, outs: Look) -> SentAfter:
    return SentAfter(
        sends.store, sends.table, sends["address"], sends["at"], outs.store, outs.table, outs["address"], outs["at"],
        sends["message"], sends.values,
    )  # fmt: skip


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """One verdict for each table of sent messages and each of opt-outs."""
    found = tuple(_one(case, ask, answers[ask]) for ask in asks(case) if isinstance(ask, SentAfter))
    if found:
        return found
    missing = " and ".join(w for w in ("sends", "opt_outs") if not getattr(case.looks, w))
    says = f"Nothing shows it: checks.yaml names no {missing}."
    return (case.evidence("opt_out", State.UNPROVEN, says, remedy="name the tables in checks.yaml"),)


def _one(case: Case, ask: SentAfter, answer: object) -> Evidence:
    subject = f"{ask.store}.{ask.table}"
    if not isinstance(answer, Counted):
        why = answer.why if isinstance(answer, Refused) else "it was not looked at"
        return case.evidence("opt_out", State.UNPROVEN, f"{subject}: {why}.", subject=subject)
    outs = f"{ask.outs_store}.{ask.outs_table}"
    looked = f"{several(answer.of, 'opt-out')} of {outs}"
    state = State.BROKEN if answer.wrong else State.PROVEN if answer.of else State.UNPROVEN
    says = f"{several(answer.wrong, 'marketing message')} sent after an opt-out."
    if not answer.wrong:
        says = (
            "No marketing message was sent after an opt-out." if answer.of else f"{outs} holds no opt-out to look for."
        )
    places = (Place(ask.store, ask.table, ask.address, answer.wrong, f"after an opt-out in {outs}"),)
    return case.evidence(
        "opt_out", state, says, subject=subject, count=answer.wrong, looked=looked,
        query=answer.query, places=places if answer.wrong else (),
        remedy="find why they were still written to; Art. 21(3) knows no exception" if answer.wrong else "",
    )  # fmt: skip


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.marketing is not None:
        for channel in policy.marketing.channels.values():
            yield channel.clause, f"marketing.channels.{channel.name}"


KIND = Kind("opt_out", "No marketing after an opt-out", judge, asks, _entries)
