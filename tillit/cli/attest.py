"""`tillit attest`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tillit.checks.verdict import State
from tillit.cli.check import MARKS
from tillit.cli.options import ByOption, Format, FormatOption, NowOption, ProjectOption, moment, who
from tillit.cli.output import as_json, heading, say, table
from tillit.service.attest import attest as record
from tillit.service.attest import due
from tillit.service.project import load, remembering

FINDINGS = 1
ClauseArgument = Annotated[
    str, typer.Argument(help="The clause; without it, what is attested and what is due.", show_default=False)
]
PromiseOption = Annotated[
    list[str],
    typer.Option("--promise", help="This promise of the clause only; again for each.", metavar="ID"),
]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(attest)


def attest(
    clause: ClauseArgument = "",
    project: ProjectOption = Path("."),
    promise: PromiseOption = [],  # noqa: B006 - the library wants a list, and copies it
    by: ByOption = "",
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Say that a clause is kept where no check can see it. Without a clause: what is due; ends with 1 when some is."""
    read, at = load(project), moment(now)
    with remembering(read) as memory:
        if clause:
            done = record(read, memory, clause, at, by=who(by), promises=tuple(promise))
            if format_ is Format.JSON:
                as_json({"clause": clause, "promises": [p.id for p in done], "at": at})
                return
            for one in done:
                say(f"[green]✓[/green] Attested: {escape(one.id)} {escape(one.says)}")
            return
        standing = due(read, memory, at)
    waiting = [one for one in standing if one.state is not State.ATTESTED]
    if format_ is Format.JSON:
        told = [{"promise": d.promise.id, "clause": d.promise.clause, "state": d.state, "why": d.why} for d in standing]
        as_json({"at": at, "due": len(waiting), "attested": told})
    else:
        heading("What people attest")
        rows = [
            (d.promise.id, d.promise.clause, d.promise.who, MARKS[d.state], escape(d.promise.says)) for d in standing
        ]
        table(("Promise", "Clause", "Who", "State", "What it says"), rows)
        say("", f"{len(waiting)} of {len(standing)} due.")
    raise typer.Exit(FINDINGS if waiting else 0)
