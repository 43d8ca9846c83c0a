"""Conditions, ends, consent, holds, `while` and `through`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.cases.build import NOON, Hand, Spec, eq, ground, hand, owned, purpose, refers, stands, table, who
from tillit.model.expression import And, Compare, Const, Exists, Expression, Not, Null, Of, OneOf, Op, Or, Today
from tillit.model.mapping import Clock, Dress
from tillit.model.policy import Basis, Period
from tillit.model.schema import Family

P = "held"
MONTH = Period(months=1)
TWO = (purpose("orders"), purpose("books", Basis.LEGAL_OBLIGATION))
NEWS = (purpose("news", Basis.CONSENT),)


def where(name: str, condition: Expression, **cells: Any) -> Hand:
    """Rows 1, 2, ... live where the condition holds; rows with a value in the second list go."""
    (column, (live, dead)) = next(iter(cells.items()))
    rows = [{"id": i, column: v, "ip": "x"} for i, v in enumerate([*live, *dead], start=1)]
    gone = [("logs", i) for i in range(len(live) + 1, len(rows) + 1)]
    return hand(f"where {name}", "conditions",
                table("logs", *rows, personal=["ip"], grounds=[ground("orders", where=condition)]),
                deleted=gone)  # fmt: skip


def ended(name: str, created: object, at: datetime, *, dies: bool, dress: Dress | None = None, **more) -> Hand:
    """One row, created then, whose person's orders ended at that time."""
    return hand(name, P,
                table("people", {"id": 1, "made": created, "name": "A"}, personal=["name"], person=True,
                      created=Clock("made", dress=dress), grounds=[ground("orders")],
                families={"made": Family.DATE} if created is None else None),
                standings=[stands(who(1), ended={"orders": at})],
                deleted=[("people", 1)] if dies else [], **more)  # fmt: skip


def person(*grounds, **cells):
    return table("people", {"id": 1, "name": "A", **cells}, personal=["name"], person=True, grounds=grounds)


def child(state: str | None) -> Spec:
    return table("orders", {"id": 5, "owner_id": 1, "status": state}, links=[owned("people", "owner_id")])


T = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
OPEN = eq("status", "open")

