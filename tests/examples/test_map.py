"""The example's policy and maps: they parse, they bind on every engine, and they mean what the README tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from examples.qualisys.company.build import MARK, STORES
from tests.examples.support import built_in, databases
from tests.oracle import ddl, truth
from tests.oracle.world import Outcome, Rows
from tests.support.repository import ROOT
from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.schema import read_schema
from tillit.decide.bind import bind
from tillit.model.bound import BoundStore
from tillit.model.mapping import Form, Store, WhenDead
from tillit.model.policy import Basis, Policy
from tillit.model.standing import Person, Standing
from tillit.policy import parse_all

EXAMPLE = ROOT / "examples" / "qualisys"
TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
ASTRID = {
    "business": (("contacts", 1), ("contacts", 2)),
    "web": (("accounts", 1), ("web_enquiries", 1)),
    "marketing": (("readers", 1), ("readers", 2), ("prospects", 1)),
    "recruitment": (("applicants", 1),),
}
FORGOTTEN = {"legacy_export"}  # tables that somebody forgot to map


def parsed() -> tuple[Policy, dict[str, Store]]:
    maps = [_file(path) for path in sorted((EXAMPLE / "stores").glob("*.yaml"))]
    policy, stores = parse_all(_file(EXAMPLE / "policy.yaml"), maps)
    return policy, {store.name: store for store in stores}


def _file(path: Path) -> tuple[str, str]:
    return str(path.relative_to(EXAMPLE)), path.read_text(encoding="utf-8")


# Purposes of the policy that no map holds anything for.
NOT_MAPPED: set[str] = set()


def test_every_purpose_has_a_clause_and_a_place():
    policy, stores = parsed()
    assert {f"3.{n}" for n in range(1, 10)} <= {p.clause for p in policy.purposes.values()} <= set(policy.clauses)
    used = {g.purpose for store in stores.values() for table in store.tables.values() for g in table.grounds}
    assert used | NOT_MAPPED == set(policy.purposes)
    assert used & NOT_MAPPED == set()


def test_every_table_is_mapped_or_said_to_hold_nothing_personal():
    """All but the one that somebody forgot."""
    _, stores = parsed()
    assert set(stores) == set(STORES)
    for name, store in stores.items():
        links = {link.via.table for table in store.tables.values() for link in table.links if link.via}
        known = set(store.tables) | links | set(store.unmapped)
        assert set(STORES[name].tables) - known == (FORGOTTEN if name == "business" else set())
        assert known <= set(STORES[name].tables)
        assert not set(store.tables) & set(store.unmapped)
        assert MARK in store.unmapped


def test_what_the_policy_holds_is_held_somewhere():
    """Every type of information of every purpose has a column, in one store or another."""
    policy, stores = parsed()
    held: dict[str, set[str]] = {}
    for store in stores.values():
        for table in store.tables.values():
            for ground in table.grounds:
                named = (table.columns[column].category for column in ground.columns)
                held.setdefault(ground.purpose, set()).update(named)
    unheld = {
        f"{name}: {data}"
        for name, purpose in policy.purposes.items()
        for data in purpose.data
        if not any(part == data or part.startswith(f"{data}.") for part in held[name])
    }
    assert unheld == set()


def test_every_kind_of_information_has_parts():
    policy, _ = parsed()
    kinds = [name for name in policy.categories if "." not in name]
    assert len(kinds) == 8
    assert all(any(name.startswith(f"{kind}.") for name in policy.categories) for kind in kinds)


def test_the_map_uses_the_language_widely():
    """So that a change of the language that breaks an example is seen here."""
    _, stores = parsed()
    tables = [table for store in stores.values() for table in store.tables.values()]
    links = [link for table in tables for link in table.links]
    grounds = [ground for table in tables for ground in table.grounds]
    assert any(link.via for link in links)
    assert any(link.matches for link in links)
    assert any(link.when for link in links)
    assert any(link.tombstone == 0 for link in links)
    assert any(ground.through for ground in grounds)
    assert any(ground.since and ground.since.path for ground in grounds)
    assert {form for ground in grounds for form in ground.forms.values()} == {Form.YEAR, Form.IP_PREFIX}
    assert any(table.when_dead is WhenDead.ANONYMISE for table in tables)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql", "mariadb"])
def test_they_bind_on_every_engine_and_tell_what_was_forgotten(
    engine: str, tmp_path: Path, new_database: Callable[[str], str]
):
    policy, stores = parsed()
    urls = databases(engine, tmp_path, new_database)
    built_in(urls, 50, 1, TODAY)
    notes: list[str] = []
    for name, store in stores.items():
        at = open_engine(urls[name])
        bound = bind(store, read_schema(at), policy)
        at.dispose()
        assert set(bound.tables) == set(store.tables)
        notes += bound.notes
    assert any("legacy_export" in note for note in notes)
    assert any("recovery_phone" in note for note in notes)
    assert not any(name in note for note in notes for name in ("companies", "partners", "vacancies", "demo_company"))


@dataclass(frozen=True)
class Story:
    """What the definition says becomes of the company: a sweep, then Astrid's request, then another sweep."""

    before: Rows
    swept: Outcome
    forgotten: Outcome
    after: Outcome


