"""After a kill: every open batch settled, half-written undo thrown away, killed runs closed. Safe to repeat.

Called at the start of every run, under the locks of its stores; what belongs to other stores is left to their runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tillit.register.database import reading, writing
from tillit.register.people import close_root
from tillit.register.runs import (
    RunState,
    StepState,
    finish_run,
    intents_without_receipt,
    open_runs,
    steps,
)
from tillit.run.gone import gone_people, left_elsewhere
from tillit.run.memory import Memory, tell
from tillit.run.settle import settle
from tillit.run.stores import OpenStore
from tillit.run.undo_store import undo_files, undo_name


def recover(memory: Memory, stores: Sequence[OpenStore], at: datetime) -> tuple[str, ...]:
    """Settle what killed runs left open in these stores; one sentence for each thing found. Hold the stores' locks."""
    told: list[str] = []
    with reading(memory.register) as conn:
        killed = [run.id for run in open_runs(conn)]
    for run_id in killed:
        for store in stores:
            told += _settle_store(memory, store, run_id, at)
            _discard(memory, store, run_id)
        told += _close(memory, stores, run_id, at)
    return tuple(told)


def _settle_store(memory: Memory, store: OpenStore, run_id: UUID, at: datetime) -> list[str]:
    with reading(memory.register) as conn:
        open_ = sorted({s.batch for s in intents_without_receipt(conn, run_id) if s.store == store.name})
    outcomes = [(batch, settle(memory, store, run_id, batch, at)) for batch in open_]
    return [f"batch {batch} of {store.name} in run {run_id}: {outcome.value}" for batch, outcome in outcomes]


def _discard(memory: Memory, store: OpenStore, run_id: UUID) -> None:
    """Undo of this store that stands for nothing: never sealed, or sealed before the intent was written down."""
    with reading(memory.register) as conn:
        kept = {
            undo_name(store.name, s.batch)
            for s in steps(conn, run_id, store.name)
            if s.state in (StepState.INTENT, StepState.REMOVED)
        }
    for file in undo_files(memory.undo, run_id):
        mine = file.name.rpartition("-")[0] == undo_name(store.name, 0).rpartition("-")[0]
        if mine and (not file.sealed or file.name not in kept):
            file.path.unlink(missing_ok=True)


def _close(memory: Memory, stores: Sequence[OpenStore], run_id: UUID, at: datetime) -> list[str]:
    """End a killed run as it would have ended itself, unless a store that is not here still has something to settle."""
    with reading(memory.register) as conn:
        if intents_without_receipt(conn, run_id) or left_elsewhere(conn, stores, run_id):
            return []
    gone = gone_people(memory, stores, run_id)
    with writing(memory.register) as conn:
        close_root(conn, gone, at, run_id)
        counts: dict[str, int] = {}
        for step in steps(conn, run_id):
            if step.rows:
                name = f"{step.store}.{step.table}.{step.action}"
                counts[name] = counts.get(name, 0) + step.rows
        finish_run(conn, run_id, RunState.FAILED, at, counts)
        tell(memory, conn, "run.finished", {"run": str(run_id), "state": "failed", "rows": counts, "killed": True}, at)
    return [f"run {run_id} had been killed and is closed now"]
