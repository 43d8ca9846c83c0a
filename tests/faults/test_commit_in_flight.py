"""A run dies while its commit is still under way at the server: the next run waits for the end before it judges."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import pytest
import sqlalchemy as sa

from tests.faults.support import forgotten
from tests.run.shop import Shop, new_shop
from tests.run.test_recover import LATER, erased, settled, undo_everything
from tillit.run.recover import recover

SECONDS = 1.5

# A constraint checked at the end, which takes long: as waiting for a replica, or a slow disk, makes a commit long.
SLOW = f"""
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({SECONDS}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow AFTER DELETE ON logins DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION slow();
"""


@pytest.fixture
def shop(tmp_path, pg_url) -> Shop:
    made = new_shop(tmp_path / "project", pg_url)
    made.execute(*SLOW.strip().split("\n", 1))
    return made


def killed_in_its_commit(shop: Shop) -> None:
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            forgotten(shop)
        os._exit(1)
    while not committing(shop):
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


def committing(shop: Shop) -> bool:
    """True when a COMMIT is under way in the shop's database."""
    engine = sa.create_engine(shop.url)
    with engine.connect() as conn:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND {}"
        found = conn.exec_driver_sql(query.format("query ILIKE 'commit'")).scalar_one()
        conn.rollback()
    engine.dispose()
    return bool(found)


def test_what_is_committed_later_can_be_undone(shop):
    before = shop.rows()
    killed_in_its_commit(shop)
    with shop.opened() as (_, memory, stores):
        recover(memory, stores, LATER)
    time.sleep(SECONDS + 0.5)
    assert shop.rows() == erased(before)  # the server went on without its client
    settled(shop)
    undo_everything(shop)
    assert shop.rows() == before
