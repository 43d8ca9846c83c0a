"""`tillit lint`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tillit.cli.options import Format, FormatOption, NowOption, ProjectOption, moment
from tillit.cli.output import as_json, count, heading, say
from tillit.policy.gather import shown
from tillit.policy.rules import Finding, Severity
from tillit.service.lint import ORDER, Linted, lint_file

FINDINGS = 1
MARKS = {
    Severity.ERROR: "[bold red]error[/bold red]",
    Severity.WARNING: "[yellow]warning[/yellow]",
    Severity.NOTE: "[dim]note[/dim]",
}
FileArgument = Annotated[
    Path | None, typer.Argument(help="A policy file, instead of the project's.", metavar="[FILE]", show_default=False)
]
SeverityOption = Annotated[
    Severity, typer.Option("--severity", help="The least that is shown: error, warning or note.")
]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(lint)


def lint(
    file: FileArgument = None,
    project: ProjectOption = Path("."),
    severity: SeverityOption = Severity.NOTE,
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Is the policy lawful, and does it agree with itself? Asks no store. Ends with 1 when it finds an error."""
    linted = lint_file(file or project, moment(now))
    if format_ is Format.JSON:
        as_json(_json(linted, severity))
    else:
        _show(linted, severity)
    raise typer.Exit(FINDINGS if linted.count(Severity.ERROR) else 0)


def _show(linted: Linted, least: Severity) -> None:
    found = linted.at_least(least)
    clauses: dict[str, list[Finding]] = {}
    for finding in found:
        clauses.setdefault(finding.clause, []).append(finding)
    for clause in sorted(clauses, key=_numbers):
        known = linted.policy.clauses.get(clause)
        heading(escape(shown(f"{clause} {known.title}")) if known is not None else "Of the whole policy")
        for finding in clauses[clause]:
            _show_one(linted, finding)
    say("")
    told = ", ".join(count(linted.count(severity), severity.value) for severity in ORDER)
    if not linted.findings:
        say(f"[green]✓[/green] Nothing found in {escape(linted.file)}.")
    else:
        say(f"{told} in {escape(linted.file)}. [dim]docs/reference/rules.md tells each rule.[/dim]")


def _show_one(linted: Linted, finding: Finding) -> None:
    place = f"{linted.file}:{finding.at.line}:{finding.at.column}"
    say(f"{MARKS[finding.severity]} {escape(finding.what)}")
    say(f"  [dim]{escape(place)}  {finding.rule}  {escape(finding.article)}[/dim]")
    say(f"  {escape(finding.remedy)}")


def _numbers(clause: str) -> tuple[tuple[int, str], ...]:
    """Clauses in the order people count: 3.9 before 3.10, and what is of no clause first."""
    parts = clause.split(".") if clause else []
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in parts)


def _json(linted: Linted, least: Severity) -> dict[str, object]:
    return {
        "file": linted.file,
        "policy": linted.policy.digest,
        "counts": {severity.value: linted.count(severity) for severity in ORDER},
        "findings": [
            {
                "file": f.at.file,
                "line": f.at.line,
                "column": f.at.column,
                "severity": f.severity,
                "rule": f.rule,
                "clause": f.clause,
                "article": f.article,
                "what": f.what,
                "remedy": f.remedy,
            }
            for f in linted.at_least(least)
        ],
    }
