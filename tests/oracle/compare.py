"""Compares an engine with the oracle, case by case: end states, dead counts, explanations.

The engine's author writes an `Adapter`; everything else is here:

    outcome = run_case(seed, factory)            # one seed; raises Disagreement with a small, readable case
    report = run_many(range(500), factory)       # counts, and the first disagreements
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from tests.oracle import ddl, show, shrink, truth
from tests.oracle.draft import Features
from tests.oracle.generate import EVERYTHING, Case, generate
from tests.oracle.world import Explained, Outcome, RowId, Rows
from tillit.model.standing import Person

Scope = frozenset[Person] | None


@dataclass(frozen=True)
class Swept:
    """What an engine did in one scope, from the case's own start. None: it does not tell, and is not compared."""

    rows: Rows | None = None
    dead_cells: Mapping[tuple[str, str], int] | None = None
    dead_rows: Mapping[str, int] | None = None


class Adapter(Protocol):
    """An engine with one case loaded. Each call starts from the case's own rows (load them anew)."""

    def sweep(self, case: Case, scope: Scope) -> Swept:
        """Count, then sweep once, then read everything back (`tests.oracle.ddl` loads and reads)."""
        ...

    def explain(self, case: Case, person: Person) -> Mapping[RowId, Explained] | None:
        """What holds each managed row of the person; None where the engine does not tell it."""
        ...


AdapterFactory = Callable[[], AbstractContextManager[Adapter]]


@dataclass(frozen=True)
class Difference:
    """One thing the two sides say differently."""

    scope: str
    what: str
    oracle: object
    engine: object

    def __str__(self) -> str:
        return f"[{self.scope}] {self.what}\n    oracle: {self.oracle}\n    engine: {self.engine}"


class Disagreement(AssertionError):
    """The smallest case found on which the two sides differ."""

    def __init__(self, case: Case, differences: list[Difference]) -> None:
        self.case = case
        self.differences = differences
        told = "\n".join(str(d) for d in differences[:12])
        ends = "\n".join(f"oracle, {_named(s)}: {show.outcome(sweep(case, s))}" for s in case.scopes)
        super().__init__(f"{told}\n\n{show.case(case)}\n\n{ends}")


@dataclass
class Report:
    """How many cases were compared, and those that differ."""

    cases: int = 0
    sweeps: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def sweep(case: Case, scope: Scope) -> Outcome:
    """The oracle's sweep of a case."""
    return truth.truth(case.policy, case.bound, case.rows, case.standings, case.now, scope)


def compare(case: Case, adapter: Adapter) -> list[Difference]:
    """Everything the engine says differently from the oracle, in each of the case's scopes."""
    found: list[Difference] = []
    for scope in case.scopes:
        found += sweep_differences(case, scope, adapter)
        for person in sorted(scope or (), key=str):
            found += explain_differences(case, person, adapter)
    return found


def sweep_differences(case: Case, scope: Scope, adapter: Adapter) -> list[Difference]:
    told, want = adapter.sweep(case, scope), sweep(case, scope)
    name = _named(scope)
    found: list[Difference] = []
    if told.rows is not None:
        found += state_differences(case, name, want.rows, told.rows)
    for what, ours, theirs in (
        ("dead cells", want.dead_cells, told.dead_cells),
        ("dead rows", want.dead_rows, told.dead_rows),
    ):
        if theirs is not None and _counted(ours) != _counted(theirs):
            found.append(Difference(name, what, _counted(ours), _counted(theirs)))
    return found


def state_differences(case: Case, scope: str, ours: Rows, theirs: Rows) -> list[Difference]:
    found: list[Difference] = []
    schema = case.bound.schema
    want, got = ddl.ordered(schema, ours), ddl.ordered(schema, theirs)
    for table, info in schema.tables.items():
        by_key = {tuple(r[c] for c in info.key): r for r in want[table]}
        got_key = {tuple(r[c] for c in info.key): r for r in got[table]}
        for key in sorted({*by_key, *got_key}, key=str):
            a, b = by_key.get(key), got_key.get(key)
            if a is None or b is None:
                found.append(Difference(scope, f"{table}{key}", a or "deleted", b or "deleted"))
            elif a != b:
                cells = [c for c in a if a[c] != b.get(c)]
                found.append(Difference(scope, f"{table}{key}", {c: a[c] for c in cells}, {c: b.get(c) for c in cells}))
    return found


def explain_differences(case: Case, person: Person, adapter: Adapter) -> list[Difference]:
    told = adapter.explain(case, person)
    if told is None:
        return []
    want = truth.explain(case.policy, case.bound, case.rows, case.standings, case.now, person)
    rows = sorted({*want, *told}, key=str)
    return [
        Difference(f"explain {show.person(person)}", f"{row}", want.get(row), told.get(row))
        for row in rows
        if want.get(row) != told.get(row)
    ]


def run_case(
    seed: int, factory: AdapterFactory, engine: str = "sqlite", features: Features = EVERYTHING, *, small: bool = True
) -> Case:
    """Compare the case of one seed; a disagreement is made small and raised."""
    case = generate(seed, engine, features)
    with factory() as adapter:
        found = compare(case, adapter)
        if not found:
            return case
        least = shrink.shrink(case, lambda c: bool(compare(c, adapter))) if small else case
        raise Disagreement(least, compare(least, adapter))


def run_many(
    seeds: Iterable[int],
    factory: AdapterFactory,
    engine: str = "sqlite",
    features: Features = EVERYTHING,
    *,
    most: int = 3,
) -> Report:
    """Compare many cases with one adapter; stop when `most` disagree or fail."""
    report = Report()
    with factory() as adapter:
        for seed in seeds:
            case = generate(seed, engine, features)
            report.cases += 1
            report.sweeps += len(case.scopes)
            try:
                if compare(case, adapter):
                    least = shrink.shrink(case, lambda c: bool(compare(c, adapter)))
                    report.disagreements.append(Disagreement(least, compare(least, adapter)))
            except Exception as error:
                report.errors.append((seed, f"{type(error).__name__}: {error}"))
            if len(report.disagreements) + len(report.errors) >= most:
                return report
    return report


def with_scopes(case: Case, *scopes: Scope) -> Case:
    return replace(case, scopes=scopes)


def _counted(counts: Mapping[Any, int]) -> dict[Any, int]:
    return {what: n for what, n in sorted(counts.items(), key=str) if n}


def _named(scope: Scope) -> str:
    return "everything" if scope is None else ", ".join(sorted(show.person(p) for p in scope))
