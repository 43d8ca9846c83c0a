"""`python -m examples.qualisys.company --people N --seed S`: build the made-up company in its four databases."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from examples.qualisys.company.build import STORE_OF, STORES, Occupied, build

FEWEST = 50
VARIABLES = {
    "business": "QUALISYS_DB",
    "web": "QUALISYS_WEB",
    "marketing": "QUALISYS_MARKETING",
    "recruitment": "QUALISYS_RECRUITMENT",
}


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 built, 2 not built (the reason is told)."""
    chosen = _parser().parse_args(arguments)
    urls = {store: getattr(chosen, store) for store in STORES if getattr(chosen, store)}
    if set(urls) != set(STORES) and not chosen.some:
        missing = ", ".join(VARIABLES[store] for store in STORES if store not in urls)
        print(f"Which databases? Set {missing}, such as sqlite:///web.sqlite; or --some", file=sys.stderr)
        return 2
    if chosen.people < FEWEST:
        print(f"A company needs at least {FEWEST} people.", file=sys.stderr)
        return 2
    started = time.monotonic()
    try:
        with ExitStack() as stack:
            engines = {store: create_engine(url) for store, url in urls.items()}
            for engine in engines.values():
                stack.callback(engine.dispose)
            counts = build(engines, chosen.people, chosen.seed, chosen.now, replace=chosen.replace, files=chosen.files)
    except (Occupied, OSError, SQLAlchemyError) as error:
        print(f"The company was not built: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    _tell(chosen.people, counts, time.monotonic() - started)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.qualisys.company", description=__doc__)
    parser.add_argument("--people", type=int, default=2_000, help="how many people (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="same seed and day, same company (default: %(default)s)")
    for store, variable in VARIABLES.items():
        default = os.environ.get(variable)
        parser.add_argument(f"--{store}", default=default, metavar="URL", help=f"its database (default: ${variable})")
    parser.add_argument("--some", action="store_true", help="build only the stores that have a database")
    files = os.environ.get("QUALISYS_FILES")
    parser.add_argument(
        "--files",
        type=Path,
        default=Path(files) if files else None,
        metavar="FOLDER",
        help="where the applicants' files go (default: $QUALISYS_FILES; else they are not written)",
    )
    parser.add_argument("--now", type=date.fromisoformat, default=_today(), metavar="DATE", help="the company's today")
    parser.add_argument("--replace", action="store_true", help="build anew over an earlier demo company")
    return parser


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Stockholm")).date()


def _tell(people: int, counts: dict[str, int], seconds: float) -> None:
    rows = sum(counts.values())
    print(f"Built a company of {people:,} people and {rows:,} rows in {len(counts)} tables, in {seconds:.1f} s:")
    for store in STORES:
        mine = sorted(((n, t) for t, n in counts.items() if STORE_OF[t] == store), key=lambda one: (-one[0], one[1]))
        if not mine:
            continue
        largest = ", ".join(f"{count:,}\u00a0{table}" for count, table in mine[:6])
        more = f", and {len(mine) - 6}\u00a0more\u00a0tables" if len(mine) > 6 else ""
        line = textwrap.fill(f"{store}: {largest}{more}", 110, initial_indent="  ", subsequent_indent="    ")
        print(line.replace("\u00a0", " "))


if __name__ == "__main__":
    sys.exit(main())
