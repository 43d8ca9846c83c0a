"""Faults are gathered, never thrown one by one: the reader is told everything at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from tillit.model.source import Fault, Position

_LONGEST = 60


class Gather:
    """The faults found so far."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, at: Position, what: str, remedy: str) -> None:
        self.faults.append(Fault(at, what, remedy))

    def unknown(self, at: Position, kind: str, name: str, choices: Iterable[str], otherwise: str = "") -> None:
        """`name` is none of `choices`; the remedy is the nearest of them, else `otherwise` and the list."""
        self.add(at, f"unknown {kind} {quoted(name)}", mend(name, choices, otherwise))


def mend(name: str, choices: Iterable[str], otherwise: str = "") -> str:
    """What the reader may have meant by `name`."""
    known = sorted(set(choices))
    near = nearest(name, known)
    if near:
        return f"did you mean {quoted(near)}?"
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    listed = f"known: {', '.join(shown(k) for k in known[:12])}{more}" if known else ""
    return "; ".join(p for p in (otherwise, listed) if p) or "none is declared yet: declare it first"


def nearest(name: str, choices: Iterable[str], cutoff: float = 0.6) -> str:
    """The choice that `name` looks like, or the empty text."""
    known = {c.lower(): c for c in choices}
    if len(name) > _LONGEST:
        return ""
    near = get_close_matches(name.lower(), known, n=1, cutoff=cutoff)
    return known[near[0]] if near else ""


def shown(text: str) -> str:
    """`text` fit for one line of a fault."""
    safe = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return safe if len(safe) <= _LONGEST else safe[: _LONGEST - 3] + "..."


def quoted(text: str) -> str:
    return f"'{shown(text)}'"
