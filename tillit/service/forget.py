"""A person asks to be forgotten (Art. 17): find, tell what goes and what stays, remove, and look again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from tillit.decide.plan import plan
from tillit.decide.rights import ended_by, reaches
from tillit.decide.rights_terms import due_at
from tillit.decide.tolerance import undo_ends
from tillit.model.errors import TillitError
from tillit.model.mapping import NOT_PERSONAL
from tillit.model.policy import Event
from tillit.model.schema import Family
from tillit.model.standing import Key, Person, Standing
from tillit.register.database import reading, writing
from tillit.register.evidence import Evidence, record_evidence
from tillit.register.keys import hmac_key, person_hash
from tillit.register.requests import (
    RequestState,
    get_request,
    open_requests,
    receive_request,
    set_request_state,
)
from tillit.register.runs import RunKind
from tillit.register.standing import (
    RESTRICTION,
    EventKind,
    history,
    lift_hold,
    people_of_request,
    record_end,
    release_restrictions,
    standing_of,
)
from tillit.run.execute import Order, Outcome, carry_out
from tillit.run.identify import Ambiguous, Given, Identification, Match, identify
from tillit.run.killpoint import killpoint
from tillit.run.known import identifiers_of
from tillit.run.memory import Memory, standings, tell
from tillit.run.observe import Observed, observe
from tillit.run.residual import Held, ResidualReport, residual
from tillit.run.restore import HOLD
from tillit.run.stores import OpenStore
from tillit.service.committed import naming_run, telling
from tillit.service.project import Project, fit_to_read, fit_to_write
from tillit.service.why import Kept, why

RELEASED = frozenset({HOLD, RESTRICTION})
"""Holds that a person's own request for erasure releases; a legal hold is none of them."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Who is meant. `given` are identifiers (type -> the value or values, all of one person); `also` and `but_not` are
    `STORE.TABLE=KEY`, decided by staff; `request_id` goes on with an earlier request.
    """

    given: Given
    also: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an erasure would do. `kept` are the rows of the person that stay, with the reasons."""

    matches: tuple[Match, ...]
    ambiguous: tuple[Ambiguous, ...]
    stores: tuple[Observed, ...]
    kept: tuple[Kept, ...]
    ends: tuple[str, ...]  # purposes that the request ends
    known: Mapping[str, int]  # identifiers that will be looked for afterwards, by type

    @property
    def people(self) -> frozenset[Person]:
        return frozenset(match.person for match in self.matches)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What an erasure did, and what a second look saw."""

    request_id: UUID
    due_at: datetime
    outcome: Outcome
    kept: tuple[Kept, ...]
    dead_left: int  # values that should have gone and are still there
    residual: ResidualReport
    undo_until: datetime

    @property
    def complete(self) -> bool:
        """Nothing that should have gone was found again, in mapped and in unmapped places."""
        return not self.dead_left and self.residual.clean


def foresee(project: Project, memory: Memory, stores: list[OpenStore], ask: Ask, now: datetime) -> Foreseen:
    """Find the person and tell what an erasure would do; nothing is changed, nothing is recorded."""
    found = find(project, memory, stores, ask, now)
    return _foresee(project, memory, stores, found, now)[0]


def forget(
    project: Project,
    memory: Memory,
    stores: list[OpenStore],
    ask: Ask,
    now: datetime,
    *,
    vouched_by: str,
    allow_more: bool = False,
    progress: Callable[[str, int], None] | None = None,
) -> tuple[Foreseen, Forgotten | None]:
    """Erase what the request lets go, and look again everywhere. Nobody found: nothing is done, the second is None.

    `vouched_by` says who verified the identity. A killed erasure is gone on with by the same call, or by its request.
    """
    fit_to_write(stores)
    found = find(project, memory, stores, ask, now)
    foreseen, known = _foresee(project, memory, stores, found, now)
    people = foreseen.people
    if not people:
        return foreseen, None
    request_id = _record(project, memory, people, ask, now, vouched_by)
    with telling() as told:
        told(f"Request {request_id} stays open: go on with --request {request_id}, and the identifiers as well.")
        killpoint("requested")
        with naming_run(memory, RunKind.FORGET, now):
            until = undo_ends(project.policy, (), now, project.settings.undo_days, sweep=False)
            limits = project.settings.limits
            order = Order(RunKind.FORGET, project.policy, now, until, people, request_id, limits, allow_more)
            outcome = carry_out(memory, stores, order, progress)
            killpoint("erased")
            done = _look_again(project, memory, stores, people, known, (request_id, outcome, until), now)
            _answered(project, memory, done, now)
    return foreseen, done


def _look_again(
    project: Project,
    memory: Memory,
    stores: list[OpenStore],
    people: frozenset[Person],
    known: Mapping[str, set[str]],
    run: tuple[UUID, Outcome, datetime],
    now: datetime,
) -> Forgotten:
    """What is kept, what should have gone and is still there, and where else the person is still known by."""
    request_id, outcome, until = run
    kept = tuple(why(project.policy, memory, stores, people, now))
    dead_left = sum(one.total for one in observed(project, memory, stores, people, now, {}))
    report = residual(stores, [known], _held(stores, kept))
    with reading(memory.register) as conn:
        due = get_request(conn, request_id).due_at
    return Forgotten(request_id, due, outcome, kept, dead_left, report, until)


def find(project: Project, memory: Memory, stores: list[OpenStore], ask: Ask, now: datetime) -> Identification:
    """Everybody meant by `ask`. Raises TillitError when nothing to search by was given, or a right is missing."""
    fit_to_read(stores)
    if not ask.given and not ask.also and ask.request_id is None:
        raise TillitError("nothing says who is meant", "give --email, --phone, --id TYPE=VALUE or --person")
    found = identify(stores, ask.given, project.policy, now) if ask.given else Identification((), ())
    people = {match.person: match.reason for match in found.people}
    if ask.request_id is not None:
        with reading(memory.register) as conn:
            get_request(conn, ask.request_id)
            people |= dict.fromkeys(people_of_request(conn, ask.request_id), "belongs to the request")
    people |= {named(stores, text): "was named by you" for text in ask.also}
    for text in ask.but_not:
        people.pop(named(stores, text), None)
    return replace(found, people=tuple(Match(person, reason) for person, reason in people.items()))


def named(stores: Sequence[OpenStore], text: str) -> Person:
    """The person that `STORE.TABLE=KEY` names (parts of a composite key divided by commas). Raises TillitError."""
    place, _, key = text.partition("=")
    name, _, table = place.partition(".")
    store = next((s for s in stores if s.name == name), None)
    bound = store.bound.tables.get(table) if store else None
    if store is None or bound is None or not bound.table.is_root or not key:
        roots = [f"{s.name}.{t}" for s in stores for t, b in s.bound.tables.items() if b.table.is_root]
        raise TillitError("--person wants STORE.TABLE=KEY of a table of persons", f"such tables: {', '.join(roots)}")
    parts = [part.strip() for part in key.split(",")]
    columns = [bound.info.columns[c] for c in bound.table.key]
    if len(parts) != len(columns):
        raise TillitError(
            f"the key of {name}.{table} has {len(columns)} parts", f"write them as {', '.join(bound.table.key)}"
        )
    try:
        return Person(name, table, tuple(_part(p, c.family) for p, c in zip(parts, columns, strict=True)))
    except ValueError:
        kinds = ", ".join(c.family.value for c in columns)
        raise TillitError(f"this is no key of {name}.{table}", f"its type is {kinds}") from None


def _part(text: str, family: Family) -> int | str | UUID:
    match family:
        case Family.INTEGER:
            return int(text)
        case Family.UUID:
            return UUID(text)
        case _:
            return text


def _foresee(
    project: Project, memory: Memory, stores: list[OpenStore], found: Identification, now: datetime
) -> tuple[Foreseen, dict[str, set[str]]]:
    people = frozenset(match.person for match in found.people)
    instead = _after_request(project, memory, people, now)
    known: dict[str, set[str]] = {}
    for type_, value in found.identifiers if people else ():
        known.setdefault(type_, set()).add(value)
    for store in stores if people else ():
        for type_, values in identifiers_of(store, people, project.policy, now).items():
            known.setdefault(type_, set()).update(values)
    foreseen = Foreseen(
        found.people,
        found.ambiguous,
        observed(project, memory, stores, people, now, instead),
        tuple(k for k in why(project.policy, memory, stores, people, now, instead) if not k.dies),
        ended_by(Event.REQUEST, project.policy),
        {type_: len(values) for type_, values in sorted(known.items())},
    )
    return foreseen, known


def observed(
    project: Project,
    memory: Memory,
    stores: Sequence[OpenStore],
    people: frozenset[Person],
    now: datetime,
    instead: Mapping[Person, Standing],
) -> tuple[Observed, ...]:
    """What a sweep of these people would do now; `instead` replaces what stands for some of them."""
    found = []
    for store in stores:
        here = [p for p in people if p.store == store.name]
        if here:
            with standings(memory, store.name, now, instead) as standing:
                found.append(observe(store, plan(store.bound, project.policy, now, here), standing))
    return tuple(found)


def _after_request(
    project: Project, memory: Memory, people: frozenset[Person], now: datetime
) -> dict[Person, Standing]:
    """How these people will stand once the request is recorded."""
    with reading(memory.register) as conn:
        recorded = {one.person: one for one in standing_of(conn, people)}
        held = {one for one in people if _other_holds(conn, one)}
    ends = reaches(Event.REQUEST, project.policy, now)
    found = {}
    for person in people:
        old = recorded.get(person, Standing(person))
        ended = {p: max(at, old.ended.get(p, at)) for p, at in ends.items()}
        found[person] = Standing(person, {**old.ended, **ended}, old.consent, person in held)
    return found


def _other_holds(conn: Connection, person: Person) -> bool:
    """Holds other than those which the person's own new request releases."""
    holds: set[tuple[str, UUID | None]] = set()
    for event in history(conn, person):
        if event.kind is EventKind.HELD:
            holds.add((event.name, event.request_id))
        elif event.kind is EventKind.LIFTED:
            holds.discard((event.name, event.request_id))
    return any(name not in RELEASED for name, _ in holds)


