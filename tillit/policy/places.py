"""Places inside a scalar: the file's line and column of one character of its text."""

from __future__ import annotations

from tillit.model.source import Position
from tillit.policy.source import Scalar

_PASSED = frozenset(" \t\r\n'\"\\")  # what quotes, escapes, indentation and folding add to the text


def locate(scalar: Scalar, offset: int) -> Position:
    """Where `scalar.text[offset]` stands in the file; where the scalar begins when its writing is too tangled."""
    raw, text = scalar.raw, scalar.text
    at = raw.find("\n") + 1 if raw[:1] in ("|", ">") else 1 if raw[:1] in ("'", '"') else 0
    for char in text[: offset + 1]:
        if char.isspace():
            continue
        while at < len(raw) and raw[at] != char and raw[at] in _PASSED:
            at += 1
        if at >= len(raw) or raw[at] != char:
            return scalar.at
        at += 1
    if offset >= len(text):
        at += 1
    before = raw[: max(at - 1, 0)]
    lines = before.count("\n")
    if lines == 0:
        return Position(scalar.at.file, scalar.at.line, scalar.at.column + len(before))
    return Position(scalar.at.file, scalar.at.line + lines, len(before) - before.rfind("\n"))
