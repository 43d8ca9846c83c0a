"""The product and the oracle end every case in the same state, on every engine; wrong products are noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from tests.soak.trial import case_of, differs, product_on, trial
from tillit.connectors.sql import batches, images, judge, leaves, mark, need, unflagged

SEEDS = range(25)
FOUND = (2107, 3054, 5039, 5046, 6058, 500148, 500616, 500768, 500930, 700021)  # each showed a fault once
TELLING = (0, 13, 22, 38, 45)  # seeds that told the wrong products below apart when this was written; then all
SEARCH = (*TELLING, *(seed for seed in range(150) if seed not in TELLING))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite file, which the product wants to be there."""
    (tmp_path / "store.sqlite").touch()
    return f"sqlite:///{tmp_path / 'store.sqlite'}"


def engine_of(url: str) -> str:
    name = sa.make_url(url).get_backend_name()
    return "mariadb" if name == "mysql" else name


def test_the_end_of_a_sweep_is_the_oracles(store_url: str) -> None:
    """One scope a case; every fifth is undone as well, every fifth explained. `make soak` runs many thousands."""
    with product_on(store_url) as product:
        told = [trial(product, engine_of(store_url), seed) for seed in (*SEEDS, *FOUND)]
    assert not [t.fault for t in told if t.fault]
    assert any(t.undone for t in told)
    assert any(t.explained for t in told)


# Wrong products


def no(*_: object, **__: object) -> Any:
    return sa.false()


def unguarded(engine: str, column: Any, info: Any, leaf: Any) -> Any:
    """SQL's own logic: a comparison with NULL is unknown."""
    value = leaf.value
    right = sa.literal(value) if isinstance(value, str) else leaves.bound_value(engine, value)
    return leaves._apply(leaf.op, column, right)


def any_time(engine: str, column: Any, dress: Any) -> Any:
    return column.is_not(None)


def by_collation(engine: str, left: Any, right: Any) -> Any:
    return left == right


def past_the_bound(low: Any, high: Any, row: Any) -> Any:
    """Slices that leave out the row they begin with."""
    found = [row.c.k0 > sa.literal(low)] if low is not None else []
    return found + ([row.c.k0 < sa.literal(high)] if high is not None else [])


def half_restored(connection: Any, schema: Any, table: str, columns: Any, loaded: Any) -> int:
    """Says it put the cells back, and did not."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(loaded)).scalar_one())


WRONG: dict[str, tuple[ModuleType, str, Callable[..., Any]]] = {
    "nothing is needed": (need, "needed", no),
    "no fixpoint": (need, "drop_needed", lambda *_, **__: None),
    "NULL is unknown": (leaves, "compare", unguarded),
    "any text is a time": (leaves, "is_time", any_time),
    "nothing has ended": (judge, "ended", no),
    "nobody else owns it": (unflagged, "unflagged_by", no),
    "nothing is cut": (mark, "_unheld", no),
    "slices leave rows out": (batches, "_between", past_the_bound),
    "cells do not come back": (images, "_put_cells_back", half_restored),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_product_is_noticed(name: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed(sqlite_url, name, monkeypatch, *WRONG[name])


def test_a_collation_is_noticed(mariadb_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed(mariadb_url, "texts compare by collation", monkeypatch, leaves, "text_equal", by_collation)


def noticed(
    url: str, name: str, monkeypatch: pytest.MonkeyPatch, module: ModuleType, function: str, wrong: Callable[..., Any]
) -> None:
    monkeypatch.setattr(module, function, wrong)
    with product_on(url) as product:
        product.undo = True
        hits = (seed for seed in SEARCH if differs(product, case_of(engine_of(url), seed)))
        assert next(hits, None) is not None, (
            f"{len(SEARCH)} cases do not tell a product where {name} from the right one"
        )
