"""How things stand: what is approved, what ran, what can be undone, who waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tillit.register.approvals import Approval, current_approval
from tillit.register.database import reading
from tillit.register.evidence import Evidence, latest_evidence
from tillit.register.keys import undo_keys
from tillit.register.pauses import Pause, pauses
from tillit.register.requests import Request, open_requests
from tillit.register.runs import Run, StepState, intents_without_receipt, runs, steps, unknown_runs
from tillit.run.memory import Memory
from tillit.service.project import Project


@dataclass(frozen=True, slots=True)
class RunState:
    """One run. `rows` it removed or put back; `undoable` while its undo is there."""

    run: Run
    rows: int
    undoable: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What the register knows."""

    approval: Approval | None
    approved: bool  # the policy and maps as they are now
    runs: tuple[RunState, ...]
    unsettled: int  # batches of a killed run whose outcome the next run finds out
    requests: tuple[Request, ...]
    paused: tuple[Pause, ...]
    evidence: tuple[Evidence, ...]
    overdue: tuple[Request, ...]
    unknown_undo: tuple[UUID, ...]  # runs whose undo is here and that the register does not know: never destroyed


def status(project: Project, memory: Memory, now: datetime, last: int = 10) -> Status:
    """Read the register and the names of the undo keys; no store is asked."""
    with reading(memory.register) as conn:
        approval = current_approval(conn)
        told = []
        for run in runs(conn, last):
            all_steps = steps(conn, run.id)
            rows = sum(run.counts.values()) or sum(s.rows or 0 for s in all_steps)
            told.append(RunState(run, rows, any(s.state is StepState.REMOVED for s in all_steps)))
        waiting = tuple(open_requests(conn))
        return Status(
            approval,
            approval is not None and approval.digest == project.digest,
            tuple(told),
            len({(s.run_id, s.store, s.batch) for s in intents_without_receipt(conn)}),
            waiting,
            tuple(pauses(conn)),
            tuple(latest_evidence(conn)),
            tuple(request for request in waiting if request.due_at < now),
            tuple(unknown_runs(conn, undo_keys(memory.keys))),
        )
