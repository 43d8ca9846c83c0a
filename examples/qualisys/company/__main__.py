"""`python -m examples.qualisys.company --people N --seed S --url URL`: build the made-up company in a database."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from examples.qualisys.company.build import Occupied, build

FEWEST = 50


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 built, 2 not built (the reason is told)."""
    chosen = _parser().parse_args(arguments)
    if not chosen.url:
        print("Which database? Give --url, or set QUALISYS_DB, such as sqlite:///company.sqlite", file=sys.stderr)
        return 2
    if chosen.people < FEWEST:
        print(f"A company needs at least {FEWEST} people.", file=sys.stderr)
        return 2
    started = time.monotonic()
    engine = create_engine(chosen.url)
    try:
        counts = build(engine, chosen.people, chosen.seed, chosen.now, chosen.replace)
    except (Occupied, SQLAlchemyError) as error:
        print(f"The company was not built: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    finally:
        engine.dispose()
    _tell(counts, time.monotonic() - started)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.qualisys.company", description=__doc__)
    parser.add_argument("--people", type=int, default=2_000, help="how many people (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="same seed and day, same company (default: %(default)s)")
    parser.add_argument("--url", default=os.environ.get("QUALISYS_DB"), help="the database (default: $QUALISYS_DB)")
    parser.add_argument("--now", type=date.fromisoformat, default=_today(), metavar="DATE", help="the company's today")
    parser.add_argument("--replace", action="store_true", help="build anew over an earlier demo company")
    return parser


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Stockholm")).date()


def _tell(counts: dict[str, int], seconds: float) -> None:
    people = counts["contacts"] + counts["prospects"] + counts["applicants"]
    print(f"Built a company of {people:,} people and {sum(counts.values()):,} rows in {seconds:.1f} s:")
    largest_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    tables = ", ".join(f"{count:,}\u00a0{table}" for table, count in largest_first)
    print(textwrap.fill(tables, 110, initial_indent="  ", subsequent_indent="  ").replace("\u00a0", " "))


if __name__ == "__main__":
    sys.exit(main())
