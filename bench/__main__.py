"""`python -m bench`: measure, and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.data import total_rows
from bench.measures import SIZES, Bench, Size
from bench.places import ENGINES, place
from bench.report import Measured, load, page, save
from tillit.connectors.sql.connect import engine_title

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "bench"
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    """Exit code 1 when both sides of a pair did not do the same: such a ratio means nothing."""
    wanted = _arguments()
    for engine in wanted.engine or ENGINES:
        measured = measure(engine, wanted)
        save(measured, KEPT)
    found = [one for one in load(KEPT) if one.engine in (wanted.engine or ENGINES) or one.size == _size(wanted)]
    if wanted.write:
        PAGE.write_text(page(found), encoding="utf-8")
        print(f"written: {PAGE.relative_to(ROOT)}")
    return int(any(not line.same for one in found for line in one.lines))


def measure(engine: str, wanted: argparse.Namespace) -> Measured:
    """One engine, in a temporary folder that is removed."""
    size, begun, load_now = _size(wanted), time.perf_counter(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="tillit-bench-", dir=wanted.folder) as folder:
        os.chmod(folder, 0o755)
        with place(engine, Path(folder)) as where:
            bench = Bench(engine, where, size, Path(folder), lambda text: print(text, flush=True))
            lines = bench.run()
            with where.copy() as opened, opened.connect():
                version = engine_title(opened).split()[-1]
    rows = total_rows(size.people), total_rows(size.sweep_people)
    return Measured(engine, version, size, *rows, time.perf_counter() - begun, load_now, lines)


def _size(wanted: argparse.Namespace) -> Size:
    chosen = SIZES[wanted.size]
    return replace(chosen, rounds=wanted.rounds) if wanted.rounds else chosen


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full", help="how many customers")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this one; may be given again")
    parser.add_argument("--rounds", type=int, help="turns of each pair")
    parser.add_argument("--folder", help="where databases are made; the temporary folder if not said")
    parser.add_argument("--no-write", dest="write", action="store_false", help="leave docs/benchmarks.md as it is")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
