"""Rectification (Art. 16): the corrected value in every living place, and everybody told who has the wrong one.

Documents that were sent out or booked (`issued` in the map) are never rewritten: the correction is told beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tillit.connectors.sql.rectify import Edit, why_not
from tillit.decide.tolerance import undo_ends
from tillit.documents.letter import Correction
from tillit.model.bound import BoundTable
from tillit.model.errors import TillitError
from tillit.model.standing import Person
from tillit.register.database import writing
from tillit.register.requests import RequestState
from tillit.register.runs import RunKind
from tillit.register.standing import lift_hold, place_hold
from tillit.run.rectify import Job, Seen, foreseen, rectify
from tillit.run.stores import OpenStore
from tillit.service.committed import naming_run
from tillit.service.forget import find
from tillit.service.project import fit_to_write
from tillit.service.rights import Answered, Case, begin, finish, letter, nobody, recipients, request_of, titles, vouched

HOLD = "rectification"
Edits = Mapping[str, Sequence[Edit]]


@dataclass(frozen=True, slots=True)
class Change:
    """What the person says is right. `what` is a category of the policy, or STORE.TABLE.COLUMN."""

    what: str
    new: str
    old: str | None = None


def parsed(sets: Sequence[str], olds: Sequence[str]) -> list[Change]:
    """`WHAT=VALUE` pairs as changes; `olds` name what stands there now. Raises TillitError, repeating no value."""
    old = dict(_pair(text, "--old") for text in olds)
    changes = [Change(what, new, old.get(what)) for what, new in (_pair(text, "--set") for text in sets)]
    if not changes:
        raise TillitError("nothing says what is to be corrected", "add --set WHAT=VALUE, such as contact.phone=...")
    if set(old) - {change.what for change in changes}:
        raise TillitError("--old names something that --set does not", "use the same word in both")
    return changes


def _pair(text: str, option: str) -> tuple[str, str]:
    what, sign, value = text.partition("=")
    if not sign or not what.strip() or not value.strip():
        raise TillitError(f"{option} wants WHAT=VALUE", "WHAT is a category of the policy, or STORE.TABLE.COLUMN")
    return what.strip(), value.strip()


def rectification(case: Case, changes: Sequence[Change]) -> Answered:
    """Correct, with undo; without `apply`, tell what would be corrected."""
    vouched(case)
    if case.apply:
        fit_to_write(case.stores)
    edits, issued = _edits(case, changes)
    found = find(case.project, case.memory, case.stores, case.ask, case.now)
    people = frozenset(match.person for match in found.people)
    if not people:
        return nobody(case, "rectification", found.ambiguous)
    seen = _foreseen(case, people, edits)
    beside = [one for one in _foreseen(case, people, issued) if one.cells]
    done = _carry(case, people, edits, seen, beside) if case.apply else _Done()
    request_id = done.request_id
    said = letter(
        case,
        "rectification",
        request_id,
        corrections=_corrections(case, seen),
        issued=_documents(case, beside),
        recipients=recipients(case, _categories(case, seen)) if any(one.cells for one in seen) else None,
    )
    due = request_of(case, request_id).due_at if request_id else None
    who = (found.people, found.ambiguous)
    return Answered("rectification", said, *who, case.apply, request_id, due, done.run_id, done.rows)


def _foreseen(case: Case, people: frozenset[Person], edits: Edits) -> list[Seen]:
    stores = [store for store in case.stores if store.name in edits]
    return [one for s in stores for one in foreseen(s, case.policy, people, edits[s.name], case.now)]


@dataclass(frozen=True, slots=True)
class _Done:
    request_id: UUID | None = None
    run_id: UUID | None = None
    rows: Mapping[tuple[str, str, str], int] = field(default_factory=dict)


def _carry(case: Case, people: frozenset[Person], edits: Edits, seen: Sequence[Seen], beside: Sequence[Seen]) -> _Done:
    places = {f"{one.store}.{one.edit.table}.{one.edit.column}": one.cells for one in seen if one.cells}
    kept = {f"{one.store}.{one.edit.table}.{one.edit.column}": one.cells for one in beside}
    request_id = begin(case, "rectification", people, {"cells": places, "beside": kept})
    with writing(case.memory.register) as conn:  # the request finds its people by what stood for them
        place_hold(conn, people, HOLD, case.now, request_id)
        lift_hold(conn, people, HOLD, case.now, request_id)
    done = _Done(request_id)
    if places:
        until = undo_ends(case.policy, (), case.now, case.project.settings.undo_days, sweep=False)
        with naming_run(case.memory, RunKind.RECTIFY, case.now):
            job = Job(case.policy, case.now, until, people, request_id, edits)
            done = _Done(request_id, *rectify(case.memory, case.stores, job))
    finish(case, "rectification", request_id, RequestState.ANSWERED, {"rows": sum(done.rows.values())})
    return done


def _edits(case: Case, changes: Sequence[Change]) -> tuple[Edits, Edits]:
    """Store -> edits: those to carry out, and those of issued documents. Raises TillitError."""
    found: dict[str, list[Edit]] = {}
    issued: dict[str, list[Edit]] = {}
    for change in changes:
        places = list(_places(case, change))
        if not places:
            raise TillitError(
                f"nothing that is mapped holds {change.what}", "name a category of the policy, or STORE.TABLE.COLUMN"
            )
        for store, bound, column in places:
            edit = Edit(bound.table.name, column, bound.table.columns[column].about, change.new, change.old)
            (issued if bound.table.issued else found).setdefault(store.name, []).append(edit)
    return found, issued


def _places(case: Case, change: Change) -> list[tuple[OpenStore, BoundTable, str]]:
    places = []
    for store in case.stores:
        for name, bound in store.bound.tables.items():
            for column in bound.table.columns.values():
                exact = change.what == f"{store.name}.{name}.{column.name}"
                if not exact and column.category != change.what:
                    continue
                why = _why_not(bound, column.name)
                if why and exact:
                    raise TillitError(
                        f"{change.what} cannot be corrected here: {why}", "correct it where it comes from"
                    )
                if not why:
                    places.append((store, bound, column.name))
    return places


def _why_not(bound: BoundTable, column: str) -> str:
    if any(column in link.columns for link in bound.table.links):
        return "it is part of a link"
    return why_not(bound.info.columns[column], bound.table.key)


def _corrections(case: Case, seen: Sequence[Seen]) -> tuple[Correction, ...]:
    cells: dict[tuple[str, str], int] = {}
    old: dict[tuple[str, str], dict[str, None]] = {}
    for one in seen:
        name = (_title(case, one), one.edit.new)
        cells[name] = cells.get(name, 0) + one.cells
        old.setdefault(name, {}).update(dict.fromkeys(one.old))
    return tuple(Correction(what, tuple(old[what, new]), new, n) for (what, new), n in cells.items())


def _title(case: Case, one: Seen) -> str:
    store = next(s for s in case.stores if s.name == one.store)
    return next(iter(titles(case.policy, store.bound.tables[one.edit.table].table, [one.edit.column])), one.edit.column)


def _documents(case: Case, beside: Sequence[Seen]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{one.edit.table}: {_title(case, one)}" for one in beside))


def _categories(case: Case, seen: Sequence[Seen]) -> tuple[str, ...]:
    tables = {store.name: store.bound.tables for store in case.stores}
    named = (tables[one.store][one.edit.table].table.columns[one.edit.column].category for one in seen if one.cells)
    return tuple(dict.fromkeys(named))
