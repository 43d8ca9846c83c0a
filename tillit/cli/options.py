"""Options that several commands share, and how a command begins."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tillit.model.errors import TillitError
from tillit.run.memory import Memory
from tillit.run.stores import OpenStore
from tillit.service.project import Project, load, open_stores, remembering


class Format(StrEnum):
    """How a command answers."""

    TEXT = "text"
    JSON = "json"


ProjectOption = Annotated[
    Path,
    typer.Option(
        "--project", "-p", help="Folder with policy.yaml and stores/.", envvar="TILLIT_PROJECT", metavar="DIR"
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="For people, or for a machine.")]
NowOption = Annotated[
    str, typer.Option("--now", hidden=True, help="Pretend that it is this time (ISO 8601, with zone).", metavar="TIME")
]
ApplyOption = Annotated[bool, typer.Option("--apply", help="Do it. Without this, nothing is changed.")]
AllowMoreOption = Annotated[
    bool, typer.Option("--allow-more", help="Let more go than the brake allows. The journal tells of it.")
]
ByOption = Annotated[
    str, typer.Option("--by", help="Who does this, for the journal (default: your login name).", metavar="NAME")
]
EmailOption = Annotated[
    list[str],
    typer.Option("--email", help="E-mail address of the person; again for each they have.", metavar="ADDRESS"),
]
PhoneOption = Annotated[
    list[str], typer.Option("--phone", help="Phone number of the person; again for each they have.", metavar="NUMBER")
]
IdOption = Annotated[
    list[str],
    typer.Option(
        "--id",
        help="Any identifier that the maps name, such as customer_number=17; again for each.",
        metavar="TYPE=VALUE",
    ),
]
PersonOption = Annotated[
    list[str],
    typer.Option("--person", help="This row too is the person; you have made sure.", metavar="STORE.TABLE=KEY"),
]
ExceptOption = Annotated[
    list[str], typer.Option("--except", help="This row is somebody else.", metavar="STORE.TABLE=KEY")
]


@dataclass(frozen=True, slots=True)
class Opened:
    """What most commands work on."""

    project: Project
    memory: Memory
    stores: list[OpenStore]
    now: datetime


@contextmanager
def opened(folder: Path, now: str) -> Iterator[Opened]:
    """The project, its stores and its memory."""
    project = load(folder)
    with open_stores(project) as stores, remembering(project) as memory:
        yield Opened(project, memory, stores, moment(now))


def moment(text: str) -> datetime:
    """The time to act at: now, or what --now says. Raises TillitError."""
    if not text:
        return datetime.now(UTC)
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise TillitError("--now is no time", "write it as 2026-11-23T12:00+01:00") from None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


def identifiers(emails: list[str], phones: list[str], others: list[str]) -> dict[str, list[str]]:
    """Identifier type -> all the values that were given. Raises TillitError, never repeating a value."""
    given = {"email": [value.strip() for value in emails], "phone": [value.strip() for value in phones]}
    for text in others:
        kind, sign, value = text.partition("=")
        if not sign or not kind or not value:
            raise TillitError("--id wants TYPE=VALUE", "such as --id customer_number=17")
        given.setdefault(kind.strip(), []).append(value.strip())
    empty = next((kind for kind, values in given.items() if "" in values), None)
    if empty is not None:
        raise TillitError(f"an empty value was given for {empty}", "leave it out, or say what it is")
    return {kind: values for kind, values in given.items() if values}


def who(by: str) -> str:
    """Who acts: as said, else the login name."""
    if by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise TillitError("it is not known who you are", "say it with --by NAME") from None
