"""Cases go into real databases and come back unchanged; the harness finds a wrong engine and makes the case small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests import cases as hands
from tests.oracle import compare, ddl, truth
from tests.oracle.generate import Case, generate
from tests.oracle.world import Explained, RowId, Rows
from tillit.model.standing import Person


def engine_name(url: str) -> str:
    name = sa.make_url(url).get_backend_name()
    return "mariadb" if name == "mysql" else name


def test_rows_come_back_as_they_went_in(store_url: str) -> None:
    engine = sa.create_engine(store_url)
    for seed in range(8):
        case = generate(seed, engine_name(store_url))
        ddl.clear(engine)
        ddl.load(engine, case.bound.schema, case.rows)
        assert ddl.read(engine, case.bound.schema) == ddl.ordered(case.bound.schema, case.rows), seed
    engine.dispose()


def test_the_hand_written_cases_fit_their_schemas() -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    for hand in hands.ALL:
        case = hand.case
        if case.engine != "sqlite":
            continue
        ddl.clear(engine)
        ddl.load(engine, case.bound.schema, case.rows)
        assert ddl.read(engine, case.bound.schema) == ddl.ordered(case.bound.schema, case.rows), hand.name
    engine.dispose()


class OracleAsEngine:
    """The oracle behind an adapter: rows go through SQLite, `wrong` may spoil what comes out."""

    def __init__(self, *, wrong: bool) -> None:
        self.wrong = wrong

    def sweep(self, case: Case, scope: compare.Scope) -> compare.Swept:
        engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        ddl.load(engine, case.bound.schema, case.rows)
        rows: Rows = ddl.read(engine, case.bound.schema)
        engine.dispose()
        standings = () if self.wrong else case.standings
        end = truth.truth(case.policy, case.bound, rows, standings, case.now, scope)
        return compare.Swept(end.rows, end.dead_cells, end.dead_rows)

    def explain(self, case: Case, person: Person) -> dict[RowId, Explained]:
        return truth.explain(case.policy, case.bound, case.rows, case.standings, case.now, person)


@contextmanager
def right() -> Iterator[compare.Adapter]:
    yield OracleAsEngine(wrong=False)


@contextmanager
def wrong() -> Iterator[compare.Adapter]:
    yield OracleAsEngine(wrong=True)


def test_the_harness_finds_nothing_in_a_right_engine() -> None:
    report = compare.run_many(range(15), right)
    assert report.cases == 15
    assert not report.disagreements
    assert not report.errors


def test_the_harness_finds_a_wrong_engine_and_makes_the_case_small() -> None:
    seed = next(s for s in range(50) if told_apart(generate(s)))
    with pytest.raises(compare.Disagreement) as found:
        compare.run_case(seed, wrong)
    least = found.value.case
    assert sum(map(len, least.rows.values())) <= 2
    assert len(least.standings) == 1
    assert "oracle:" in str(found.value)
    assert str(found.value).count("\n") < 60


def told_apart(case: Case) -> bool:
    without = replace(case, standings=())
    return any(compare.sweep(case, s).rows != compare.sweep(without, s).rows for s in case.scopes)
