"""Finding people: exact on every engine, across stores, with reasons, never two people as one."""

from __future__ import annotations

import pytest

from tests.run.people import CRM, CRM_DDL, NOW, company, person
from tillit.model.errors import TillitError
from tillit.run.identify import Given, Identification, identify


@pytest.fixture
def shop_url(tmp_path):
    return f"sqlite:///{tmp_path / 'shop.sqlite'}"


def found(store_url: str, shop_url: str, given: Given) -> Identification:
    with company(store_url, shop_url) as (stores, policy):
        return identify(stores, given, policy, NOW)


def people(identification: Identification) -> dict[tuple[object, ...], str]:
    return {(m.person.store, m.person.table, *m.person.key): m.reason for m in identification.people}


def test_by_email_across_stores_with_reasons(store_url, shop_url):
    got = found(store_url, shop_url, {"email": "LINNEA@x.se"})
    assert people(got) == {
        ("crm", "contacts", 1): "crm.contacts 1 has the given e-mail address",
        ("shop", "accounts", 7): "crm.contacts 1 has the same e-mail address",
        ("shop", "debtors", 70): "shop.accounts 7 has the same username",
    }
    assert got.identifiers[0] == ("email", "linnea@x.se")
    assert ("email", "l87@privat.se") in got.identifiers


def test_all_values_of_a_type_are_looked_for(store_url, shop_url):
    got = found(store_url, shop_url, {"email": ["linnea@x.se", " LINNEA@x.se", "erik@x.se"], "phone": ["0701234568"]})
    assert {p[2] for p in people(got) if p[:2] == ("crm", "contacts")} == {1, 2, 3}
    assert got.identifiers[:3] == (("email", "linnea@x.se"), ("email", "erik@x.se"), ("phone", "+46701234568"))


def test_each_of_several_values_must_be_one(store_url, shop_url):
    with pytest.raises(TillitError, match="e-mail address is none"):
        found(store_url, shop_url, {"email": ["linnea@x.se", "erik"]})


def test_the_husbands_shared_phone_is_ambiguous_and_merges_nobody(store_url, shop_url):
    got = found(store_url, shop_url, {"email": "linnea@x.se"})
    (doubt,) = [a for a in got.ambiguous if a.type == "phone"]
    assert set(doubt.people) == {person("crm", "contacts", 1), person("crm", "contacts", 3)}
    assert "share a phone number" in doubt.reason


def test_a_given_shared_value_finds_everybody_who_has_it(store_url, shop_url):
    got = found(store_url, shop_url, {"phone": "0046 70 123 45 67"})
    assert {p for p in people(got) if p[0] == "crm"} == {("crm", "contacts", 1), ("crm", "contacts", 3)}


def test_a_shared_email_that_was_not_given_is_ambiguous(store_url, shop_url):
    got = found(store_url, shop_url, {"email": "xlinnea@x.se"})
    assert set(people(got)) == {("crm", "contacts", 4)}
    (doubt,) = got.ambiguous
    assert doubt.type == "email"
    assert set(doubt.people) == {
        person("crm", "contacts", 4),
        person("crm", "contacts", 5),
        person("shop", "accounts", 8),
    }


EXACT = [
    ({"email": "linnéa@x.se"}, {2}),
    ({"email": "linnea@X.SE "}, {1}),
    ({"email": "padded@x.se"}, {5}),
    ({"email": "nnea@x.se"}, set()),
    ({"phone": "+467012345670"}, {4}),
    ({"phone": "0701234568"}, {2}),
    ({"customer_number": "2"}, {2}),
    ({"customer_number": " 2 "}, {2}),
    ({"customer_number": "22"}, set()),
]


def test_comparison_is_exact_whatever_the_collation(store_url, shop_url):
    with company(store_url, shop_url) as (stores, policy):
        for given, keys in EXACT:
            got = people(identify(stores, given, policy, NOW))
            assert {k for store, table, k in got if (store, table) == ("crm", "contacts")} == keys, given


