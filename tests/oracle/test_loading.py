"""The soak's own way of loading and reading gives the same tables, rows and values as the plain one."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.oracle import ddl
from tests.oracle.generate import Case, generate
from tests.oracle.loading import Loader
from tillit.connectors.sql.connect import engine_name, open_engine

SEEDS = (1, 2, 3, 4)


@pytest.fixture
def engine(store_url):
    database = sa.make_url(store_url).database
    if store_url.startswith("sqlite") and database:
        Path(database).touch()  # the product never makes a store
    engine = open_engine(store_url)
    yield engine
    engine.dispose()


def shapes(engine: sa.Engine, case: Case) -> dict[str, list[object]]:
    """What the database says of each table."""
    told = sa.inspect(engine)
    return {
        name: [
            str(told.get_columns(name)),
            str(told.get_pk_constraint(name)),
            *sorted(map(str, told.get_foreign_keys(name))),
            *sorted(map(str, told.get_unique_constraints(name))),
            *sorted(map(str, told.get_indexes(name))),
        ]
        for name in case.bound.schema.tables
    }


def typed(rows):
    return {table: [{c: (type(v), v) for c, v in row.items()} for row in found] for table, found in rows.items()}


def test_the_same_tables_rows_and_values(engine):
    loader = Loader(engine)
    for seed in SEEDS:
        case = generate(seed, engine_name(engine))
        schema = case.bound.schema
        ddl.load(engine, schema, case.rows)
        want, shape = ddl.read(engine, schema), shapes(engine, case)
        ddl.clear(engine)
        loader.load(schema, case.rows)
        assert typed(loader.read(schema)) == typed(want) == typed(ddl.read(engine, schema))
        assert shapes(engine, case) == shape
        loader.empty()
        assert not sa.inspect(engine).get_table_names()
    loader.close()
