"""The journal: reading it, handing it out, and proving that nobody has changed it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tillit.model.errors import TillitError
from tillit.register import journal
from tillit.register.database import reading
from tillit.register.journal_proof import Verdict
from tillit.register.keys import signing_key
from tillit.register.notes import read_note
from tillit.run.memory import Memory


def entries(memory: Memory, last: int | None = None) -> list[dict[str, Any]]:
    """The newest `last` entries (all when None), the oldest of them first; an erased body is told as such."""
    with reading(memory.register) as conn:
        told = [_entry(number, body) for number, body in journal.entries(conn)]
    return told if last is None else told[-last:] if last else []


def _entry(number: int, body: str | None) -> dict[str, Any]:
    return {"number": number, **(json.loads(body) if body is not None else {"kind": "(erased)", "at": ""})}


def verify(memory: Memory, witnesses: Iterable[Path] = ()) -> Verdict:
    """Recompute the whole journal. `witnesses` are files with checkpoints that were kept elsewhere."""
    notes = [_note(path) for path in witnesses]
    with reading(memory.register) as conn:
        return journal.verify(conn, signing_key(memory.keys).public_key(), notes)


def _note(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise TillitError(
            f"{path.name} cannot be read", "give a file that `tillit journal checkpoint` has written"
        ) from None


def export(memory: Memory) -> Iterator[str]:
    """The journal as JSON lines, with everything that verifying it elsewhere needs."""
    with reading(memory.register) as conn:
        yield from journal.export(conn)


def write_checkpoint(memory: Memory, file: Path) -> Verdict:
    """Write the newest signed checkpoint to `file`: kept elsewhere, it shows when what is here by now is changed or cut
    back. The journal is verified first, also against the checkpoint that `file` holds already; when it is not as it
    was, nothing is written.

    Raises TillitError when nothing was done yet, `file` is something else, or it cannot be written.
    """
    key = signing_key(memory.keys).public_key()
    notes = [_note(file)] if file.exists() else []
    if any(read_note(note, key) is None for note in notes):
        raise TillitError(
            f"{file.name} is there already, and is no checkpoint that was signed with the key here", "name another file"
        )
    with reading(memory.register) as conn:
        verdict = journal.verify(conn, key, notes)
        newest = journal.latest_checkpoint(conn)
    if not verdict.ok:
        return verdict
    if newest is None:
        raise TillitError("the journal is empty: there is nothing to sign for", "run a command with --apply first")
    _replace(file, newest)
    return verdict


def _replace(file: Path, text: str) -> None:
    """Whole or not at all: a witness that is cut short is none."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with beside.open("x", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise TillitError(
            f"{file.name} cannot be written: {error.strerror}", "name a file in a folder of yours"
        ) from None
