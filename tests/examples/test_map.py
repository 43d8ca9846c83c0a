"""The example's policy and map: they parse, they bind on every engine, and they mean what the README tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from examples.qualisys.company.build import build
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
ASTRID = tuple(
    Person("business", table, (key,)) for table, key in (("contacts", 1), ("contacts", 2), ("applicants", 1))
)


def parsed() -> tuple[Policy, Store]:
    policy, stores = parse_all(_file(EXAMPLE / "policy.yaml"), [_file(EXAMPLE / "stores" / "business.yaml")])
    assert len(stores) == 1
    return policy, stores[0]


def _file(path: Path) -> tuple[str, str]:
    return str(path.relative_to(EXAMPLE)), path.read_text(encoding="utf-8")


# Purposes of the policy that no map holds anything for yet: the list shrinks as the company's stores are mapped.
NOT_MAPPED = {
    "orders_contacts", "credit_check", "support_contacts", "support_calls", "location_features", "do_not_contact",
    "partner_support", "claims", "requests", "website_operation", "website_choices", "website_statistics",
}  # fmt: skip


def test_every_purpose_has_a_clause_and_a_place():
    policy, store = parsed()
    assert {f"3.{n}" for n in range(1, 10)} <= {p.clause for p in policy.purposes.values()} <= set(policy.clauses)
    assert {g.purpose for table in store.tables.values() for g in table.grounds} | NOT_MAPPED == set(policy.purposes)
    assert NOT_MAPPED & {g.purpose for table in store.tables.values() for g in table.grounds} == set()


def test_every_kind_of_information_has_parts():
    policy, _ = parsed()
    kinds = [name for name in policy.categories if "." not in name]
    assert len(kinds) == 8
    assert all(any(name.startswith(f"{kind}.") for name in policy.categories) for kind in kinds)


def test_the_map_uses_the_language_widely():
    """So that a change of the language that breaks an example is seen here."""
    _, store = parsed()
    links = [link for table in store.tables.values() for link in table.links]
    grounds = [ground for table in store.tables.values() for ground in table.grounds]
    assert any(link.via for link in links)
    assert any(link.matches for link in links)
    assert any(link.when for link in links)
    assert any(link.tombstone == 0 for link in links)
    assert any(ground.through for ground in grounds)
    assert any(ground.since and ground.since.path for ground in grounds)
    assert {form for ground in grounds for form in ground.forms.values()} == {Form.YEAR, Form.IP_PREFIX}
    assert any(table.when_dead is WhenDead.ANONYMISE for table in store.tables.values())


def test_it_binds_on_every_engine_and_tells_what_was_forgotten(store_url: str):
    policy, store = parsed()
    build(sa.create_engine(store_url), 50, 1, TODAY)
    engine = open_engine(store_url)
    bound = bind(store, read_schema(engine), policy)
    engine.dispose()
    assert set(bound.tables) == set(store.tables)
    assert any("legacy_export" in note for note in bound.notes)
    assert any("recovery_phone" in note for note in bound.notes)
    assert not any(name in note for note in bound.notes for name in ("companies", "vacancies", "demo_company"))


@dataclass(frozen=True)
class Story:
    """What the definition says becomes of the company: a sweep, then Astrid's request, then another sweep."""

    before: Rows
    swept: Outcome
    forgotten: Outcome
    after: Outcome


@pytest.fixture
def story(pg_url: str) -> Iterator[Story]:
    policy, store = parsed()
    build(sa.create_engine(pg_url), 60, 1, TODAY)
    engine = open_engine(pg_url)
    bound = bind(store, read_schema(engine), policy)
    before = ddl.read(engine, bound.schema)
    yield _told(policy, bound, before)
    engine.dispose()


def _told(policy: Policy, bound: BoundStore, before: Rows) -> Story:
    swept = truth.truth(policy, bound, before, [], NOW)
    ended = dict.fromkeys((name for name, p in policy.purposes.items() if _ends(p.basis, p.overrides_erasure)), NOW)
    standings = [Standing(person, ended) for person in ASTRID]
    forgotten = truth.truth(policy, bound, swept.rows, standings, NOW, frozenset(ASTRID))
    return Story(before, swept, forgotten, truth.truth(policy, bound, forgotten.rows, standings, NOW))


