"""The grants of docs/howto/observe.md are enough, and not more than enough: tried on the engines themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.run.shop import NOW, Shop, new_shop
from tests.support.repository import ROOT
from tillit.model.errors import StoreError
from tillit.run.restore import Reason
from tillit.service.check import check
from tillit.service.sweep import preview, sweep
from tillit.service.undo import undo

PAGE = (ROOT / "docs" / "howto" / "observe.md").read_text(encoding="utf-8")
READ_PG, READ_MARIADB, ACT = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@contextmanager
def reader(owner_url: str, statements: str) -> Iterator[tuple[sa.Engine, str]]:
    """A user made by the page's statements; the owner's engine, and the user's URL."""
    url = sa.make_url(owner_url)
    name = f"reader_{str(url.database)[-20:]}"
    owner = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        said(owner, statements, name)
        yield owner, url.set(username=name, password="...").render_as_string(hide_password=False)
    finally:
        gone = [f"DROP OWNED BY {name}", f"DROP ROLE {name}"] if "postgresql" in owner_url else [f"DROP USER {name}"]
        with owner.connect() as conn:
            for statement in gone:
                conn.exec_driver_sql(statement)
        owner.dispose()


def said(owner: sa.Engine, statements: str, name: str) -> None:
    """Run statements of the page, with this test's names for the page's."""
    for statement in re.sub(r"--.*", "", statements).split(";"):
        own = statement.replace("tillit_reader", name)
        own = re.sub(r"\bcrm\b", str(owner.url.database), own).strip()
        if own:
            with owner.connect() as conn:
                try:
                    conn.exec_driver_sql(own.replace("%", "%%"))
                except DBAPIError as error:
                    if "CREATE" in own and "denied" in str(error.orig).lower():
                        pytest.skip("the test server's user may not make users")
                    raise


def looks_and_acts(shop: Shop, owner: sa.Engine, url: str, act: str) -> None:
    before = shop.rows()
    mine = Shop(shop.folder, url)
    with mine.opened() as (project, memory, stores):
        assert check(project, memory, stores, NOW).findings
        assert preview(project, memory, stores, NOW).total
        with pytest.raises(StoreError, match=r"undo needs INSERT\)\. Run: .*GRANT INSERT, UPDATE, DELETE"):
            sweep(project, memory, stores, NOW, by="Dana", approve_it=True)
    assert shop.rows() == before
    said(owner, act, sa.make_url(url).username or "")
    with mine.opened() as (project, memory, stores):
        assert sweep(project, memory, stores, NOW, by="Dana", approve_it=True).outcome.total
        assert shop.rows() != before
        undo(memory, stores, "last", Reason("Dana"), NOW)
    assert shop.rows() == before


def test_the_grants_for_postgresql(pg_url: str, tmp_path: Path):
    shop = new_shop(tmp_path / "project", pg_url)
    with reader(pg_url, READ_PG) as (owner, url):
        looks_and_acts(shop, owner, url, ACT.splitlines()[0])


def test_the_grants_for_mariadb(mariadb_url: str, tmp_path: Path):
    shop = new_shop(tmp_path / "project", mariadb_url)
    with reader(mariadb_url, READ_MARIADB) as (owner, url):
        looks_and_acts(shop, owner, url, ACT.splitlines()[1])
