"""SQLite's catalogue, with all that makes a schema nasty there."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.connectors.support import run, statements_of
from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.schema import read_schema
from tillit.connectors.sql.schema_sqlite_text import checks, generated
from tillit.model.schema import Family, ForeignKey, Schema, Unique

NASTY = """
CREATE TABLE "order" (
    "Id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "e mail" varchar(100) NOT NULL COLLATE NOCASE, -- CHECK (this is a comment)
    [brack et] text DEFAULT 'it''s CHECK (x)',
    "Ålder" smallint CHECK ("Ålder" >= 0 AND ("Ålder" < 200)),
    made datetime, stamp TIMESTAMP, born DATE, t time, flag BOOLEAN, amount decimal(10, 2), score REAL,
    doc JSON, raw BLOB, ref uuid, anything,
    lower_mail text GENERATED ALWAYS AS (lower(CAST("e mail" AS text))) STORED,
    initial text AS (substr([brack et], 1, 1)),
    CONSTRAINT sane CHECK (amount < 1000)
);
CREATE UNIQUE INDEX mail_once ON "order" (lower("e mail")) WHERE flag;
CREATE UNIQUE INDEX plain_once ON "order" (ref);
CREATE INDEX by_part ON "order" (born) WHERE flag;
CREATE TABLE pairs (a int, b int, c text, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE textkey (k text PRIMARY KEY, n int) STRICT;
CREATE TABLE Child (
    id INTEGER PRIMARY KEY, a int, b int, o int REFERENCES "ORDER" ON DELETE SET NULL, lost int REFERENCES nowhere(id),
    FOREIGN KEY (b, a) REFERENCES pairs ON DELETE CASCADE
);
CREATE TABLE keyless (x text, y int UNIQUE);
CREATE TABLE unikey (x text NOT NULL UNIQUE, y int);
CREATE VIRTUAL TABLE search USING fts5(body);
CREATE VIEW seen AS SELECT id FROM Child;
CREATE TRIGGER "before delete" AFTER UPDATE OF a ON Child BEGIN DELETE FROM keyless WHERE y = OLD.id; END;
CREATE TRIGGER keep_copy BEFORE DELETE ON Child BEGIN INSERT INTO keyless VALUES ('x', OLD.id); END;
"""


@pytest.fixture
def schema(sqlite_url: str) -> Schema:
    run(sqlite_url, NASTY)
    return read_schema(open_engine(sqlite_url))


def test_tables_without_views_virtual_and_shadow_tables(schema: Schema) -> None:
    assert set(schema.tables) == {"order", "pairs", "textkey", "Child", "keyless", "unikey"}
    assert schema.readable == schema.writable == frozenset(schema.tables)


def test_columns_know_family_length_and_default(schema: Schema) -> None:
    columns = schema.tables["order"].columns
    assert {name: column.family for name, column in columns.items()} == {
        "Id": Family.INTEGER,
        "e mail": Family.TEXT,
        "brack et": Family.TEXT,
        "Ålder": Family.INTEGER,
        "made": Family.NAIVE,
        "stamp": Family.NAIVE,
        "born": Family.DATE,
        "t": Family.TIME,
        "flag": Family.BOOLEAN,
        "amount": Family.NUMBER,
        "score": Family.NUMBER,
        "doc": Family.JSON,
        "raw": Family.BINARY,
        "ref": Family.TEXT,
        "anything": Family.OTHER,
        "lower_mail": Family.TEXT,
        "initial": Family.TEXT,
    }
    assert columns["e mail"].length == 100
    assert not columns["Id"].nullable
    assert not columns["Id"].generated
    assert columns["lower_mail"].default == 'lower(CAST("e mail" AS text))'
    assert columns["initial"].default == "substr([brack et], 1, 1)"
    assert columns["lower_mail"].generated
    assert columns["initial"].generated
    assert not schema.tables["pairs"].columns["a"].nullable, "the key of a WITHOUT ROWID table is never NULL"


def test_keys_uniques_checks_and_indexes(schema: Schema) -> None:
    order = schema.tables["order"]
    assert order.key == ("Id",)
    assert schema.tables["pairs"].key == ("b", "a")
    assert schema.tables["textkey"].key == ("k",)
    assert schema.tables["keyless"].key == ()
    assert schema.tables["unikey"].key == ("x",)
    assert Unique("mail_once", ("e mail", "flag"), expression=True) in order.uniques
    assert Unique("plain_once", ("ref",)) in order.uniques
    assert ("born",) not in order.indexes
    assert order.checks == ('CHECK ("Ålder" >= 0 AND ("Ålder" < 200))', "CHECK (amount < 1000)")


def test_declared_keys_find_their_tables_whatever_the_case(schema: Schema) -> None:
    assert not schema.foreign_keys_enforced
    assert set(schema.foreign_keys) == {
        ForeignKey("Child", ("b", "a"), "pairs", ("b", "a"), "CASCADE", True),
        ForeignKey("Child", ("o",), "order", ("Id",), "SET NULL", True),
    }
    assert schema.notes == ("Child declares a key to nowhere, which is no table of this database",)


def test_triggers(schema: Schema) -> None:
    assert schema.tables["Child"].triggers == ("before delete: AFTER UPDATE", "keep_copy: BEFORE DELETE")


def test_queries_do_not_grow_with_tables(sqlite_url: str) -> None:
    run(sqlite_url, "CREATE TABLE t (id int)")
    engine = open_engine(sqlite_url)
    before = statements_of(engine, lambda: read_schema(engine))
    run(sqlite_url, ";".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, p int REFERENCES t{n})" for n in range(30)))
    assert statements_of(engine, lambda: read_schema(engine)) == before


def test_a_file_opened_for_reading_cannot_be_written(sqlite_url: str) -> None:
    run(sqlite_url, "CREATE TABLE t (id int)")
    engine = open_engine(sqlite_url, read_only=True)
    assert read_schema(engine).writable == frozenset()
    assert read_schema(engine).readable == {"t"}
    with engine.begin() as connection, pytest.raises(sa.exc.OperationalError):
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("CREATE TABLE t (a int)", ()),
        ("CREATE TABLE t (a int DEFAULT 'CHECK (1)')", ()),
        ('CREATE TABLE t (a int /* CHECK (2) */, "CHECK" int)', ()),
        ("CREATE TABLE t (a int check(a > (1+2)), CHECK (b))", ("CHECK (a > (1+2))", "CHECK (b)")),
        ("CREATE TABLE t (a int DEFAULT (1) CHECK (a <> ')'))", ("CHECK (a <> ')')",)),
    ],
)
def test_checks_are_found_in_the_text(sql: str, found: tuple[str, ...]) -> None:
    assert checks(sql) == found


def test_generation_expressions_are_found_in_the_text() -> None:
    sql = """CREATE TABLE t (
        a int, b text GENERATED ALWAYS AS (a || ')') STORED, [C d] AS (coalesce(a, (1))), e AS (b) CHECK (e)
    )"""
    assert generated(sql) == {"b": "a || ')'", "c d": "coalesce(a, (1))", "e": "b"}


def test_a_file_in_a_folder_that_cannot_be_named_plainly(tmp_path: Path) -> None:
    folder = tmp_path / "Å ? #%20"
    folder.mkdir()
    url = sa.URL.create("sqlite", database=str(folder / "x.db"))
    run(str(url), "CREATE TABLE t (id INTEGER PRIMARY KEY)")
    assert set(read_schema(open_engine(str(url))).tables) == {"t"}
