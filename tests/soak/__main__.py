"""Random schemas, policies, rows and kills against the oracle, on all three engines, for as long as one likes.

An hour must try 10,000 cases and 200 kills on each engine, shorter soaks their share of the cases; see
docs/howto/contribute.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.soak.report import closing, progress, required, table
from tests.soak.trial import ENGINES
from tests.soak.turns import Turns
from tests.support import servers


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    asked.add_argument("--minutes", type=float, default=60.0)
    asked.add_argument("--seed", type=int, help="the first seed of each engine; without it, one not tried before")
    asked.add_argument("--cases", type=int, help="stop at this many on each engine; all of them are then wanted")
    asked.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="processes at a time; one a core")
    asked.add_argument("--engine", action="append", choices=ENGINES, help="only this one; may be repeated")
    return asked.parse_args()


def main() -> int:
    """Exit code 1 when anything differs, breaks, or too few cases were tried."""
    asked = arguments()
    seed = asked.seed if asked.seed is not None else int(time.time()) * 10
    engines = tuple(asked.engine or ENGINES)
    print(
        f"soak of {asked.minutes:g} minutes from seed {seed} on {', '.join(engines)}, {asked.workers} at a time; "
        f"{asked.cases or required(asked.minutes):,} cases on each are wanted",
        flush=True,
    )
    turns, began = Turns(asked.minutes, seed, asked.workers, engines, asked.cases), time.monotonic()
    with servers.keepers():
        turns.run(lambda now: print(progress(now, (time.monotonic() - began) / 60), flush=True))
    for fault in (f for score in turns.scores.values() for f in score.faults):
        print(f"\n{fault}")
    print()
    print("\n".join(table(turns)))
    lines, well = closing(turns, asked.minutes)
    print("\n".join(lines))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
