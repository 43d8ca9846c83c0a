"""What is wrong in the made-up company is there on purpose, and what must be kept apart is kept apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from examples.qualisys.company import cast, dealings
from examples.qualisys.company.build import STORES
from tests.examples.support import as_one, built_in, count, sqlite_files
from tests.support.repository import ROOT
from tillit.policy import parse_policy

TODAY = date(2026, 6, 15)
POLICY = parse_policy("policy.yaml", (ROOT / "examples" / "qualisys" / "policy.yaml").read_text(encoding="utf-8"))

assert POLICY.marketing is not None
assert POLICY.marketing.segments is not None
assert POLICY.marketing.unresponsive is not None
SMALLEST_GROUP, LETTERS = POLICY.marketing.segments.smallest_group, POLICY.marketing.unresponsive.messages


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    urls = sqlite_files(tmp_path_factory.mktemp("planted"))
    built_in(urls, 800, 1, TODAY)
    with as_one(urls) as connection:
        yield connection


def test_a_card_number_stands_in_a_case(built: sa.Connection):
    assert count(built, "messages", f"body LIKE '%{cast.CARD}%'") == 1
    digits = [int(digit) for digit in reversed(cast.CARD) if digit.isdigit()]
    assert sum(d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(digits)) % 10 == 0


def test_one_password_is_no_hash(built: sa.Connection):
    assert count(built, "accounts", "password_hash NOT LIKE '$argon2id$%'") == 1
    assert count(built, "accounts", f"id = 3 AND password_hash = '{cast.PLAIN_PASSWORD}'") == 1


def test_a_column_of_phone_numbers_is_in_no_map(built: sa.Connection):
    assert count(built, "accounts", "recovery_phone IS NOT NULL") > 1
    assert "recovery_phone:" not in (ROOT / "examples/qualisys/stores/web.yaml").read_text(encoding="utf-8")


def test_somebody_without_an_agreement_got_data(built: sa.Connection):
    """A recipient that the policy does not name; all others it names."""
    assert count(built, "disclosures", f"recipient = '{dealings.UNDECLARED}'") == 1
    assert dealings.UNDECLARED not in POLICY.recipients
    declared = "', '".join(POLICY.recipients)
    assert count(built, "disclosures", f"recipient NOT IN ('{declared}')") == 1
    assert count(built, "disclosures", "recipient = 'authorities' AND approved_by IS NULL") == 0
    assert count(built, "disclosures", "recipient = 'authorities' AND legal_reference IS NOT NULL") > 0


def test_a_segment_names_its_members_and_one_is_too_small(built: sa.Connection):
    assert count(built, "segments", f"size < {SMALLEST_GROUP}") == 1
    assert count(built, "segment_members", "reader_id IN (SELECT id FROM readers)") > 20


def test_a_joining_of_sources_ran_that_nobody_approved(built: sa.Connection):
    declared = "', '".join(POLICY.combinations)
    assert count(built, "combination_jobs", f"job IN ('{declared}') AND approved_by IS NOT NULL") > 5
    assert count(built, "combination_jobs", f"job NOT IN ('{declared}') AND approved_by IS NULL") == 1


def test_letters_went_out_after_an_opt_out(built: sa.Connection):
    left = "SELECT s.contact_id FROM newsletter_subscriptions s WHERE s.unsubscribed_at < sends.sent_at"
    promotion = "campaign_id IN (SELECT id FROM campaigns WHERE promotional)"
    assert count(built, "sends", f"contact_id IN ({left}) AND {promotion}") > 0
    assert count(built, "sends", f"contact_id IN ({left}) AND NOT {promotion}") > 0  # a warning may


def test_places_were_left_behind_when_the_setting_was_turned_off(built: sa.Connection):
    assert count(built, "locations", "device_id IN (SELECT id FROM devices WHERE NOT location_on)") > 0
    assert 0 < count(built, "devices", "location_on") < count(built, "devices", "NOT location_on") / 4
    assert count(built, "devices", "location_on AND location_set_at IS NULL") == 0
    assert repr(STORES["web"].tables["devices"].c.location_on.default) == "ScalarElementColumnDefault(False)"


def test_openings_are_not_answers(built: sa.Connection):
    """Some prospects open letters for years and never reply: they are the unresponsive ones."""
    letters = "SELECT prospect_id FROM sends WHERE prospect_id IS NOT NULL GROUP BY prospect_id HAVING"
    six = f"{letters} count(*) >= {LETTERS}"
    assert count(built, "prospects", f"id IN ({six} AND count(opened_at) > 0 AND count(replied_at) = 0)") > 3
    assert count(built, "prospects", f"id IN ({letters} count(replied_at) > 0)") > 3


@pytest.mark.parametrize(("kind", "company"), [("private", "NULL"), ("sole", "NULL"), ("business", "NOT NULL")])
def test_kinds_of_customers_are_kept_apart(built: sa.Connection, kind: str, company: str):
    everybody = count(built, "contacts", f"kind = '{kind}'")
    assert everybody == count(built, "contacts", f"kind = '{kind}' AND company_id IS {company}") > 10
    number = "NOT NULL" if kind == "sole" else "NULL"
    assert everybody == count(built, "contacts", f"kind = '{kind}' AND organisation_number IS {number}")


def test_cards_and_credit_are_of_those_who_buy_for_themselves(built: sa.Connection):
    theirs = "SELECT o.id FROM orders o JOIN contacts c ON c.id = o.contact_id WHERE c.kind <> 'business'"
    for table in ("payments", "credit_checks"):
        assert count(built, table, f"order_id IN ({theirs})") == count(built, table, "1 = 1") > 0
    assert count(built, "payments", "provider_token NOT LIKE 'tok_%'") == 0


def test_the_files_of_applicants_lie_where_the_rows_say(tmp_path: Path):
    urls = sqlite_files(tmp_path)
    built_in(urls, 400, 1, TODAY, files=tmp_path / "files")
    with as_one(urls) as connection:
        named = {row.path: row.digest for row in connection.execute(sa.text("SELECT * FROM application_files"))}
        assert count(connection, "applications", "id NOT IN (SELECT application_id FROM application_files)") == 0
    lying = {str(p.relative_to(tmp_path / "files")): p for p in (tmp_path / "files").rglob("*.txt")}
    assert {path: hashlib.sha256(file.read_bytes()).hexdigest() for path, file in lying.items()} == named
    contents = [file.read_bytes() for file in lying.values()]
    assert any(cast.ASTRID.encode() in content for content in contents)
    assert 0 < sum(content[0] > 127 for content in contents) < len(contents) / 10  # no text that anybody could read
