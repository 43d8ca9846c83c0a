"""The JSON Schemas for editors: the parser's own key words, and true of every example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from tests.policy.examples import CASES, FILES, POLICY, STORE
from tests.policy.plain import loaded
from tests.policy.test_cases import cases, texts
from tests.support.repository import ROOT
from tillit.model.errors import Faults
from tillit.policy import parse_all
from tillit.policy.schemas import as_text, policy_schema, store_schema
from tillit.policy.section_shapes import NAMED_SECTIONS, SINGLE_SECTIONS
from tillit.policy.shapes import POLICY as POLICY_WORDS
from tillit.policy.shapes import POLICY_SHAPES, STORE_SHAPES
from tillit.policy.shapes import STORE as STORE_WORDS

SCHEMAS = {"policy.json": policy_schema(), "store.json": store_schema()}


def validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_file_holds_what_the_code_says(name: str):
    shipped = files("tillit.policy").joinpath("schema", name).read_text(encoding="utf-8")
    assert shipped == as_text(SCHEMAS[name]), "write it again: tillit.policy.schemas.as_text"


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_a_schema_and_every_key_is_described(name: str):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    properties = list(described(SCHEMAS[name]))
    assert len(properties) > 20
    assert [word for word, entry in properties if not entry.get("description")] == []


def described(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        if (
            schema.get("type") == "object"
            and schema.get("additionalProperties") is False
            and "minProperties" not in schema
        ):
            yield from schema["properties"].items()
        for part in schema.values():
            yield from described(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from described(part)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/policy.yaml")), ids=lambda p: p.parent.name)
def test_the_example_policies_fit(path: Any):
    validator("policy.json").validate(loaded(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/stores/*.yaml")), ids=lambda p: p.stem)
def test_the_example_maps_fit(path: Any):
    validator("store.json").validate(loaded(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("case", cases("good"))
def test_good_cases_fit(case: dict[str, Any]):
    policy, store = texts(case)
    validator("policy.json").validate(loaded(policy))
    validator("store.json").validate(loaded(store))


SHAPES = {"policy": POLICY_WORDS, "map": STORE_WORDS, **POLICY_SHAPES, **STORE_SHAPES}
# One mapping of each shape in the base files: where it stands, and what is put there when the base has none.
PLACES: dict[str, tuple[list[str], dict[str, Any] | None]] = {
    "policy": (["policy"], None),
    "controller": (["policy", "controller"], None),
    "information_type": (["policy", "information", "technical"], None),
    "titled": (["policy", "people", "customer"], {"title": "Customers"}),
    "purpose": (["policy", "purposes", "orders"], None),
    "keep": (["policy", "purposes", "security", "keep"], None),
    "after": (["policy", "purposes", "warranty", "keep", "after"], {"event": "delivered"}),
    "map": (["store"], None),
    "table": (["store", "tables", "messages"], None),
    "person": (["store", "tables", "contacts", "person"], None),
    "link": (["store", "tables", "messages", "accessed_by", "recipient"], None),
    "via": (
        ["store", "tables", "messages", "accessed_by", "recipient"],
        {"table": "contacts", "via": {"table": "readers", "here": "m", "there": "c"}},
    ),
    "column": (["store", "tables", "messages", "columns", "body"], None),
    "replacement": (
        ["store", "tables", "messages", "columns", "body"],
        {"is": "communications", "replace": {"with": "gone"}},
    ),
    "ground": (["store", "tables", "orders", "grounds", "warranty"], None),
}
PLACES |= {shape: (["policy", section, "card_numbers"], {}) for section, (shape, _, _) in NAMED_SECTIONS.items()}
PLACES |= {shape: (["policy", section], {}) for section, (shape, _, _) in SINGLE_SECTIONS.items()}
PLACES |= {
    "person_kind": (["policy", "people", "customer"], {"title": "Customers"}),
    "information_part": (["policy", "information", "technical", "parts", "ip_address"], {"title": "IP address"}),
    "balancing": (["policy", "purposes", "security", "balancing"], {}),
    "offered_rights": (["policy", "rights", "offered"], {}),
    "offered_right": (["policy", "rights", "offered", "access"], {}),
    "channel": (["policy", "marketing", "channels", "email"], {}),
    "eligible": (["policy", "marketing", "eligible", "purchase"], {}),
    "message_class": (["policy", "marketing", "messages", "newsletter"], {}),
    "unresponsive": (["policy", "marketing", "unresponsive"], {}),
    "segments": (["policy", "marketing", "segments"], {}),
    "cookie_use": (["policy", "cookies", "uses", "operation"], {}),
    "cookie": (["policy", "cookies", "register", "session"], {}),
}
INNER = {"via": "via", "replacement": "replace"}
WRONG: list[list[dict[str, int]]] = [[{}]]  # a value that no key word may have


def told(shape: str, **entry: Any) -> list[str]:
    """The faults of the base files with `entry` written into one mapping of the shape."""
    tree = {"policy": loaded(POLICY), "store": loaded(STORE)}
    (*path, last), seed = PLACES[shape]
    here: Any = tree
    for step in path:
        here = here.setdefault(step, {})
    if seed is not None:
        here[last] = json.loads(json.dumps(seed))
    (here[last][INNER[shape]] if shape in INNER else here[last]).update(entry)
    try:
        parse_all((FILES[0], json.dumps(tree["policy"])), [(FILES[1], json.dumps(tree["store"]))])
    except Faults as faults:
        return [f.what for f in faults.faults]
    return []


def test_every_shape_has_a_place():
    assert set(PLACES) == set(SHAPES)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_parser_knows_no_other_word(shape: str):
    assert told(shape) == []
    assert [what for what in told(shape, zzz=1) if "unknown key word 'zzz'" not in what] == []
    assert len(told(shape, zzz=1)) == 1


@pytest.mark.parametrize(("shape", "word"), [(s, w) for s in SHAPES for w in SHAPES[s]])
def test_the_parser_reads_every_word(shape: str, word: str):
    """A value no word may have is a fault: no key word is let through unread."""
    faults = told(shape, **{word: WRONG})
    assert faults
    assert not any("unknown key word" in what for what in faults)


def test_a_wrong_word_does_not_fit():
    with pytest.raises(jsonschema.ValidationError):
        validator("policy.json").validate(loaded(POLICY.replace("people:", "poeple:")))
    with pytest.raises(jsonschema.ValidationError):
        validator("store.json").validate(loaded(STORE.replace("since:", "snice:")))


def test_the_cases_are_where_they_are_looked_for():
    assert (CASES / "good.yaml").is_file()
