"""Consent (Art. 7): recording that a person gave it or withdrew it, and showing what is on record of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from tillit.decide.rights import reaches
from tillit.model.errors import TillitError
from tillit.model.policy import Basis, Event, Policy, Purpose
from tillit.model.standing import Person, Standing
from tillit.register.database import reading, writing
from tillit.register.keys import hmac_key, person_hash
from tillit.register.standing import (
    EventKind,
    Proof,
    StandingEvent,
    history,
    record_consent,
    record_end,
    record_withdrawal,
    standing_of,
)
from tillit.run.identify import Ambiguous, Match
from tillit.run.memory import Memory, tell
from tillit.run.observe import Observed
from tillit.run.stores import OpenStore
from tillit.service.forget import Ask, find, observed
from tillit.service.project import Project

SPOKEN_OF = (EventKind.CONSENTED, EventKind.WITHDREW, EventKind.ENDED)


@dataclass(frozen=True, slots=True)
class Said:
    """What a person has said: that they consent to `purpose`, or withdraw it (`kind`); when, and how it is known."""

    kind: EventKind
    purpose: str
    at: datetime
    proof: Proof


@dataclass(frozen=True, slots=True)
class Changed:
    """What is recorded, or would be. `stores` is what the next sweep then removes of the person."""

    matches: tuple[Match, ...]
    ambiguous: tuple[Ambiguous, ...]
    said: Said
    stores: tuple[Observed, ...]
    stood: frozenset[Person]  # consent stood for these before
    recorded: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on record of a person's consents. `stands` are the purposes that each has consented to today."""

    matches: tuple[Match, ...]
    ambiguous: tuple[Ambiguous, ...]
    events: tuple[tuple[Person, StandingEvent], ...]  # the oldest first
    stands: Mapping[Person, frozenset[str]]


def consent_purpose(policy: Policy, name: str) -> Purpose:
    """The purpose of this name, which rests on consent. Raises TillitError with the remedy when it does not."""
    purpose = policy.purposes.get(name)
    on_consent = ", ".join(n for n, p in policy.purposes.items() if p.basis is Basis.CONSENT) or "none"
    if purpose is None:
        raise TillitError("the policy has no purpose of this name", f"purposes that rest on consent: {on_consent}")
    if purpose.basis is Basis.CONSENT:
        return purpose
    basis = purpose.basis.value.replace("_", " ")
    ending = "`tillit forget` ends it" if purpose.basis is Basis.CONTRACT else "it cannot be given or withdrawn"
    raise TillitError(
        f"{name} rests on another basis than consent ({basis}), so consent says nothing about it",
        f"{ending}; if people are asked, write `basis: consent` in the policy. On consent: {on_consent}",
    )


def record(
    project: Project, memory: Memory, stores: list[OpenStore], ask: Ask, said: Said, now: datetime, *, apply: bool
) -> Changed:
    """Record what a person has said about a consent; without `apply`, only tell what would follow.

    Nothing is removed by it: a withdrawal ends the purpose, and the next sweep acts. Raises TillitError when the
    purpose does not rest on consent, the time is to come, or something later is on record.
    """
    consent_purpose(project.policy, said.purpose)
    if said.at > now:
        raise TillitError("the given time is still to come", "say with --at when it was said, or leave it out for now")
    found = find(project, memory, stores, ask, now)
    people = frozenset(match.person for match in found.people)
    with reading(memory.register) as conn:
        _nothing_later(conn, people, said)
        stand = {one.person: one for one in standing_of(conn, people)}
    instead = {person: _after(stand.get(person, Standing(person)), said) for person in people}
    would = observed(project, memory, stores, people, now, instead)
    if apply and people:
        _write(project, memory, people, said, now)
    stood = frozenset(p for p, one in stand.items() if said.purpose in one.consent and said.purpose not in one.ended)
    return Changed(found.people, found.ambiguous, said, would, stood, apply and bool(people))


def show(project: Project, memory: Memory, stores: list[OpenStore], ask: Ask, now: datetime) -> Shown:
    """Everything that is on record of a person about purposes that rest on consent."""
    found = find(project, memory, stores, ask, now)
    people = [match.person for match in found.people]
    names = {name for name, purpose in project.policy.purposes.items() if purpose.basis is Basis.CONSENT}
    with reading(memory.register) as conn:
        told = [
            (person, event)
            for person in people
            for event in history(conn, person)
            if event.kind in (EventKind.CONSENTED, EventKind.WITHDREW)
            or (event.kind is EventKind.ENDED and event.name in names)
        ]
        stands = {one.person: one.consent - one.ended.keys() for one in standing_of(conn, people)}
    told.sort(key=lambda pair: pair[1].at)
    return Shown(found.people, found.ambiguous, tuple(told), {p: stands.get(p, frozenset()) for p in people})


def _nothing_later(conn: Connection, people: frozenset[Person], said: Said) -> None:
    for person in people:
        for event in history(conn, person):
            if event.kind in SPOKEN_OF and event.name == said.purpose and event.at > said.at:
                raise TillitError(
                    f"something later than that is on record about {said.purpose} of this person",
                    "look at `tillit consent show`; what was said last is what counts",
                )


def _after(stands: Standing, said: Said) -> Standing:
    """How a person will stand once it is recorded."""
    ended = {purpose: at for purpose, at in stands.ended.items() if purpose != said.purpose}
    if said.kind is EventKind.CONSENTED:
        return Standing(stands.person, ended, stands.consent | {said.purpose}, stands.hold)
    ended[said.purpose] = max(said.at, stands.ended.get(said.purpose, said.at))
    return Standing(stands.person, ended, stands.consent - {said.purpose}, stands.hold)


def _write(project: Project, memory: Memory, people: frozenset[Person], said: Said, now: datetime) -> None:
    """The event on record, and in the journal; where and how it was said is kept in the register alone, where it can
    be erased with the person.
    """
    secret = hmac_key(memory.keys, "journal")
    given = said.kind is EventKind.CONSENTED
    body = {
        "people": [person_hash(secret, person) for person in sorted(people, key=repr)],
        "purpose": said.purpose,
        "said_at": said.at.isoformat(),
        "text_version": said.proof.text_version,
        "by": said.proof.recorded_by,
    }
    with writing(memory.register) as conn:
        _nothing_later(conn, people, said)
        if given:
            record_consent(conn, people, [said.purpose], said.at, proof=said.proof)
        else:
            ended = {said.purpose: reaches(Event.WITHDRAWAL, project.policy, said.at)[said.purpose]}
            record_withdrawal(conn, people, ended, said.at, proof=said.proof)
            record_end(conn, people, ended, said.at)
        tell(memory, conn, "consent.given" if given else "consent.withdrawn", body, now)
