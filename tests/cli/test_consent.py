"""Consent (Art. 7): given, it keeps the data; withdrawn, it lets it go; and it can be shown how it was given."""

from __future__ import annotations

import json

import pytest

from tests.run.shop import MAP, POLICY, Shop, new_shop

SURVEY = """
  survey:
    clause: "4"
    title: Ask what people think
    basis: consent
    data: [contact.phone]
    keep: until withdrawal
"""
GROUNDS = """
      orders: {columns: [name, email], while: "exists(orders, status = 'open')"}
      survey: {columns: [phone]}
"""
LINNEA = ("--email", "linnea.berg@example.com")
GIVEN = ("--source", "paper at the fair", "--text-version", "2026-03", "--by", "Dana")
PHONE = "070-1740601"


@pytest.fixture
def shop(tmp_path, sqlite_url) -> Shop:
    policy = POLICY.rstrip() + SURVEY
    plain = """
      orders: {while: "exists(orders, status = 'open')"}
"""
    return new_shop(tmp_path / "project", sqlite_url, policy, MAP.replace(plain, GROUNDS))


def phones(shop: Shop) -> list[object]:
    return [row[3] for row in shop.rows()["contacts"]]


def sweep(tillit) -> None:
    assert tillit("sweep", "--apply", "--approve", "--allow-more", "--by", "Dana").code == 0


def test_consent_keeps_the_data_through_a_sweep_and_withdrawal_lets_it_go(tillit, shop):
    assert tillit("consent", "give", "survey", *LINNEA, *GIVEN, "--apply").code == 0
    sweep(tillit)
    assert phones(shop) == [PHONE, None, None, None]
    sweep(tillit)
    assert phones(shop) == [PHONE, None, None, None]
    done = tillit(
        "consent", "withdraw", "survey", *LINNEA, "--source", "e-mail", "--by", "Dana", "--apply", "-f", "json"
    )
    assert done.json["next_sweep"]["shop.contacts"]["replaced"] == {"phone": 1}
    assert phones(shop) == [PHONE, None, None, None]
    sweep(tillit)
    assert phones(shop) == [None, None, None, None]
    assert tillit("check").code == 0


def test_what_was_consented_to_just_now_is_no_broken_promise(tillit, shop):
    """Within the tolerance nothing held it, and it was dead then; it is not dead now."""
    assert tillit("consent", "give", "survey", *LINNEA, *GIVEN, "--apply").code == 0
    sweep(tillit)
    assert phones(shop)[0] == PHONE
    assert tillit("check").code == 0


def test_nothing_is_changed_without_apply(tillit, shop):
    said = tillit("consent", "give", "survey", *LINNEA)
    assert said.code == 0
    assert "Nothing was changed" in said.out
    assert "logins" in said.out, "what the next sweep removes"
    assert "contacts" not in said.out.partition("next sweep")[2]
    sweep(tillit)
    assert phones(shop)[0] is None
    assert tillit("consent", "show", *LINNEA, "-f", "json").json["events"] == []


def test_a_withdrawal_is_told_of_before_it_is_recorded(tillit, shop):
    tillit("consent", "give", "survey", *LINNEA, *GIVEN, "--apply")
    sweep(tillit)
    told = tillit("consent", "withdraw", "survey", *LINNEA, "-f", "json").json
    assert told["applied"] is False
    assert told["next_sweep"] == {
        "shop.contacts": {"deleted": 0, "replaced": {"phone": 1}, "coarsened": {}, "cut": {}, "shells": 0}
    }
    assert tillit("consent", "show", *LINNEA, "-f", "json").json["stands"][0]["purposes"] == ["survey"]


