"""`tillit render`: documents written from the policy."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tillit.cli.options import NowOption, ProjectOption, moment, opened
from tillit.cli.output import console
from tillit.service import render
from tillit.service.render import Rendered, Tongue

FINDINGS = 1
MOST = 30
app = typer.Typer(help="Documents written from the policy: notice, record, DPV, TILT, report.", no_args_is_help=True)


class NoticeForm(StrEnum):
    """How the notice is written."""

    HTML = "html"
    MARKDOWN = "markdown"


class RecordForm(StrEnum):
    """How the record is written."""

    HTML = "html"
    CSV = "csv"
    XLSX = "xlsx"


FileArgument = Annotated[
    Path | None, typer.Argument(help="A policy file, instead of the project's.", metavar="[FILE]", show_default=False)
]
LanguageOption = Annotated[Tongue, typer.Option("--language", "-l", help="English or Swedish.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Where to write it (default: standard output).", metavar="FILE")
]
SinceOption = Annotated[
    Path | None, typer.Option("--since", help="An earlier policy file: tell what changed.", metavar="FILE")
]


@app.command("notice")
def notice(
    file: FileArgument = None,
    project: ProjectOption = Path("."),
    language: LanguageOption = Tongue.ENGLISH,
    as_: Annotated[NoticeForm, typer.Option("--as", help="A page, or Markdown.")] = NoticeForm.HTML,
    since: SinceOption = None,
    output: OutputOption = None,
    now: NowOption = "",
) -> None:
    """The privacy notice (Art. 13 and 14 GDPR). Ends with 1 when the policy leaves out what the law asks for."""
    markdown = as_ is NoticeForm.MARKDOWN
    _give(render.render_notice(file or project, language, moment(now), markdown, since), output)


@app.command("record")
def record(
    file: FileArgument = None,
    project: ProjectOption = Path("."),
    language: LanguageOption = Tongue.ENGLISH,
    as_: Annotated[RecordForm, typer.Option("--as", help="A page, a table, or a workbook.")] = RecordForm.HTML,
    output: OutputOption = None,
    now: NowOption = "",
) -> None:
    """The record of processing activities (Art. 30 GDPR)."""
    _give(render.render_record(file or project, language, moment(now), as_.value), output)


@app.command("dpv")
def dpv(
    file: FileArgument = None,
    project: ProjectOption = Path("."),
    output: OutputOption = None,
    now: NowOption = "",
) -> None:
    """The policy as JSON-LD in the W3C Data Privacy Vocabulary."""
    _give(render.render_dpv(file or project, moment(now)), output)


@app.command("tilt")
def tilt(
    file: FileArgument = None,
    project: ProjectOption = Path("."),
    language: LanguageOption = Tongue.ENGLISH,
    output: OutputOption = None,
    now: NowOption = "",
) -> None:
    """The policy in the Transparency Information Language. Ends with 1 when the policy leaves out what it wants."""
    _give(render.render_tilt(file or project, language, moment(now)), output)


@app.command("report")
def report(
    project: ProjectOption = Path("."),
    language: LanguageOption = Tongue.ENGLISH,
    output: OutputOption = None,
    now: NowOption = "",
) -> None:
    """The policy with the state of every clause in the margin, as one page. Looks at every store, as `check` does."""
    with opened(project, now) as all_:
        made = render.render_report(all_.project, all_.memory, all_.stores, language, all_.now)
    _give(made, output)


def _give(made: Rendered, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(made.content)
        sys.stdout.flush()
    else:
        render.write(made.content, output)
    out = console(error=True)
    if made.missing:
        out.print(f"The policy does not say ({len(made.missing)}):", highlight=False)
        for line in made.missing[:MOST]:
            out.print(f"  {escape(line)}", soft_wrap=True)
        if len(made.missing) > MOST:
            out.print(f"  and {len(made.missing) - MOST} more")
    for note in made.notes:
        out.print(escape(note), soft_wrap=True)
    raise typer.Exit(FINDINGS if made.missing else 0)
