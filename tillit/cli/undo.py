"""`tillit undo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tillit.cli.options import ByOption, Format, FormatOption, NowOption, ProjectOption, opened, who
from tillit.cli.output import as_json, count, say, short, working
from tillit.run.restore import Reason, Undone
from tillit.service.committed import done as committed
from tillit.service.committed import telling
from tillit.service.undo import undo as put_back

RunArgument = Annotated[str, typer.Argument(help="The run: its id or the start of it, or `last`.", metavar="RUN")]
ReasonOption = Annotated[
    str,
    typer.Option("--reason", help="Coded reason, such as wrong_person. A person's erasure wants one.", metavar="CODE"),
]
SecondOption = Annotated[
    str, typer.Option("--second", help="The second person. A person's erasure wants two.", metavar="NAME")
]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(undo)


def undo(
    run: RunArgument,
    reason: ReasonOption = "",
    second: SecondOption = "",
    by: ByOption = "",
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Put back what a run removed. What somebody has written since is never overwritten."""
    with telling() as told:
        with opened(project, now) as at, working("Putting back"):
            done = put_back(at.memory, at.stores, run, Reason(who(by), reason.strip(), second.strip()), at.now)
            told(committed(done.run_id, done.restored, f"of run {done.undone} put back"))
        _tell(done, format_)


def _tell(done: Undone, format_: Format) -> None:
    if format_ is Format.JSON:
        as_json(
            {
                "run": done.run_id,
                "undone": done.undone,
                "restored": done.restored,
                "kept": done.kept,
                "people_held": done.people_held,
                "tables_paused": done.tables_paused,
            }
        )
        return
    _show(done)


def _show(done: Undone) -> None:
    say("", f"[green]✓ {count(done.restored, 'row')} put back[/green] of run [bold]{short(done.undone)}[/bold].")
    if done.kept:
        say(f"[yellow]{count(done.kept, 'row')} left as found:[/yellow] somebody has written there since.")
    if done.people_held:
        say("The person is on hold, so that no sweep removes it again. Their next request to be forgotten lifts it.")
    for name in done.tables_paused:
        say(f"Paused: {name}. Let sweeps touch it again with `tillit sweep --resume {name}`.")
