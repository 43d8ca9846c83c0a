"""The made-up company: the same every time, whole on every engine, and on both sides of every limit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import sqlalchemy as sa

from examples.qualisys.company import cast, limits
from examples.qualisys.company.__main__ import main
from examples.qualisys.company.build import Occupied, build, company, digest_of
from examples.qualisys.company.schema import METADATA
from examples.qualisys.company.world import World, milliseconds, months_before

TODAY = date(2026, 6, 15)
PEOPLE = 800


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    """One company on SQLite, to look at."""
    engine = sa.create_engine(f"sqlite:///{tmp_path_factory.mktemp('company') / 'company.sqlite'}")
    build(engine, PEOPLE, 1, TODAY)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def count(connection: sa.Connection, table: str, condition: str) -> int:
    return int(connection.execute(sa.text(f"SELECT count(*) FROM {table} WHERE {condition}")).scalar_one())


def test_the_same_seed_and_day_give_the_same_company():
    first = digest_of(PEOPLE, 1, TODAY)
    assert first == digest_of(PEOPLE, 1, TODAY)
    assert len({first, digest_of(PEOPLE, 2, TODAY), digest_of(PEOPLE + 1, 1, TODAY)}) == 3
    assert first != digest_of(PEOPLE, 1, date(2026, 6, 16))


def test_it_stands_whole_on_every_engine(store_url: str):
    engine = sa.create_engine(store_url)
    counts = build(engine, 120, 3, TODAY)
    rows = {name: list(rows) for name, rows in company(World(120, 3, TODAY))}
    assert counts == {name: len(made) for name, made in rows.items()}
    with engine.connect() as connection:
        assert connection.scalar(sa.select(METADATA.tables["demo_company"].c.digest)) == digest_of(120, 3, TODAY)
        for name in rows:
            table = METADATA.tables[name]
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == counts[name] > 0, name
        contacts = METADATA.tables["contacts"]
        stored = connection.execute(sa.select(contacts.c.id, contacts.c.name, contacts.c.email).order_by("id")).all()
    assert [tuple(row) for row in stored] == sorted((row["id"], row["name"], row["email"]) for row in rows["contacts"])
    engine.dispose()


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2027, 1, 1), date(2026, 12, 31), date(2026, 3, 29)])
def test_any_day_may_be_today(today: date, tmp_path: Path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'company.sqlite'}")
    build(engine, 50, 1, today)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert count(connection, "orders", f"ordered_at > '{today} 23:59:59'") == 0
    engine.dispose()


def test_keys_that_nobody_declared_lead_somewhere_all_the_same(built: sa.Connection):
    for table, column, parent in (
        ("invoices", "order_id", "orders"),
        ("registrations", "contact_id", "contacts"),
        ("registrations", "prospect_id", "prospects"),
        ("newsletter_subscriptions", "prospect_id", "prospects"),
        ("web_visits", "account_id", "accounts"),
        ("security_log", "account_id", "accounts"),
    ):
        assert count(built, table, f"{column} IS NOT NULL") > 0
        assert count(built, table, f"{column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {parent})") == 0
    assert count(built, "survey_answers", "contact_id = 0") > 0
    assert count(built, "survey_answers", "contact_id > 0 AND contact_id NOT IN (SELECT id FROM contacts)") == 0


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
    "last login": ("accounts", "last_ip IS NOT NULL AND last_login_at", text(date(2026, 5, 25))),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_rows_lie_on_both_sides_of_every_limit(built: sa.Connection, name: str):
    table, clock, day = LIMITS[name]
    assert count(built, table, f"{clock} >= {day}") > 0
    assert count(built, table, f"{clock} < {day}") > 0


@pytest.mark.parametrize("name", [n for n in LIMITS if n not in ("accounting", "last login", "recall")])
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
        ("accounts", "contact_id"), ("contact_addresses", "contact_id"), ("newsletter_subscriptions", "contact_id"),
        ("registrations", "contact_id"), ("survey_answers", "contact_id"), ("web_visits", "account_id"),
        ("security_log", "account_id"),
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
    seen = {"mail": 0, "phone": 0, "ip": 0}
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
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.sqlite'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO orders VALUES (7)")
    for replace in (False, True):
        with pytest.raises(Occupied):
            build(engine, 50, 1, TODAY, replace=replace)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM orders").scalars().all() == [7]
    engine.dispose()


def test_a_company_is_built_anew_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    url = f"sqlite:///{tmp_path / 'company.sqlite'}"
    words = ["--people", "50", "--url", url, "--now", "2026-06-15"]
    assert main(words) == 0
    assert "Built a company of" in capsys.readouterr().out
    assert main(words) == 2
    assert "--replace" in capsys.readouterr().err
    assert main([*words, "--replace", "--seed", "5"]) == 0
    assert main(["--people", "3", "--url", url]) == 2
