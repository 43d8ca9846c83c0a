"""Requests: every one is answered in time (Art. 12(3) GDPR)."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.checks.asks import Answers
from tillit.checks.case import Case, Kind, listed, several
from tillit.checks.verdict import Evidence, State
from tillit.model.policy import Policy


def judge(case: Case, _: Answers) -> tuple[Evidence, ...]:
    """Broken: answered after the day it was due, or open and overdue. Nothing asked: nothing shown."""
    seen = case.register.requests
    kinds = sorted({request.kind for request in seen})
    found = [_some(case, "", "")]
    return tuple(found + [_some(case, kind, f"rights.{kind}") for kind in kinds])


def _some(case: Case, kind: str, by: str) -> Evidence:
    some = [r for r in case.register.requests if not kind or r.kind == kind]
    late = [r for r in some if (r.answered_at or case.now) > r.due_at]
    waiting = sum(r.answered_at is None for r in some if r not in late)
    state = State.BROKEN if late else State.PROVEN if len(some) > waiting else State.UNPROVEN
    what = f"{kind} request" if kind else "request"
    says = f"{several(len(late), what)} answered late, or not yet: {listed(sorted({r.kind for r in late}))}."
    if not late:
        says = f"All of {several(len(some) - waiting, what)} were answered in time."
        says = says if len(some) > waiting else "No request was answered yet, so nothing shows it."
    if waiting:
        says += f" {several(waiting, 'request')} open, in time."
    return case.evidence(
        "requests_in_time", state, says, by=by, subject=kind, count=len(late), due=0,
        looked=f"{several(len(some), what)} in the register", query="answered, or now, against the day each was due",
        remedy="answer them: tillit request list" if late else "",
    )  # fmt: skip


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.rights is not None and policy.rights.clause:
        yield policy.rights.clause, "rights"


KIND = Kind("requests_in_time", "Requests are answered in time", judge, entries=_entries)
