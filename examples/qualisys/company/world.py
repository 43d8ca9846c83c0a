"""What every builder needs: today, chance that repeats, and the light facts that later tables lean on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

Row = dict[str, object]
Rows = Iterator[Row]

FIRST = 1001  # the first key of a row made by chance; `cast` and `limits` have the lower ones


class Contact(NamedTuple):
    id: int
    company: int | None
    kind: str  # 'private', 'sole' (a firm that is one person) or 'business' (who works for a company)
    name: str
    email: str
    created: date
    address: int
    left: date | None
    organisation_number: str | None

    @property
    def private(self) -> bool:
        """Whether they buy for themselves, and are a party to the contract."""
        return self.kind != "business"


class Order(NamedTuple):
    id: int
    contact: Contact
    ordered: date
    delivered: date | None
    status: str
    total: int


@dataclass(slots=True)
class World:
    """One company. `today` is the company's day; all dates are counted back from it."""

    people: int
    seed: int
    today: date
    companies: dict[int, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    prospects: list[tuple[int, str, str]] = field(default_factory=list)  # key, name, e-mail
    accounts: list[tuple[int, str, datetime]] = field(default_factory=list)  # key, user name, last login
    devices: list[tuple[int, bool, bool]] = field(default_factory=list)  # key, place setting now, ever
    readers: list[tuple[int | None, int | None, str, int, int | None]] = field(default_factory=list)
    guests: list[tuple[int, int, str]] = field(default_factory=list)  # registration, number of the event, name
    files: list[tuple[str, bytes]] = field(default_factory=list)  # path and content of files of applications

    def chance(self, name: str) -> Random:
        """A stream of its own for each table: a change to one leaves the others as they were."""
        return Random(f"{self.seed}:{name}")

    def share(self, percent: float, least: int = 3) -> int:
        """So many per hundred people."""
        return max(least, round(self.people * percent / 100))

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def at(self, ago: int, rng: Random) -> datetime:
        """Some time of that day (UTC, without zone). Between 06 and 20: no time zone moves it to another day."""
        return at(self.day(ago), rng)


def at(day: date, rng: Random) -> datetime:
    return datetime.combine(day, time(rng.randrange(6, 20), rng.randrange(60), rng.randrange(60)))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12))


def milliseconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp()) * 1000


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