def _record(
    project: Project, memory: Memory, people: frozenset[Person], ask: Ask, now: datetime, vouched_by: str
) -> UUID:
    """The request, and what it ends, on record; a request for these people that is still open is gone on with."""
    secret = hmac_key(memory.keys, "journal")
    with writing(memory.register) as conn:
        waiting = [r.id for r in open_requests(conn) if r.kind == "erasure" and _same(conn, r.id, people)]
        request_id = ask.request_id or next(iter(waiting), None)
        if request_id is None:
            request_id = receive_request(conn, "erasure", now, due_at(now, project.policy), vouched_by)
        set_request_state(conn, request_id, RequestState.RUNNING, now)
        record_end(conn, people, reaches(Event.REQUEST, project.policy, now), now, request_id)
        lift_hold(conn, people, HOLD, now)
        release_restrictions(conn, people, now)
        body = {
            "request": str(request_id),
            "people": [person_hash(secret, person) for person in sorted(people, key=repr)],
            "ends": list(ended_by(Event.REQUEST, project.policy)),
            "vouched_by": vouched_by,
        }
        tell(memory, conn, "request.erasure", body, now)
    return request_id


def _same(conn: Connection, request_id: UUID, people: frozenset[Person]) -> bool:
    told = frozenset(people_of_request(conn, request_id))
    return bool(told) and people <= told


