"""Showing things: one look for all commands, and JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 110  # columns, where the output is no terminal


def console(*, error: bool = False) -> Console:
    """The console of standard output, or of standard error."""
    file = sys.stderr if error else sys.stdout
    return Console(file=file, width=None if file.isatty() else PLAIN_WIDTH, highlight=False, soft_wrap=False)


def say(*lines: str, style: str = "") -> None:
    """Lines of text; rich's markup is understood."""
    out = console()
    for line in lines:
        out.print(Padding(Text.from_markup(line, style=style), (0, 0, 0, 2), expand=False) if line else "")


def heading(text: str) -> None:
    """A heading with air around it."""
    console().print(f"\n[bold]{text}[/bold]\n")


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = (), *, wide: bool = False
) -> None:
    """An aligned table; the columns at `numbers` stand to the right. `wide`: the first may be folded."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    for index, name in enumerate(columns):
        right = index in numbers
        made.add_column(
            name, justify="right" if right else "left", no_wrap=right or (index == 0 and not wide), overflow="fold"
        )
    for row in rows:
        made.add_row(*row)
    console().print(Padding(made, (0, 0, 0, 2), expand=False))


def as_json(value: object) -> None:
    """`value` as JSON on standard output."""
    any_text = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    json.dump(plain(value), sys.stdout, indent=2, ensure_ascii=not any_text)
    sys.stdout.write("\n")
    sys.stdout.flush()  # a full disk is told now, not when the process ends


def plain(value: object) -> Any:
    """`value` as JSON's own kinds."""
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {".".join(map(str, k)) if isinstance(k, tuple) else str(k): plain(v) for k, v in value.items()}
        case set() | frozenset():
            return sorted((plain(v) for v in value), key=str)
        case list() | tuple():
            return [plain(v) for v in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def count(number: int, one: str, many: str = "") -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(moment: datetime) -> str:
    """A time as people here read it: the local day and minute."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def short(run_id: UUID) -> str:
    """The part of an id that is enough to name a run."""
    return str(run_id)[:8]


@contextmanager
def working(what: str) -> Iterator[Callable[[str, int], None]]:
    """A spinner on standard error while something runs; the function it gives is told (store, rows so far)."""
    out = console(error=True)
    if not out.is_terminal:
        yield lambda _store, _rows: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task(what)
        yield lambda store, rows: progress.update(task, description=f"{what}: {store}, {rows:,} rows")
