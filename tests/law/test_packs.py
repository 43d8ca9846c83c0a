"""The law packs: every number has a source, and the words are those of the policy language."""

from __future__ import annotations

import csv
import re
import tomllib
from datetime import date
from importlib.resources import files
from io import StringIO
from typing import Any

import pytest

from tillit.law import packs
from tillit.law.statutory import keep_until, statute
from tillit.law.transfers import adequacy, is_stale, is_third_country
from tillit.model.period import Period
from tillit.model.sections import Right
from tillit.policy.section_shapes import MECHANISMS, REFUSALS

DATA = files("tillit.law").joinpath("data")


@pytest.mark.parametrize(
    ("ended", "until"),
    [
        (date(2026, 1, 31), date(2033, 12, 31)),
        (date(2026, 12, 31), date(2033, 12, 31)),
        (date(2025, 6, 30), date(2032, 12, 31)),
    ],
)
def test_accounts_are_kept_to_the_end_of_the_seventh_calendar_year(ended: date, until: date):
    assert keep_until("se/bokforingslagen-7-2", ended) == until


def test_other_statutes():
    assert keep_until("se/penningtvattslagen-5-3", date(2024, 2, 29)) == date(2029, 2, 28)
    assert keep_until("se/kreditupplysningslagen-11", date(2024, 2, 29)) is None
    assert statute("se/no-such-law") is None
    found = statute("se/bokforingslagen-7-2")
    assert found is not None
    assert (found.period, found.to_year_end) == (Period(years=7), True)
    with pytest.raises(KeyError):
        keep_until("se/no-such-law", date(2024, 2, 29))


@pytest.mark.parametrize("pack", packs.PACKS)
def test_every_number_has_a_source(pack: str):
    data = tomllib.loads(DATA.joinpath(f"{pack}.toml").read_text(encoding="utf-8"))
    assert isinstance(data.pop("stated"), date)

    def judge(name: str, entry: Any) -> None:
        if any(not isinstance(v, dict) for v in entry.values()):
            assert entry.get("article"), name
            if any(isinstance(v, int) and not isinstance(v, bool) for v in entry.values()):
                assert entry["source"], name
                assert entry["sure"] in ("text", "second_hand", "memory"), name
        else:
            for inner, value in entry.items():
                judge(f"{name}.{inner}", value)

    for name, entry in data.items():
        judge(name, entry)


def test_every_row_has_a_source():
    for name, column in (("adequacy.csv", "decision"), ("authorities.csv", "source")):
        rows = list(csv.DictReader(StringIO(DATA.joinpath(name).read_text(encoding="utf-8"))))
        assert len(rows) > 10
        assert [row for row in rows if not row[column] or None in row] == []


def test_the_words_are_those_of_the_policy():
    assert set(packs.mechanisms()) == set(MECHANISMS)
    assert set(packs.refusals()) == set(REFUSALS) - {"none"}
    rights = {right.value for right in Right}
    assert {r for refusal in packs.refusals().values() for r in refusal.rights} <= rights
    terms = [m.dpv for m in packs.mechanisms().values()] + [r.dpv for r in packs.refusals().values() if r.dpv]
    assert [t for t in terms if not re.fullmatch(r"(dpv|eu-gdpr):[A-Za-z0-9-]+", t)] == []


def test_third_countries():
    assert not is_third_country("SE")
    assert not is_third_country("NO")
    assert not is_third_country("EEA")
    assert is_third_country("GB")
    assert is_third_country("US")
    assert len(packs.eea()) == 30


def test_adequacy_has_its_days():
    assert adequacy("GB", date(2021, 6, 27)) is None
    found = adequacy("GB", date(2021, 6, 28))
    assert found is not None
    assert found.name == "United Kingdom"
    assert adequacy("US", date(2023, 7, 9)) is None
    assert "certified" in (adequacy("US", date(2026, 1, 1)) or found).scope
    assert adequacy("IN", date(2026, 1, 1)) is None


def test_an_old_list_is_seen():
    assert not is_stale(packs.stated())
    assert is_stale(date(packs.stated().year + 1, 1, 1))


def test_limits_and_authorities():
    assert {name: (n.months, n.hours) for name, n in packs.limits().items()} == {
        "answer": (1, 0), "extension": (2, 0), "inform": (1, 0), "breach": (0, 72),
    }  # fmt: skip
    assert packs.authorities()["se/imy"].website == "https://www.imy.se/"
    assert all(key.startswith(f"{a.country.lower()}/") for key, a in packs.authorities().items())
