"""What a sweep does: scope, staying, shells, cuts, link rows."""

from __future__ import annotations

from datetime import date

from tests.cases.build import (
    Hand,
    about,
    by_table,
    eq,
    ground,
    hand,
    owned,
    purpose,
    refers,
    seen_by,
    stands,
    table,
    who,
)  # fmt: skip
from tillit.model.expression import Of
from tillit.model.mapping import Column, LinkKind
from tillit.model.policy import Basis, Period
from tillit.model.schema import ForeignKey

P = "sweep"
GONE = ("orders",)
A, B = {"id": 1, "name": "Anna"}, {"id": 2, "name": "Bo"}
TWO = (purpose("orders"), purpose("books", Basis.LEGAL_OBLIGATION))
ACCESS = LinkKind.ACCESSED_BY


def people(*rows, **more):
    more.setdefault("grounds", [ground("orders")])
    return table("people", *rows, personal=("name",), person=True, **more)


def notes(*rows, **more):
    more.setdefault("grounds", [ground("orders")])
    return table("notes", *rows, personal=("body",), **more)


def leaves(*keys: int):
    return [stands(who(k), ended=GONE) for k in keys]


def key(child: str, column: str, parent: str, on_delete: str = "CASCADE") -> ForeignKey:
    return ForeignKey(child, (column,), parent, ("id",), on_delete, name=f"{child}_{column}")


SHARED = notes({"id": 5, "a_id": 1, "b_id": 2, "body": "x"},
               links=[owned("people", "a_id", name="a"), owned("people", "b_id", name="b")])  # fmt: skip

