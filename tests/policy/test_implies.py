"""What is said to follow does follow, for every row; and what the stability rules need is seen."""

from __future__ import annotations

from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit.model.expression import And, Compare, Const, Exists, Expression, Not, Null, Of, OneOf, Op, Or
from tillit.policy.implies import implies

VALUES: tuple[object, ...] = (0, 1, 2, "a", "b", True, False)

leaves: st.SearchStrategy[Expression] = (
    st.builds(Compare, st.sampled_from("xy"), st.sampled_from(Op), st.sampled_from(VALUES))
    | st.builds(OneOf, st.sampled_from("xy"), st.lists(st.sampled_from(VALUES), min_size=1, max_size=3).map(tuple))
    | st.builds(Null, st.sampled_from("xy"))
    | st.builds(Const, st.booleans())
)
conditions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=6,
)


def holds(condition: Expression, row: dict[str, object]) -> bool:
    """The condition on a row, read straight off the definition: two-valued, and nothing equals another type."""
    match condition:
        case Const(value):
            return value
        case Null(column):
            return row[column] is None
        case OneOf(column, values):
            return any(compared(row[column], Op.EQ, v) for v in values)
        case Compare(column, op, value):
            return compared(row[column], op, value)
        case Not(part):
            return not holds(part, row)
        case And(parts):
            return all(holds(p, row) for p in parts)
        case Or(parts):
            return any(holds(p, row) for p in parts)
        case _:
            raise AssertionError(condition)


def compared(cell: object, op: Op, value: object) -> bool:
    if cell is None or type(cell) is not type(value):
        return False
    compare: Callable[[Any, Any], Any] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}[op.value]
    return bool(compare(cell, value))


ROWS = [{"x": x, "y": y} for x in (None, *VALUES, -1, 3) for y in (None, 0, "a")]


@given(conditions, conditions)
@settings(max_examples=400, deadline=None)
def test_what_is_implied_is_true(first: Expression, then: Expression):
    if implies(first, then):
        assert [row for row in ROWS if holds(first, row) and not holds(then, row)] == []


X = Compare("x", Op.EQ, 1)
Y = Compare("y", Op.EQ, "a")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (X, X),
        (And((X, Y)), Y),
        (X, Or((X, Y))),
        (Or((X, Y)), Or((Y, X))),
        (X, OneOf("x", (1, 2))),
        (OneOf("x", (1, 2)), OneOf("x", (2, 1, 3))),
        (X, Not(Null("x"))),
        (X, Compare("x", Op.NE, 2)),
        (Compare("x", Op.GT, 5), Compare("x", Op.GT, 3)),
        (Compare("x", Op.GE, 5), Compare("x", Op.GT, 3)),
        (Compare("x", Op.LE, 3), Compare("x", Op.LT, 4)),
        (Not(Or((X, Y))), Not(X)),
        (Of("up", And((X, Y))), Of("up", X)),
        (Exists("t", "up", X), Exists("t", "up", Const(True))),
        (And((Null("x"), Y)), Null("x")),
    ],
)
def test_this_is_seen(first: Expression, then: Expression):
    assert implies(first, then)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (X, Y),
        (Or((X, Y)), X),
        (OneOf("x", (1, 2)), X),
        (Not(X), Compare("x", Op.NE, 1)),  # a NULL is neither
        (Compare("x", Op.GE, 3), Compare("x", Op.GT, 3)),
        (Of("up", X), X),
        (Exists("t", "up", X), Exists("u", "up", X)),
        (Compare("x", Op.EQ, True), Compare("x", Op.EQ, 1)),
        (Const(True), X),
    ],
)
def test_this_does_not_follow(first: Expression, then: Expression):
    assert not implies(first, then)
