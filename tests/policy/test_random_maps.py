"""Random policies and maps, written out and read again: the same models, and only stable maps are let through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.oracle import binding, stable, truth
from tests.oracle.draft import Features
from tests.oracle.generate import Case, generate
from tests.policy.writing import policy_text, store_text
from tillit.model.errors import Faults
from tillit.model.expression import And, Compare, Exists, Expression, Not, Of, Or, Today
from tillit.model.mapping import NOT_PERSONAL, Column, Ground, LinkKind, Store, Table, WhenDead
from tillit.model.schema import TableInfo
from tillit.policy import parse_all, policy_digest, store_digest

# What the languages refuse beside unstable maps, and the generator draws.
OTHERWISE_REFUSED = ("has no ground for", "is no table of persons", "is said to be unmapped")
# Soft owners may vanish, and an anonymised row lets its owners go: both change whose the rows further down are.
TAME = Features(stable=False, matches=False)


def sayable(case: Case, when_dead: WhenDead | None = None) -> Store:
    """The case's map as the language can say it: every column listed, no tombstone that is never written."""
    tables = {
        name: sayable_table(table, case.bound.schema.tables[name], when_dead)
        for name, table in case.bound.store.tables.items()
    }
    return replace(case.bound.store, tables=tables)


def sayable_table(table: Table, info: TableInfo, when_dead: WhenDead | None) -> Table:
    links = tuple(replace(li, tombstone=None) if li.kind is LinkKind.REFERS_TO else li for li in table.links)
    own = {c for link in links if not link.pointed_by for c in link.columns} | set(table.key)
    listed = {c: Column(c, NOT_PERSONAL) for c in info.columns if c not in own} | dict(table.columns)
    personal = tuple(c.name for c in table.personal_columns)
    return replace(
        table,
        links=links,
        columns=listed,
        grounds=tuple(sayable_ground(g, personal) for g in table.grounds),
        when_dead=when_dead or table.when_dead,
    )


def sayable_ground(ground: Ground, personal: tuple[str, ...]) -> Ground:
    return replace(
        ground,
        columns=ground.columns or personal,
        missing_holds=ground.missing_holds or ground.through is not None,
        where=None if ground.where is None else flat(ground.where),
        while_=None if ground.while_ is None else flat(ground.while_),
    )


def flat(told: Expression) -> Expression:
    """One way of saying it: `and` in `and` joined, `not not` gone."""
    match told:
        case And(parts) | Or(parts):
            kind = type(told)
            inner = [flat(p) for p in parts]
            joined = tuple(q for p in inner for q in (p.parts if isinstance(p, kind) else (p,)))
            return joined[0] if len(joined) == 1 else kind(joined)
        case Not(Not(part)):
            return flat(part)
        case Not(part):
            return Not(flat(part))
        case Exists(child, link, part):
            return Exists(child, link, flat(part))
        case Of(link, part):
            return Of(link, flat(part))
        case Compare(column, op, Today(shift=None)):
            return Compare(column, op, Today())
    return told


def dressed(case: Case, store: Store) -> Store:
    """The map with the dress of every column that is a time."""
    dresses = {name: bound.dress for name, bound in case.bound.tables.items()}
    tables = {
        name: replace(t, columns={c: replace(x, dress=dresses[name].get(c)) for c, x in t.columns.items()})
        for name, t in store.tables.items()
    }
    return replace(store, tables=tables)


def reread(case: Case, store: Store) -> Store:
    dresses = {name: bound.dress for name, bound in case.bound.tables.items()}
    policy, (found,) = parse_all(("p.yaml", policy_text(case.policy)), [("s.yaml", store_text(store, dresses))])
    assert policy_digest(policy) == policy_digest(case.policy)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_a_stable_map_is_let_through_and_reads_back(seed: int):
    case = generate(seed)
    store = sayable(case)
    assert stable.is_stable(case.policy, binding.bind(store, case.bound.schema))
    try:
        found = reread(case, store)
    except Faults as told:
        unexpected = [f for f in told.faults if not any(kind in f.what for kind in OTHERWISE_REFUSED)]
        assert unexpected == []
    else:
        assert store_digest(found) == store_digest(dressed(case, store))


@pytest.mark.parametrize("seed", range(120))
def test_after_a_sweep_of_a_map_that_is_let_through_nothing_is_left(seed: int):
    case = generate(seed, features=TAME)
    try:
        found = reread(case, sayable(case, WhenDead.DELETE))
    except Faults:
        return
    bound = binding.bind(found, case.bound.schema)
    first = truth.truth(case.policy, bound, case.rows, case.standings, case.now)
    again = truth.truth(case.policy, bound, first.rows, case.standings, case.now)
    assert again.still


def test_many_of_the_maps_are_let_through_and_many_are_not():
    """Without this, the tests above could say nothing."""
    told = []
    for seed in range(40):
        case = generate(seed, features=TAME)
        try:
            reread(case, sayable(case, WhenDead.DELETE))
            told.append(True)
        except Faults:
            told.append(False)
    assert 8 < sum(told) < 32
