"""What must hold of every sweep of every stable case (design: partition, nobody else, idempotent, no dangling)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.oracle import compare, grounds, stable
from tests.oracle.generate import Case, generate
from tests.oracle.shrink import intact
from tests.oracle.world import Rows, world
from tillit.model.standing import Person

SEEDS = range(150)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [generate(seed) for seed in SEEDS]


def ids(case: Case, rows: Rows) -> list[object]:
    keys = {name: info.key for name, info in case.bound.schema.tables.items()}
    return [(t, tuple(row[k] for k in keys[t])) for t, some in rows.items() for row in some]


def test_deleted_and_kept_are_all_the_rows(cases: list[Case]) -> None:
    for case in cases:
        for scope in case.scopes:
            end = compare.sweep(case, scope)
            left = ids(case, end.rows)
            assert len(left) == len(set(left))
            assert set(left) | end.deleted == set(ids(case, case.rows))
            assert not set(left) & end.deleted
            assert set(end.changed) <= set(left)


def test_no_declared_key_dangles_afterwards(cases: list[Case]) -> None:
    for case in cases:
        assert intact(case.bound.schema, case.rows)
        for scope in case.scopes:
            assert intact(case.bound.schema, compare.sweep(case, scope).rows), case.seed


def test_rows_without_anybody_in_scope_lose_links_at_most(cases: list[Case]) -> None:
    for case in cases:
        known = grounds.facts(case.world())
        for scope in case.scopes[1:]:
            assert scope is not None
            end = compare.sweep(case, scope)
            others = {known.world.id(r) for r in known.world.refs() if not known.persons[r] & scope}
            mapped = {row for row in others if row[0] in case.bound.tables}
            assert not mapped & end.deleted
            for row in mapped & set(end.changed):
                links = {c for link in case.bound.tables[row[0]].table.links for c in link.columns}
                assert set(end.changed[row]) <= links


def test_a_second_sweep_changes_nothing(cases: list[Case]) -> None:
    """Where ties between rows and persons cannot break (`stable.tie_faults`: rules the page does not have)."""
    tried = 0
    for case in cases:
        if stable.tie_faults(case.bound):
            continue
        for scope in case.scopes:
            tried += 1
            end = compare.sweep(case, scope)
            again = world(case.policy, case.bound, end.rows, case.standings, case.now)
            assert compare.sweep(with_rows(case, again.rows), scope).still, case.seed
    assert tried > len(cases)


def with_rows(case: Case, rows: Rows) -> Case:
    return Case(case.seed, case.policy, case.bound, rows, case.standings, case.now, case.scopes)


def test_a_hold_of_everybody_keeps_everything_about_anybody(cases: list[Case]) -> None:
    for case in cases[:60]:
        known = grounds.facts(case.world())
        everybody: frozenset[Person] = frozenset().union(*known.persons.values())
        frozen = tuple(replace(known.world.standing(p), hold=True) for p in sorted(everybody, key=str))
        kept = Case(case.seed, case.policy, case.bound, case.rows, frozen, case.now, case.scopes)
        owned = {known.world.id(r) for r, whose in known.persons.items() if whose and known.world.grounds(r[0])}
        assert not owned & compare.sweep(kept, None).deleted, case.seed
