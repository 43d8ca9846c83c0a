"""YAML 1.2 text as nodes that remember where they stand. Values are read here once; nothing is guessed later.

Built from the reader's events without recursion, with limits on size, depth and aliases, so that no text can exhaust
memory or the stack. Duplicate keys are faults; keys are always text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from tillit.model.source import Position
from tillit.policy.gather import Gather, quoted

MAX_CHARACTERS = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 30
MAX_DIGITS = 30

Value = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `text` is what was written once quotes are gone; `value` is what YAML 1.2 makes of it."""

    at: Position
    text: str
    value: Value
    raw: str = ""  # as it stands in the file, quotes and all: faults point inside it

    @property
    def missing(self) -> bool:
        """True when nothing was written after the colon."""
        return self.value is None and self.raw == ""


@dataclass(frozen=True, slots=True)
class Sequence:
    at: Position
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys are texts; each stands once."""

    at: Position
    pairs: tuple[tuple[Scalar, Node], ...]


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read."""

    at: Position
    mapping: bool
    anchor: str | None
    before: int  # nodes counted before it
    items: list[Node] = field(default_factory=list)


class _Stop(Exception):
    """The text cannot be read further; the fault is told."""


def read(gather: Gather, file: str, text: str) -> Node | None:
    """The one document of `text`, or None when it cannot be read: the fault is then in `gather`."""
    start = Position(file, 1, 1)
    if len(text) > MAX_CHARACTERS:
        gather.add(start, f"the file is longer than {MAX_CHARACTERS:,} characters", "divide it: one file a store")
        return None
    builder = _Builder(gather, file, text)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except _Stop:
        return None
    except YAMLError as error:
        _tell(gather, file, text, error)
        return None
    except (ValueError, OverflowError, TypeError, AttributeError, LookupError, AssertionError, RecursionError) as error:
        # The reader's own slips on malformed text (an escape beyond Unicode, for one) must not become a trace.
        gather.add(builder.last, f"this is not YAML ({type(error).__name__})", "mend the text here or just after")
        return None
    if builder.root is None or (isinstance(builder.root, Scalar) and builder.root.missing):
        gather.add(start, "the file is empty", "write at least its first key, as in docs/reference/maps.md")
        return None
    return builder.root


