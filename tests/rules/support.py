"""A policy without findings, and parts laid over it."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.policy.plain import loaded
from tillit.model.policy import Policy
from tillit.policy import parse_policy
from tillit.policy.rules import Finding, lint

BASE = Path(__file__).parent / "base.yaml"
WHOLE = ("keep", "basis", "balancing")  # replaced, not joined
TODAY = date(2026, 11, 1)


@lru_cache(maxsize=1)
def base() -> str:
    return json.dumps(loaded(BASE.read_text(encoding="utf-8")))


def laid_over(part: str) -> Policy:
    """The base with `part` laid over it: mappings are joined, everything else is replaced."""
    return parse_policy("policy.yaml", json.dumps(joined(json.loads(base()), loaded(part))))


def joined(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        laid = {k: v if k in WHOLE else joined(below.get(k), v) for k, v in above.items()}
        return {**below, **laid} if above else {}
    if isinstance(below, str) and isinstance(above, dict) and "title" not in above:
        return {"title": below, **above}
    return above


def found(part: str, today: date = TODAY) -> tuple[Finding, ...]:
    return lint(laid_over(part), today)
