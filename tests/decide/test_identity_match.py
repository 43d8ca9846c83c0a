"""Known identifiers in text: every spelling is found, nobody else's identifier is."""

from __future__ import annotations

import html
import json
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit.decide.identity_match import matcher
from tillit.decide.identity_needles import needle

EMAIL = "linnea.zetterqvist@canary-example.se"
KNOWN = {
    "email": EMAIL,
    "phone": "+46 70-123 45 67",
    "personal_number": "19870623-2383",
    "name": "Linnéa Zetterqvist-Öhrn",
    "username": "linneaz87",
    "ip": "198.51.100.77",
    "iban": "SE4550000000058398257466",
    "postal_address": "Näckrosvägen 17",
}
MATCHER = matcher(
    [(t, t, v) for t, v in KNOWN.items()] + [("ip", "ip", "2001:db8:77::1"), ("plain", "username", "lzett")]
)

FOUND = [
    ("email", "Skriv till Linnea.Zetterqvist@CANARY-example.se."),
    ("email", "<linnea.zetterqvist@canary-example.se>"),
    ("email", "mailto:linnea.zetterqvist@canary-example.se?subject=hej"),
    ("email", "'linnea.zetterqvist@canary-example.se'"),
    ("email", "...linnea.zetterqvist@canary-example.se..."),
    ("email", "linnea.zetterqvist@canary-example.se, annan@x.se"),
    ("email", "- linnea.zetterqvist@canary-example.se -"),
    ("email", "linnea.zetterqvist@canary-example.se_2024.pdf"),
    ("email", "u=linnea.zetterqvist%40canary-example.se%20"),
    ("email", "u%3Dlinnea.zetterqvist%40canary-example.se"),
    ("email", "linnea.zetterqvist&#64;canary-example.se"),
    ("email", "linnea.zetterqvist&commat;canary-example.se"),
    ("email", r"{\"a\":\"x\nlinnea.zetterqvist@canary-example.se\n\"}"),
    ("email", r"\u003clinnea.zetterqvist\u0040canary-example.se\u003e"),
    ("email", "linnea.zetterqvist=40canary-exam=\r\nple.se"),
    ("email", "&amp;#64; linnea.zetterqvist&amp;#64;canary-example.se"),
    ("phone", "070-123 45 67"),
    ("phone", "ring 0701234567!"),
    ("phone", "+46(0)70-1234567"),
    ("phone", "tel 0046 70 123 45 67"),
    ("phone", "070&nbsp;123&#160;45%2067"),
    ("phone", "070\u00a0123\u00a045\u00a067"),
    ("phone", "070\u2013123\u202f45 67"),
    ("phone", "0701234567,0709999999"),
    ("phone", "0709999999 0701234567"),
    ("phone", "mobil0701234567"),
    ("phone", "701234567"),
    ("personal_number", "870623-2383"),
    ("personal_number", "198706232383"),
    ("personal_number", "19870623 2383"),
    ("personal_number", "870623+2383"),
    ("name", "LINNÉA  ZETTERQVIST-ÖHRN"),
    ("name", "Linne\u0301a Zetterqvist-O\u0308hrn"),
    ("name", "Linn&eacute;a&nbsp;Zetterqvist-&Ouml;hrn"),
    ("name", "Linn\\u00e9a Zetterqvist-\\u00d6hrn"),
    ("name", "Linn=C3=A9a Zetterqvist-=C3=96hrn"),
    ("name", "Linn%C3%A9a+Zetterqvist-%C3%96hrn"),
    ("name", "LinnÃ©a Zetterqvist-Ã–hrn"),
    ("username", "https://x.se/~linneaz87/bild"),
    ("username", "avatars/linneaz87_2.png"),
    ("username", "Hej @LINNEAZ87"),
    ("plain", "bilder/lzett.jpg"),
    ("plain", "user=lzett;"),
    ("ip", "198.51.100.77:8080"),
    ("ip", "från 198.51.100.77."),
    ("ip", "::ffff:198.51.100.77"),
    ("ip", "[2001:0DB8:0077:0:0:0:0:1]:443"),
    ("iban", "SE45 5000 0000 0583 9825 7466"),
    ("postal_address", "NÄCKROSVÄGEN 17, 431 37 Mölndal"),
]
NOT_FOUND = [
    "xlinnea.zetterqvist@canary-example.se",
    "anna.linnea.zetterqvist@canary-example.se",
    "anna-linnea.zetterqvist@canary-example.se",
    "o'linnea.zetterqvist@canary-example.se",
    "test+linnea.zetterqvist@canary-example.se",
    "ölinnea.zetterqvist@canary-example.se",
    "linnea.zetterqvist@canary-example.se.org",
    "linnea.zetterqvist@canary-example.seb",
    "linnea.zetterqvist@canary-example.se-mail.org",
    "linnea.zetterqvist@canary-example.seö",
    "linnéa.zetterqvist@canary-example.se",
    "linnea.zetterqvist@canary-example.com",
    "linnea_zetterqvist@canary-example.se",
    "+467012345670",
    "10701234567",
    "99701234567",
    "070-123 45 678",
    "0701234567.50",
    "deadbeef0701234567aa",
    "+47 0701234567",
    "070a123b45c67",
    "1198.51.100.77",
    "198.51.100.777",
    "198.51.100.77.5",
    "2001:db8:77::10",
    "a2001:db8:77::1f",
    "12:30:45",
    "Linnéa Zetterqvist",
    "Linnea Zetterqvist-Ohrn",
    "Erik Zetterqvist-Öhrn",
    "Anna-Linnéa Zetterqvist-Öhrn",
    "Linnéa Zetterqvist-Öhrnberg",
    "Linnéa Zetterqvist-Öhrn-Ek",
    "xlinneaz87",
    "linneaz88",
    "linneaz877",
    "linneaz87@hotmail.com",
    "lzett.ek",
    "lzetts",
    "Näckrosvägen 170",
    "Näckrosvägen 1",
    "1987062323831",
    "198706232384",
    "XSE4550000000058398257466",
    "SE45500000000583982574660",
]


