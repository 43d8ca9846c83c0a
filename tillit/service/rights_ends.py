"""Requests that end or pause purposes: erasure, goodbye, withdrawal, objection, restriction.

None of them deletes anything by itself: they change what stands for the person, and then the sweep runs for that
person. What cannot go yet, because something still runs, goes with a later sweep.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from tillit.decide.rights import ended_by, reaches
from tillit.decide.rights_terms import due_at
from tillit.decide.tolerance import undo_ends
from tillit.documents.letter import Letter, Refusal
from tillit.model.errors import TillitError
from tillit.model.policy import Basis, Event
from tillit.model.standing import Person
from tillit.register.database import reading, writing
from tillit.register.requests import RequestState
from tillit.register.runs import RunKind
from tillit.register.standing import (
    RESTRICTION,
    EventKind,
    Proof,
    history,
    people_of_request,
    place_hold,
    record_end,
    record_resumption,
    record_suspension,
    record_withdrawal,
    release_restrictions,
)
from tillit.run.execute import Order, carry_out
from tillit.run.identify import Identification
from tillit.service.committed import naming_run, telling
from tillit.service.forget import find, foresee, forget, observed
from tillit.service.project import fit_to_write
from tillit.service.rights import (
    Answered,
    Case,
    begin,
    finish,
    keeping,
    letter,
    nobody,
    recipients,
    removed,
    request_of,
    standing_after,
    vouched,
)
from tillit.service.why import Kept, why

Said = tuple[str, tuple[str, ...]]


class Balancing(Enum):
    """How an objection is decided (Art. 21(1))."""

    FOR_PERSON = "for_person"
    COMPELLING_GROUNDS = "compelling_grounds"


class RestrictionGround(Enum):
    """Art. 18(1)(a) to (d)."""

    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL = "unlawful"
    NEEDED_FOR_CLAIMS = "needed_for_claims"
    OBJECTION_PENDING = "objection_pending"


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided an objection, how and why. `because` is told to the person, and kept out of the journal."""

    balancing: Balancing
    because: str
    by: str


def erasure(case: Case) -> Answered:
    """Art. 17: what `tillit forget` does, with its letter."""
    vouched(case)
    if not case.apply:
        seen = foresee(case.project, case.memory, case.stores, case.ask, case.now)
        if not seen.people:
            return nobody(case, "erasure", seen.ambiguous)
        said = _of_removal(case, None, "erasure", removed(case, seen.stores), seen.kept)
        return Answered("erasure", said, seen.matches, seen.ambiguous, going=seen.stores)
    args = (case.project, case.memory, case.stores, case.ask, case.now)
    seen, done = forget(*args, vouched_by=case.vouched_by, allow_more=case.allow_more)
    if done is None:
        return nobody(case, "erasure", seen.ambiguous)
    said = _of_removal(case, done.request_id, "erasure", removed(case, seen.stores), done.kept)
    return Answered(
        "erasure",
        said,
        seen.matches,
        seen.ambiguous,
        True,
        done.request_id,
        done.due_at,
        done.outcome.run_id,
        done.outcome.rows,
        waits="" if done.complete else "something was found again: see `tillit forget --request`, or close it",
    )


def _of_removal(
    case: Case,
    request_id: UUID | None,
    right: str,
    gone: tuple[str, ...],
    kept: Sequence[Kept],
    said: tuple[Said, ...] = (),
    refused: tuple[Refusal, ...] = (),
) -> Letter:
    until = undo_ends(case.policy, (), case.now, case.project.settings.undo_days, sweep=False)
    done = [*said, ("removed", gone)] if gone else [*said, *([] if said or refused else [("nothing", ())])]
    return letter(
        case,
        right,
        request_id,
        done=tuple(done),
        destroyed=until.astimezone(ZoneInfo(case.policy.controller.timezone)).date(),
        kept=keeping(case, kept),
        refused=refused,
        recipients=recipients(case) if gone else None,
    )


def goodbye(case: Case) -> Answered:
    """The relation ends: so do the purposes of which the policy says so."""
    ends = reaches(Event.GOODBYE, case.policy, case.now)
    names = tuple(case.policy.purposes[name].title for name in ends)
    said: Said = ("goodbye", names) if names else ("goodbye_nothing", ())
    return _end(case, "goodbye", ends, (said,))


def withdrawal(case: Case, purposes: Sequence[str]) -> Answered:
    """Consent is taken back, for each purpose named (Art. 7(3)). Others are refused with the reason."""
    known = _known(case, purposes, "--purpose NAME: whose consent is withdrawn")
    on_consent = [name for name in known if case.policy.purposes[name].basis is Basis.CONSENT]
    ends = dict.fromkeys(on_consent, case.now)
    refused = tuple(_refusal(case, "not_consent", name) for name in known if name not in on_consent)
    titles = tuple(case.policy.purposes[name].title for name in on_consent)
    said: tuple[Said, ...] = (("withdrawn", titles),) if titles else ()
    return _end(case, "withdrawal", ends, said, refused, withdrawn=on_consent)


