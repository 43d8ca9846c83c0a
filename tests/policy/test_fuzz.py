"""Whatever stands in the files, the reader gives objects or faults with places, and never anything else."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.policy.examples import FILES, POLICY, STORE
from tests.policy.plain import loaded
from tillit.model.errors import Faults
from tillit.policy import diff, parse_all, store_digest
from tillit.policy.shapes import POLICY as POLICY_WORDS
from tillit.policy.shapes import POLICY_SHAPES, STORE_SHAPES
from tillit.policy.shapes import STORE as STORE_WORDS

calm = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SHAPES = [POLICY_WORDS, STORE_WORDS, *POLICY_SHAPES.values(), *STORE_SHAPES.values()]
WORDS = sorted({word for shape in SHAPES for word in shape})
NAMES = [
    "contacts",
    "orders",
    "messages",
    "invoices",
    "id",
    "email",
    "name",
    "status",
    "sender",
    "contact",
    "contact.name",
    "not_personal",
    "unknown",
    "delete",
    "anonymise",
    "until request",
    "3 weeks",
    "P1Y",
    "env:URL",
    "SE",
    "UTC",
    "consent",
    "exists(orders)",
    "last(orders.at)",
    "of(sender, name = 'x')",
    "status in ('a')",
    "through",
    "null",
    "",
    "~",
    "é",
    "\x85",
]
BITS = [
    "\t",
    "\n",
    "  ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "'",
    '"',
    "|",
    ">",
    "&a ",
    "*a",
    "!x ",
    "%",
    "@",
    "`",
    "#",
    "? ",
    "<<: ",
    "---",
    "...",
    "\\",
    "\0",
    "\ufeff",
    "\u2028",
    "\U0001f600",
    "0x",
    "1e999",
    ".inf",
    "2026-01-31",
    "9" * 400,
    "null",
]


def read(policy: str, store: str) -> None:
    """Objects, or faults with places."""
    try:
        found, stores = parse_all((FILES[0], policy), [(FILES[1], store)])
    except Faults as told:
        faults = told.faults
    else:
        assert len(found.digest) == 64
        assert all(len(store_digest(s)) == 64 for s in stores)
        assert diff(found, found) == ()
        return
    assert faults
    for fault in faults:
        assert fault.at.file in FILES
        assert fault.at.line >= 1
        assert fault.at.column >= 1
        assert fault.what
        assert fault.remedy
        assert len(str(fault)) < 2000
        assert "\n" not in fault.what + fault.remedy


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(NAMES + WORDS)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES + WORDS), inner, max_size=5),
    max_leaves=30,
)


@given(st.text(max_size=300), st.text(max_size=300))
@example("", "")
@example("\ud800", "&a [*a, *a]")
@example("a: " + "[" * 3000, "{" * 3000)
@example("? " * 3000, "- " * 3000)
@example(": " * 500, "%YAML 1.1\n---\na: b")
@calm
def test_any_text(policy: str, store: str):
    read(policy, store)


@given(st.binary(max_size=300))
@calm
def test_binary_junk(junk: bytes):
    read(junk.decode("latin-1"), junk.decode("utf-8", "replace"))


@given(
    st.dictionaries(st.sampled_from(sorted(POLICY_WORDS)), values),
    st.dictionaries(st.sampled_from(sorted(STORE_WORDS)), values),
)
@calm
def test_key_words_with_values_of_any_kind(policy: dict[str, Any], store: dict[str, Any]):
    read(json.dumps(policy), json.dumps(store))


@given(st.data())
@calm
def test_one_value_of_the_wrong_kind_anywhere(data: st.DataObject):
    """A whole and valid pair, in which one node is put in another's place."""
    policy, store = loaded(POLICY), loaded(STORE)
    tree = data.draw(st.sampled_from([policy, store]))
    places = list(nodes(tree))
    holder, key = data.draw(st.sampled_from(places))
    other, there = data.draw(st.sampled_from(places))
    holder[key] = data.draw(values | st.just(json.loads(json.dumps(other[there]))))
    read(json.dumps(policy), json.dumps(store))


def nodes(tree: Any) -> Any:
    for key in tree if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from nodes(tree[key])


@given(st.data())
@calm
def test_valid_files_with_slips(data: st.DataObject):
    texts = [POLICY, STORE]
    which = data.draw(st.integers(0, 1))
    text = texts[which]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.sampled_from([*BITS, *NAMES, ""])) + text[end:]
    texts[which] = text
    read(*texts)


TOKENS = [
    "status",
    "zone",
    "exists",
    "of",
    "orders",
    "contacts",
    "sender",
    "via",
    "messages",
    "(",
    ")",
    ",",
    "and",
    "or",
    "not",
    "in",
    "is",
    "null",
    "=",
    "!=",
    "<",
    ">=",
    "-",
    "+",
    ".",
    "today",
    "30",
    "days",
    "1.5",
    "'a'",
    "'",
    '"',
    '"a b"',
    "true",
    "like",
    ";",
]


@given(st.lists(st.sampled_from(TOKENS), max_size=25), st.sampled_from(["where", "while", "since", "through"]))
@calm
def test_any_words_in_conditions_and_clocks(tokens: list[str], key: str):
    ground = json.dumps({key: " ".join(tokens)})
    read(POLICY, STORE.replace("orders: {while: \"status in ('open', 'shipped')\"}", f"orders: {ground}"))


@pytest.mark.parametrize(
    "store",
    [
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
        ),
        "store: x\n" * 5_000,
        "tables: {" + ", ".join(f"t{i}: {{}}" for i in range(3_000)) + "}",
        "a: " + "9" * 100_000,
        "x" * 1_000_001,
        STORE.replace("status in ('open', 'shipped')\"}\n      w", "not " * 2000 + '("}\n      w'),
        STORE.replace("status in ('open', 'shipped')\"}\n      w", "(" * 3000 + '"}\n      w'),
        STORE.replace("status in ('open', 'shipped')\"}\n      w", " or ".join(["status = 'x'"] * 700) + '"}\n      w'),
    ],
    ids=[
        "alias bomb",
        "one key many times",
        "many tables",
        "a long number",
        "a long file",
        "nots",
        "parentheses",
        "ors",
    ],
)
def test_bombs_are_faults_and_told_soon(store: str):
    started = time.perf_counter()
    with pytest.raises(Faults) as told:
        parse_all((FILES[0], POLICY), [(FILES[1], store)])
    assert told.value.faults
    assert time.perf_counter() - started < 20
