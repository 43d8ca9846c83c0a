"""Oracle and product against results written by hand: the product on SQLite, and in turn on the other two engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.cases import ALL
from tests.cases.build import Hand
from tests.oracle import compare, show
from tests.oracle.binding import bind
from tests.oracle.generate import Case
from tests.oracle.product import Product

SERVERS = ("postgresql", "mariadb")
EVERY = 3  # one case of so many is run on each server


def titled(hand: Hand) -> str:
    return f"{hand.paragraph}: {hand.name}"


def told(case: Case, differences: list[compare.Difference]) -> str:
    return "\n".join(str(d) for d in differences) + f"\n\n{show.case(case)}"


@pytest.mark.parametrize("case", ALL, ids=titled)
def test_the_oracle_says_what_the_page_says(case: Hand) -> None:
    end = compare.sweep(case.case, case.case.scopes[0])
    differences = compare.state_differences(case.case, "by hand", case.end(), end.rows)
    assert not differences, f"{told(case.case, differences)}\n\n{show.outcome(end)}"
    if case.dead is not None:
        assert dict(end.dead_cells) == dict(case.dead)


def on_engines() -> list[Any]:
    """SQLite has no type for instants: what has them is run on both servers instead. Engine by engine."""
    chosen = [("sqlite", hand) for hand in ALL if hand.case.engine == "sqlite"]
    for turn, server in enumerate(SERVERS):
        of_turn = (h for n, h in enumerate(ALL) if h.case.engine != "sqlite" or n % EVERY == turn)
        chosen += [(server, hand) for hand in of_turn]
    return [pytest.param(engine, hand, id=f"{engine}: {titled(hand)}") for engine, hand in chosen]


@pytest.mark.parametrize(("engine", "case"), on_engines())
def test_the_product_does_what_the_page_says(engine: str, case: Hand, products: Callable[[str], Product]) -> None:
    mapped, schema = case.case.bound.store, replace(case.case.bound.schema, engine=engine)
    there = replace(case.case, bound=bind(mapped, schema))
    product = products(engine)
    product.undo = True
    end = product.sweep(there, there.scopes[0]).rows
    assert end is not None
    differences = compare.state_differences(there, "by hand", case.end(), end)
    assert not differences, told(there, differences)


def test_every_case_has_its_own_name() -> None:
    names = [(c.paragraph, c.name) for c in ALL]
    assert len(set(names)) == len(names)