def _ends(basis: Basis, overrides: str) -> bool:
    """Whether a request for erasure ends a purpose (semantics, "Which event ends which purposes")."""
    return basis in (Basis.CONSENT, Basis.CONTRACT) or (basis is Basis.LEGITIMATE_INTERESTS and not overrides)


def row(outcome: Outcome, table: str, key: int) -> dict[str, object] | None:
    return next((r for r in outcome.rows[table] if r["id"] == key), None)


def test_the_story_of_the_demo(story: Story):
    _the_sweep_takes_what_is_past_its_limit(story)
    _nobody_is_lost_to_time_alone(story)
    _astrid_is_forgotten(story)
    _what_must_stay_stays(story)
    _nobody_else_is_touched(story)
    assert story.after.still


def _the_sweep_takes_what_is_past_its_limit(story: Story) -> None:
    """Of each pair in `limits`, the first stays and the second goes, or loses what was late."""
    for table, pairs in {
        "invoices": 1, "web_enquiries": 1, "security_log": 1, "tickets": 1, "messages": 1, "prospects": 2,
        "applicants": 3, "applications": 3,
    }.items():  # fmt: skip
        for n in range(pairs):
            assert row(story.swept, table, 51 + 2 * n) is not None, (table, n)
            assert row(story.swept, table, 52 + 2 * n) is None, (table, n)
    for table, column, kept, late, gone in (
        ("registrations", "name", 51, 52, ""),
        ("registrations", "travel_notes", 53, 54, None),
        ("survey_answers", "answer", 51, 52, None),
        ("tickets", "ip_address", 53, 54, None),
        ("web_visits", "path", 51, 52, None),
    ):
        assert (row(story.swept, table, kept) or {})[column] not in ("", None), (table, column)
        assert (row(story.swept, table, late) or {})[column] == gone, (table, column)
    assert (row(story.swept, "web_visits", 51) or {})["ip"] == "198.51.100.50"
    assert (row(story.swept, "web_visits", 52) or {})["ip"] == "198.51.100.0"
    assert row(story.swept, "web_visits", 53) is not None
    assert row(story.swept, "web_visits", 54) is None


def _nobody_is_lost_to_time_alone(story: Story) -> None:
    for table in ("contacts", "addresses", "accounts", "orders", "legacy_export"):
        assert len(story.swept.rows[table]) == len(story.before[table]) > 0


def _astrid_is_forgotten(story: Story) -> None:
    shell = row(story.forgotten, "contacts", 1)
    assert shell is not None
    assert {shell[c] for c in ("name", "email", "phone", "birth_date", "gender", "note")} == {None}
    for table, key in (
        ("contacts", 2), ("messages", 1), ("newsletter_subscriptions", 1), ("order_lines", 1), ("web_enquiries", 1),
        ("web_visits", 1), ("prospects", 1),
    ):  # fmt: skip
        assert row(story.forgotten, table, key) is None, (table, key)
    assert not [r for r in story.forgotten.rows["contact_addresses"] if r["contact_id"] == 1]
    assert (row(story.forgotten, "survey_answers", 1) or {})["contact_id"] == 0


def _what_must_stay_stays(story: Story) -> None:
    assert (row(story.forgotten, "invoices", 2) or {})["bill_name"] == "Astrid Lindqvist"
    assert (row(story.forgotten, "applicants", 1) or {})["name"] == "Astrid Lindqvist"
    assert row(story.forgotten, "security_log", 1) == row(story.swept, "security_log", 1) is not None


def _nobody_else_is_touched(story: Story) -> None:
    """Björn at the same address, the other Astrid, and everybody else. Only Astrid's right to see a message is cut."""
    for table, key in (
        ("contacts", 3), ("addresses", 1), ("orders", 3), ("tickets", 3), ("contacts", 4), ("accounts", 4),
        ("messages", 3),
    ):  # fmt: skip
        assert row(story.forgotten, table, key) == row(story.swept, table, key) is not None, (table, key)
    touched = {(table, key[0]) for table, key in story.forgotten.deleted | set(story.forgotten.changed)}
    assert {key for _, key in touched} <= set(range(1, 11))
    assert story.forgotten.changed["messages", (7,)] == {"recipient_id": None}
