"""`tillit status`."""

from __future__ import annotations

from pathlib import Path

import typer

from tillit.cli.options import Format, FormatOption, NowOption, ProjectOption, moment
from tillit.cli.output import as_json, count, day, heading, say, short, table
from tillit.register.runs import RunKind
from tillit.service.project import load, remembering
from tillit.service.status import RunState, Status
from tillit.service.status import status as read

KINDS = {
    RunKind.SWEEP: "sweep",
    RunKind.FORGET: "erasure of a person",
    RunKind.RECTIFY: "correction",
    RunKind.UNDO: "undo",
}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(status)


def status(project: ProjectOption = Path("."), format_: FormatOption = Format.TEXT, now: NowOption = "") -> None:
    """How things stand: approval, runs, what can be undone, requests, paused tables. Asks no store."""
    opened = load(project)
    with remembering(opened) as memory:
        seen = read(opened, memory, moment(now))
    if format_ is Format.JSON:
        as_json(_json(seen))
        return
    heading(f"{opened.policy.controller.name}: how things stand")
    _show_approval(seen)
    if seen.unsettled:
        say(f"[yellow]A killed run left {count(seen.unsettled, 'batch', 'batches')}:[/yellow] the next run settles it.")
    _show_unknown(seen)
    if seen.runs:
        heading("Runs")
        table(("Run", "When", "What", "State", "Rows", "Undo"), [_run(one) for one in seen.runs], (4,))
    if seen.requests:
        heading("Requests that wait for an answer")
        late = {request.id for request in seen.overdue}
        rows = [
            (str(r.id), r.kind, r.state.value, day(r.due_at) + (" [bold red]late[/bold red]" if r.id in late else ""))
            for r in seen.requests
        ]
        table(("Request", "Kind", "State", "Answer by"), rows)
    if seen.paused:
        heading("Paused: sweeps leave these alone")
        table(("Table", "Why", "Since"), [(f"{p.store}.{p.table}", p.reason, day(p.since)) for p in seen.paused])
    say("")


def _show_approval(seen: Status) -> None:
    if seen.approval is None:
        say("[yellow]Nothing is approved yet.[/yellow] Look at `tillit plan`, then `tillit sweep --apply --approve`.")
    elif seen.approved:
        say(f"[green]✓[/green] Approved by {seen.approval.approved_by}, {day(seen.approval.approved_at)}.")
    else:
        say("[yellow]The policy or a map has changed since it was approved.[/yellow] Look at `tillit plan`.")


def _show_unknown(seen: Status) -> None:
    if not seen.unknown_undo:
        return
    runs = count(len(seen.unknown_undo), "run")
    say(
        f"[yellow]The register does not know {runs} whose undo is here,[/yellow] as after putting back an older one. "
        "Sweeps leave it alone, past its day too. Put the newer register back, or remove by hand keys/undo/RUN.key, "
        "then undo/RUN/:"
    )
    for run_id in seen.unknown_undo:
        say(f"• {run_id}")


def _run(one: RunState) -> tuple[str, ...]:
    run = one.run
    what = KINDS[run.kind] + (f" of {short(run.undoes)}" if run.undoes else "")
    undo = f"until {day(run.destroy_by)}" if one.undoable and run.destroy_by else "-"
    return short(run.id), day(run.started_at), what, run.state.value, f"{one.rows:,}", undo


def _json(seen: Status) -> dict[str, object]:
    approval = seen.approval
    return {
        "approved": seen.approved,
        "approval": {"by": approval.approved_by, "at": approval.approved_at} if approval else None,
        "unsettled": seen.unsettled,
        "unknown_undo": list(seen.unknown_undo),
        "runs": [
            {
                "id": one.run.id,
                "kind": one.run.kind,
                "state": one.run.state,
                "started_at": one.run.started_at,
                "rows": one.rows,
                "undoable": one.undoable,
                "undo_until": one.run.destroy_by,
                "undoes": one.run.undoes,
            }
            for one in seen.runs
        ],
        "requests": [
            {"id": r.id, "kind": r.kind, "state": r.state, "received_at": r.received_at, "answer_by": r.due_at}
            for r in seen.requests
        ],
        "paused": [{"store": p.store, "table": p.table, "reason": p.reason, "since": p.since} for p in seen.paused],
    }
