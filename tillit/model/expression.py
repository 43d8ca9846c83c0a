"""The small language of `where:`, `while:` and `when:` as a tree. Always two-valued: a comparison with NULL is false.

`not` stands outside that: `not (status = 'open')` is true where status is NULL.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from tillit.model.policy import Period


class Op(Enum):
    """Comparison operators. Strings compare byte for byte, whatever the collation."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True, slots=True)
class Today:
    """The start of the controller's current day, moved by `shift` (negative = back). A day, in the column's dress."""

    shift: Period | None = None
    back: bool = False


Literal = str | int | Decimal | bool | Today


@dataclass(frozen=True, slots=True)
class Const:
    value: bool


@dataclass(frozen=True, slots=True)
class Compare:
    column: str
    op: Op
    value: Literal


@dataclass(frozen=True, slots=True)
class OneOf:
    column: str
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Null:
    column: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Expression


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """True when some row of `table` that points at this row by `link` (a link of that table) satisfies `part`."""

    table: str
    link: str
    part: Expression


@dataclass(frozen=True, slots=True)
class Of:
    """True when `link` (a link of this table) leads to a row that satisfies `part`; false where it leads nowhere."""

    link: str
    part: Expression


Expression = Const | Compare | OneOf | Null | Not | And | Or | Exists | Of
