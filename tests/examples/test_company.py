"""The made-up company: the same every time, whole on every engine, and on both sides of every limit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import sqlalchemy as sa

from examples.qualisys.company import cast, limits
from examples.qualisys.company.__main__ import VARIABLES, main
from examples.qualisys.company.build import MARK, STORE_OF, STORES, Occupied, company, digest_of
from examples.qualisys.company.world import Row, World, milliseconds, months_before
from tests.examples.support import as_one, built_in, count, databases, sqlite_files

TODAY = date(2026, 6, 15)
PEOPLE = 800


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    """One company on SQLite, its four stores seen as one."""
    urls = sqlite_files(tmp_path_factory.mktemp("company"))
    built_in(urls, PEOPLE, 1, TODAY)
    with as_one(urls) as connection:
        yield connection


def test_the_same_seed_and_day_give_the_same_company():
    first = digest_of(PEOPLE, 1, TODAY)
    assert first == digest_of(PEOPLE, 1, TODAY)
    assert len({first, digest_of(PEOPLE, 2, TODAY), digest_of(PEOPLE + 1, 1, TODAY)}) == 3
    assert first != digest_of(PEOPLE, 1, date(2026, 6, 16))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql", "mariadb"])
def test_it_stands_whole_on_every_engine(engine: str, tmp_path: Path, new_database: Callable[[str], str]):
    urls = databases(engine, tmp_path, new_database)
    counts = built_in(urls, 120, 3, TODAY)
    rows = {name: list(rows) for name, rows in company(World(120, 3, TODAY))}
    assert counts == {name: len(made) for name, made in rows.items()}
    assert set(counts) == set(STORE_OF)
    for store, metadata in STORES.items():
        _stands_whole(sa.create_engine(urls[store]), metadata, rows)


def _stands_whole(engine: sa.Engine, metadata: sa.MetaData, rows: dict[str, list[Row]]) -> None:
    with engine.connect() as connection:
        assert connection.scalar(sa.select(metadata.tables[MARK].c.digest)) == digest_of(120, 3, TODAY)
        for name, table in metadata.tables.items():
            if name == MARK:
                continue
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == len(rows[name]) > 0, name
            if "name" in table.c:
                stored = connection.execute(sa.select(table.c.id, table.c.name).order_by("id")).all()
                made = sorted(rows[name], key=lambda row: int(str(row["id"])))
                assert [tuple(row) for row in stored] == [(row["id"], row["name"]) for row in made], name
    engine.dispose()


def test_every_row_of_a_table_has_all_its_columns():
    """One statement writes many rows: a column that the first row lacks would be lost silently."""
    for name, rows in company(World(60, 1, TODAY)):
        columns = frozenset(column.name for column in STORES[STORE_OF[name]].tables[name].columns)
        assert {frozenset(row) for row in rows} == {columns}, name


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2027, 1, 1), date(2026, 12, 31), date(2026, 3, 29)])
def test_any_day_may_be_today(today: date, tmp_path: Path):
    urls = sqlite_files(tmp_path)
    built_in(urls, 50, 1, today)
    with as_one(urls) as connection:
        for store in STORES:
            assert connection.exec_driver_sql(f"PRAGMA {store}.foreign_key_check").all() == []
        assert count(connection, "orders", f"ordered_at > '{today} 23:59:59'") == 0


def test_keys_that_nobody_declared_lead_somewhere_all_the_same(built: sa.Connection):
    for table, column, parent in (
        ("invoices", "order_id", "orders"),
        ("registrations", "contact_id", "readers"),
        ("sends", "contact_id", "readers"),
        ("sends", "prospect_id", "prospects"),
        ("readers", "id", "contacts"),
        ("accounts", "id", "contacts"),
        ("downloads", "account_id", "accounts"),
        ("visitors", "account_id", "accounts"),
        ("registrations", "prospect_id", "prospects"),
        ("newsletter_subscriptions", "prospect_id", "prospects"),
        ("web_visits", "account_id", "accounts"),
        ("security_log", "account_id", "accounts"),
    ):
        assert count(built, table, f"{column} IS NOT NULL") > 0
        assert count(built, table, f"{column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {parent})") == 0
    assert count(built, "survey_answers", "contact_id = 0") > 0
    assert count(built, "survey_answers", "contact_id > 0 AND contact_id NOT IN (SELECT id FROM readers)") == 0


def text(day: date) -> str:
    return f"'{day} 00:00:00'"


def ms(day: date) -> int:
    return milliseconds(datetime.combine(day, datetime.min.time()))


IP_IN_FULL = "ip NOT LIKE '%.0' AND ip NOT LIKE '%::'"
TICKET = "ticket_id IN (SELECT id FROM tickets WHERE closed_at"
OPEN = "vacancy_id IS NULL"
EVENT = "event_id IN (SELECT id FROM events WHERE"
LIMITS = {  # the clock as SQL, and the day on which it divides: TODAY minus the period, by hand
    "accounting": ("invoices", "fiscal_year_id", "2019"),
    "recall": ("orders", "recall_relevant AND delivered_at", text(date(2016, 6, 15))),
    "support": ("tickets", "status = 'closed' AND closed_at", text(date(2023, 6, 15))),
    "support messages": ("messages", TICKET, text(date(2023, 6, 15)) + ")"),
    "support_technical": ("tickets", "ip_address IS NOT NULL AND closed_at", text(date(2025, 6, 15))),
    "enquiries": ("web_enquiries", "received_at", text(date(2025, 6, 15))),
    "events": ("registrations", f"name <> '' AND {EVENT} ends_on", "'2023-06-15')"),
    "event_details": ("registrations", f"travel_notes IS NOT NULL AND {EVENT} evaluated_on", "'2026-04-15')"),
    "event_food": ("registrations", f"food_restrictions IS NOT NULL AND {EVENT} ends_on", "'2026-06-01')"),
    "surveys": ("survey_answers", "answer IS NOT NULL AND answered_at", text(date(2024, 6, 15))),
    "prospecting": ("prospects", "last_response_at", text(date(2024, 6, 15))),
    "prospecting, silent": ("prospects", "last_response_at IS NULL AND created_at", text(date(2024, 6, 15))),
    "market_analysis": ("web_visits", "visited_ms", str(ms(date(2025, 6, 15)))),
    "website_improvement": ("web_visits", f"{IP_IN_FULL} AND visited_ms", str(ms(date(2026, 5, 25)))),
    "recruitment": ("applications", "vacancy_id IS NOT NULL AND decided_on", "'2024-06-15'"),
    "open, looked at": ("applications", f"{OPEN} AND reviewed_on", "'2025-06-15'"),
    "open, received": ("applications", f"{OPEN} AND reviewed_on IS NULL AND received_at", text(date(2025, 6, 15))),
    "it_security": ("security_log", "logged_at", text(date(2026, 5, 25))),
    "logins": ("logins", "logged_in_at", text(date(2026, 5, 25))),
    "downloads": ("downloads", "ip IS NOT NULL AND fetched_at", text(date(2026, 5, 25))),
    "credit_check": ("credit_checks", "checked_on", "'2026-03-15'"),
    "complaints": ("complaints", "closed_at", text(date(2023, 6, 15))),
    "support_calls": ("call_recordings", "recorded_at", text(date(2026, 3, 15))),
    "claims": ("disputes", "ended_on", "'2025-06-15'"),
    "requests": ("privacy_requests", "answered_on", "'2023-06-15'"),
    "disclosures": ("disclosures", "disclosed_on", "'2023-06-15'"),
    "do_not_contact": ("do_not_contact", "opted_out_on", "'2016-06-15'"),
    "letters to prospects": ("sends", "reader = 'prospect' AND sent_at", text(date(2024, 6, 15))),
    "travel": ("travel_bookings", f"{EVENT} evaluated_on", "'2026-04-15')"),
    "location_features": ("locations", "located_at", text(date(2026, 3, 15))),
    "website_operation": ("visitors", "session IS NOT NULL AND visited_at", text(date(2026, 6, 14))),
    "website_choices": ("visitors", "choices IS NOT NULL AND visited_at", text(date(2025, 12, 15))),
    "website_statistics": ("visitors", "visitor IS NOT NULL AND visited_at", text(date(2026, 5, 25))),
    "last login": ("accounts", "last_ip IS NOT NULL AND last_login_at", text(date(2026, 5, 25))),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_rows_lie_on_both_sides_of_every_limit(built: sa.Connection, name: str):
    table, clock, day = LIMITS[name]
    assert count(built, table, f"{clock} >= {day}") > 0
    assert count(built, table, f"{clock} < {day}") > 0


@pytest.mark.parametrize("name", [n for n in LIMITS if n not in ("accounting", "last login", "recall", "travel")])
def test_most_rows_keep_the_limit(built: sa.Connection, name: str):
    """A company that keeps most of its promises: what is late stays far under the brake."""
    table, clock, day = LIMITS[name]
    assert count(built, table, f"{clock} < {day}") < count(built, table, f"{clock} >= {day}")


def test_dates_are_missing_here_and_there(built: sa.Connection):
    assert count(built, "tickets", "status = 'closed' AND closed_at IS NULL") > 0
    assert count(built, "orders", "status = 'delivered' AND delivered_at IS NULL") > 0
    assert count(built, "applications", "status = 'declined' AND decided_on IS NULL") > 0
    assert count(built, "events", f"ends_on < '{TODAY}' AND evaluated_on IS NULL") > 0
    assert count(built, "web_enquiries", "received_at IS NULL") > 0
    assert count(built, "survey_answers", "answered_at IS NULL") > 0


def test_what_is_planted_is_there(built: sa.Connection):
    astrid = f"lower(trim(%s)) = '{cast.ASTRID}'"
    assert count(built, "legacy_export", astrid % "mail") == 1
    assert count(built, "accounts", f"recovery_phone = '{cast.ASTRID_PHONE}'") == 1
    assert count(built, "contacts", f"id = 3 AND note LIKE '%{cast.ASTRID_PHONE}%'") == 1
    assert count(built, "newsletter_subscriptions", "unsubscribed_at IS NOT NULL") > 0
    assert count(built, "contacts", "left_at IS NOT NULL") > 0
    assert count(built, "contacts", "kind = 'business' AND birth_date IS NOT NULL") > 0
    assert count(built, "addresses", "id NOT IN (SELECT address_id FROM contact_addresses)") > 0
    shared = "(SELECT address_id FROM contact_addresses GROUP BY address_id HAVING count(*) > 1)"
    assert count(built, "contact_addresses", f"address_id IN {shared}") > 10
    assert count(built, "contacts", "name IN (SELECT name FROM contacts GROUP BY name HAVING count(*) > 1)") > 10


def test_one_person_stands_there_under_three_spellings(built: sa.Connection):
    rows = built.execute(sa.text("SELECT id, email FROM contacts WHERE email IS NOT NULL")).all()
    spelt = {row.id: row.email for row in rows if unicodedata.normalize("NFC", row.email).strip().lower() == cast.ORJAN}
    assert sorted(spelt) == [5, 6, 7]
    assert len({email.strip() for email in spelt.values()}) == 3


def test_astrid_has_rows_everywhere(built: sa.Connection):
    for table, column in (
        ("orders", "contact_id"), ("invoices", "contact_id"), ("tickets", "requester_id"), ("messages", "sender_id"),
        ("accounts", "id"), ("contact_addresses", "contact_id"), ("newsletter_subscriptions", "contact_id"),
        ("registrations", "contact_id"), ("survey_answers", "contact_id"), ("web_visits", "account_id"),
        ("security_log", "account_id"), ("tenders", "contact_id"), ("complaints", "contact_id"),
        ("call_recordings", "contact_id"), ("partner_cases", "contact_id"), ("disclosures", "contact_id"),
        ("readers", "id"), ("sends", "contact_id"), ("logins", "account_id"), ("downloads", "account_id"),
        ("devices", "account_id"), ("locations", "device_id"), ("visitors", "account_id"),
    ):  # fmt: skip
        assert count(built, table, f"{column} = 1") > 0, table
    for table in ("contacts", "prospects", "applicants", "web_enquiries"):
        assert count(built, table, f"lower(trim(email)) = '{cast.ASTRID}'") > 0, table


def test_nobody_is_real():
    """Every e-mail address, telephone number and IP address is one that is set aside, in every text of every table."""
    phones = [
        re.compile(r"(0|\+?46)701740(6[0-9]{2})$"),
        re.compile(r"(0|\+?46)313900(6[0-9]{2})$"),
        re.compile(r"(0|\+?46)8465004([0-9]{2})$"),
    ]
    networks = [ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
    seen = {"mail": 0, "phone": 0, "ip": 0, "number": 0}
    for table, rows in company(World(PEOPLE, 1, TODAY)):
        for row in rows:
            for name, value in row.items():
                if not isinstance(value, str):
                    continue
                for domain in re.findall(r"@([\w.-]+)", value):
                    seen["mail"] += 1
                    assert re.fullmatch(r"(example\.(com|org|net)|[\w-]+\.example)", domain.lower()), (table, name)
                if name in ("phone", "mobile", "recovery_phone"):
                    seen["phone"] += 1
                    assert any(p.match(re.sub(r"[ -]", "", value)) for p in phones), (table, name)
                if name == "organisation_number":
                    seen["number"] += 1
                    assert value.startswith("00") or value[2:4] == "13", (table, name)
                if name in ("ip", "ip_address", "last_ip"):
                    seen["ip"] += 1
                    assert any(ip_address(value) in network for network in networks), (table, name)
    assert min(seen.values()) > 50


def test_the_rows_at_the_limits_stand_three_days_off():
    world = World(PEOPLE, 1, date(2026, 5, 31))
    assert months_before(world.today, 3) == date(2026, 2, 28)
    assert limits.sides(world, months=12) == (date(2025, 6, 3), date(2025, 5, 28))
    assert limits.sides(world, days=21) == (date(2026, 5, 13), date(2026, 5, 7))


def test_a_database_in_use_is_left_alone(tmp_path: Path):
    urls = sqlite_files(tmp_path)
    engine = sa.create_engine(urls["business"])
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO orders VALUES (7)")
    for replace in (False, True):
        with pytest.raises(Occupied):
            built_in(urls, 50, 1, TODAY, replace=replace)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM orders").scalars().all() == [7]
    engine.dispose()
    assert sa.inspect(sa.create_engine(urls["web"])).get_table_names() == []


def test_each_store_has_a_database_of_its_own(tmp_path: Path):
    with pytest.raises(Occupied, match="give each its own"):
        built_in(dict.fromkeys(STORES, f"sqlite:///{tmp_path / 'one.sqlite'}"), 50, 1, TODAY)


def test_a_company_is_built_anew_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    urls = [word for store, url in sqlite_files(tmp_path).items() for word in (f"--{store}", url)]
    words = ["--people", "50", *urls, "--now", "2026-06-15"]
    assert main(words) == 0
    assert "Built a company of" in capsys.readouterr().out
    assert main(words) == 2
    assert "--replace" in capsys.readouterr().err
    assert main([*words, "--replace", "--seed", "5"]) == 0
    assert main(["--people", "3", *urls]) == 2


def test_a_missing_database_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    words = ["--people", "50", "--business", f"sqlite:///{tmp_path / 'business.sqlite'}", "--now", "2026-06-15"]
    assert main(words) == 2
    assert "QUALISYS_WEB, QUALISYS_MARKETING, QUALISYS_RECRUITMENT" in capsys.readouterr().err
    assert main([*words, "--some"]) == 0
