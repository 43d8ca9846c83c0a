"""`tillit request access`, `erasure` and the other rights: what is asked, what is done, and the letter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from tillit.cli.options import (
    AllowMoreOption,
    ApplyOption,
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
    moment,
    opened,
)
from tillit.cli.output import working
from tillit.cli.request import app, request_id
from tillit.cli.rights_show import show_request, show_requests, tell
from tillit.model.errors import TillitError
from tillit.service import disclose, rights_correct, rights_ends
from tillit.service.disclose import Choices
from tillit.service.forget import Ask
from tillit.service.project import load, remembering
from tillit.service.request import every, one
from tillit.service.rights import Case, language_of
from tillit.service.rights_ends import Balancing, Decision, RestrictionGround

RequestOption = Annotated[
    str, typer.Option("--request", help="Go on with an earlier request, by its number.", metavar="ID")
]
VouchedOption = Annotated[
    str,
    typer.Option("--vouched-by", help="With --apply: who made sure that the person is who they say.", metavar="NAME"),
]
LanguageOption = Annotated[
    str, typer.Option("--language", help="Of the letter: en or sv (default: the policy's).", metavar="LANGUAGE")
]
ToOption = Annotated[
    Path | None, typer.Option("--to", help="Folder for the letter, and for the package.", metavar="DIR")
]
WithholdOption = Annotated[
    list[str],
    typer.Option("--withhold", help="Leave a column out, with a coded reason.", metavar="STORE.TABLE.COLUMN=CODE"),
]
ReleaseOption = Annotated[
    list[str],
    typer.Option("--release", help="Give somebody else's words in this row too.", metavar="STORE.TABLE=KEY"),
]
SetOption = Annotated[
    list[str],
    typer.Option("--set", help="What is right: a category, or STORE.TABLE.COLUMN.", metavar="WHAT=VALUE"),
]
OldOption = Annotated[
    list[str], typer.Option("--old", help="Correct it only where this stands now.", metavar="WHAT=VALUE")
]
GroundOption = Annotated[RestrictionGround | None, typer.Option("--ground", help="Why use is restricted (Art. 18(1)).")]
LiftOption = Annotated[bool, typer.Option("--lift", help="End the restriction.")]
ToldOption = Annotated[
    str, typer.Option("--told", help="With --lift --apply: the day the person was told.", metavar="DAY")
]
PurposeOption = Annotated[
    list[str], typer.Option("--purpose", help="The purpose meant; again for each.", metavar="PURPOSE")
]
MarketingOption = Annotated[bool, typer.Option("--marketing", help="All direct marketing: ends at once, for good.")]
BalancingOption = Annotated[Balancing | None, typer.Option("--balancing", help="How the objection is decided.")]
BecauseOption = Annotated[
    str, typer.Option("--because", help="With --balancing: the reasons, as the person will read them.", metavar="TEXT")
]
DecidedByOption = Annotated[str, typer.Option("--by", help="With --balancing: who decided.", metavar="NAME")]
StateOption = Annotated[bool, typer.Option("--all", help="Those that are answered or closed too.")]
NumberArgument = Annotated[str, typer.Argument(help="The number of a request.", metavar="ID")]


def register(_: typer.Typer) -> None:
    """The commands stand in the group of requests: importing this module has put them there."""


@contextmanager
def _case(
    folder: Path, now: str, ask: Ask, language: str, *, apply: bool, vouched_by: str, allow_more: bool = False
) -> Iterator[Case]:
    with opened(folder, now) as at, working("Looking"):
        said = language_of(at.project.policy, language)
        by = vouched_by.strip()
        yield Case(at.project, at.memory, at.stores, ask, at.now, said, apply, by, allow_more)


def _number(text: str) -> UUID | None:
    return request_id(text) if text else None


@app.command()
def access(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    request: RequestOption = "",
    withhold: WithholdOption = [],  # noqa: B006
    release: ReleaseOption = [],  # noqa: B006
    apply: ApplyOption = False,
    vouched_by: VouchedOption = "",
    language: LanguageOption = "",
    to: ToOption = None,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """What is held about a person, as a package to give them (Art. 15)."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_), _number(request))
    with _case(project, now, ask, language, apply=apply, vouched_by=vouched_by) as case:
        done = disclose.access(case, Choices(to, tuple(withhold), tuple(release)))
    tell(done, format_, to)


