"""`tillit plan` and `tillit sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tillit.cli.options import (
    AllowMoreOption,
    ApplyOption,
    ByOption,
    Format,
    FormatOption,
    NowOption,
    Opened,
    ProjectOption,
    opened,
    who,
)
from tillit.cli.output import as_json, count, day, heading, say, short, table, working
from tillit.model.plan import TableTally
from tillit.service.committed import done, telling
from tillit.service.sweep import Preview, Swept, preview, resume
from tillit.service.sweep import sweep as remove

ApproveOption = Annotated[
    bool,
    typer.Option("--approve", help="With --apply: approve the policy and maps as they are now, with what they remove."),
]
ResumeOption = Annotated[
    str,
    typer.Option("--resume", help="Let sweeps touch a paused table again, and do nothing else.", metavar="STORE.TABLE"),
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(plan)
    app.command()(sweep)


def plan(project: ProjectOption = Path("."), format_: FormatOption = Format.TEXT, now: NowOption = "") -> None:
    """What would a sweep remove now? Nothing is changed."""
    with opened(project, now) as at, working("Planning"):
        seen = preview(at.project, at.memory, at.stores, at.now)
    _show_plan(seen, at, format_)


def sweep(
    project: ProjectOption = Path("."),
    apply: ApplyOption = False,
    approve: ApproveOption = False,
    allow_more: AllowMoreOption = False,
    resume_: ResumeOption = "",
    by: ByOption = "",
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Remove what has no reason to be kept any more. Without --apply, the same as `tillit plan`."""
    if apply and not resume_:
        _sweep(project, format_, now, by=who(by), approve=approve, allow_more=allow_more)
        return
    with opened(project, now) as at:
        if resume_:
            resume(at.memory, resume_, who(by), at.now)
            say(f"[green]✓[/green] Sweeps touch {resume_} again.")
            return
        with working("Planning"):
            seen = preview(at.project, at.memory, at.stores, at.now)
        _show_plan(seen, at, format_)


def _sweep(folder: Path, format_: Format, now: str, *, by: str, approve: bool, allow_more: bool) -> None:
    with telling() as told:
        with opened(folder, now) as at, working("Sweeping") as progress:
            swept = remove(
                at.project,
                at.memory,
                at.stores,
                at.now,
                by=by,
                approve_it=approve,
                allow_more=allow_more,
                progress=progress,
            )
            told(done(swept.outcome.run_id, swept.outcome.total))
        _show_swept(swept, format_)


def _show_plan(seen: Preview, at: Opened, format_: Format) -> None:
    if format_ is Format.JSON:
        as_json(_plan_json(seen, at))
        return
    heading(f"{at.project.policy.controller.name}: what a sweep would do, {day(at.now)}")
    if not seen.total:
        say("[green]Nothing.[/green] Everything that is there has a reason to be.")
    else:
        _show_clauses(seen, at)
        heading("Where")
        table(*_where(seen))
    for pause in seen.paused:
        say(f"[yellow]Paused:[/yellow] {pause.store}.{pause.table} is left alone: {pause.reason}.")
    for excess in seen.beyond:
        place = f"{excess.store}.{excess.table}" if excess.table else excess.store
        rows = f"{excess.rows:,} rows, {excess.allowed:,} are allowed"
        say(f"[bold red]The brake would stop this:[/bold red] {place}: {rows} (--allow-more)")
    if not seen.approved:
        say("", "[yellow]This policy and these maps are not approved yet:[/yellow] `tillit sweep --apply --approve`.")
    say("", "[dim]Nothing was changed.[/dim]")


def _show_clauses(seen: Preview, at: Opened) -> None:
    rows = []
    for clause, n in seen.clauses.items():
        found = at.project.policy.clauses.get(clause)
        numbers = (n.rows, n.values, n.coarsened, n.links)
        rows.append((clause, found.title if found else "", *(f"{v:,}" if v else "-" for v in numbers)))
    table(("Clause", "Promise", "Rows deleted", "Values cleared", "Made coarser", "Links cut"), rows, (2, 3, 4, 5))
    say("[dim]A value that several clauses held is counted under each.[/dim]")


def _where(seen: Preview) -> tuple[tuple[str, ...], list[tuple[str, ...]], tuple[int, ...]]:
    rows: list[tuple[str, ...]] = []
    for store in seen.stores:
        for name, tally in sorted(store.tallies.items()):
            if tally.total:
                size = store.sizes.get(name, 0)
                rows.append(
                    (
                        f"{store.store}.{name}",
                        f"{size:,}",
                        f"{tally.deleted:,}" if tally.deleted else "-",
                        _cells(tally),
                    )
                )
    return ("Table", "Rows", "Deleted", "In rows that stay"), rows, (1, 2)


def _cells(tally: TableTally) -> str:
    parts = [f"{column} {number:,}" for column, number in tally.replaced.items()]
    parts += [f"{column} {number:,} coarser" for column, number in tally.coarsened.items()]
    parts += [f"link to {link} {number:,} cut" for link, number in tally.cut.items()]
    return ", ".join(parts) or "-"


def _show_swept(swept: Swept, format_: Format) -> None:
    if format_ is Format.JSON:
        as_json(
            {
                "run": swept.outcome.run_id,
                "rows": swept.outcome.rows,
                "total": swept.outcome.total,
                "recovered": swept.outcome.recovered,
                "destroyed": swept.destroyed,
                "undo_until": swept.undo_until,
                "approved": swept.approved,
            }
        )
        return
    for line in swept.outcome.recovered:
        say(f"[yellow]From an earlier run:[/yellow] {line}")
    if swept.approved:
        say("[green]✓[/green] The policy and maps as they are now are approved.")
    if swept.destroyed:
        say(f"[green]✓[/green] Destroyed for good: the undo of {count(len(swept.destroyed), 'run')}.")
    if not swept.outcome.total:
        say("[green]✓ Nothing to remove.[/green] Everything that is there has a reason to be.")
        return
    heading("Removed")
    words = {
        "delete": "deleted",
        "change": "cleared or cut loose",
        "unlink": "links deleted",
        "untie": "untied",
    }
    rows = [
        (f"{store}.{name}", words[action], f"{n:,}") for (store, name, action), n in sorted(swept.outcome.rows.items())
    ]
    table(("Table", "What", "Rows"), rows, (2,))
    say(
        "",
        f"[green]✓ {count(swept.outcome.total, 'row')} done[/green] in run [bold]{short(swept.outcome.run_id)}[/bold].",
    )
    say(f"It can be undone until {day(swept.undo_until)}: tillit undo {short(swept.outcome.run_id)}")


def _plan_json(seen: Preview, at: Opened) -> dict[str, object]:
    return {
        "at": at.now,
        "total": seen.total,
        "approved": seen.approved,
        "clauses": {
            clause: {"rows": n.rows, "values": n.values, "coarsened": n.coarsened, "links": n.links, "tables": n.tables}
            for clause, n in seen.clauses.items()
        },
        "tables": {
            f"{store.store}.{name}": {
                "rows": store.sizes.get(name, 0),
                "deleted": t.deleted,
                "replaced": t.replaced,
                "coarsened": t.coarsened,
                "cut": t.cut,
                "shells": t.shells,
            }
            for store in seen.stores
            for name, t in sorted(store.tallies.items())
            if t.total
        },
        "beyond_brake": [
            {"store": e.store, "table": e.table, "clauses": e.clauses, "rows": e.rows, "allowed": e.allowed}
            for e in seen.beyond
        ],
        "paused": [f"{p.store}.{p.table}" for p in seen.paused],
    }
