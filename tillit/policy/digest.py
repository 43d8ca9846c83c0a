"""SHA-256 over what a policy or a map means: comments, layout and the order of names do not matter."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from tillit.model.mapping import Store
from tillit.model.policy import Policy, Retention
from tillit.model.sections import Information

# Not meaning: where it stands, the digest itself, and the raw words of a period (its parts are there, see _retention).
_LEFT_OUT = frozenset({"at", "places", "digest"})
# Tuples whose order means nothing: a union, or a set of names.
_UNORDERED = frozenset(
    {
        "grounds", "links", "persons", "data", "people", "about", "unmapped", "values", "purposes", "gives", "covers",
        "obtained", "opt_out", "includes", "overridden_by", "names", "how", "activities", "country", "to", "recipients",
        "transfers", "joined_with", "languages", "dpv", "leaves_by", "bases", "stated",
    }
)  # fmt: skip
_UNORDERED_OF = frozenset({("Ground", "columns")})  # of a link they follow the key's order


def policy_digest(policy: Policy) -> str:
    """The digest of a policy's meaning, as 64 hexadecimal digits."""
    return _digest("tillit policy 1", policy)


def store_digest(store: Store) -> str:
    """The digest of a map's meaning, as 64 hexadecimal digits."""
    return _digest("tillit store 1", store)


def _digest(kind: str, meaning: object) -> str:
    canonical = json.dumps([kind, plain(meaning)], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def plain(value: object) -> Any:
    """`value` as JSON's own kinds, in one way only."""
    match value:
        case Retention():
            return _retention(value)
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case Decimal():
            return {"decimal": format(value.normalize(), "f")}
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case frozenset():
            return sorted((plain(v) for v in value), key=json.dumps)
        case tuple() | list():
            return [plain(v) for v in value]
        case _ if dataclasses.is_dataclass(value):
            return {"is": type(value).__name__} | {
                f.name: _ordered(type(value).__name__, f.name, plain(getattr(value, f.name)))
                for f in dataclasses.fields(value)
                if f.name not in _LEFT_OUT and not _unsaid(value, f)
            }
        case _:
            return value


def _unsaid(owner: object, field: dataclasses.Field[Any]) -> bool:
    """True for a later addition to the language that a file does not use: files written before it keep their digest."""
    if not field.metadata.get("later"):
        return False
    said = getattr(owner, field.name)
    if field.name == "information":  # the titles stand among the categories
        return all(information == Information(name=n, title=information.title) for n, information in said.items())
    return bool(said == (field.default if field.default is not dataclasses.MISSING else {}))


def _ordered(owner: str, name: str, value: Any) -> Any:
    if (name in _UNORDERED or (owner, name) in _UNORDERED_OF) and isinstance(value, list):
        return sorted(value, key=lambda v: json.dumps(v, sort_keys=True))
    return value


def _retention(keep: Retention) -> dict[str, Any]:
    """A period's parts, and the free words after `in which`: they promise which start is meant."""
    parts = {f.name: plain(getattr(keep, f.name)) for f in dataclasses.fields(keep) if f.name != "text"}
    _, found, words = keep.text.partition(" in which ")
    words = words.split(", until ")[0].split(", tolerance ")[0]
    return parts | {"is": "Retention", "in which": " ".join(words.split()) if found else ""}
