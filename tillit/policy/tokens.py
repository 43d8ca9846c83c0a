"""Words, texts, numbers and signs of the small languages inside strings: conditions, clocks, `through`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from tillit.policy.gather import quoted

MAX_LENGTH = 10_000


class Kind(Enum):
    WORD = "word"
    NAME = "name"  # "in double quotes": a name, never a key word
    TEXT = "text"  # 'in single quotes'
    NUMBER = "number"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    at: int  # offset in the string

    def says(self, *words: str) -> bool:
        """True when it is one of these key words or signs."""
        return self.text in words if self.kind is Kind.SIGN else self.kind is Kind.WORD and self.text.lower() in words

    @property
    def is_name(self) -> bool:
        return self.kind in (Kind.WORD, Kind.NAME)

    def __str__(self) -> str:
        return "the end" if self.kind is Kind.END else quoted(self.text)


class Slip(Exception):
    """The string cannot be read: at which offset, what, and the remedy."""

    def __init__(self, at: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.at, self.what, self.remedy = at, what, remedy


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?![^\W_]))
    |(?P<word>[^\W]\w*)
    |"(?P<name>(?:[^"]|"")+)"
    |'(?P<text>(?:[^']|'')*)'
    |(?P<sign><=|>=|!=|[-=<>(),.+])""",
    re.VERBOSE,
)
_NEAR = {
    "==": "write `=`",
    "<>": "write `!=`",
    "&&": "write `and`",
    "||": "write `or`",
    "!": "write `not`, or `!=`",
    "'": "close the text with a single quote",
    '"': "close the name with a double quote; texts stand in single quotes",
    "“": "write straight quotes",
    "’": "write straight quotes",
    ";": "a condition has no `;`",
}


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, the last one END. Raises Slip."""
    if len(text) > MAX_LENGTH:
        raise Slip(0, f"longer than {MAX_LENGTH:,} characters", "write it shorter")
    found: list[Token] = []
    at = 0
    while at < len(text):
        for wrong in ("==", "<>", "&&", "||"):
            if text.startswith(wrong, at):
                raise Slip(at, f"{quoted(wrong)} is no sign of the language", _NEAR[wrong])
        match = _TOKEN.match(text, at)
        if match is None:
            remedy = _NEAR.get(text[at], "put names that are not plain words in double quotes, texts in single quotes")
            raise Slip(at, f"{quoted(text[at])} is not expected here", remedy)
        kind = match.lastgroup or "space"
        if kind != "space":
            value = match.group(kind)
            if kind in ("name", "text"):
                value = value.replace('""', '"') if kind == "name" else value.replace("''", "'")
            found.append(Token(Kind(kind), value, at))
        at = match.end()
    return [*found, Token(Kind.END, "", len(text))]


class Reader:
    """The tokens in order, one of them at hand."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._next]

    @property
    def after(self) -> Token:
        return self._tokens[min(self._next + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        token = self.now
        if token.kind is not Kind.END:
            self._next += 1
        return token

    def accept(self, *words: str) -> bool:
        if self.now.says(*words):
            self._next += 1
            return True
        return False

    def expect(self, word: str, remedy: str) -> Token:
        if not self.now.says(word):
            raise Slip(self.now.at, f"`{word}` is expected here, not {self.now}", remedy)
        return self.take()

    def name(self, what: str, remedy: str) -> list[Token]:
        """A name, whose parts may be joined by dots (`schema.table`)."""
        parts = [self._part(what, remedy)]
        while self.accept("."):
            parts.append(self._part(what, remedy))
        return parts

    def _part(self, what: str, remedy: str) -> Token:
        if not self.now.is_name:
            raise Slip(self.now.at, f"{what} is expected here, not {self.now}", remedy)
        return self.take()

    def end(self, remedy: str) -> None:
        if self.now.kind is not Kind.END:
            raise Slip(self.now.at, f"{self.now} is not expected here", remedy)
