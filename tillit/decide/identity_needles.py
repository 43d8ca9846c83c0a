"""One identifier made ready to be looked for in text: cheap anchors that every spelling holds, and an exact test. Pure.

An anchor is a run of bytes (UTF-8, ASCII letters in lower case) that every text holding the identifier also holds;
digits anchors are
looked for in the text's digits alone. The exact test decides, on folded text, and knows what is a part of somebody
else's identifier.
"""

from __future__ import annotations

import ipaddress
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tillit.decide.identity import fold, normal, type_of, unicode_domain
from tillit.decide.identity_phone import phone_core, phone_forms

SHORTEST = 5  # characters: shorter identifiers are in every text
SHORTEST_NUMBER = 7  # digits: shorter numbers are somebody else's order number
GROUP = re.compile(r"[0-9]+")
BETWEEN = re.compile(r"[\s.()/+\u2010-\u2015-]{0,3}")  # between two groups of the digits of one number
HEX = re.compile(r"[0-9a-f]{16,}")
FILE_END = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|docx?|xlsx?|pptx?|txt|csv|zip|vcf|ics|json|xml|html?|eml|msg)(?![0-9a-z])"
)
COLONS = re.compile(r"[0-9a-f:.]{2,45}")

Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Needle:
    """One identifier. `anchors`: one of them is in the text's bytes; `digits`: or this is in its digits alone. `test`
    takes folded text.
    """

    type: str
    anchors: tuple[bytes, ...] = field(repr=False)
    digits: bytes = field(repr=False)
    test: Test = field(repr=False)


def needle(type_: str, value: str, country: str = "SE") -> Needle | None:
    """The needle for one identifier; None when it is too short or too common to tell one person from another."""
    kind = type_of(type_)
    plain = normal(kind, value, country)
    if plain is None:
        return None
    match kind:
        case "email":
            return _email(plain)
        case "phone":
            core = phone_core(plain)
            forms = phone_forms(plain)
            return (
                Needle(kind, (), core.encode(), lambda text: _in_groups(text, forms, core)) if len(core) >= 6 else None
            )
        case "personal_number" if plain.isdigit() and len(plain) in (10, 12):
            forms = frozenset((plain, plain[-10:])) if len(plain) == 12 else frozenset((plain,))
            century = "" if len(plain) == 12 else plain
            return Needle(kind, (), plain[-10:].encode(), lambda text: _in_groups(text, forms, "", century))
        case "ip":
            return _ip(plain)
        case "iban":
            return _iban(plain)
        case "name":
            return _words(kind, plain) if " " in plain else None
        case "postal_address":
            return _words(kind, plain) if re.search(r"\d", plain) and re.search(r"[^\W\d]", plain) else None
    return _token(kind, plain)


# -- anchors


def anchors_of(folded: str) -> tuple[bytes, ...]:
    """The longest ASCII run of folded text; where that is under three
    characters, the spellings of its first letters.
    """
    best = longest_run(folded)
    if len(best) >= 3:
        return (best.encode(),)
    start = _start(max(re.split(r"\s+|ss", folded), key=len)) or "ss"
    spelled = {"".join(letters) for letters in itertools.product(*(_cases(c) for c in start))}
    spelled |= {"ß", "ẞ"} if start == "ss" else set()
    forms = {unicodedata.normalize(form, s) for s in spelled for form in ("NFC", "NFD")}
    return tuple(sorted(form.encode().lower() for form in forms))


def _start(word: str) -> str:
    """The first three letters, with the marks that belong to the last."""
    end = min(3, len(word))
    while end < len(word) and unicodedata.combining(word[end]):
        end += 1
    return word[:end]


def _cases(letter: str) -> set[str]:
    return {letter, letter.upper(), letter.title(), "ς" if letter == "σ" else letter}


def longest_run(folded: str) -> str:
    return max(ascii_runs(folded), key=len, default="")


def ascii_runs(folded: str) -> list[str]:
    """ASCII runs that stand in every spelling of folded text: not 'ss' (may be written 'ß'), not the i of a lower-
    cased 'İ', no spaces (may be others).
    """
    return re.split(r"[^\x21-\x7e]+|ss+", folded.replace("i\u0307", "\u0307"))


# -- exact tests; all take folded text


def _places(text: str, literal: str) -> Iterator[tuple[int, int]]:
    at = text.find(literal)
    while at >= 0:
        yield at, at + len(literal)
        at = text.find(literal, at + 1)


def _joined(char: str) -> bool:
    """A letter, digit or combining mark: what stands beside it is part of the same word."""
    return char.isalnum() or unicodedata.combining(char) != 0


def _touches(text: str, at: int, end: int) -> bool:
    return (at > 0 and _joined(text[at - 1])) or (end < len(text) and _joined(text[end]))


def _email(plain: str) -> Needle:
    local, _, domain = plain.rpartition("@")
    spellings = {plain, f"{local}@{unicode_domain(domain)}"}
    anchors = tuple(a for s in sorted(spellings) for a in anchors_of(s))

    def test(text: str) -> bool:
        return any(_whole_email(text, at, end) for s in spellings for at, end in _places(text, s))

    return Needle("email", anchors, b"", test)


def _whole_email(text: str, at: int, end: int) -> bool:
    """Neither a longer local part before it, nor a longer domain after it. Punctuation that leads to no word is only
    punctuation.
    """
    before, after = at, end
    while before > 0 and text[before - 1] in "._%+-":
        before -= 1
    if before > 0 and _joined(text[before - 1]):
        return False
    if at > 1 and text[at - 1] == "'" and _joined(text[at - 2]) and text[end : end + 1] != "'":
        return False  # o'brien@
    while after < len(text) and text[after] in ".-":
        after += 1
    between = text[end:after]
    return after == len(text) or not _joined(text[after]) or ".." in between or "--" in between


