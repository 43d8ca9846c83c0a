"""All files at once: every fault told, in order, and none twice because of another."""

from __future__ import annotations

import time

import pytest

from tests.policy.examples import FILES, POLICY, STORE, edited
from tests.support.repository import ROOT
from tillit.model.errors import Faults
from tillit.policy import parse_all, parse_policy, parse_store


def test_each_file_alone_gives_the_same():
    policy, stores = parse_all((FILES[0], POLICY), [(FILES[1], STORE)])
    assert parse_policy(FILES[0], POLICY) == policy
    assert parse_store(FILES[1], STORE, policy) == stores[0]


def test_the_faults_of_all_files_are_told_at_once():
    policy = edited(POLICY, [["country: SE", "country: Sweden"], ["basis: consent", "basis: consnet"]])
    store = edited(STORE, [["country: SE", "country: Norway"], ["{since: at}", "{snice: at}"]])
    with pytest.raises(Faults) as told:
        parse_all(("policy.yaml", policy), [("a.yaml", store), ("b.yaml", "store: [")])
    files = [f.at.file for f in told.value.faults]
    assert files == ["a.yaml", "a.yaml", "b.yaml", "policy.yaml", "policy.yaml"]
    assert told.value.exit_code == 3
    assert "policy.yaml:2:41: 'Sweden' is no country code\n    write two capital letters" in str(told.value)


def test_a_policy_that_cannot_be_read_blames_no_map():
    with pytest.raises(Faults) as told:
        parse_all((FILES[0], "a: ["), [(FILES[1], STORE)])
    assert [f.at.file for f in told.value.faults] == [FILES[0]]


@pytest.mark.parametrize("section", ["people", "information", "events", "purposes"])
def test_a_section_that_cannot_be_read_blames_no_map(section: str):
    policy = POLICY.replace(f"{section}:", f"{section}: nothing\n{'x' + section}:", 1).replace(
        f"x{section}:", "clauses:", 1
    )
    with pytest.raises(Faults) as told:
        parse_all((FILES[0], policy), [(FILES[1], STORE)])
    assert {f.at.file for f in told.value.faults} == {FILES[0]}


def test_a_store_named_twice():
    with pytest.raises(Faults) as told:
        parse_all((FILES[0], POLICY), [("a.yaml", STORE), ("b.yaml", STORE)])
    assert [str(f.at) for f in told.value.faults] == ["b.yaml:1:1"]
    assert "the store 'crm' is named twice, first in a.yaml" in str(told.value)


def test_the_example_company_is_read_in_half_a_second():
    root = ROOT / "examples" / "qualisys"
    policy = ("policy.yaml", (root / "policy.yaml").read_text(encoding="utf-8"))
    stores = [(p.name, p.read_text(encoding="utf-8")) for p in sorted((root / "stores").glob("*.yaml"))]
    parse_all(policy, stores)
    times = []
    for _ in range(5):
        started = time.perf_counter()
        parse_all(policy, stores)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.5
