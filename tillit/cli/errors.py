"""What a command says when it cannot do its work: what, and the remedy; never a trace, never personal data."""

from __future__ import annotations

import traceback

from rich.text import Text
from sqlalchemy.exc import DBAPIError

from tillit.cli.output import console
from tillit.model.errors import Faults, TillitError
from tillit.run.failures import store_error

UNEXPECTED = 2
INTERRUPTED = 130


def shown(error: BaseException, *, debug: bool) -> int:
    """Tell of `error` on standard error; returns the exit code."""
    out = console(error=True)
    if debug:
        out.print(Text("".join(traceback.format_exception(error)).rstrip(), style="dim"))
    match error:
        case KeyboardInterrupt():
            out.print(Text("Stopped.", style="bold yellow"))
            return INTERRUPTED
        case Faults():
            for fault in error.faults:
                out.print(Text.assemble((str(fault.at), "bold"), f": {fault.what}"), soft_wrap=True)
                out.print(Text(f"    {fault.remedy}", style="green"), soft_wrap=True)
            out.print(Text(f"\n{error.remedy} in the files.", style="bold red"))
            return error.exit_code
        case TillitError():
            first, _, rest = error.what.partition("\n")
            out.print(Text.assemble(("Error: ", "bold red"), _sentence(first)), soft_wrap=True)
            for line in rest.splitlines():
                out.print(f"  {line}", markup=False, soft_wrap=True)
            if error.remedy:
                out.print(Text(f"  {error.remedy}", style="green"), soft_wrap=True)
            return error.exit_code
        case DBAPIError():
            return shown(store_error("a database", error, "what was under way was rolled back"), debug=False)
        case _:
            kind = type(error).__name__
            out.print(Text.assemble(("Error: ", "bold red"), f"something unforeseen happened ({kind})."))
            out.print(Text("  Run it again as `tillit --debug ...` and report what it shows.", style="green"))
            return UNEXPECTED


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
