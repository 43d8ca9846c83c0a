"""Text that holds something else: base64, hexadecimal, signed sessions, hashes. Read as text, it says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

# In cells parted by NUL: a cell that is one long token, or that begins with lines of base64.
TOKEN = re.compile(rb"\0(?=([A-Za-z0-9+/=_.:|\\-]{24,})\0)")
MIME = re.compile(rb"\0(?=[A-Za-z0-9+/]{60,76}\r?\n[A-Za-z0-9+/]{2,76}={0,2})")
RUN = re.compile(rb"[A-Za-z0-9+/_-]{20,}")
HEXADECIMAL = re.compile(rb"(?:\\x|0x)?(?:[0-9a-fA-F]{2}){12,}")
LETTERS = (re.compile(rb"[A-Z]"), re.compile(rb"[a-z]"), re.compile(rb"[0-9]"))
JUDGED = 2_000  # bytes of a token that are looked at


def encoded_cells(cells: bytes) -> Iterator[int]:
    """The indexes of the cells (parted by NUL) that look like base64 or hexadecimal as a whole. Errs on the side of
    telling.
    """
    framed = b"\0" + cells + b"\0"
    index = last = 0
    for found in TOKEN.finditer(framed):
        if _encoded(found[1]):
            index += framed.count(b"\0", last, found.start())
            last = found.start()
            yield index
    index = last = 0
    for found in MIME.finditer(framed):
        index += framed.count(b"\0", last, found.start())
        last = found.start()
        yield index


def _encoded(token: bytes) -> bool:
    """Tells a token from a word, a path, a slug or a name of code: mixed letters and digits in a long run, or
    hexadecimal.
    """
    if b"://" in token[:12]:
        return False
    if HEXADECIMAL.fullmatch(token):
        return any(letter in token for letter in b"abcdefABCDEF")
    return any(all(kind.search(run) for kind in LETTERS) for run in RUN.findall(token[:JUDGED]))
