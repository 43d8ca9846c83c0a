"""What SQL narrows by loses no row: every spelling of an identifier meets one of its patterns."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.decide.test_identity import SAME
from tillit.decide.identity import normal, type_of
from tillit.decide.identity_search import carried, patterns


def like(pattern: str, text: str) -> bool:
    """LIKE over text of which only A-Z are lowered, with '!' as escape: the least any engine does."""
    lowered = re.sub("[A-Z]", lambda m: m[0].lower(), text)
    parts = re.findall(r"![%_!]|%|_|.", pattern, re.DOTALL)
    expression = "".join(".*" if p == "%" else "." if p == "_" else re.escape(p[-1]) for p in parts)
    return re.fullmatch(expression, lowered, re.DOTALL) is not None


def narrowed(type_: str, plain: str, value: object) -> bool:
    return any(
        (like_ is None or like(like_, str(value))) or (integer is not None and integer == value)
        for like_, integer in patterns(type_, plain)
    )


@pytest.mark.parametrize(("type_", "one", "other"), SAME)
def test_every_spelling_meets_a_pattern(type_, one, other):
    plain = str(normal(type_, one))
    assert narrowed(type_of(type_), plain, one)
    assert narrowed(type_of(type_), plain, other)


LETTERS = st.text(st.sampled_from("abcs%_!. åÄöéßẞİıΣς-1"), min_size=1, max_size=15)


@example("email", "sß", str, False)
@given(
    st.sampled_from(["email", "name", "username"]),
    LETTERS,
    st.sampled_from([str, str.upper, str.lower, str.title]),
    st.booleans(),
)
def test_no_spelling_escapes_its_patterns(type_, text, cased, apart):
    value = f"{text}@x.se" if type_ == "email" else text
    written = cased(value)
    if apart:
        written = unicodedata.normalize("NFD", written)
    plain = normal(type_, value)
    if plain is None or not carried(type_, plain, (written,), "SE"):
        return
    assert narrowed(type_, plain, written)


def test_a_personal_number_is_narrowed_by_what_both_lengths_hold():
    assert narrowed("personal_number", "198706232383", "870623-2383")
    assert narrowed("personal_number", "8706232383", "19870623-2383")


def test_patterns_narrow():
    (pattern,) = patterns("email", "linnea@x.se")
    assert not like(str(pattern[0]), "erik@x.se")
    assert patterns("customer_number", "17") == (("%17%", 17),)
    assert patterns("username", "a_b%") == (("%a!_b!%%", None),)


def test_carried_compares_normal_forms():
    assert carried("email", "linnea@x.se", (None, " LINNEA@x.se"), "SE")
    assert not carried("email", "linnea@x.se", ("linnéa@x.se", None), "SE")
