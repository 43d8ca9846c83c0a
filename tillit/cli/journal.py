"""`tillit journal list | verify | export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tillit.cli.options import Format, FormatOption, ProjectOption
from tillit.cli.output import as_json, console, count, heading, say, table
from tillit.service import journal
from tillit.service.project import load, remembering

app = typer.Typer(
    help="What was done, by whom and when, in a form that cannot be changed unseen.", no_args_is_help=True
)
FINDINGS = 1
MOST_PLACES = 3  # told one by one
LastOption = Annotated[
    int, typer.Option("--last", "-n", help="How many of the newest entries; 0 for all.", metavar="N")
]
WitnessOption = Annotated[
    list[Path], typer.Option("--witness", help="A checkpoint that was kept elsewhere.", metavar="FILE")
]
TITLES = {
    "run.started": "Run started",
    "run.removed": "Removed",
    "run.recovered": "Found out after a kill",
    "run.finished": "Run ended",
    "brake.overridden": "Brake overridden",
    "policy.approved": "Policy approved",
    "request.erasure": "Asked to be forgotten",
    "request.checked": "Looked again",
    "undo.started": "Undo started",
    "undo.batch": "Put back",
    "undo.destroyed": "Undo destroyed",
    "hold.placed": "Hold placed",
    "tables.paused": "Tables paused",
    "table.resumed": "Table resumed",
}


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
        say("[dim]Keep a checkpoint elsewhere (`tillit journal export`), and nobody can cut it back unseen.[/dim]")
    else:
        say("", "[bold red]✗ Somebody has changed the journal.[/bold red]")
        for fault in verdict.faults:
            say(f"• {fault}")
    raise typer.Exit(0 if verdict.ok else FINDINGS)


@app.command()
def export(project: ProjectOption = Path(".")) -> None:
    """The whole journal as JSON lines, to be kept or verified elsewhere."""
    out = console()
    with remembering(load(project)) as memory:
        for line in journal.export(memory):
            out.file.write(line + "\n")


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    kind = str(entry["kind"])
    when = str(entry.get("at", ""))[:16].replace("T", " ")
    return str(entry["number"]), when, TITLES.get(kind, kind), _about(kind, entry)


def _rows(rows: dict[str, int]) -> str:
    if len(rows) > MOST_PLACES:
        return (
            f"{count(sum(rows.values()), 'row')} in {count(len({place.rpartition('.')[0] for place in rows}), 'table')}"
        )
    return ", ".join(f"{place} {n:,}" for place, n in rows.items())


def _about(kind: str, entry: dict[str, Any]) -> str:
    run = str(entry.get("run", ""))[:8]
    match kind:
        case "run.started":
            return f"{run} {entry['what']} of {', '.join(entry['stores'])}"
        case "run.removed" | "run.recovered":
            return f"{run} {entry['store']}: {_rows(entry['rows'])}"
        case "run.finished":
            return f"{run} {entry['state']}"
        case "policy.approved":
            return f"by {entry['by']}: {sum(entry['counts'].values()):,} values newly without a reason"
        case "request.erasure":
            return f"{count(len(entry['people']), 'record')} of one person; vouched for by {entry['vouched_by']}"
        case "request.checked":
            return "complete" if entry["complete"] else f"found again in {count(len(entry['left']), 'place')}"
        case "undo.started":
            return f"of {str(entry['undoes'])[:8]} by {entry['by']}" + (
                f" and {entry['second']}" if entry["second"] else ""
            )
        case "undo.batch":
            return f"{entry['store']}: {count(entry['restored'], 'row')}"
        case "tables.paused":
            return ", ".join(entry["tables"])
        case "table.resumed":
            return f"{entry['table']} by {entry['by']}"
        case _:
            return run