Stories = dict[str, Story]


@pytest.fixture
def stories(new_database: Callable[[str], str]) -> Iterator[Stories]:
    policy, stores = parsed()
    urls = {name: new_database("postgresql") for name in stores}
    built_in(urls, 60, 1, TODAY)
    with ExitStack() as stack:
        told: Stories = {}
        for name, store in stores.items():
            engine = open_engine(urls[name])
            stack.callback(engine.dispose)
            bound = bind(store, read_schema(engine), policy)
            told[name] = _told(policy, bound, ddl.read(engine, bound.schema))
        yield told


def _told(policy: Policy, bound: BoundStore, before: Rows) -> Story:
    swept = truth.truth(policy, bound, before, [], NOW)
    ended = dict.fromkeys((name for name, p in policy.purposes.items() if _ends(p.basis, p.overrides_erasure)), NOW)
    people = [Person(bound.store.name, table, (key,)) for table, key in ASTRID[bound.store.name]]
    standings = [Standing(person, ended) for person in people]
    forgotten = truth.truth(policy, bound, swept.rows, standings, NOW, frozenset(people))
    return Story(before, swept, forgotten, truth.truth(policy, bound, forgotten.rows, standings, NOW))


def _ends(basis: Basis, overrides: str) -> bool:
    """Whether a request for erasure ends a purpose (semantics, "Which event ends which purposes")."""
    return basis in (Basis.CONSENT, Basis.CONTRACT) or (basis is Basis.LEGITIMATE_INTERESTS and not overrides)


def row(outcome: Outcome, table: str, key: int) -> dict[str, object] | None:
    return next((r for r in outcome.rows[table] if r["id"] == key), None)


def test_the_story_of_the_demo(stories: Stories):
    _the_sweep_takes_what_is_past_its_limit(stories)
    _nobody_is_lost_to_time_alone(stories["business"])
    _nothing_that_rests_on_consent_is_kept_without(stories)
    _astrid_is_forgotten(stories)
    _what_must_stay_stays(stories)
    _nobody_else_is_touched(stories)
    assert all(story.after.still for story in stories.values())


PAIRS = {  # pairs of `limits` of which the first row stays and the second goes
    "business": {
        "invoices": 1, "tickets": 1, "messages": 1, "credit_checks": 1, "complaints": 1, "disputes": 1,
        "privacy_requests": 1, "disclosures": 1,
    },
    "web": {"web_enquiries": 1, "security_log": 1, "logins": 1, "downloads": 1},
    "marketing": {"prospects": 2, "do_not_contact": 1, "sends": 1, "travel_bookings": 0},
    "recruitment": {"applicants": 3, "applications": 3, "application_files": 3},
}  # fmt: skip


def _the_sweep_takes_what_is_past_its_limit(stories: Stories) -> None:
    """Of each pair in `limits`, the first stays and the second goes, or loses what was late; what has no date stays."""
    for store, tables in PAIRS.items():
        for table, pairs in tables.items():
            for n in range(pairs):
                assert row(stories[store].swept, table, 51 + 2 * n) is not None, (table, n)
                assert row(stories[store].swept, table, 52 + 2 * n) is None, (table, n)
    assert row(stories["marketing"].swept, "travel_bookings", 53) is not None
    assert row(stories["marketing"].swept, "travel_bookings", 54) is None
    for table in ("credit_checks", "complaints", "disputes", "privacy_requests"):
        assert row(stories["business"].swept, table, 53) is not None, table
    for store, table, column, kept, late, gone in (
        ("marketing", "registrations", "name", 51, 52, ""),
        ("marketing", "registrations", "travel_notes", 53, 54, None),
        ("marketing", "survey_answers", "answer", 51, 52, None),
        ("business", "tickets", "ip_address", 53, 54, None),
        ("web", "web_visits", "path", 51, 52, None),
    ):
        swept = stories[store].swept
        assert (row(swept, table, kept) or {})[column] not in ("", None), (table, column)
        assert (row(swept, table, late) or {})[column] == gone, (table, column)
    visits = stories["web"].swept
    assert (row(visits, "web_visits", 51) or {})["ip"] == "198.51.100.50"
    assert (row(visits, "web_visits", 52) or {})["ip"] == "198.51.100.0"
    assert row(visits, "web_visits", 53) is not None
    assert row(visits, "web_visits", 54) is None
    assert row(visits, "visitors", 55) is not None  # the session of today needs no consent
    assert row(visits, "visitors", 56) is None


