"""Letters read well in both languages, say where to complain, and show any text so that it can do nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests.service.rights_shop import POLICY
from tillit.decide.rights_terms import authority, due_at
from tillit.documents.letter import Correction, How, Keeping, Letter, Refusal, as_html, as_text
from tillit.documents.words import LANGUAGES, words
from tillit.policy.parse import parse_policy

BOOKS = parse_policy("policy.yaml", POLICY)
NEVER_SHOWN = {
    "en": ("ground", "standing", "store", "dead", "shell", "sweep", "plan", "canary", "digest"),
    "sv": ("svep", "plan", "skal", "butik"),
}
HOSTILE = "<img src=x onerror=alert(1)>\u202e\u0007\"'&{what}"


def letter(language: str = "en", right: str = "erasure", **says: Any) -> Letter:
    fixed: dict[str, Any] = {
        "policy": BOOKS, "authority": authority(BOOKS), "reference": "17", "received": date(2026, 11, 20),
        "answered": date(2026, 11, 23), "destroyed": date(2026, 12, 7),
    }  # fmt: skip
    return Letter(language=language, right=right, **{**fixed, **says})


def flat(text: str) -> str:
    return " ".join(text.split())


KEPT = (
    Keeping(("Name",), How.IN_USE, BOOKS.purposes["books"], date(2033, 12, 31)),
    Keeping(("Messages",), How.OUTLASTS, BOOKS.purposes["orders"]),
    Keeping(("E-mail",), How.HOLD),
)


def test_what_is_kept_is_told_with_the_law_and_the_day():
    said = flat(as_text(letter(done=(("removed", ("Phone", "Name")),), kept=KEPT)))
    assert "We have deleted: Phone and Name (in part)." in said
    assert "removed from use on 23 November 2026, and will be destroyed for good by 7 December 2026" in said
    assert "Name: the Bookkeeping Act requires us to keep it" in said
    assert "until 31 December 2033." in said
    assert "You can also take the matter to court" in said


def test_the_same_in_swedish():
    said = flat(as_text(letter("sv", done=(("removed", ("Telefon",)),), kept=KEPT)))
    assert "Det togs ur bruk den 23 november 2026 och förstörs för gott senast den 7 december 2026." in said
    assert "Name: bokföringslagen kräver att vi sparar det (Bokföringslagen (1999:1078) 7 kap. 2 §)" in said
    assert "till och med den 31 december 2033." in said
    assert "Integritetsskyddsmyndigheten (https://www.imy.se/)" in said
    assert "domstol" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_right_has_its_words_and_the_words_of_the_machinery_are_not_among_them(language):
    w = words("letter", language)
    for right in w["title"]:
        refused = tuple(Refusal(code, "Name", because="So it is", by="Karin") for code in w["refused"])
        done = tuple((code, ("Name",)) for code in w["done"])
        withheld = tuple(("Name", code) for code in w["withheld"])
        kept = (*KEPT, *(Keeping(("Name",), How.IN_USE, p) for p in BOOKS.purposes.values()))
        said = as_text(letter(language, right, done=done, kept=kept, refused=refused, withheld=withheld)).lower()
        assert "{" not in said
        assert [word for word in NEVER_SHOWN[language] if re.search(rf"\b{word}\b", said)] == []


def test_the_two_languages_say_the_same_things():
    def keys(table: Any, path: str = "") -> set[str]:
        if not isinstance(table, dict):
            blanks = re.findall(r"\{\w+\}", str(table))
            return {path + "".join(sorted(set(blanks)))}
        return set().union(*(keys(value, f"{path}.{name}") for name, value in table.items()))

    for document in ("letter", "package"):
        assert keys(dict(words(document, "en"))) == keys(dict(words(document, "sv")))


def test_hostile_text_can_do_nothing():
    change = Correction(HOSTILE, (HOSTILE,), HOSTILE, 2)
    refusal = Refusal("compelling_grounds", HOSTILE, because=HOSTILE, by=HOSTILE)
    kept = Keeping((HOSTILE,), How.IN_USE, BOOKS.purposes["orders"])
    said = letter(
        corrections=(change,),
        refused=(refusal,),
        kept=(kept,),
        recipients=(HOSTILE,),
        attached=HOSTILE,
    )
    html, text = as_html(said), as_text(said)
    assert "<img" not in html
    assert "script-src" not in html
    assert "default-src 'none'" in html
    assert "&lt;img src=x" in html
    for shown in (html, text):
        assert "\u202e" not in shown
        assert "\u0007" not in shown
        assert "⟨U+202E⟩" in shown


def test_the_last_day_is_that_of_the_law():
    from datetime import UTC, datetime

    assert due_at(datetime(2026, 12, 6, 12, tzinfo=UTC), BOOKS).date() == date(2027, 1, 7)  # Epiphany
    assert due_at(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), BOOKS).date() == date(2026, 12, 23)  # the 23rd there


def test_a_language_without_words_is_refused():
    with pytest.raises(ValueError, match="no words in fr"):
        words("letter", "fr")
