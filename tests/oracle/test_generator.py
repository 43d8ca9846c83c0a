"""The generator is deterministic, wide, and strong enough to tell wrong oracles from the right one."""

from __future__ import annotations

from collections import Counter
from itertools import count, islice

import pytest

from tests.oracle import mutants, stable
from tests.oracle.draft import Features
from tests.oracle.generate import Case, generate
from tillit.model.mapping import Dress, LinkKind, Mode, WhenDead

FEW = 120


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [generate(seed) for seed in range(FEW)]


def test_a_seed_is_always_the_same_case() -> None:
    assert generate(7) == generate(7)
    assert generate(7) != generate(8)


def test_every_case_is_stable_by_the_rules_of_the_page(cases: list[Case]) -> None:
    assert all(stable.is_stable(c.policy, c.bound) for c in cases)


def features(case: Case) -> set[str]:
    """Names of what a case has, to see that nothing the page speaks of is left out."""
    found: set[str] = set()
    for bound in case.bound.tables.values():
        table = bound.table
        found |= {f"when_dead {table.when_dead.value}", f"key of {len(table.key)}"}
        found |= {"roles"} if len(table.persons) > 1 else set()
        found |= {"owned root"} if table.persons and table.owners else set()
        found |= {"created"} if table.created is not None else set()
        found |= {"unmanaged"} if not table.grounds else set()
        found |= {f"dress {dress.value}" for dress in bound.dress.values()}
        found |= {f"fill {fill.kind.value}" for fill in bound.fills.values()}
        found |= {f"category {c.category}" for c in table.columns.values() if not c.personal}
        found |= {f"mode {c.mode.value}" for c in table.personal_columns}
        found |= {"about"} if any(c.about for c in table.personal_columns) else set()
        for link in table.links:
            form = "via" if link.via else "matches" if link.matches else "pointed_by" if link.pointed_by else "plain"
            found |= {f"{link.kind.value} {form}" if link.prefix is None else "prefix"}
            found |= {"self"} if link.table == table.name else set()
            found |= {"tombstone"} if link.tombstone is not None else set()
            found |= {"when"} if link.when is not None else set()
        for ground in table.grounds:
            found |= {"where"} if ground.where is not None else set()
            found |= {"while"} if ground.while_ is not None else set()
            found |= {"through"} if ground.through is not None else set()
            found |= {f"form {form.value}" for form in ground.forms.values()}
            found |= {"missing dies"} if not ground.missing_holds else set()
            if ground.since is not None:
                found |= {f"clock {ground.since.kind.value}" + (" of a parent" if ground.since.path else "")}
    found |= {f"on delete {k.on_delete}" for k in case.bound.schema.foreign_keys}
    found |= {"hold"} if any(s.hold for s in case.standings) else set()
    return found


def test_every_feature_is_drawn(cases: list[Case]) -> None:
    seen = Counter(f for case in cases for f in features(case))
    wanted = {f"dress {d.value}" for d in Dress if d is not Dress.AWARE}
    wanted |= {f"when_dead {w.value}" for w in WhenDead} | {f"mode {m.value}" for m in Mode}
    wanted |= {f"{k.value} plain" for k in LinkKind} | {"owned_by via", "owned_by matches", "owned_by pointed_by"}
    wanted |= {"prefix", "self", "tombstone", "when", "where", "while", "through", "missing dies", "roles", "about"}
    wanted |= {"owned root", "created", "unmanaged", "key of 2", "category unknown", "hold", "accessed_by via"}
    wanted |= {"clock column", "clock column of a parent", "clock first", "clock last"}
    wanted |= {"form year", "form year_month", "form ip_prefix", "fill null", "fill constant", "fill pseudonym"}
    wanted |= {f"on delete {a}" for a in ("CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "SET DEFAULT")}
    assert not wanted - set(seen)


def test_features_can_be_switched_off() -> None:
    plain = Features(**dict.fromkeys(Features.__dataclass_fields__, False) | {"stable": True})
    for seed in range(20):
        seen = features(generate(seed, features=plain))
        assert not seen & {"via", "prefix", "tombstone", "through", "hold", "created", "key of 2", "dress text"}


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda m: m.name)
def test_a_wrong_oracle_is_caught(mutant: mutants.Mutant) -> None:
    seeds = islice(count(), 600)
    assert any(mutants.catches(generate(seed), mutant) for seed in seeds)
