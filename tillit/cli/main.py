"""`tillit`: the entry point."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tillit.cli import (
    attest,
    check,
    consent,
    journal,
    lint,
    person,
    recall,
    render,
    request,
    rights,
    status,
    sweep,
    undo,
)
from tillit.cli.errors import INTERRUPTED, show_notes, shown


class _Commands(TyperGroup):
    """The library ends a command that the user stops without a word; what was done by then must be told."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise typer.Abort from error


app = typer.Typer(
    name="tillit",
    cls=_Commands,
    help="A privacy policy that runs: keeps what you promise about personal data, in your real databases.",
    epilog="Everything looks only; `--apply` acts. Exit codes: 0 well, 1 findings, 2 usage or other error, 3 faults in "
    "files, 4 store, 5 braked, 6 register, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_chosen = {"debug": False}


def _version(asked: bool) -> None:
    if asked:
        try:
            told = version("tillit")
        except PackageNotFoundError:
            told = "(not installed)"
        typer.echo(f"tillit {told}")
        raise typer.Exit


@app.callback()
def top(
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an error; it may hold data.")] = False,
    _: Annotated[bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)] = False,
) -> None:
    """A privacy policy that runs: keeps what you promise about personal data, in your real databases."""
    _chosen["debug"] = debug


for group in (check, attest, lint, sweep, person, recall, rights, undo, status):
    group.register(app)
app.add_typer(consent.app, name="consent")
app.add_typer(request.app, name="request")
app.add_typer(journal.app, name="journal")
app.add_typer(render.app, name="render")


def main() -> None:
    """Run the command line; ends the process with the command's exit code."""
    _chosen["debug"] = False
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a mark that the terminal cannot show never stops the answer
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = app(standalone_mode=False)
    except BaseException as error:
        code = _code(error)
    sys.exit(code if isinstance(code, int) else 0)


def _code(error: BaseException) -> int:
    """The exit code of what a command raised, once it is told."""
    cause = error.__cause__ or error.__context__
    if isinstance(error, BrokenPipeError) or (isinstance(error, SystemExit) and isinstance(cause, BrokenPipeError)):
        return _nobody_reads(error)
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if callable(show) and isinstance(code, int):  # a usage error of the command line
        show()
        return code
    if type(error).__name__ == "Abort":
        return shown(cause if isinstance(cause, KeyboardInterrupt) else KeyboardInterrupt(), debug=False)
    if isinstance(error, OSError):
        _drop_output()
    return shown(error, debug=_chosen["debug"])


def _nobody_reads(error: BaseException) -> int:
    """The pipe of the answer is broken, as by `| head`: no fault; but what was done is told, where that can be read."""
    _drop_output()
    with suppress(OSError, SystemExit):
        show_notes(error)
    return INTERRUPTED


def _drop_output() -> None:
    """What is left to be written would fail once more when the process ends, and hide the exit code."""
    with suppress(AttributeError, OSError, ValueError):  # it may be no file, or closed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


if __name__ == "__main__":
    main()
