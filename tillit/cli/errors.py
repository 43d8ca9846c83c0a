"""What a command says when it cannot do its work: what, and the remedy; never a trace, never personal data."""

from __future__ import annotations

import traceback

from rich.console import Console
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from tillit.cli.output import console
from tillit.model.errors import Faults, TillitError
from tillit.run.failures import store_error
from tillit.service.committed import notes_of

UNEXPECTED = 2
INTERRUPTED = 130


def shown(error: BaseException, *, debug: bool) -> int:
    """Tell of `error` on standard error, and of what had been done before it; returns the exit code."""
    out = console(error=True)
    if debug:
        out.print(Text("".join(traceback.format_exception(error)).rstrip(), style="dim"))
    code = _told(error, out)
    show_notes(error)
    return code


def show_notes(error: BaseException) -> None:
    """What had been done before `error`, on standard error."""
    out = console(error=True)
    for note in notes_of(error):
        out.print(Text(f"  {note}", style="yellow"), soft_wrap=True)


def _told(error: BaseException, out: Console) -> int:
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
            return _told(store_error("a database", error, "what was under way was rolled back"), out)
        case OSError():
            kind = error.strerror or type(error).__name__
            out.print(Text.assemble(("Error: ", "bold red"), f"something could not be read or written ({kind})"))
            out.print(Text("  Mend that (space on the disk, rights), then run it again.", style="green"))
            return UNEXPECTED
        case _:
            kind = type(error).__name__
            out.print(Text.assemble(("Error: ", "bold red"), f"something unforeseen happened ({kind})."))
            out.print(Text("  Run it again as `tillit --debug ...` and report what it shows.", style="green"))
            return UNEXPECTED


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