class _Builder:
    """Nodes out of events, on a stack of its own."""

    def __init__(self, gather: Gather, file: str, text: str) -> None:
        self.gather, self.file, self.text = gather, file, text
        self.root: Node | None = None
        self.last = Position(file, 1, 1)
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.count = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        mark = event.start_mark
        if mark is not None:
            self.last = Position(self.file, mark.line + 1, mark.column + 1)
        if kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                self.stop("a second document begins", "one file holds one document: remove `---`")
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self.open(event, kind == "MappingStartEvent")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.close()
        elif kind == "ScalarEvent":
            self.tally(1)
            node = self.scalar(event)
            self.remember(event.anchor, node, 1)
            self.put(node)
        elif kind == "AliasEvent":
            self.put(self.alias(event.anchor))

    def open(self, event: Any, mapping: bool) -> None:
        self.tag(event)
        if len(self.stack) >= MAX_DEPTH:
            self.stop(f"more than {MAX_DEPTH} levels inside one another", "write it flatter")
        self.stack.append(_Open(self.last, mapping, event.anchor, self.count))
        self.tally(1)

    def close(self) -> None:
        top = self.stack.pop()
        node: Node = self.pairs(top) if top.mapping else Sequence(top.at, tuple(top.items))
        self.remember(top.anchor, node, self.count - top.before)
        self.put(node)

    def put(self, node: Node) -> None:
        if self.stack:
            self.stack[-1].items.append(node)
        else:
            self.root = node

    def remember(self, anchor: str | None, node: Node, size: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, size)

    def alias(self, name: str) -> Node:
        if name not in self.anchors:
            inside = any(o.anchor == name for o in self.stack)
            what = f"the alias *{name[:40]} " + (
                "stands inside its own anchor" if inside else "has no anchor before it"
            )
            self.stop(what, "write the value out")
        node, size = self.anchors[name]
        self.tally(size)
        return node

    def tally(self, nodes: int) -> None:
        self.count += nodes
        if self.count > MAX_NODES:
            self.stop(f"more than {MAX_NODES:,} values, aliases written out", "divide the file, or use fewer aliases")

    def stop(self, what: str, remedy: str) -> None:
        self.gather.add(self.last, what, remedy)
        raise _Stop

    def tag(self, event: Any) -> None:
        tag = str(event.tag) if event.tag is not None else None
        if tag not in (None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            self.gather.add(self.last, f"the tag {quoted(tag or '')} has no meaning here", "remove it")

    def scalar(self, event: Any) -> Scalar:
        self.tag(event)
        text = str(event.value)
        raw = self.text[event.start_mark.index : event.end_mark.index]
        for char in text:
            if (char < " " and char not in "\n\t") or "\ud800" <= char <= "\udfff":
                self.gather.add(self.last, f"the text holds the character U+{ord(char):04X}", "remove it")
                break
        plain = event.style in (None, "") and event.tag is None
        return Scalar(self.last, text, plain_value(text) if plain else text, raw)

    def pairs(self, top: _Open) -> Mapping:
        found: dict[str, tuple[Scalar, Node]] = {}
        flat: Iterator[Node] = iter(top.items)
        for key, value in zip(flat, flat, strict=True):
            if not isinstance(key, Scalar) or key.value is None or key.text == "":
                self.gather.add(key.at, "a key must be a word", "write `key: value`")
            elif key.text in found:
                line = found[key.text][0].at.line
                self.gather.add(
                    key.at, f"{quoted(key.text)} stands twice here, first on line {line}", "keep one of them"
                )
            elif isinstance(value, Scalar) and value.missing:
                found[key.text] = (key, replace(value, at=key.at))  # the reader sees the key, not what is not there
            else:
                found[key.text] = (key, value)
        return Mapping(top.at, tuple(found.values()))


_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?\Z")


def plain_value(text: str) -> Value:
    """What YAML 1.2's core schema makes of a plain scalar; numbers too long to mean anything stay text."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if len(text) > MAX_DIGITS:
        return text
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        try:
            return Decimal(text)
        except InvalidOperation:
            return text
    return text


_SYNTAX_REMEDIES = (
    ("mapping values are not allowed", "put quotes round a text that holds ': ', or mend the indentation"),
    ("'\\t'", "indent with spaces, never with tabs"),
    ("expected ',' or", "close the bracket, or put quotes round a text that holds brackets or commas"),
    ("unexpected end of stream", "close the quote"),
    ("could not find expected ':'", "write `key: value`"),
    ("expected <block end>", "mend the indentation: keys of one mapping stand in one column"),
    ("cannot start any token", "put quotes round the text"),
    ("version", "remove the %YAML line"),
    ("special characters", "save the file as plain UTF-8 text"),
)


def _tell(gather: Gather, file: str, text: str, error: YAMLError) -> None:
    """A syntax fault in the reader's words, at its place."""
    problem = "this is not YAML"
    at = Position(file, 1, 1)
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            at = Position(file, mark.line + 1, mark.column + 1)
        problem = " ".join(str(p) for p in (error.context, error.problem) if p)
    elif isinstance(error, ReaderError):
        where = min(int(getattr(error, "position", 0) or 0), len(text))
        at = place(file, text, where)
        problem = "special characters are not allowed"
    remedy = next((r for sign, r in _SYNTAX_REMEDIES if sign in problem), "mend the text here or just before")
    gather.add(at, f"YAML: {' '.join(problem.split())[:200]}", remedy)


def place(file: str, text: str, index: int) -> Position:
    """The line and column of `text[index]`."""
    before = text[:index]
    line = before.count("\n")
    return Position(file, line + 1, index - (before.rfind("\n") + 1) + 1)