def _held(stores: Sequence[OpenStore], kept: Sequence[Kept]) -> Held:
    """Where the person's identifiers may lawfully still stand: what is kept, row by row, and in rows that stay also
    what the map calls not personal.
    """
    tables = {store.name: store.bound.tables for store in stores}
    found: dict[tuple[str, str, str], set[Key]] = {}
    for row in kept:
        columns = tables[row.store][row.table].table.columns
        plain = [name for name, column in columns.items() if column.category == NOT_PERSONAL]
        for column in (*row.columns, *row.coarse, *plain):
            found.setdefault((row.store, row.table, column), set()).add(row.key)
    return found


def _answered(project: Project, memory: Memory, done: Forgotten, now: datetime) -> None:
    """The end of the request on record; it stays open while something is left that somebody must look at."""
    certain = [r for r in done.residual.left if not r.only_shared]
    left: dict[str, int] = {}
    for r in certain:
        place = f"{r.store}.{r.table}.{r.column}"
        left[place] = left.get(place, 0) + r.cells
    unread = sum(len(scan.unread) for scan in done.residual.scans)
    body = {
        "request": str(done.request_id),
        "run": str(done.outcome.run_id),
        "complete": done.complete,
        "left": left,
        "kept_rows": len(done.kept),
        "unread": unread,
    }
    state = "kept" if done.complete else "broken"
    detail = {"request": str(done.request_id), "left": left, "dead_left": done.dead_left, "unread": unread}
    with writing(memory.register) as conn:
        if done.complete:
            set_request_state(conn, done.request_id, RequestState.ANSWERED, now)
        count = done.dead_left + sum(left.values())
        record_evidence(conn, [Evidence("erasure", "", now, project.digest, state, "", count, detail)])
        tell(memory, conn, "request.checked", body, now)
