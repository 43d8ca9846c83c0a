"""`tillit check` and `tillit validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tillit.cli.options import Format, FormatOption, NowOption, Opened, ProjectOption, opened
from tillit.cli.output import as_json, count, day, heading, say, table, working
from tillit.model.policy import Policy
from tillit.service.check import Checked, ClauseState, State
from tillit.service.check import check as look
from tillit.service.project import load

FINDINGS = 1
MARKS = {
    State.KEPT: "[green]✓ kept[/green]",
    State.DUE: "[yellow]… due[/yellow]",
    State.BROKEN: "[bold red]✗ broken[/bold red]",
    State.UNPROVEN: "[dim]? unproven[/dim]",
}
NotesOption = Annotated[bool, typer.Option("--notes", help="Also show what the maps' binding noticed.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(check)
    app.command()(validate)


def check(
    project: ProjectOption = Path("."),
    notes: NotesOption = False,
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Are the promises kept? Looks at every clause, and writes the evidence down. Ends with 1 when one is broken."""
    with opened(project, now) as at, working("Looking"):
        seen = look(at.project, at.memory, at.stores, at.now)
    if format_ is Format.JSON:
        as_json(_json(seen, at))
    else:
        _show(seen, at, notes=notes)
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


def _show(seen: Checked, at: Opened, *, notes: bool) -> None:
    heading(f"{at.project.policy.controller.name}: the promises, {day(at.now)}")
    rows = [_row(clause) for clause in seen.clauses]
    table(("Clause", "Promise", "State", "Past tolerance", "Due"), rows, numbers=(3, 4))
    _show_where(seen)
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
    broken = f"[red]{clause.broken:,}[/red]" if clause.broken else "-"
    return clause.clause, clause.title, MARKS[clause.state], broken, f"{clause.due:,}" if clause.due else "-"


def _show_where(seen: Checked) -> None:
    rows = [
        (clause.clause, _place(place), f"{broken:,}" if broken else "-", f"{due:,}" if due else "-")
        for clause in seen.clauses
        for place, (broken, due) in clause.where.items()
    ]
    if rows:
        heading("What has no reason to be there any more")
        table(("Clause", "Where", "Past tolerance", "Due"), rows, numbers=(2, 3))


def _place(place: str) -> str:
    table_, arrow, link = place.partition(".-> ")
    if arrow:
        return f"{table_} [dim](link to {link})[/dim]"
    return place if place.count(".") > 1 else f"{place} [dim](whole rows)[/dim]"


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
    broken = sum(c.state is State.BROKEN for c in seen.clauses)
    due = sum(c.state is State.DUE for c in seen.clauses)
    unproven = sum(c.state is State.UNPROVEN for c in seen.clauses)
    drifted = sum(d.count for d in seen.drift)
    say("")
    if broken:
        say(f"[bold red]{count(broken, 'promise')} broken.[/bold red] `tillit plan` shows what a sweep would do.")
    if drifted:
        say(f"[bold red]{count(drifted, 'place')} in no map.[/bold red] Nobody knows what they hold.")
    if due:
        say(f"[yellow]{count(due, 'promise')} with something due.[/yellow] The next sweep takes it, in time.")
    if unproven:
        say(f"[dim]{count(unproven, 'promise')} unproven: no mapped data shows whether it is kept.[/dim]")
    if not broken and not drifted:
        say("[bold green]Every promise that can be proved is kept.[/bold green]")
    if seen.notes and not notes:
        say(f"[dim]{count(len(seen.notes), 'note')} on the maps: --notes shows them.[/dim]")


def _json(seen: Checked, at: Opened) -> dict[str, object]:
    return {
        "at": at.now,
        "policy": at.project.policy.digest,
        "findings": seen.findings,
        "clauses": [
            {
                "clause": c.clause,
                "title": c.title,
                "state": c.state,
                "past_tolerance": c.broken,
                "due": c.due,
                "where": {place: {"past_tolerance": b, "due": d} for place, (b, d) in c.where.items()},
            }
            for c in seen.clauses
        ],
        "unmapped": [{"store": d.store, "tables": d.tables, "columns": d.columns} for d in seen.drift],
        "undated": [
            {
                "store": u.store,
                "table": u.table,
                "clause": u.clause,
                "purpose": u.purpose,
                "clock": u.clock,
                "rows": u.rows,
            }
            for u in seen.undated
        ],
        "paused": [{"store": p.store, "table": p.table, "reason": p.reason, "since": p.since} for p in seen.paused],
        "notes": [{"store": store, "note": note} for store, note in seen.notes],
    }
