"""The page: what was measured, on what, and whether it keeps the promises."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.measures import Line, Size

_TITLES = {"postgresql": "PostgreSQL", "mariadb": "MariaDB", "sqlite": "SQLite"}


@dataclass
class Measured:
    """One engine's lines, and what they were measured on."""

    engine: str
    version: str
    size: Size
    rows: int
    sweep_rows: int
    seconds: float
    load: float  # how many others wanted the machine, on average, when it began
    lines: list[Line]


def save(measured: Measured, folder: Path) -> None:
    """Keep one engine's lines, so that engines can be measured one at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{measured.engine}.json").write_text(json.dumps(asdict(measured), indent=1), encoding="utf-8")


def load(folder: Path) -> list[Measured]:
    """What was saved, in the usual order of engines."""
    found = []
    for engine in _TITLES:
        path = folder / f"{engine}.json"
        if path.exists():
            data = json.loads(path.read_text(encoding="utf-8"))
            lines = [Line(**line) for line in data.pop("lines")]
            found.append(Measured(**{**data, "size": Size(**data["size"]), "lines": lines}))
    return found


def page(found: list[Measured]) -> str:
    """The page in Markdown."""
    parts = [_HEAD, _machine(found)]
    for one in found:
        parts += [f"## {_TITLES[one.engine]} {one.version}\n", _facts(one), _table(one), _details(one)]
    parts.append(_TAIL)
    return "\n".join(parts)


_HEAD = """# Benchmarks

Ratios, not records: each figure stands beside hand-written SQL for the same effect on the same data, measured in the
same run. Both sides get identical copies, run by turns, with the same session settings; the figures are medians. A
ratio counts only when both sides ended in the same state: rows, and for every column of every table its values that
are not NULL and their lengths, weighted by key.

The data are a shop's: ten tables with declared and indexed keys, 50 rows a customer, whose rows lie scattered. Its
policy and map are `bench/policy.yaml` and `bench/shop.yaml`: payments are kept for the law, orders behind them stay as
emptied shells, messages have a sender and a recipient, five tables expire with time.
"""

_TAIL = """## What is compared with what

- **Erase**: by hand, a temporary table of the people and one `DELETE` or `UPDATE` with a join for each effect, in one
  serialisable transaction, committed. The product finds, judges, counts and writes; with undo it also seals every row
  it touches in an encrypted file before the commit. The loading of the people is part of both.
- **Statements** of one person's erasure: all that are sent, temporary tables, indexes and statistics among them; not
  the session's settings. Undo (one reading for each write) and the residual scan are counted apart.
- **Explain**: by hand, one `UNION ALL` over the ten tables. The time is the store's: the product's statements are sent
  again through the bare driver, and all rows fetched.
- **Count**: all dead values of all tables, a hundredth of the customers having asked for erasure; beside it, one
  `SELECT count(column)` a table over a column that no index holds.
- **Sweep**: a quarter of the rows is past its period. By hand, a loop in key order that deletes as many rows in a
  transaction as fit the target time of a batch. The product marks first, and its time is in the figure; then it takes
  batches at the same pace. On PostgreSQL and MariaDB somebody else writes 100 small transactions a second meanwhile,
  into the tables that are swept and one that is not.
- **Memory** is the most that the process took while the product was at work, SQLite's own engine included.

Not measured yet: disclosure of one person.

## Run it yourself

```sh
make bench                                       # all engines, full size: about 40 minutes, 10 GB of disk
make bench BENCHFLAGS="--size small"             # a tenth of it, in some minutes
make bench BENCHFLAGS="--engine sqlite"          # one engine; the page keeps the others' last figures
```

It starts private servers of its own, without fsync, with buffers of 2 GB, and removes them. On a machine that does
something else meanwhile the ratios wander; so do times that are near the clock's grain in the smaller sizes.
"""


def _machine(found: list[Measured]) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    text = f"Measured on {os.cpu_count()} cores and {memory:.0f} GB of memory with Python {platform.python_version()}."
    met, lines = 0, 0
    for one in found:
        met += sum(line.met for line in one.lines)
        lines += len(one.lines)
    return f"{text} {met} of {lines} lines are met.\n"


def _facts(one: Measured) -> str:
    data = f"{one.size.people:,} customers with {one.rows:,} rows"
    sweep = f"for the sweep {one.size.sweep_people:,} with {one.sweep_rows:,}"
    effort = f"{one.size.rounds} turns, {one.seconds / 60:.0f} minutes in all"
    return f"{data}; {sweep}. {effort}; load when it began: {one.load:.1f}.\n"


def _table(one: Measured) -> str:
    rows = ["| what | product | by hand | ratio | limit | |", "|---|---|---|---|---|---|"]
    for line in one.lines:
        by_hand = "" if line.by_hand is None else _figure(line.by_hand, line.unit)
        ratio = "" if line.by_hand is None else f"{line.ratio:.2f}"
        verdict = "met" if line.met else "**NOT met**" if line.same else "**NOT the same end state**"
        limit = f"{line.limit:g}" if line.by_hand is not None else _figure(line.limit, line.unit)
        rows.append(f"| {line.what} | {_figure(line.product, line.unit)} | {by_hand} | {ratio} | {limit} | {verdict} |")
    return "\n".join(rows) + "\n"


def _figure(value: float, unit: str) -> str:
    shown = f"{value:.0f}" if value >= 100 or not unit else f"{value:.2f}" if value < 10 else f"{value:.1f}"
    return f"{shown} {unit}".strip()


def _details(one: Measured) -> str:
    return "\n".join(f"- {line.what}: {line.note}" for line in one.lines if line.note) + "\n"


def sqlite_version() -> str:
    """The library that Python carries."""
    return sqlite3.sqlite_version
