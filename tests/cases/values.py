"""Values: modes, forms, fills, unknown columns."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from tests.cases.build import Changed, Hand, about, eq, ground, hand, hidden, owned, purpose, stands, table, who
from tests.oracle.world import Row
from tillit.model.mapping import Column, Form, Mode, Replacement
from tillit.model.policy import Basis

P = "values"
GONE = ("orders",)
TWO = (purpose("orders"), purpose("books", Basis.LEGAL_OBLIGATION))
PEOPLE = table("people", {"id": 1}, {"id": 2}, person=True)


def letter(*columns: Column, **cells: object):
    """A letter of two persons, with no grounds on their own table."""
    row: Row = {"id": 5, "a_id": 1, "b_id": 2, **cells}
    return table("letters", row, columns=columns, notnull=("a_id", "b_id"),
                 links=[owned("people", "a_id", name="a"), owned("people", "b_id", name="b")],
                 grounds=[ground("orders", *(c.name for c in columns))])  # fmt: skip


def coarse(name: str, value: object, form: Form, wanted: object, **more) -> Hand:
    """Books hold the form only; orders, which held the value in full, have ended."""
    changed: Changed = {} if wanted == value else {("people", 1): {"v": wanted}}
    return hand(f"form: {name}", P,
                table("people", {"id": 1, "v": value}, personal=["v"], person=True, notnull=more.pop("notnull", ()),
                      grounds=[ground("orders"), ground("books", forms={"v": form})]),
                purposes=TWO, standings=[stands(who(1), ended=GONE)], changed=changed, **more)  # fmt: skip


def filled(name: str, old: object, new: object, *, notnull: bool = True, unique: bool = False, **more) -> Hand:
    """One dead cell in a row that stays (another column is held)."""
    column = Column("v", "contact", replace=more.pop("replace_", None))
    changed: Changed = {} if new == old and type(new) is type(old) else {("people", 1): {"v": new}}
    return hand(f"fill: {name}", P,
                table("people", {"id": 1, "v": old, "kept": "k"}, columns=[column, Column("kept", "contact")],
                      person=True, notnull=("v",) if notnull else (), unique=("v",) if unique else (),
                      grounds=[ground("orders", "v"), ground("books", "kept")]),
                purposes=TWO, standings=[stands(who(1), ended=GONE)], changed=changed,
                dead={("people", "v"): 1} if changed else {}, **more)  # fmt: skip


YEAR, MONTH, IP = Form.YEAR, Form.YEAR_MONTH, Form.IP_PREFIX

CASES: list[Hand] = [
    hand("mode any: a value dies with its last person", P, PEOPLE, letter(about("body"), body="x"),
         standings=[stands(who(1), ended=GONE)]),
    hand("mode all: a value dies with its first person", P, PEOPLE,
         letter(about("body", first=True), about("more"), body="x", more="y"),
         standings=[stands(who(1), ended=GONE)], changed={("letters", 5): {"body": None}}),
    hand("both have left: the row goes", P, PEOPLE, letter(about("body"), body="x"),
         standings=[stands(who(1), ended=GONE), stands(who(2), ended=GONE)], deleted=[("letters", 5)]),
    hand("mode all counts the persons its column is about", P, PEOPLE,
         letter(Column("body", "contact", ("b",), Mode.ALL), body="x"), standings=[stands(who(1), ended=GONE)]),
    hand("a hold counts under mode all", P, PEOPLE, letter(about("body", first=True), body="x"),
         standings=[stands(who(1), ended=GONE, hold=True)]),
    hand("a NULL cell is not touched and not counted", P,
         table("people", {"id": 1, "a": None, "b": "x"}, columns=[Column("a", "contact"), Column("b", "contact")],
               person=True, grounds=[ground("orders", "a"), ground("books", "b")]),
         purposes=TWO, standings=[stands(who(1), ended=GONE)], dead={}),
    hand("a row whose only live cell is NULL is dead, with a live value it is not", P, PEOPLE,
         table("letters", {"id": 5, "a_id": None, "b_id": 2, "sender": None, "body": "x"},
               {"id": 6, "a_id": None, "b_id": 2, "sender": "", "body": "y"},
               columns=[about("sender", "a"), about("body")], grounds=[ground("orders", "sender", "body")],
               links=[owned("people", "a_id", name="a"), owned("people", "b_id", name="b")]),
         standings=[stands(who(2), ended=GONE)], deleted=[("letters", 5)], changed={("letters", 6): {"body": None}}),
    coarse("year of a date", date(1980, 5, 17), YEAR, date(1980, 1, 1)),
    coarse("month of a date", date(1980, 5, 17), MONTH, date(1980, 5, 1)),
    coarse("a date already in its form", date(1980, 1, 1), YEAR, date(1980, 1, 1)),
    coarse("year of a time", datetime(1980, 5, 17, 10, 30), YEAR, datetime(1980, 1, 1)),
    coarse("month of a time", datetime(1980, 5, 1, 10, 30), MONTH, datetime(1980, 5, 1)),
    coarse("an aware time, in the controller's zone", datetime(1979, 12, 31, 23, 30, tzinfo=UTC), YEAR,
           datetime(1979, 12, 31, 23, 0, tzinfo=UTC)),
    coarse("... and its month, in the zone's summer time", datetime(1980, 7, 31, 22, 30, tzinfo=UTC), MONTH,
           datetime(1980, 7, 31, 22, 0, tzinfo=UTC)),
    coarse("an aware time already in its form", datetime(1979, 12, 31, 23, 0, tzinfo=UTC), YEAR,
           datetime(1979, 12, 31, 23, 0, tzinfo=UTC)),
    coarse("year of a text", "1980-05-17", YEAR, "1980-01-01"),
    coarse("a text keeps its dress", "1980-05-17T10:00:00", MONTH, "1980-05-01T00:00:00"),
    coarse("a text that tells no date is replaced", "May 1980", YEAR, None),
    coarse("... or written empty where it cannot be NULL", "May 1980", YEAR, "", notnull=("v",)),
    coarse("an IPv4 address", "192.168.7.33", IP, "192.168.7.0"),
    coarse("an IPv4 address in its form", "192.168.7.0", IP, "192.168.7.0"),
    coarse("an IPv6 address", "2001:db8:1:2::3", IP, "2001:db8:1::"),
    coarse("... is compressed and in small letters", "2001:0DB8:0001::", IP, "2001:db8:1::"),
    coarse("a text that tells no address", "unknown", IP, None),
    hand("form: held in full, the form does not matter", P,
         table("people", {"id": 1, "v": date(1980, 5, 17)}, personal=["v"], person=True,
               grounds=[ground("orders"), ground("books", forms={"v": YEAR})]), purposes=TWO, dead={}),
    hand("form: the most precise that is held stays", P,
         table("people", {"id": 1, "v": date(1980, 5, 17)}, personal=["v"], person=True,
               grounds=[ground("orders", forms={"v": YEAR}), ground("books", forms={"v": MONTH})]),
         purposes=TWO, changed={("people", 1): {"v": date(1980, 5, 1)}}, dead={}),
    hand("form: mode all takes the coarsest that is held for every one", P, PEOPLE,
         table("letters", {"id": 5, "a_id": 1, "b_id": 2, "v": date(1980, 5, 17)}, columns=[about("v", first=True)],
               notnull=("a_id", "b_id"), links=[owned("people", "a_id", name="a"), owned("people", "b_id", name="b")],
               grounds=[ground("orders", "v"), ground("books", "v", forms={"v": YEAR})]),
         purposes=TWO, standings=[stands(who(1), ended=GONE)], changed={("letters", 5): {"v": date(1980, 1, 1)}}),
    hand("form: a hold holds in full", P,
         table("people", {"id": 1, "v": date(1980, 5, 17)}, personal=["v"], person=True,
               grounds=[ground("orders", forms={"v": YEAR})]), standings=[stands(who(1), hold=True)]),
    filled("NULL", "Anna", None, notnull=False),
    filled("the empty text", "Anna", ""),
    filled("... already there", "", ""),
    filled("zero", 17, 0),
    filled("zero of a number", Decimal("17.5"), Decimal("0")),
    filled("false", True, False),
    filled("the first day of 1970", date(1980, 5, 17), date(1970, 1, 1)),
    filled("the first instant of 1970", datetime(1980, 5, 17, 10, 0), datetime(1970, 1, 1)),
    filled("a pseudonym from the key, where the column is unique", "Anna", "erased-1", unique=True),
    filled("a pseudonym that is already there", "erased-1", "erased-1", unique=True),
    filled("... compared byte for byte", "Erased-1", "erased-1", unique=True),
    filled("NULL where a unique column may be NULL", "Anna", None, notnull=False, unique=True),
    filled("a constant of the map", "Anna", "erased", replace_=Replacement(constant="erased")),
    filled("... compared byte for byte, trailing space too", "erased ", "erased",
           replace_=Replacement(constant="erased")),
    filled("NULL of the map", "Anna", None, notnull=False, replace_=Replacement(null=True)),
    hand("fill: a pseudonym joins the parts of a composite key", P,
         table("people", {"area": 1, "nr": "x", "v": "Anna"}, key=("area", "nr"), notnull=["v"], person=True,
               columns=[Column("v", "contact", replace=Replacement(pseudonym=True))], anonymise=True,
               grounds=[ground("orders", "v")]),
         standings=[stands(who(1, "x"), ended=GONE)], changed={("people", 1, "x"): {"v": "erased-1-x"}}),
    hand("unknown: the column is not touched, and no row of the table goes", P,
         table("people", {"id": 1, "name": "A", "blob": "?"}, columns=[Column("name", "contact"), hidden("blob")],
               person=True, grounds=[ground("orders", "name")]),
         standings=[stands(who(1), ended=GONE)], changed={("people", 1): {"name": None}}),
    hand("a column that is not personal stays", P,
         table("people", {"id": 1, "name": "A", "total": 5}, personal=["name"], person=True, anonymise=True,
               grounds=[ground("orders")]),
         standings=[stands(who(1), ended=GONE)], changed={("people", 1): {"name": None}}),
    hand("a column that a needed link points at stays", P,
         table("people", {"id": 1, "mail": "a@x.se", "name": "A"}, personal=["mail", "name"], person=True,
               grounds=[ground("orders")]),
         table("orders", {"id": 1, "mail": "a@x.se"}, links=[owned("people", "mail", to=("mail",))]),
         standings=[stands(who(1), ended=GONE)], changed={("people", 1): {"name": None}}),
    hand("... but not one that only a matches link points at", P,
         table("people", {"id": 1, "mail": "a@x.se", "name": "A"}, personal=["mail", "name"], person=True,
               anonymise=True, grounds=[ground("orders")]),
         table("orders", {"id": 1, "mail": "a@x.se"}, links=[owned("people", "mail", to=("mail",), matches=True)]),
         standings=[stands(who(1), ended=GONE)], changed={("people", 1): {"name": None, "mail": None}}),
    hand("a table without grounds is not managed", P,
         table("people", {"id": 1, "name": "A"}, personal=["name"], person=True),
         standings=[stands(who(1), ended=GONE)], dead={}),
    hand("where: a personal value is held only while the condition is true", P,
         table("people", {"id": 1, "name": "A", "s": "x"}, {"id": 2, "name": "B", "s": "y"}, personal=["name"],
               person=True, grounds=[ground("orders", where=eq("s", "x"))]), deleted=[("people", 2)]),
]  # fmt: skip