def _known(case: Case, purposes: Sequence[str], remedy: str) -> list[str]:
    names = list(dict.fromkeys(purposes))
    unknown = [name for name in names if name not in case.policy.purposes]
    if not names or unknown:
        what = "no purpose was named" if not names else f"the policy has no purpose {', '.join(unknown)}"
        raise TillitError(what, f"{remedy}; there are: {', '.join(case.policy.purposes)}")
    return names


def _refusal(case: Case, code: str, name: str) -> Refusal:
    purpose = case.policy.purposes[name]
    return Refusal(code, purpose.title, purpose.basis)


def _end(
    case: Case,
    right: str,
    ends: Mapping[str, datetime],
    said: tuple[Said, ...],
    refused: tuple[Refusal, ...] = (),
    *,
    withdrawn: Collection[str] = (),
    proof: Proof | None = None,
) -> Answered:
    """End purposes for the person and sweep for them at once; without `apply`, tell what would follow."""
    vouched(case)
    if case.apply:
        fit_to_write(case.stores)
    found = find(case.project, case.memory, case.stores, case.ask, case.now)
    people = frozenset(match.person for match in found.people)
    if not people:
        return nobody(case, right, found.ambiguous)
    after = standing_after(case, people, ends, withdrawn=withdrawn)
    seen = observed(case.project, case.memory, case.stores, people, case.now, after)
    if not case.apply:
        kept = [k for k in why(case.policy, case.memory, case.stores, people, case.now, after) if not k.dies]
        shown = _of_removal(case, None, right, removed(case, seen), kept, said, refused)
        return Answered(right, shown, found.people, found.ambiguous, going=seen)
    return _carry(case, right, ends, said, refused, found, removed(case, seen), withdrawn, proof)


def _carry(
    case: Case,
    right: str,
    ends: Mapping[str, datetime],
    said: tuple[Said, ...],
    refused: tuple[Refusal, ...],
    found: Identification,
    gone: tuple[str, ...],
    withdrawn: Collection[str],
    proof: Proof | None,
) -> Answered:
    people = frozenset(match.person for match in found.people)
    request_id = begin(case, right, people, {"ends": sorted(ends), "refused": [one.code for one in refused]})
    with telling() as told:
        told(f"Request {request_id} stays open: go on with --request {request_id}.")
        by = Proof(recorded_by=case.vouched_by) if proof is None else proof
        with writing(case.memory.register) as conn:
            if withdrawn:
                record_withdrawal(conn, people, withdrawn, case.now, request_id, by)
            record_end(conn, people, ends, case.now, request_id, by)
            record_resumption(conn, people, ends, case.now, request_id, by)
        outcome = None
        if ends:
            until = undo_ends(case.policy, (), case.now, case.project.settings.undo_days, sweep=False)
            limits, more = case.project.settings.limits, case.allow_more
            order = Order(RunKind.FORGET, case.policy, case.now, until, people, request_id, limits, more)
            with naming_run(case.memory, RunKind.FORGET, case.now):
                outcome = carry_out(case.memory, case.stores, order)
        kept = why(case.policy, case.memory, case.stores, people, case.now)
        state = RequestState.REFUSED if refused and not ends else RequestState.ANSWERED
        finish(case, right, request_id, state, {"ends": sorted(ends), "kept_rows": len(kept)})
    shown = _of_removal(case, request_id, right, gone, kept, said, refused)
    due = request_of(case, request_id).due_at
    run_id, rows = (outcome.run_id, outcome.rows) if outcome else (None, {})
    return Answered(right, shown, found.people, found.ambiguous, True, request_id, due, run_id, rows)


# -- objection


def objection(case: Case, purposes: Sequence[str], decision: Decision | None, *, marketing: bool) -> Answered:
    """Art. 21. Direct marketing ends at once and for good; for anything else use stops until somebody has decided."""
    named = list(ended_by(Event.OPT_OUT, case.policy)) if marketing else []
    if case.ask.request_id is not None and not purposes and not marketing:
        purposes = _suspended_by(case, case.ask.request_id)
    if not marketing or purposes:
        named += _known(case, purposes, "--purpose NAME or --marketing: what the person says no to")
    absolute = [name for name in named if case.policy.purposes[name].direct_marketing]
    others = [name for name in named if name not in absolute]
    open_ = [n for n in others if case.policy.purposes[n].basis in (Basis.LEGITIMATE_INTERESTS, Basis.PUBLIC_TASK)]
    refused = tuple(_refusal(case, "not_objectable", name) for name in others if name not in open_)
    ends = {name: reaches(Event.OPT_OUT, case.policy, case.now)[name] for name in absolute}
    said: tuple[Said, ...] = (("marketing", ()),) if absolute else ()
    if not open_:
        return _end(case, "objection", ends, said, refused)
    titles = tuple(case.policy.purposes[name].title for name in open_)
    if decision is None:
        return _suspend(case, open_, ends, (*said, ("waiting", titles)), refused)
    proof = Proof(decision.because, decision.balancing.value, decision.by)
    if decision.balancing is Balancing.FOR_PERSON:
        ends |= dict.fromkeys(open_, case.now)
        return _end(case, "objection", ends, (*said, ("upheld", titles)), refused, proof=proof)
    return _overridden(case, open_, ends, said, refused, decision, proof)


