"""`where`, `while` and `when`, read on one row. Always true or false: a comparison with NULL is false."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.oracle import links, times
from tests.oracle.world import Ref, World
from tillit.model.expression import (
    And,
    Compare,
    Const,
    Exists,
    Expression,
    Literal,
    Not,
    Null,
    Of,
    OneOf,
    Op,
    Or,
    Today,
)

OPERATORS: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}


def true(world: World, ref: Ref, condition: Expression) -> bool:
    """True when the row satisfies the condition."""
    match condition:
        case Const(value):
            return value
        case Compare(column, op, value):
            return compare(world, ref, column, op, value)
        case OneOf(column, values):
            return any(compare(world, ref, column, Op.EQ, value) for value in values)
        case Null(column):
            return world.row(ref)[column] is None
        case Not(part):
            return not true(world, ref, part)
        case And(parts):
            return all(true(world, ref, part) for part in parts)
        case Or(parts):
            return any(true(world, ref, part) for part in parts)
        case Exists(table, link, part):
            return any(true(world, child, part) for child in links.children(world, ref, table, link))
        case Of(link, part):
            mapped = world.mapped(ref[0])
            assert mapped is not None
            return any(true(world, up, part) for up in links.targets(world, ref, mapped.table.link(link)))


def compare(world: World, ref: Ref, column: str, op: Op, literal: Literal) -> bool:
    value = world.row(ref)[column]
    if value is None:
        return False
    if isinstance(literal, Today):
        mapped = world.mapped(ref[0])
        assert mapped is not None
        told = times.moment(world, value, mapped.dress[column])
        return told is not None and OPERATORS[op](*times.against_today(world, told, literal))
    return OPERATORS[op](comparable(value), comparable(literal))


def comparable(value: object) -> object:
    """Strings byte for byte, numbers and booleans by value."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bool | int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    raise TypeError(f"cannot compare a {type(value).__name__} with a literal")
