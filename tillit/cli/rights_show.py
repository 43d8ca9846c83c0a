"""Telling what became of a request: on the screen, for machines, and the letter as files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.markup import escape

from tillit.cli.found import show_found, show_going
from tillit.cli.options import Format
from tillit.cli.output import as_json, console, day, heading, say, short, table
from tillit.cli.person_json import going_json, who_json
from tillit.documents.letter import as_html, as_text
from tillit.register.requests import OPEN_STATES, Request
from tillit.register.standing import StandingEvent
from tillit.service.rights import Answered


def tell(done: Answered, format_: Format, into: Path | None) -> None:
    """Show what was done or would be, and the letter; with `into`, the letter as HTML and text too."""
    files = write_letter(done, into) if into is not None else []
    if format_ is Format.JSON:
        as_json(answered_json(done, files))
        return
    show_found(done.matches, done.ambiguous)
    if done.going:
        show_going("What would go", done.going)
    if done.rows:
        heading("Done")
        words = {"delete": "deleted", "change": "changed", "unlink": "links deleted", "untie": "untied"}
        table(("Table", "What", "Rows"), [(f"{s}.{t}", words[a], f"{n:,}") for (s, t, a), n in done.rows.items()], (2,))
    heading("The letter")
    console().print(as_text(done.letter), markup=False, highlight=False, soft_wrap=True)
    for path in files:
        say(f"[dim]Written: {escape(str(path))}[/dim]")
    _conclude(done)


def _conclude(done: Answered) -> None:
    if done.waits:
        say(f"[yellow]Open:[/yellow] {escape(done.waits)}")
    if done.applied and done.letter.recipients:
        say(f"[yellow]To be told (Art. 19):[/yellow] {escape(', '.join(done.letter.recipients))}")
    if done.run_id is not None:
        say(f"[dim]Run {short(done.run_id)}.[/dim]")
    if done.request_id is not None:
        due = f": to be answered by {day(done.due)}" if done.due else ""
        say(f"[dim]Request {done.request_id}{due}.[/dim]")
    if not done.applied:
        say("[dim]Nothing was changed. With --apply --vouched-by NAME it is done.[/dim]")


def write_letter(done: Answered, into: Path) -> list[Path]:
    """The letter as two files, for its owner's eyes only."""
    into.mkdir(parents=True, exist_ok=True)
    name = f"letter-{short(done.request_id)}" if done.request_id else "letter-draft"
    found = []
    for suffix, text in ((".html", as_html(done.letter)), (".txt", as_text(done.letter))):
        path = into / (name + suffix)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        found.append(path)
    return found


def answered_json(done: Answered, files: Sequence[Path]) -> dict[str, object]:
    """What `tillit request RIGHT --format json` gives."""
    return {
        "right": done.right,
        "applied": done.applied,
        "request": done.request_id,
        "answer_by": done.due,
        "open": done.waits,
        "run": done.run_id,
        "rows": done.rows,
        **who_json(done.matches, done.ambiguous),
        "would_go": going_json(done.going),
        "refused": [{"code": r.code, "what": r.what} for r in done.letter.refused],
        "withheld": [{"what": what, "code": code} for what, code in done.letter.withheld],
        "kept": [
            {"what": k.what, "how": k.how, "purpose": k.purpose.name if k.purpose else None, "until": k.until}
            for k in done.letter.kept
        ],
        "corrected": [{"what": c.what, "cells": c.cells} for c in done.letter.corrections],
        "recipients": done.letter.recipients,
        "letter": as_text(done.letter),
        "files": [str(path) for path in files],
    }


def show_requests(requests: Sequence[Request], now: datetime, format_: Format) -> None:
    """Requests, the most urgent first."""
    if format_ is Format.JSON:
        as_json({"requests": [request_json(one, now) for one in requests]})
        return
    if not requests:
        say("No requests.")
        return
    rows = [
        (str(r.id), r.kind, _state(r, now), day(r.received_at), day(r.due_at), escape(r.vouched_by)) for r in requests
    ]
    table(("Request", "About", "State", "Received", "Answer by", "Vouched for by"), rows)


def show_request(one: Request, events: Sequence[tuple[str, StandingEvent]], now: datetime, format_: Format) -> None:
    """One request, and what it changed."""
    if format_ is Format.JSON:
        told = [
            {"of": place, "what": e.kind, "name": e.name, "at": e.at, "by": e.proof.recorded_by} for place, e in events
        ]
        as_json({**request_json(one, now), "changed": told})
        return
    show_requests([one], now, format_)
    if events:
        rows = [(place, e.kind.value, e.name, day(e.at), escape(e.proof.recorded_by) or "-") for place, e in events]
        table(("Of", "What", "Name", "When", "By"), rows)


def _state(one: Request, now: datetime) -> str:
    return f"[bold red]{one.state.value}, late[/bold red]" if late(one, now) else one.state.value


def late(one: Request, now: datetime) -> bool:
    """Still open, and its last day is over."""
    return one.state in OPEN_STATES and now > one.due_at


def request_json(one: Request, now: datetime) -> dict[str, object]:
    """A request for machines."""
    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "late": late(one, now),
        "received_at": one.received_at,
        "answer_by": one.due_at,
        "vouched_by": one.vouched_by,
        "close_reason": one.close_reason,
        "closed_by": one.closed_by,
    }
