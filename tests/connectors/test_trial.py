"""The store's own constraints judge the replacements, on a copy that nobody else sees."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.connectors.support import run
from tests.decide.bind_support import bound
from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.schema import read_schema
from tillit.connectors.sql.trial import trial
from tillit.model.bound import BoundStore
from tillit.model.errors import StoreError

PEOPLE = """
  people:
    person: {kind: customer}
    columns: {name: contact.name, mail: contact.email, phone: contact.email}
    when_dead: anonymise
    grounds: GROUNDS
"""
SECRET = "linnea@example.se"
ROWS = f"""
INSERT INTO people (id, name, mail, phone)
VALUES (1, 'Linnea', '{SECRET}', '070-1'), (2, 'Xaver', 'x@example.se', '070-2');
"""


def tried(url: str, ddl: str, rows: str = ROWS, grounds: str = "{orders: {}}", tables: str = PEOPLE) -> list[str]:
    """What the trial refuses; the store's own rows are as before."""
    run(url, ddl + rows)
    engine = open_engine(url, read_only=True)
    store = bound(tables.replace("GROUNDS", grounds), read_schema(engine))
    before = rows_of(engine, store)
    faults = trial(engine, store)
    assert rows_of(engine, store) == before
    assert "tillit" not in str(sa.inspect(engine).get_table_names())
    texts = [str(fault) for fault in faults]
    assert not any("linnea" in text.lower() for text in texts)
    engine.dispose()
    return texts


def rows_of(engine: sa.Engine, store: BoundStore) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))]
            for name in store.tables
        }


def table(name: str = "varchar(40)", mail: str = "varchar(40)", phone: str = "varchar(40)", more: str = "") -> str:
    return f"CREATE TABLE people (id int PRIMARY KEY, name {name}, mail {mail}, phone {phone}{more});"


def test_what_fits_is_taken(store_url: str) -> None:
    assert tried(store_url, table("varchar(40) NOT NULL", "varchar(40) NOT NULL UNIQUE", "varchar(40) UNIQUE")) == []


def test_a_check_refuses_by_name_of_table_and_column(store_url: str) -> None:
    (text,) = tried(store_url, table(mail="varchar(40) NOT NULL CHECK (mail LIKE '%@%')"))
    assert "what would stand in people.mail when its value dies: a CHECK constraint" in text
    assert text.startswith("crm.yaml:8:")


def test_a_check_over_two_columns_names_both(store_url: str) -> None:
    texts = tried(store_url, table(more=", CHECK (mail IS NOT NULL OR phone IS NOT NULL)"))
    assert [t.partition(" when")[0].rpartition(" ")[2] for t in texts] == ["people.mail", "people.phone"]


def test_columns_that_die_together_are_tried_together(store_url: str) -> None:
    pair = ", CHECK ((mail IS NULL) = (phone IS NULL))"
    assert tried(store_url, table(more=pair)) == []


def test_columns_that_die_apart_are_tried_apart(store_url: str) -> None:
    pair = ", CHECK ((mail IS NULL) = (phone IS NULL))"
    grounds = "{orders: {columns: [name, mail]}, newsletter: {columns: [phone]}}"
    texts = tried(store_url, table(more=pair), grounds=grounds)
    assert any("people.phone" in text for text in texts)


def test_an_empty_table_accepts_everything(store_url: str) -> None:
    assert tried(store_url, table(mail="varchar(40) NOT NULL CHECK (mail LIKE '%@%')"), rows="") == []


LINKED = """
  people:
    person: {kind: customer}
    columns: {name: contact.name}
    grounds: {orders: {}}
  notes:
    owned_by:
      writer: {table: people, column: writer}
      reader: {table: people, column: reader, tombstone: 9}
    columns: {body: communications}
    grounds: {orders: {}}
"""
NOTES = """
CREATE TABLE people (id int PRIMARY KEY, name varchar(40));
CREATE TABLE notes (
    id int PRIMARY KEY, writer int, reader int NOT NULL, body varchar(40), CHECK (writer IS NOT NULL OR body = 'x'),
    FOREIGN KEY (writer) REFERENCES people (id), FOREIGN KEY (reader) REFERENCES people (id)
);
INSERT INTO people VALUES (1, 'Linnea');
INSERT INTO notes VALUES (1, 1, 1, 'hej');
"""


def test_cuts_are_tried_too(store_url: str) -> None:
    writer, reader = tried(store_url, NOTES, rows="", tables=LINKED)
    assert "notes.writer" in writer
    assert "a CHECK constraint" in writer
    assert "the tombstone of link reader is no key of people" in reader


def test_a_tombstone_that_is_there(store_url: str) -> None:
    texts = tried(store_url, NOTES, rows="INSERT INTO people VALUES (9, 'nobody');", tables=LINKED)
    assert len(texts) == 1
    assert "notes.writer" in texts[0]


ODD = """
  "Odd %name":
    person: {kind: customer}
    columns: {"sel ect": contact.name, "ö%s": contact.email, kind: contact.name}
    when_dead: anonymise
    grounds: {orders: {}}
"""