def _nobody_is_lost_to_time_alone(business: Story) -> None:
    for table in ("contacts", "addresses", "orders", "deliveries", "legacy_export"):
        assert len(business.swept.rows[table]) == len(business.before[table]) > 0


def _nothing_that_rests_on_consent_is_kept_without(stories: Stories) -> None:
    """No consent was recorded in this story."""
    assert len(stories["web"].before["locations"]) > len(stories["web"].swept.rows["locations"]) == 0
    assert (
        len(stories["business"].before["call_recordings"]) > len(stories["business"].swept.rows["call_recordings"]) == 0
    )
    assert {r["food_restrictions"] for r in stories["marketing"].swept.rows["registrations"]} == {None}
    assert {r["choices"] for r in stories["web"].swept.rows["visitors"]} == {None}


GONE = {
    "business": (
        ("contacts", 2), ("messages", 1), ("order_lines", 1), ("deliveries", 1), ("warranties", 1), ("tenders", 1),
        ("complaints", 1), ("partner_cases", 1), ("installations", 2),
    ),
    "web": (("web_enquiries", 1), ("web_visits", 1), ("devices", 1), ("downloads", 1), ("downloads", 2)),
    "marketing": (("readers", 1), ("readers", 2), ("newsletter_subscriptions", 1), ("prospects", 1), ("sends", 1)),
}  # fmt: skip


def _astrid_is_forgotten(stories: Stories) -> None:
    business = stories["business"].forgotten
    shell = row(business, "contacts", 1)
    assert shell is not None
    assert {shell[c] for c in ("name", "email", "phone", "birth_date", "gender", "note")} == {None}
    for store, places in GONE.items():
        for table, key in places:
            assert row(stories[store].forgotten, table, key) is None, (table, key)
    assert not [r for r in business.rows["contact_addresses"] if r["contact_id"] == 1]
    assert {r["provider_token"] for r in business.rows["payments"] if r["id"] in (1, 2)} == {None}
    assert (row(stories["marketing"].forgotten, "survey_answers", 1) or {})["contact_id"] == 0
    account = row(stories["web"].forgotten, "accounts", 1) or {}
    assert (account["last_ip"], account["password_hash"]) == ("192.0.2.17", "")


def _what_must_stay_stays(stories: Stories) -> None:
    business, web = stories["business"], stories["web"]
    assert (row(business.forgotten, "invoices", 2) or {})["bill_name"] == "Astrid Lindqvist"
    assert (row(business.forgotten, "disclosures", 1) or {})["person_name"] == "Astrid Lindqvist"
    assert (row(stories["recruitment"].forgotten, "applicants", 1) or {})["name"] == "Astrid Lindqvist"
    assert row(stories["recruitment"].forgotten, "application_files", 1) is not None
    for table in ("security_log", "logins"):
        assert row(web.forgotten, table, 1) == row(web.swept, table, 1) is not None


def _nobody_else_is_touched(stories: Stories) -> None:
    """Björn at the same address, the other Astrid, and everybody else. Only Astrid's right to see a message is cut."""
    for store, table, key in (
        ("business", "contacts", 3), ("business", "addresses", 1), ("business", "orders", 3),
        ("business", "tickets", 3), ("business", "contacts", 4), ("business", "messages", 3),
        ("web", "accounts", 4), ("marketing", "readers", 3), ("marketing", "readers", 4),
    ):  # fmt: skip
        story = stories[store]
        assert row(story.forgotten, table, key) == row(story.swept, table, key) is not None, (table, key)
    for story in stories.values():
        touched = {(table, key[0]) for table, key in story.forgotten.deleted | set(story.forgotten.changed)}
        assert {key for _, key in touched} <= set(range(1, 11))
    assert stories["business"].forgotten.changed["messages", (7,)] == {"recipient_id": None}
