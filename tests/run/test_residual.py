"""What is known before an erasure, and looking again afterwards."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.run.people import CRM_DDL, NOW, company, person
from tillit.run.known import identifiers_of
from tillit.run.residual import Place, residual


@pytest.fixture
def shop_url(tmp_path):
    return f"sqlite:///{tmp_path / 'shop.sqlite'}"


def test_what_is_known_of_a_person(store_url, shop_url):
    """Her own values in her own rows: not the other party's, not those of rows that only look like hers."""
    with company(store_url, shop_url) as (stores, policy):
        assert identifiers_of(stores[0], [person("crm", "contacts", 1)], policy, NOW) == {
            "email": {"Linnea@X.se", "l87@privat.se", "linnea.work@firma.se", "LINNEA@nyhet.se"},
            "phone": {"+46 70-123 45 67", "031-765 43 21", "031-765 43 22"},
            "name": {"Linnéa Öhrn", "Öhrn Linnéa", "Linnéa Öhrn (ny)"},
            "postal_address": {"Näckrosvägen 17", "Mölndal"},
            "ip": {"198.51.100.77"},
        }
        assert identifiers_of(stores[1], [person("crm", "contacts", 1)], policy, NOW) == {}


def test_looking_again_tells_left_kept_and_unmapped(store_url, shop_url):
    with company(store_url, shop_url) as (stores, policy):
        known = [identifiers_of(stores[0], [person("crm", "contacts", 1)], policy, NOW)]
        report = residual(stores, known, {("crm", "signups", "mail"): None, ("crm", "audit_log", "line"): [(3,)]})
        seen = {(r.store, r.table, r.column): r for r in report.left}
        kept = {(r.store, r.table, r.column): r for r in report.residues if r not in report.left}
        assert seen["crm", "contacts", "email"].place is Place.LEFT
        assert seen["crm", "contacts", "email"].keys == ((1,),)
        assert set(kept) == {("crm", "signups", "mail"), ("crm", "audit_log", "line")}
        assert kept["crm", "audit_log", "line"].types == {"phone"}
        assert kept["crm", "audit_log", "line"].keys == ((3,),)
        assert seen["crm", "audit_log", "line"].place is Place.UNMAPPED
        assert seen["crm", "audit_log", "line"].types == {"email"}
        assert seen["crm", "audit_log", "line"].keys == ((1,),)
        assert seen["shop", "accounts", "mail"].types == {"email"}
        assert seen["crm", "addresses", "street"].only_shared
        assert not report.clean
        assert report.skipped == {"postal_address": 1}
        assert {s.store: s.tables for s in report.scans} == {"crm": 7, "shop": 2}
        assert "linnea" not in repr(report).lower()


def test_nothing_left_is_said_only_when_nothing_is(store_url, shop_url):
    with company(store_url, shop_url) as (stores, policy):
        known = [identifiers_of(stores[0], [person("crm", "contacts", 1)], policy, NOW)]
        for store, statements in zip(stores, (WIPE_CRM, WIPE_SHOP), strict=True):
            with store.engine.begin() as connection:
                for statement in statements:
                    connection.execute(sa.text(statement))
        report = residual(stores, known)
        assert {(r.table, r.column, r.keys) for r in report.residues} == {("contacts", "phone", ((3,),))}
        with stores[0].engine.begin() as connection:
            connection.execute(sa.text("UPDATE contacts SET phone = NULL WHERE id = 3"))
        assert residual(stores, known).clean
        assert residual(stores, known).residues == ()


WIPE_CRM = (
    "DELETE FROM contacts WHERE id = 1",
    "DELETE FROM addresses WHERE id = 1",
    "DELETE FROM messages",
    "DELETE FROM signups WHERE id = 1",
    "DELETE FROM attachments",
    "DELETE FROM notes",
    "DELETE FROM audit_log WHERE id <> 2",
)
WIPE_SHOP = ("DELETE FROM accounts WHERE id = 7",)


def test_several_people_are_told_apart(sqlite_url, shop_url):
    with company(sqlite_url, shop_url) as (stores, policy):
        known = [identifiers_of(stores[0], [person("crm", "contacts", k)], policy, NOW) for k in (1, 2, 4)]
        report = residual(stores, known)
        (log,) = [r for r in report.residues if r.table == "audit_log"]
        assert log.people == {0, 2}


HER_NAME_AND_STREET = (
    "INSERT INTO contacts (id, first_name, last_name) VALUES (6, 'Linnéa', 'Öhrn')",
    "INSERT INTO addresses VALUES (6, 3, 'Näckrosvägen 17', 'Lund')",
)


def _wiped(stores, *statements):
    with stores[0].engine.begin() as connection:
        for statement in (*WIPE_CRM, "UPDATE contacts SET phone = NULL WHERE id = 3", *statements):
            connection.execute(sa.text(statement))
    with stores[1].engine.begin() as connection:
        connection.execute(sa.text(*WIPE_SHOP))


def test_a_namesake_and_a_neighbour_are_nobody(store_url, shop_url):
    """Her name in one row, her street in another."""
    with company(store_url, shop_url) as (stores, policy):
        known = [identifiers_of(stores[0], [person("crm", "contacts", 1)], policy, NOW)]
        _wiped(stores, *HER_NAME_AND_STREET)
        report = residual(stores, known)
        assert {r.table for r in report.left} == {"contacts", "addresses"}
        assert report.clean


@pytest.mark.parametrize("key", ["id INTEGER PRIMARY KEY", "id INTEGER"])
@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ("'Linnéa Öhrn', 'Näckrosvägen 17'", {"who", "street"}),
        ("'Linnéa Öhrn, Näckrosvägen 17', NULL", {"who"}),
    ],
)
def test_name_and_street_in_one_row_are_somebody(store_url, shop_url, key, row, columns):
    ddl = CRM_DDL + f"CREATE TABLE parcels ({key}, who VARCHAR(90), street VARCHAR(90));"
    with company(store_url, shop_url, crm_ddl=ddl) as (stores, policy):
        known = [identifiers_of(stores[0], [person("crm", "contacts", 1)], policy, NOW)]
        alone = ("INSERT INTO parcels VALUES (1, 'Linnéa Öhrn', NULL), (2, NULL, 'Näckrosvägen 17')",)
        _wiped(stores, *alone)
        assert residual(stores, known).clean
        _wiped(stores, f"INSERT INTO parcels VALUES (3, {row})")
        report = residual(stores, known)
        certain = [r for r in report.left if not r.only_shared]
        assert {r.column for r in certain} == columns
        assert not report.clean
        if "PRIMARY" in key:
            assert {r.keys for r in certain} == {((3,),)}
            assert [r.cells for r in certain] == [1] * len(columns)
            held = {("crm", "parcels", column): [(3,)] for column in columns}
            assert residual(stores, known, held).clean