def test_show_tells_when_and_how(tillit):
    tillit("consent", "give", "survey", *LINNEA, *GIVEN, "--at", "2026-03-01T10:00", "--apply")
    tillit(
        "consent", "withdraw", "survey", "--phone", "070-1740601", "--at", "2026-04-01T10:00Z", "--by", "Bo", "--apply"
    )
    told = tillit("consent", "show", "--id", "email=linnea.berg@example.com", "-f", "json").json
    assert [(e["what"], e["said_at"], e["source"], e["text_version"], e["recorded_by"]) for e in told["events"]] == [
        ("given", "2026-03-01T09:00:00+00:00", "paper at the fair", "2026-03", "Dana"),
        ("withdrawn", "2026-04-01T10:00:00+00:00", "", "", "Bo"),
        ("ended", "2026-04-01T10:00:00+00:00", "", "", ""),
    ]
    assert told["stands"] == [{"store": "shop", "table": "contacts", "key": [1], "purposes": []}]
    text = tillit("consent", "show", *LINNEA).out
    assert "paper at the fair" in text
    assert "No consent stands today" in text


def test_consent_given_again_stands_again(tillit, shop):
    for words in (("give", "survey", *GIVEN), ("withdraw", "survey"), ("give", "survey", *GIVEN)):
        assert tillit("consent", *words, *LINNEA, "--apply").code == 0
    sweep(tillit)
    assert phones(shop)[0] == PHONE


def test_the_journal_tells_of_it_without_who_or_where(tillit):
    tillit("consent", "give", "survey", *LINNEA, *GIVEN, "--apply")
    tillit("consent", "withdraw", "survey", *LINNEA, "--source", "Linnea rang", "--by", "Bo", "--apply")
    given, withdrawn = [e for e in tillit("journal", "list", "-f", "json").json if e["kind"].startswith("consent.")]
    assert (given["kind"], given["purpose"], given["text_version"], given["by"]) == (
        "consent.given", "survey", "2026-03", "Dana",
    )  # fmt: skip
    assert withdrawn["kind"] == "consent.withdrawn"
    assert given["people"] == withdrawn["people"]
    assert "linnea" not in json.dumps([given, withdrawn]).lower()
    assert "paper" not in json.dumps(given)
    assert "recorded by Bo" in tillit("journal", "list").out
    assert tillit("journal", "verify").code == 0


def test_nobody_found_is_not_recorded(tillit):
    nobody = ("--email", "nobody@example.com")
    assert tillit("consent", "give", "survey", *nobody).code == 0
    said = tillit("consent", "give", "survey", *nobody, *GIVEN, "--apply")
    assert said.code == 1
    assert "Nothing was recorded" in said.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("give", "orders"), "another basis than consent (contract)"),
        (("withdraw", "books"), "another basis than consent (legal obligation)"),
        (("give", "surveys"), "purposes that rest on consent: survey"),
        (("give", "survey", "--apply", "--source", "form"), "--text-version"),
        (("give", "survey", "--apply", "--text-version", "1"), "--source"),
        (("give", "survey", "--at", "2030-01-01"), "still to come"),
        (("give", "survey", "--at", "soon"), "--at is no time"),
    ],
)
def test_what_is_refused(tillit, arguments, says):
    said = tillit("consent", *arguments, *LINNEA)
    assert said.code == 2
    assert says in said.err
    assert "linnea" not in said.err


def test_nothing_is_recorded_before_what_is_on_record(tillit):
    tillit("consent", "withdraw", "survey", *LINNEA, "--apply")
    said = tillit("consent", "give", "survey", *LINNEA, *GIVEN, "--at", "2026-03-01", "--apply")
    assert said.code == 2
    assert "later than that is on record" in said.err


def test_an_erasure_ends_what_was_consented_to(tillit, shop):
    tillit("consent", "give", "survey", "--email", "open.olsson@example.com", *GIVEN, "--apply")
    tillit("forget", "--email", "open.olsson@example.com", "--apply", "--vouched-by", "Dana")
    told = tillit("consent", "show", "--person", "shop.contacts=4", "-f", "json").json
    assert [e["what"] for e in told["events"]] == ["given", "ended"]
    assert told["stands"][0]["purposes"] == []
    assert phones(shop)[3] is None
