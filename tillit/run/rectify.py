"""Carrying a correction out (Art. 16): undo, intent, store and receipt, as an erasure; told first, then done."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.compiler import Compiler
from tillit.connectors.sql.rectify import Edit, correction, found
from tillit.connectors.sql.transactions import session
from tillit.connectors.sql.write import Write
from tillit.decide.plan import plan
from tillit.model.errors import StoreError
from tillit.model.policy import Policy
from tillit.model.standing import Key, Person
from tillit.register.database import writing
from tillit.register.runs import RunKind, RunState, finish_run, start_run
from tillit.run.batch import Rows, Work, carry_together
from tillit.run.execute import rows_of
from tillit.run.failures import store_error
from tillit.run.memory import Memory, locked, tell
from tillit.run.recover import recover
from tillit.run.stores import OpenStore


@dataclass(frozen=True, slots=True)
class Seen:
    """What one edit would change in a store: cells, and a few of the values that stand there (personal data)."""

    store: str
    edit: Edit
    cells: int
    old: tuple[str, ...]


def foreseen(
    store: OpenStore, policy: Policy, people: Collection[Person], edits: Sequence[Edit], now: datetime
) -> list[Seen]:
    """What the edits would change in one store. Raises StoreError, or TillitError for a value that does not fit."""
    try:
        with session(store.engine) as opened, opened.reading():
            return [
                Seen(store.name, edit, *found(opened.connection, write, edit.column))
                for edit, write in _writes(store, policy, people, edits, now)
            ]
    except DBAPIError as error:
        raise store_error(store.name, error, "nothing was changed") from None


@dataclass(frozen=True, slots=True)
class Job:
    """A correction to carry out. `destroy_by` is when the undo must be gone."""

    policy: Policy
    now: datetime
    destroy_by: datetime
    people: frozenset[Person]
    request_id: UUID
    edits: Mapping[str, Sequence[Edit]]  # by store


def rectify(memory: Memory, stores: Sequence[OpenStore], job: Job) -> tuple[UUID, Mapping[tuple[str, str, str], int]]:
    """Write the corrected values, one transaction a store. Returns the run, and rows by (store, table, action).

    Raises StoreError saying what had been done.
    """
    busy = [store for store in stores if job.edits.get(store.name)]
    _transactional(busy, job)
    with locked(memory, list(stores)):
        recover(memory, stores, job.now)
        run_id = _start(memory, busy, job)
        try:
            for store in busy:
                _store(Work(memory, run_id, store, job.now), job)
        except BaseException as error:
            with suppress(StoreError):
                _finish(memory, run_id, RunState.FAILED, job.now)
            if isinstance(error, DBAPIError):
                done = f"done before it stopped: {sum(rows_of(memory, run_id).values()):,} rows of run {run_id}"
                raise store_error("the store", error, done) from None
            raise
        _finish(memory, run_id, RunState.DONE, job.now)
        return run_id, rows_of(memory, run_id)


def _transactional(stores: Sequence[OpenStore], job: Job) -> None:
    for store in stores:
        for edit in job.edits[store.name]:
            if not store.bound.schema.tables[edit.table].transactional:
                raise StoreError(
                    f"{store.name}.{edit.table} has no transactions, so a correction could be left half done",
                    "change its engine to one that has them (InnoDB)",
                )


def _keys(store: OpenStore, people: Collection[Person]) -> dict[str, list[Key]]:
    keys: dict[str, list[Key]] = {}
    for person in people:
        if person.store == store.name:
            keys.setdefault(person.table, []).append(person.key)
    return keys


def _writes(
    store: OpenStore, policy: Policy, people: Collection[Person], edits: Sequence[Edit], now: datetime
) -> Iterator[tuple[Edit, Write]]:
    rules, compiler = plan(store.bound, policy, now).rules, Compiler(store.bound.schema)
    keys = _keys(store, people)
    for edit in edits:
        yield edit, correction(compiler, rules, keys, edit)


def _start(memory: Memory, stores: Sequence[OpenStore], job: Job) -> UUID:
    run_id = uuid4()
    places = sorted(f"{s.name}.{e.table}.{e.column}" for s in stores for e in job.edits[s.name])
    digest = hashlib.sha256("\n".join((job.policy.digest, *places)).encode()).hexdigest()
    body = {
        "run": str(run_id),
        "what": RunKind.RECTIFY.value,
        "stores": [store.name for store in stores],
        "policy": job.policy.digest,
        "plan": digest,
        "request": str(job.request_id),
    }
    with writing(memory.register) as conn:
        start_run(
            conn,
            RunKind.RECTIFY,
            job.policy.digest,
            digest,
            job.now,
            request_id=job.request_id,
            destroy_by=job.destroy_by,
            run_id=run_id,
        )
        tell(memory, conn, "run.started", body, job.now)
    return run_id


def _store(work: Work, job: Job) -> None:
    def writes() -> Iterator[Write]:
        edits = job.edits[work.store.name]
        return (write for _, write in _writes(work.store, job.policy, job.people, edits, job.now))

    with session(work.store.engine) as opened:
        carry_together(work, opened, writes, _any_number, _any_number)


def _any_number(_: Rows) -> None:
    """A correction is of named columns of one person: no brake is needed."""


def _finish(memory: Memory, run_id: UUID, state: RunState, at: datetime) -> None:
    rows = {".".join(key): number for key, number in sorted(rows_of(memory, run_id).items())}
    with writing(memory.register) as conn:
        finish_run(conn, run_id, state, at, rows)
        tell(memory, conn, "run.finished", {"run": str(run_id), "state": state.value, "rows": rows}, at)
