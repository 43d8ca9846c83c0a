"""Looking on: which statements a session sends, how long the store needs for them alone, how much memory is taken."""

from __future__ import annotations

import os
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

_KINDS = (
    ("session", re.compile(r"^(SET|PRAGMA|BEGIN|COMMIT|SHOW)\b", re.IGNORECASE)),
    ("write", re.compile(r"^(DELETE FROM|UPDATE|INSERT INTO) [`\"]?(?!tillit_)", re.IGNORECASE)),
    ("mark", re.compile(r"^CREATE TEMPORARY TABLE tillit_mark", re.IGNORECASE)),
    (
        "temporary",
        re.compile(r"^(CREATE|DROP|ANALYZE|INSERT INTO|UPDATE) .*tillit_|^ANALYZE", re.IGNORECASE | re.DOTALL),
    ),
)
_TRANSACTION = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK|SET TRANSACTION)\b", re.IGNORECASE)


@dataclass
class Statements:
    """What was sent: text, parameters, whether many rows of parameters."""

    sent: list[tuple[str, Any, bool]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Statements, those of the session's own settings apart."""
        return sum(number for kind, number in self.kinds.items() if kind != "session")

    @property
    def kinds(self) -> Counter[str]:
        """By kind: session, mark, temporary, write, read."""
        return Counter(_kind(text) for text, _, _ in self.sent)


def _kind(text: str) -> str:
    return next((name for name, form in _KINDS if form.match(text.lstrip())), "read")


@contextmanager
def watched(engine: Engine) -> Iterator[Statements]:
    """Write down every statement that is sent meanwhile."""
    seen = Statements()

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, many: bool) -> None:
        seen.sent.append((statement, parameters, many))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def replay(engine: Engine, statements: Statements) -> float:
    """Seconds the store alone needs for `statements`: sent through the bare driver, all rows fetched, rolled back."""
    connection = engine.connect()
    try:
        connection.begin()
        raw: Any = connection.connection.driver_connection
        cursor = raw.cursor()
        start = time.perf_counter()
        for text, parameters, many in statements.sent:
            if _TRANSACTION.match(text):
                continue
            if many:
                cursor.executemany(text, parameters)
            else:
                cursor.execute(text, parameters)
            if cursor.description:
                cursor.fetchall()
        return time.perf_counter() - start
    finally:
        connection.invalidate()
        connection.close()


class Memory:
    """The process's peak of resident memory since this was made, in MB."""

    _STATUS = Path("/proc/self/status")

    def __init__(self) -> None:
        self._own = self._STATUS.exists()
        if self._own:
            try:
                Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
            except OSError:
                self._own = False

    @property
    def peak(self) -> float:
        """Megabytes."""
        if self._own:
            found = re.search(r"VmHWM:\s+(\d+) kB", self._STATUS.read_text(encoding="ascii"))
            assert found is not None
            return int(found[1]) / 1024
        scale = 1024**2 if os.uname().sysname == "Darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
