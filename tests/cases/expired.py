"""When a storage period is over: calendar, zones, dresses, clocks of parents and children."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.cases.build import NOON, Hand, child_clock, ground, hand, owned, purpose, table
from tests.oracle.world import Row
from tillit.model.mapping import Clock, ClockKind, Dress
from tillit.model.policy import Period, Rounding
from tillit.model.schema import Family

P = "expired"
MONTH = Period(months=1)


def dated(name: str, period: Period, today: date, live: date, dead: date, rounding: Rounding = Rounding.NONE) -> Hand:
    """Two logs that identify nobody: the younger just holds on this day, the older is just over."""
    return hand(
        name,
        P,
        table("logs", {"id": 1, "at": live, "ip": "x"}, {"id": 2, "at": dead, "ip": "y"}, personal=["ip"],
              grounds=[ground("orders", since="at")]),
        purposes=[purpose(period=period, rounding=rounding)],
        now=datetime(today.year, today.month, today.day, 12, tzinfo=UTC),
        deleted=[("logs", 2)],
    )  # fmt: skip


def clocked(name: str, live, dead, dress: Dress | None = None, period: Period = MONTH, **more) -> Hand:
    """The same with any dress, around now = 15 June 2026, 12:00 UTC (14:00 in Stockholm)."""
    return hand(
        name,
        P,
        table("logs", {"id": 1, "at": live, "ip": "x"}, {"id": 2, "at": dead, "ip": "y"}, personal=["ip"],
              grounds=[ground("orders", since="at", dress=dress)], families=more.pop("families", None)),
        purposes=[purpose(period=period)],
        deleted=[("logs", 2)],
        **more,
    )  # fmt: skip


def missing(name: str, *rows, deleted=(), **more) -> Hand:
    return hand(name, P, table("logs", *rows, personal=["ip"], grounds=[ground("orders", since="at", **more)],
                               families={"at": Family.TEXT} if "dress" in more else {"at": Family.DATE}),
                purposes=[purpose(period=MONTH)], deleted=deleted)  # fmt: skip


def seconds(at: datetime) -> int:
    return int(at.timestamp())


PARENTS = table("orders", {"id": 1, "done": date(2020, 1, 1)}, {"id": 2, "done": date(2026, 6, 1)}, {"id": 3})


def of_parent(name: str, order: int | None, **more) -> Hand:
    return hand(name, P, PARENTS,
                table("lines", {"id": 5, "order_id": order, "text": "x"}, personal=["text"],
                      links=[owned("orders", "order_id")],
                      grounds=[ground("orders", since=Clock("done", path=("owner",)),
                                      missing_dies=more.pop("missing_dies", False))]),
                purposes=[purpose(period=MONTH)], **more)  # fmt: skip


def of_children(name: str, kind: ClockKind, *dates: date | None, missing_dies: bool = False, **more) -> Hand:
    rows: list[Row] = [{"id": i, "order_id": 1, "sent": d} for i, d in enumerate(dates)]
    return hand(name, P,
                table("orders", {"id": 1, "text": "x"}, personal=["text"],
                      grounds=[ground("orders", since=child_clock(kind, "parcels", "sent", "owner"),
                                      missing_dies=missing_dies)]),
                table("parcels", *(rows or [{"id": 9, "order_id": None, "sent": date(2026, 6, 1)}]),
                      links=[owned("orders", "order_id")], families={"sent": Family.DATE}),
                purposes=[purpose(period=MONTH)], **more)  # fmt: skip


OLD, NEW = date(2020, 1, 1), date(2026, 6, 1)
FIRST, LAST = ClockKind.FIRST, ClockKind.LAST

CASES: list[Hand] = [
    dated("a month ends with its day", MONTH, date(2026, 6, 15), live=date(2026, 5, 15), dead=date(2026, 5, 14)),
    dated("31 January plus a month is the last of February", MONTH, date(2026, 3, 1), live=date(2026, 2, 1),
          dead=date(2026, 1, 31)),
    dated("... which still holds on that day", MONTH, date(2026, 2, 28), live=date(2026, 1, 28),
          dead=date(2026, 1, 27)),
    dated("in a leap year it is the 29th", MONTH, date(2028, 3, 1), live=date(2028, 2, 1), dead=date(2028, 1, 29)),
    dated("29 February plus a year is 28 February", Period(years=1), date(2029, 3, 1), live=date(2028, 3, 1),
          dead=date(2028, 2, 29)),
    dated("months are clamped before days are added", Period(months=1, days=1), date(2026, 3, 2),
          live=date(2026, 2, 1), dead=date(2026, 1, 29)),
    dated("years and months are added in one step", Period(years=1, months=1), date(2025, 3, 29),
          live=date(2024, 2, 29), dead=date(2024, 2, 28)),
    dated("three weeks are 21 days", Period(weeks=3), date(2026, 6, 15), live=date(2026, 5, 25),
          dead=date(2026, 5, 24)),
    dated("from the end of the calendar month", MONTH, date(2026, 3, 1), live=date(2026, 2, 1), dead=date(2026, 1, 1),
          rounding=Rounding.MONTH),
    dated("from the end of the calendar quarter", Period(days=10), date(2026, 7, 11), live=date(2026, 7, 1),
          dead=date(2026, 4, 1), rounding=Rounding.QUARTER),
    dated("seven years from the end of the calendar year", Period(years=7), date(2027, 1, 1), live=date(2020, 1, 1),
          dead=date(2019, 12, 31), rounding=Rounding.YEAR),
    dated("a start in the future holds", MONTH, date(2026, 6, 15), live=date(2026, 12, 31), dead=date(2026, 1, 1)),
    clocked("an aware start counts by the controller's day", datetime(2026, 5, 14, 22, 0, tzinfo=UTC),
            datetime(2026, 5, 14, 21, 59, 59, tzinfo=UTC)),
    clocked("a naive start is in the store's zone", datetime(2026, 5, 14, 22, 0), datetime(2026, 5, 14, 21, 59, 59)),
    clocked("a store in New York", datetime(2026, 5, 14, 18, 0), datetime(2026, 5, 14, 17, 59, 59),
            store="America/New_York"),
    clocked("epoch seconds", seconds(datetime(2026, 5, 14, 22, 0, tzinfo=UTC)),
            seconds(datetime(2026, 5, 14, 21, 59, 59, tzinfo=UTC)), Dress.EPOCH_S),
    clocked("epoch milliseconds", seconds(datetime(2026, 5, 14, 22, 0, tzinfo=UTC)) * 1000,
            seconds(datetime(2026, 5, 14, 22, 0, tzinfo=UTC)) * 1000 - 1, Dress.EPOCH_MS),
    clocked("a text time", "2026-05-14 22:00:00", "2026-05-14 21:59:59", Dress.TEXT),
    clocked("a text time with a T", "2026-05-14T22:00:00", "2026-05-14T21:59:59", Dress.TEXT_T),
    clocked("a bare text date is that day in every zone", "2026-05-15", "2026-05-14", Dress.TEXT,
            store="America/New_York"),
    clocked("a date is that day in every zone", date(2026, 5, 15), date(2026, 5, 14), store="America/New_York",
            controller="Europe/Stockholm"),
    clocked("hours count to the instant", NOON.replace(tzinfo=None) - timedelta(hours=36),
            NOON.replace(tzinfo=None) - timedelta(hours=36, seconds=1), period=Period(hours=36)),
    clocked("hours from a bare date count from the midnight after it", date(2026, 6, 14), date(2026, 6, 13),
            period=Period(hours=12)),
    clocked("hours are hours when the clocks change", datetime(2026, 10, 24, 14, 0), datetime(2026, 10, 24, 13, 59, 59),
            period=Period(hours=24), store="Europe/Stockholm", now=datetime(2026, 10, 25, 12, 0, tzinfo=UTC)),
    hand("a time the clocks show twice is the later", P,
         table("logs", {"id": 1, "at": datetime(2026, 10, 25, 2, 30), "ip": "x"}, personal=["ip"],
               grounds=[ground("orders", since="at")]),
         purposes=[purpose(period=Period(hours=1))], store="Europe/Stockholm",
         now=datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    missing("a missing start holds", {"id": 1, "at": None, "ip": "x"}),
    missing("... unless the ground says that it dies", {"id": 1, "at": None, "ip": "x"}, missing_dies=True,
            deleted=[("logs", 1)]),
    missing("a text that is not of its dress is missing", {"id": 1, "at": "2020-1-5", "ip": "x"},
            {"id": 2, "at": "2020-01-05T10:00:00", "ip": "x"}, {"id": 3, "at": "", "ip": "x"},
            {"id": 4, "at": "2020-01-05 10:00:00", "ip": "x"}, dress=Dress.TEXT, deleted=[("logs", 4)]),
    hand("a purpose without a period never expires", P,
         table("logs", {"id": 1, "at": OLD, "ip": "x"}, personal=["ip"], grounds=[ground("orders", since="at")])),
    hand("an unknown period never expires", P,
         table("logs", {"id": 1, "at": OLD, "ip": "x"}, personal=["ip"], grounds=[ground("orders", since="at")]),
         purposes=[purpose(unknown=True)]),
    of_parent("a parent's clock", 1, deleted=[("lines", 5)]),
    of_parent("a parent's clock that still runs", 2),
    of_parent("a parent without a date: missing holds", 3),
    of_parent("no parent row: missing holds", 99),
    of_parent("no parent row: missing dies", 99, missing_dies=True, deleted=[("lines", 5)]),
    of_parent("a NULL link: missing holds", None),
    of_children("last: every child expired", LAST, OLD, OLD, changed={("orders", 1): {"text": None}}),
    of_children("last: one child is young", LAST, OLD, NEW),
    of_children("last: a child without a date holds", LAST, OLD, None),
    of_children("last: ... unless missing dies", LAST, OLD, None, missing_dies=True,
                changed={("orders", 1): {"text": None}}),
    of_children("last: only children without a date, and missing dies", LAST, None, missing_dies=True,
                changed={("orders", 1): {"text": None}}),
    of_children("last: no child is not fresh", LAST, deleted=[("orders", 1)]),
    of_children("first: some child expired", FIRST, OLD, NEW, changed={("orders", 1): {"text": None}}),
    of_children("first: no child expired", FIRST, NEW, NEW),
    of_children("first: a child without a date is passed over", FIRST, None, NEW),
    of_children("first: all without dates is missing", FIRST, None, None),
    of_children("first: all without dates, and missing dies", FIRST, None, missing_dies=True,
                changed={("orders", 1): {"text": None}}),
    of_children("first: no child is not fresh", FIRST, deleted=[("orders", 1)]),
]  # fmt: skip