def test_a_row_that_is_no_root_leads_to_its_owner(store_url, shop_url):
    got = found(store_url, shop_url, {"email": "linnea@nyhet.se"})
    assert people(got)["crm", "contacts", 1] == "crm.contacts 1 has the given e-mail address by its row in crm.signups"


def test_a_person_is_a_key_whether_or_not_the_row_exists(store_url, shop_url):
    assert set(people(found(store_url, shop_url, {"email": "borta@x.se"}))) == {("crm", "contacts", 99)}


def test_a_row_about_nobody_finds_nobody(store_url, shop_url):
    assert people(found(store_url, shop_url, {"email": "ingen@x.se"})) == {}


def test_two_tables_that_count_by_themselves_are_not_one_numbering(sqlite_url, shop_url):
    """contacts 1 and accounts 1 are chance, and nobody can tell which of them debtor 71 means by customer 1."""
    got = found(sqlite_url, shop_url, {"email": "erik@x.se"})
    assert set(people(got)) == {("crm", "contacts", 3), ("shop", "accounts", 1)}
    (doubt,) = [a for a in got.ambiguous if a.type == "customer_number"]
    assert set(doubt.people) == {
        person("crm", "contacts", 1),
        person("shop", "accounts", 1),
        person("shop", "debtors", 71),
    }


def test_user_names_are_compared_as_written(sqlite_url, shop_url):
    assert set(people(found(sqlite_url, shop_url, {"username": "LINNEAZ87"}))) == {("shop", "debtors", 72)}


def test_a_name_that_several_carry_identifies_none_of_them(sqlite_url, shop_url):
    crm = CRM.replace("customer_number: id}", "customer_number: id, name: first_name}")
    with company(sqlite_url, shop_url, crm) as (stores, policy):
        assert identify(stores, {"name": "linnéa"}, policy, NOW).people == ()
        both = identify(stores, {"name": "linnéa", "email": "linnea@x.se"}, policy, NOW)
        assert ("crm", "contacts", 2) not in people(both)
        assert both.ambiguous[0].type == "name"
        assert {p[2] for p in people(identify(stores, {"name": "XAVER"}, policy, NOW)) if p[1] == "contacts"} == {4}


def test_roles_and_indirect_owners(store_url, shop_url):
    """A match in a table two links away from the root finds the root; a row whose role is not true is nobody."""
    crm = CRM.replace(
        "    columns: {uploader_phone", "    identifies: {phone: uploader_phone}\n    columns: {uploader_phone"
    ).replace("{kind: customer, identified_by", "{kind: customer, when: active = 1, identified_by")
    with company(store_url, shop_url, crm) as (stores, policy):
        got = identify(stores, {"phone": "0317654321"}, policy, NOW)
        assert {p[2] for p in people(got) if p[1] == "contacts"} == {1, 2}
        assert identify(stores, {"email": "padded@x.se"}, policy, NOW).people == ()


def test_an_identifier_of_no_shape_is_refused_without_repeating_it(sqlite_url, shop_url):
    with pytest.raises(TillitError) as caught:
        found(sqlite_url, shop_url, {"email": "hemlig-text"})
    assert "hemlig" not in str(caught.value)


def test_a_value_that_too_many_carry_is_refused(sqlite_url, shop_url):
    rows = ",".join(f"({i}, 'A', 'B', 'info@stor.se', NULL, NULL, 1)" for i in range(1000, 1200))
    ddl = CRM_DDL + f"INSERT INTO contacts VALUES {rows};"
    with (
        company(sqlite_url, shop_url, crm_ddl=ddl) as (stores, policy),
        pytest.raises(TillitError, match="more than 100 people"),
    ):
        identify(stores, {"email": "info@stor.se"}, policy, NOW)


def test_nothing_personal_is_shown(sqlite_url, shop_url):
    got = found(sqlite_url, shop_url, {"email": "linnea@x.se"})
    assert "linnea" not in repr(got).lower()
    assert "1234567" not in repr(got)