CASES: list[Hand] = [
    where("a text is equal byte for byte", OPEN, status=(["open"], ["OPEN", "open ", "öpen", "", None])),
    where("!= is false for NULL", Compare("status", Op.NE, "open"), status=(["OPEN", ""], ["open", None])),
    where("not stands outside", Not(OPEN), status=(["OPEN", "", None], ["open"])),
    where("a number below", Compare("n", Op.LT, 5), n=([4, -1], [5, 6, None])),
    where("not a number below", Not(Compare("n", Op.LT, 5)), n=([5, None], [4])),
    where("a number against a fraction", Compare("n", Op.GT, Decimal("1.5")), n=([2], [1, None])),
    where("texts in the order of their bytes", Compare("status", Op.LT, "a"), status=(["", "Z"], ["a", "å", None])),
    where("one of", OneOf("status", ("open", "shipped")), status=(["open", "shipped"], ["Open", "", None])),
    where("not one of", Not(OneOf("n", (1, 2))), n=([3, None], [1, 2])),
    where("is null", Null("n"), n=([None], [0])),
    where("a bare boolean", eq("ok", True), ok=([True], [False, None])),
    where("and", And((Compare("n", Op.GE, 1), Compare("n", Op.LE, 2))), n=([1, 2], [0, 3, None])),
    where("or", Or((Compare("n", Op.EQ, 1), Null("n"))), n=([1, None], [2])),
    where("true and false", Or((Const(False), Compare("n", Op.EQ, 1))), n=([1], [2])),
    where("today, a date", Compare("at", Op.LT, Today()), at=([date(2026, 6, 14)], [date(2026, 6, 15), None])),
    where("today minus a month is clamped", Compare("at", Op.GE, Today(MONTH, back=True)),
          at=([date(2026, 5, 15)], [date(2026, 5, 14), None])),
    where("today, a time: the start of the controller's day", Compare("at", Op.GE, Today()),
          at=([datetime(2026, 6, 14, 22, 0)], [datetime(2026, 6, 14, 21, 59, 59), None])),
    where("today plus a day", Compare("at", Op.LT, Today(Period(days=1))),
          at=([datetime(2026, 6, 15, 21, 59, 59)], [datetime(2026, 6, 15, 22, 0)])),
    hand("exists reads the children", "conditions", person(ground("orders", where=Exists("orders", "owner", OPEN))),
         child("open")),
    hand("no child satisfies it", "conditions", person(ground("orders", where=Exists("orders", "owner", OPEN))),
         child(None), changed={("people", 1): {"name": None}}),
    hand("of reads the parent", "conditions", table("orders", {"id": 5, "status": "open"}),
         table("lines", {"id": 1, "order_id": 5, "text": "x"}, {"id": 2, "order_id": 6, "text": "y"},
               {"id": 3, "order_id": None, "text": "z"}, personal=["text"], links=[owned("orders", "order_id")],
               grounds=[ground("orders", where=Of("owner", OPEN))]),
         deleted=[("lines", 2), ("lines", 3)]),
    ended("an end kills what was created before it", datetime(2026, 3, 1, 9, 59, 59), T, dies=True),
    ended("... and at it", datetime(2026, 3, 1, 10, 0), T, dies=True),
    ended("... but not what came later", datetime(2026, 3, 1, 10, 0, 1), T, dies=False),
    ended("an undated row counts as earlier", None, T, dies=True),
    ended("a bare date counts from its midnight", date(2026, 3, 1), T, dies=True),
    ended("a bare date after the end", date(2026, 3, 2), T, dies=False),
    ended("in the store's zone", datetime(2026, 3, 1, 11, 0), T, dies=True, store="Europe/Stockholm"),
    ended("in epoch seconds", int(T.timestamp()) + 1, T, dies=False, dress=Dress.EPOCH_S),
    ended("an end without limit", datetime(2026, 6, 1), datetime.max.replace(tzinfo=UTC), dies=True),
    hand("another purpose still holds the value", P, person(ground("orders"), ground("books")), purposes=TWO,
         standings=[stands(who(1), ended=("orders",))]),
    hand("another purpose holds another column", P,
         table("people", {"id": 1, "name": "A", "mail": "m"}, personal=["name", "mail"], person=True,
               grounds=[ground("orders", "name", "mail"), ground("books", "name")]),
         purposes=TWO, standings=[stands(who(1), ended=("orders",))], changed={("people", 1): {"mail": None}}),
    hand("a ground without columns holds the row, not its values", P,
         table("people", {"id": 1, "name": "A"}, columns=[], personal=["name"], person=True,
               grounds=[ground("orders", "name"), ground("books", "-")]),
         purposes=TWO, standings=[stands(who(1), ended=("orders",))], changed={("people", 1): {"name": None}}),
    hand("while outlasts an end", P, person(ground("orders", while_=OPEN), status="open"),
         standings=[stands(who(1), ended=("orders",))]),
    hand("... only while it is true", P, person(ground("orders", while_=OPEN), status=None),
         standings=[stands(who(1), ended=("orders",))], deleted=[("people", 1)]),
    hand("while does not outlast the period", P,
         person(ground("orders", since="at", while_=OPEN), status="open", at=date(2020, 1, 1)),
         purposes=[purpose(period=MONTH)], deleted=[("people", 1)]),
    hand("consent must be given", P, person(ground("news")), purposes=NEWS, deleted=[("people", 1)]),
    hand("consent given", P, person(ground("news")), purposes=NEWS, standings=[stands(who(1), "news")]),
    hand("consent given, and ended", P, person(ground("news")), purposes=NEWS,
         standings=[stands(who(1), "news", ended=("news",))], deleted=[("people", 1)]),
    hand("nobody consents for a row about nobody", P,
         table("logs", {"id": 1, "ip": "x"}, personal=["ip"], grounds=[ground("news")]), purposes=NEWS,
         deleted=[("logs", 1)]),
    hand("a hold keeps everything about its person", P, person(ground("orders", since="at"), at=date(2020, 1, 1)),
         purposes=[purpose(period=MONTH)], standings=[stands(who(1), ended=("orders",), hold=True)]),
    hand("a hold keeps its own person's values only", P,
         table("people", {"id": 1, "name": "A"}, {"id": 2, "name": "B"}, personal=["name"], person=True,
               grounds=[ground("orders")]),
         standings=[stands(who(1), ended=("orders",), hold=True), stands(who(2), ended=("orders",))],
         deleted=[("people", 2)]),
    hand("through: held while a child is live for the same purpose", P,
         table("addresses", {"id": 7, "street": "S"}, {"id": 8, "street": "T"}, personal=["street"],
               grounds=[ground("orders", through=("orders", "ref"))]),
         table("orders", {"id": 1, "at": date(2026, 6, 1), "to": 7, "text": "x"},
               {"id": 2, "at": date(2020, 1, 1), "to": 8, "text": "x"}, personal=["text"],
               links=[refers("addresses", "to")], grounds=[ground("orders", since="at")]),
         purposes=[purpose(period=MONTH)], deleted=[("orders", 2), ("addresses", 8)]),
    hand("through: live for another purpose is not enough", P,
         table("addresses", {"id": 7, "street": "S"}, personal=["street"],
               grounds=[ground("orders", through=("orders", "ref"))]),
         table("orders", {"id": 1, "at": date(2020, 1, 1), "to": 7, "text": "x"}, personal=["text"],
               links=[refers("addresses", "to")], grounds=[ground("orders", since="at"), ground("books")]),
         purposes=[purpose(period=MONTH), purpose("books", Basis.LEGAL_OBLIGATION)],
         changed={("addresses", 7): {"street": None}}),
    hand("through goes up a tree, and a dead circle goes", P,
         table("posts", {"id": 1, "up": None, "at": date(2020, 1, 1), "text": "a"},
               {"id": 2, "up": 1, "at": date(2020, 1, 1), "text": "b"},
               {"id": 3, "up": 2, "at": date(2026, 6, 1), "text": "c"},
               {"id": 4, "up": 5, "at": date(2020, 1, 1), "text": "d"},
               {"id": 5, "up": 4, "at": date(2020, 1, 1), "text": "e"}, personal=["text"],
               links=[refers("posts", "up")],
               grounds=[ground("orders", since="at"), ground("orders", through=("posts", "ref"))]),
         purposes=[purpose(period=MONTH)], deleted=[("posts", 4), ("posts", 5)]),
    hand("a later ground of the same purpose holds too", P,
         table("logs", {"id": 1, "at": date(2020, 1, 1), "due": date(2026, 6, 1), "ip": "x"}, personal=["ip"],
               grounds=[ground("orders", since="at"), ground("orders", since="due")]),
         purposes=[purpose(period=MONTH)]),
    ended("an end in the future ends already", datetime(2026, 1, 1), NOON + timedelta(days=30), dies=True),
]  # fmt: skip
