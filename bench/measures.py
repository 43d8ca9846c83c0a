"""What is measured of one engine: pairs by turns on identical copies, medians, and the proof that both did the same."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from bench import byhand, product
from bench.byhand_erase import erase as erase_by_hand
from bench.data import NOT_INDEXED, TABLES, fingerprint
from bench.places import Place
from bench.promises import leavers, promises, standing
from bench.watch import Memory, Statements, replay, watched
from bench.writer import Latencies, writing
from tillit.connectors.sql.transactions import session


@dataclass(frozen=True)
class Size:
    """How much is measured on."""

    people: int
    leavers: int
    sweep_people: int
    rounds: int
    warm_up: float  # seconds that the writer is alone
    rows: int = 0


SIZES = {
    "full": Size(people=100_000, leavers=1_000, sweep_people=200_000, rounds=3, warm_up=15),
    "small": Size(people=10_000, leavers=100, sweep_people=20_000, rounds=3, warm_up=5),
    "tiny": Size(people=500, leavers=5, sweep_people=500, rounds=1, warm_up=0.5),
}


@dataclass
class Line:
    """One line of the page: the product's figure, that by hand, and the limit on their ratio (or on the figure)."""

    engine: str
    what: str
    unit: str
    product: float
    by_hand: float | None
    limit: float
    same: bool = True  # both sides ended in the same state, or told the same
    note: str = ""

    @property
    def ratio(self) -> float:
        """The product's figure over the one by hand; the figure itself where nothing stands beside it."""
        return self.product if self.by_hand is None else self.product / max(self.by_hand, 1e-9)

    @property
    def met(self) -> bool:
        return self.same and self.ratio <= self.limit


