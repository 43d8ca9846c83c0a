"""Tillit's own memory as runs use it: the register, the keys and the undo, and telling the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from tillit.model.standing import Person, Standing
from tillit.register.database import open_register, reading
from tillit.register.journal import append, checkpoint
from tillit.register.keys import create_keys, new_undo_key, signing_key, undo_key, undo_keys
from tillit.register.lock import store_lock
from tillit.register.standing import load_standing
from tillit.run.stores import OpenStore


@dataclass(frozen=True, slots=True)
class Memory:
    """The open register, the key folder and the undo folder."""

    register: sa.Engine
    keys: Path
    undo: Path

    def undo_key(self, run_id: UUID) -> bytes:
        """The key of a run's undo, made when the run has none yet."""
        return undo_key(self.keys, run_id) if run_id in undo_keys(self.keys) else new_undo_key(self.keys, run_id)


@contextmanager
def open_memory(register: str | Path, home: Path) -> Iterator[Memory]:
    """Open the register at a path or URL; keys and undo lie under `home`. What is missing is made."""
    engine = open_register(register)
    try:
        create_keys(home / "keys")
        yield Memory(engine, home / "keys", home / "undo")
    finally:
        engine.dispose()


def tell(memory: Memory, conn: sa.Connection, kind: str, body: Mapping[str, object], at: datetime) -> None:
    """Append to the journal and sign it, in the transaction of the change that it tells of. No personal data."""
    append(conn, kind, body, at)
    checkpoint(conn, signing_key(memory.keys), at)


@contextmanager
def locked(memory: Memory, stores: list[OpenStore]) -> Iterator[None]:
    """Hold every store's lock, in one order for all, so that two runs cannot wait for each other."""
    with ExitStack() as stack:
        for name in sorted(store.name for store in stores):
            stack.enter_context(store_lock(memory.register, name))
        yield


@contextmanager
def standings(
    memory: Memory, store: str, now: datetime, instead: Mapping[Person, Standing] | None = None
) -> Iterator[Iterator[Standing]]:
    """What stands in a store at `now`, streamed; the people in `instead` as it says, recorded or not."""
    with reading(memory.register) as conn:
        yield _overlaid(load_standing(conn, store, now), store, dict(instead or {}))


def _overlaid(recorded: Iterator[Standing], store: str, instead: dict[Person, Standing]) -> Iterator[Standing]:
    for standing in recorded:
        yield instead.pop(standing.person, standing)
    yield from (standing for person, standing in instead.items() if person.store == store)