CASES: list[Hand] = [
    hand("a dead row that is needed stays as a shell", P, people(A),
         table("orders", {"id": 1, "owner_id": 1}, links=[owned("people", "owner_id")]),
         standings=leaves(1), changed={("people", 1): {"name": None}}),
    hand("a row that goes needs nothing", P, people(A), notes({"id": 5, "owner_id": 1, "body": "x"},
         links=[owned("people", "owner_id")]), standings=leaves(1), deleted=[("people", 1), ("notes", 5)]),
    hand("dead circles go", P, people(A),
         notes({"id": 1, "owner_id": 1, "next": 2, "body": "x"}, {"id": 2, "owner_id": 1, "next": 1, "body": "y"},
               links=[owned("people", "owner_id"), refers("notes", "next")]),
         standings=leaves(1), deleted=[("people", 1), ("notes", 1), ("notes", 2)]),
    hand("what stays needs the whole chain", P, people(A, B),
         notes({"id": 1, "owner_id": 1, "next": 2, "body": "x"}, {"id": 2, "owner_id": 1, "next": None, "body": "y"},
               {"id": 3, "owner_id": 2, "next": 1, "body": "z"},
               links=[owned("people", "owner_id"), refers("notes", "next")]),
         standings=leaves(1), changed={("people", 1): {"name": None}, ("notes", 1): {"body": None},
                                       ("notes", 2): {"body": None}}),
    hand("refers_to needs, and is never cut", P, people(A),
         notes({"id": 5, "ref_id": 1, "body": "x"}, links=[refers("people", "ref_id")]),
         standings=leaves(1), changed={("people", 1): {"name": None}}),
    hand("a matches link does not need", P, table("people", {"id": 1, "mail": "a"}, personal=["mail"], person=True,
         grounds=[ground("orders")]), table("orders", {"id": 1, "mail": "A"},
         links=[owned("people", "mail", to=("mail",), matches=True)]), standings=leaves(1), deleted=[("people", 1)]),
    hand("a declared key needs, even from outside the map and on delete cascade", P, people(A, B),
         table("stranger", {"id": 1, "p_id": 1}, {"id": 2, "p_id": None}, mapped=False,
               keys=[key("stranger", "p_id", "people")]),
         standings=leaves(1, 2), deleted=[("people", 2)], changed={("people", 1): {"name": None}}),
    hand("a declared key needs though the map's link has a false when", P, people(A),
         table("orders", {"id": 1, "owner_id": 1, "kind": "x"},
               links=[owned("people", "owner_id", when=eq("kind", "y"))],
               keys=[key("orders", "owner_id", "people", "SET NULL")]),
         standings=leaves(1), changed={("people", 1): {"name": None}}),
    hand("a link with a false when does not need", P, people(A),
         table("orders", {"id": 1, "owner_id": 1, "kind": "x"},
               links=[owned("people", "owner_id", when=eq("kind", "y"))]),
         standings=leaves(1), deleted=[("people", 1)]),
    hand("a prefixed link needs", P, people({"id": 17, "name": "A"}),
         table("orders", {"id": 1, "tag": "U17"}, links=[owned("people", "tag", prefix="U")]),
         standings=leaves(17), changed={("people", 17): {"name": None}}),
    hand("anonymise: the row stays, its owner links are cut, its owner is free to go", P, people(A),
         notes({"id": 5, "owner_id": 1, "body": "x"}, links=[owned("people", "owner_id")], anonymise=True),
         standings=leaves(1), deleted=[("people", 1)], changed={("notes", 5): {"owner_id": None, "body": None}}),
    hand("anonymise: a link that cannot be NULL stays, and needs", P, people(A),
         notes({"id": 5, "owner_id": 1, "body": "x"}, links=[owned("people", "owner_id")], anonymise=True,
               notnull=["owner_id"]),
         standings=leaves(1), changed={("notes", 5): {"body": None}, ("people", 1): {"name": None}}),
    hand("one owner leaves: his link is cut, the row stays for the other", P, people(A, B), SHARED,
         standings=leaves(1), deleted=[("people", 1)], changed={("notes", 5): {"a_id": None}}),
    hand("a hold of an owner keeps his link", P, people(A, B), SHARED,
         standings=[stands(who(1), ended=GONE, hold=True)]),
    hand("the only owner's link is not cut from a live row", P, people(A, grounds=[ground("books")]),
         notes({"id": 5, "owner_id": 1, "body": "x", "status": "open"}, links=[owned("people", "owner_id")],
               grounds=[ground("orders", while_=eq("status", "open"))]),
         purposes=TWO, standings=leaves(1)),
    hand("both owners leave: nothing is cut, the row goes", P, people(A, B), SHARED, standings=leaves(1, 2),
         deleted=[("people", 1), ("people", 2), ("notes", 5)]),
    hand("a link to a tombstone instead of NULL", P, people(A, B, {"id": 0, "name": None}),
         notes({"id": 5, "a_id": 1, "b_id": 2, "body": "x"}, notnull=["a_id"],
               links=[owned("people", "a_id", name="a", tombstone=0), owned("people", "b_id", name="b")]),
         standings=leaves(1), deleted=[("people", 1)], changed={("notes", 5): {"a_id": 0}}),
    hand("the row that a tombstone names is needed", P, people(A, B, {"id": 0, "name": "nobody"}),
         notes({"id": 5, "a_id": 1, "b_id": 2, "body": "x"}, notnull=["a_id"],
               links=[owned("people", "a_id", name="a", tombstone=0), owned("people", "b_id", name="b")],
               keys=[key("notes", "a_id", "people")]),
         standings=leaves(0, 1), deleted=[("people", 1)],
         changed={("notes", 5): {"a_id": 0}, ("people", 0): {"name": None}}),
    hand("accessed_by is cut when nothing of its person is held", P, people(A, B),
         notes({"id": 5, "owner_id": 2, "reader_id": 1, "body": "x"},
               links=[owned("people", "owner_id"), seen_by("people", "reader_id")]),
         standings=leaves(1), deleted=[("people", 1)], changed={("notes", 5): {"reader_id": None}}),
    hand("accessed_by stays while the table's grounds are held for the reader", P, people(A, B),
         notes({"id": 5, "owner_id": 2, "reader_id": 1, "body": "x"},
               links=[owned("people", "owner_id"), seen_by("people", "reader_id")])),
    hand("accessed_by is cut when it has expired for the reader too", P,
         table("people", {"id": 1}, {"id": 2}, person=True),
         notes({"id": 5, "owner_id": 2, "reader_id": 1, "body": "x", "at": date(2020, 1, 1)},
               links=[owned("people", "owner_id"), seen_by("people", "reader_id")], anonymise=True,
               grounds=[ground("orders", since="at")]),
         purposes=[purpose(period=Period(months=1))],
         changed={("notes", 5): {"owner_id": None, "reader_id": None, "body": None}}),
    hand("no grounds, no cut", P, people(A),
         table("notes", {"id": 5, "reader_id": 1}, links=[seen_by("people", "reader_id")]),
         standings=leaves(1), changed={("people", 1): {"name": None}}),
    hand("a column of the key is not cut", P, people(A, B),
         table("notes", {"a_id": 1, "b_id": 2, "body": "x"}, key=("a_id",), personal=["body"],
               links=[owned("people", "a_id", name="a"), owned("people", "b_id", name="b")],
               grounds=[ground("orders")]),
         standings=leaves(1), changed={("people", 1): {"name": None}}),
    hand("a column of two links is not cut", P, people(A, B),
         notes({"id": 5, "a_id": 1, "b_id": 2, "kind": "U", "body": "x"},
               links=[owned("people", "a_id", name="a", when=eq("kind", "U")),
                      owned("people", "a_id", name="c", when=eq("kind", "F")), owned("people", "b_id", name="b")]),
         standings=leaves(1), changed={("people", 1): {"name": None}}),
    hand("a link that a condition reads along is not cut", P, people({**A, "vip": True}, {**B, "vip": False}),
         notes({"id": 5, "a_id": 1, "b_id": 2, "body": "x"},
               links=[owned("people", "a_id", name="a"), owned("people", "b_id", name="b")],
               grounds=[ground("orders", where=Of("a", eq("vip", True)))]),
         standings=leaves(1), changed={("people", 1): {"name": None}}),
    hand("a row in which nothing dies is left alone", P, people(A), notes({"id": 5, "owner_id": 1, "body": "x"},
         links=[owned("people", "owner_id")]), dead={}),
    hand("via: one person leaves, one link row goes", P, people(A, B),
         notes({"id": 5, "body": "x"}, links=[by_table("people", "readers", "note_id", "person_id")]),
         table("readers", {"id": 1, "note_id": 5, "person_id": 1}, {"id": 2, "note_id": 5, "person_id": 2},
               mapped=False),
         standings=leaves(1), deleted=[("people", 1), ("readers", 1)]),
    hand("via: link rows go with the row they belong to, and need nothing then", P, people(A, B),
         table("notes", {"id": 5, "at": date(2020, 1, 1), "body": "x"}, {"id": 6, "at": None, "body": "y"},
               personal=["body"], links=[by_table("people", "readers", "note_id", "person_id")],
               grounds=[ground("books", since="at")]),
         table("readers", {"id": 1, "note_id": 5, "person_id": 1}, {"id": 2, "note_id": 6, "person_id": 2},
               {"id": 3, "note_id": 5, "person_id": None}, {"id": 4, "note_id": 9, "person_id": 1}, mapped=False),
         purposes=[purpose("orders"), purpose("books", Basis.LEGAL_OBLIGATION, Period(years=1))],
         standings=leaves(2), deleted=[("notes", 5), ("readers", 1), ("readers", 3)],
         changed={("people", 2): {"name": None}}),
    hand("via accessed_by", P, people(A, B),
         notes({"id": 5, "owner_id": 2, "body": "x"}, links=[owned("people", "owner_id"),
               by_table("people", "readers", "note_id", "person_id", "reader", ACCESS)]),
         table("readers", {"id": 1, "note_id": 5, "person_id": 1}, {"id": 2, "note_id": 5, "person_id": None},
               mapped=False),
         standings=leaves(1), deleted=[("people", 1), ("readers", 1)]),
    hand("via anonymised: every link row that points somewhere goes", P, people(A, B),
         notes({"id": 5, "body": "x"}, links=[by_table("people", "readers", "note_id", "person_id")], anonymise=True),
         table("readers", {"id": 1, "note_id": 5, "person_id": 1}, {"id": 2, "note_id": 5, "person_id": 2},
               {"id": 3, "note_id": 5, "person_id": None}, mapped=False),
         standings=leaves(1, 2), deleted=[("people", 1), ("people", 2), ("readers", 1), ("readers", 2)],
         changed={("notes", 5): {"body": None}}),
    hand("a set of people: other people's dead rows wait", P, people(A, B), standings=leaves(1, 2), scope=[who(1)],
         deleted=[("people", 1)], dead={("people", "name"): 1}),
    hand("a set of people: a row of two is dead for both", P, people(A, B), SHARED, standings=leaves(1, 2),
         scope=[who(1)], deleted=[("people", 1), ("notes", 5)]),
    hand("a set of people: columns about others are left", P, people(A, B),
         table("notes", {"id": 5, "a_id": 1, "b_id": 2, "mine": "x", "yours": "y", "kept": "z"},
               columns=[about("mine", "a"), about("yours", "b"), Column("kept", "contact")], notnull=["a_id", "b_id"],
               links=[owned("people", "a_id", name="a"), owned("people", "b_id", name="b")],
               grounds=[ground("orders", "mine", "yours"), ground("books", "kept")]),
         purposes=TWO, standings=leaves(1, 2), scope=[who(1)],
         changed={("people", 1): {"name": None}, ("notes", 5): {"mine": None}}),
    hand("a set of people: another's row loses its link to them", P, people(A, B),
         notes({"id": 5, "owner_id": 2, "reader_id": 1, "body": "x"},
               links=[owned("people", "owner_id"), seen_by("people", "reader_id")]),
         standings=leaves(1), scope=[who(1)], deleted=[("people", 1)], changed={("notes", 5): {"reader_id": None}}),
    hand("a set of people: others' links are not cut", P, people(A, B, {"id": 3, "name": "Cy"}),
         notes({"id": 5, "owner_id": 3, "reader_id": 1, "body": "x"},
               {"id": 6, "owner_id": 3, "reader_id": 2, "body": "y"},
               links=[owned("people", "owner_id"), seen_by("people", "reader_id")]),
         standings=leaves(1, 2), scope=[who(1)], deleted=[("people", 1)],
         changed={("notes", 5): {"reader_id": None}}),
    hand("a set of people: what another's dead row needs waits", P, people(A, B),
         notes({"id": 5, "owner_id": 2, "ref_id": 1, "body": "x"},
               links=[owned("people", "owner_id"), refers("people", "ref_id")]),
         standings=leaves(1, 2), scope=[who(1)], changed={("people", 1): {"name": None}}),
    hand("a set of people: someone who owns nothing", P, people(A, B), standings=leaves(1), scope=[who(9)], dead={}),
    hand("rows about nobody are not in the scope of anybody", P, people(A),
         table("logs", {"id": 1, "at": date(2020, 1, 1), "ip": "x"}, personal=["ip"],
               grounds=[ground("books", since="at")]),
         purposes=[purpose("orders"), purpose("books", Basis.LEGAL_OBLIGATION, Period(years=1))],
         standings=leaves(1), scope=[who(1)], deleted=[("people", 1)]),
]  # fmt: skip
