"""A digest changes with the meaning, and with nothing else."""

from __future__ import annotations

import json

import pytest

from tests.policy.examples import POLICY, STORE, changed_policy, changed_store, edited, parsed
from tests.policy.plain import loaded
from tillit.policy import parse_policy, policy_digest, store_digest

BASE, BASE_STORE = parsed()


def test_the_policy_carries_its_digest():
    assert BASE.digest == policy_digest(BASE)
    assert len(BASE.digest) == 64
    assert int(BASE.digest, 16)


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n" + POLICY,
        POLICY.replace("\n", "   # trailing\n", 1),
        json.dumps(loaded(POLICY), indent=3),
        edited(POLICY, [["for: 7 years", "for: P7Y"]]),
        edited(POLICY, [["data: [contact, communications]", "data:\n      - communications\n      - contact"]]),
        edited(POLICY, [["keep: until opt-out or withdrawal", "keep: {until: withdrawal or opt-out}"]]),
        edited(POLICY, [["after: delivered", "after: {event: delivered}"]]),
        edited(
            POLICY,
            [["{customer: Customers, applicant: Applicants}", "{applicant: Applicants, customer: {title: Customers}}"]],
        ),
        edited(POLICY, [["in which the fiscal year ended", "in  which  the   fiscal year ended"]]),
    ],
    ids=["comment", "trailing comment", "JSON", "ISO period", "order", "until", "event", "order of people", "spaces"],
)
def test_writing_does_not_change_it(text: str):
    assert parse_policy("other.yaml", text).digest == BASE.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for: 7 years", "for: 8 years"),
        ("in which the fiscal year ended", "in which the invoice was paid"),
        ("basis: consent", "basis: unknown"),
        ("title: Process orders", "title: Handle orders"),
        ("data: [contact, communications]", "data: [contact, communications, technical]"),
        ("tolerance: 1 month", "tolerance: 2 months"),
        ("people: customer", "people: applicant"),
        ("timezone: Europe/Stockholm", "timezone: Europe/Oslo"),
        ("communications: Messages", "communications: Letters"),
        ("keep: until request", "keep: until request or goodbye"),
    ],
)
def test_meaning_changes_it(old: str, new: str):
    assert changed_policy((old, new)).digest != BASE.digest


@pytest.mark.parametrize(
    "edit",
    [
        ("{columns: receiver}", "{columns: [receiver]}"),
        ("unmapped: [migrations]", "unmapped: migrations"),
        ("      orders:\n  fiscal", "      orders: {}\n  fiscal"),
        ("in ('open', 'shipped'))", "in  ( 'open' , 'shipped' ) )"),
        (
            "      note: communications\n      receiver: contact.name\n",
            "      receiver: contact.name\n      note: communications\n",
        ),
    ],
)
def test_writing_does_not_change_a_map_s_digest(edit: tuple[str, str]):
    assert store_digest(changed_store(edit)) == store_digest(BASE_STORE)


@pytest.mark.parametrize(
    "edit",
    [
        ("url: env:CRM_URL", "url: env:CRM"),
        ("when_dead: delete", "when_dead: anonymise"),
        ("{since: at}", "{since: at, missing: dies}"),
        ("in ('open', 'shipped'))", "in ('open'))"),
        ("column: recipient_id}", "column: recipient_id, tombstone: 0}"),
        ("about: sender}", "about: sender, dies_with: first}"),
        ("column: year_id}", "column: fiscal_year_id}"),
        (
            "when_dead: delete\n    columns:\n      bill_name",
            "issued: true\n    when_dead: delete\n    columns:\n      bill_name",
        ),
        ("about: sender}", "about: sender, withhold: secrecy}"),
        ("grounds:\n      orders:\n  fiscal", "product: body\n    grounds:\n      orders:\n  fiscal"),
        ("status in ('open', 'shipped')\"}\n      warranty", "status in ('open', 'shipped', '1')\"}\n      warranty"),
    ],
)
def test_meaning_changes_a_map_s_digest(edit: tuple[str, str]):
    assert store_digest(changed_store(edit)) != store_digest(BASE_STORE)


def test_types_of_values_are_meaning():
    texts = ["total = 1", "total = '1'", "total = true", "total = 1.5"]
    digests = {
        store_digest(
            parsed(store=edited(STORE, [["{since: year.ends_on}", f'{{since: year.ends_on, where: "{t}"}}']]))[1]
        )
        for t in texts
    }
    assert len(digests) == len(texts)
