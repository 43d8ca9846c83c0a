"""Instants cut to the controller's month and year: what the engines compute is what Python's zones say."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.connectors.support import run
from tests.oracle.times import midnight
from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.first_days import of_instant, offsets
from tillit.model.mapping import Form

ZONES = (
    "UTC",
    "Europe/Stockholm",
    "America/New_York",
    "America/Havana",  # first midnights that the clocks show twice
    "America/Sao_Paulo",
    "Africa/Casablanca",  # an hour away for one month a year
    "Asia/Kolkata",
    "Pacific/Apia",  # left out a day
    "Pacific/Kiritimati",  # left out the first of January 1995
    "Africa/Monrovia",  # offsets with seconds, until 1972
)
FIRST, LAST = datetime(1971, 1, 2, tzinfo=UTC), datetime(2037, 12, 30, tzinfo=UTC)
MARIADB_BEGINS = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


@pytest.fixture(params=["postgresql", "mariadb"])
def engine(request: pytest.FixtureRequest):
    url = request.getfixturevalue({"postgresql": "pg_url", "mariadb": "mariadb_url"}[request.param])
    kind = "TIMESTAMPTZ" if request.param == "postgresql" else "TIMESTAMP(6) NULL"
    run(url, f"CREATE TABLE moments (id INTEGER PRIMARY KEY, at {kind})")
    made = open_engine(url)
    yield made
    made.dispose()


def write(engine: sa.Engine, moments: list[datetime]) -> None:
    plain = engine.dialect.name == "postgresql"
    rows = [{"id": n, "at": m if plain else m.replace(tzinfo=None)} for n, m in enumerate(moments)]
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM moments"))
        connection.execute(sa.text("INSERT INTO moments VALUES (:id, :at)"), rows)


def cut(engine: sa.Engine, form: Form, zone: str) -> list[datetime]:
    source = sa.table("moments", sa.column("id"), sa.column("at"))
    name = "postgresql" if engine.dialect.name == "postgresql" else "mariadb"
    with engine.connect() as connection:
        rows = connection.execute(sa.select(of_instant(name, source.c.at, form, zone)).order_by(source.c.id))
        return [at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC) for (at,) in rows]


def begins(moment: datetime, form: Form, zone: str) -> datetime:
    day: date = moment.astimezone(ZoneInfo(zone)).date()
    return midnight(day.replace(day=1, month=1 if form is Form.YEAR else day.month), ZoneInfo(zone))


@pytest.mark.parametrize("zone", ZONES)
def test_both_engines_cut_as_python_does(engine: sa.Engine, zone: str) -> None:
    dice = random.Random(zone)
    span = int((LAST - FIRST).total_seconds())
    moments = [FIRST + timedelta(seconds=dice.randrange(span), microseconds=dice.randrange(10**6)) for _ in range(300)]
    changes = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second) for second, _ in offsets(zone)]
    edges = [begins(moment, form, zone) for moment in moments[:60] for form in (Form.YEAR, Form.YEAR_MONTH)] + changes
    around = [edge + timedelta(seconds=by) for edge in edges for by in (-3601, -1, 0, 1, 3601)]
    moments += [moment for moment in around if FIRST < moment < LAST]
    write(engine, moments)
    for form in (Form.YEAR, Form.YEAR_MONTH):
        told = cut(engine, form, zone)
        wrong = [
            (m, t, begins(m, form, zone))
            for m, t in zip(moments, told, strict=True)
            if t != begins(m, form, zone) and _comparable(zone, m, form)
        ]
        assert wrong == []
        write(engine, told)
        assert cut(engine, form, zone) == told
        write(engine, moments)


def _comparable(zone: str, moment: datetime, form: Form) -> bool:
    """Kiritimati had no 1 January 1995: which instant stands for it is the engine's choice."""
    return zone != "Pacific/Kiritimati" or begins(moment, form, zone).year not in (1994, 1995)


def test_an_instant_whose_year_began_before_the_type_does(mariadb_url: str) -> None:
    run(mariadb_url, "CREATE TABLE moments (id INTEGER PRIMARY KEY, at TIMESTAMP(6) NULL)")
    engine = open_engine(mariadb_url)
    write(engine, [datetime(1970, 1, 1, 2, 0, tzinfo=UTC)])
    for zone in ("Europe/Stockholm", "America/New_York"):
        assert cut(engine, Form.YEAR, zone) == [MARIADB_BEGINS]
    engine.dispose()


NO_TIMES = {
    "postgresql": "CREATE TABLE moments (id INTEGER PRIMARY KEY, at TIMESTAMPTZ); "
    "INSERT INTO moments VALUES (1, 'infinity'), (2, '-infinity'), (3, NULL)",
    "mariadb": "SET sql_mode = ''; CREATE TABLE moments (id INTEGER PRIMARY KEY, at TIMESTAMP NULL); "
    "INSERT INTO moments VALUES (1, '0000-00-00'), (2, '0000-00-00'), (3, NULL)",
}


def test_what_tells_no_time_stays_as_it_is(pg_url: str, mariadb_url: str) -> None:
    for name, url in (("postgresql", pg_url), ("mariadb", mariadb_url)):
        run(url, NO_TIMES[name])
        engine = open_engine(url)
        column = sa.table("moments", sa.column("at")).c.at
        same = of_instant(name, column, Form.YEAR, "Europe/Stockholm") == column
        with engine.connect() as connection:
            assert connection.execute(sa.select(sa.func.count()).where(same)).scalar_one() == 2
        engine.dispose()
