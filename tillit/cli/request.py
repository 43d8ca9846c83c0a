"""`tillit request close`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from tillit.cli.options import ApplyOption, Format, FormatOption, NowOption, ProjectOption, moment
from tillit.cli.output import as_json, day, heading, say, table
from tillit.model.errors import TillitError
from tillit.service import request
from tillit.service.project import load, remembering
from tillit.service.request import Accepted, Closed

app = typer.Typer(help="Requests of people that are still open.", no_args_is_help=True)

RequestArgument = Annotated[str, typer.Argument(help="The number of an open request.", metavar="ID")]
ReasonOption = Annotated[Accepted, typer.Option("--reason", help="Why what was found again may stay.")]
AcceptedByOption = Annotated[
    str, typer.Option("--accepted-by", help="With --apply: who takes that upon them.", metavar="NAME")
]


@app.callback()
def group() -> None:
    """Requests of people that are still open."""


@app.command()
def close(
    number: RequestArgument,
    reason: ReasonOption,
    accepted_by: AcceptedByOption = "",
    apply: ApplyOption = False,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Close an erasure that has left something, on somebody's word. Without --apply: what would be accepted."""
    if apply and not accepted_by.strip():
        raise TillitError("nobody accepts what is left", "add --accepted-by NAME: who takes it upon them")
    read = load(project)
    with remembering(read) as memory:
        by = accepted_by.strip()
        done = request.close(read, memory, request_id(number), reason, moment(now), accepted_by=by, apply=apply)
    if format_ is Format.JSON:
        as_json(_json(done))
    else:
        _show(done, by)


def request_id(text: str) -> UUID:
    """The number of a request. Raises TillitError."""
    try:
        return UUID(text)
    except ValueError:
        raise TillitError("this is no number of a request", "`tillit status` lists the open ones") from None


def _show(done: Closed, by: str) -> None:
    heading("Found again, and still there when it was looked for last")
    if done.left:
        table(("Where", "Cells"), [(escape(place), f"{cells:,}") for place, cells in done.left.items()], (1,))
    else:
        say("Nothing.")
    say(f"[dim]Looked for {day(done.looked_at)}.[/dim]")
    if done.closed:
        say("", f"[green]✓ Closed:[/green] {done.reason.value}, accepted by {escape(by)}.")
    else:
        say("", "[dim]Nothing was changed. With --apply --accepted-by NAME it is closed.[/dim]")


def _json(done: Closed) -> dict[str, object]:
    return {
        "request": done.request.id,
        "applied": done.closed,
        "reason": done.reason,
        "left": done.left,
        "looked_at": done.looked_at,
        "answer_by": done.request.due_at,
    }