def _suspended_by(case: Case, request_id: UUID) -> list[str]:
    """The purposes that an earlier objection is about."""
    with reading(case.memory.register) as conn:
        people = people_of_request(conn, request_id)
        events = [event for person in people for event in history(conn, person)]
    mine = [e.name for e in events if e.kind is EventKind.SUSPENDED and e.request_id == request_id]
    return list(dict.fromkeys(mine))


def _suspend(
    case: Case, open_: Sequence[str], ends: Mapping[str, datetime], said: tuple[Said, ...], refused: tuple[Refusal, ...]
) -> Answered:
    """Use is paused, and the request waits for the balancing."""
    vouched(case)
    found = find(case.project, case.memory, case.stores, case.ask, case.now)
    people = frozenset(match.person for match in found.people)
    if not people:
        return nobody(case, "objection", found.ambiguous)
    request_id, due = None, due_at(case.now, case.policy)
    if case.apply:
        request_id = begin(case, "objection", people, {"suspends": list(open_), "ends": sorted(ends)})
        with writing(case.memory.register) as conn:
            record_suspension(conn, people, open_, case.now, request_id)
            record_end(conn, people, ends, case.now, request_id)
        due = request_of(case, request_id).due_at
    last = due.astimezone(ZoneInfo(case.policy.controller.timezone)).date()
    shown = letter(case, "objection", request_id, done=said, refused=refused, due=last)
    waits = "somebody must weigh the reasons: --request ID --balancing CODE --because TEXT --by NAME"
    return Answered(
        "objection",
        shown,
        found.people,
        found.ambiguous,
        case.apply,
        request_id,
        due,
        waits=waits if case.apply else "",
    )


def _overridden(
    case: Case,
    open_: Sequence[str],
    ends: Mapping[str, datetime],
    said: tuple[Said, ...],
    refused: tuple[Refusal, ...],
    decision: Decision,
    proof: Proof,
) -> Answered:
    """Compelling grounds weigh more: the use goes on, and the person is told why and by whom."""
    more = tuple(
        replace(_refusal(case, "compelling_grounds", name), because=decision.because, by=decision.by) for name in open_
    )
    answered = _end(case, "objection", ends, said, (*refused, *more), proof=proof)
    if answered.request_id is not None:
        people = [match.person for match in answered.matches]
        with writing(case.memory.register) as conn:
            record_resumption(conn, people, open_, case.now, answered.request_id, proof)
    return answered


# -- restriction


def restriction(case: Case, ground: RestrictionGround | None, *, lift: bool, told_on: date | None) -> Answered:
    """Art. 18: the data is only stored, neither used nor removed, until that is lifted, which is told before."""
    vouched(case)
    found = find(case.project, case.memory, case.stores, case.ask, case.now)
    people = frozenset(match.person for match in found.people)
    if not people:
        return nobody(case, "restriction", found.ambiguous)
    if lift:
        return _lift(case, found, people, told_on)
    if case.apply and ground is None:
        raise TillitError("the restriction has no ground", "add --ground: one of those of Art. 18(1)")
    request_id = None
    if case.apply:
        request_id = begin(case, "restriction", people, {"ground": ground.value if ground else ""})
        with writing(case.memory.register) as conn:
            place_hold(conn, people, RESTRICTION, case.now, request_id)
        finish(case, "restriction", request_id, RequestState.ANSWERED, {})
    shown = letter(case, "restriction", request_id, done=(("restricted", ()),), recipients=recipients(case))
    return Answered("restriction", shown, found.people, found.ambiguous, case.apply, request_id)


def _lift(case: Case, found: Identification, people: frozenset[Person], told_on: date | None) -> Answered:
    if case.apply and told_on is None:
        raise TillitError(
            "the person has not been told that the restriction ends (Art. 18(3))",
            "send the letter that this gives without --apply; then add --told DAY",
        )
    if told_on is not None and told_on > case.today:
        raise TillitError("--told is still to come", "say on which day the person was told")
    request_id = None
    if case.apply:
        request_id = begin(case, "restriction", people, {"lifted": True, "told_on": str(told_on)})
        with writing(case.memory.register) as conn:
            release_restrictions(conn, people, case.now)
        finish(case, "restriction", request_id, RequestState.ANSWERED, {})
    done: tuple[Said, ...] = (("lifting", ()), ("unpaused", ())) if told_on else (("announced", ()),)
    shown = letter(case, "restriction", request_id, done=done, told_on=told_on)
    return Answered("restriction", shown, found.people, found.ambiguous, case.apply, request_id)
