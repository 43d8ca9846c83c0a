"""`tillit`: the entry point."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from tillit.cli import check, journal, person, status, sweep, undo
from tillit.cli.errors import INTERRUPTED, shown

app = typer.Typer(
    name="tillit",
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


for group in (check, sweep, person, undo, status):
    group.register(app)
app.add_typer(journal.app, name="journal")


def main() -> None:
    """Run the command line; ends the process with the command's exit code."""
    _chosen["debug"] = False
    try:
        code = app(standalone_mode=False)
    except BaseException as error:
        code = _code(error)
    sys.exit(code if isinstance(code, int) else 0)


def _code(error: BaseException) -> int:
    """The exit code of what a command raised, once it is told."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if callable(show) and isinstance(code, int):  # a usage error of the command line
        show()
        return code
    if type(error).__name__ == "Abort":
        return shown(KeyboardInterrupt(), debug=False)
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        return INTERRUPTED
    return shown(error, debug=_chosen["debug"])


if __name__ == "__main__":
    main()
