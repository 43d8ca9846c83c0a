"""Nothing in the policy file is decoration: each small change is seen by something, or stands in the list below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import pytest

from tests.examples.mutants import Mutant, mutants, without
from tests.examples.support import built_in, sqlite_files
from tests.examples.unread import UNREAD
from tests.support.repository import ROOT
from tillit.checks import storage_place
from tillit.checks.asks import Refused
from tillit.checks.case import Case
from tillit.checks.looks import parse_looks
from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.schema import read_schema
from tillit.decide.bind import bind
from tillit.decide.plan import plan
from tillit.decide.rights import ended_by
from tillit.decide.tolerance import by_tolerance
from tillit.model.bound import BoundStore
from tillit.model.mapping import Store
from tillit.model.policy import Event, Policy
from tillit.policy import parse_all, store_digest
from tillit.policy.elements import element
from tillit.policy.gather import Gather
from tillit.policy.maps import read_store
from tillit.policy.promises import parse_promises
from tillit.policy.purposes import read_policy
from tillit.policy.rules import lint
from tillit.policy.source import Node, read

EXAMPLE = ROOT / "examples" / "qualisys"
TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
TEXT = (EXAMPLE / "policy.yaml").read_text(encoding="utf-8")
MAPS = [(p.name, p.read_text(encoding="utf-8")) for p in sorted((EXAMPLE / "stores").glob("*.yaml"))]
LOOKS = (EXAMPLE / "checks.yaml").read_text(encoding="utf-8")
POLICY, STORES = parse_all(("policy.yaml", TEXT), MAPS)
PROMISES = parse_promises("promises.yaml", (EXAMPLE / "promises.yaml").read_text(encoding="utf-8"), POLICY)[0]


@lru_cache(maxsize=1)
def nodes() -> list[Node]:
    """The policy and its maps, read."""
    gather = Gather()
    found = [read(gather, file, text) for file, text in [("policy.yaml", TEXT), *MAPS]]
    assert gather.faults == []
    return [node for node in found if node is not None]


@lru_cache(maxsize=1)
def linted() -> Any:
    return lint(POLICY, TODAY)


def promised(policy: Policy) -> bool:
    """True when every promise is still carried by its clause and its entry."""
    carried = [(p.clause, element(policy, p.by)) for p in PROMISES]
    return all(
        clause in policy.clauses and entry is not None and getattr(entry, "clause", "") in ("", clause)
        for clause, entry in carried
    )


def planned(policy: Policy, bound: Sequence[BoundStore]) -> Any:
    """What the policy makes the machinery do: the plan of each store, what is late, and what each event ends."""
    purposes = {g.purpose for store in bound for table in store.tables.values() for g in table.table.grounds}
    return (
        [plan(store, policy, NOW) for store in bound],
        by_tolerance(policy, purposes),
        [ended_by(event, policy) for event in Event],
    )


def means_the_same(path: tuple[str, ...]) -> bool:
    """True when the files are still right without what stands at `path`, and the maps still hold the same."""
    policy, *maps = nodes()
    rest = without(policy, path)
    if rest is None:
        return True
    gather = Gather()
    draft = read_policy(gather, "policy.yaml", rest)
    stores = [read_store(gather, file, node, draft) for (file, _), node in zip(MAPS, maps, strict=True)]
    if gather.faults:
        return False
    return [store_digest(s) for s in stores if s is not None] == [store_digest(s) for s in STORES]


@pytest.fixture(scope="module")
def bound(tmp_path_factory: pytest.TempPathFactory) -> list[BoundStore]:
    urls = sqlite_files(tmp_path_factory.mktemp("company"))
    built_in(urls, 50, 1, TODAY)
    return [_bound(store, urls[store.name]) for store in STORES]


def _bound(store: Store, url: str) -> BoundStore:
    engine = open_engine(url)
    found = bind(store, read_schema(engine), POLICY)
    engine.dispose()
    return found


def placed(policy: Policy, bound: Sequence[BoundStore]) -> Any:
    """What the check of places says, with nothing told by the servers: the policy against the maps."""
    looks = parse_looks("checks.yaml", LOOKS, {store.name: store for store in STORES}, policy.storage)
    case = Case(policy, NOW, "", tuple(bound), looks)
    return [
        one.says for one in storage_place.judge(case, {ask: Refused("not asked") for ask in storage_place.asks(case)})
    ]


def is_seen(mutant: Mutant, bound: Sequence[BoundStore], before: Any) -> bool:
    try:
        if lint(mutant.policy, TODAY) != linted() or not promised(mutant.policy):
            return True
    except KeyError:  # a name that is no longer declared: the parser refuses it
        return True
    if mutant.kind.startswith(("purposes", "controller")) and planned_differs(mutant.policy, bound, before):
        return True
    if mutant.kind.startswith("storage") and placed(mutant.policy, bound) != placed(POLICY, bound):
        return True
    dropped = mutant.path and ("(one of)" not in mutant.kind or mutant.kind.startswith("purposes.data"))
    return bool(dropped) and not means_the_same(mutant.path)


def planned_differs(policy: Policy, bound: Sequence[BoundStore], before: Any) -> bool:
    try:
        return bool(planned(policy, bound) != before)
    except (KeyError, ValueError, AttributeError):  # a purpose or a zone that is not there: refused when read
        return True


@pytest.mark.slow
def test_each_change_is_seen_or_listed(bound: list[BoundStore]):
    before = planned(POLICY, bound)
    every = list(mutants(POLICY))
    unseen = Counter(m.kind for m in every if not is_seen(m, bound, before))
    assert len(every) > 1500
    assert dict(sorted(unseen.items())) == UNREAD, "a line that went or shrank: well done, mend the list"


def test_dropping_a_purpose_is_seen(bound: list[BoundStore]):
    before = planned(POLICY, bound)
    dropped = [m for m in mutants(POLICY) if m.kind == "purposes" and m.path]
    assert len(dropped) == len(POLICY.purposes)
    assert [m.where for m in dropped if not is_seen(m, bound, before)] == []
