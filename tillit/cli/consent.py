"""`tillit consent give | withdraw | show`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from tillit.cli.found import show_found, show_going
from tillit.cli.options import (
    ApplyOption,
    ByOption,
    EmailOption,
    ExceptOption,
    Format,
    FormatOption,
    IdOption,
    NowOption,
    PersonOption,
    PhoneOption,
    ProjectOption,
    identifiers,
    opened,
    who,
)
from tillit.cli.output import as_json, day, heading, say, table, working
from tillit.cli.person_json import going_json, person_json, who_json
from tillit.model.errors import TillitError
from tillit.model.policy import Policy
from tillit.register.standing import EventKind, Proof, StandingEvent
from tillit.service import consent
from tillit.service.committed import telling
from tillit.service.consent import Changed, Said, Shown
from tillit.service.forget import Ask

FINDINGS = 1
WORDS = {EventKind.CONSENTED: "given", EventKind.WITHDREW: "withdrawn", EventKind.ENDED: "ended"}

app = typer.Typer(
    help="Consent (Art. 7): that a person gave it, withdrew it, and the proof of it.", no_args_is_help=True
)

PurposeArgument = Annotated[str, typer.Argument(help="A purpose that rests on consent.", metavar="PURPOSE")]
SourceOption = Annotated[
    str,
    typer.Option("--source", help="How and where it was said, such as 'form on the web site'.", metavar="TEXT"),
]
VersionOption = Annotated[
    str, typer.Option("--text-version", help="Which version of the text they agreed to.", metavar="VERSION")
]
AtOption = Annotated[
    str,
    typer.Option(
        "--at", help="When it was said (ISO 8601; without a zone, the controller's). Default: now.", metavar="TIME"
    ),
]


@app.command()
def give(
    purpose: PurposeArgument,
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    source: SourceOption = "",
    text_version: VersionOption = "",
    at: AtOption = "",
    by: ByOption = "",
    apply: ApplyOption = False,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """A person has consented (Art. 6(1)(a)). Without --apply: who is found, and what would follow."""
    if apply and not (source.strip() and text_version.strip()):
        raise TillitError(
            "consent that nobody can demonstrate is none (Art. 7(1))",
            "add --source TEXT: how and where it was given, and --text-version VERSION: what they agreed to",
        )
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_))
    proof = Proof(source.strip(), text_version.strip(), who(by))
    _record(EventKind.CONSENTED, purpose, ask, proof, at, project, format_, now, apply=apply)


@app.command()
def withdraw(
    purpose: PurposeArgument,
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    source: SourceOption = "",
    at: AtOption = "",
    by: ByOption = "",
    apply: ApplyOption = False,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """A person withdraws consent (Art. 7(3)): the purpose ends, and the next sweep removes what only it held."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_))
    proof = Proof(source.strip(), "", who(by))
    _record(EventKind.WITHDREW, purpose, ask, proof, at, project, format_, now, apply=apply)


@app.command()
def show(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """What is on record of a person's consents: given, withdrawn and ended, when and how."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_))
    with opened(project, now) as at, working("Looking"):
        seen = consent.show(at.project, at.memory, at.stores, ask, at.now)
    if format_ is Format.JSON:
        as_json(_shown_json(seen, at.now))
        return
    show_found(seen.matches, seen.ambiguous)
    if seen.matches:
        _show(seen, at.project.policy)


def _record(
    kind: EventKind,
    purpose: str,
    ask: Ask,
    proof: Proof,
    said_at: str,
    folder: Path,
    format_: Format,
    now: str,
    *,
    apply: bool,
) -> None:
    with telling() as told:
        with opened(folder, now) as at, working("Looking"):
            when = _when(said_at, at.project.policy, at.now)
            said = Said(kind, purpose, when, proof)
            done = consent.record(at.project, at.memory, at.stores, ask, said, at.now, apply=apply)
            if done.recorded:
                told(f"Recorded before that: consent to {purpose} {WORDS[kind]}.")
        if format_ is Format.JSON:
            as_json(_changed_json(done, at.now))
        else:
            _tell(done, apply=apply)
    raise typer.Exit(FINDINGS if apply and not done.recorded else 0)


def _when(text: str, policy: Policy, now: datetime) -> datetime:
    if not text:
        return now
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise TillitError("--at is no time", "write it as 2026-11-23T12:00 or 2026-11-23T12:00+01:00") from None
    return told if told.tzinfo is not None else told.replace(tzinfo=ZoneInfo(policy.controller.timezone))


def _tell(done: Changed, *, apply: bool) -> None:
    show_found(done.matches, done.ambiguous)
    if not done.matches:
        if apply:
            say("[bold yellow]Nothing was recorded.[/bold yellow]")
        return
    said = done.said
    if said.kind is EventKind.WITHDREW and not done.stood:
        say(
            "",
            f"[yellow]No consent to {said.purpose} of theirs is on record.[/yellow] It counts all the same.",
        )
    show_going("What the next sweep then removes", done.stores)
    if done.recorded:
        say("", f"[green]✓ Recorded:[/green] consent to {said.purpose} {WORDS[said.kind]}, {day(said.at)}.")
    else:
        extra = "" if said.kind is EventKind.WITHDREW else " --source TEXT --text-version VERSION"
        say("", f"[dim]Nothing was changed. With --apply{extra} it is recorded.[/dim]")


def _show(seen: Shown, policy: Policy) -> None:
    heading("On record")
    if not seen.events:
        say("Nothing: no consent given, none withdrawn.")
        return
    places: dict[tuple[str, ...], list[str]] = {}
    for person, event in seen.events:
        proof = event.proof
        row = (event.name, WORDS[event.kind], day(event.at), proof.source, proof.text_version, proof.recorded_by)
        places.setdefault(row, []).append(f"{person.store}.{person.table}")
    rows = [(*(escape(part) or "-" for part in row), ", ".join(dict.fromkeys(where))) for row, where in places.items()]
    table(("Purpose", "What", "When", "How and where", "Text", "Recorded by", "Of"), rows)
    stand = sorted(frozenset().union(*seen.stands.values()))
    for name in stand:
        title = policy.purposes[name].title if name in policy.purposes else "no longer in the policy"
        say(f"[green]✓[/green] Consent to {name} stands [dim]({title})[/dim]")
    if not stand:
        say("[dim]No consent stands today.[/dim]")


def _changed_json(done: Changed, now: datetime) -> dict[str, object]:
    said = done.said
    return {
        "at": now,
        "applied": done.recorded,
        "purpose": said.purpose,
        "what": WORDS[said.kind],
        "said_at": said.at,
        **who_json(done.matches, done.ambiguous),
        "stood": [person_json(person) for person in sorted(done.stood, key=repr)],
        "next_sweep": going_json(done.stores),
    }


def _shown_json(seen: Shown, now: datetime) -> dict[str, object]:
    return {
        "at": now,
        **who_json(seen.matches, seen.ambiguous),
        "events": [{**person_json(person), **_event_json(event)} for person, event in seen.events],
        "stands": [{**person_json(person), "purposes": sorted(names)} for person, names in seen.stands.items()],
    }


def _event_json(event: StandingEvent) -> dict[str, object]:
    return {
        "purpose": event.name,
        "what": WORDS[event.kind],
        "said_at": event.at,
        "source": event.proof.source,
        "text_version": event.proof.text_version,
        "recorded_by": event.proof.recorded_by,
        "request": event.request_id,
    }
