"""One batch of one store: its undo sealed, its intent written down, the store written and committed, its receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from time import monotonic
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.batches import Batch, Pace, batches
from tillit.connectors.sql.carry import Raced, carry
from tillit.connectors.sql.images import before, send
from tillit.connectors.sql.session import Prepared, foreign_keys_eased
from tillit.connectors.sql.transactions import Session, retryable
from tillit.connectors.sql.write import Write
from tillit.model.errors import StoreError
from tillit.register.database import writing
from tillit.register.runs import record_abandoned, record_intent, record_removed
from tillit.run.killpoint import killpoint
from tillit.run.memory import Memory, tell
from tillit.run.settle import settle
from tillit.run.stores import OpenStore
from tillit.run.undo_store import SEALED, UndoWriter, run_folder, undo_name

Rows = Mapping[tuple[str, str], int]
"""(table, action) -> rows."""

Watch = Callable[[Rows], None]


ATTEMPTS = 5  # of a batch that lost a race with somebody else's transaction


class Changed(StoreError):
    """A statement did not touch the rows that the undo holds: somebody wrote in between."""


@dataclass(slots=True)
class Work:
    """A run at work in one store. `number` is that of the last batch begun: numbers are never used twice."""

    memory: Memory
    run_id: UUID
    store: OpenStore
    now: datetime
    progress: Callable[[str, int], None] | None = None
    number: int = 0
    rows: int = 0
    overridden: bool = False


@dataclass(slots=True)
class _Begun:
    """How far a batch came."""

    number: int
    planned: dict[tuple[str, str], int] = field(default_factory=dict)
    intent: bool = False
    written: bool = False  # every statement was sent; from here on only the commit decides


def carry_together(
    work: Work, opened: Session, writes: Callable[[], Iterator[Write]], watch: Watch, allowed: Watch
) -> None:
    """An erasure of people: evaluated and carried out in one transaction, table by table.

    `watch` is told the rows so far after each write, `allowed` all of them at the end; both may stop it all.
    """
    begun = _Begun(work.number)
    with _settled(work, begun):
        with opened.writing():
            _write(work, opened, writes(), begun, watch, allowed)
        killpoint("committed")
    _receipt(work, begun)


def carry_whole(work: Work, opened: Session, prepare: Callable[[], Prepared]) -> None:
    """An erasure in a store where a rollback does not undo everything: all is kept before anything is written."""
    begun = _Begun(work.number)
    with _settled(work, begun):
        with opened.writing():
            prepared = prepare()
            (batch,) = batches(prepared)
            _write_kept(work, opened, prepared, batch, begun)
        killpoint("committed")
    _receipt(work, begun)


def carry_apart(work: Work, opened: Session, prepared: Prepared) -> None:
    """A sweep of everything, evaluated beforehand: each batch in its own transaction, so short that others go on."""
    pace = Pace()
    for batch in _each(opened, prepared, pace):
        for attempt in count(1):
            try:
                _batch(work, opened, prepared, batch, pace)
                break
            except (DBAPIError, Changed) as error:
                # Its marks are still there, and are tested again as the rows stand.
                if attempt == ATTEMPTS or not (isinstance(error, Changed) or retryable(error)):
                    raise


def _batch(work: Work, opened: Session, prepared: Prepared, batch: Batch, pace: Pace) -> None:
    """One batch, from its beginning to its receipt; only what it kept from others counts for the pace."""
    tables = work.store.bound.schema.tables
    begun = _Begun(work.number)
    with _settled(work, begun):
        since = monotonic()
        with opened.writing():
            if all(tables[write.table].transactional for write in batch.writes):
                with foreign_keys_eased(opened.connection, prepared.plan):
                    _write(work, opened, iter(batch.writes), begun)
            else:
                _write_kept(work, opened, prepared, batch, begun)
        pace.took(monotonic() - since)
        killpoint("committed")
    _receipt(work, begun)


def _each(opened: Session, prepared: Prepared, pace: Pace) -> Iterator[Batch]:
    """The batches; where each one ends is asked of the store, in a transaction of its own."""
    rest = batches(prepared, pace)
    while True:
        with opened.planning():
            batch = next(rest, None)
        if batch is None:
            return
        yield batch


def _unwatched(_: Rows) -> None:
    return


def _write(
    work: Work,
    opened: Session,
    writes: Iterator[Write],
    begun: _Begun,
    watch: Watch = _unwatched,
    allowed: Watch = _unwatched,
) -> None:
    """Everything up to the commit: each write with its before-image, then the undo sealed, then the intent."""
    work.number += 1
    begun.number = work.number
    key, name = work.memory.undo_key(work.run_id), undo_name(work.store.name, begun.number)
    with UndoWriter(work.memory.undo, key, work.run_id, name) as undo:
        for write in writes:
            try:
                rows = carry(opened.connection, work.store.bound.schema, write, undo)
            except Raced:
                raise changed(work) from None
            killpoint("sent")
            if rows:
                place = (write.table, write.action)
                begun.planned[place] = begun.planned.get(place, 0) + rows
                watch(begun.planned)
        if not begun.planned:
            return
        allowed(begun.planned)
        undo.seal()
    killpoint("sealed")
    _intend(work, begun)
    begun.written = True


def _intend(work: Work, begun: _Begun) -> None:
    begun.intent = True
    with writing(work.memory.register) as conn:
        record_intent(conn, work.run_id, work.store.name, begun.number, begun.planned, work.now)
    killpoint("intended")


def changed(work: Work) -> Changed:
    """The error of a store that somebody else changed meanwhile."""
    return Changed(
        f"{work.store.name} changed while the run was at work, so that batch was rolled back",
        "run again, when fewer others write",
    )


def _write_kept(work: Work, opened: Session, prepared: Prepared, batch: Batch, begun: _Begun) -> None:
    """Everything up to the commit, where writes cannot be taken back: the undo is sealed before the first."""
    work.number += 1
    begun.number = work.number
    _keep(work, opened, batch, begun)
    killpoint("sealed")
    if not begun.planned:
        return
    _intend(work, begun)
    done: dict[tuple[str, str], int] = {}
    with foreign_keys_eased(opened.connection, prepared.plan):
        for write in batch.writes:
            place = (write.table, write.action)
            if place in begun.planned:
                done[place] = done.get(place, 0) + send(opened.connection, write)
                killpoint("sent")
    if done != begun.planned:
        raise changed(work)
    begun.written = True


def _keep(work: Work, opened: Session, batch: Batch, begun: _Begun) -> None:
    """The before-images of the whole batch into a sealed undo file; none when it touches nothing."""
    key = work.memory.undo_key(work.run_id)
    name = undo_name(work.store.name, begun.number)
    with UndoWriter(work.memory.undo, key, work.run_id, name) as undo:
        for write in batch.writes:
            columns, rows = before(opened.connection, work.store.bound.schema, write)
            undo.table(write.table, columns, {"action": write.action})
            kept = undo.rows(rows)
            killpoint("imaged")
            if kept:
                place = (write.table, write.action)
                begun.planned[place] = begun.planned.get(place, 0) + kept
        if begun.planned:
            undo.seal()


class _settled:  # noqa: N801
    """When a batch fails: rolled back for certain, its intent is abandoned; else the store is asked what it holds."""

    def __init__(self, work: Work, begun: _Begun) -> None:
        self.work, self.begun = work, begun

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or not self.begun.planned:
            return
        work, begun = self.work, self.begun
        if begun.written or not _all_transactional(work, begun):
            with suppress(Exception):  # still unknown: the next run settles it, and the error tells
                settle(work.memory, work.store, work.run_id, begun.number, work.now)
            return
        abandon(work, begun.number, recorded=begun.intent)


def _all_transactional(work: Work, begun: _Begun) -> bool:
    tables = work.store.bound.schema.tables
    return all(tables[table].transactional for table, _ in begun.planned)


def abandon(work: Work, number: int, *, recorded: bool) -> None:
    """The batch did not happen: its intent is closed and its undo removed."""
    if recorded:
        with writing(work.memory.register) as conn:
            record_abandoned(conn, work.run_id, work.store.name, number, work.now)
    path = run_folder(work.memory.undo, work.run_id) / (undo_name(work.store.name, number) + SEALED)
    path.unlink(missing_ok=True)


def _receipt(work: Work, begun: _Begun) -> None:
    if not begun.planned:
        return
    told = {".".join(place): rows for place, rows in sorted(begun.planned.items())}
    body = {"run": str(work.run_id), "store": work.store.name, "batch": begun.number, "rows": told}
    with writing(work.memory.register) as conn:
        record_removed(conn, work.run_id, work.store.name, begun.number, begun.planned, work.now)
        tell(work.memory, conn, "run.removed", body, work.now)
    killpoint("receipted")
    work.rows += sum(begun.planned.values())
    if work.progress is not None:
        work.progress(work.store.name, work.rows)
