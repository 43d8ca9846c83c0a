"""A language to write documents in: our sentences, and the policy's own words in translation."""

from __future__ import annotations

import pkgutil
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from tillit.documents.notice_text import clean
from tillit.law.packs import statutes
from tillit.model.period import Period

LANGUAGES = ("en", "sv")
UNITS = ("year", "month", "week", "day", "hour")


@cache
def data(name: str) -> Mapping[str, Any]:
    """A file of `notice_data`. It is part of the program, as a constant is."""
    raw = pkgutil.get_data("tillit.documents", f"notice_data/{name}.toml")
    assert raw is not None
    return tomllib.loads(raw.decode("utf-8"))


@dataclass
class Language:
    """Writes in one language. `translations`: the policy's words -> the same in this language.

    Without translations the policy's words are used as they are. `untranslated` gathers those that had none.
    """

    code: str
    translations: Mapping[str, str] = field(default_factory=dict)
    untranslated: dict[str, None] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """Our sentence `section.key`, filled in."""
        section, _, word = key.partition(".")
        text: str = data(self.code)[section][word]
        return text.format(**values) if values else text

    def head(self, key: str) -> tuple[str, ...]:
        """The heads of the columns of a grid."""
        section, _, word = key.partition(".")
        return tuple(data(self.code)[section][word])

    def word(self, section: str, code: str) -> str:
        """The word for a code of the policy's language; the code itself, made readable, where there is none."""
        return data(self.code)[section].get(code) or clean(code.replace("_", " "))

    def knows(self, section: str, code: str) -> bool:
        """True when there is a word for the code."""
        return code in data(self.code)[section]

    def own(self, text: str) -> str:
        """The policy's own words, in this language where a translation is known."""
        if not text:
            return ""
        if not self.translations:
            return clean(text)
        told = self.translations.get(text)
        if told is None and any(c.isalpha() for c in text):
            self.untranslated.setdefault(clean(text))
        return clean(told or text)

    def soft(self, text: str) -> str:
        """The policy's own words within a sentence: a small letter first, but for abbreviations."""
        told = self.own(text).rstrip(".")
        return told if len(told) < 2 or told[1].isupper() or not told[0].isalpha() else told[0].lower() + told[1:]

    def listed(self, words: Iterable[str], joint: str = "and") -> str:
        """`a, b and c`."""
        found = [word for word in words if word]
        if len(found) < 2:
            return "".join(found)
        return f"{', '.join(found[:-1])} {self.say(f'say.{joint}')} {found[-1]}"

    def day(self, day: date) -> str:
        """`1 June 2026`."""
        month = data(self.code)["months"][day.month - 1]
        return str(data(self.code)["day"]).format(day=day.day, month=month, year=day.year)

    def period(self, period: Period) -> str:
        """`1 year and 6 months`."""
        counts = (period.years, period.months, period.weeks, period.days, period.hours)
        units = data(self.code)["unit"]
        return self.listed(f"{n} {units[u][n != 1]}" for n, u in zip(counts, UNITS, strict=True) if n) or "0"

    def country(self, code: str) -> str:
        """The name of a country; its code where none is known."""
        return str(data("places")[self.code].get(code, clean(code)))

    def countries(self, codes: Iterable[str]) -> str:
        """Several countries."""
        return self.listed(self.country(code) for code in codes)

    def statute(self, reference: str) -> str:
        """A law that a policy names by its key in a law pack, or in its own words."""
        known = statutes().get(reference)
        if known is None:
            return self.soft(reference)
        named = data("places")["statutes_sv"].get(reference) if self.code == "sv" else None
        return f"{named or known.title} ({known.article})"
