"""`tillit check` and `tillit validate`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tillit.checks.verdict import ClauseState, Evidence, State
from tillit.cli.check_formats import show
from tillit.cli.options import Format, FormatOption, NowOption, Opened, ProjectOption, opened
from tillit.cli.output import as_json, count, day, heading, say, table, working
from tillit.model.policy import Policy
from tillit.policy.gather import shown
from tillit.service.check import Checked
from tillit.service.check import check as look
from tillit.service.project import load

FINDINGS = 1
MARKS = {
    State.PROVEN: "[green]✓ proven[/green]",
    State.ATTESTED: "[green]• attested[/green]",
    State.UNPROVEN: "[dim]? unproven[/dim]",
    State.STALE: "[yellow]… stale[/yellow]",
    State.BROKEN: "[bold red]✗ broken[/bold red]",
}


class CheckFormat(StrEnum):
    """How `check` answers."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"


NotesOption = Annotated[bool, typer.Option("--notes", help="Also show what the maps' binding noticed.")]
OnlyOption = Annotated[
    list[str],
    typer.Option(
        "--only", help="Run this kind of check only; may be repeated. What others saw is told.", metavar="KIND"
    ),
]
PromisesOption = Annotated[bool, typer.Option("--promises", help="Show every promise, with why it stands as it does.")]
CheckFormatOption = Annotated[
    CheckFormat, typer.Option("--format", "-f", help="For people, or for a machine: text, json, junit, sarif.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(check)
    app.command()(validate)


def check(
    project: ProjectOption = Path("."),
    notes: NotesOption = False,
    promises: PromisesOption = False,
    only: OnlyOption = [],  # noqa: B006 - the library wants a list, and copies it
    format_: CheckFormatOption = CheckFormat.TEXT,
    now: NowOption = "",
) -> None:
    """Are the promises kept? Looks at every clause, and writes the evidence down. Ends with 1 when one is broken."""
    with opened(project, now) as at, working("Looking"):
        seen = look(at.project, at.memory, at.stores, at.now, only)
    if format_ is CheckFormat.TEXT:
        _show(seen, at, notes=notes, promises=promises)
    else:
        show(seen, format_.value)
    raise typer.Exit(FINDINGS if seen.findings else 0)


def validate(project: ProjectOption = Path("."), format_: FormatOption = Format.TEXT) -> None:
    """Are the files right? Reads policy.yaml, stores/*.yaml and tillit.yaml; asks no store."""
    read = load(project)
    tables = sum(len(store.tables) for store in read.stores)
    if format_ is Format.JSON:
        as_json({"valid": True, "purposes": len(read.policy.purposes), "stores": len(read.stores), "tables": tables})
        return
    promised = f"{count(len(read.policy.clauses), 'clause')}, {count(len(read.policy.purposes), 'purpose')}"
    mapped = f"{count(len(read.stores), 'store')}, {count(tables, 'table')}"
    say(f"[green]✓[/green] The files are right: {promised}; {mapped}.")


def _show(seen: Checked, at: Opened, *, notes: bool, promises: bool) -> None:
    heading(f"{at.project.policy.controller.name}: the promises, {day(at.now)}")
    rows = [_row(clause) for clause in seen.clauses]
    table(("Clause", "Promise", "State", "Found", "Due"), rows, numbers=(3, 4))
    if promises:
        _show_promises(seen)
    _show_where(seen)
    _show_broken(seen)
    _show_drift(seen)
    _show_undated(seen, at.project.policy)
    if seen.paused:
        heading("Paused: sweeps leave these alone")
        table(("Table", "Why"), [(f"{p.store}.{p.table}", p.reason) for p in seen.paused])
    if notes:
        heading("Notes on the maps")
        for store, note in seen.notes:
            say(f"• {store}: {note}")
    _conclude(seen, notes=notes)


def _row(clause: ClauseState) -> tuple[str, ...]:
    found = f"[red]{clause.count:,}[/red]" if clause.count else "-"
    due = f"{clause.due:,}" if clause.due else "-"
    return clause.clause, escape(shown(clause.title)), MARKS[clause.state], found, due


def _show_promises(seen: Checked) -> None:
    heading("Promise by promise")
    rows = [(p.id, escape(p.says), MARKS[p.state], escape(p.why)) for clause in seen.clauses for p in clause.promises]
    table(("Promise", "What it says", "State", "Why"), rows, wide=True)


def _show_where(seen: Checked) -> None:
    kept = [e for e in seen.evidence if e.kind == "retention"]
    rows = [
        (e.clause, _place(p.name), f"{p.count:,}" if p.count else "-", p.note.partition(" ")[0] or "-")
        for e in kept
        for p in e.places
    ]
    if rows:
        heading("What has no reason to be there any more")
        table(("Clause", "Where", "Past tolerance", "Due"), rows, numbers=(2, 3))


def _place(place: str) -> str:
    table_, arrow, link = place.partition(".-> ")
    if arrow:
        return f"{table_} [dim](link to {link})[/dim]"
    return place if place.count(".") > 1 else f"{place} [dim](whole rows)[/dim]"


def _show_broken(seen: Checked) -> None:
    """What the other checks found."""
    told = _broken(seen)
    if not told:
        return
    heading("What else is not as promised")
    for one in told:
        clauses = ", ".join(c.clause for c in seen.clauses if any(e is one for e in c.evidence))
        say(f"[red]✗[/red] {escape(one.says)} [dim]({one.kind}; clause {clauses})[/dim]")
        for place in one.places[:6]:
            if place.name and place.note:
                say(f"    {escape(place.name)}: {escape(place.note)}")
        if one.remedy:
            say(f"    [dim]{escape(one.remedy)}[/dim]")


def _broken(seen: Checked) -> list[Evidence]:
    bearing = {id(e): e for clause in seen.clauses for e in clause.evidence}
    return [e for e in bearing.values() if e.state is State.BROKEN and e.kind not in ("retention", "drift")]


def _show_drift(seen: Checked) -> None:
    if not seen.drift:
        return
    heading("In the databases, but in no map")
    for drift in seen.drift:
        for name in drift.tables:
            say(f"[red]✗[/red] table  {drift.store}.{name}")
        for name in drift.columns:
            say(f"[red]✗[/red] column {drift.store}.{name}")
    say(
        "",
        "[dim]Map them, or say that nothing in them is personal: `unmapped:` for a table, "
        "`not_personal` for a column.[/dim]",
    )


def _show_undated(seen: Checked, policy: Policy) -> None:
    if not seen.undated:
        return
    heading("Kept because a date is missing")
    rows = [
        (u.clause, f"{u.store}.{u.table}", policy.purposes[u.purpose].title, u.clock, f"{u.rows:,}")
        for u in seen.undated
    ]
    table(("Clause", "Table", "Kept for", "Counts from", "Rows without it"), rows, numbers=(4,))


def _conclude(seen: Checked, *, notes: bool) -> None:
    number = {state: sum(c.state is state for c in seen.clauses) for state in State}
    drifted = sum(d.count for d in seen.drift)
    say("")
    if number[State.BROKEN]:
        say(f"[bold red]{count(number[State.BROKEN], 'clause')} broken.[/bold red]")
    if drifted:
        say(f"[bold red]{count(drifted, 'place')} in no map.[/bold red] Nobody knows what they hold.")
    if sum(clause.due for clause in seen.clauses):
        say("[yellow]Something is due.[/yellow] The next sweep takes it, in time; `tillit plan` shows it.")
    if number[State.STALE]:
        say(f"[yellow]{count(number[State.STALE], 'clause')} stale:[/yellow] shown once, and due to be shown again.")
    if number[State.UNPROVEN]:
        say(f"[dim]{count(number[State.UNPROVEN], 'clause')} unproven, in part or whole: --promises tells why.[/dim]")
    if not number[State.BROKEN] and not drifted:
        say("[bold green]Every promise that can be proved is kept.[/bold green]")
    if seen.notes and not notes:
        say(f"[dim]{count(len(seen.notes), 'note')} on the maps: --notes shows them.[/dim]")
