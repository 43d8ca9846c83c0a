"""What a document is made of before it is HTML or Markdown: sections of entries of paragraphs, lists, facts and grids.

All text in it is clean already (`notice_text.clean`); the renderers only have to escape it for their format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Link:
    """A link: to an anchor of the same document (`#clause-3.1`), or a safe address."""

    text: str
    href: str


Inline: TypeAlias = tuple[str | Link, ...]


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph."""

    text: Inline
    kind: str = "para"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Inline, ...]
    kind: str = "bullets"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with one or several values."""

    label: str
    values: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values."""

    rows: tuple[Fact, ...]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    head: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]
    kind: str = "grid"


Block: TypeAlias = Para | Bullets | Facts | Grid


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section, such as a purpose. No title: its blocks belong to the section itself."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One clause. `depth` is 1 for 3, and 2 for 3.1."""

    anchor: str
    number: str
    title: str
    entries: tuple[Entry, ...]
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Notice:
    """The whole notice. `missing` are the articles for which the policy says nothing."""

    language: str
    title: str
    name: str
    dated: tuple[str, ...]
    sections: tuple[Section, ...]
    changes: Section | None
    law: Section
    missing: tuple[str, ...]
    untranslated: tuple[str, ...]
    words: dict[str, str]


def facts(*rows: tuple[str, tuple[Inline, ...]]) -> tuple[Facts, ...]:
    """The rows that have a value; nothing when none has."""
    said = tuple(Fact(label, tuple(v for v in values if v)) for label, values in rows if any(values))
    return (Facts(said),) if said else ()


def line(text: str) -> tuple[Inline, ...]:
    """One value of plain text; nothing when it is empty."""
    return ((text,),) if text else ()
