"""A character inside a scalar is found in the file, however the scalar is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.policy.gather import Gather
from tillit.policy.places import locate
from tillit.policy.source import Mapping, Scalar, read


def scalar(text: str) -> Scalar:
    root = read(Gather(), "f", text)
    assert isinstance(root, Mapping)
    found = root.pairs[0][1]
    assert isinstance(found, Scalar)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "a: one and X two",
        "a: 'one and X two'",
        "a: 'it''s one X two'",
        'a: "one and X two"',
        'a: "one \\"and\\" X two"',
        "a: |\n  one and\n  X two\n",
        "a: >\n  one and\n\n  X two\n",
        "a: >-\n    one and\n    X two",
        "a: one\n  and\n  X two",
        "a: 'one\n  and X\n  two'",
        "\n\n{a: one and X two}",
    ],
)
def test_the_x_is_found(text: str):
    found = scalar(text)
    at = locate(found, found.text.index("X"))
    assert text.split("\n")[at.line - 1][at.column - 1] == "X"


def test_the_end_is_just_after_the_last_character():
    at = locate(scalar("a: 'one two'"), len("one two"))
    assert (at.line, at.column) == (1, 12)


@given(st.text(max_size=40), st.integers(0, 40))
def test_a_place_is_always_given(text: str, offset: int):
    at = locate(Scalar(scalar("a: b").at, text, text, text[::-1]), offset)
    assert at.line >= 1
    assert at.column >= 1
