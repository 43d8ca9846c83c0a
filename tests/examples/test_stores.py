"""The product on all four stores at once: a sweep comes to rest; one person is forgotten everywhere, and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from examples.qualisys.company import cast
from examples.qualisys.company.__main__ import VARIABLES
from examples.qualisys.company.build import STORES
from examples.qualisys.company.consents import bring_in
from tests.examples.support import as_one, built_in, count, sqlite_files
from tests.support.repository import ROOT
from tillit.model.policy import Basis
from tillit.run.memory import Memory
from tillit.run.restore import Reason
from tillit.run.stores import OpenStore
from tillit.service.forget import Ask, Forgotten, forget
from tillit.service.project import Project, load, open_stores, remembering
from tillit.service.sweep import sweep
from tillit.service.undo import undo

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
TODAY = date(2026, 6, 15)
EXAMPLE = ROOT / "examples" / "qualisys"


@dataclass(frozen=True)
class Company:
    """The made-up company on SQLite, with a register of its own."""

    urls: dict[str, str]
    home: Path

    @contextmanager
    def opened(self) -> Iterator[tuple[Project, Memory, list[OpenStore]]]:
        environment = {VARIABLES[store]: url for store, url in self.urls.items()} | {"TILLIT_HOME": str(self.home)}
        project = load(EXAMPLE)
        with open_stores(project, environment) as stores, remembering(project, environment) as memory:
            yield project, memory, stores

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """All that is in the four databases."""
        found = {}
        with as_one(self.urls) as connection:
            for store, metadata in STORES.items():
                for table in metadata.tables:
                    rows = connection.exec_driver_sql(f"SELECT * FROM {store}.{table}").all()
                    found[f"{store}.{table}"] = sorted((tuple(row) for row in rows), key=repr)
        return found

    def count(self, table: str, condition: str) -> int:
        with as_one(self.urls) as connection:
            return count(connection, table, condition)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company(sqlite_files(tmp_path), tmp_path / "home")
    built_in(made.urls, 100, 1, TODAY)
    return made


def test_the_story_of_four_stores(company: Company):
    _consents_are_brought_in_for_every_purpose_that_rests_on_them(company)
    _a_sweep_of_all_stores_comes_to_rest(company)
    _what_a_consent_holds_outlives_the_sweep(company)
    _one_person_is_forgotten_in_all_stores_and_comes_back(company)


def _consents_are_brought_in_for_every_purpose_that_rests_on_them(company: Company) -> None:
    with company.opened() as (project, memory, _):
        counts = bring_in(memory, company.urls, NOW)
    on_consent = {name for name, purpose in project.policy.purposes.items() if purpose.basis is Basis.CONSENT}
    assert set(counts) == on_consent
    assert min(counts.values()) > 0


def _a_sweep_of_all_stores_comes_to_rest(company: Company) -> None:
    before = company.rows()
    with company.opened() as (project, memory, stores):
        first = sweep(project, memory, stores, NOW, by="Dana", approve_it=True)
        swept = company.rows()
        second = sweep(project, memory, stores, NOW + timedelta(minutes=1), by="Dana")
    assert first.outcome.total > 100
    assert {key.split(".")[0] for key, rows in swept.items() if rows != before[key]} == set(STORES)
    assert second.outcome.total == 0
    assert company.rows() == swept


def _what_a_consent_holds_outlives_the_sweep(company: Company) -> None:
    """Vera's pairs: the one in time stays because she agreed; Björn's places go, his setting is off."""
    assert company.count("locations", "id = 51") == 1
    assert company.count("locations", "id IN (2, 52)") == 0
    assert company.count("call_recordings", "id IN (1, 51)") == 2
    assert company.count("call_recordings", "id = 52") == 0
    assert company.count("visitors", "id = 51 AND choices IS NOT NULL") == 1
    assert company.count("visitors", "id = 53 AND visitor IS NOT NULL") == 1
    assert company.count("visitors", "id IN (52, 54)") == 0
    assert company.count("registrations", "id = 55 AND food_restrictions IS NOT NULL") == 1


def _one_person_is_forgotten_in_all_stores_and_comes_back(company: Company) -> None:
    before, asked = company.rows(), NOW + timedelta(hours=1)
    with company.opened() as (project, memory, stores):
        foreseen, done = forget(project, memory, stores, Ask({"email": [cast.ASTRID]}), asked, vouched_by="Dana")
        assert done is not None
        assert {person.store for person in foreseen.people} == set(STORES)
        _is_gone(company)
        _what_is_left_of_her_is_explained(done)
        undo(memory, stores, "last", Reason("Dana", "wrong_person", "Karin"), asked + timedelta(hours=1))
    assert company.rows() == before


def _is_gone(company: Company) -> None:
    for table, column in (
        ("contacts", "email"), ("readers", "email"), ("newsletter_subscriptions", "email"), ("sends", "email"),
        ("registrations", "email"), ("web_enquiries", "email"), ("partner_cases", "email"), ("accounts", "username"),
    ):  # fmt: skip
        assert company.count(table, f"lower(trim({column})) = '{cast.ASTRID}'") == 0, table
    for table, column in (("warranties", "order_id"), ("deliveries", "order_id"), ("devices", "account_id")):
        assert company.count(table, f"{column} = 1") == 0, table
    assert company.count("invoices", "bill_name = 'Astrid Lindqvist' AND contact_id = 1") == 2
    assert company.count("applicants", f"email = '{cast.ASTRID}'") == 1


# Where she is found again, and why: rows of others that name her, places in no map, and a log about nobody known.
LEFT = {
    ("business", "contacts", "note"): {(3,)},
    ("business", "legacy_export", "mail"): {(1,)},
    ("business", "legacy_export", "mobile"): {(1,)},
    ("web", "accounts", "recovery_phone"): {(1,)},
    ("web", "security_log", "username_tried"): {(4,)},
    ("business", "invoices", "bill_address"): {(3,)},
    ("business", "invoices", "bill_name"): {(3,)},
}


def _what_is_left_of_her_is_explained(done: Forgotten) -> None:
    assert done.dead_left == 0
    telling = [residue for residue in done.residual.left if not residue.only_shared]
    assert {(r.store, r.table, r.column): set(r.keys) for r in telling} == LEFT
    assert {scan.store for scan in done.residual.scans} == set(STORES)