@dataclass
class Bench:
    """One engine's measuring."""

    engine: str
    place: Place
    size: Size
    folder: Path
    tell: Callable[[str], None]
    lines: list[Line] = field(default_factory=list)
    peak: float = 0.0

    def run(self) -> list[Line]:
        """Everything, on this engine."""
        self.tell(f"{self.engine}: making {self.size.people:,} customers")
        self.place.make(self.size.people)
        self.erase()
        with self.place.copy() as engine:
            self.one(engine)
            self.explain(engine)
            self.count(engine)
        if self.size.sweep_people != self.size.people:
            self.tell(f"{self.engine}: making {self.size.sweep_people:,} customers")
            self.place.make(self.size.sweep_people)
        self.sweep()
        self.add(Line(self.engine, "Process memory, the most it took", "MB", self.peak, None, 300))
        return self.lines

    def add(self, line: Line) -> None:
        self.lines.append(line)
        by_hand = "" if line.by_hand is None else f", by hand {line.by_hand:.3f}: {line.ratio:.2f}"
        verdict = "met" if line.met else "NOT met" if line.same else "DIFFERENT"
        self.tell(f"  {line.what}: {line.product:.3f} {line.unit}{by_hand} ({verdict}) {line.note}")

    def erase(self) -> None:
        """1,000 people of 100,000, without undo and with."""
        keys = leavers(self.size.people, self.size.leavers)
        times: dict[str, list[float]] = {"by hand": [], "product": [], "with undo": []}
        ends: dict[str, dict[str, tuple[int, ...]]] = {}
        for turn in range(self.size.rounds):
            for side in _turned(list(times), turn):
                with self.place.copy() as engine, self._undo() as undo:
                    bound = promises(engine)
                    begun = time.perf_counter()
                    if side == "by hand":
                        _erase_by_hand(engine, keys)
                    else:
                        memory = Memory()
                        product.erase(engine, bound, keys, undo if side == "with undo" else None)
                        self.peak = max(self.peak, memory.peak)
                    times[side].append(time.perf_counter() - begun)
                    ends.setdefault(side, fingerprint(engine))
        by_hand = statistics.median(times["by hand"])
        for side, limit in (("product", 1.3), ("with undo", 1.5)):
            what = f"Erase {len(keys):,} of {self.size.people:,} people" + (
                ", with undo" if side == "with undo" else ""
            )
            same = ends[side] == ends["by hand"]
            note = _spread(times[side], times["by hand"])
            self.add(Line(self.engine, what, "s", statistics.median(times[side]), by_hand, limit, same, note))

    def _undo(self) -> _Folder:
        return _Folder(self.folder / "undo")

    def one(self, engine: Engine) -> None:
        """Statements of one person's erasure; the same number whatever the person's rows."""
        bound = promises(engine)
        seen = []
        for keys in (leavers(self.size.people, 1), leavers(self.size.people, 2)[1:]):
            with watched(engine) as statements:
                product.erase(engine, bound, keys)
            seen.append(statements)
        kinds = {k: v for k, v in sorted(seen[0].kinds.items()) if k != "session"}
        told = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
        counts = [s.count for s in seen]
        most = 2 * len(TABLES) + CONSTANT
        note = f"{told}; limit: 2 for each of {len(TABLES)} tables and {CONSTANT}; another person: {counts[1]}"
        self.add(Line(self.engine, "Erase one person: statements", "", max(counts), None, most, note=note))

    def explain(self, engine: Engine) -> None:
        """One person's rows and what holds each: the store's own time."""
        bound = promises(engine)
        mine: list[float] = []
        theirs: list[float] = []
        same = True
        memory = Memory()
        for key in leavers(self.size.people, 40)[20:30]:
            with watched(engine) as statements:
                states = product.explained(engine, bound, key)
            query = byhand.explain_query(self.engine, key)
            by_hand = Statements([(query, () if self.engine == "sqlite" else None, False)])
            with engine.connect() as connection:
                found = {(row[0], row[1]): bool(row[2]) for row in connection.exec_driver_sql(query)}
            same &= found == {(s.table, s.key[0]): any(g.held for g in s.grounds) for s in states}
            for _ in range(self.size.rounds):
                mine.append(replay(engine, statements))
                theirs.append(replay(engine, by_hand))
        self.peak = max(self.peak, memory.peak)
        product_ms, hand_ms = 1000 * statistics.median(mine), 1000 * statistics.median(theirs)
        note = f"{statements.count} statements for {len(states)} rows"
        self.add(Line(self.engine, "Explain one person: time in the store", "ms", product_ms, hand_ms, 1.5, same, note))

    def count(self, engine: Engine) -> None:
        """Dead values of everything, against reading every table once."""
        bound = promises(engine)
        mine: list[float] = []
        theirs: list[float] = []
        marked = [standing(key) for key in leavers(self.size.people, self.size.leavers)]
        memory = Memory()
        for turn in range(self.size.rounds):
            for side in _turned(["product", "by hand"], turn):
                if side == "by hand":
                    theirs.append(byhand.full_scans(engine, NOT_INDEXED))
                    continue
                begun = time.perf_counter()
                tallies = product.count(engine, bound, marked)
                mine.append(time.perf_counter() - begun)
        self.peak = max(self.peak, memory.peak)
        note = f"{sum(t.total for t in tallies.values()):,} dead values; {_spread(mine, theirs)}"
        what = "Count dead values, against full scans"
        self.add(Line(self.engine, what, "s", statistics.median(mine), statistics.median(theirs), 1.5, note=note))

    def sweep(self) -> None:
        """A quarter of all rows, in batches at one pace, somebody else writing meanwhile."""
        mine: list[_Swept] = []
        theirs: list[_Swept] = []
        ends: dict[str, dict[str, tuple[int, ...]]] = {}
        for turn in range(max(1, self.size.rounds - 1)):
            for side in _turned(["by hand", "product"], turn):
                with self.place.copy() as engine:
                    swept = self._swept(engine, side)
                    (theirs if side == "by hand" else mine).append(swept)
                    ends.setdefault(side, fingerprint(engine))
        same = ends["product"] == ends["by hand"]
        took, by_hand = (statistics.median(s.seconds for s in some) for some in (mine, theirs))
        note = f"{mine[0].rows:,} rows; {_spread([s.seconds for s in mine], [s.seconds for s in theirs])}"
        self.add(Line(self.engine, "Sweep a quarter of the rows", "s", took, by_hand, 1.3, same, note))
        if self.engine == "sqlite":
            longest = 1000 * statistics.median(s.longest for s in mine)
            other = 1000 * statistics.median(s.longest for s in theirs)
            note = f"99 of 100: {1000 * mine[0].p99:.0f} ms; the longest by hand: {other:.0f} ms"
            self.add(Line(self.engine, "Sweep: the longest batch", "ms", longest, None, 50, note=note))
            return
        during, before = (
            statistics.median(values) for values in zip(*((s.during, s.before) for s in mine), strict=True)
        )
        beside = statistics.median(s.during / s.before for s in theirs)
        lost = [sum(s.lost for s in some) for some in (mine, theirs)]
        note = (
            f"beside the loop by hand: {beside:.2f}; transactions refused by the engine: {lost[0]} ({lost[1]} by hand)"
        )
        self.add(
            Line(self.engine, "Sweep: p99 of a concurrent writer, against alone", "ms", during, before, 2, note=note)
        )

    def _swept(self, engine: Engine, side: str) -> _Swept:
        bound, pacer = promises(engine), Pacer()
        url = engine.url.render_as_string(hide_password=False)
        alone = self.engine == "sqlite"
        writer = nullcontext(Latencies()) if alone else writing(url, self.size.sweep_people, self.size.warm_up)
        memory = Memory()
        with writer as latencies:
            begun = time.perf_counter()
            if side == "by hand":
                loop = byhand.sweep(engine, pacer.next, pacer.rows)
                times, rows = loop.batches, loop.rows
            else:
                swept = product.sweep(engine, bound, pacer.next, pacer.rows)
                times, rows = swept.batches, swept.rows
                self.peak = max(self.peak, memory.peak)
            seconds = time.perf_counter() - begun
        ordered = sorted(times)
        found = _Swept(seconds, rows, ordered[-1], ordered[len(ordered) * 99 // 100])
        if not alone:
            found.before, found.during, found.lost = latencies.undisturbed, latencies.during, latencies.lost
        self.tell(f"  sweep {side}: {found}, {len(times)} batches")
        return found


CONSTANT = 10


@dataclass
class _Swept:
    seconds: float
    rows: int
    longest: float
    p99: float
    before: float = 1.0
    during: float = 1.0
    lost: int = 0  # transactions of the writer that the engine refused


@dataclass
class Pacer:
    """Both sides' pace: how many rows the next batch takes so that one lasts about `target` seconds."""

    target: float = 0.030
    rows: int = 1_000

    def next(self, seconds: float, _rows: int) -> int:
        """After a batch of so many seconds."""
        factor = self.target / max(seconds, 1e-4)
        self.rows = int(max(50, min(50_000, self.rows * min(2.0, max(0.5, factor)))))
        return self.rows


class _Folder:
    """A folder that is gone afterwards."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def _erase_by_hand(engine: Engine, keys: tuple[int, ...]) -> None:
    with session(engine) as store, store.writing() as connection:
        erase_by_hand(connection, keys)


def _turned(sides: list[str], turn: int) -> Iterator[str]:
    """The sides, another one first each time."""
    start = turn % len(sides)
    yield from sides[start:] + sides[:start]


def _spread(mine: list[float], theirs: list[float]) -> str:
    return f"runs {_list(mine)} against {_list(theirs)}"


def _list(times: list[float]) -> str:
    return ", ".join(f"{t:.2f}" for t in times)
