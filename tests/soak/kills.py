"""Runs killed with SIGKILL, at a named point or at a random moment: running again ends where the oracle does, and all
of it can be put back.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import tillit.run.batch
from tests.oracle import compare
from tests.oracle.generate import Case
from tests.oracle.loading import Loader
from tests.oracle.world import Rows
from tests.soak.trial import MEMORY, PACE, Fault, case_of
from tillit.connectors.sql.batches import Pace, batches
from tillit.connectors.sql.connect import open_engine
from tillit.model.standing import Person, Standing
from tillit.register.database import reading, writing
from tillit.register.journal import verify
from tillit.register.keys import signing_key
from tillit.register.runs import RunKind, StepState, intents_without_receipt, open_runs, runs, steps
from tillit.register.standing import load_standing, place_hold, record_consent, record_end
from tillit.run import killpoint
from tillit.run.execute import Order, carry_out
from tillit.run.memory import Memory, locked, open_memory
from tillit.run.recover import recover
from tillit.run.restore import Reason, undo
from tillit.run.stores import OpenStore
from tillit.run.undo_store import undo_files

POINTS = ("started", "imaged", "sealed", "intended", "sent", "committed", "receipted")
UNDO_POINTS = ("protected", "restored", "told")
WHO = Reason("Dana", "wrong_person", "Karin")
LONGEST = 0.5  # seconds until a random kill
STUCK = 60.0


class Lost(AssertionError):
    """Something is not as it should be after a kill."""


def kill_trial(url: str, loader: Loader, engine: str, seed: int) -> tuple[int, Fault | None]:
    """One case killed, run again, compared, undone (killed there too, now and then). Kills, and what went wrong."""
    with TemporaryDirectory(prefix="tillit-soak-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        scene = Scene(url, loader, case_of(engine, seed), Path(folder), Random(f"{seed}/{engine}"))
        try:
            scene.play()
        except Exception as error:
            where = f"kill at {scene.killed_at}, {type(error).__name__}"
            return scene.kills, Fault("kill", f"{engine}, seed {seed}: {where}: {str(error)[:2_000]}")
    return scene.kills, None


class Scene:
    """A case in a database, a memory of its own, and processes that die."""

    def __init__(self, url: str, loader: Loader, case: Case, home: Path, chance: Random) -> None:
        self.url, self.loader, self.case, self.home, self.chance = url, loader, case, home, chance
        self.kills = 0
        self.killed_at = "-"

    def play(self) -> None:
        case = self.case
        self.loader.load(case.bound.schema, case.rows)
        start = self.loader.read(case.bound.schema)
        with open_memory(self.home / "register.sqlite", self.home) as memory:
            self.case = case = replace(case, standings=self._recorded(memory))
        self._killed(self._order, POINTS)
        self._order()
        self._expect(compare.sweep(case, case.scopes[0]).rows, "running again ends elsewhere than the oracle")
        self._settled()
        if self.chance.random() < 0.4:
            self._killed(self._undo_all, UNDO_POINTS)
        self._undo_all()
        self._expect(start, "undo does not bring everything back")
        self._settled()
        with open_memory(self.home / "register.sqlite", self.home) as memory, reading(memory.register) as conn:
            if self._of_rows(load_standing(conn, "crm", case.now)) != self._of_rows(case.standings):
                raise Lost("somebody who is back has another standing than before")

    def _recorded(self, memory: Memory) -> tuple[Standing, ...]:
        """The case's standings as the register keeps them."""
        early = self.case.now - timedelta(days=1)
        with writing(memory.register) as conn:
            for one in self.case.standings:
                record_consent(conn, [one.person], sorted(one.consent), early)
                record_end(conn, [one.person], one.ended, early)
                if one.hold:
                    place_hold(conn, [one.person], "court", early)
        with reading(memory.register) as conn:
            return tuple(load_standing(conn, "crm", self.case.now))

    def _of_rows(self, standings: Iterable[Standing]) -> dict[Person, Standing]:
        """The standings of people who have a row of their own."""
        tables = self.case.bound.tables
        there = {
            (name, tuple(row[k] for k in tables[name].table.key))
            for name, rows in self.case.rows.items()
            if name in tables
            for row in rows
        }
        return {one.person: one for one in standings if (one.person.table, one.person.key) in there}

    def _order(self) -> None:
        """The run itself; small batches, so that there is much to be killed between."""
        people = self.case.scopes[0]
        kind = RunKind.SWEEP if people is None else RunKind.FORGET
        order = Order(kind, self.case.policy, self.case.now, self.case.now + timedelta(days=8), people, allow_more=True)
        self._with(lambda memory, store: carry_out(memory, [store], order))

    def _undo_all(self) -> None:
        self._with(self._undo)

    def _undo(self, memory: Memory, store: OpenStore) -> None:
        with locked(memory, [store]):
            recover(memory, [store], self.case.now)
        while True:
            with reading(memory.register) as conn:
                left = [r for r in runs(conn) if any(s.state is StepState.REMOVED for s in steps(conn, r.id))]
            if not left:
                return
            undo(memory, [store], left[0].id, WHO, self.case.now)

    def _with(self, work: Callable[[Memory, OpenStore], object]) -> None:
        engine = open_engine(self.url)
        try:
            with open_memory(self.home / "register.sqlite", self.home) as memory:
                work(memory, OpenStore(self.case.bound, engine))
        finally:
            engine.dispose()

    def _killed(self, work: Callable[[], None], points: tuple[str, ...]) -> None:
        """Do it in a child that is killed at a point, or at a moment; it may be done before."""
        point = f"{self.chance.choice(points)}:{self.chance.choice((1, 1, 1, 2, 3, 5))}"
        timed = self.chance.random() < 0.3
        moment = self.chance.uniform(0.01, LONGEST)
        self.killed_at = f"{moment:.3f} s" if timed else point
        child = os.fork()
        if child == 0:
            _die(work, "" if timed else point, self.home / "error")
        if timed:
            time.sleep(moment)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        status = _ended(child)
        if os.WIFSIGNALED(status):
            self.kills += 1
        elif os.WEXITSTATUS(status):
            raise Lost(f"the run failed by itself: {(self.home / 'error').read_text(encoding='utf-8')}")

    def _expect(self, rows: Rows, otherwise: str) -> None:
        schema = self.case.bound.schema
        found = compare.state_differences(self.case, "end", rows, self.loader.read(schema))
        if found:
            raise Lost(otherwise + "\n" + "\n".join(map(str, found[:6])))

    def _settled(self) -> None:
        """Nothing is open, no undo is half written or missing, and the journal is whole."""
        with open_memory(self.home / "register.sqlite", self.home) as memory, reading(memory.register) as conn:
            if open_runs(conn) or intents_without_receipt(conn):
                raise Lost("a run or an intent is left open")
            if not verify(conn, signing_key(memory.keys).public_key()).ok:
                raise Lost("the journal does not verify")
            for run in runs(conn):
                kept = {f.name for f in undo_files(memory.undo, run.id) if f.sealed}
                removed = {f"{s.store}-{s.batch:06d}" for s in steps(conn, run.id) if s.state is StepState.REMOVED}
                if not removed <= kept:
                    raise Lost("undo is missing")


def _die(work: Callable[[], None], point: str, error_file: Path) -> None:
    """In the child: never returns."""
    try:
        os.environ["TILLIT_KILLPOINT"] = point
        killpoint._passed.clear()
        work()
    except BaseException as error:
        with suppress(OSError):
            error_file.write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        os._exit(1)
    os._exit(0)


def _ended(child: int) -> int:
    until = time.monotonic() + STUCK
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise Lost(f"the run was stuck for {STUCK:.0f} s")


def small_batches() -> None:
    """Let runs of this process take a few rows a transaction. The pace of a real run would be one batch a table."""
    tillit.run.batch.batches = partial(batches, pace=Pace(rows=PACE))  # type: ignore[attr-defined]
