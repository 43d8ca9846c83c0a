"""The four databases of the made-up company, for tests to build in and to look at as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from examples.qualisys.company.build import STORES, build

Databases = Mapping[str, str]


def sqlite_files(folder: Path) -> dict[str, str]:
    """A URL for each store, of SQLite files in one folder."""
    return {store: f"sqlite:///{folder / store}.sqlite" for store in STORES}


def databases(engine: str, folder: Path, make: Callable[[str], str]) -> dict[str, str]:
    """A fresh database for each store, all of one engine."""
    return sqlite_files(folder) if engine == "sqlite" else {store: make(engine) for store in STORES}


def built_in(
    urls: Databases, people: int, seed: int, today: date, *, replace: bool = False, files: Path | None = None
) -> dict[str, int]:
    """Build the company; as `build`, but with URLs."""
    with ExitStack() as stack:
        engines = {store: sa.create_engine(url) for store, url in urls.items()}
        for engine in engines.values():
            stack.callback(engine.dispose)
        return build(engines, people, seed, today, replace=replace, files=files)


@contextmanager
def as_one(urls: Databases) -> Iterator[sa.Connection]:
    """All four SQLite files through one connection: every table but the mark has a name of its own."""
    engine = sa.create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            for store, url in urls.items():
                connection.exec_driver_sql(f"ATTACH DATABASE '{sa.make_url(url).database}' AS {store}")
            yield connection
    finally:
        engine.dispose()


def count(connection: sa.Connection, table: str, condition: str) -> int:
    """How many rows of a table satisfy a condition."""
    return int(connection.execute(sa.text(f"SELECT count(*) FROM {table} WHERE {condition}")).scalar_one())
