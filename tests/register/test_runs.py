"""Runs and receipts: after a kill at any point, what happened can be told from the register."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from tests.support import children
from tillit.model.errors import RegisterError
from tillit.register.database import reading, writing
from tillit.register.runs import (
    RunKind,
    RunState,
    Step,
    StepState,
    finish_run,
    get_run,
    intents_without_receipt,
    open_runs,
    record_abandoned,
    record_destroyed,
    record_intent,
    record_removed,
    record_undone,
    runs,
    runs_to_destroy,
    start_run,
    steps,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLANNED = {("orders", "delete"): 5, ("contacts", "set"): 2}


def begin(engine: sa.Engine, destroy_by: datetime | None = None) -> UUID:
    with writing(engine) as conn:
        return start_run(conn, RunKind.SWEEP, "policy", "plan", NOW, destroy_by=destroy_by)


def intend(engine: sa.Engine, run_id: UUID, batch: int = 0) -> None:
    with writing(engine) as conn:
        record_intent(conn, run_id, "crm", batch, PLANNED, NOW)


def remove(engine: sa.Engine, run_id: UUID, batch: int = 0) -> None:
    with writing(engine) as conn:
        record_removed(conn, run_id, "crm", batch, {("orders", "delete"): 5, ("contacts", "set"): 1}, NOW + HOUR)


def states(engine: sa.Engine, run_id: UUID) -> list[StepState]:
    with reading(engine) as conn:
        return [one.state for one in steps(conn, run_id)]


def test_a_run_from_plan_to_destruction(register):
    run_id = begin(register, NOW + 5 * HOUR)
    with reading(register) as conn:
        planned = get_run(conn, run_id)
        assert open_runs(conn) == runs(conn) == [planned]
    assert (planned.state, planned.kind, planned.policy_digest, planned.plan_digest) == (
        RunState.PLANNED, RunKind.SWEEP, "policy", "plan",
    )  # fmt: skip
    intend(register, run_id)
    with reading(register) as conn:
        assert [one.id for one in open_runs(conn)] == [run_id]
        assert get_run(conn, run_id).state is RunState.RUNNING
        intents = intents_without_receipt(conn)
    assert [(one.table, one.action, one.planned, one.rows) for one in intents] == [
        ("contacts", "set", 2, None),
        ("orders", "delete", 5, None),
    ]
    remove(register, run_id)
    with writing(register) as conn:
        assert intents_without_receipt(conn) == []
        finish_run(conn, run_id, RunState.DONE, NOW + 2 * HOUR, {"rows": 6})
        assert open_runs(conn) == []
        done = get_run(conn, run_id)
        assert (done.state, done.counts, done.changed_at) == (RunState.DONE, {"rows": 6}, NOW + 2 * HOUR)
        assert runs_to_destroy(conn, NOW + 4 * HOUR) == []
        assert runs_to_destroy(conn, NOW + 5 * HOUR) == [done]
        assert record_destroyed(conn, run_id, NOW + 5 * HOUR) == 2
        assert record_destroyed(conn, run_id, NOW + 6 * HOUR) == 0
        assert runs_to_destroy(conn, NOW + 9 * HOUR) == []
        assert steps(conn, run_id, "crm", 0)[0] == Step(
            run_id, "crm", 0, "contacts", "set", StepState.DESTROYED, 2, 1, False, NOW, NOW + HOUR, NOW + 5 * HOUR
        )


def test_undoing_batch_by_batch(register):
    run_id = begin(register)
    for batch in range(2):
        intend(register, run_id, batch)
        remove(register, run_id, batch)
    with writing(register) as conn:
        finish_run(conn, run_id, RunState.DONE, NOW)
        assert record_undone(conn, run_id, "crm", 1, NOW) == 2
        assert get_run(conn, run_id).state is RunState.DONE
        assert record_undone(conn, run_id, "crm", 0, NOW) == 2
        assert get_run(conn, run_id).state is RunState.UNDONE
        assert record_undone(conn, run_id, "crm", 0, NOW) == 0
        assert record_destroyed(conn, run_id, NOW) == 0
        undo = start_run(conn, RunKind.UNDO, "policy", "plan", NOW, undoes=run_id, request_id=UUID(int=1))
        assert (get_run(conn, undo).undoes, get_run(conn, undo).request_id) == (run_id, UUID(int=1))
    assert states(register, run_id) == [StepState.UNDONE] * 4


def test_recovery_of_a_batch_that_the_store_committed(register):
    run_id = begin(register)
    intend(register, run_id)
    with writing(register) as conn:
        record_removed(conn, run_id, "crm", 0, dict.fromkeys(PLANNED, 1), NOW, recovered=True)
        assert all(one.recovered for one in steps(conn, run_id))
        finish_run(conn, run_id, RunState.FAILED, NOW)


def test_recovery_of_a_batch_that_the_store_did_not_commit_and_doing_it_again(register):
    run_id = begin(register)
    intend(register, run_id)
    with writing(register) as conn:
        assert record_abandoned(conn, run_id, "crm", 0, NOW) == 2
        assert record_abandoned(conn, run_id, "crm", 0, NOW) == 0
    intend(register, run_id)
    remove(register, run_id)
    assert states(register, run_id) == [StepState.REMOVED] * 2


def test_a_batch_is_not_written_down_twice(register):
    run_id = begin(register)
    intend(register, run_id)
    for _ in range(2):
        with pytest.raises(RegisterError, match="already written down"):
            intend(register, run_id)
        if states(register, run_id) == [StepState.INTENT] * 2:
            remove(register, run_id)
    assert states(register, run_id) == [StepState.REMOVED] * 2


@pytest.mark.parametrize("rows", [{}, {("orders", "delete"): 5}, {**PLANNED, ("invoices", "delete"): 1}])
def test_a_receipt_must_match_what_was_written_down(register, rows):
    run_id = begin(register)
    intend(register, run_id)
    with pytest.raises(RegisterError, match="does not match"), writing(register) as conn:
        record_removed(conn, run_id, "crm", 0, rows, NOW)
    assert states(register, run_id) == [StepState.INTENT] * 2


def test_a_receipt_is_written_once(register):
    run_id = begin(register)
    intend(register, run_id)
    remove(register, run_id)
    with pytest.raises(RegisterError, match="does not match"):
        remove(register, run_id)


def test_a_run_does_not_end_while_an_outcome_is_unknown(register):
    run_id, other = begin(register), begin(register)
    intend(register, run_id)
    with pytest.raises(RegisterError, match="without a receipt"), writing(register) as conn:
        finish_run(conn, run_id, RunState.DONE, NOW)
    with writing(register) as conn:
        finish_run(conn, other, RunState.DONE, NOW)
        assert [one.id for one in open_runs(conn)] == [run_id]


def test_what_is_not_there_is_told(register):
    with pytest.raises(RegisterError, match="no run"), reading(register) as conn:
        get_run(conn, uuid4())
    with pytest.raises(RegisterError, match="no run"), writing(register) as conn:
        finish_run(conn, uuid4(), RunState.DONE, NOW)
    with pytest.raises(RegisterError, match="refused a statement"), writing(register) as conn:
        record_intent(conn, uuid4(), "crm", 0, PLANNED, NOW)


def test_a_killed_run_is_found_with_its_intents_and_no_more(register, register_url):
    """Intent, the store's commit, receipt: killed anywhere, at most one batch is open, and it is the last."""
    script = """
        import sys
        from datetime import UTC, datetime
        from tillit.register.database import open_register, writing
        from tillit.register.runs import *
        engine, now = open_register(sys.argv[1]), datetime.now(UTC)
        with writing(engine) as conn:
            run = start_run(conn, RunKind.SWEEP, "policy", "plan", now)
        for batch in range(100_000):
            with writing(engine) as conn:
                record_intent(conn, run, "crm", batch, {("orders", "delete"): batch}, now)
            print(batch, flush=True)
            with writing(engine) as conn:
                record_removed(conn, run, "crm", batch, {("orders", "delete"): batch}, now)
    """
    child = children.start(script, register_url)
    assert child.stdout is not None
    for _ in range(8):
        child.stdout.readline()
    child.kill()
    committed = 8 + len(children.killed(child).split())
    with reading(register) as conn:
        (run,) = open_runs(conn)
        done = steps(conn, run.id)
        waiting = intents_without_receipt(conn, run.id)
    assert run.state is RunState.RUNNING
    assert [one.batch for one in done] == list(range(len(done)))
    assert committed <= len(done) <= committed + 1
    assert waiting in ([], [done[-1]])
    assert all(one.state is StepState.REMOVED and one.rows == one.batch for one in done[: len(done) - len(waiting)])
