"""What was done already, told with every error that comes after it: a run that is committed never ends unnamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from tillit.register.database import reading
from tillit.register.runs import RunKind, intents_without_receipt, runs
from tillit.run.execute import rows_of
from tillit.run.memory import Memory

LOOKED_AT = 20  # the newest runs


class Note(str):
    """A sentence about what was done, added to an error. Names runs and requests; holds no personal data."""

    __slots__ = ()


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """What the given function is told is added to whatever is raised afterwards (`add_note`)."""
    told: list[Note] = []
    try:
        yield lambda sentence: told.append(Note(sentence))
    except BaseException as error:
        for sentence in told:
            error.add_note(sentence)
        raise


@contextmanager
def naming_run(memory: Memory, kind: RunKind, at: datetime) -> Iterator[None]:
    """An error names the run that was begun at `at` when it had removed something, unless it does already."""
    try:
        yield
    except BaseException as error:
        sentence = _of_run(memory, kind, at, str(error))
        if sentence:
            error.add_note(Note(sentence))
        raise


def notes_of(error: BaseException) -> list[Note]:
    """What an error, or one that led to it, tells of what had been done; notes that others have added are left out."""
    found: dict[Note, None] = {}
    step: BaseException | None = error
    while step is not None:
        found |= {note: None for note in getattr(step, "__notes__", ()) if isinstance(note, Note)}
        step = step.__cause__ or step.__context__
    return list(found)


def done(run_id: UUID, rows: int, what: str = "removed") -> str:
    """That a run is done, in words."""
    return f"Done before that, and committed: run {run_id}, {rows:,} rows {what}. `tillit status` tells of it."


def _of_run(memory: Memory, kind: RunKind, at: datetime, said: str) -> str:
    try:
        with reading(memory.register) as conn:
            mine = [run for run in runs(conn, LOOKED_AT) if run.kind is kind and run.started_at == at]
            unsettled = bool(mine) and bool(intents_without_receipt(conn, mine[0].id))
        if not mine or str(mine[0].id) in said:
            return ""
        run, rows = mine[0], sum(rows_of(memory, mine[0].id).values()) or sum(mine[0].counts.values())
    except Exception:  # the register fails too: the first error is the one to tell
        return ""
    if unsettled:
        return f"Run {run.id} was under way: {rows:,} rows are done, and the next run finds out about its last batch."
    if kind is RunKind.UNDO:
        return f"What run {run.id} had put back until then stays; the same command goes on."
    return done(run.id, rows) if rows else ""
