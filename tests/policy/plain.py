"""YAML text as plain data, read the way the product reads it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tillit.policy.gather import Gather
from tillit.policy.source import Mapping, Node, Scalar, Sequence, read


def loaded(text: str) -> Any:
    """What `text` holds; it must be faultless YAML."""
    gather = Gather()
    root = read(gather, "example.yaml", text)
    assert gather.faults == []
    assert root is not None
    return plain(root)


def plain(node: Node) -> Any:
    match node:
        case Mapping():
            return {key.text: plain(value) for key, value in node.pairs}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar(value=Decimal() as value):
            return float(value)
        case Scalar():
            return node.value
