"""What stands in a dead cell's place: type, length and uniqueness decide, or the map is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.decide.bind_support import bound, column, fault_texts, schema, table
from tillit.model.bound import Fill, FillKind
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, Unique

KEY = column("id", Family.INTEGER, type="bigint")


def fill_of(
    info: ColumnInfo,
    uniques: tuple[Unique, ...] = (),
    key: ColumnInfo = KEY,
    said: str = "contact.name",
    engine: str = "postgresql",
) -> Fill:
    store = bound(_map(said), _schema(info, uniques, key, engine))
    return store.tables["people"].fills["x"]


def faults_of(
    info: ColumnInfo, uniques: tuple[Unique, ...] = (), key: ColumnInfo = KEY, said: str = "contact.name"
) -> list[str]:
    return fault_texts(_map(said), _schema(info, uniques, key, "postgresql"))


def _map(said: str) -> str:
    return f"""
  people:
    person: {{kind: customer}}
    columns: {{x: {said}}}
    grounds: {{orders: {{}}}}
    when_dead: anonymise
"""


def _schema(info: ColumnInfo, uniques: tuple[Unique, ...], key: ColumnInfo, engine: str) -> Schema:
    return schema(table("people", key, info, key=(key.name,), uniques=uniques), engine=engine)


@pytest.mark.parametrize("family", list(Family))
def test_null_wherever_it_may_stand(family: Family) -> None:
    info = column("x", family, nullable=True, values=("a",) if family is Family.ENUM else ())
    assert fill_of(info) == Fill(FillKind.NULL)
    assert fill_of(info, (Unique("u", ("x",)),)) == Fill(FillKind.NULL), "NULLs do not collide"


@pytest.mark.parametrize(
    ("family", "type_", "engine", "value"),
    [
        (Family.TEXT, "text", "postgresql", ""),
        (Family.INTEGER, "bigint", "postgresql", 0),
        (Family.NUMBER, "numeric", "postgresql", 0),
        (Family.BOOLEAN, "boolean", "postgresql", False),
        (Family.DATE, "date", "postgresql", "1970-01-01"),
        (Family.NAIVE, "timestamp", "postgresql", "1970-01-01 00:00:00"),
        (Family.AWARE, "timestamptz", "postgresql", "1970-01-01 00:00:00+00:00"),
        (Family.AWARE, "timestamp", "mariadb", "1970-01-01 00:00:01"),
        (Family.BINARY, "bytea", "postgresql", b""),
        (Family.BINARY, "binary(4)", "mariadb", b"\0\0\0\0"),
        (Family.JSON, "jsonb", "postgresql", "{}"),
        (Family.UUID, "uuid", "postgresql", "00000000-0000-0000-0000-000000000000"),
        (Family.INET, "inet", "postgresql", "0.0.0.0"),
        (Family.INET, "inet6", "mariadb", "::"),
        (Family.ARRAY, "text[]", "postgresql", "{}"),
        (Family.OTHER, "tsvector", "postgresql", ""),
        (Family.OTHER, "", "sqlite", ""),
    ],
)
def test_the_empty_value_of_each_family(family: Family, type_: str, engine: str, value: object) -> None:
    fill = fill_of(column("x", family, type=type_), engine=engine)
    assert fill == Fill(FillKind.CONSTANT, value)  # type: ignore[arg-type]
    assert type(fill.value) is type(value), "False is no 0"


def test_an_enum_takes_its_first_value_and_says_so() -> None:
    info = column("x", Family.ENUM, type="mood", values=("sad", "happy"))
    store = bound(_map("contact.name"), _schema(info, (), KEY, "postgresql"))
    assert store.tables["people"].fills["x"] == Fill(FillKind.CONSTANT, "sad")
    assert any("people.x is NOT NULL and has no empty value" in note for note in store.notes)


@pytest.mark.parametrize(
    ("length", "key", "start"),
    [
        (None, KEY, "erased-"),
        (27, KEY, "erased-"),
        (26, KEY, "e"),
        (21, KEY, "e"),
        (20, KEY, ""),
        (18, column("id", Family.INTEGER, type="integer"), "erased-"),
        (17, column("id", Family.INTEGER, type="integer"), "e"),
        (10, column("id", Family.INTEGER, type="int(10) unsigned"), ""),
        (43, column("id", Family.UUID, type="uuid"), "erased-"),
        (36, column("id", Family.UUID, type="uuid"), ""),
        (13, column("id", Family.TEXT, type="varchar(6)", length=6), "erased-"),
    ],
)
def test_a_unique_column_takes_a_pseudonym_that_fits_every_key(length: int | None, key: ColumnInfo, start: str) -> None:
    info = column("x", Family.TEXT, length=length)
    assert fill_of(info, (Unique("u", ("x",)),), key) == Fill(FillKind.PSEUDONYM, start)


@pytest.mark.parametrize("key", [KEY, column("id", Family.TEXT, type="text")])
def test_a_pseudonym_that_does_not_fit_is_refused(key: ColumnInfo) -> None:
    (text,) = faults_of(column("x", Family.TEXT, length=19), (Unique("u", ("x",)),), key)
    assert "people.x cannot be replaced: it takes 19 characters, too few for every key" in text


def test_the_beginning_that_an_index_reads_is_what_must_differ() -> None:
    info = column("x", Family.TEXT, type="varchar(200)", length=200)
    assert fill_of(info, (Unique("u", ("x",), prefixes=(20,)),)).value == ""
    assert "takes 9 characters" in faults_of(info, (Unique("u", ("x",), prefixes=(9,)),))[0]


def test_expression_and_composite_uniques_count() -> None:
    info = column("x", Family.TEXT)
    assert fill_of(info, (Unique("u", ("x",), expression=True),)).kind is FillKind.PSEUDONYM
    assert fill_of(info, (Unique("u", ("other", "x")),)).kind is FillKind.PSEUDONYM
    assert fill_of(info, (Unique("u", ("id", "x")),)).kind is FillKind.CONSTANT, "the key makes it unique"


def test_nulls_that_collide_are_not_used() -> None:
    info = column("x", Family.TEXT, nullable=True)
    assert fill_of(info, (Unique("u", ("x",), nulls_equal=True),)).kind is FillKind.PSEUDONYM


@pytest.mark.parametrize("family", [Family.INTEGER, Family.UUID, Family.DATE, Family.INET, Family.ENUM])
def test_unique_and_not_null_without_room_for_a_pseudonym_is_refused(family: Family) -> None:
    (text,) = faults_of(column("x", family, type="t", values=("a",)), (Unique("u", ("x",)),))
    assert "is NOT NULL and unique, and t holds no pseudonym" in text


def test_a_type_without_an_empty_value_is_refused() -> None:
    (text,) = faults_of(column("x", Family.OTHER, type="polygon"))
    assert "polygon has no empty value" in text


@pytest.mark.parametrize(
    ("replacement", "info", "fill"),
    [
        ("null", column("x", Family.TEXT, nullable=True), Fill(FillKind.NULL)),
        ("pseudonym", column("x", Family.TEXT, nullable=True), Fill(FillKind.PSEUDONYM, "erased-")),
        ("{with: borttagen}", column("x", Family.TEXT, nullable=True), Fill(FillKind.CONSTANT, "borttagen")),
        ("{with: 7}", column("x", Family.INTEGER), Fill(FillKind.CONSTANT, 7)),
        ("{with: happy}", column("x", Family.ENUM, values=("sad", "happy")), Fill(FillKind.CONSTANT, "happy")),
    ],
)
def test_the_map_may_choose(replacement: str, info: ColumnInfo, fill: Fill) -> None:
    assert fill_of(info, said=f"{{is: contact.name, replace: {replacement}}}") == fill


@pytest.mark.parametrize(
    ("replacement", "info", "uniques", "text"),
    [
        ("null", column("x", Family.TEXT), (), "cannot be replaced by NULL"),
        ("pseudonym", column("x", Family.DATE), (), "cannot hold a pseudonym"),
        ("{with: long}", column("x", Family.TEXT, length=3), (), "has 4 characters, and the column takes 3"),
        ("{with: glad}", column("x", Family.ENUM, values=("sad", "happy")), (), "can only be one of: sad, happy"),
        ("{with: none}", column("x", Family.INTEGER), (), "is no number"),
        ("{with: 5}", column("x", Family.TEXT), (), "is no text"),
        ("{with: x}", column("x", Family.TEXT), (Unique("u", ("x",)),), "the same in every dead row"),
    ],
)
def test_what_the_map_chose_must_fit(
    replacement: str, info: ColumnInfo, uniques: tuple[Unique, ...], text: str
) -> None:
    (found,) = faults_of(info, uniques, said=f"{{is: contact.name, replace: {replacement}}}")
    assert text in found
    assert found.startswith("crm.yaml:")


GENERATED = """
  people:
    person: {kind: customer}
    columns: {name: contact.name, shout: contact.name}
    when_dead: anonymise
    grounds: {orders: GROUND}
