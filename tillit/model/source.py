"""Where something was written, so that every fault can point at it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a policy or map file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Position("<built in>", 1, 1)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a file: where, what, and the remedy. Never holds personal data."""

    at: Position
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.at}: {self.what}\n    {self.remedy}"
