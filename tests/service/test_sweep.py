"""Undo whose time is over when a sweep is stopped, rights that are missing, and what is left after an erasure."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.connectors.support import run
from tests.run.shop import NOW, Shop, new_shop
from tillit.model.errors import Braked, StoreError
from tillit.register.keys import new_undo_key, undo_keys
from tillit.service.check import check
from tillit.service.forget import Ask, foresee, forget
from tillit.service.status import status
from tillit.service.sweep import preview, sweep

LATER = NOW + timedelta(days=60)


@pytest.fixture
def shop(tmp_path, sqlite_url) -> Shop:
    return new_shop(tmp_path / "project", sqlite_url)


def test_keys_of_runs_that_the_register_does_not_know_are_left_alone_and_told(shop):
    """As after a restore of an older register: the undo may be wanted yet."""
    with shop.opened() as (project, memory, stores):
        assert status(project, memory, NOW).unknown_undo == ()
        stranger = uuid4()
        new_undo_key(memory.keys, stranger)
        (memory.undo / str(stranger)).mkdir(parents=True)
        done = sweep(project, memory, stores, NOW, by="Dana", approve_it=True)
        assert done.outcome.total
        assert stranger in undo_keys(memory.keys)
        assert (memory.undo / str(stranger)).is_dir()
        assert status(project, memory, NOW).unknown_undo == (stranger,)


def test_a_braked_sweep_destroys_undo_whose_time_is_over(shop):
    with shop.opened() as (project, memory, stores):
        ask = Ask({"email": "linnea.berg@example.com"})
        forget(project, memory, stores, ask, NOW, vouched_by="Dana")
        assert undo_keys(memory.keys)
        with pytest.raises(Braked):
            sweep(project, memory, stores, LATER, by="Dana")
        assert undo_keys(memory.keys) == []


def test_a_sweep_without_rights_destroys_undo_whose_time_is_over(shop):
    with shop.opened() as (project, memory, stores):
        forget(project, memory, stores, Ask({"email": "linnea.berg@example.com"}), NOW, vouched_by="Dana")
    reading = Shop(shop.folder, shop.url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true")
    with reading.opened() as (project, memory, stores):
        with pytest.raises(StoreError, match="cannot be written"):
            sweep(project, memory, stores, LATER, by="Dana", approve_it=True)
        assert undo_keys(memory.keys) == []


def test_looking_without_the_right_tells_the_grant(tmp_path, pg_url):
    shop = new_shop(tmp_path / "project", pg_url)
    url = sa.make_url(pg_url)
    user = f"u_{url.database}"
    run(pg_url, f"CREATE ROLE {user} LOGIN PASSWORD 'x'; GRANT SELECT ON contacts, invoices, logins TO {user}")
    own = url.set(username=user, password="x").render_as_string(hide_password=False)
    grant = f'GRANT SELECT ON "public"."orders" TO "{user}";'
    try:
        with Shop(shop.folder, own).opened() as (project, memory, stores):
            for look in (check, preview):
                with pytest.raises(StoreError) as caught:
                    look(project, memory, stores, NOW)
                assert "orders cannot be read" in str(caught.value)
                assert grant.replace('"public".', "") in str(caught.value).replace('"public".', "")
            with pytest.raises(StoreError, match="orders cannot be read"):
                foresee(project, memory, stores, Ask({"email": "linnea.berg@example.com"}), NOW)
    finally:
        run(pg_url, f"DROP OWNED BY {user}; DROP ROLE {user}")


def test_an_erasure_is_complete_while_name_and_address_stand_apart(shop):
    """Each by itself may be somebody else's."""
    shop.execute(
        "CREATE TABLE parcels (id INTEGER PRIMARY KEY, who VARCHAR(90), ip VARCHAR(40))",
        "INSERT INTO parcels VALUES (1, 'Linnea Berg', NULL), (2, NULL, '198.51.100.1')",
    )
    ask = Ask({"email": "linnea.berg@example.com"})
    with shop.opened() as (project, memory, stores):
        done = forget(project, memory, stores, ask, NOW, vouched_by="Dana")[1]
        assert done is not None
        assert done.complete
        assert {r.table for r in done.residual.left} == {"parcels"}


def test_while_they_stand_in_one_row_the_request_stays_open(shop):
    shop.execute(
        "CREATE TABLE parcels (id INTEGER PRIMARY KEY, who VARCHAR(90), ip VARCHAR(40))",
        "INSERT INTO parcels VALUES (1, 'Linnea Berg', '198.51.100.1'), (2, 'Linnea Berg', NULL)",
    )
    ask = Ask({"email": "linnea.berg@example.com"})
    with shop.opened() as (project, memory, stores):
        done = forget(project, memory, stores, ask, NOW, vouched_by="Dana")[1]
        assert done is not None
        assert not done.complete
        certain = [r for r in done.residual.left if not r.only_shared]
        assert {(r.column, r.keys) for r in certain} == {("who", ((1,),)), ("ip", ((1,),))}
        assert [r.id for r in status(project, memory, NOW).requests] == [done.request_id]
