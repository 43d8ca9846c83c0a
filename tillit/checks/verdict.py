"""What a check concludes: the frozen results that are told, kept in the register, and shown beside the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tillit.model.promise import Shown


class State(Enum):
    """How a promise, or a whole clause, stands. In the order in which the worst is told first."""

    BROKEN = "broken"  # something was seen that should not be
    STALE = "stale"  # it was shown once; too long ago, or for another wording
    UNPROVEN = "unproven"  # nothing shows it, and it is told why
    ATTESTED = "attested"  # a person said so, and it is not due again
    PROVEN = "proven"  # it was looked at, and nothing was wrong


ORDER = tuple(State)


def worst(states: tuple[State, ...]) -> State:
    """The gravest of `states`; UNPROVEN of none: what nothing shows is never green."""
    return min(states, key=ORDER.index, default=State.UNPROVEN)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was seen, or not looked into. Names of stores, tables and columns, or of an entry of the policy;
    never a value of a person.
    """

    store: str = ""
    table: str = ""
    column: str = ""  # empty: whole rows
    count: int | None = None
    note: str = ""  # what was seen there, or why it was not looked into

    @property
    def name(self) -> str:
        """`store.table.column`, as far as it goes."""
        return ".".join(part for part in (self.store, self.table, self.column) if part)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one check saw of one thing: a clause, an entry of the policy, or a store.

    `kind` is the kind of check, as promises.yaml names it. `clause` and `by` say what it is about: a clause, and the
    entry of the policy (`recipients.cloud`); empty where it is about all of its kind. `subject` is the store, or the
    entry, in a few words. `count` is how much is wrong (None: nothing could be counted), `due` what is still in time.
    `looked` says what was looked at, `query` the statement or observation behind it, `says` the verdict in a sentence,
    `remedy` what to do about it. No personal data in any of it.
    """

    kind: str
    state: State
    at: datetime
    digest: str  # of the policy and maps
    clause: str = ""
    by: str = ""
    subject: str = ""
    count: int | None = None
    due: int = 0
    looked: str = ""
    query: str = ""
    says: str = ""
    remedy: str = ""
    places: tuple[Place, ...] = ()
    unread: tuple[Place, ...] = ()  # what was not looked into, with why


@dataclass(frozen=True, slots=True)
class PromiseState:
    """One promise and how it stands. `why` is a sentence fit to be shown beside it."""

    id: str  # as in promises.yaml; of a promise that follows from the policy alone, `KIND:ENTRY`
    says: str
    clause: str
    by: str  # the entry of the policy that carries it
    shown: Shown
    kind: str  # the kind of check; empty where none looks at it
    state: State
    why: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseState:
    """One clause: the worst of its promises. `count` is what is wrong, `due` what is still in time."""

    clause: str
    title: str
    state: State
    promises: tuple[PromiseState, ...]
    evidence: tuple[Evidence, ...]  # of its promises, each once

    @property
    def count(self) -> int:
        return sum(e.count or 0 for e in self.evidence if e.state is State.BROKEN)

    @property
    def due(self) -> int:
        return sum(e.due for e in self.evidence)

    def numbers(self) -> dict[State, int]:
        """How many of its promises stand how."""
        return {state: found for state in ORDER if (found := sum(p.state is state for p in self.promises))}