def look(*cells: str) -> dict[int, frozenset[str]]:
    return dict(MATCHER(b"\0".join(cell.encode() for cell in cells)))


@pytest.mark.parametrize(("type_", "text"), FOUND)
def test_every_spelling_is_found(type_, text):
    assert look("annat", text, "mera").get(1, frozenset()) >= {type_}


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_is_a_part_of_somebody_elses_identifier_is_not_found(text):
    assert look(text) == {}


def test_hits_name_their_own_cells():
    cells = [text for _, text in FOUND for text in (text, NOT_FOUND[0], "")]
    assert set(look(*cells)) == set(range(0, len(cells), 3))


def test_an_identifier_is_not_put_together_from_two_cells():
    assert look("070-123", "45 67", "linnea.zetterqvist", "@canary-example.se", "198.51", ".100.77") == {}


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("name", "Linnéa"),
        ("username", "anna"),
        ("customer_number", "123456"),
        ("postal_address", "Storgatan"),
        ("phone", "12345"),
        ("ip", "::1"),
        ("email", "nothing"),
        ("postal_address", "431 37"),
    ],
)
def test_what_cannot_tell_people_apart_is_not_looked_for_and_counted(type_, value):
    assert needle(type_, value) is None
    assert matcher([("x", type_, value)]).skipped == {type_: 1}


def test_a_matcher_does_not_show_what_it_looks_for():
    shown = repr(MATCHER) + repr(needle("email", EMAIL)) + repr(needle("phone", "0701234567"))
    assert not any(secret in shown for secret in ("linnea", "zetterqvist", "1234567"))


