"""Draws rows, standings and the moment of the sweep, dense where the calendar and NULL bite."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.oracle import binding
from tests.oracle.draft import Draft, TableDraft
from tests.oracle.world import Row, Rows
from tillit.model.mapping import Dress, Link
from tillit.model.policy import Retention, Rounding
from tillit.model.schema import Family, ForeignKey
from tillit.model.standing import Person, Standing

TEXT_KEYS = ("alfa", "Beta", "åsa", "öst", "d4", "E5", "f6 g", "U7", "o'8", "nio")
TEXTS = ("Anna", "anna", "ANNA", "Anna ", "Örjan", "örjan", "O'Hara", "%", "", " ", "erased", "ERASED", "erased ")
UNIQUE_TEXTS = ("Lina", "Måns", "Nils", "Olof", "Pia", "Quist", "Rut", "Siv", "Tor", "Ulf", "Vera", "Yngve")
MAILS = (
    "anna@x.se", " Anna@X.se", "ANNA@x.se ", "örjan@x.se", "ÖRJAN@X.SE", "bo@x.se",
    "", "  ", "linnéa@x.se", "LINNÉA@X.SE", "linnea@x.se",
)  # fmt: skip
IPS = ("192.168.7.33", "192.168.7.0", "10.0.0.1", "2001:db8:1:2::3", "2001:DB8:1::", "2001:db8:1::", "::1")
ODD_IPS = ("unknown", "1.2.3", "", "10.0.0.1 ", "::ffff:10.1.2.3")
STATUSES = ("open", "shipped", "OPEN", "open ", "", "öppen", "closed", "öppen ")
TIMES = ((0, 0), (0, 30), (1, 30), (5, 0), (12, 0), (18, 30), (22, 30), (23, 30))
DAYS = (
    (2028, 2, 29), (2028, 3, 1), (2027, 2, 28), (2027, 3, 1), (2027, 3, 31), (2027, 4, 30), (2027, 5, 1),
    (2026, 12, 31), (2027, 1, 1), (2027, 1, 2), (2026, 3, 29), (2026, 10, 25), (2026, 10, 26), (2026, 11, 1),
    (2027, 3, 14), (2026, 7, 1), (2026, 6, 30), (2026, 8, 31), (2026, 9, 1), (2027, 3, 30), (2027, 3, 29),
    (2027, 3, 2), (2027, 5, 2), (2027, 3, 3), (2028, 3, 2), (2027, 10, 1), (2027, 4, 1),
)  # fmt: skip


def now(draft: Draft) -> datetime:
    """A moment on a day that the calendar makes hard, or on any day."""
    zone = ZoneInfo(draft.policy.controller.timezone)
    day = date(*draft.pick(DAYS)) if draft.chance(0.6) else date(2025, 1, 1) + timedelta(draft.rng.randrange(1400))
    hour, minute = draft.pick(TIMES)
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
    return local.astimezone(draft.pick((UTC, zone)))


def read_by(draft: Draft) -> dict[tuple[str, str], list[Retention]]:
    """The storage periods that start from each column."""
    found: dict[tuple[str, str], list[Retention]] = {}
    store = draft.store()
    for table in store.tables.values():
        for ground in table.grounds:
            keep = draft.policy.purposes[ground.purpose].keep
            if ground.since is not None and keep.period is not None:
                at = (binding.end_of(store, table, ground.since), ground.since.column)
                found.setdefault(at, []).append(keep)
    return found


class Drawer:
    """Draws the cells of one draft: keys first, then everything that points at them."""

    def __init__(self, draft: Draft, moment: datetime) -> None:
        self.draft = draft
        self.now = moment
        self.zone = ZoneInfo(draft.policy.controller.timezone)
        self.today = moment.astimezone(self.zone).date()
        self.rows: Rows = {}
        self.keeps = read_by(draft)

    def all(self) -> Rows:
        for table in self.draft.tables.values():
            count = self.draft.rng.choice((0, 1, 2, 3, 4, 5, 6, 7))
            self.rows[table.name] = [dict(zip(table.key, key, strict=True)) for key in self.keys(table, count)]
        self.tombstones()
        for table in self.draft.tables.values():
            for place, row in enumerate(self.rows[table.name]):
                self.fill(table, row, place)
        for _ in range(len(self.draft.foreign_keys) + 1):  # a mended key may be another's target
            for key in self.draft.foreign_keys:
                self.mend(key)
        return {t.name: [{c: row[c] for c in t.infos} for row in self.rows[t.name]] for t in self.draft.tables.values()}

    def keys(self, table: TableDraft, count: int) -> list[tuple[object, ...]]:
        found: dict[tuple[object, ...], None] = {}
        while len(found) < count:
            found[tuple(self.key_part(table, c) for c in table.key)] = None
        return sorted(found, key=str)

    def key_part(self, table: TableDraft, column: str) -> object:
        if table.infos[column].family is Family.TEXT:
            return self.draft.pick(TEXT_KEYS)
        return self.draft.rng.randint(1, 3 if len(table.key) > 1 else 9)

    def tombstones(self) -> None:
        """The row a declared link's tombstone names must exist."""
        declared = {(k.table, k.columns) for k in self.draft.foreign_keys}
        for table in self.draft.tables.values():
            for link in table.links:
                if link.tombstone is None or link.prefix is not None:
                    continue
                parent = self.draft.tables[link.table]
                row: Row = {parent.key[0]: link.tombstone}
                there = any(r[parent.key[0]] == link.tombstone for r in self.rows[parent.name])
                if not there and ((table.name, link.columns) in declared or self.draft.chance(0.3)):
                    self.rows[parent.name].append(row)

    def fill(self, table: TableDraft, row: Row, place: int) -> None:
        for link in table.links:
            if link.via is None and not link.pointed_by and not link.matches:
                self.point(table, row, link)
        for column, kind in table.kinds.items():
            if column not in row:
                row[column] = self.loose_key(table, column) if kind.startswith("link:") else None
                if kind.startswith("link:"):
                    continue
                if not table.infos[column].nullable or self.draft.chance(0.85):
                    row[column] = self.cell(table, row, column, kind, place)

    def point(self, table: TableDraft, row: Row, link: Link) -> None:
        """Most links lead to a row, some nowhere, some to a row that is not there."""
        parent = self.draft.tables[link.table]
        to = link.to or parent.key
        if any(c in row for c in link.columns):
            return
        there = self.rows[parent.name]
        target = self.draft.pick(there) if there and self.draft.chance(0.85) else None
        values = [target[c] for c in to] if target is not None else [self.key_part(parent, c) for c in to]
        if link.prefix is not None:
            values = [self.tag(link.prefix, values[0])]
        for column, value in zip(link.columns, values, strict=True):
            null = table.infos[column].nullable and self.draft.chance(0.12)
            row[column] = None if null else value

    def tag(self, prefix: str, value: object) -> str:
        odd = (f"{prefix}0{value}", f"{value}", f"{prefix} {value}", f"{prefix.swapcase()}{value}")
        return self.draft.pick(odd) if self.draft.chance(0.15) else f"{prefix}{value}"

    def loose_key(self, table: TableDraft, column: str) -> object:
        """A column that points somewhere though no link of the map says so (declared keys, `via` tables)."""
        if table.infos[column].nullable and self.draft.chance(0.12):
            return None
        for parent, to in self.parents_of(table, column):
            there = self.rows[parent.name]
            if there and self.draft.chance(0.85):
                return self.draft.pick(there)[to]
            return self.key_part(parent, to)
        family = table.infos[column].family
        return self.draft.pick(TEXT_KEYS) if family is Family.TEXT else self.draft.rng.randint(1, 9)

    def parents_of(self, table: TableDraft, column: str) -> list[tuple[TableDraft, str]]:
        tables = self.draft.tables
        keys = [k for k in self.draft.foreign_keys if k.table == table.name]
        found = [(tables[k.parent], dict(zip(k.columns, k.parent_columns, strict=True))) for k in keys]
        for other in tables.values():
            for link in other.links:
                if link.via is not None and link.via.table == table.name:
                    found.append((other, dict(zip(link.via.here, other.key, strict=True))))
                    found.append((tables[link.table], dict(zip(link.via.there, tables[link.table].key, strict=True))))
        return [(parent, pairs[column]) for parent, pairs in found if column in pairs]

    def cell(self, table: TableDraft, row: Row, column: str, kind: str, place: int) -> object:
        pick = self.draft.pick
        draw: dict[str, Callable[[], object]] = {
            "text": lambda: self.text(table, row),
            "unique_text": lambda: UNIQUE_TEXTS[place % len(UNIQUE_TEXTS)],
            "mail": lambda: pick(MAILS),
            "ip": lambda: pick(IPS + (ODD_IPS if self.draft.features.odd_texts else ())),
            "status": lambda: pick(STATUSES),
            "number": lambda: self.draft.rng.randint(0, 3),
            "flag": lambda: self.draft.chance(0.5),
            "sum": lambda: pick((Decimal("0"), Decimal("0.00"), Decimal("12.50"), Decimal("-3"))),
            "type": lambda: pick(("U", "U", "U", "F", "F", "u", "")),
            "sort": lambda: pick(("c", "c", "m", "C", "")),
            "birth": lambda: self.birth(table.infos[column].family),
            "text_date": self.text_date,
            "clock": lambda: self.dressed(self.start(table, column), table.clocks[column]),
        }
        return draw[kind]()

    def text(self, table: TableDraft, row: Row) -> str:
        key = "-".join(str(row[k]) for k in table.key)
        return self.draft.pick((*TEXTS, f"erased-{key}", f"ERASED-{key}", f"erased-{key} "))

    def birth(self, family: Family) -> object:
        pick = self.draft.pick
        day = date(self.draft.rng.randint(1950, 2010), pick((1, 1, 2, 7, 12)), pick((1, 1, 15, 28)))
        if family is Family.DATE:
            return day
        return datetime(day.year, day.month, day.day, *self.draft.pick(((0, 0), (0, 0), (13, 30))))

    def text_date(self) -> str:
        if self.draft.features.odd_texts and self.draft.chance(0.2):
            return self.draft.pick(("1980", "", "1980-5-17", "17 May 1980"))
        return self.draft.pick(("1980-05-17", "1980-01-01", "1980-05-01", "1980-05-17 10:00:00", "1980-01-01T00:00:00"))

    # Times

    def start(self, table: TableDraft, column: str) -> datetime:
        """An instant whose period ends about now for a purpose that reads the column, or any."""
        every = [p.keep for p in self.draft.policy.purposes.values() if p.keep.period is not None]
        periods = self.keeps.get((table.name, column)) or every
        if not periods or self.draft.chance(0.07):
            return self.now + timedelta(days=self.draft.rng.randint(-4000, 400))
        keep = self.draft.pick(periods)
        assert keep.period is not None
        if keep.period.hours:
            return self.now - timedelta(hours=keep.period.hours, seconds=self.draft.pick((-3600, -1, 0, 1, 3600)))
        months = self.today.year * 12 + self.today.month - 1 - keep.period.years * 12 - keep.period.months
        day = date(months // 12, months % 12 + 1, 1) + timedelta(self.today.day - 1)
        day -= timedelta(weeks=keep.period.weeks, days=keep.period.days)
        day += timedelta(days=self.draft.pick((-3, -2, -1, -1, 0, 0, 1, 1, 2, 3)))
        if keep.rounding is not Rounding.NONE and self.draft.chance(0.7):
            day -= timedelta(days=self.draft.rng.choice((1, 20, 31, 45, 80, 92, 200, 364, 366)))
        hour, minute = self.draft.pick(TIMES)
        zone = self.draft.pick((self.zone, ZoneInfo(self.draft.timezone)))
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)

    def dressed(self, at: datetime, dress: Dress) -> object:
        store = at.astimezone(ZoneInfo(self.draft.timezone)).replace(tzinfo=None)
        endless = self.draft.chance(0.02)
        match dress:
            case Dress.AWARE:
                return at.astimezone(UTC)
            case Dress.NAIVE:
                return datetime(9999, 12, 31) if endless else store
            case Dress.DATE:
                return date(9999, 12, 31) if endless else at.date()
            case Dress.EPOCH_S:
                return int(at.timestamp())
            case Dress.EPOCH_MS:
                return int(at.timestamp()) * 1000 + self.draft.pick((0, 0, 1, 999))
            case Dress.TEXT | Dress.TEXT_T:
                return self.text_time(at, store, " " if dress is Dress.TEXT else "T")

    def text_time(self, at: datetime, store: datetime, separator: str) -> str:
        if self.draft.features.odd_texts and self.draft.chance(0.08):
            other = "T" if separator == " " else " "
            return self.draft.pick(("", "n/a", "2024-1-5", "20240105", "0000", f"2024-01-05{other}10:00:00"))
        if self.draft.chance(0.5):
            return at.date().isoformat()
        return store.isoformat(sep=separator, timespec="seconds")

    # Declared keys

    def mend(self, key: ForeignKey) -> None:
        """Rows of a declared key must not dangle: lead them somewhere, to nowhere, or drop them."""
        parent_key = [tuple(r.get(c) for c in key.parent_columns) for r in self.rows[key.parent]]
        nullable = all(self.draft.tables[key.table].infos[c].nullable for c in key.columns)
        own = set(self.draft.tables[key.table].key)
        kept: list[Row] = []
        for row in self.rows[key.table]:
            values = tuple(row[c] for c in key.columns)
            if None in values or values in parent_key:
                kept.append(row)
            elif nullable and not own & set(key.columns):
                row.update(dict.fromkeys(key.columns))
                kept.append(row)
            elif parent_key:
                row.update(zip(key.columns, self.draft.pick(parent_key), strict=True))
                kept.append(row)
        self.rows[key.table] = kept


