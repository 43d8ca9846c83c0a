"""JSON Schemas (draft 2020-12) of the two languages, for editors; written from the parser's own key words.

The files `schema/policy.json` and `schema/store.json` hold what these functions give; a test compares them.
A schema sees less than the parser: it knows shapes and key words, not what the names refer to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tillit.policy.key_words import some
from tillit.policy.shapes import BASIS, POLICY, POLICY_SHAPES, SHORT_FORMS, STORE, STORE_SHAPES, Schema, Shape

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_CONDITION = {"condition": {"type": "string", "minLength": 1, "description": "A condition, such as status = 'open'."}}


def policy_schema() -> dict[str, object]:
    """The schema of policy.yaml."""
    return _schema(
        "A privacy policy that runs: what a company promises about personal data.",
        POLICY,
        POLICY_SHAPES,
        {"bases": some(BASIS)},
    )


def store_schema() -> dict[str, object]:
    """The schema of stores/*.yaml."""
    return _schema("A map: where personal data lies in one store.", STORE, STORE_SHAPES, _CONDITION)


def as_text(schema: Mapping[str, object]) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(says: str, top: Shape, shapes: Mapping[str, Shape], more: Mapping[str, Schema]) -> dict[str, object]:
    definitions: dict[str, object] = {name: _named(name, shape) for name, shape in shapes.items()}
    return {"$schema": _DRAFT, "description": says} | _object(top) | {"$defs": definitions | dict(more)}


def _named(name: str, shape: Shape) -> dict[str, object]:
    if name not in SHORT_FORMS:
        return _object(shape)
    return {"anyOf": [SHORT_FORMS[name], _object(shape)]}


def _object(shape: Shape) -> dict[str, object]:
    found: dict[str, object] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {word: {**key.schema, "description": key.says} for word, key in shape.items()},
    }
    required = [word for word, key in shape.items() if key.required]
    return found | ({"required": required} if required else {})
