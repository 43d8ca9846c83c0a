"""`tillit journal list | verify | checkpoint | export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from tillit.cli.journal_words import TITLES, about
from tillit.cli.options import Format, FormatOption, ProjectOption
from tillit.cli.output import as_json, console, count, heading, say, table
from tillit.register.journal_proof import Verdict
from tillit.service import journal
from tillit.service.project import load, remembering

FileArgument = Annotated[
    Path, typer.Argument(help="The file to write; one of these from earlier is replaced.", metavar="FILE")
]

app = typer.Typer(
    help="What was done, by whom and when, in a form that cannot be changed unseen.", no_args_is_help=True
)
FINDINGS = 1
LastOption = Annotated[
    int, typer.Option("--last", "-n", help="How many of the newest entries; 0 for all.", metavar="N")
]
WitnessOption = Annotated[
    list[Path], typer.Option("--witness", help="A checkpoint that was kept elsewhere.", metavar="FILE")
]


@app.command("list")
def list_(last: LastOption = 20, project: ProjectOption = Path("."), format_: FormatOption = Format.TEXT) -> None:
    """The newest entries, oldest first."""
    with remembering(load(project)) as memory:
        found = journal.entries(memory, last or None)
    if format_ is Format.JSON:
        as_json(found)
        return
    heading("The journal")
    table(("No", "When", "What", "About"), [_row(entry) for entry in found], (0,))


@app.command()
def verify(
    witness: WitnessOption = [],  # noqa: B006
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
) -> None:
    """Has anybody changed the journal? Recomputes it whole. Ends with 1 when something is wrong."""
    with remembering(load(project)) as memory:
        verdict = journal.verify(memory, witness)
    if format_ is Format.JSON:
        as_json({"ok": verdict.ok, "entries": verdict.size, "faults": verdict.faults})
    elif verdict.ok:
        say(
            "",
            f"[green]✓ Unchanged:[/green] {count(verdict.size, 'entry', 'entries')}, each checkpoint signed.",
        )
        say("[dim]Keep a checkpoint elsewhere (`tillit journal checkpoint`), and nobody can cut it back unseen.[/dim]")
    else:
        _show_faults(verdict)
    raise typer.Exit(0 if verdict.ok else FINDINGS)


@app.command()
def checkpoint(
    file: FileArgument,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
) -> None:
    """Write the newest signed checkpoint to FILE, to be kept where others cannot reach it, for `verify --witness`.

    Verifies the journal first, against what FILE holds already too. Ends with 1, and leaves FILE, when it is changed.
    """
    with remembering(load(project)) as memory:
        verdict = journal.write_checkpoint(memory, file)
    if format_ is Format.JSON:
        as_json({"ok": verdict.ok, "entries": verdict.size, "file": file.name, "faults": verdict.faults})
    elif verdict.ok:
        say("", f"[green]✓ Written:[/green] {escape(file.name)} signs for {count(verdict.size, 'entry', 'entries')}.")
        say("[dim]Keep it elsewhere: `tillit journal verify --witness FILE` holds the journal against it.[/dim]")
    else:
        _show_faults(verdict)
        say("Nothing was written.")
    raise typer.Exit(0 if verdict.ok else FINDINGS)


@app.command()
def export(project: ProjectOption = Path(".")) -> None:
    """The whole journal as JSON lines, to be kept or verified elsewhere."""
    out = console()
    with remembering(load(project)) as memory:
        for line in journal.export(memory):
            out.file.write(line + "\n")
        out.file.flush()


def _show_faults(verdict: Verdict) -> None:
    say("", "[bold red]✗ Somebody has changed the journal.[/bold red]")
    for fault in verdict.faults:
        say(f"• {fault}")


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    kind = str(entry["kind"])
    when = str(entry.get("at", ""))[:16].replace("T", " ")
    return str(entry["number"]), when, TITLES.get(kind, kind), about(kind, entry)
