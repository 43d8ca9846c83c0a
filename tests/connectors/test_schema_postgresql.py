"""PostgreSQL's catalogue, with all that makes a schema nasty there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.connectors.support import run, statements_of
from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.schema import read_schema
from tillit.model.schema import Family, ForeignKey, Schema, Unique

NASTY = """
CREATE EXTENSION IF NOT EXISTS citext;
CREATE SCHEMA "Övrigt";
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE DOMAIN short AS varchar(12) CHECK (length(VALUE) > 1);
CREATE DOMAIN shorter AS short NOT NULL;
CREATE TABLE "order" (
    "Id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "e mail" citext NOT NULL,
    "quo""te" varchar(40) DEFAULT 'x',
    "Ålder" smallint CHECK ("Ålder" >= 0),
    code shorter,
    feeling mood NOT NULL DEFAULT 'sad',
    tags text[], doc jsonb, raw bytea, ip inet, ref uuid, at timestamptz, seen timestamp(3), born date, t time,
    amount numeric(10, 2), flag boolean, fixed char(3), dropped int, vector tsvector,
    lower_mail text GENERATED ALWAYS AS (lower("quo""te")) STORED
);
ALTER TABLE "order" DROP COLUMN dropped;
CREATE UNIQUE INDEX mail_once ON "order" (lower("e mail"), feeling) WHERE flag;
CREATE UNIQUE INDEX only_one ON "order" (ip) NULLS NOT DISTINCT;
CREATE INDEX by_expression ON "order" (lower("quo""te"));
CREATE INDEX by_part ON "order" (born) WHERE flag;
CREATE TABLE "Övrigt"."order" (a int NOT NULL, b int NOT NULL, c int, CONSTRAINT two UNIQUE (b, a), UNIQUE (c));
CREATE TABLE child (
    id int PRIMARY KEY, a int, b int, o bigint REFERENCES "order" ON DELETE SET NULL,
    FOREIGN KEY (a, b) REFERENCES "Övrigt"."order" (a, b) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE events (at date NOT NULL, who int REFERENCES child ON DELETE RESTRICT, body text) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
CREATE TABLE keyless (x text, y int UNIQUE);
CREATE MATERIALIZED VIEW copies AS SELECT "e mail" FROM "order";
CREATE VIEW seen AS SELECT id FROM child;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
CREATE TRIGGER keep_copy BEFORE DELETE OR UPDATE ON child FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER sleeping AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION nothing();
ALTER TABLE child DISABLE TRIGGER sleeping;
CREATE RULE no_delete AS ON DELETE TO keyless DO INSTEAD NOTHING;
CREATE TABLE room (n int, EXCLUDE USING btree (n WITH =));
"""


@pytest.fixture
def schema(pg_url: str) -> Schema:
    run(pg_url, NASTY)
    return read_schema(open_engine(pg_url))


def test_tables_of_every_schema_without_partitions_and_views(schema: Schema) -> None:
    assert set(schema.tables) == {"order", "Övrigt.order", "child", "events", "keyless", "room"}
    other = schema.tables["Övrigt.order"]
    assert (other.schema, other.bare) == ("Övrigt", "order")
    assert (schema.tables["order"].schema, schema.tables["order"].bare) == ("", "order")
    assert schema.notes == ("copies is a materialised view: it keeps old values until it is refreshed",)
    assert schema.readable == schema.writable == frozenset(schema.tables)
    assert schema.hidden == frozenset()


def test_columns_know_family_length_and_default(schema: Schema) -> None:
    columns = schema.tables["order"].columns
    families = {name: column.family for name, column in columns.items()}
    assert families == {
        "Id": Family.INTEGER,
        "e mail": Family.TEXT,
        'quo"te': Family.TEXT,
        "Ålder": Family.INTEGER,
        "code": Family.TEXT,
        "feeling": Family.ENUM,
        "tags": Family.ARRAY,
        "doc": Family.JSON,
        "raw": Family.BINARY,
        "ip": Family.INET,
        "ref": Family.UUID,
        "at": Family.AWARE,
        "seen": Family.NAIVE,
        "born": Family.DATE,
        "t": Family.TIME,
        "amount": Family.NUMBER,
        "flag": Family.BOOLEAN,
        "fixed": Family.TEXT,
        "vector": Family.OTHER,
        "lower_mail": Family.TEXT,
    }
    assert columns["code"].length == 12
    assert not columns["code"].nullable, "NOT NULL of a domain, two domains down"
    assert columns["feeling"].values == ("sad", "it's ok", "happy")
    assert columns['quo"te'].length == 40
    assert columns["fixed"].length == 3
    assert columns["amount"].length is None
    assert columns["lower_mail"].generated
    assert "lower" in (columns["lower_mail"].default or "")
    assert not columns["Id"].generated, "an identity is no generated column"


def test_keys_uniques_and_indexes(schema: Schema) -> None:
    order, other, keyless = (schema.tables[name] for name in ("order", "Övrigt.order", "keyless"))
    assert order.key == ("Id",)
    assert other.key == ("b", "a")
    assert keyless.key == ()
    assert Unique("mail_once", ("e mail", "feeling", "flag"), expression=True) in order.uniques
    assert Unique("only_one", ("ip",), nulls_equal=True) in order.uniques
    assert schema.tables["room"].uniques[0].expression
    assert ("born",) not in order.indexes, "a partial index serves no general search"
    assert ("Id",) in order.indexes


def test_declared_keys(schema: Schema) -> None:
    keys = {key.columns: key for key in schema.foreign_keys}
    assert keys["a", "b"] == ForeignKey(
        "child", ("a", "b"), "Övrigt.order", ("a", "b"), "CASCADE", True, "child_a_b_fkey"
    )
    assert (keys["o",].on_delete, keys["o",].parent) == ("SET NULL", "order")
    assert [key.table for key in schema.foreign_keys if key.parent == "child"] == ["events"]
    assert schema.foreign_keys_enforced


def test_checks_and_triggers(schema: Schema) -> None:
    assert any("Ålder" in check for check in schema.tables["order"].checks)
    assert schema.tables["child"].triggers == ("keep_copy: BEFORE DELETE OR UPDATE",)
    assert schema.tables["keyless"].triggers == ("no_delete: RULE ON DELETE",)


def test_row_estimates_come_from_the_leaves(pg_url: str) -> None:
    run(pg_url, NASTY + "INSERT INTO events SELECT '2026-03-01', NULL, 'x' FROM generate_series(1, 500); ANALYZE;")
    schema = read_schema(open_engine(pg_url))
    assert schema.tables["events"].rows == 500
    assert schema.tables["child"].rows == 0


def test_queries_do_not_grow_with_tables(pg_url: str) -> None:
    engine = open_engine(pg_url)
    before = statements_of(engine, lambda: read_schema(engine))
    run(pg_url, ";".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, p int REFERENCES t{n})" for n in range(30)))
    assert statements_of(engine, lambda: read_schema(engine)) == before <= 6


def test_rights_and_row_security(pg_url: str) -> None:
    url = sa.make_url(pg_url)
    user = f"reader_{url.database}"
    run(
        pg_url,
        f"""
        CREATE TABLE seen (id int PRIMARY KEY); CREATE TABLE changed (id int PRIMARY KEY); CREATE TABLE unseen (id int);
        CREATE TABLE filtered (id int); ALTER TABLE filtered ENABLE ROW LEVEL SECURITY;
        CREATE ROLE {user} LOGIN PASSWORD 'secret';
        GRANT SELECT ON seen, changed, filtered TO {user}; GRANT INSERT, UPDATE, DELETE ON changed TO {user};
        GRANT UPDATE ON seen TO {user};
        """,
    )
    try:
        reader = open_engine(url.set(username=user, password="secret").render_as_string(hide_password=False))
        schema = read_schema(reader)
        reader.dispose()
        assert schema.readable == {"seen", "changed", "filtered"}
        assert schema.writable == {"changed"}
        assert schema.hidden == {"filtered"}
    finally:
        run(pg_url, f"DROP OWNED BY {user}; DROP ROLE {user}")
