"""From evidence to verdicts: each promise by what bears on it, each clause by the worst of its promises."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from tillit.checks.case import Attested, Case, listed, several
from tillit.checks.days import due
from tillit.checks.kinds import KINDS
from tillit.checks.verdict import ClauseState, Evidence, PromiseState, State, worst
from tillit.model.bound import BoundTable
from tillit.model.policy import Period, Policy
from tillit.model.promise import Promise, Shown
from tillit.policy.elements import element

WHOLE = ("drift", "card_numbers", "password_storage", "encryption_in_transit", "encryption_at_rest", "erased_people")
"""Kinds that are about all stores at once: each verdict bears on each promise."""


def promises_of(policy: Policy) -> tuple[Promise, ...]:
    """What a policy promises by itself, where no promises.yaml says it: each entry that some check looks at."""
    found = []
    for kind in KINDS.values():
        for clause, by in kind.entries(policy):
            entry = element(policy, by)
            says = getattr(entry, "title", "") or kind.title
            if clause:
                found.append(Promise(f"{kind.name}:{by}", says, clause, by, Shown.CHECKED, check=kind.name))
    return tuple(found)


def words(promise: Promise) -> str:
    """A digest of what is promised: an attestation is of these words."""
    return hashlib.sha256(f"{promise.id}\n{promise.says}".encode()).hexdigest()[:16]


def conclude(case: Case, promises: Sequence[Promise], evidence: Sequence[Evidence]) -> tuple[ClauseState, ...]:
    """Every clause of the policy, in its order. A clause without a promise is unproven."""
    states = [_promise(case, promise, evidence) for promise in promises]
    found = []
    for number, clause in case.policy.clauses.items():
        own = tuple(state for state in states if state.clause == number)
        seen: dict[int, Evidence] = {id(one): one for state in own for one in state.evidence}
        found.append(ClauseState(number, clause.title, worst(tuple(s.state for s in own)), own, tuple(seen.values())))
    return tuple(found)


def _promise(case: Case, promise: Promise, evidence: Sequence[Evidence]) -> PromiseState:
    state, why, used = _shown(case, promise, evidence)
    return PromiseState(
        promise.id, promise.says, promise.clause, promise.by, promise.shown, promise.check, state, why, used
    )


def _shown(case: Case, promise: Promise, evidence: Sequence[Evidence]) -> tuple[State, str, tuple[Evidence, ...]]:
    if promise.shown is Shown.UNPROVEN:
        return State.UNPROVEN, promise.reason, ()
    if promise.shown is Shown.ATTESTED:
        return *attested(case, promise), ()
    used = tuple(_bearing(case, promise, [e for e in evidence if e.kind == promise.check]))
    state = worst(tuple(e.state for e in used))
    if state is State.UNPROVEN and case.register.attested:
        said, why = attested(case, promise)
        if said is State.ATTESTED:
            return said, why, used
    return state, _why(used, state), used


def _why(used: Sequence[Evidence], state: State) -> str:
    told = list(dict.fromkeys(e.says for e in used if e.state is state))
    if not told:
        return "No check has looked at it."
    return " ".join(told[:3]) + (f" And {several(len(told) - 3, 'more')}." if len(told) > 3 else "")


def attested(case: Case, promise: Promise) -> tuple[State, str]:
    """How a promise stands by what people said of it. Due again by the policy's period, or when its words change."""
    said = [a for a in case.register.attested if a.subject in (promise.id, promise.by)]
    who = promise.who or "somebody"
    if not said:
        return State.UNPROVEN, f"Nobody has attested it yet: {who} does, `tillit attest {promise.clause} --by NAME`."
    last = max(said, key=lambda a: a.at)
    return _fresh(case, promise, last)


def _fresh(case: Case, promise: Promise, last: Attested) -> tuple[State, str]:
    day = last.at.astimezone(ZoneInfo(case.policy.controller.timezone)).date()
    if last.words and last.words != words(promise):
        return State.STALE, f"Attested by {last.by} on {day}, for other words."
    every = promise.every or _every(case.policy, promise.by)
    if every is not None and due(day, every) < case.today:
        return State.STALE, f"Attested by {last.by} on {day}; due again since {due(day, every)}."
    until = f", good until {due(day, every)}" if every is not None else ""
    return State.ATTESTED, f"Attested by {last.by} on {day}{until}."


def _every(policy: Policy, by: str) -> Period | None:
    every = getattr(element(policy, by), "review_every", None)
    return every if isinstance(every, Period) else None


def _bearing(case: Case, promise: Promise, some: Sequence[Evidence]) -> Iterator[Evidence]:
    """The evidence of its kind that bears on a promise."""
    section, _, name = promise.by.partition(".")
    if promise.check == "retention":
        clauses = set(_clauses(case.policy, section, name)) or {promise.clause}
        yield from (e for e in some if e.clause in clauses)
    elif promise.check == "drift" and section == "information" and name:
        yield from _of_type(case, name, some)
    elif promise.check == "access_grants" and section in ("purposes", "information"):
        yield from _of_stores(case, section, name, some)
    elif promise.check in WHOLE:
        yield from some
    elif exact := [e for e in some if e.by == promise.by or (e.by and e.by.startswith(promise.by + "."))]:
        yield from exact
    elif promise.check == "lint" or any(e.clause == promise.clause for e in some if not e.by):
        yield from (e for e in some if e.clause == promise.clause)
    else:
        yield from [e for e in some if not e.by] or some


def _clauses(policy: Policy, section: str, name: str) -> Iterable[str]:
    """The clauses under which what a promise is about is kept."""
    if section == "purposes" and name in policy.purposes:
        return [policy.purposes[name].clause]
    if section == "information" and name:
        kept = (p for p in policy.purposes.values() if any(p.covers(leaf) for leaf in _leaves(policy, name)))
        return [p.clause for p in kept]
    return []


def _leaves(policy: Policy, name: str) -> tuple[str, ...]:
    return policy.leaves((name,)) or (name,)


def _of_type(case: Case, name: str, some: Sequence[Evidence]) -> Iterator[Evidence]:
    """Drift, for one type of information: what nobody gave a category may be of it, which leaves it unproven."""
    holders = [b.store.name for b in case.bounds if _holds(b.tables.values(), name)]
    if not holders:
        says = f"No column of any store is said to hold {name}, which shows nothing."
        yield case.evidence("drift", State.UNPROVEN, says, by=f"information.{name}")
    elif broken := [e for e in some if e.state is State.BROKEN]:
        says = f"In {listed(e.subject for e in broken)} something has no category, and may be {name}."
        yield case.evidence("drift", State.UNPROVEN, says, by=f"information.{name}", looked=broken[0].looked)
    else:
        yield from (e for e in some if e.subject in holders)


def _holds(tables: Iterable[BoundTable], name: str) -> bool:
    columns = (c for bound in tables for c in bound.table.personal_columns)
    return any(c.category == name or c.category.startswith(name + ".") for c in columns)


def _of_stores(case: Case, section: str, name: str, some: Sequence[Evidence]) -> Iterator[Evidence]:
    """The grants of the stores that hold data of a purpose, or of a type."""
    stores = set()
    for bound in case.bounds:
        grounds = {g.purpose for t in bound.tables.values() for g in t.table.grounds}
        if name in grounds if section == "purposes" else _holds(bound.tables.values(), name):
            stores.add(bound.store.name)
    if not stores:
        what = f"No store holds data for {name}, which shows nothing."
        yield case.evidence("access_grants", State.UNPROVEN, what, by=f"{section}.{name}")
    yield from (e for e in some if e.subject in stores)
