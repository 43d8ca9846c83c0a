"""Turns side by side, as many as there are cores, the engine with the fewest cases first."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess

from tests.soak.kills import Kills
from tests.soak.trial import ENGINES
from tests.soak.turn import CASES, News, Task, turn

MOST_FAULTS = 20  # then the soak stops: it has made its point
SHARES = 12  # no turn takes more than this part of the soak, so that short ones too reach every engine
LEAST = 20.0  # seconds of a turn at least
GRACE = 120.0  # seconds a turn may take after its time, to make a case small


@dataclass
class Score:
    """What was done on one engine."""

    cases: int = 0
    undone: int = 0
    explained: int = 0
    seconds: float = 0.0  # of all its turns together
    kills: Kills = field(default_factory=Kills)
    faults: list[str] = field(default_factory=list)


@dataclass
class Running:
    """A turn under way."""

    process: BaseProcess
    wire: Connection
    task: Task
    done: int = 0


@dataclass
class Turns:
    """All that is done by turns."""

    minutes: float
    seed: int
    workers: int
    engines: tuple[str, ...] = ENGINES
    most: int | None = None  # cases on each engine: a fixed range of seeds instead of as many as fit
    scores: dict[str, Score] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)
    forks: ForkServerContext = field(default_factory=lambda: multiprocessing.get_context("forkserver"))
    _next: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.forks.set_forkserver_preload(["tests.soak.turn"])  # a turn starts with everything imported
        self.scores = {engine: Score() for engine in self.engines}
        self._next = dict.fromkeys(self.engines, self.seed)

    def run(self, tell: Callable[[Turns], None], every: float = 30.0) -> None:
        """Until the time is up, or too much has gone wrong; `tell` is called every `every` seconds."""
        until = time.monotonic() + self.minutes * 60
        told = time.monotonic()
        try:
            while True:
                while len(self.running) < self.workers and time.monotonic() < until and not self._enough():
                    if not self._start(until):
                        break
                if not self.running:
                    return
                self._listen()
                self._stop_the_stuck(until)
                if time.monotonic() - told > every:
                    told += every
                    tell(self)
                if self._enough():
                    return
        finally:
            for one in self.running:
                one.process.terminate()
                one.process.join()

    def _enough(self) -> bool:
        return sum(len(s.faults) for s in self.scores.values()) + len(self.broken) >= MOST_FAULTS

    def _start(self, until: float) -> bool:
        """Start the next turn; False when every seed of the range is taken."""
        left = {e: CASES if self.most is None else self.seed + self.most - self._next[e] for e in self.engines}
        if max(left.values()) <= 0:
            return False
        planned = {e: s.cases for e, s in self.scores.items()}
        for one in self.running:
            planned[one.task.engine] += one.task.count - one.done
        engine = min((e for e in self.engines if left[e] > 0), key=lambda e: planned[e])
        soon = time.monotonic() + max(LEAST, self.minutes * 60 / SHARES)
        count = min(left[engine], CASES)
        task = Task(engine, self._next[engine], until if self.most else min(soon, until), count)
        self._next[engine] += count
        mine, theirs = multiprocessing.Pipe(duplex=False)
        process = self.forks.Process(target=turn, args=(task, theirs), daemon=False)
        process.start()
        theirs.close()
        self.running.append(Running(process, mine, task))
        return True

    def _listen(self) -> None:
        ready = wait([one.wire for one in self.running], timeout=1.0)
        for one in [o for o in self.running if o.wire in ready]:
            try:
                self._hear(one, one.wire.recv())
            except EOFError:
                self._end(one)

    def _hear(self, one: Running, news: News) -> None:
        score = self.scores[news.engine]
        one.done += news.cases
        score.cases += news.cases
        score.undone += news.undone
        score.explained += news.explained
        score.kills.add(news.kills)
        score.seconds += news.seconds
        score.faults += news.faults
        if news.broken:
            self.broken.append(f"{news.engine}, seeds from {one.task.first}: {news.broken}")

    def _end(self, one: Running) -> None:
        one.process.join()
        self.running.remove(one)
        if one.process.exitcode:
            where = f"{one.task.engine}, seeds from {one.task.first}, after {one.done} cases"
            self.broken.append(f"{where}: the process ended with {one.process.exitcode}")

    def _stop_the_stuck(self, until: float) -> None:
        if time.monotonic() < until + GRACE:
            return
        for one in list(self.running):
            one.process.kill()
            self.broken.append(f"{one.task.engine}, seeds from {one.task.first}: stuck after {one.done} cases")
            self.running.remove(one)
