"""Normal forms: spellings of one identifier agree, near misses do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.decide.identity import fold, normal, same, type_of
from tillit.decide.identity_phone import DIALLING, phone_forms

SAME = [
    ("email", "linnea@x.se", " Linnea@X.SE\n"),
    ("email", "linnéa@x.se", "LINNE\u0301A@X.SE"),
    ("email", "linnea@örn.se", "linnea@xn--rn-eka.se"),
    ("email", "linnea@ÖRN.se", "linnea@o\u0308rn.se"),
    ("e_mail", "linnea@x.se", "LINNEA@x.se"),
    ("phone", "+46 70-123 45 67", "0701234567"),
    ("phone", "+46 70-123 45 67", "0046701234567"),
    ("phone", "+46 70-123 45 67", "+46 (0)70 123 45 67"),
    ("phone", "+46 70-123 45 67", "070.123.45.67"),
    ("phone", "+46 70-123 45 67", "46701234567"),
    ("phone", "+46 70-123 45 67", "701234567"),
    ("phone", "+46 70-123 45 67", "tel:+46701234567"),
    ("phone", "08-123 456 78", "+46812345678 ankn 12"),
    ("personal_number", "19870623-2383", "198706232383"),
    ("personal_number", "870623-2383", "870623+2383"),
    ("personal_number", "870623-2383", "8706232383"),
    ("ip", "2001:DB8:77::1", "2001:0db8:0077:0000:0000:0000:0000:0001"),
    ("ip", "198.51.100.77", "::ffff:198.51.100.77"),
    ("ip", "198.51.100.77", "198.51.100.77/32"),
    ("name", "Linnéa  Öhrn", "LINNÉA\u00a0ÖHRN "),
    ("iban", "SE45 5000 0000 0583 9825 7466", "se4550000000058398257466"),
    ("username", "linneaz87", " linneaz87 "),
    ("customer_number", "17", 17),
]
DIFFERENT = [
    ("email", "linnea@x.se", "linnéa@x.se"),
    ("email", "linnea@x.se", "linnea@x.sé"),
    ("email", "linnea@x.se", "linnea@x.se.org"),
    ("phone", "0701234567", "0701234568"),
    ("phone", "0701234567", "+47701234567"),
    ("phone", "0701234567", "07012345670"),
    ("personal_number", "19870623-2383", "18870623-2383"),
    ("username", "linneaz87", "Linneaz87"),
    ("customer_number", "17", "017"),
    ("name", "Linnéa Öhrn", "Linnea Öhrn"),
    ("ip", "198.51.100.77", "198.51.100.7"),
]


@pytest.mark.parametrize(("type_", "one", "other"), SAME)
def test_spellings_of_one_identifier_have_one_normal_form(type_, one, other):
    assert normal(type_, one) is not None
    assert normal(type_, one) == normal(type_, other)


@pytest.mark.parametrize(("type_", "one", "other"), DIFFERENT)
def test_near_misses_have_other_normal_forms(type_, one, other):
    assert not same(type_, str(normal(type_, one)), str(normal(type_, other)))


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("email", "linnea"),
        ("email", "@x.se"),
        ("email", "linnea@"),
        ("email", ""),
        ("phone", "12"),
        ("phone", "ring mig"),
        ("phone", "0" * 30),
        ("ip", "1.2.3"),
        ("ip", "198.51.100.0/24"),
        ("name", "  "),
        ("username", ""),
        ("username", None),
    ],
)
def test_what_is_no_such_identifier_has_no_normal_form(type_, value):
    assert normal(type_, value) is None


def test_the_century_of_a_personal_number_may_be_missing_but_not_differ():
    assert same("personal_number", "198706232383", "8706232383")
    assert same("personal_number", "8706232383", "198706232383")
    assert not same("personal_number", "198706232383", "188706232383")


@pytest.mark.parametrize(
    ("value", "country", "form"),
    [
        ("0301234567", "DE", "+49301234567"),
        ("12345678", "DK", "+4512345678"),
        ("(555) 123-4567", "US", "+15551234567"),
        ("1 555 123 4567", "US", "+15551234567"),
        ("06 1 234 5678", "HU", "+3612345678"),
        ("+47 22 12 34 56", "SE", "+4722123456"),
        ("011 46 70 123 45 67", "US", "+46701234567"),
        ("123 456 789", "ZZ", "123456789"),
        ("+39 06 1234567", "IT", "+39061234567"),
    ],
)
def test_a_number_without_country_code_is_dialled_in_the_given_country(value, country, form):
    assert normal("phone", value, country) == form


@given(
    st.sampled_from(sorted(DIALLING)),
    st.text("123456789", min_size=1, max_size=1),
    st.text("0123456789", min_size=6, max_size=8),
)
def test_every_way_to_write_a_number_comes_back_to_it(country, first, rest):
    code, _, _ = DIALLING[country]
    number = f"+{code}{first}{rest}"
    assert normal("phone", number, country) == number
    assert number[1:] in phone_forms(number)
    for form in phone_forms(number):
        assert form.endswith(f"{first}{rest}")


@given(st.sampled_from(["email", "name", "username", "iban", "phone", "ip", "personal_number"]), st.text(max_size=30))
def test_a_normal_form_is_its_own_normal_form(type_, value):
    once = normal(type_, value)
    if once is not None and "@xn--" not in once:
        assert normal(type_, once) == once


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("word", "type_"),
    [("contact.email", "email"), ("E-mail", "email"), ("mobile_phone", "phone"), ("contact.shoe_size", "shoe_size")],
)
def test_words_of_maps_and_categories_stand_for_types(word, type_):
    assert type_of(word) == type_
