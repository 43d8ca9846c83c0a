"""Small differences between the drivers."""

from __future__ import annotations

from typing import Any


def execute(cursor: Any, statement: str) -> Any:
    """Send a statement without parameters through the driver alone."""
    cursor.execute(statement)
    return cursor
