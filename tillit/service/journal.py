"""The journal: reading it, handing it out, and proving that nobody has changed it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tillit.model.errors import TillitError
from tillit.register import journal
from tillit.register.database import reading
from tillit.register.journal_proof import Verdict
from tillit.register.keys import signing_key
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
            f"{path.name} cannot be read", "give a file with a checkpoint, as `journal export` gives"
        ) from None


def export(memory: Memory) -> Iterator[str]:
    """The journal as JSON lines, with everything that verifying it elsewhere needs."""
    with reading(memory.register) as conn:
        yield from journal.export(conn)


def checkpoint(memory: Memory) -> str | None:
    """The newest signed checkpoint; kept elsewhere, it makes cutting the journal back visible."""
    with reading(memory.register) as conn:
        return journal.latest_checkpoint(conn)
