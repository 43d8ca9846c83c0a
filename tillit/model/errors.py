"""One tree of errors. Each names where, what and the remedy; none holds personal data."""

from __future__ import annotations

from collections.abc import Iterable

from tillit.model.source import Fault


class TillitError(Exception):
    """Anything Tillit says no to. `what` is the fact, `remedy` what the reader can do about it."""

    exit_code = 2

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what}\n    {remedy}" if remedy else what)
        self.what = what
        self.remedy = remedy


class Faults(TillitError):
    """A policy or a map is wrong: all the faults found, in the order of the files."""

    exit_code = 3

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        count = len(self.faults)
        super().__init__("\n".join(str(f) for f in self.faults), f"{count} fault{'s' * (count != 1)}")


class StoreError(TillitError):
    """A store cannot be reached, lacks a right, has changed, or refused a statement."""

    exit_code = 4


class Braked(TillitError):
    """More would go than the owner allows; nothing was done."""

    exit_code = 5


class RegisterError(TillitError):
    """Tillit's own memory cannot be used: locked, from a newer version, damaged."""

    exit_code = 6
