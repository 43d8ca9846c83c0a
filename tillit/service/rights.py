"""What all requests of data subjects share: finding the person, the record, the standing that follows, the letter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from tillit.decide.rights_terms import authority, due_at, recipients_of
from tillit.documents.letter import How as Because
from tillit.documents.letter import Keeping, Letter
from tillit.documents.words import LANGUAGES
from tillit.model.errors import TillitError
from tillit.model.mapping import Table
from tillit.model.policy import Policy
from tillit.model.standing import Person, Standing
from tillit.register.database import reading, writing
from tillit.register.keys import hmac_key, person_hash
from tillit.register.requests import Request, RequestState, get_request, receive_request, set_request_state
from tillit.register.standing import standing_of
from tillit.run.identify import Ambiguous, Match
from tillit.run.memory import Memory, tell
from tillit.run.observe import Observed
from tillit.run.stores import OpenStore
from tillit.service.forget import Ask
from tillit.service.project import Project
from tillit.service.why import Kept


@dataclass(frozen=True, slots=True)
class Case:
    """One request being handled. `vouched_by` says who verified the identity; wanted where something is applied."""

    project: Project
    memory: Memory
    stores: list[OpenStore]
    ask: Ask
    now: datetime
    language: str
    apply: bool = False
    vouched_by: str = ""
    allow_more: bool = False

    @property
    def policy(self) -> Policy:
        return self.project.policy

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.policy.controller.timezone)).date()


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a request, and the letter. `waits`: the request stays open, for the reason given."""

    right: str
    letter: Letter
    matches: tuple[Match, ...]
    ambiguous: tuple[Ambiguous, ...] = ()
    applied: bool = False
    request_id: UUID | None = None
    due: datetime | None = None
    run_id: UUID | None = None
    rows: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    going: tuple[Observed, ...] = ()  # where nothing was applied: what would go
    waits: str = ""


def language_of(policy: Policy, asked: str) -> str:
    """The language of the letter: as asked, else the notice's first, else that of the country. Raises TillitError."""
    if asked and asked not in LANGUAGES:
        raise TillitError(f"there are no letters in {asked}", f"there are: {', '.join(LANGUAGES)}")
    said = policy.notice.languages if policy.notice is not None else ()
    known = [one for one in said if one in LANGUAGES]
    return asked or next(iter(known), "sv" if policy.controller.country == "SE" else "en")


def begin(case: Case, right: str, people: Collection[Person], told: Mapping[str, object]) -> UUID:
    """The request on record and in the journal; an earlier one that `ask` names is gone on with."""
    with writing(case.memory.register) as conn:
        request_id = case.ask.request_id
        if request_id is None:
            request_id = receive_request(conn, right, case.now, due_at(case.now, case.policy), case.vouched_by)
        elif get_request(conn, request_id).kind != right:
            raise TillitError(f"that request is not about {right}", "`tillit request list` tells what each is about")
        set_request_state(conn, request_id, RequestState.RUNNING, case.now)
        journal(case, conn, f"request.{right}", request_id, people, told)
    return request_id


def journal(
    case: Case, conn: Connection, kind: str, request_id: UUID, people: Iterable[Person], told: Mapping[str, object]
) -> None:
    """What was done about a request, with people as keyed hashes."""
    secret = hmac_key(case.memory.keys, "journal")
    hashed = [person_hash(secret, person) for person in sorted(people, key=repr)]
    body = {"request": str(request_id), "people": hashed, "vouched_by": case.vouched_by, **told}
    tell(case.memory, conn, kind, body, case.now)


def request_of(case: Case, request_id: UUID) -> Request:
    with reading(case.memory.register) as conn:
        return get_request(conn, request_id)


def finish(case: Case, right: str, request_id: UUID, state: RequestState, told: Mapping[str, object]) -> None:
    """The request as answered, refused or still open, on record."""
    with writing(case.memory.register) as conn:
        set_request_state(conn, request_id, state, case.now)
        journal(case, conn, "request.answered", request_id, (), {"right": right, "state": state.value, **told})


def vouched(case: Case) -> None:
    """Raises TillitError when something is to be applied and nobody has verified the identity (Art. 12(6))."""
    if case.apply and not case.vouched_by:
        raise TillitError("nobody vouches for who is asking", "add --vouched-by NAME: who made sure, and how")


