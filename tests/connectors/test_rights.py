"""The rights that are missing, as statements that work when they are run."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.connectors.support import run
from tests.decide.bind_support import bound
from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.rights import missing_rights
from tillit.connectors.sql.schema import read_schema

MAP = """
  people:
    person: {kind: customer}
    columns: {name: contact.name}
    grounds: {orders: {}}
  "odd name":
    owned_by: {people: person_id}
    columns: {text: communications}
    grounds: {orders: {}}
"""
DDL = """
CREATE TABLE people (id int PRIMARY KEY, name varchar(40));
CREATE TABLE {odd} (id int PRIMARY KEY, person_id int, text varchar(40));
CREATE TABLE pointing (id int PRIMARY KEY, who int, FOREIGN KEY (who) REFERENCES people (id));
CREATE TABLE elsewhere (id int PRIMARY KEY);
"""


@pytest.mark.parametrize("for_apply", [False, True])
def test_the_statements_give_what_is_missing(pg_url: str, for_apply: bool) -> None:
    user = f"u_{sa.make_url(pg_url).database}"
    run(
        pg_url,
        DDL.format(odd='"odd name"')
        + f"ALTER TABLE people ENABLE ROW LEVEL SECURITY; CREATE ROLE {user} LOGIN PASSWORD 'x';",
    )
    base = str(sa.make_url(pg_url).database)
    run(pg_url, f"REVOKE TEMPORARY ON DATABASE {base} FROM PUBLIC")
    try:
        own = sa.make_url(pg_url).set(username=user, password="x").render_as_string(hide_password=False)
        given = _give(pg_url, own, user, base, for_apply)
        assert len(given) == (7 if for_apply else 5)
        assert any("row-level security hides rows of people" in sentence for sentence in given)
        assert not any("elsewhere" in sentence for sentence in given)
    finally:
        run(pg_url, f"DROP OWNED BY {user}; DROP ROLE {user}")


@pytest.mark.parametrize("for_apply", [False, True])
def test_the_statements_give_what_is_missing_on_mariadb(mariadb_url: str, for_apply: bool) -> None:
    base = str(sa.make_url(mariadb_url).database)
    user = f"u_{base}"[:60]
    run(mariadb_url, DDL.format(odd="`odd name`"))
    run(mariadb_url, f"CREATE USER {user}@'%' IDENTIFIED BY 'x'; GRANT SELECT ON {base}.* TO {user}@'%'")
    try:
        own = sa.make_url(mariadb_url).set(username=user, password="x").render_as_string(hide_password=False)
        given = _give(mariadb_url, own, user, base, for_apply)
        assert len(given) == (3 if for_apply else 1)
    finally:
        run(mariadb_url, f"DROP USER {user}@'%'")


def test_changing_wants_insert_too_for_undo(mariadb_url: str) -> None:
    base = str(sa.make_url(mariadb_url).database)
    user = f"u_{base}"[:60]
    run(mariadb_url, DDL.format(odd="`odd name`"))
    few = "SELECT, UPDATE, DELETE, CREATE TEMPORARY TABLES"
    run(mariadb_url, f"CREATE USER {user}@'%' IDENTIFIED BY 'x'; GRANT {few} ON {base}.* TO {user}@'%'")
    try:
        own = sa.make_url(mariadb_url).set(username=user, password="x").render_as_string(hide_password=False)
        given = _give(mariadb_url, own, user, base, for_apply=True)
        assert len(given) == 2
        assert all("undo needs INSERT" in sentence for sentence in given)
    finally:
        run(mariadb_url, f"DROP USER {user}@'%'")


def test_changing_wants_insert_too_on_postgresql(pg_url: str) -> None:
    user, base = f"u_{sa.make_url(pg_url).database}", str(sa.make_url(pg_url).database)
    run(pg_url, DDL.format(odd='"odd name"') + f"CREATE ROLE {user} LOGIN PASSWORD 'x'")
    run(pg_url, f"GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user}")
    try:
        own = sa.make_url(pg_url).set(username=user, password="x").render_as_string(hide_password=False)
        given = _give(pg_url, own, user, base, for_apply=True)
        assert len(given) == 2
        assert all("undo needs INSERT" in sentence for sentence in given)
    finally:
        run(pg_url, f"DROP OWNED BY {user}; DROP ROLE {user}")


def _give(url: str, own: str, user: str, base: str, for_apply: bool) -> tuple[str, ...]:
    """Run what is said to be missing; the sentences come back, after a look that nothing is missing any more."""
    administrator = open_engine(url)
    store = bound(MAP, read_schema(administrator))
    administrator.dispose()
    engine = open_engine(own)
    missing = missing_rights(store, read_schema(engine), for_apply, user, base)
    run(url, "".join(re.sub(r"^.* Run: ", "", sentence) for sentence in missing))
    engine.dispose()
    engine = open_engine(own)
    assert missing_rights(store, read_schema(engine), for_apply, user, base) == ()
    engine.dispose()
    return missing


def test_a_file_opened_for_reading(sqlite_url: str) -> None:
    run(sqlite_url, DDL.format(odd='"odd name"'))
    schema = read_schema(open_engine(sqlite_url, read_only=True))
    store = bound(MAP, schema)
    assert missing_rights(store, schema, for_apply=False) == ()
    (sentence,) = missing_rights(store, schema, for_apply=True)
    assert "cannot be written" in sentence
