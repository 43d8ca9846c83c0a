"""Saying that a promise is kept which no check can see; and which of those are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tillit.checks.case import Case
from tillit.checks.conclude import attested, words
from tillit.checks.verdict import State
from tillit.model.errors import TillitError
from tillit.model.promise import Promise, Shown
from tillit.register.database import reading, writing
from tillit.register.evidence import Evidence, record_evidence
from tillit.run.memory import Memory, tell
from tillit.service.check import promised
from tillit.service.project import Project
from tillit.service.seen import ATTESTATION, remembered


@dataclass(frozen=True, slots=True)
class Due:
    """A promise that a person attests, and how it stands."""

    promise: Promise
    state: State
    why: str


def due(project: Project, memory: Memory, now: datetime) -> tuple[Due, ...]:
    """Every promise that is attested, in the order of the file. No store is asked."""
    with reading(memory.register) as conn:
        case = Case(project.policy, now, project.digest, register=remembered(conn))
    wanted = [p for p in promised(project) if p.shown is Shown.ATTESTED]
    return tuple(Due(p, *attested(case, p)) for p in wanted)


def attest(
    project: Project, memory: Memory, clause: str, now: datetime, *, by: str, promises: tuple[str, ...] = ()
) -> tuple[Promise, ...]:
    """Record that `by` says that the promises of `clause` are kept: all that are attested, or those named.

    A promise that a check looks at may be named as well: it then counts as attested where the check can prove nothing.
    Raises TillitError for a clause or promise that is not there, or a clause with nothing to attest.
    """
    if clause not in project.policy.clauses:
        raise TillitError(f"there is no clause {clause}", "known: " + ", ".join(project.policy.clauses))
    if not by.strip():
        raise TillitError("it is not said who attests it", "say it with --by NAME")
    own = {p.id: p for p in promised(project) if p.clause == clause}
    if strange := sorted(set(promises) - set(own)):
        raise TillitError(f"clause {clause} has no promise {strange[0]}", "known: " + ", ".join(own))
    chosen = [own[name] for name in promises] or [p for p in own.values() if _asked_for(p)]
    if not chosen:
        raise TillitError(
            f"no promise of clause {clause} is attested",
            "name one with --promise: " + (", ".join(own) or "there is none"),
        )
    digest = project.digest
    with writing(memory.register) as conn:
        record_evidence(conn, [_evidence(p, now, digest, by) for p in chosen])
        tell(memory, conn, "attested", {"clause": clause, "promises": [p.id for p in chosen], "by": by}, now)
    return tuple(chosen)


def _asked_for(promise: Promise) -> bool:
    """What a person attests, or approves: the list of those who never answer."""
    return promise.shown is Shown.ATTESTED or promise.check == "unresponsive"


def _evidence(promise: Promise, now: datetime, digest: str, by: str) -> Evidence:
    subject = promise.by if promise.check == "unresponsive" else promise.id
    detail = {"by": by, "promise": promise.id, "words": words(promise)}
    return Evidence(ATTESTATION, promise.clause, now, digest, State.ATTESTED.value, subject, None, detail)
