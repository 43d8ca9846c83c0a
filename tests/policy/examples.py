"""The examples that the tests of the languages read: a base policy and a base map, and edits of them."""

from __future__ import annotations

from pathlib import Path

from tillit.model.mapping import Store
from tillit.model.policy import Policy
from tillit.model.source import Position
from tillit.policy import parse_all, parse_policy

CASES = Path(__file__).parent / "cases"
POLICY = (CASES / "base" / "policy.yaml").read_text(encoding="utf-8")
STORE = (CASES / "base" / "crm.yaml").read_text(encoding="utf-8")
FILES = ("policy.yaml", "stores/crm.yaml")
MARK = "«"  # where a fault is expected


def edited(text: str, edits: list[list[str]]) -> str:
    """`text` with each (old, new) put in its place; the old text must stand there exactly once."""
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def marked(file: str, text: str) -> tuple[str, list[Position]]:
    """`text` without its marks, and where they stood."""
    places: list[Position] = []
    while MARK in text:
        at = text.index(MARK)
        line = text.count("\n", 0, at) + 1
        places.append(Position(file, line, at - (text.rfind("\n", 0, at) + 1) + 1))
        text = text.replace(MARK, "", 1)
    return text, places


def parsed(policy: str = POLICY, store: str = STORE) -> tuple[Policy, Store]:
    """The base policy and map, or texts instead of them. Raises Faults."""
    found, (only,) = parse_all((FILES[0], policy), [(FILES[1], store)])
    return found, only


def changed_store(*edits: tuple[str, str]) -> Store:
    """The base map with edits."""
    return parsed(store=edited(STORE, [list(e) for e in edits]))[1]


def changed_policy(*edits: tuple[str, str]) -> Policy:
    """The base policy with edits."""
    return parse_policy(FILES[0], edited(POLICY, [list(e) for e in edits]))
