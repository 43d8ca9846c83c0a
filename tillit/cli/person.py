"""`tillit explain` and `tillit forget`: one person at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from tillit.cli.found import show_found, show_going
from tillit.cli.options import (
    AllowMoreOption,
    ApplyOption,
    EmailOption,
    ExceptOption,
    Format,
    FormatOption,
    IdOption,
    NowOption,
    Opened,
    PersonOption,
    PhoneOption,
    ProjectOption,
    identifiers,
    opened,
)
from tillit.cli.output import as_json, count, day, heading, say, short, table, working
from tillit.cli.person_json import explained_json, forgotten_json, found_json
from tillit.cli.residue import show_residual
from tillit.model.errors import TillitError
from tillit.service.committed import done as committed
from tillit.service.committed import telling
from tillit.service.explain import Explained
from tillit.service.explain import explain as reasons
from tillit.service.forget import Ask, Foreseen, Forgotten, foresee
from tillit.service.forget import forget as erase
from tillit.service.why import How, Kept, Reason

FINDINGS = 1
VouchedOption = Annotated[
    str,
    typer.Option("--vouched-by", help="With --apply: who made sure that the person is who they say.", metavar="NAME"),
]
RequestOption = Annotated[
    str, typer.Option("--request", help="Go on with an earlier request, by its number.", metavar="ID")
]
RowsOption = Annotated[bool, typer.Option("--rows", help="Row by row, not summed up.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(explain)
    app.command()(forget)


def explain(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    rows: RowsOption = False,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """What is held about a person, why, and until when? Nothing is changed."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_))
    with opened(project, now) as at, working("Looking"):
        told = reasons(at.project, at.memory, at.stores, ask, at.now)
    if format_ is Format.JSON:
        as_json(explained_json(told, at.now))
        return
    show_found(told.matches, told.ambiguous)
    if told.matches:
        _show_explained(told, rows=rows)


def forget(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    request: RequestOption = "",
    apply: ApplyOption = False,
    vouched_by: VouchedOption = "",
    allow_more: AllowMoreOption = False,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """A person asks to be forgotten (Art. 17). Without --apply: what would go, what would stay, and why.

    Ends with 1 when something that identifies the person was found again and somebody must look at it.
    """
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_), _request(request))
    if apply and not vouched_by.strip():
        raise TillitError("nobody vouches for who is asking", "add --vouched-by NAME: who made sure, and how")
    if not apply:
        with opened(project, now) as at, working("Looking"):
            foreseen = foresee(at.project, at.memory, at.stores, ask, at.now)
        _tell(foreseen, None, at, format_, apply=False)
        return
    complete = _forget(project, now, ask, format_, vouched_by=vouched_by.strip(), allow_more=allow_more)
    raise typer.Exit(0 if complete else FINDINGS)


def _forget(folder: Path, now: str, ask: Ask, format_: Format, *, vouched_by: str, allow_more: bool) -> bool:
    """Erase and tell; False when somebody must look at what was found again."""
    with telling() as told:
        with opened(folder, now) as at, working("Erasing") as progress:
            foreseen, done = erase(
                at.project,
                at.memory,
                at.stores,
                ask,
                at.now,
                vouched_by=vouched_by,
                allow_more=allow_more,
                progress=progress,
            )
            if done is not None:
                told(committed(done.outcome.run_id, done.outcome.total))
                state = "complete" if done.complete else "not complete, and open"
                told(f"Request {done.request_id} is {state}.")
        _tell(foreseen, done, at, format_, apply=True)
    return done is None or done.complete


