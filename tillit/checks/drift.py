"""Drift: every table and column has a category, or is said to hold nothing personal (Art. 30(1)(c) GDPR)."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.checks.asks import Answers
from tillit.checks.case import Case, Kind, several
from tillit.checks.verdict import Evidence, Place, State
from tillit.model.policy import Policy


def judge(case: Case, _: Answers) -> tuple[Evidence, ...]:
    """One verdict a store. Broken: something lies there that nobody gave a category."""
    return tuple(_store(case, number) for number in range(len(case.bounds)))


def _store(case: Case, number: int) -> Evidence:
    bound = case.bounds[number]
    name = bound.store.name
    seen = next((d for d in case.drift if d.store == name), None)
    places = [Place(name, table, note="in no map") for table in (seen.tables if seen else ())]
    places += [
        Place(name, column.rpartition(".")[0], column.rpartition(".")[2], note="no category")
        for column in (seen.columns if seen else ())
    ]
    columns = sum(len(table.columns) for table in bound.schema.tables.values())
    looked = f"{several(len(bound.schema.tables), 'table')}, {several(columns, 'column')} in the catalogue of {name}"
    notes = tuple(Place(name, note=note) for note in bound.schema.notes)
    if places:
        return case.evidence(
            "drift", State.BROKEN, f"{several(len(places), 'table or column', 'tables or columns')} without a category "
            f"in {name}: nobody knows what they hold.", subject=name, count=len(places), looked=looked,
            query="the engine's catalogue against the map", places=tuple(places), unread=notes,
            remedy="map them, or say that nothing in them is personal: `unmapped:`, `not_personal`",
        )  # fmt: skip
    if not bound.schema.tables:
        return case.evidence("drift", State.UNPROVEN, f"{name} has no tables.", subject=name, looked=looked)
    return case.evidence(
        "drift", State.PROVEN, f"Every table and column of {name} has a category.", subject=name, count=0,
        looked=looked, query="the engine's catalogue against the map", unread=notes,
    )  # fmt: skip


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    for name, information in policy.information.items():
        if information.clause and "." not in name:
            yield information.clause, f"information.{name}"


KIND = Kind("drift", "What is stored is what is declared", judge, entries=_entries)