@app.command()
def portability(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    request: RequestOption = "",
    withhold: WithholdOption = [],  # noqa: B006
    release: ReleaseOption = [],  # noqa: B006
    apply: ApplyOption = False,
    vouched_by: VouchedOption = "",
    language: LanguageOption = "",
    to: ToOption = None,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """What a person has provided, for other services to read (Art. 20)."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_), _number(request))
    with _case(project, now, ask, language, apply=apply, vouched_by=vouched_by) as case:
        done = disclose.portability(case, Choices(to, tuple(withhold), tuple(release)))
    tell(done, format_, to)


@app.command()
def rectification(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    request: RequestOption = "",
    set_: SetOption = [],  # noqa: B006
    old: OldOption = [],  # noqa: B006
    apply: ApplyOption = False,
    vouched_by: VouchedOption = "",
    language: LanguageOption = "",
    to: ToOption = None,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Correct what is held about a person (Art. 16), in every place that is no issued document."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_), _number(request))
    changes = rights_correct.parsed(set_, old)
    with _case(project, now, ask, language, apply=apply, vouched_by=vouched_by) as case:
        done = rights_correct.rectification(case, changes)
    tell(done, format_, to)


@app.command()
def erasure(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    request: RequestOption = "",
    allow_more: AllowMoreOption = False,
    apply: ApplyOption = False,
    vouched_by: VouchedOption = "",
    language: LanguageOption = "",
    to: ToOption = None,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Erase what is held about a person (Art. 17): what `tillit forget` does, with the letter."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_), _number(request))
    with _case(project, now, ask, language, apply=apply, vouched_by=vouched_by, allow_more=allow_more) as case:
        done = rights_ends.erasure(case)
    tell(done, format_, to)


@app.command()
def restriction(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    request: RequestOption = "",
    ground: GroundOption = None,
    lift: LiftOption = False,
    told: ToldOption = "",
    apply: ApplyOption = False,
    vouched_by: VouchedOption = "",
    language: LanguageOption = "",
    to: ToOption = None,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Restrict use (Art. 18): nothing is used and nothing removed, until it is lifted."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_), _number(request))
    with _case(project, now, ask, language, apply=apply, vouched_by=vouched_by) as case:
        done = rights_ends.restriction(case, ground, lift=lift, told_on=_day(told))
    tell(done, format_, to)


@app.command()
def objection(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    request: RequestOption = "",
    purpose: PurposeOption = [],  # noqa: B006
    marketing: MarketingOption = False,
    balancing: BalancingOption = None,
    because: BecauseOption = "",
    by: DecidedByOption = "",
    allow_more: AllowMoreOption = False,
    apply: ApplyOption = False,
    vouched_by: VouchedOption = "",
    language: LanguageOption = "",
    to: ToOption = None,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """A person objects to a use (Art. 21). Marketing ends at once; the rest is weighed by somebody."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_), _number(request))
    decision = _decision(balancing, because, by)
    with _case(project, now, ask, language, apply=apply, vouched_by=vouched_by, allow_more=allow_more) as case:
        done = rights_ends.objection(case, purpose, decision, marketing=marketing)
    tell(done, format_, to)


@app.command()
def withdrawal(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    request: RequestOption = "",
    purpose: PurposeOption = [],  # noqa: B006
    allow_more: AllowMoreOption = False,
    apply: ApplyOption = False,
    vouched_by: VouchedOption = "",
    language: LanguageOption = "",
    to: ToOption = None,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """A person withdraws consent (Art. 7(3)), and what only it held goes."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_), _number(request))
    with _case(project, now, ask, language, apply=apply, vouched_by=vouched_by, allow_more=allow_more) as case:
        done = rights_ends.withdrawal(case, purpose)
    tell(done, format_, to)


@app.command()
def goodbye(
    email: EmailOption = [],  # noqa: B006
    phone: PhoneOption = [],  # noqa: B006
    ids: IdOption = [],  # noqa: B006
    person: PersonOption = [],  # noqa: B006
    except_: ExceptOption = [],  # noqa: B006
    request: RequestOption = "",
    allow_more: AllowMoreOption = False,
    apply: ApplyOption = False,
    vouched_by: VouchedOption = "",
    language: LanguageOption = "",
    to: ToOption = None,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """The relation with a person ends, and the purposes that last only as long."""
    ask = Ask(identifiers(email, phone, ids), tuple(person), tuple(except_), _number(request))
    with _case(project, now, ask, language, apply=apply, vouched_by=vouched_by, allow_more=allow_more) as case:
        done = rights_ends.goodbye(case)
    tell(done, format_, to)


@app.command("list")
def list_(
    all_: StateOption = False,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Requests that wait for an answer, the most urgent first, and which are late."""
    with remembering(load(project)) as memory:
        show_requests(every(memory, open_only=not all_), moment(now), format_)


@app.command()
def show(
    number: NumberArgument,
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """One request, and what it changed for the person."""
    with remembering(load(project)) as memory:
        show_request(*one(memory, request_id(number)), moment(now), format_)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise TillitError("--told is no day", "write it as 2026-11-23") from None


def _decision(balancing: Balancing | None, because: str, by: str) -> Decision | None:
    if balancing is None:
        return None
    if not because.strip() or not by.strip():
        raise TillitError(
            "an objection is decided with reasons, by somebody (Art. 21(1))", "add --because TEXT and --by NAME"
        )
    return Decision(balancing, because.strip(), by.strip())
