"""Text behind escapes that programs put in: HTML entities, URL, JSON, quoted-printable, UTF-8 read as Latin-1. Pure.

Encodings that hide whole texts (base64, compression, encryption) are not undone here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_to_bytes

HTML = r"&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?"
URL = r"(?:%[0-9A-Fa-f]{2})+"
JSON = r"\\+(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[rntfv\"'/])"
QUOTED = r"(?:=[0-9A-F]{2}|=\r?\n)+"
TWICE = "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]+"

LAYERS = 3  # an escape inside an escape inside an escape
PLAIN = (
    ("&", re.compile(HTML)),
    ("%", re.compile(URL)),
    ("\\", re.compile(JSON)),
)
IS_QUOTED = re.compile(QUOTED)
IS_TWICE = re.compile(TWICE)

# A byte that is quick to look for, and what makes an escape of it; over UTF-8.
SIGNS = (
    (b"&", re.compile(rb"&(?:#|[A-Za-z])")),
    (b"%", re.compile(rb"%[0-9A-Fa-f]{2}")),
    (b"\\", re.compile(rb"\\[uxrntfv\"'/]")),
    (b"=", re.compile(rb"=(?:[0-9A-F]{2}|\r?\n)")),
    (b"\xc3", re.compile(rb"\xc3(?:[\x82\x83]|[\x84-\xaf][\xc2\xc5\xc6\xcb\xe2])")),
)


def escaped_at(cells: bytes) -> list[int]:
    """A place in each cell (of UTF-8, parted by NUL) that holds what may be an escape; rising, with repetitions."""
    places: list[int] = []
    for mark, sign in SIGNS:
        at = 0 if mark in cells else -1
        while at >= 0 and (found := sign.search(cells, at)):
            places.append(found.start())
            at = cells.find(b"\0", found.start())
    return sorted(places)


def decoded(text: str) -> Iterator[bytes]:
    """The text (as UTF-8, without NUL) with its escapes undone, layer by layer, where that changes it.

    Quoted-printable is undone in a view of its own: its '=AB' is also how a value of a form or log begins.
    """
    plain = _undone(text)
    views = {plain}
    if "=" in text and IS_QUOTED.search(text):
        views.add(_undone(IS_QUOTED.sub(_found, text)))
    views.discard(text)
    return (view.replace("\0", " ").encode("utf-8", "replace") for view in sorted(views))


def _undone(text: str) -> str:
    for _ in range(LAYERS):
        before = text
        for sign, escape in PLAIN:
            if sign in text:
                text = escape.sub(_found, text)
        if not text.isascii():
            text = IS_TWICE.sub(_found, text)
        if text == before:
            break
    return text


def _found(found: re.Match[str]) -> str:
    return _plain(found[0])


@lru_cache(maxsize=8192)
def _plain(escape: str) -> str:
    """What one run of escapes stands for."""
    match escape[0]:
        case "&":
            return html.unescape(escape)
        case "%":
            return unquote_to_bytes(escape).decode("utf-8", "replace")
        case "=":
            return _quoted(escape)
        case "\\":
            name, digits = escape.lstrip("\\")[:1], escape.lstrip("\\")[1:]
            return chr(int(digits, 16)) if digits else " " if name in "rntfv" else name
    return _once(escape)


def _quoted(escape: str) -> str:
    digits = re.sub(r"=\r?\n", "", escape).replace("=", "")
    return bytes.fromhex(digits).decode("utf-8", "replace")


def _once(text: str) -> str:
    """UTF-8 that was read as Windows-1252 or Latin-1, read again as UTF-8; as it is where it is no such text."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text