"""


def _generated(expression: str, name_unique: tuple[Unique, ...] = ()) -> Schema:
    shout = column("shout", Family.TEXT, generated=True, default=expression)
    return schema(table("people", KEY, column("name", Family.TEXT), shout, uniques=name_unique))


def test_a_generated_column_follows_its_source() -> None:
    store = bound(GENERATED.replace("GROUND", "{}"), _generated("upper((name)::text)"))
    assert set(store.tables["people"].fills) == {"name"}


def test_a_generated_column_without_a_personal_source_is_refused() -> None:
    (text,) = fault_texts(GENERATED.replace("GROUND", "{}"), _generated("upper(nickname)"))
    assert "people.shout is generated and cannot be replaced" in text


def test_a_generated_column_must_not_die_before_its_source() -> None:
    (text,) = fault_texts(
        GENERATED.replace("GROUND", "{columns: [name]}, newsletter: {columns: [shout]}"),
        _generated("upper(name)"),
    )
    assert "orders holds people.name but not shout, which is computed from it" in text


def test_a_unique_generated_column_asks_a_pseudonym_of_its_source() -> None:
    store = bound(GENERATED.replace("GROUND", "{}"), _generated("lower(name)", (Unique("u", ("shout",)),)))
    assert store.tables["people"].fills["name"].kind is FillKind.PSEUDONYM


def test_keys_and_links_are_never_replaced() -> None:
    people = table("people", KEY, column("mail", Family.TEXT), key=("mail",))
    notes = table("notes", KEY, column("mail", Family.TEXT), column("text", Family.TEXT))
    store = bound(
        """
  people:
    person: {kind: customer}
    columns: {mail: contact.email, id: not_personal}
    grounds: {orders: {}}
    when_dead: delete
  notes:
    owned_by: {people: mail}
    columns: {mail: contact.email, text: communications}
    grounds: {orders: {}}