def standings(draft: Draft, rows: Rows, moment: datetime, dated: list[datetime]) -> tuple[Standing, ...]:
    """For persons that are rows, and for some that are only keys."""
    found: dict[Person, Standing] = {}
    for table in draft.tables.values():
        if not table.persons:
            continue
        keys = [tuple(row[k] for k in table.key) for row in rows[table.name]]
        drawer = Drawer(draft, moment)
        keys += [tuple(drawer.key_part(table, c) for c in table.key) for _ in range(3)]
        for key in keys:
            if draft.chance(0.65):
                person = Person("crm", table.name, key)
                found[person] = standing(draft, person, moment, dated)
    return tuple(found.values())


def standing(draft: Draft, person: Person, moment: datetime, dated: list[datetime]) -> Standing:
    purposes = list(draft.policy.purposes)
    share = draft.pick((0.0, 0.5, 0.8, 1.0))
    ended = {p: ended_at(draft, moment, dated) for p in purposes if draft.chance(share)}
    consent = frozenset(p for p in purposes if draft.chance(0.5))
    return Standing(person, ended, consent, draft.features.holds and draft.chance(0.1))


def ended_at(draft: Draft, moment: datetime, dated: list[datetime]) -> datetime:
    """Around the rows' own dates, just now, or without limit."""
    drawn = draft.rng.random()
    if drawn < 0.15:
        return datetime.max.replace(tzinfo=UTC)
    if dated and drawn < 0.6:
        return draft.pick(dated) + timedelta(seconds=draft.pick((0, 0, -1, 1, 3600, -3600, 86400)))
    return moment - timedelta(days=draft.pick((0, 1, 40, 400, 3000)))
