"""Opening a store: the settings every statement relies on, and errors that name the remedy and never a password."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.connectors.support import run
from tillit.connectors.sql.connect import BEGIN_OPTION, engine_name, engine_title, open_engine, permit_temporary
from tillit.model.errors import StoreError


def scalar(engine: sa.Engine, query: str, **values: object) -> object:
    with engine.connect() as connection:
        return connection.execute(sa.text(query), values).scalar()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_postgresql_by_any_name(pg_url: str, scheme: str) -> None:
    engine = open_engine(scheme + pg_url[pg_url.index("://") :])
    assert (engine_name(engine), engine.dialect.driver) == ("postgresql", "psycopg")
    assert engine_title(engine).startswith("PostgreSQL 1")
    assert scalar(engine, "SHOW timezone") == "UTC"
    assert scalar(engine, "SHOW jit") == "off"
    assert scalar(engine, "SHOW row_security") == "off"


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "mysql+pymysql", "mariadb+mariadbconnector"])
def test_mariadb_by_any_name(mariadb_url: str, scheme: str) -> None:
    engine = open_engine(scheme + mariadb_url[mariadb_url.index("://") :])
    assert (engine_name(engine), engine.dialect.driver) == ("mariadb", "pymysql")
    assert engine_title(engine).startswith("MariaDB 1")
    assert scalar(engine, "SELECT @@time_zone") == "+00:00"
    assert "subquery_cache=off" in str(scalar(engine, "SELECT @@optimizer_switch"))
    assert "STRICT_ALL_TABLES" in str(scalar(engine, "SELECT @@sql_mode"))
    assert scalar(engine, "SELECT @@character_set_connection") == "utf8mb4"


def test_mariadb_recursion_is_not_cut_short(mariadb_url: str) -> None:
    query = "WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT n + 1 FROM r WHERE n < 3000) SELECT count(*) FROM r"
    assert scalar(open_engine(mariadb_url), query) == 3000


def test_mariadb_counts_matched_rows(mariadb_url: str) -> None:
    run(mariadb_url, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    with open_engine(mariadb_url).begin() as connection:
        assert connection.execute(sa.text("UPDATE t SET a = 1")).rowcount == 1


def test_settings_hold_on_every_connection(pg_url: str) -> None:
    engine = open_engine(pg_url)
    with engine.connect() as one, engine.connect() as two:
        assert one.execute(sa.text("SHOW timezone")).scalar() == two.execute(sa.text("SHOW timezone")).scalar() == "UTC"


def test_reading_only(store_url: str) -> None:
    run(store_url, "CREATE TABLE t (a int)")
    engine = open_engine(store_url, read_only=True)
    assert scalar(engine, "SELECT count(*) FROM t") == 0
    for statement in ("INSERT INTO t VALUES (1)", "DROP TABLE t"):
        with engine.begin() as connection, pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text(statement))


def test_parameters_stay_out_of_errors(store_url: str) -> None:
    run(store_url, "CREATE TABLE t (a int PRIMARY KEY)")
    with open_engine(store_url).begin() as connection, pytest.raises(sa.exc.DBAPIError) as caught:
        connection.execute(sa.text("INSERT INTO no_such_table VALUES (:mail)"), {"mail": "linnea@example.se"})
    assert "linnea" not in str(caught.value)


@pytest.fixture
def lite(sqlite_url: str) -> sa.Engine:
    run(sqlite_url, "CREATE TABLE t (a text)")
    return open_engine(sqlite_url)


def test_sqlite_transactions_are_explicit(lite: sa.Engine) -> None:
    with lite.connect() as connection:
        connection.execute(sa.text("CREATE TABLE inside (a int)"))
        with connection.begin_nested() as inner:
            connection.execute(sa.text("INSERT INTO t VALUES ('x')"))
            inner.rollback()
        connection.rollback()
    assert sa.inspect(lite).get_table_names() == ["t"], "DDL rolls back with its transaction"


def test_sqlite_begins_as_told(lite: sa.Engine) -> None:
    with (
        lite.connect().execution_options(**{BEGIN_OPTION: "IMMEDIATE"}) as first,
        first.begin(),
        lite.connect() as second,
    ):
        second.exec_driver_sql("PRAGMA busy_timeout = 0")
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            second.execute(sa.text("INSERT INTO t VALUES ('x')"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("  ÖRJAN@Example.SE ", "örjan@example.se"), ("\tx", "\tx"), ("", ""), (None, None), (17, "17"), ("ß", "ß")],
)
def test_sqlite_normal(lite: sa.Engine, value: object, expected: object) -> None:
    assert scalar(lite, "SELECT tillit_normal(:v)", v=value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("192.168.77.9", "192.168.77.0"),
        ("2001:db8:1:2:3::4", "2001:db8:1::"),
        ("fe80::1%eth0", "fe80::"),
        ("300.1.1.1", None),
        ("Anna", None),
        ("", None),
        (None, None),
    ],
)
def test_sqlite_ip_prefix(lite: sa.Engine, value: object, expected: object) -> None:
    assert scalar(lite, "SELECT tillit_ip_prefix(:v)", v=value) == expected


def test_sqlite_functions_are_deterministic(lite: sa.Engine) -> None:
    with lite.begin() as connection:
        connection.execute(sa.text("CREATE INDEX i ON t (tillit_normal(a))"))


def test_sqlite_bytes_that_are_no_text_survive_a_read(lite: sa.Engine) -> None:
    assert scalar(lite, "SELECT CAST(x'4cf66e' AS text)") == "L\udcf6n"
    assert scalar(lite, "SELECT tillit_normal(x'4cf66e')") == "l\ufffdn"


def test_sqlite_serves_several_threads(lite: sa.Engine) -> None:
    seen: list[object] = []
    threads = [threading.Thread(target=lambda: seen.append(scalar(lite, "SELECT count(*) FROM t"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [0] * 4


def test_sqlite_in_memory_is_one_database() -> None:
    engine = open_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (a int)"))
    assert scalar(engine, "SELECT count(*) FROM t") == 0


def refused(url: str) -> StoreError:
    with pytest.raises(StoreError) as caught:
        open_engine(url)
    assert "hemligt" not in str(caught.value)
    assert "hemligt" not in repr(caught.value.__cause__)
    assert caught.value.remedy
    return caught.value


def test_a_mistyped_file_is_never_created(tmp_path: Path) -> None:
    path = tmp_path / "stroe.db"
    assert "no database file" in refused(f"sqlite:///{path}").what
    assert not path.exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("This is a note, and it is long enough to hold a header of a hundred bytes. " * 3)
    assert "is no SQLite database" in refused(f"sqlite:///{path}").what


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("oracle://anna:hemligt@host/db", "unknown kind of store: oracle://"),
        ("hemligt", "cannot be read"),
        ("", "cannot be read"),
        ("mysql://anna:hemligt@127.0.0.1:1/", "names no database"),
        ("postgresql://anna:hemligt@127.0.0.1:1/db", "the server does not answer"),
        ("mysql://anna:hemligt@127.0.0.1:1/db", "the server does not answer"),
        ("postgresql://anna:hemligt@no-such-host.invalid/db", "the host name is unknown"),
        ("mysql://anna:hemligt@no-such-host.invalid/db", "the host name is unknown"),
        ("postgresql://anna:hem@ligt@127.0.0.1:port/db", "cannot be read"),
    ],
)
def test_doors_that_do_not_open(url: str, what: str) -> None:
    assert what in refused(url).what


def test_a_wrong_user_or_database(pg_url: str, mariadb_url: str) -> None:
    pg, maria = sa.make_url(pg_url), sa.make_url(mariadb_url)
    shown = {
        pg.set(database="no_such_base"): "no such database",
        pg.set(username="no_such_user", password="hemligt"): ("no such user", "was refused"),
        maria.set(database="no_such_base"): "no such database",
        maria.set(username="no_such_user", password="hemligt"): "the user name or password was refused",
    }
    for url, what in shown.items():
        found = refused(url.render_as_string(hide_password=False)).what
        assert any(word in found for word in ([what] if isinstance(what, str) else what)), found


def test_reading_only_can_be_given_temporary_tables(store_url: str) -> None:
    run(store_url, "CREATE TABLE t (a int)")
    engine = open_engine(store_url, read_only=True)
    with engine.connect() as connection:
        permit_temporary(connection)
        connection.execute(sa.text("CREATE TEMPORARY TABLE mine AS SELECT a FROM t"))
        connection.execute(sa.text("INSERT INTO mine VALUES (1)"))
        assert connection.execute(sa.text("SELECT count(*) FROM mine")).scalar() == 1
        connection.rollback()
        with pytest.raises(sa.exc.DBAPIError):  # the next transaction reads only, as before
            connection.execute(sa.text("INSERT INTO t VALUES (1)"))
