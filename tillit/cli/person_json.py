"""`explain` and `forget` for machines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tillit.model.standing import Person
from tillit.run.identify import Ambiguous, Match
from tillit.run.observe import Observed
from tillit.run.residual import ResidualReport
from tillit.service.explain import Explained
from tillit.service.forget import Foreseen, Forgotten
from tillit.service.why import Kept

Json = dict[str, object]


def explained_json(told: Explained, now: datetime) -> Json:
    """What `tillit explain --format json` gives."""
    return {"at": now, **who_json(told.matches, told.ambiguous), "rows": [_kept(row) for row in told.rows]}


def found_json(foreseen: Foreseen, now: datetime) -> Json:
    """What `tillit forget --format json` gives without --apply."""
    return {
        "at": now,
        "applied": False,
        **who_json(foreseen.matches, foreseen.ambiguous),
        "ends": foreseen.ends,
        "erased": going_json(foreseen.stores),
        "kept": [_kept(row) for row in foreseen.kept],
        "known_identifiers": foreseen.known,
    }


def forgotten_json(foreseen: Foreseen, done: Forgotten, now: datetime) -> Json:
    """What `tillit forget --apply --format json` gives."""
    return {
        "at": now,
        "applied": True,
        "complete": done.complete,
        "request": done.request_id,
        "answer_by": done.due_at,
        "run": done.outcome.run_id,
        "undo_until": done.undo_until,
        **who_json(foreseen.matches, foreseen.ambiguous),
        "ends": foreseen.ends,
        "erased": done.outcome.rows,
        "kept": [_kept(row) for row in done.kept],
        "dead_left": done.dead_left,
        "found_again": _residual(done.residual),
        "recovered": done.outcome.recovered,
    }


def going_json(stores: Sequence[Observed]) -> Json:
    """What a sweep of the person would do, table by table."""
    return {
        f"{store.store}.{name}": {
            "deleted": t.deleted,
            "replaced": t.replaced,
            "coarsened": t.coarsened,
            "cut": t.cut,
            "shells": t.shells,
        }
        for store in stores
        for name, t in sorted(store.tallies.items())
        if t.total
    }


def who_json(matches: Sequence[Match], ambiguous: Sequence[Ambiguous]) -> Json:
    """Who was found, and who may be the same."""
    return {
        "found": [{**person_json(m.person), "reason": m.reason} for m in matches],
        "ambiguous": [
            {"reason": a.reason, "type": a.type, "people": [person_json(p) for p in a.people]} for a in ambiguous
        ],
    }


def person_json(person: Person) -> Json:
    """A person: where, and the key."""
    return {"store": person.store, "table": person.table, "key": list(person.key)}


def _kept(row: Kept) -> Json:
    reasons = [
        {"purpose": r.purpose, "title": r.title, "clause": r.clause, "how": r.how, "until": r.until, "text": r.text}
        for r in row.reasons
    ]
    return {
        "store": row.store,
        "table": row.table,
        "key": list(row.key),
        "columns": row.columns,
        "coarser": row.coarse,
        "goes": row.dead,
        "reasons": reasons,
    }


def _residual(report: ResidualReport) -> Json:
    return {
        "places": [
            {
                "store": r.store,
                "table": r.table,
                "column": r.column,
                "place": r.place,
                "types": r.types,
                "cells": r.cells,
                "keys": [list(key) for key in r.keys],
                "only_shared": r.only_shared,
            }
            for r in report.residues
        ],
        "not_looked_into": [
            {"store": scan.store, "table": u.table, "column": u.column, "why": u.why, "cells": u.cells}
            for scan in report.scans
            for u in scan.unread
        ],
        "skipped": report.skipped,
    }
