"""What changed between two policies in the sections besides purposes: entry by entry, field by field."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from tillit.model.period import Period
from tillit.model.policy import Policy
from tillit.model.sections import Item
from tillit.policy.periods import period_text

SECTIONS = (
    "information", "sources", "recipients", "storage", "transfers", "security", "never", "combinations", "rights",
    "marketing", "cookies", "automated_decisions", "providing", "links", "complaint", "breaches", "contact", "notice",
)  # fmt: skip
_LEFT_OUT = ("name", "at", "places")


def entries(policy: Policy) -> dict[str, dict[str, str]]:
    """Path of an entry (`recipients host`) -> its fields as text. What is not said is left out."""
    found: dict[str, dict[str, str]] = {}
    for section in SECTIONS:
        _gather(section, getattr(policy, section), found)
    # The titles of types of information are told by the types themselves.
    bare = {n: {k: v for k, v in f.items() if k != "title"} for n, f in found.items() if n.startswith("information ")}
    return found | bare


def _gather(path: str, value: Any, found: dict[str, dict[str, str]]) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _gather(f"{path} {name}", inner, found)
    elif isinstance(value, Item):
        found[path] = dict(_said(value))
        for field in dataclasses.fields(value):
            inner = getattr(value, field.name)
            if field.name not in _LEFT_OUT and (isinstance(inner, Item) or _items(inner)):
                _gather(f"{path} {field.name}", inner, found)


def _items(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(v, Item) for v in value.values())


def _said(item: Item) -> Iterator[tuple[str, str]]:
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        if field.name in _LEFT_OUT or isinstance(value, Item | Mapping) or value is None or value in ("", ()):
            continue
        yield field.name, _text(value)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Period():
            return period_text(value)
        case tuple():
            return ", ".join(" ".join(one).strip() if isinstance(one, tuple) else str(one) for one in value)
        case _:
            return str(value)
