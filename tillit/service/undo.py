"""Putting back what a run removed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tillit.model.errors import TillitError
from tillit.register.database import reading
from tillit.register.runs import Run, RunKind, StepState, runs, steps
from tillit.run.memory import Memory
from tillit.run.restore import Reason, Undone
from tillit.run.restore import undo as put_back
from tillit.run.stores import OpenStore
from tillit.service.committed import naming_run

LAST = "last"


def undo(memory: Memory, stores: list[OpenStore], name: str, reason: Reason, now: datetime) -> Undone:
    """Undo the run that `name` means: its id, a part of it that is its own, or `last`. Raises TillitError."""
    with naming_run(memory, RunKind.UNDO, now):
        return put_back(memory, stores, chosen(memory, name).id, reason, now)


def chosen(memory: Memory, name: str) -> Run:
    """The run that `name` means. Raises TillitError when it is none, or several."""
    with reading(memory.register) as conn:
        known = runs(conn)
        if name == LAST:
            can = [r for r in known if any(s.state is StepState.REMOVED for s in steps(conn, r.id))]
            if not can:
                raise TillitError("no run can be undone", "see `tillit status`: what was removed is destroyed by now")
            return can[0]
    try:
        found = [r for r in known if r.id == UUID(name)]
    except ValueError:
        found = [r for r in known if len(name) >= 4 and str(r.id).startswith(name.lower())]
    if len(found) != 1:
        what = "no run has this id" if not found else "more than one run has an id that starts so"
        raise TillitError(what, "see `tillit status` for the runs; at least four characters of an id, or `last`")
    return found[0]