def test_nothing_known_finds_nothing():
    assert list(matcher([])(EMAIL.encode())) == []


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("abcİde1", "ABCİDE1"),
        ("J\u030cabc1", "ǰabc1"),
        ("straßen1", "STRASSEN1"),
        ("STRASSEN1", "straßen1"),
        ("ΟΔΥΣΣΕΥΣ", "Οδυσσευς"),
        ("ПЕТРОВ", "петров"),
    ],
)
def test_letters_whose_cases_are_no_pairs(value, written):
    finder = matcher([("w", "username", value)])
    assert dict(finder(f"({written})".encode())) == {0: frozenset({"w"})}
    assert dict(finder(f"({value})".encode())) == {0: frozenset({"w"})}


def test_lines_of_a_form_are_not_taken_for_quoted_printable():
    assert dict(matcher([("e", "email", "EDA@x.se")])(b"email=EDA%40x.se")) == {0: frozenset({"e"})}


# -- at random: planted between adversarial neighbours


BREAKS = st.sampled_from(
    [" ", "\n", "\t", "<", ">", '"', "(", ")", ";", ":", ",", "!", "|", "/", "\u00a0", "[", "»", "å ", " å"]
)
NOISE = st.text(st.sampled_from("abåÅöß@.-_+% 0123456789<>&;:=\\\u0301İ"), max_size=30)
WRITTEN = st.sampled_from(
    [
        str,
        str.upper,
        str.title,
        lambda s: unicodedata.normalize("NFD", s),
        html.escape,
        lambda s: json.dumps(s)[1:-1],
        quote,
    ]
)


@given(st.sampled_from(sorted(set(KNOWN) - {"phone", "personal_number"})), NOISE, BREAKS, WRITTEN, BREAKS, NOISE)
@settings(max_examples=300)
def test_planted_identifiers_are_found_whatever_is_around_them(type_, before, left, written, right, after):
    text = f"{before.replace('%', '').replace('=', '')} {left} {written(KNOWN[type_])} {right} {after}"
    assert type_ in look(text).get(0, frozenset())


SPACING = st.sampled_from(["", " ", "-", "\u00a0", ".", " - "])
NO_DIGITS = st.text(st.sampled_from("abåÅ@ _!?\n"), max_size=20)


@given(st.data(), st.sampled_from(["0701234567", "+46701234567", "0046701234567"]), NO_DIGITS, NO_DIGITS)
def test_a_planted_phone_number_is_found_in_any_spacing(data, digits, before, after):
    spaced = digits[0] + "".join(data.draw(SPACING) + d if i % 2 else d for i, d in enumerate(digits[1:]))
    assert "phone" in look(f"{before}{spaced}{after}").get(0, frozenset())


@given(st.sampled_from("abz09åÖß"), st.sampled_from("abz09åÖß"), st.booleans(), st.sampled_from(sorted(KNOWN)))
def test_a_letter_or_digit_beside_it_makes_it_somebody_elses(left, right, before, type_):
    if type_ in ("phone", "personal_number") and not (left if before else right).isdigit():
        return
    value = {"phone": "0701234567", "personal_number": "8706232383"}.get(type_, KNOWN[type_])
    if type_ == "ip" and not (left if before else right).isdigit():
        return
    text = left + value if before else value + right
    assert type_ not in look(text).get(0, frozenset())


@given(st.lists(st.emails(), min_size=1, max_size=30, unique_by=str.lower))
def test_of_many_addresses_each_is_found_and_only_it(addresses):
    known, others = addresses[::2], addresses[1::2]
    finder = matcher([(a.lower(), "email", a) for a in known])
    found = dict(finder(b"\0".join(a.encode() for a in known + others)))
    assert {i: set(labels) for i, labels in found.items()} == {i: {a.lower()} for i, a in enumerate(known)}


@given(st.text(st.sampled_from("aåÅäöéßİıçñΣσς ФфЖж王"), min_size=5, max_size=12), NO_DIGITS)
def test_words_in_any_script_are_found_however_cased(word, noise):
    if len(word.split()) != 1 or len(word.strip()) < 5 or needle("username", word) is None:
        return
    finder = matcher([("w", "username", word)])
    for written in (word, word.lower(), unicodedata.normalize("NFD", word)):
        assert dict(finder(f"{noise} | {written} | {noise}".encode())) == {0: frozenset({"w"})}
