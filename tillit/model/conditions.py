"""What a connector is asked to evaluate on a row: conditions without law, names or clocks. Always two-valued.

`decide` lowers the map's expressions and the policy's periods to these; constants are already in each column's dress.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tillit.model.expression import Op
from tillit.model.mapping import Dress

Value = str | int | Decimal | bool | date | datetime


@dataclass(frozen=True, slots=True)
class Const:
    value: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """column op value; false where the column is NULL. Text compares byte for byte."""

    column: str
    op: Op
    value: Value


@dataclass(frozen=True, slots=True)
class Before:
    """The time in `column` is earlier than `cutoff`; false where it is missing (NULL, zero date, infinity, not a date).

    `bare` is what a bare date among text times is compared with, where that differs.
    """

    column: str
    cutoff: Value
    dress: Dress
    bare: Value | None = None


@dataclass(frozen=True, slots=True)
class NotBefore:
    """The time in `column` is `cutoff` or later; false where it is missing."""

    column: str
    cutoff: Value
    dress: Dress
    bare: Value | None = None


@dataclass(frozen=True, slots=True)
class After:
    """The time in `column` is later than `cutoff`; false where it is missing."""

    column: str
    cutoff: Value
    dress: Dress
    bare: Value | None = None


@dataclass(frozen=True, slots=True)
class Null:
    column: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Hop:
    """From a row ("own") to rows of `table` ("other"): all pairs equal, and both `when`s true.

    `prefix_own`: the own column is text that equals prefix + the other's value; `prefix_other`: the reverse.
    `matches`: both sides trimmed of spaces and lower-cased; the empty text never matches.
    """

    table: str
    pairs: tuple[tuple[str, str], ...]  # (own column, other column)
    own_when: Condition | None = None
    other_when: Condition | None = None
    prefix_own: str | None = None
    prefix_other: str | None = None
    matches: bool = False


@dataclass(frozen=True, slots=True)
class Along:
    """Some row that `hop` leads to satisfies `part`."""

    hop: Hop
    part: Condition


@dataclass(frozen=True, slots=True)
class LiveFor:
    """The row (of `table`) is live for `purpose` (semantics, "Live for a purpose")."""

    table: str
    purpose: str


Condition = Const | Compare | Before | NotBefore | After | Null | Not | And | Or | Along | LiveFor

TRUE = Const(True)
FALSE = Const(False)


def conjunction(*parts: Condition) -> Condition:
    """All of `parts`, flattened, without constants and repetitions."""
    return _join(And, parts, neutral=TRUE, absorbing=FALSE)


def disjunction(*parts: Condition) -> Condition:
    """Any of `parts`, flattened, without constants and repetitions."""
    return _join(Or, parts, neutral=FALSE, absorbing=TRUE)


def _join(kind: type[And] | type[Or], parts: tuple[Condition, ...], *, neutral: Const, absorbing: Const) -> Condition:
    flat: dict[Condition, None] = {}
    for part in parts:
        for piece in part.parts if isinstance(part, kind) else (part,):
            if piece == absorbing:
                return absorbing
            if piece != neutral:
                flat[piece] = None
    if not flat:
        return neutral
    return next(iter(flat)) if len(flat) == 1 else kind(tuple(flat))


def negation(part: Condition) -> Condition:
    """The complement of `part`, with `Not` pushed down to the leaves."""
    match part:
        case Const(value):
            return Const(not value)
        case Not(inner):
            return inner
        case And(parts):
            return disjunction(*(negation(p) for p in parts))
        case Or(parts):
            return conjunction(*(negation(p) for p in parts))
        case _:
            return Not(part)
