"""Sound, syntactic implication between conditions: True is certain, False means only that it is not seen."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tillit.model.expression import And, Compare, Const, Exists, Expression, Not, Null, Of, OneOf, Op, Or, Today

Number = int | Decimal


def implies(first: Expression, then: Expression) -> bool:
    """True when every row that satisfies `first` surely satisfies `then`."""
    known: dict[tuple[int, int], bool] = {}

    def seen(a: Expression, b: Expression) -> bool:
        key = (id(a), id(b))
        if key not in known:
            known[key] = False
            known[key] = _implies(a, b, seen)
        return known[key]

    return seen(first, then)


def _implies(a: Expression, b: Expression, seen: Callable[[Expression, Expression], bool]) -> bool:
    if same(a, b) or b == Const(True) or a == Const(False):
        return True
    if isinstance(a, Or):
        return all(seen(part, b) for part in a.parts)
    if isinstance(b, And):
        return all(seen(a, part) for part in b.parts)
    if isinstance(a, And) and any(seen(part, b) for part in a.parts):
        return True
    if isinstance(b, Or):
        return any(seen(a, part) for part in b.parts)
    match a, b:
        case Not(part=x), Not(part=y):
            return seen(y, x)
        case Of(link=one, part=x), Of(link=other, part=y):
            return one == other and seen(x, y)
        case Exists(table=t, link=one, part=x), Exists(table=u, link=other, part=y):
            return (t, one) == (u, other) and seen(x, y)
        case Compare() | OneOf(), _:
            return _compared(a, b)
    return False


def same(a: object, b: object) -> bool:
    """Equal with their types: Python takes `1` and `true` for one value, a database may not."""
    return repr(a) == repr(b)


def _values(part: Expression) -> tuple[str, frozenset[tuple[str, object]]] | None:
    """The column and the values it must have one of, each with its kind, because 1 is not true."""
    match part:
        case Compare(column=column, op=Op.EQ, value=str() | int() | Decimal() as value):
            return column, frozenset({_typed(value)})
        case OneOf(column=column, values=values):
            return column, frozenset(_typed(v) for v in values)
    return None


def _typed(value: object) -> tuple[str, object]:
    return type(value).__name__ if isinstance(value, str | bool | Today) else "number", value


def _compared(a: Compare | OneOf, b: Expression) -> bool:
    """A comparison against another condition on the same column; a true comparison says that it is not NULL."""
    if b == Not(Null(a.column)):
        return True
    mine, theirs = _values(a), _values(b)
    if mine is not None and theirs is not None:
        return mine[0] == theirs[0] and mine[1] <= theirs[1]
    if isinstance(b, Compare) and b.column == a.column and b.op is Op.NE and mine is not None:
        other = _typed(b.value)
        return all(kind == other[0] and value != other[1] for kind, value in mine[1])
    if isinstance(a, Compare) and isinstance(b, Compare) and a.column == b.column:
        return _range(a, b)
    return False


def _range(a: Compare, b: Compare) -> bool:
    """`x > 5` implies `x > 3` and `x >= 5`."""
    x, y = a.value, b.value
    numbers = isinstance(x, int | Decimal) and isinstance(y, int | Decimal)
    if not numbers or isinstance(x, bool) or isinstance(y, bool):
        return same(x, y) and (a.op, b.op) in ((Op.GT, Op.GE), (Op.LT, Op.LE), (Op.GT, Op.NE), (Op.LT, Op.NE))
    assert isinstance(x, int | Decimal)
    assert isinstance(y, int | Decimal)
    match a.op, b.op:
        case (Op.GT, Op.GT | Op.GE) | (Op.GE, Op.GE):
            return x >= y
        case (Op.LT, Op.LT | Op.LE) | (Op.LE, Op.LE):
            return x <= y
        case (Op.GE, Op.GT):
            return x > y
        case (Op.LE, Op.LT):
            return x < y
        case (Op.GT, Op.NE):
            return x >= y
        case (Op.LT, Op.NE):
            return x <= y
    return False
