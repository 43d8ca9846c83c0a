"""Runs killed with SIGKILL, at a named point or at a random moment: running again ends where the oracle does, and all
of it can be put back.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import sqlalchemy as sa

import tillit.run.batch
from tests.oracle import compare
from tests.oracle.generate import Case, generate
from tests.oracle.loading import Loader
from tests.oracle.world import Rows
from tests.soak.real import MEMORY, Home, Lost
from tests.soak.trial import PACE
from tillit.connectors.sql.batches import Pace
from tillit.connectors.sql.connect import open_engine
from tillit.model.standing import Person, Standing
from tillit.register.database import reading
from tillit.register.standing import load_standing
from tillit.run import killpoint
from tillit.run.memory import open_memory

POINTS = ("started", "sent", "sealed", "intended", "committed", "receipted")
UNDO_POINTS = ("protected", "restored", "told")
KILL_EVERY = 40  # cases; then one is also carried out by processes that are killed
MOST = 4  # times that one run is killed before it is let through
AGAIN = 0.6  # chance that what was killed is killed once more
UNDO_TOO = 0.4  # chance that the undo is killed as well
DRAWS = 30  # cases to look at for one in which there is something to do
STUCK = 60.0


@dataclass
class Kills:
    """Processes that died by SIGKILL, and trials that ended as they should. `fault` tells what did not."""

    trials: int = 0
    sweeps: int = 0
    erasures: int = 0
    undos: int = 0
    fault: str = ""

    @property
    def runs(self) -> int:
        """Kills of a sweep or an erasure; kills of an undo are not among them."""
        return self.sweeps + self.erasures

    def add(self, more: Kills) -> None:
        self.trials += more.trials
        self.sweeps += more.sweeps
        self.erasures += more.erasures
        self.undos += more.undos


def kill_trial(url: str, loader: Loader, engine: str, seed: int) -> Kills:
    """One case killed, run again, compared, undone (killed there too, now and then)."""
    with TemporaryDirectory(prefix="tillit-soak-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        scene = Scene(url, loader, kill_case(engine, seed), Home(Path(folder)), Random(f"{seed}/{engine}"))
        try:
            scene.play()
        except Exception as error:
            what = "sweep" if scene.case.scopes[0] is None else "erasure"
            where = f"a {what}, killed at {', '.join(scene.killed_at) or '-'}"
            told = f"{type(error).__name__}: {str(error)[:2_000]}"
            scene.kills.fault = f"{engine}, seed {seed} (case {scene.case.seed}), {where}: {told}"
    scene.kills.trials = 1
    return scene.kills


def kill_case(engine: str, seed: int) -> Case:
    """A case in which there is something to do; a sweep for even numbers, an erasure for odd ones."""
    everything = seed // KILL_EVERY % 2 == 0
    for draw in range(DRAWS):
        found = generate(seed + draw * 1_000_003, engine)
        scope = None if everything else found.scopes[-1]
        if (scope is None) is everything and _comes_to_rest(found, scope):
            return replace(found, scopes=(scope,))
    raise Lost(f"no case with something to do from seed {seed} on {engine}")


def _comes_to_rest(case: Case, scope: compare.Scope) -> bool:
    """A first sweep changes something, a second nothing (docs/reference/semantics.md knows of cases that it does)."""
    first = compare.sweep(case, scope)
    return not first.still and compare.sweep(replace(case, rows=first.rows), scope).still


class Scene:
    """A case in a database, a memory of its own, and processes that die."""

    def __init__(self, url: str, loader: Loader, case: Case, home: Home, chance: Random) -> None:
        self.url, self.loader, self.case, self.home, self.chance = url, loader, case, home, chance
        self.kills = Kills()
        self.killed_at: list[str] = []

    def play(self) -> None:
        case, scope = self.case, self.case.scopes[0]
        self.loader.load(case.bound.schema, case.rows)
        start = self.loader.read(case.bound.schema)
        self.home.make()
        self.case = case = self.home.record(case)
        end = compare.sweep(case, scope).rows
        while self._killed(self._order, POINTS):
            if scope is None:
                self.kills.sweeps += 1
            else:
                self.kills.erasures += 1
                self._expect_one_of(start, end)
            if len(self.killed_at) == MOST or self.chance.random() > AGAIN:
                break
        self._order()
        self._expect(end, "running again ends elsewhere than the oracle")
        self.home.settled()
        if self.chance.random() < UNDO_TOO:
            self.kills.undos += self._killed(self._undo_all, UNDO_POINTS)
        self._undo_all()
        self._expect(start, "undo does not bring everything back")
        self.home.settled()
        with open_memory(self.home.register, self.home.folder) as memory, reading(memory.register) as conn:
            if self._of_rows(load_standing(conn, "crm", case.now)) != self._of_rows(case.standings):
                raise Lost("somebody who is back has another standing than before")

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
        began = time.monotonic()
        self._with(lambda engine: self.home.carry_out(self.case, engine))
        _usual.took(time.monotonic() - began)

    def _undo_all(self) -> None:
        self._with(lambda engine: self.home.undo_all(self.case, engine))

    def _with(self, work: Callable[[sa.Engine], object]) -> None:
        engine = open_engine(self.url)
        try:
            work(engine)
        finally:
            engine.dispose()

    def _killed(self, work: Callable[[], None], points: tuple[str, ...]) -> bool:
        """Do it in a child that is killed at a point, or at a moment; False when it was done before."""
        point = f"{self.chance.choice(points)}:{self.chance.choice((1, 1, 1, 2, 3, 5))}"
        timed = self.chance.random() < 0.5
        moment = self.chance.uniform(0.0, 1.1) * _usual.seconds
        child = os.fork()
        if child == 0:
            _die(work, "" if timed else point, self.home.folder / "error")
        if timed:
            time.sleep(moment)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        status = _ended(child)
        if os.WIFSIGNALED(status):
            self.killed_at.append(f"{moment:.3f} s" if timed else point)
            return True
        if os.WEXITSTATUS(status):
            raise Lost(f"the run failed by itself: {(self.home.folder / 'error').read_text(encoding='utf-8')}")
        return False

    def _expect(self, rows: Rows, otherwise: str) -> None:
        schema = self.case.bound.schema
        found = compare.state_differences(self.case, "end", rows, self.loader.read(schema))
        if found:
            raise Lost(otherwise + "\n" + "\n".join(map(str, found[:6])))

    def _expect_one_of(self, start: Rows, end: Rows) -> None:
        """An erasure is one transaction: whenever it is killed, all of it is done or nothing."""
        schema = self.case.bound.schema
        found = self.loader.read(schema)
        if found != start and compare.state_differences(self.case, "killed", end, found):
            raise Lost("half an erasure")


@dataclass
class Usual:
    """How long a run usually takes here, so that a random moment falls into it."""

    seconds: float = 0.3

    def took(self, seconds: float) -> None:
        self.seconds += 0.2 * (seconds - self.seconds)


_usual = Usual()


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
    tillit.run.batch.Pace = partial(Pace, rows=PACE, fewest=PACE, most=PACE)  # type: ignore[attr-defined,assignment]
