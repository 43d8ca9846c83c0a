"""Which links can be cut, and which rows keep which: cuts and arrows."""

from __future__ import annotations

from tests.decide.bind_support import ID, PEOPLE, PEOPLE_MAP, bound, column, notes_map, notes_table, schema, table
from tillit.model.bound import Arrow, Cut
from tillit.model.schema import Family, ForeignKey, Unique

CUT_MAP = """
  notes:
    owned_by:
      writer: {table: people, column: writer}
      reader: {table: people, column: reader}
    accessed_by: {boss: {table: people, column: boss}}
    columns: {text: communications}
    grounds: GROUNDS
"""


def _cuts(
    grounds: str = "{orders: {}}", keys: tuple[ForeignKey, ...] = (), text: str = CUT_MAP, nullable: bool = True
) -> dict[str, Cut]:
    names = ("writer", "reader", "boss")
    columns = [column(n, Family.INTEGER, nullable=nullable or n == "boss") for n in names]
    notes = table("notes", ID, *columns, column("text", Family.TEXT))
    full = PEOPLE_MAP + text.replace("GROUNDS", grounds)
    people = table("people", ID, column("name", Family.TEXT), column("since", Family.AWARE))
    return dict(bound(full, schema(people, notes, table("other", ID), keys=keys)).tables["notes"].cuts)


def test_cuts_of_nullable_columns() -> None:
    assert _cuts() == {name: Cut(name, ((name, None),)) for name in ("writer", "reader", "boss")}
    assert set(_cuts(nullable=False)) == {"boss"}


def test_a_tombstone_cuts_what_cannot_be_null() -> None:
    text = CUT_MAP.replace("column: writer}", "column: writer, tombstone: 0}")
    assert _cuts(nullable=False, text=text)["writer"] == Cut("writer", (("writer", 0),))


def test_what_a_condition_reads_along_is_not_cut() -> None:
    assert set(_cuts('{orders: {where: "of(writer, id > 5)"}}')) == {"reader", "boss"}
    assert set(_cuts("{security: {since: reader.since}}")) == {"writer", "boss"}


def test_a_column_of_two_links_is_not_cut() -> None:
    text = CUT_MAP.replace("column: reader", "column: writer")
    assert set(_cuts(text=text)) == {"boss"}
    other = ForeignKey("notes", ("boss",), "other", ("id",))
    assert set(_cuts(keys=(other,))) == {"writer", "reader"}, "nor one of a declared key elsewhere"
    same = ForeignKey("notes", ("boss",), "people", ("id",))
    assert set(_cuts(keys=(same,))) == {"writer", "reader", "boss"}


def test_composite_links_are_cut_where_they_may_be_null() -> None:
    people = table("people", column("org", Family.INTEGER), ID, column("name", Family.TEXT), key=("org", "id"))
    notes = table(
        "notes",
        ID,
        column("org", Family.INTEGER),
        column("who", Family.INTEGER, nullable=True),
        column("text", Family.TEXT),
    )
    store = bound(notes_map("owned_by: {people: [org, who]}"), schema(people, notes))
    assert store.tables["notes"].cuts == {"people": Cut("people", (("who", None),))}
    assert not store.arrows[0].nullable


def test_a_link_table_gives_two_arrows_and_a_cut_that_writes_nothing() -> None:
    pairs = table(
        "pairs", column("note_id", Family.INTEGER), column("person_id", Family.INTEGER), key=("note_id", "person_id")
    )
    key = ForeignKey("pairs", ("note_id",), "notes", ("id",), "CASCADE")
    text = notes_map(
        "owned_by: {people: {via: {table: pairs, here: note_id, there: person_id}}}",
        columns=", person_id: not_personal",
    )
    store = bound(text, schema(PEOPLE, notes_table(), pairs, keys=(key,)))
    assert store.tables["notes"].cuts == {"people": Cut("people")}
    assert [(a.child, a.columns, a.parent, a.declared) for a in store.arrows] == [
        ("pairs", ("note_id",), "notes", True),
        ("pairs", ("person_id",), "people", False),
    ]


def test_soft_and_reverse_links_need_nothing() -> None:
    notes = table("notes", ID, column("mail", Family.TEXT, nullable=True), column("text", Family.TEXT))
    people = table("people", ID, column("name", Family.TEXT), column("mail", Family.TEXT))
    soft = (
        PEOPLE_MAP.replace("contact.name}", "contact.name, mail: contact.email}")
        + """
  notes:
    owned_by: {people: {column: mail, to: mail, matches: identifier}}
    columns: {text: communications}
    grounds: {orders: {}}
"""
    )
    store = bound(soft, schema(people, notes))
    assert store.arrows == ()
    assert store.tables["notes"].cuts == {"people": Cut("people", (("mail", None),))}
    assert "mail" in store.tables["people"].fills, "what is only matched may be replaced"


def test_a_polymorphic_link_leaves_the_declared_key_standing() -> None:
    key = ForeignKey("notes", ("person_id",), "people", ("id",))
    text = notes_map('owned_by: {people: {column: person_id, when: "kind = 1"}}', columns=", kind: not_personal")
    store = bound(text, schema(PEOPLE, notes_table(column("kind", Family.INTEGER)), keys=(key,)))
    assert [(a.link, a.declared, a.when is None) for a in store.arrows] == [("people", True, False), ("", True, True)]


def test_keys_of_unmapped_tables_are_arrows_too() -> None:
    audit = table("audit", ID, column("who", Family.INTEGER), indexes=(("who",),))
    key = ForeignKey("audit", ("who",), "people", ("id",), "RESTRICT", True)
    store = bound(PEOPLE_MAP, schema(PEOPLE, audit, keys=(key,)))
    assert store.arrows == (
        Arrow("audit", ("who",), "people", ("id",), declared=True, on_delete="RESTRICT", deferrable=True),
    )
    assert store.notes == (
        "tables nobody mapped: audit. Map them, or list under `unmapped` those without personal data",
    )


def test_a_tombstone_is_not_written_where_the_column_says_more() -> None:
    text = CUT_MAP.replace("column: reader", "column: writer, tombstone: 0")
    people = table("people", ID, column("name", Family.TEXT))
    columns = [column(name, Family.INTEGER) for name in ("writer", "boss")]
    notes = table("notes", ID, *columns, column("text", Family.TEXT))
    store = bound(PEOPLE_MAP + text.replace("GROUNDS", "{orders: {}}"), schema(people, notes))
    assert store.tables["notes"].cuts == {}
    assert "the tombstone of link reader of notes is never written: writer says more than that link" in store.notes


def test_a_column_that_others_point_at_is_not_cut() -> None:
    child = table("child", ID, column("of", Family.INTEGER))
    notes = notes_table(uniques=(Unique("u", ("person_id",)),))
    key = ForeignKey("child", ("of",), "notes", ("person_id",))
    assert bound(notes_map(), schema(PEOPLE, notes, child)).tables["notes"].cuts
    assert bound(notes_map(), schema(PEOPLE, notes, child, keys=(key,))).tables["notes"].cuts == {}
