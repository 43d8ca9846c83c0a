"""Names, keys, links and time: what the map says against what is there."""

from __future__ import annotations

import pytest

from tests.decide.bind_support import (
    ID,
    PEOPLE,
    PEOPLE_MAP,
    bound,
    column,
    fault_texts,
    notes_map,
    notes_table,
    schema,
    table,
)
from tillit.model.bound import Arrow, Cut
from tillit.model.mapping import UNKNOWN, Dress
from tillit.model.schema import Family, ForeignKey, Schema, Unique


def test_a_whole_small_map_is_bound() -> None:
    key = ForeignKey("notes", ("person_id",), "people", ("id",), "CASCADE")
    store = bound(notes_map(), schema(PEOPLE, notes_table(), keys=(key,)))
    assert store.tables["notes"].table.key == ("id",)
    assert store.tables["notes"].cuts == {"people": Cut("people", (("person_id", None),))}
    assert store.arrows == (
        Arrow(
            "notes", ("person_id",), "people", ("id",), link="people", declared=True, on_delete="CASCADE", nullable=True
        ),
    )
    assert store.notes == (
        "missing index on notes(person_id): erasing a person scans the table",
        (
            "notes(person_id) says ON DELETE CASCADE to people: it never fires, "
            "the row in people stays while a row of notes points at it"
        ),
    )


def test_all_faults_at_once_with_what_was_meant() -> None:
    texts = fault_texts(
        """
  peple:
    person: {kind: customer}
    columns: {name: contact.name}
    grounds: {orders: {}}
  people:
    person: {kind: customer, identified_by: {email: mail}}
    columns: {nme: contact.name, zzz: contact.email}
    grounds: {orders: {}}
""",
        schema(PEOPLE),
    )
    assert len(texts) == 4
    assert texts[0].startswith("crm.yaml:6:3: the store has no table peple\n    did you mean people?")
    assert any("people has no column nme" in t and "did you mean name?" in t for t in texts)
    assert any("people has no column zzz" in t and "it has: id, name" in t for t in texts)
    assert any("people has no column mail" in t for t in texts)


def test_the_key_comes_from_the_map_else_from_the_schema_else_is_a_fault() -> None:
    people = table("people", ID, column("code", Family.TEXT), column("name", Family.TEXT), key=())
    said = PEOPLE_MAP.replace("person:", "key: [code]\n    person:").replace(
        "contact.name}", "contact.name, id: not_personal}"
    )
    (text,) = fault_texts(
        PEOPLE_MAP.replace("contact.name}", "contact.name, id: not_personal, code: not_personal}"), schema(people)
    )
    assert "people has no primary key" in text
    assert "write `key:`" in text
    store = bound(said, schema(people))
    assert store.tables["people"].table.key == ("code",)
    assert any("is the map's word" in note for note in store.notes)
    enforced = table(
        "people", ID, column("code", Family.TEXT), column("name", Family.TEXT), uniques=(Unique("u", ("code",)),)
    )
    assert not any("is the map's word" in note for note in bound(said, schema(enforced)).notes)
    (text,) = fault_texts(said.replace("[code]", "[kode]"), schema(people))
    assert "did you mean code?" in text


def test_a_column_without_a_category_is_kept_and_told() -> None:
    key = ForeignKey("notes", ("ref",), "things", ("id",))
    notes = notes_table(column("shoe", Family.TEXT), column("ref", Family.INTEGER), column("made", Family.AWARE))
    store = bound(
        notes_map().replace("columns: {text", "created: made\n    columns: {text"),
        schema(PEOPLE, notes, table("things", ID), keys=(key,)),
    )
    columns = store.tables["notes"].table.columns
    assert columns["shoe"].category == UNKNOWN
    assert set(columns) == {"text", "shoe"}, "key, links, declared keys and clocks need no word"
    assert "shoe" not in store.tables["notes"].fills
    assert any("notes has columns without a category: shoe." in note for note in store.notes)


@pytest.mark.parametrize(
    ("links", "text"),
    [
        ("owned_by: {people: persn_id}", "did you mean person_id?"),
        ("owned_by: {people: {column: person_id, to: nam}}", "did you mean name?"),
        ("owned_by: {people: [person_id, id]}", "has 2 columns (person_id, id), but leads to 1 column of people (id)"),
        ("owned_by: {people: {column: text, to: id}}", "do not compare"),
        ("owned_by: {people: {column: person_id, to: name, matches: identifier}}", "is no text to match by"),
        ("owned_by: {people: {column: person_id, prefix: U}}", "cannot hold a prefix"),
        ("owned_by: {people: {via: {table: pairz, here: note_id, there: person_id}}}", "did you mean pairs?"),
        (
            "owned_by: {people: {via: {table: pairs, here: [note_id, person_id], there: person_id}}}",
            "has 2 columns (note_id",
        ),
        ("owned_by: {people: {via: {table: pairs, here: noteid, there: person_id}}}", "did you mean note_id?"),
        ("owned_by: {people: {column: person_id, tombstone: gone}}", "does not fit notes.person_id"),
        ("owned_by: {people: {column: id, tombstone: 0}}", "part of the key"),
    ],
)
def test_links_that_cannot_be(links: str, text: str) -> None:
    pairs = table("pairs", column("note_id", Family.INTEGER), column("person_id", Family.INTEGER), key=())
    found = fault_texts(notes_map(links), schema(PEOPLE, notes_table(), pairs, table("things", ID)))
    assert len(found) == 1
    assert text in found[0]


