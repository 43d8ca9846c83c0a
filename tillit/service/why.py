"""Why is it kept? Rows of a person, with the purposes that hold each, in words that can be told to the person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from tillit.connectors.sql.explain import GroundState, RowState
from tillit.decide.plan import plan
from tillit.decide.undated import written
from tillit.decide.until import clock_column, held_until
from tillit.model.mapping import Form, Ground
from tillit.model.policy import Basis, Policy, Purpose
from tillit.model.standing import Key, Person, Standing
from tillit.run.clocks import clock_values
from tillit.run.memory import Memory, standings
from tillit.run.observe import row_states
from tillit.run.stores import OpenStore


class How(Enum):
    """In which way a purpose holds a row."""

    IN_USE = "in use"
    OUTLASTS = "still under way"  # ended, but something that runs still needs it
    HOLD = "on hold"
    OTHERS = "about others too"  # another person whom it is about is the reason
    SHELL = "needed by something else"  # nothing personal in it: another row that is kept points at it


@dataclass(frozen=True, slots=True)
class Reason:
    """One purpose that holds a row. `until` is the last day, where one can be told; `text` says it for people."""

    purpose: str
    title: str
    clause: str
    how: How
    until: date | None
    text: str
    basis: str = ""  # why it is allowed, in a word or two


@dataclass(frozen=True, slots=True)
class Kept:
    """One row, and why. `columns` are the personal columns that are kept, `coarse` those kept in a coarser form."""

    store: str
    table: str
    key: Key
    columns: tuple[str, ...]
    coarse: Mapping[str, str]
    dead: tuple[str, ...]
    reasons: tuple[Reason, ...]
    dies: bool = False  # nothing holds the row: it goes, unless something that is kept points at it


def why(
    policy: Policy,
    memory: Memory,
    stores: Sequence[OpenStore],
    people: frozenset[Person],
    now: datetime,
    instead: Mapping[Person, Standing] | None = None,
) -> list[Kept]:
    """Every row of `people` in every store, with what holds it at `now`; `instead` replaces what stands for some."""
    found: list[Kept] = []
    for store in stores:
        here = frozenset(p for p in people if p.store == store.name)
        if not here:
            continue
        with standings(memory, store.name, now, instead) as standing:
            states = _once(row_states(store, plan(store.bound, policy, now, here), standing))
        starts = _starts(policy, store, states, now)
        found += [_kept(policy, store, state, starts) for state in states]
    return found


def _once(states: Iterable[RowState]) -> list[RowState]:
    """A row of several of the people is told once; a ground that holds it for one of them holds it."""
    merged: dict[tuple[str, Key], RowState] = {}
    for state in states:
        place = (state.table, state.key)
        merged[place] = _both(merged[place], state) if place in merged else state
    return list(merged.values())


def _both(one: RowState, other: RowState) -> RowState:
    grounds = tuple(a if a.held else b for a, b in zip(one.grounds, other.grounds, strict=True))
    columns = {c: _freer(one.columns[c], other.columns[c]) for c in one.columns}
    return RowState(one.table, one.key, one.hold or other.hold, grounds, columns, one.dead and other.dead)


def _freer(one: Form | str | None, other: Form | str | None) -> Form | str | None:
    return other if one == "dead" else one if other == "dead" or one is None else other


BASES = {
    Basis.CONSENT: "consent",
    Basis.CONTRACT: "contract",
    Basis.LEGAL_OBLIGATION: "the law",
    Basis.VITAL_INTERESTS: "vital interests",
    Basis.PUBLIC_TASK: "public task",
    Basis.LEGITIMATE_INTERESTS: "our interest",
    Basis.UNKNOWN: "basis unknown",
}

Starts = Mapping[tuple[str, int], tuple[str, Mapping[Key, date | None]]]
"""(table, index of the ground) -> what its clock is called, and the last day for each row."""


def _starts(policy: Policy, store: OpenStore, states: list[RowState], now: datetime) -> Starts:
    zone = ZoneInfo(policy.controller.timezone)
    store_zone = ZoneInfo(store.bound.store.timezone or "UTC")
    found = {}
    for table in dict.fromkeys(state.table for state in states):
        for index, ground in enumerate(store.bound.tables[table].table.grounds):
            read = clock_column(store.bound, policy, now, table, ground)
            keys = [s.key for s in states if s.table == table and s.grounds[index].held]
            if read is None or ground.since is None or not keys:
                continue
            hops, column, dress = read
            keep = policy.purposes[ground.purpose].keep
            values = clock_values(store, table, hops, column, keys)
            days = {key: held_until(value, dress, keep, zone, store_zone) for key, value in values.items()}
            found[table, index] = (written(ground.since), days)
    return found


def _kept(policy: Policy, store: OpenStore, state: RowState, starts: Starts) -> Kept:
    grounds = store.bound.tables[state.table].table.grounds
    live = tuple(c for c, fate in state.columns.items() if fate is None)
    coarse = {c: fate.value for c, fate in state.columns.items() if isinstance(fate, Form)}
    dead = tuple(c for c, fate in state.columns.items() if fate == "dead")
    reasons = list(_reasons(policy, state, grounds, starts))
    if not reasons and (live or coarse):
        reasons = [Reason("", "", "", How.OTHERS, None, "it is also about somebody else, and is kept for them")]
    elif not reasons:
        reasons = [
            Reason(
                "",
                "",
                "",
                How.SHELL,
                None,
                "emptied: nothing personal is kept in the row, but something that is kept points at it",
            )
        ]
    return Kept(store.name, state.table, state.key, live, coarse, dead, tuple(reasons), state.dead)


def _reasons(policy: Policy, state: RowState, grounds: Sequence[Ground], starts: Starts) -> Iterator[Reason]:
    if state.hold:
        yield Reason(
            "", "", "", How.HOLD, None, "on hold: nothing about this person may be removed until the hold is lifted"
        )
    told: dict[str, Reason] = {}
    for index, (ground, one) in enumerate(zip(grounds, state.grounds, strict=True)):
        if not one.held or (state.hold and (one.ended or not one.fresh)):
            continue
        purpose = policy.purposes[ground.purpose]
        clock, days = starts.get((state.table, index), ("", {}))
        until = days.get(state.key)
        reason = _reason(purpose, ground, one, clock, until)
        first = told.get(purpose.name)
        if first is None or (first.until and until and until > first.until):
            told[purpose.name] = reason
    yield from told.values()


def _reason(purpose: Purpose, ground: Ground, one: GroundState, clock: str, until: date | None) -> Reason:
    how = How.OUTLASTS if one.ended and one.outlasts else How.IN_USE
    text = f"{_because(purpose)}; {_ends(purpose, ground, how, clock, until)}"
    return Reason(purpose.name, purpose.title, purpose.clause, how, until, text, BASES[purpose.basis])


def _because(purpose: Purpose) -> str:
    match purpose.basis:
        case Basis.CONSENT:
            return "the person has agreed to it"
        case Basis.CONTRACT:
            return "it is needed for what was agreed with the person"
        case Basis.LEGAL_OBLIGATION:
            law = f" ({purpose.basis_reference})" if purpose.basis_reference else ""
            return f"the law demands it{law}"
        case Basis.VITAL_INTERESTS:
            return "somebody's life or health may depend on it"
        case Basis.PUBLIC_TASK:
            return "it is needed for a public task"
        case Basis.LEGITIMATE_INTERESTS:
            interest = f": {purpose.basis_reference}" if purpose.basis_reference else ""
            return f"it is needed for a purpose of ours{interest}"
        case Basis.UNKNOWN:
            return "the policy does not say why"


def _ends(purpose: Purpose, ground: Ground, how: How, clock: str, until: date | None) -> str:
    if how is How.OUTLASTS:
        return "what is under way is done: then it goes by itself"
    if until is not None:
        return f"until {until.isoformat()}"
    if ground.through is not None:
        return f"as long as its {ground.through[0]}"
    if clock:
        return f"open: it counts from {clock}, which is empty"
    if purpose.keep.until:
        return "until " + " or ".join(sorted(event.value for event in purpose.keep.until))
    if purpose.keep.unknown:
        return "the policy does not say for how long"
    return f"for {purpose.keep.text or 'as long as it is needed'}"
