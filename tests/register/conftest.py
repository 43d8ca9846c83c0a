"""A fresh register on each engine that can hold one. Migrating takes a while: done once, then emptied or copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import unavailable
from tests.support import servers
from tillit.register.database import open_register
from tillit.register.schema import metadata


@pytest.fixture(scope="session")
def new_schema() -> Iterator[Callable[[], str]]:
    """Makes empty schemas in one PostgreSQL database of this process, and gives the URL of each."""
    numbers = count(1)
    with ExitStack() as stack:
        try:
            url = sa.make_url(stack.enter_context(servers.fresh_database("postgresql")))
        except servers.ServerUnavailable as error:
            unavailable(str(error))

        def make() -> str:
            schema = f"register_{next(numbers)}"
            server = sa.create_engine(url)
            with server.begin() as conn:
                conn.exec_driver_sql(f"CREATE SCHEMA {schema}")
            server.dispose()
            options = {"options": f"-csearch_path={schema}"}
            return url.update_query_dict(options).render_as_string(hide_password=False)

        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a register can be made; nothing is there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.sqlite'}"
    return str(request.getfixturevalue("new_schema")())


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated register file, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "register.sqlite"
    open_register(path).dispose()
    return path


@pytest.fixture(scope="session")
def migrated_schema(new_schema: Callable[[], str]) -> str:
    """A migrated register on the server, to be emptied."""
    url = new_schema()
    open_register(url).dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated register with nothing in it."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "register.sqlite")
        return f"sqlite:///{path}"
    url = str(request.getfixturevalue("migrated_schema"))
    server = sa.create_engine(url)
    with server.begin() as conn:
        for table in reversed(metadata.sorted_tables):
            conn.execute(sa.delete(table))
    server.dispose()
    return url


@pytest.fixture
def register(register_url: str) -> Iterator[sa.Engine]:
    """An open register, once on each engine."""
    engine = open_register(register_url)
    yield engine
    engine.dispose()


@pytest.fixture
def small_register(migrated_file: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """An open register on SQLite, for what does not hang on the engine."""
    engine = open_register(shutil.copy(migrated_file, tmp_path / "register.sqlite"))
    yield engine
    engine.dispose()