REVERSE = """
  orders:
    owned_by: {people: person}
    refers_to: {addresses: address}
    columns: {text: communications}
    grounds: {orders: {}}
  addresses:
    owned_by: {orders: {pointed_by: POINTER}}
    columns: {street: contact.postal_address}
    grounds: {orders: {through: orders}}
"""


def _reversed(pointer: str) -> tuple[str, Schema]:
    address = column("address", Family.INTEGER, nullable=True)
    orders = table("orders", ID, column("person", Family.INTEGER), address, column("text", Family.TEXT))
    addresses = table("addresses", ID, column("street", Family.TEXT))
    return PEOPLE_MAP + REVERSE.replace("POINTER", pointer), schema(PEOPLE, orders, addresses)


def test_owners_that_point_here() -> None:
    store = bound(*_reversed("address"))
    assert [(a.child, a.columns, a.parent) for a in store.arrows] == [
        ("orders", ("person",), "people"),
        ("orders", ("address",), "addresses"),
    ]
    assert store.tables["addresses"].cuts == {}
    assert set(store.tables["addresses"].fills) == {"street"}


def test_what_a_declared_key_says_is_believed() -> None:
    key = ForeignKey("notes", ("person_id",), "people", ("id",))
    people = table("people", column("id", Family.TEXT), column("name", Family.TEXT))
    assert fault_texts(notes_map(), schema(people, notes_table()))
    assert bound(notes_map(), schema(people, notes_table(), keys=(key,)))


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("size = 'big'", "is compared with a text"),
        ("title = 5", "write the value in quotes: '5'"),
        ("title = true", "is compared with true"),
        ("mood = 'hapy'", "did you mean 'happy'?"),
        ("mood in ('sad', 'angry')", "can never be 'angry'"),
        ("siz > 5", "did you mean size?"),
        ("of(people, kin = 1)", "did you mean kind?"),
        ("made < today", "does not tell how it writes time"),
        ("flag < today", "holds no time"),
    ],
)
def test_conditions_that_make_no_sense(where: str, text: str) -> None:
    more = (
        column("size", Family.INTEGER),
        column("mood", Family.ENUM, values=("sad", "happy")),
        column("made", Family.TEXT),
        column("flag", Family.BOOLEAN),
        column("title", Family.TEXT),
    )
    people = table("people", ID, column("name", Family.TEXT), column("kind", Family.INTEGER))
    names = "".join(f", {name}: not_personal" for name in ("title", "size", "mood", "made", "flag", "siz"))
    text_map = notes_map(grounds=f'{{orders: {{where: "{where}"}}}}', columns=names)
    text_map = text_map.replace("contact.name}", "contact.name, kin: not_personal}")
    found = fault_texts(text_map, schema(people, notes_table(*more)))
    assert any(text in one for one in found), found


def _clocked(family: Family, said: str = "", engine: str = "postgresql", head: str = "timezone: UTC") -> Dress:
    store = bound(_clock_map(said), _clock_schema(family, engine), head)
    notes = store.tables["notes"]
    assert notes.table.grounds[0].since is not None
    assert notes.table.grounds[0].since.dress is notes.dress["made"]
    return notes.dress["made"]


def _clock_map(said: str) -> str:
    columns = f", made: {{is: not_personal, dress: {said}}}" if said else ""
    return notes_map(grounds="{security: {since: made}}", columns=columns)


def _clock_schema(family: Family, engine: str = "postgresql") -> Schema:
    return schema(PEOPLE, notes_table(column("made", family)), engine=engine)


@pytest.mark.parametrize(
    ("family", "said", "engine", "dress"),
    [
        (Family.DATE, "", "postgresql", Dress.DATE),
        (Family.NAIVE, "", "mariadb", Dress.NAIVE),
        (Family.AWARE, "", "mariadb", Dress.AWARE),
        (Family.DATE, "", "sqlite", Dress.TEXT),
        (Family.NAIVE, "", "sqlite", Dress.TEXT),
        (Family.NAIVE, "naive", "sqlite", Dress.TEXT),
        (Family.NAIVE, "text_t", "sqlite", Dress.TEXT_T),
        (Family.NAIVE, "epoch_ms", "sqlite", Dress.EPOCH_MS),
        (Family.INTEGER, "epoch_s", "postgresql", Dress.EPOCH_S),
        (Family.TEXT, "text", "postgresql", Dress.TEXT),
    ],
)
def test_the_dress_is_said_or_known_from_the_type(family: Family, said: str, engine: str, dress: Dress) -> None:
    assert _clocked(family, said, engine) is dress


