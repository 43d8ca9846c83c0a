"""What key words are made of, and the kinds of value that read alike wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Schema = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value that is read in one way wherever it stands (tillit/policy/values.py)."""

    reads: str  # text, texts, flag, number, date, period, country, countries, choice, choices, name, names
    words: tuple[str, ...] = ()  # of a choice
    of: str = ""  # the section whose names they are


@dataclass(frozen=True, slots=True)
class Key:
    """One key word: what it says, and the JSON Schema of its value."""

    says: str
    schema: Schema
    required: bool = False
    kind: Kind | None = None  # None: read by hand


Shape = Mapping[str, Key]


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def text(pattern: str = "") -> Schema:
    return {"type": "string", "pattern": pattern} if pattern else {"type": "string", "minLength": 1}


def words(*values: str) -> Schema:
    return {"enum": list(values)}


def either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def some(schema: Schema) -> Schema:
    """One, or a list of them."""
    return either(schema, {"type": "array", "items": schema, "minItems": 1})


def named(schema: Schema, pattern: str = "") -> Schema:
    """A mapping from free names to `schema`."""
    names: dict[str, object] = {"type": "object", "additionalProperties": schema}
    if pattern:
        names["propertyNames"] = {"pattern": pattern}
    return names


WORD = r"^[A-Za-z][A-Za-z0-9_-]*$"
COUNTRY = r"^([A-Z]{2}|unknown)$"
ENVIRONMENT = r"^env:[A-Za-z_][A-Za-z0-9_]*$"
COUNTRY_OR_EEA = r"^([A-Z]{2}|EEA|unknown)$"
DPV = r"^([a-z][a-z0-9-]*:[A-Za-z][A-Za-z0-9-]*|unknown)$"
DAY = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|unknown)$"
BOOL: Schema = {"type": "boolean"}
UNKNOWN: Schema = {"const": "unknown"}


def title(*, required: bool = False) -> Key:
    return Key("What people are told it is.", text(), required, None if required else Kind("text"))


def text_(says: str) -> Key:
    return Key(says, text(), kind=Kind("text"))


def texts(says: str, *, of: str = "") -> Key:
    return Key(says, either(some(text(DPV) if of == "dpv" else text()), _NOTHING), kind=Kind("texts", of=of))


def flag(says: str) -> Key:
    return Key(says, either(BOOL, UNKNOWN), kind=Kind("flag"))


def number(says: str) -> Key:
    return Key(says, either({"type": "integer", "minimum": 1}, UNKNOWN), kind=Kind("number"))


def day(says: str) -> Key:
    return Key(says, text(DAY), kind=Kind("date"))


def period(says: str) -> Key:
    return Key(says, text(), kind=Kind("period"))


def choice(says: str, *known: str) -> Key:
    return Key(says, words(*known, "unknown"), kind=Kind("choice", known))


def choices(says: str, *known: str) -> Key:
    return Key(says, either(some(words(*known, "unknown")), _NOTHING), kind=Kind("choices", known))


def countries(says: str) -> Key:
    return Key(says, either(some(text(COUNTRY_OR_EEA)), _NOTHING), kind=Kind("countries"))


def name(says: str, section: str, *besides: str) -> Key:
    return Key(says, text(), kind=Kind("name", besides, section))


def names(says: str, section: str) -> Key:
    return Key(says, either(some(text()), _NOTHING), kind=Kind("names", of=section))


_NOTHING: Schema = {"type": "array", "maxItems": 0}
CLAUSE = Key("The passage of the policy that says it.", {"type": ["string", "number"]}, kind=Kind("name", of="clauses"))
