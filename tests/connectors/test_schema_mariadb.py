"""MariaDB's catalogue, with all that makes a schema nasty there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.connectors.support import run, statements_of
from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.schema import read_schema
from tillit.model.schema import Family, ForeignKey, Schema, Unique

NASTY = """
CREATE TABLE `order` (
    `Id` bigint unsigned AUTO_INCREMENT PRIMARY KEY,
    `e mail` varchar(100) NOT NULL,
    `bac``k` varchar(40) DEFAULT 'x',
    `Ålder` smallint CHECK (`Ålder` >= 0),
    feeling enum('sad', 'it''s ok', 'happy') NOT NULL DEFAULT 'sad',
    flags set('a', 'b'), doc json, raw blob, fixed binary(4), ip4 inet4, ip6 inet6, ref uuid,
    at timestamp NULL, moved timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
    seen datetime(3), born date, t time, y year, amount decimal(10, 2), flag tinyint(1), bits bit(3), bitten bit(1),
    lower_mail varchar(100) GENERATED ALWAYS AS (lower(`e mail`)) VIRTUAL,
    UNIQUE KEY mail_start (`e mail`(10)), UNIQUE KEY by_lower (lower_mail), KEY long_text (`bac``k`),
    CONSTRAINT sane CHECK (amount < 1000)
) ENGINE=InnoDB;
CREATE TABLE pairs (a int NOT NULL, b int NOT NULL, c int, UNIQUE KEY (b, a), UNIQUE KEY (c)) ENGINE=InnoDB;
CREATE TABLE child (
    id int PRIMARY KEY, a int, b int, o bigint unsigned,
    CONSTRAINT up FOREIGN KEY (b, a) REFERENCES pairs (b, a) ON DELETE CASCADE,
    CONSTRAINT o FOREIGN KEY (o) REFERENCES `order` (`Id`) ON DELETE SET NULL
) ENGINE=InnoDB;
CREATE TABLE keyless (x text, y int UNIQUE) ENGINE=MyISAM;
CREATE TABLE past (id int PRIMARY KEY, name varchar(9)) WITH SYSTEM VERSIONING ENGINE=InnoDB;
CREATE VIEW seen AS SELECT id FROM child;
CREATE TRIGGER keep_copy BEFORE DELETE ON child FOR EACH ROW SET @gone = OLD.id;
"""


@pytest.fixture
def schema(mariadb_url: str) -> Schema:
    run(mariadb_url, NASTY)
    return read_schema(open_engine(mariadb_url))


def test_tables_without_views(schema: Schema) -> None:
    assert schema.engine == "mariadb"
    assert set(schema.tables) == {"order", "pairs", "child", "keyless", "past"}
    assert [name for name, table in schema.tables.items() if not table.transactional] == ["keyless"]
    assert any(note.startswith("past keeps its history") for note in schema.notes)
    assert schema.readable == schema.writable == frozenset(schema.tables)


def test_columns_know_family_length_and_default(schema: Schema) -> None:
    columns = schema.tables["order"].columns
    assert {name: column.family for name, column in columns.items()} == {
        "Id": Family.INTEGER,
        "e mail": Family.TEXT,
        "bac`k": Family.TEXT,
        "Ålder": Family.INTEGER,
        "feeling": Family.ENUM,
        "flags": Family.TEXT,
        "doc": Family.JSON,
        "raw": Family.BINARY,
        "fixed": Family.BINARY,
        "ip4": Family.INET,
        "ip6": Family.INET,
        "ref": Family.UUID,
        "at": Family.AWARE,
        "moved": Family.AWARE,
        "seen": Family.NAIVE,
        "born": Family.DATE,
        "t": Family.TIME,
        "y": Family.INTEGER,
        "amount": Family.NUMBER,
        "flag": Family.BOOLEAN,
        "bits": Family.INTEGER,
        "bitten": Family.BOOLEAN,
        "lower_mail": Family.TEXT,
    }
    assert columns["feeling"].values == ("sad", "it's ok", "happy")
    assert columns["feeling"].length is None
    assert columns["e mail"].length == 100
    assert columns["lower_mail"].generated
    assert "e mail" in (columns["lower_mail"].default or "")
    assert not columns["moved"].generated
    assert "on update" in (columns["moved"].default or "").lower()
    assert columns["born"].default is None
    assert columns["bac`k"].default == "'x'"


def test_keys_uniques_and_indexes(schema: Schema) -> None:
    order = schema.tables["order"]
    assert order.key == ("Id",)
    assert schema.tables["pairs"].key == ("b", "a")
    assert schema.tables["keyless"].key == ()
    assert Unique("mail_start", ("e mail",), prefixes=(10,)) in order.uniques
    assert Unique("by_lower", ("lower_mail",)) in order.uniques
    assert ("bac`k",) in order.indexes


def test_declared_keys_checks_and_triggers(schema: Schema) -> None:
    keys = {key.name: key for key in schema.foreign_keys}
    assert keys["up"] == ForeignKey("child", ("b", "a"), "pairs", ("b", "a"), "CASCADE", False, "up")
    assert (keys["o"].parent, keys["o"].on_delete) == ("order", "SET NULL")
    assert any("amount" in check for check in schema.tables["order"].checks)
    assert schema.tables["child"].triggers == ("keep_copy: BEFORE DELETE",)


def test_zero_dates_can_be_read(mariadb_url: str) -> None:
    run(
        mariadb_url,
        "SET sql_mode=''; CREATE TABLE z (id int PRIMARY KEY, d date); INSERT INTO z VALUES (1, '0000-00-00')",
    )
    engine = open_engine(mariadb_url)
    with engine.connect() as connection:
        assert (
            connection.execute(sa.text("SELECT CAST(d AS char) FROM z WHERE d < '1970-01-01'")).scalar() == "0000-00-00"
        )
        assert connection.execute(sa.text("SELECT d FROM z")).scalar() == "0000-00-00", "what the driver makes of it"
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text("UPDATE z SET d = 'nonsense'"))


def test_queries_do_not_grow_with_tables(mariadb_url: str) -> None:
    engine = open_engine(mariadb_url)
    before = statements_of(engine, lambda: read_schema(engine))
    run(mariadb_url, ";".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, p int, KEY (p))" for n in range(20)))
    assert statements_of(engine, lambda: read_schema(engine)) == before <= 9


def test_rights(mariadb_url: str) -> None:
    url = sa.make_url(mariadb_url)
    user, role = f"r_{url.database}"[:60], f"role_{url.database}"[:60]
    base = str(url.database)
    run(
        mariadb_url,
        f"""
        CREATE TABLE seen (id int PRIMARY KEY, x int); CREATE TABLE changed (id int PRIMARY KEY);
        CREATE TABLE unseen (id int); CREATE TABLE parts (id int PRIMARY KEY, x int);
        CREATE USER {user}@'%' IDENTIFIED BY 'secret'; CREATE ROLE {role};
        GRANT SELECT, UPDATE ON {base}.seen TO {user}@'%';
        GRANT SELECT, INSERT, UPDATE, DELETE ON {base}.changed TO {role};
        GRANT SELECT (id), UPDATE (id) ON {base}.parts TO {user}@'%';
        GRANT {role} TO {user}@'%'; SET DEFAULT ROLE {role} FOR {user}@'%';
        """,
    )
    try:
        reader = open_engine(url.set(username=user, password="secret").render_as_string(hide_password=False))
        schema = read_schema(reader)
        reader.dispose()
        assert set(schema.tables) == {"seen", "changed", "parts"}
        assert schema.writable == {"changed"}
        assert {"seen", "changed"} <= schema.readable
        assert any("sees only the tables" in note for note in schema.notes)
    finally:
        run(mariadb_url, f"DROP USER {user}@'%'; DROP ROLE {role}")