""",
        schema(people, notes),
    )
    assert store.tables["people"].fills == {}
    assert set(store.tables["notes"].fills) == {"text"}
    assert "people.mail is personal and part of the key: it goes only with its row, or a cut link" in store.notes
    assert any(note.startswith("notes.mail is personal and a link to people") for note in store.notes)


WHOLE = """
  people:
    person: {kind: customer}
    columns: {x: contact.name, y: contact.email}
    when_dead: delete
    grounds: {orders: {}, newsletter: {}}
"""


def test_where_rows_only_go_whole_nothing_need_fit() -> None:
    number = column("x", Family.INTEGER)
    people = table("people", KEY, number, column("y", Family.TEXT), uniques=(Unique("u", ("x",)),))
    assert set(bound(WHOLE, schema(people)).tables["people"].fills) == {"y"}
    child = table("orders", KEY, column("person", Family.INTEGER, type="bigint"))
    key = ForeignKey("orders", ("person",), "people", ("id",))
    assert "holds no pseudonym" in fault_texts(WHOLE, schema(people, child, keys=(key,)))[0], "an order keeps a shell"
    parted = WHOLE.replace("newsletter: {}", "newsletter: {columns: [y]}")
    assert "holds no pseudonym" in fault_texts(parted, schema(people))[0], "x dies before y"
    untold = schema(replace(people, columns={**people.columns, "z": column("z", Family.TEXT)}))
    assert "holds no pseudonym" in fault_texts(WHOLE, untold)[0], "an unknown column keeps the row"
