"""One person in two databases: one run, no distributed transaction, and nothing half done for good."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from tests.run.shop import MAP, NOW, Shop, new_shop
from tests.run.test_recover import LATER, WHO, erased, killed, settled
from tillit.decide.brake import Limits
from tillit.model.errors import Braked
from tillit.run.restore import Reason
from tillit.service.forget import Ask, forget
from tillit.service.project import load, open_stores, remembering
from tillit.service.sweep import sweep
from tillit.service.undo import undo


@dataclass(frozen=True)
class Two(Shop):
    """A project of two stores; `url` is the first one's."""

    other: Shop

    @property
    def environment(self):
        return {"SHOP_URL": self.url, "STALL_URL": self.other.url, "TILLIT_HOME": str(self.folder / "home")}

    @contextmanager
    def opened(self):
        project = load(self.folder)
        with open_stores(project, self.environment) as stores, remembering(project, self.environment) as memory:
            yield project, memory, stores

    def both(self):
        return self.rows(), self.other.rows()


@pytest.fixture
def two(tmp_path, sqlite_url) -> Two:
    first = new_shop(tmp_path / "project", sqlite_url)
    second = new_shop(tmp_path / "elsewhere", f"sqlite:///{tmp_path / 'stall.sqlite'}")
    text = MAP.replace("store: shop", "store: stall").replace("SHOP_URL", "STALL_URL")
    (first.folder / "stores" / "stall.yaml").write_text(text)
    return Two(first.folder, first.url, second)


def test_one_erasure_reaches_both_and_one_undo_brings_both_back(two):
    before = two.both()
    with two.opened() as (project, memory, stores):
        foreseen, done = forget(project, memory, stores, Ask(WHO), NOW, vouched_by="Dana")
        assert done is not None
        assert done.complete
        assert {(p.store, p.key) for p in foreseen.people} == {("shop", (1,)), ("stall", (1,))}
        assert two.both() == (erased(before[0]), erased(before[1]))
        back = undo(memory, stores, "last", Reason("Dana", "wrong_person", "Karin"), LATER)
    assert back.restored == done.outcome.total
    assert two.both() == before


@pytest.mark.parametrize("point", ["committed", "receipted", "intended:2", "committed:2"])
def test_killed_between_the_stores_the_open_request_goes_on(two, point):
    """In the first store the e-mail address is gone by then: the request knows whom it is about."""
    before = two.both()
    killed(two, "forget", "--email", WHO["email"], "--apply", "--vouched-by", "Dana", point=point)
    assert two.rows() == erased(before[0])
    with two.opened() as (project, memory, stores):
        forget(project, memory, stores, Ask(WHO), LATER, vouched_by="Dana")
    with two.opened() as (project, memory, stores):
        sweep(project, memory, stores, LATER, by="Dana", approve_it=True)
    assert [r for r in two.other.rows()["orders"] if r[1] == 1] == []
    assert [r for r in two.other.rows()["contacts"] if r[0] == 1] == [(1, None, None, None)]
    settled(two)


def test_the_brake_of_one_stops_both(two):
    two.other.execute("DELETE FROM logins WHERE id IN (31, 32)")
    before = two.both()
    with two.opened() as (project, memory, stores):
        tight = replace(project, settings=replace(project.settings, limits=Limits(share=0, rows=2)))
        with pytest.raises(Braked, match=r"shop\.logins: 3 rows"):
            sweep(tight, memory, stores, NOW, by="Dana", approve_it=True)
    assert two.both() == before
