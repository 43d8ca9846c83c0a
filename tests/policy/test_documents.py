"""Every example in the reference of the languages is read as it says."""

from __future__ import annotations

import re

import pytest

from tests.policy.examples import POLICY, STORE, edited, parsed
from tests.policy.plain import loaded
from tests.policy.test_schemas import validator
from tests.support.repository import ROOT
from tillit.model.mapping import Store
from tillit.model.policy import Event, Policy, Rounding
from tillit.policy import parse_all, parse_policy
from tillit.policy.periods import parse_period
from tillit.policy.section_shapes import INNER_SHAPES, NAMED_SECTIONS, SINGLE_SECTIONS
from tillit.policy.shapes import (
    BASES,
    COLUMN_SHAPE,
    DRESSES,
    EVENTS,
    FORMS,
    GROUND,
    INFORMATION_TYPE,
    LINK,
    OVERRIDES,
    PERSON,
    PERSON_KIND,
    PURPOSE,
    ROUNDINGS,
    TABLE,
)

REFERENCE = (ROOT / "docs" / "reference" / "maps.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)


def test_the_blocks_are_a_policy_and_a_map_of_it():
    policy_text, store_text = BLOCKS
    policy, (store,) = parse_all(("policy.yaml", policy_text), [("stores/crm.yaml", store_text)])
    assert isinstance(policy, Policy)
    assert isinstance(store, Store)
    assert set(policy.purposes) == {"orders", "accounting", "newsletter", "it_security"}
    assert set(store.tables) == {"contacts", "orders", "messages"}
    validator("policy.json").validate(loaded(policy_text))
    validator("store.json").validate(loaded(store_text))


def words(start: str) -> set[str]:
    """The words in backquotes of the paragraph that begins so."""
    line = next(line for line in REFERENCE.splitlines() if line.startswith(start))
    return set(re.findall(r"`([a-z_-]+)`", line))


@pytest.mark.parametrize(
    ("start", "known"),
    [
        ("Bases:", set(BASES)),
        ("EVENT:", set(EVENTS)),
        ("**A table** has:", set(TABLE)),
        ("A purpose has:", set(PURPOSE)),
    ],
)
def test_the_lists_of_words_are_whole(start: str, known: set[str]):
    assert known <= words(start)


@pytest.mark.parametrize("shape", [PERSON, COLUMN_SHAPE, GROUND, LINK], ids=["person", "column", "ground", "link"])
def test_every_key_word_is_documented(shape: dict[str, object]):
    assert [word for word in shape if not re.search(rf"\b{word}\b", REFERENCE)] == []


@pytest.mark.parametrize("word", [*OVERRIDES, *DRESSES, *FORMS, *ROUNDINGS[2:]])
def test_every_word_of_a_closed_set_is_documented(word: str):
    assert re.search(rf"\b{word}\b", REFERENCE)


def test_the_closed_sets_are_the_model_s():
    assert set(EVENTS) == {e.value for e in Event}
    assert set(ROUNDINGS) == {r.value for r in Rounding if r is not Rounding.NONE}


@pytest.mark.parametrize("period", re.findall(r"`([^`]+)`", REFERENCE.split("PERIOD: ")[1].split("\n")[0]))
def test_the_periods_are_periods(period: str):
    assert parse_period(period)


CONDITIONS = [
    "status = 'x'",
    "status != 'it''s'",
    "total < 5",
    "total <= 5.5",
    "total > -5",
    "total >= 5",
    "status in ('a', 'b')",
    "status is null",
    "status is not null",
    "paid",
    "not paid and (paid or total = 0)",
    "paid = true",
    "delivered_at < today",
    "delivered_at >= today - 30 days",
    "delivered_at < today + 1 month",
    "exists(lines, total = 1)",
    "exists(lines)",
    "exists(lines via orders, total = 1)",
    "of(contacts, created_at is null)",
    '"odd name" = 1',
    "true",
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_form_of_condition_is_read(condition: str):
    lines = "  lines: {owned_by: {orders: order_id}, columns: {total: not_personal}}\n"
    ground = '"' + condition.replace("\\", "\\\\").replace('"', '\\"') + '"'
    store = edited(
        STORE,
        [
            ["  logins:\n", lines + "  logins:\n"],
            [
                "      status: not_personal",
                "      status: not_personal\n      total: not_personal\n      paid: not_personal",
            ],
            ["      delivered_at: not_personal", "      delivered_at: not_personal\n      odd name: not_personal"],
            ["orders: {while: \"status in ('open', 'shipped')\"}", f"orders: {{while: {ground}}}"],
        ],
    )
    assert parsed(POLICY, store)[1].tables["orders"].grounds[0].while_ is not None


WHOLE = (ROOT / "docs" / "reference" / "policy.md").read_text(encoding="utf-8")


def test_the_whole_policy_is_read_and_fits():
    (text,) = re.findall(r"```yaml\n(.*?)```", WHOLE, re.DOTALL)
    policy = parse_policy("policy.yaml", text)
    validator("policy.json").validate(loaded(text))
    for section in (*NAMED_SECTIONS, *SINGLE_SECTIONS):
        assert getattr(policy, section), section


SECTION_SHAPES = {
    **{s: shape for s, (_, shape, _) in {**NAMED_SECTIONS, **SINGLE_SECTIONS}.items()},
    **INNER_SHAPES,
    "kind of person": PERSON_KIND,
    "information": INFORMATION_TYPE,
}


@pytest.mark.parametrize("name", SECTION_SHAPES)
def test_every_key_word_of_the_sections_is_documented(name: str):
    shape = SECTION_SHAPES[name]
    assert [word for word in shape if f"`{word}`" not in WHOLE] == []
    for key in shape.values():
        if key.kind is not None and key.kind.reads in ("choice", "choices"):
            assert [word for word in key.kind.words if f"`{word}`" not in WHOLE] == []