def _request(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise TillitError("--request wants the number of a request", "`tillit status` lists the open ones") from None


def _tell(foreseen: Foreseen, done: Forgotten | None, at: Opened, format_: Format, *, apply: bool) -> None:
    if format_ is Format.JSON:
        as_json(found_json(foreseen, at.now) if done is None else forgotten_json(foreseen, done, at.now))
        return
    show_found(foreseen.matches, foreseen.ambiguous)
    if not foreseen.matches:
        return
    if done is None:
        _show_foreseen(foreseen)
        if not apply:
            say("", "[dim]Nothing was changed. With --apply --vouched-by NAME it is done.[/dim]")
        return
    _show_done(done)
    _show_kept(done.kept, "Kept, and why")
    show_residual(done.residual)
    _conclude(done)


def _show_foreseen(foreseen: Foreseen) -> None:
    show_going("What would be erased", foreseen.stores)
    _show_kept(foreseen.kept, "What would be kept, and why")


def _show_done(done: Forgotten) -> None:
    heading("Erased")
    words = {"delete": "deleted", "change": "cleared", "unlink": "links deleted", "untie": "untied"}
    rows = [(f"{s}.{t}", words[a], f"{n:,}") for (s, t, a), n in sorted(done.outcome.rows.items())]
    if rows:
        table(("Table", "What", "Rows"), rows, (2,))
    else:
        say("Nothing was left to erase.")


def _show_kept(kept: Sequence[Kept], title: str) -> None:
    heading(title)
    if not kept:
        say("Nothing.")
        return
    several = len({row.store for row in kept}) > 1
    places: dict[tuple[str, str], dict[str, int]] = {}
    told: dict[tuple[str, str], Reason] = {}
    for row in kept:
        for reason in row.reasons:
            group, place = (reason.purpose, reason.how.value), f"{row.store}.{row.table}" if several else row.table
            told[group] = _later(told.get(group), reason)
            tables = places.setdefault(group, {})
            tables[place] = tables.get(place, 0) + 1
    ordered = sorted(told.items(), key=lambda item: (not item[1].purpose, item[1].clause, item[0]))
    rows = [
        (
            _title(reason),
            reason.clause or "-",
            _until(reason),
            ", ".join(f"{t} {n:,}" for t, n in places[group].items()),
        )
        for group, reason in ordered
    ]
    table(("Why", "Clause", "Until", "Where, and how many rows"), rows, wide=True)


def _later(one: Reason | None, other: Reason) -> Reason:
    if one is None or one.until is None or (other.until is not None and other.until > one.until):
        return other if one is None or other.until is not None else one
    return one


def _title(reason: Reason) -> str:
    if reason.title:
        return f"{reason.title} [dim]({reason.basis})[/dim]"
    return reason.text[:1].upper() + reason.text[1:]


def _until(reason: Reason) -> str:
    if reason.until is not None:
        return reason.until.isoformat()
    if reason.how is How.IN_USE or reason.how is How.OUTLASTS:
        return reason.text.rpartition("; ")[2].removeprefix("until ")
    return "-"


def _show_explained(told: Explained, *, rows: bool) -> None:
    if not rows:
        _show_kept(told.rows, "What is held, and why")
    else:
        heading("What is held, and why")
        for row in told.rows:
            say(f"[bold]{row.store}.{row.table}[/bold] {','.join(map(str, row.key))}")
            for reason in row.reasons:
                say(f"    {_title(reason)} [dim](clause {reason.clause or '-'}; {_until(reason)})[/dim]")
            _show_columns(row)
    if told.due:
        say(
            "",
            f"[yellow]{count(told.due, 'place')} without a reason:[/yellow] the next sweep clears it.",
        )


def _show_columns(row: Kept) -> None:
    parts: Mapping[str, Sequence[str]] = {
        "kept": row.columns,
        "coarser": tuple(f"{c} as {form}" for c, form in row.coarse.items()),
        "not kept": row.dead,
    }
    for word, columns in parts.items():
        if columns:
            say(f"    [dim]{word}: {', '.join(columns)}[/dim]")


def _conclude(done: Forgotten) -> None:
    say("")
    run = short(done.outcome.run_id)
    if done.complete:
        say("[bold green]✓ Complete.[/bold green] Nothing that should have gone was found again, mapped or not.")
    else:
        say("[bold yellow]Erased, but not complete:[/bold yellow] somebody must look at the places above.")
        if done.dead_left:
            say(f"[bold red]{count(done.dead_left, 'value')} should have gone and are still there.[/bold red]")
    if done.outcome.total:
        say(f"Two people can undo it until {day(done.undo_until)}: tillit undo {run} --reason CODE --second NAME")
    say(f"[dim]Request {done.request_id}: to be answered by {day(done.due_at)}.[/dim]")
