"""Before-images: a row comes back exactly as it was, whatever it holds, and never over what others wrote since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from tests.connectors.support import run
from tillit.connectors.sql import images
from tillit.connectors.sql.compiler import sql_table
from tillit.connectors.sql.connect import engine_name, open_engine
from tillit.connectors.sql.images import Restored
from tillit.connectors.sql.schema import read_schema
from tillit.connectors.sql.write import Write
from tillit.model.schema import Schema

ODD = {
    "postgresql": """
        CREATE TYPE mood AS ENUM ('calm', 'cross');
        CREATE TABLE things (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word varchar(40), fixed char(6), big bigint,
            exact numeric, whole numeric(10, 2), near double precision, nearer real, flag boolean, day date,
            at timestamp, seen timestamptz, clock time, span interval, raw bytea, doc json, docb jsonb, ref uuid,
            place inet, list integer[], word_list text[], how mood, twice integer GENERATED ALWAYS AS (id * 2) STORED);
        INSERT INTO things (word, fixed, big, exact, whole, near, nearer, flag, day, at, seen, clock, span, raw, doc,
            docb, ref, place, list, word_list, how) VALUES
            (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             NULL, NULL, NULL, NULL),
            ('', '', -9223372036854775808, 1.500, 0.10, 0.1, 0.1, false, '0001-01-01', '2024-02-29 23:59:59.999999',
             '2024-03-31 02:30:00+02', '24:00:00', '1 year 2 mons 3 days 04:05:06.7', '\\x00ff', '{"b": 1,  "a":1}',
             '{"b": 1, "a": 1}', '00000000-0000-0000-0000-000000000001', '10.0.0.1/24', '{}', '{"a,b",NULL,""}',
             'calm'),
            ('  å ''"\\ ', 'x', 9223372036854775807, 123456789012345678901234567890.000000001, -1, 'NaN', 'Infinity',
             true, 'infinity', '-infinity', 'infinity', '00:00:00', '-1 days', '', 'null', '[]',
             'ffffffff-ffff-ffff-ffff-ffffffffffff', '2001:db8::1', '{1,NULL,3}', '{}', 'cross'),
            ('4713', 'bc', 0, 'NaN', 1, 5e-324, 1e-45, true, '4713-01-01 BC', '294276-12-31 23:59:59.999999',
             '4713-01-01 00:00:00+00 BC', '12:00', '0', 'tab\\011', '"a\\u00e5"', '"å"', NULL, '::', NULL, NULL, NULL)
    """,
    "mariadb": """
        SET sql_mode = '';
        CREATE TABLE things (
            id integer AUTO_INCREMENT PRIMARY KEY, word varchar(40), fixed char(6), big bigint, large bigint unsigned,
            exact decimal(30, 9), near double, nearer float, flag boolean, bits bit(5), day date, at datetime(6),
            seen timestamp NULL, moves timestamp NOT NULL DEFAULT current_timestamp ON UPDATE current_timestamp,
            clock time(3), y year, raw varbinary(20), lump blob, doc json, how enum('calm', 'cross'),
            tags set('a', 'b'), latin varchar(20) CHARACTER SET latin1,
            twice integer AS (char_length(word) * 2) STORED);
        INSERT INTO things (word, moves) VALUES (NULL, '2020-01-01');
        INSERT INTO things (word, fixed, big, large, exact, near, nearer, flag, bits, day, at, seen, moves, clock, y,
            raw, lump, doc, how, tags, latin) VALUES
            ('', '', -9223372036854775808, 18446744073709551615, 1.500, 0.1, 0.1, 0, b'10101', '0000-00-00',
             '0000-00-00 00:00:00', '2024-03-31 01:30:00', '2001-01-01', '-838:59:59', 2024, x'00ff', x'0020',
             '{"b": 1,  "a":1}', 'calm', 'a,b', 'å'),
            ('  å ''"\\\\ ', 'x', 9223372036854775807, 0, 123456789012345678901.000000001, 5e-324, 16777217, 1, b'0',
             '2024-02-30', '2024-02-29 23:59:59.999999', '1970-01-01 00:00:01', '2020-06-01', '00:00:00.001', 0000, '',
             '', 'null', NULL, '', ''),
            ('emoji 🙂', 'y ', 0, 1, -0.000000001, -1.7976931348623157e308, 3.4e38, 7, b'1', '9999-12-31',
             '2024-01-00 00:00:00', '2038-01-19 03:14:07', '2020-06-02', '12:00', 1901, 'a ', 'b ', '[1.0, 1e2]',
             'cross', 'b', 'x ')
    """,
    "sqlite": """
        CREATE TABLE things (id INTEGER PRIMARY KEY, word VARCHAR(40), any_ NUMERIC, near REAL, flag BOOLEAN, day DATE,
            at DATETIME, raw BLOB, doc JSON, twice INTEGER AS (id * 2));
        INSERT INTO things (id, word, any_, near, flag, day, at, raw, doc) VALUES
            (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            (2, '', 9223372036854775807, 0.1, 0, '2024-02-29', '2024-02-29 23:59:59.999999', x'00ff', '{"b": 1,  "a":1}'
            ),
            (3, '  å ''"\\ ', 'text', 5e-324, 'yes', 1735689600, 'no date', x'', 'null'),
            (4, CAST(x'fffe41' AS TEXT), 1.50, 1e308, 7, 'x', 20240229.5, 'text', x'7b7d'),
            (-9223372036854775808, 'a' || char(0) || 'b', -0.0, -0.0, NULL, '', '', 12, 12.5)
    """,
}


@dataclass(frozen=True)
class Place:
    """An engine's table `things`, its schema, and a table that marks rows by their id."""

    engine: sa.Engine
    schema: Schema

    def rows(self) -> list[tuple[object, ...]]:
        """Every row in a form that shows every bit of it."""
        names = [c.name for c in self.schema.tables["things"].columns.values()]
        exact = {
            "postgresql": lambda c: f"{c}::text",
            "mariadb": lambda c: f"hex(cast({c} AS binary)), hex({c})",
            "sqlite": lambda c: f"typeof({c}), quote({c}), hex({c})",
        }[self.schema.engine]
        with self.engine.connect() as connection:
            found = connection.exec_driver_sql(f"SELECT {', '.join(map(exact, names))} FROM things ORDER BY id").all()
            connection.rollback()
        return [tuple(row) for row in found]

    def write(self, action: str, where: str = "0 = 0") -> tuple[tuple[str, ...], list[images.Row]]:
        """Carry out a delete of rows, or a change of their `word`; the image of it."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM marks")
            connection.exec_driver_sql(f"INSERT INTO marks SELECT id FROM things WHERE {where}")
            write = made(self.schema, action)
            columns, rows = images.before(connection, self.schema, write)
            image = list(rows)
            assert images.send(connection, write) == len(image)
        return columns, image

    def restore(self, action: str, columns: tuple[str, ...], image: list[images.Row]) -> Restored:
        with self.engine.begin() as connection:
            return images.restore(connection, self.schema, "things", action, columns, image)

    def still_there(self, action: str, columns: tuple[str, ...], image: list[images.Row]) -> tuple[int, int]:
        with self.engine.begin() as connection:
            return images.still_there(connection, self.schema, "things", action, columns, image)

    @property
    def overriding(self) -> str:
        return "OVERRIDING SYSTEM VALUE" if self.schema.engine == "postgresql" else ""

    def rows_where(self, condition: str) -> list[int]:
        with self.engine.begin() as connection:
            return list(connection.exec_driver_sql(f"SELECT id FROM things WHERE {condition} ORDER BY id").scalars())

    def execute(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def made(schema: Schema, action: str) -> Write:
    """The writes of the product, by hand: a join with the marks."""
    target, marks = sql_table(schema, "things"), sa.table("marks", sa.column("k0"))
    at = target.c.id == marks.c.k0
    inside = target.c.id.in_(sa.select(marks.c.k0))
    if action == "delete":
        columns = tuple(c.name for c in schema.tables["things"].columns.values() if not c.generated)
        return Write("things", action, sa.delete(target).where(inside), target, (marks,), (at,), columns, {})
    new = sa.literal("erased", sa.String())
    frozen = {target.c.moves: target.c.moves} if "moves" in target.c else {}
    update = sa.update(target).values({target.c.word: new, **frozen}).where(inside)
    return Write("things", action, update, target, (marks,), (at,), ("id", "word"), {"word": new})


@contextmanager
def placed(url: str) -> Iterator[Place]:
    name = {"mysql": "mariadb"}.get(sa.make_url(url).get_backend_name(), sa.make_url(url).get_backend_name())
    run(url, ODD[name] + "; CREATE TABLE marks (k0 bigint)")
    engine = open_engine(url)
    try:
        assert engine_name(engine) == name
        yield Place(engine, read_schema(engine))
    finally:
        engine.dispose()


@pytest.fixture
def place(store_url: str) -> Iterator[Place]:
    with placed(store_url) as made_:
        yield made_


@pytest.mark.parametrize("action", ["delete", "change"])
def test_every_kind_of_value_comes_back_as_it_was(place: Place, action: str) -> None:
    start = place.rows()
    columns, image = place.write(action)
    assert len(image) == len(start)
    assert place.rows() != start
    assert place.still_there(action, columns, image)[0] < len(start)
    assert place.restore(action, columns, image) == Restored(len(start), 0)
    assert place.rows() == start
    assert place.still_there(action, columns, image) == (len(start), 0)


@pytest.mark.parametrize("action", ["delete", "change"])
def test_twice_does_no_harm(place: Place, action: str) -> None:
    start = place.rows()
    columns, image = place.write(action, "id > 1")
    assert place.restore(action, columns, image).kept == 0
    assert place.restore(action, columns, image) == Restored(0, len(image))
    assert place.rows() == start


def test_what_others_wrote_since_is_kept(place: Place) -> None:
    columns, image = place.write("change", "id in (1, 2, 3)")
    place.execute("UPDATE things SET word = 'new' WHERE id = 2")
    assert place.restore("change", columns, image) == Restored(2, 1)
    assert place.rows_where("word = 'new'") == [2]
    columns, image = place.write("delete", "id in (2, 3)")
    place.execute(f"INSERT INTO things (id, word) {place.overriding} VALUES (3, 'somebody else')")
    assert place.restore("delete", columns, image) == Restored(1, 1)
    assert place.rows_where("word = 'somebody else'") == [3]
    assert place.rows_where("word = 'new'") == [2]


def test_rows_that_point_at_each_other_come_back_together(store_url: str) -> None:
    name = sa.make_url(store_url).get_backend_name()
    late = "DEFERRABLE" if name == "postgresql" else ""
    run(store_url, f"CREATE TABLE things (id integer PRIMARY KEY, next integer NOT NULL REFERENCES things (id) {late})")
    engine = open_engine(store_url)
    schema = read_schema(engine)
    image = [(1, 2), (2, 3), (3, 1)]
    with engine.begin() as connection, images.keys_eased(connection, schema):
        assert images.restore(connection, schema, "things", "delete", ("id", "next"), image) == Restored(3, 0)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT id, next FROM things ORDER BY id").all() == image
    engine.dispose()