def letter(case: Case, right: str, request_id: UUID | None, **says: object) -> Letter:
    """The letter of a case, with what it `says` besides; a draft where nothing was applied."""
    received = request_of(case, request_id).received_at if request_id else case.now
    zone = ZoneInfo(case.policy.controller.timezone)
    plain = Letter(
        language=case.language,
        right=right,
        policy=case.policy,
        authority=authority(case.policy),
        reference=str(request_id) if request_id else "–",
        received=received.astimezone(zone).date(),
        answered=case.today,
        draft=not case.apply,
    )
    return replace(plain, **says)  # type: ignore[arg-type]


def nobody(case: Case, right: str, ambiguous: tuple[Ambiguous, ...]) -> Answered:
    """A verified address without a match gets a plain answer too."""
    request_id = None
    if case.apply:
        request_id = begin(case, right, (), {"found": 0})
        finish(case, right, request_id, RequestState.ANSWERED, {"found": 0})
    said = letter(case, right, request_id, nothing_held=True)
    return Answered(right, said, (), ambiguous, case.apply, request_id)


def standing_after(
    case: Case,
    people: Iterable[Person],
    ends: Mapping[str, datetime],
    *,
    withdrawn: Collection[str] = (),
) -> dict[Person, Standing]:
    """How people will stand when `ends` have ended for them."""
    found = list(people)
    with reading(case.memory.register) as conn:
        recorded = {one.person: one for one in standing_of(conn, found)}
    after = {}
    for person in found:
        old = recorded.get(person, Standing(person))
        ended = {p: max(at, old.ended.get(p, at)) for p, at in ends.items()}
        after[person] = replace(old, ended={**old.ended, **ended}, consent=old.consent - frozenset(withdrawn))
    return after


# -- what a letter says of rows


def titles(policy: Policy, table: Table, columns: Iterable[str]) -> tuple[str, ...]:
    """What people are told that columns hold, each once."""
    named = (table.columns[c].category for c in columns if c in table.columns and table.columns[c].personal)
    return tuple(dict.fromkeys(policy.categories.get(category, category) for category in named))


def removed(case: Case, seen: Sequence[Observed]) -> tuple[str, ...]:
    """The kinds of data that a sweep of the person removes."""
    found: dict[str, None] = {}
    for one in seen:
        tables = one.plan.bound.tables
        for name, tally in one.tallies.items():
            if name not in tables:
                continue
            table = tables[name].table
            columns = table.columns if tally.deleted else [*tally.replaced, *tally.coarsened]
            found.update(dict.fromkeys(titles(case.policy, table, columns)))
    return tuple(found)


def keeping(case: Case, kept: Sequence[Kept]) -> tuple[Keeping, ...]:
    """What is kept, summed up: one line for each reason, with the last day of all its rows."""
    tables = {store.name: store.bound.tables for store in case.stores}
    what: dict[tuple[str, Because], dict[str, None]] = {}
    until: dict[tuple[str, Because], date | None] = {}
    for row in kept:
        table = tables[row.store][row.table].table
        left = {*row.columns, *row.coarse}
        for reason in row.reasons:
            held = {c for g in table.grounds if g.purpose == reason.purpose for c in g.columns}
            told = titles(case.policy, table, [c for c in table.columns if c in left and (c in held or not held)])
            group = (reason.purpose, Because[reason.how.name])
            if not told and group[1] is Because.IN_USE:
                continue
            what.setdefault(group, {}).update(dict.fromkeys(told))
            first = until.setdefault(group, reason.until)
            until[group] = max(first, reason.until) if first and reason.until else first or reason.until
    return tuple(
        Keeping(tuple(found), how, case.policy.purposes.get(purpose), until[purpose, how])
        for (purpose, how), found in what.items()
    )


def recipients(case: Case, people_tables: Collection[str] = ()) -> tuple[str, ...]:
    """Who has received data of these categories (all of them when none is named), for Art. 19."""
    wanted = people_tables or tuple(case.policy.categories)
    return tuple(one.title or ", ".join(one.names) or one.name for one in recipients_of(case.policy, tuple(wanted)))
