"""The words that people read, in their language, and showing any text so that it can do nothing.

The words stand in `data/*.toml`, one file a document and language. What comes from a database is never trusted:
`visible` shows what would not be seen, `markup` is for HTML, `cell` for CSV.
"""

from __future__ import annotations

import html
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "sv")
_KEPT = frozenset("\n\t\u200c\u200d")  # joiners belong to the writing of some languages, and to emoji
_FORMULA = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@lru_cache(maxsize=16)
def words(document: str, language: str) -> Mapping[str, Any]:
    """The words of a document, such as `letter`. Raises ValueError for a language that there are none in."""
    if language not in LANGUAGES:
        raise ValueError(f"no words in {language}; there are: {', '.join(LANGUAGES)}")
    with files("tillit.documents").joinpath("data", f"{document}.{language}.toml").open("rb") as file:
        return tomllib.load(file)


def visible(text: str) -> str:
    """`text` with control, bidirectional and other unseen characters written as ⟨U+202E⟩; line breaks and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in _KEPT or unicodedata.category(c) not in _UNSEEN else f"⟨U+{ord(c):04X}⟩" for c in text)


def markup(text: str) -> str:
    """`text` for HTML, in content and in quoted attributes."""
    return html.escape(visible(text), quote=True)


def cell(value: object) -> str:
    """A value for CSV. A text that a spreadsheet would read as a formula gets an apostrophe in front of it."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    text = visible(str(value))
    return f"'{text}" if str(value).startswith(_FORMULA) or text.lstrip(" \u00a0").startswith(_FORMULA) else text


def on(day: date | None, language: str) -> str:
    """`3 March 2027`; the empty text for no day."""
    if day is None:
        return ""
    local = day.date() if isinstance(day, datetime) else day
    return f"{local.day} {words('letter', language)['months'][local.month - 1]} {local.year}"


def listed(parts: Iterable[str], language: str, word: str = "and") -> str:
    """`a, b and c`, or with `or` as the `word`."""
    found = [part for part in parts if part]
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {words('letter', language)[word]} {found[-1]}"


def sentence(text: str) -> str:
    """`text` beginning with a capital letter."""
    return text[:1].upper() + text[1:]
