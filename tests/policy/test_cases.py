"""Every fault stands where it should, says what it should, and stands alone; good texts give what they say."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.policy.examples import CASES, FILES, MARK, POLICY, STORE, edited, marked, parsed
from tillit.model.errors import Faults
from tillit.model.source import Position
from tillit.policy.digest import plain


def cases(*files: str) -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        if path.stem in files or (not files and path.stem != "good"):
            loaded = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
            found += [pytest.param(case, id=f"{path.stem}: {case['name']}") for case in loaded]
    return found


def texts(case: dict[str, Any]) -> tuple[str, str]:
    policy = case.get("policy_text", edited(POLICY, case.get("policy", [])))
    return policy, case.get("store_text", edited(STORE, case.get("store", [])))


def test_there_are_many_cases():
    assert len(cases()) >= 80
    assert len({p.id for p in cases()}) == len(cases())


@pytest.mark.parametrize("case", cases())
def test_the_faults_are_these_and_no_others(case: dict[str, Any]):
    policy, store = texts(case)
    policy, in_policy = marked(FILES[0], policy)
    store, in_store = marked(FILES[1], store)
    with pytest.raises(Faults) as told:
        parsed(policy, store)
    faults = told.value.faults
    for (what, remedy), fault in zip(case["faults"], faults, strict=True):
        assert what in fault.what
        assert remedy in fault.remedy
    assert case.get("never", MARK) not in str(told.value)
    places = in_policy + in_store
    if "at" in case:
        places = [Position(FILES[1], *case["at"])]
    if not case.get("ignore_places"):
        assert list(dict.fromkeys(f.at for f in faults)) == places


@pytest.mark.parametrize("case", cases("good"))
def test_good_texts_give_these_facts(case: dict[str, Any]):
    policy, store = parsed(*texts(case))
    roots = {"policy": policy, "store": store}
    found = {path: fact(roots, path) for path in case["facts"]}
    assert found == case["facts"]


def fact(roots: dict[str, Any], path: str) -> Any:
    """The value at a dotted path, as plain data; `#` stands for a dot inside a name."""
    here: Any = roots
    for step in path.split("."):
        name = step.replace("#", ".")
        here = here[int(name)] if name.isdigit() else here[name] if isinstance(here, dict) else getattr(here, name)
    return plain(here)
