"""Conditions: how the parts bind, and what each form becomes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.policy.examples import changed_store
from tillit.model.expression import And, Compare, Const, Exists, Expression, Not, Null, Of, OneOf, Op, Or, Today
from tillit.model.policy import Period

A = Compare("a", Op.EQ, True)
B = Compare("b", Op.EQ, True)
C = Compare("c", Op.EQ, True)


VISITS = "  visits: {refers_to: {login: {table: logins, column: login_id}}, columns: {page: not_personal}}\n"
LOGINS = "  logins:\n    when_dead: delete\n    refers_to: {before: {table: logins, column: before_id}}\n"
COLUMNS = "".join(f"      {name}: not_personal\n" for name in ("at", "a", "b", "c"))


def condition(text: str) -> Expression:
    """`text` as a condition on logins, with columns a, b, c and a child table."""
    store = changed_store(
        ("{since: at}", f'{{since: at, where: "{text}"}}'),
        ("      at: not_personal\n", COLUMNS),
        ("  logins:\n", VISITS + LOGINS),
    )
    found = store.tables["logins"].grounds[0].where
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("a and b or c", Or((And((A, B)), C))),
        ("a or b and c", Or((A, And((B, C))))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("a or (b or c)", Or((A, B, C))),
        ("not a and b", And((Not(A), B))),
        ("not (a and b)", Not(And((A, B)))),
        ("not not a", A),
        ("a AND NOT b", And((A, Not(B)))),
        ("a = 'it''s'", Compare("a", Op.EQ, "it's")),
        ("a != 1", Compare("a", Op.NE, 1)),
        ("a<-1.50", Compare("a", Op.LT, Decimal("-1.50"))),
        ("a >= false", Compare("a", Op.GE, False)),
        ("a in (1, 'x', true)", OneOf("a", (1, "x", True))),
        ("a is null", Null("a")),
        ("a is not null", Not(Null("a"))),
        ("at < today", Compare("at", Op.LT, Today())),
        ("at < today - 30 days", Compare("at", Op.LT, Today(Period(days=30), back=True))),
        ("at < today + 1 year 6 months and a", And((Compare("at", Op.LT, Today(Period(years=1, months=6))), A))),
        ("at < today - P3W", Compare("at", Op.LT, Today(Period(weeks=3), back=True))),
        ("exists(visits)", Exists("visits", "login", Const(True))),
        ("exists(visits via login, page = '/')", Exists("visits", "login", Compare("page", Op.EQ, "/"))),
        ("of(before, a or of(before, b))", Of("before", Or((A, Of("before", B))))),
        ("exists(visits, of(login, a))", Exists("visits", "login", Of("login", A))),
    ],
)
def test_a_condition_becomes(text: str, expected: Expression):
    assert condition(text) == expected