def test_odd_names_on_postgresql(pg_url: str) -> None:
    ddl = """
    CREATE TYPE mood AS ENUM ('sad', 'happy');
    CREATE TABLE "Odd %name" (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "sel ect" varchar(27) NOT NULL, "ö%s" text NOT NULL,
        kind mood NOT NULL, shout text GENERATED ALWAYS AS (upper("sel ect")) STORED
    );
    CREATE UNIQUE INDEX once ON "Odd %name" (lower("sel ect"));
    INSERT INTO "Odd %name" ("sel ect", "ö%s", kind) VALUES ('a', 'b', 'sad'), ('c', 'd', 'happy');
    """
    assert tried(pg_url, ddl, rows="", tables=ODD) == []


def test_odd_names_on_mariadb(mariadb_url: str) -> None:
    ddl = """
    CREATE TABLE `Odd %name` (
        id bigint AUTO_INCREMENT PRIMARY KEY, `sel ect` varchar(27) NOT NULL UNIQUE, `ö%s` text NOT NULL,
        kind enum('sad', 'happy') NOT NULL, shout varchar(40) AS (upper(`sel ect`)) PERSISTENT
    );
    INSERT INTO `Odd %name` (`sel ect`, `ö%s`, kind) VALUES ('a', 'b', 'sad'), ('c', 'd', 'happy');
    """
    assert tried(mariadb_url, ddl, rows="", tables=ODD) == []


def test_odd_names_on_sqlite(sqlite_url: str) -> None:
    ddl = """
    CREATE TABLE "Odd %name" (
        id INTEGER PRIMARY KEY, "sel ect" varchar(27) NOT NULL, [ö%s] text NOT NULL, kind text NOT NULL DEFAULT 'what?',
        shout text AS (upper("sel ect")), CHECK ("Odd %name".kind <> ':x')
    );
    CREATE UNIQUE INDEX "on ce" ON "Odd %name" (lower("sel ect")) WHERE kind <> '(';
    INSERT INTO "Odd %name" ("sel ect", "ö%s", kind) VALUES ('a', 'b', 'sad'), ('c', 'd', 'happy');
    """
    assert tried(sqlite_url, ddl, rows="", tables=ODD) == []


def test_a_reader_needs_no_right_to_write(pg_url: str) -> None:
    url = sa.make_url(pg_url)
    user = f"t_{url.database}"
    run(pg_url, table(mail="varchar(40) NOT NULL CHECK (mail LIKE '%@%')") + ROWS)
    run(pg_url, f"CREATE ROLE {user} LOGIN PASSWORD 'x'; GRANT SELECT ON people TO {user}")
    try:
        engine = open_engine(url.set(username=user, password="x").render_as_string(hide_password=False))
        store = bound(PEOPLE.replace("GROUNDS", "{orders: {}}"), read_schema(engine))
        assert len(trial(engine, store)) == 1
        run(pg_url, f"REVOKE SELECT ON people FROM {user}")
        with pytest.raises(StoreError, match="no temporary copy of people") as caught:
            trial(engine, store)
        assert "SELECT" in caught.value.remedy
        engine.dispose()
    finally:
        run(pg_url, f"DROP OWNED BY {user}; DROP ROLE {user}")


def test_no_value_is_told_when_uniqueness_refuses(store_url: str) -> None:
    """A pseudonym that somebody's real value equals already."""
    ddl = table(mail="varchar(40) NOT NULL UNIQUE")
    rows = "INSERT INTO people (id, name, mail) VALUES (1, 'a', 'erased-2'), (2, 'b', 'linnea')"
    for text in tried(store_url, ddl, rows=rows):
        assert "erased-2" not in text
        assert "people.mail" in text


def test_partitions_history_and_full_text_on_mariadb(mariadb_url: str) -> None:
    mail = "varchar(40) NOT NULL CHECK (mail LIKE '%@%')"
    for tail in ("", "PARTITION BY HASH (id) PARTITIONS 2", "WITH SYSTEM VERSIONING", "ENGINE=MyISAM"):
        index = ", FULLTEXT (name), CONSTRAINT pair UNIQUE (id, mail)" if "MyISAM" in tail else ""
        ddl = "DROP TABLE IF EXISTS people;" + table(mail=mail, more=index).rstrip(";") + f" {tail};"
        (text,) = tried(mariadb_url, ddl)
        assert "people.mail" in text
        assert "a CHECK constraint" in text


def test_partitions_and_schemas_on_postgresql(pg_url: str) -> None:
    ddl = """
    CREATE SCHEMA "Other one";
    CREATE TABLE "Other one".people (
        id int, name text, mail text NOT NULL CHECK (mail LIKE '%@%'), phone text, PRIMARY KEY (id)
    ) PARTITION BY HASH (id);
    CREATE TABLE "Other one".p0 PARTITION OF "Other one".people FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO "Other one".people VALUES (1, 'Linnea', 'linnea@example.se', NULL);
    """
    run(pg_url, ddl)
    engine = open_engine(pg_url)
    tables = PEOPLE.replace("  people:", '  "Other one.people":').replace("GROUNDS", "{orders: {}}")
    (fault,) = trial(engine, bound(tables, read_schema(engine)))
    assert "Other one.people.mail" in fault.what
    engine.dispose()
