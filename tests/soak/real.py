"""The real run of `tillit.run`: a register, keys and undo of its own for each case, and its own way back."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import sqlalchemy as sa

from tests.oracle.compare import Scope, Swept
from tests.oracle.generate import Case
from tests.oracle.product import Product, differences
from tillit.model.standing import Standing
from tillit.register.database import reading, writing
from tillit.register.journal import verify
from tillit.register.keys import signing_key
from tillit.register.runs import RunKind, StepState, intents_without_receipt, open_runs, runs, steps
from tillit.register.standing import load_standing, place_hold, record_consent, record_end
from tillit.run.execute import Order, carry_out
from tillit.run.memory import Memory, locked, open_memory
from tillit.run.recover import recover
from tillit.run.restore import Reason, undo
from tillit.run.stores import OpenStore
from tillit.run.undo_store import undo_files

MEMORY = Path("/dev/shm")  # a folder in memory, where there is one
WHO = Reason("Dana", "wrong_person", "Karin")


class Lost(AssertionError):
    """Something is not as it should be after a run."""


@dataclass
class Home:
    """A register, keys and undo in a folder."""

    folder: Path

    @property
    def register(self) -> Path:
        return self.folder / "register.sqlite"

    def make(self) -> None:
        """Empty ones, from a copy: making them anew takes longer than most runs."""
        shutil.copytree(_empty(), self.folder, dirs_exist_ok=True)

    def opened(self, work: Callable[[Memory], object]) -> None:
        with open_memory(self.register, self.folder) as memory:
            work(memory)

    def record(self, case: Case) -> Case:
        """The case with its standings as the register keeps them."""
        early, found = case.now - timedelta(days=1), list[Standing]()

        def put(memory: Memory) -> None:
            with writing(memory.register) as conn:
                for one in case.standings:
                    record_consent(conn, [one.person], sorted(one.consent), early)
                    record_end(conn, [one.person], one.ended, early)
                    if one.hold:
                        place_hold(conn, [one.person], "court", early)
            with reading(memory.register) as conn:
                found.extend(load_standing(conn, "crm", case.now))

        self.opened(put)
        return replace(case, standings=tuple(found))

    def carry_out(self, case: Case, engine: sa.Engine) -> None:
        """The case's first scope."""
        people = case.scopes[0]
        kind = RunKind.SWEEP if people is None else RunKind.FORGET
        order = Order(kind, case.policy, case.now, case.now + timedelta(days=8), people, allow_more=True)
        self.opened(lambda memory: carry_out(memory, [OpenStore(case.bound, engine)], order))

    def undo_all(self, case: Case, engine: sa.Engine) -> None:
        self.opened(lambda memory: _undo_all(memory, OpenStore(case.bound, engine), case))

    def settled(self) -> None:
        """Nothing is open, no undo is half written or missing, and the journal is whole. Raises Lost."""
        self.opened(_settled)


def _undo_all(memory: Memory, store: OpenStore, case: Case) -> None:
    with locked(memory, [store]):
        recover(memory, [store], case.now)
    while True:
        with reading(memory.register) as conn:
            told = conn.execute(sa.text("SELECT id FROM run ORDER BY rowid DESC")).scalars()  # all of one moment
            left = [r for r in map(UUID, told) if any(s.state is StepState.REMOVED for s in steps(conn, r))]
        if not left:
            return
        undo(memory, [store], left[0], WHO, case.now)


def _settled(memory: Memory) -> None:
    with reading(memory.register) as conn:
        if open_runs(conn) or intents_without_receipt(conn):
            raise Lost("a run or an intent is left open")
        if not verify(conn, signing_key(memory.keys).public_key()).ok:
            raise Lost("the journal does not verify")
        for run in runs(conn):
            kept = {f.name for f in undo_files(memory.undo, run.id) if f.sealed}
            removed = {f"{s.store}-{s.batch:06d}" for s in steps(conn, run.id) if s.state is StepState.REMOVED}
            if not removed <= kept:
                raise Lost("undo is missing")


@cache
def _empty() -> Path:
    """A register, keys and undo of nothing, made once in a process."""
    folder = Path(tempfile.mkdtemp(prefix="tillit-soak-", dir=MEMORY if MEMORY.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with open_memory(folder / "register.sqlite", folder):
        return folder


def as_recorded(case: Case) -> Case:
    """The case as a register can hold it: what the oracle must judge by."""
    with TemporaryDirectory(prefix="tillit-soak-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        home = Home(Path(folder))
        home.make()
        return home.record(case)


class RealRun(Product):
    """The product as a run carries it out and undoes it, of a case as recorded."""

    def sweep(self, case: Case, scope: Scope) -> Swept:
        self.load(case)
        start, self.loaded = self.read(case), None
        with TemporaryDirectory(prefix="tillit-soak-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
            home = Home(Path(folder))
            home.make()
            one = home.record(replace(case, scopes=(scope,)))
            home.carry_out(one, self.engine)
            end = self.read(case)
            home.undo_all(one, self.engine)
            home.settled()
        again = self.read(case)
        assert again == start, f"undo of seed {case.seed} is not row-identical: {differences(start, again)}"
        return Swept(rows=end)
