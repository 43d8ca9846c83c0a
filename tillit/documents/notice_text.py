"""Text of a policy made harmless: for HTML (with autoescape), for Markdown, for tables that a spreadsheet opens."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

_JOINERS = {"\u200c", "\u200d"}  # needed to write some languages, and harmless
_MARKDOWN = re.compile(r"([\\`*_{}\[\]!|~<>&$^])")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\Z")
_HOST = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?::[0-9]{1,5})?\Z")
_WWW = re.compile(r"www\.\S+\Z")


def clean(text: str) -> str:
    """`text` on one line, without control characters and without those that change the direction of reading."""
    kept = "".join(_kept(c) for c in text)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Zl", "Zp", "Zs") or character in "\t\n\r\v\f":
        return " "
    if category in ("Cc", "Cs", "Cn", "Co") or (category == "Cf" and character not in _JOINERS):
        return ""
    return character


def href(text: str) -> str:
    """A safe address for what a policy names: https, http or mailto; empty when it is none."""
    told = clean(text)
    if _EMAIL.match(told):
        return f"mailto:{told}"
    if _WWW.match(told):
        told = f"https://{told}"
    if not told.isascii() or re.search(r"[\s\"'<>\\^`{|}]", told):
        return ""
    try:
        parts = urlsplit(told)
    except ValueError:
        return ""
    if parts.scheme not in ("https", "http") or not _HOST.match(parts.netloc):
        return ""
    return told


def anchor(kind: str, name: str) -> str:
    """A stable anchor, such as `clause-3.1`; the same for the same name in every version and language."""
    safe = re.sub(r"[^A-Za-z0-9._-]", lambda found: f"-{ord(found.group()):x}-", clean(name))
    return f"{kind}-{safe}"


def markdown(text: str) -> str:
    """Clean text as Markdown that means nothing but itself."""
    told = _MARKDOWN.sub(r"\\\1", text).replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")
    told = re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^([-+=#])", r"\\\1", told))
    return re.sub(
        r"(?i)\b(https?|ftp)://|\bwww\.", lambda found: found.group().replace(":", "&#58;").replace(".", "&#46;"), told
    )
