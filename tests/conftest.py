"""Fixtures that every test may use: databases on the three engines, real application databases, hypothesis profiles."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import servers
from tests.support.availability import in_ci, unavailable
from tests.support.repository import ROOT

__all__ = ["unavailable"]

_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("dev", deadline=None, max_examples=50, suppress_health_check=_QUIET)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=100,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=_QUIET,
)
settings.load_profile("ci" if in_ci() else "dev")

_servers = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Hold private servers ready: in the one process of a run, or in the controller when there are workers."""
    if hasattr(config, "workerinput"):
        return
    stack = ExitStack()
    stack.enter_context(servers.keepers())
    config.stash[_servers] = stack
    config.add_cleanup(stack.close)


@pytest.fixture
def new_database() -> Iterator[Callable[[servers.Engine], str]]:
    """Makes fresh empty databases, as many as a test asks for: `url = new_database("postgresql")`."""
    with ExitStack() as stack:

        def make(engine: servers.Engine) -> str:
            try:
                return stack.enter_context(servers.fresh_database(engine))
            except servers.ServerUnavailable as error:
                unavailable(str(error))

        yield make


@pytest.fixture
def pg_url(new_database: Callable[[servers.Engine], str]) -> str:
    """A fresh empty PostgreSQL database (SQLAlchemy URL, driver psycopg)."""
    return new_database("postgresql")


@pytest.fixture
def mariadb_url(new_database: Callable[[servers.Engine], str]) -> str:
    """A fresh empty MariaDB database (SQLAlchemy URL, driver pymysql)."""
    return new_database("mariadb")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A fresh SQLite file."""
    return f"sqlite:///{tmp_path / 'store.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The same test on each of the three engines, in a fresh empty database."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "pg_url", "mariadb": "mariadb_url"}[request.param]
    url = request.getfixturevalue(fixture)
    assert isinstance(url, str)
    return url


@pytest.fixture(scope="session")
def realdata_dir() -> Path:
    """Dumps of real applications with invented people: `TILLIT_REALDATA`, or ../shared/realdata beside the checkout."""
    folder = Path(os.environ.get("TILLIT_REALDATA") or ROOT.parent / "shared" / "realdata")
    if not (folder / "realdata.py").is_file():
        unavailable("the real application databases are not here; name their folder in TILLIT_REALDATA")
    return folder