def _in_groups(text: str, forms: frozenset[str], core: str, century: str = "") -> bool:
    """Whether consecutive groups of digits, spaced as one number, are one of `forms`; never a part of a longer run of
    digits.

    `core`: also the bare national number, when it is the whole text. `century`: ten digits that any century may
    precede.
    """
    longest = max(map(len, forms)) + (2 if century else 0)
    groups = [m.span() for m in GROUP.finditer(text)]
    if core and len(groups) == 1 and text.strip() == core:
        return True
    for first, (start, _) in enumerate(groups):
        digits, end = "", start
        for group_start, group_end in itertools.islice(groups, first, None):
            if digits and not BETWEEN.fullmatch(text, end, group_start):
                break
            digits, end = digits + text[group_start:group_end], group_end
            if len(digits) > longest:
                break
            if (digits in forms or (century and len(digits) == 12 and digits.endswith(century))) and _whole_number(
                text, start, end
            ):
                return True
    return False


def _whole_number(text: str, start: int, end: int) -> bool:
    """Not the inside of a hexadecimal token, not an amount with decimals, not the tail of another country's number."""
    left, right = start, end
    while left > 0 and text[left - 1].isalnum():
        left -= 1
    while right < len(text) and text[right].isalnum():
        right += 1
    if (left, right) != (start, end) and HEX.fullmatch(text, left, right):
        return False
    if re.compile(r"[.,]\d{1,2}(?!\d)").match(text, end):
        return False
    foreign = re.search(r"\+(\d{1,3})[\s-]{1,2}$", text[max(0, start - 7) : start])
    return foreign is None


def _ip(plain: str) -> Needle | None:
    if ":" not in plain:
        literal = re.compile(rf"(?<![0-9])(?<![0-9]\.){re.escape(plain)}(?![0-9]|\.[0-9])")
        return Needle("ip", (plain.encode(),), b"", lambda text: literal.search(text) is not None)
    groups = [f"{int(p, 16):x}" for p in ipaddress.ip_address(plain).exploded.split(":")[:6]]
    anchor = max((g for g in groups if g != "0"), key=len, default="")
    if not anchor:
        return None  # ::1 and its like are in every log
    return Needle("ip", (f"{anchor}:".encode(),), b"", lambda text: _has_ipv6(text, plain))


def _has_ipv6(text: str, plain: str) -> bool:
    for found in COLONS.finditer(text):
        start, end = found.span()
        if (start > 0 and _joined(text[start - 1])) or (end < len(text) and _joined(text[end])):
            continue
        token = found[0].rstrip(".")
        for candidate in (token, token.removesuffix(":")):
            if candidate.count(":") >= 2 and normal("ip", candidate) == plain:
                return True
    return False


def _iban(plain: str) -> Needle | None:
    folded = plain.lower()
    if not (folded.isascii() and folded.isalnum() and len(folded) >= 8):
        return None
    spaced = re.compile(r"(?<![^\W_])" + r"[\s.-]?".join(folded) + r"(?![^\W_])")
    run = max(re.findall(r"[0-9]+", folded), key=len, default="")
    if len(run) < SHORTEST_NUMBER:
        return None
    return Needle("iban", (), run.encode(), lambda text: spaced.search(text) is not None)


def _words(kind: str, plain: str) -> Needle | None:
    """A full name, or a street with its number: words with any spacing between, not joined to another word by a letter
    or hyphen.
    """
    if len(plain) < SHORTEST:
        return None
    spaced = r"(?:[\s_+]|,\s){1,3}".join(re.escape(word) for word in plain.split(" "))
    spelled = re.compile(spaced)

    def test(text: str) -> bool:
        return any(not _touches(text, *m.span()) and not _hyphenated(text, *m.span()) for m in spelled.finditer(text))

    return Needle(kind, anchors_of(max(plain.split(" "), key=len)), b"", test)


def _hyphenated(text: str, at: int, end: int) -> bool:
    """Half of a double name: 'Anna-Linnéa Ek', 'Linnéa Ek-Berg'."""
    dashes = "-\u2010\u2011"
    return (at > 1 and text[at - 1] in dashes and _joined(text[at - 2])) or (
        end + 1 < len(text) and text[end] in dashes and _joined(text[end + 1])
    )


def _token(kind: str, plain: str) -> Needle | None:
    """A user name, customer number or other word: compared folded, as a whole token."""
    folded = fold(plain)
    if len(folded) < SHORTEST or (folded.isdigit() and len(folded) < SHORTEST_NUMBER):
        return None

    def test(text: str) -> bool:
        return any(_whole_token(text, at, end, folded) for at, end in _places(text, folded))

    words = max(re.split(r"\s+", folded), key=len)
    return Needle(kind, anchors_of(words), b"", test)


def _whole_token(text: str, at: int, end: int, folded: str) -> bool:
    """Not inside a longer word; not the local part of an e-mail address; not a part of 'linnea.ek' or 'linnea_ek'
    unless it holds a digit.
    """
    if _touches(text, at, end):
        return False
    if text[end : end + 1] == "@" and end + 1 < len(text) and _joined(text[end + 1]):
        return False
    if folded.isdigit():
        return not re.compile(r"[.,-]\d").match(text, end) and not re.search(r"\d[.,-]$", text[max(0, at - 2) : at])
    if any(c.isdigit() for c in folded) or FILE_END.match(text, end):
        return True
    after = end + 1 < len(text) and text[end] in "._-" and _joined(text[end + 1])
    before = at > 1 and text[at - 1] in "._-" and _joined(text[at - 2])
    return not (after or before)