@pytest.mark.parametrize(
    ("family", "said", "text"),
    [
        (Family.INTEGER, "", "say `dress: epoch_s`"),
        (Family.TEXT, "", "say `dress: text`"),
        (Family.JSON, "", "name a column that holds a time"),
        (Family.DATE, "epoch_s", "cannot be dressed as epoch_s"),
        (Family.AWARE, "naive", "cannot be dressed as naive"),
        (Family.INTEGER, "text", "cannot be dressed as text"),
    ],
)
def test_a_dress_is_never_guessed(family: Family, said: str, text: str) -> None:
    (found,) = fault_texts(_clock_map(said), _clock_schema(family))
    assert text in found


@pytest.mark.parametrize(("family", "needs"), [(Family.DATE, True), (Family.NAIVE, True), (Family.AWARE, False)])
def test_a_time_without_a_zone_asks_for_the_stores(family: Family, needs: bool) -> None:
    if needs:
        (found,) = fault_texts(_clock_map(""), _clock_schema(family), head="")
        assert "write `timezone:` in store crm" in found
    else:
        assert _clocked(family, head="") is Dress.AWARE


def test_clocks_of_children_and_parents_dress_the_other_table() -> None:
    people = table("people", ID, column("name", Family.TEXT), column("since", Family.DATE))
    text = notes_map(grounds="{security: {since: people.since}}")
    store = bound(text, schema(people, notes_table()))
    assert store.tables["people"].dress == {"since": Dress.DATE}
    assert store.tables["people"].table.columns.keys() == {"name"}, "a clock's column needs no category"
    assert store.tables["notes"].cuts == {}, "the clock reads along the link"
    visits = table("visits", ID, column("who", Family.INTEGER, nullable=True), column("at", Family.AWARE))
    text = (
        PEOPLE_MAP.replace("orders: {}", "security: {since: last(visits.at)}")
        + """
  visits:
    refers_to: {people: who}
"""
    )
    store = bound(text, schema(PEOPLE, visits))
    assert store.tables["visits"].dress == {"at": Dress.AWARE}
    assert store.tables["visits"].fills == {}


def test_what_happens_beside_the_plan_is_noted() -> None:
    people = table("people", ID, column("name", Family.TEXT), triggers=("copy: BEFORE DELETE",), transactional=False)
    store = bound(PEOPLE_MAP, schema(people, engine="mariadb", notes=("past keeps its history",)), "unmapped: [gone]")
    assert store.notes == (
        "`unmapped` names gone, which is no table of the store",
        "people has a trigger (copy: BEFORE DELETE): what it copies or changes is outside Tillit's sight",
        "people has no transactions: a sweep that stops half way cannot be rolled back there",
        "past keeps its history",
    )


def test_a_clock_without_an_index_or_that_moves_is_noted() -> None:
    made = column("made", Family.AWARE, default="current_timestamp() on update current_timestamp()")
    notes = bound(_clock_map(""), schema(PEOPLE, notes_table(made), engine="mariadb")).notes
    assert "missing index on notes(made): every sweep scans the table" in notes
    assert "notes.made moves by itself whenever its row is written, and a storage period with it" in notes
    indexed = bound(
        _clock_map(""), schema(PEOPLE, notes_table(made, indexes=(("made", "id"),)), engine="mariadb")
    ).notes
    assert not any("missing index on notes(made)" in note for note in indexed)


@pytest.mark.parametrize(
    ("form", "family", "fits"),
    [
        ("ip_prefix", Family.TEXT, True),
        ("ip_prefix", Family.INET, True),
        ("ip_prefix", Family.INTEGER, False),
        ("ip_prefix", Family.DATE, False),
        ("year", Family.DATE, True),
        ("year_month", Family.AWARE, True),
        ("year", Family.TEXT, True),
        ("year", Family.INTEGER, False),
        ("year_month", Family.INET, False),
    ],
)
def test_a_coarser_form_needs_a_value_that_has_one(form: str, family: Family, fits: bool) -> None:
    grounds = f"{{orders: {{}}, security: {{since: made, form: {{ip: {form}}}}}}}"
    text = notes_map(grounds=grounds, columns=", ip: technical.ip_address")
    of = schema(PEOPLE, notes_table(column("made", Family.AWARE), column("ip", family)))
    if fits:
        assert "ip" in bound(text, of).tables["notes"].fills
    else:
        (found,) = fault_texts(text, of)
        assert f"notes.ip ({family.value}) holds no" in found
