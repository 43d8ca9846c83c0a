"""Every right from the command line, on a real SQLite store: what changes, what is told, what comes later by itself."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile

import pytest

from tests.service.rights_shop import RightsShop, new_rights_shop

LINNEA = ("--email", "linnea.berg@example.com")
APPLY = ("--apply", "--vouched-by", "Dana")
SECRET_WORDS = ("ground", "standing", "shell", "sweep", "canary")


@pytest.fixture
def shop(tmp_path, sqlite_url) -> RightsShop:
    return new_rights_shop(tmp_path / "project", sqlite_url)


def test_nothing_is_done_without_apply_and_nobody_is_trusted_unvouched(tillit, shop):
    before = {name: shop.table(name) for name in shop.TABLES}
    for right, *more in (
        ("access",), ("portability",), ("rectification", "--set", "contact.phone=070-9"), ("erasure",),
        ("restriction",), ("objection", "--purpose", "improvement"), ("withdrawal", "--purpose", "newsletter"),
        ("goodbye",),
    ):  # fmt: skip
        said = tillit("request", right, *LINNEA, *more, "-f", "json")
        assert (said.code, said.json["applied"], said.json["request"]) == (0, False, None), said.err
        said = tillit("request", right, *LINNEA, *more, "--apply")
        assert said.code == 2
        assert "obody vouches" in said.err
    assert {name: shop.table(name) for name in shop.TABLES} == before
    assert tillit("request", "list", "--all", "-f", "json").json["requests"] == []


def test_access_gives_a_package_that_can_do_nothing(tillit, shop, tmp_path):
    said = tillit("request", "access", *LINNEA, *APPLY, "--to", str(tmp_path / "out"), "--language", "en", "-f", "json")
    assert said.code == 0, said.err
    (path,) = (tmp_path / "out").glob("access-*.zip")
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sums = {line[66:]: line[:64] for line in files["SHA256SUMS"].decode().splitlines()}
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "SHA256SUMS"}
    page = files["index.html"].decode()
    assert "<script" not in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    orders = next(data for name, data in files.items() if "orders" in name and name.endswith(".csv"))
    cells = [cell for row in csv.reader(io.StringIO(orders.decode("utf-8-sig"))) for cell in row]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in cells)
    exact = json.loads(next(data for name, data in files.items() if "orders" in name and name.endswith(".json")))
    assert exact[0]["note"].startswith("=HYPERLINK")
    told = json.loads(files["information.json"])
    assert {p["title"] for p in told["purposes"]} >= {"Handle orders", "Keep the books"}
    assert told["recipients"][0]["title"] == "The carrier"
    everything = b"".join(files.values()).decode()
    for kept_back in ("$argon2id$x", "Margin 12", "Secret of Erik", "erik.ek@example.com"):
        assert kept_back not in everything
    assert {w["code"] for w in said.json["withheld"]} == {"security", "trade_secrets", "rights_of_others"}
    assert tillit("request", "list", "--all", "-f", "json").json["requests"][0]["state"] == "answered"


def test_somebody_else_s_words_are_given_once_released_and_more_can_be_withheld(tillit, tmp_path):
    to = ("--to", str(tmp_path / "out"))
    extra = ("--release", "shop.messages=31", "--withhold", "shop.contacts.phone=rights_of_others")
    said = tillit("request", "access", *LINNEA, *APPLY, *to, *extra, "-f", "json")
    assert said.code == 0, said.err
    with zipfile.ZipFile(next((tmp_path / "out").glob("*.zip"))) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "Secret of Erik" in everything
    assert "070-1740601" not in everything
    assert tillit("request", "access", *LINNEA, "--withhold", "shop.contacts.phone=tired").code == 2


def test_portability_is_what_the_person_provided(tillit, tmp_path):
    said = tillit("request", "portability", *LINNEA, *APPLY, "--to", str(tmp_path / "out"), "-f", "json")
    assert said.code == 0, said.err
    with zipfile.ZipFile(next((tmp_path / "out").glob("*.zip"))) as archive:
        names = archive.namelist()
        contacts = json.loads(archive.read(next(n for n in names if "contacts" in n and n.endswith(".json"))))
    assert not any("invoices" in name or "reviews" in name for name in names)
    assert set(contacts[0]) == {"id", "name", "email", "phone"}
    assert said.json["refused"][0]["code"] == "not_portable"
    assert "imy.se" in said.json["letter"]


def test_a_correction_reaches_every_place_but_issued_documents_and_can_be_undone(tillit, shop):
    before = {name: shop.table(name) for name in shop.TABLES}
    said = tillit("request", "rectification", *LINNEA, "--set", "contact.name=Linnea Öst", *APPLY, "-f", "json")
    assert said.code == 0, said.err
    assert [row[1] for row in shop.table("contacts")] == ["Linnea Öst", "Erik Ek"]
    assert shop.table("invoices") == before["invoices"]
    assert said.json["corrected"] == [{"what": "Name", "cells": 1}]
    assert said.json["recipients"] == ["The carrier"]
    assert "invoices" in said.json["letter"]
    assert "Linnea Berg" in said.json["letter"]
    again = tillit("request", "rectification", *LINNEA, "--set", "contact.name=Linnea Öst", *APPLY, "-f", "json").json
    assert again["corrected"] == [{"what": "Name", "cells": 0}]
    assert "Linnea" not in tillit("journal", "list", "-f", "json").out
    undone = tillit("undo", said.json["run"], "--by", "Dana")
    assert undone.code == 0, undone.err
    assert {name: shop.table(name) for name in shop.TABLES} == before


def test_a_correction_that_does_not_fit_is_refused(tillit):
    assert tillit("request", "rectification", *LINNEA, "--set", "contact.phone=" + "9" * 99).code == 2
    assert tillit("request", "rectification", *LINNEA, "--set", "shop.contacts.score=many").code == 2
    assert tillit("request", "rectification", *LINNEA, "--set", "nothing=x").code == 2
    said = tillit(
        "request", "rectification", *LINNEA, "--set", "contact.phone=1", "--old", "contact.phone=2", "-f", "json"
    )
    assert said.json["corrected"] == [{"what": "Phone", "cells": 0}]


def test_what_a_running_contract_keeps_goes_later_by_itself(tillit, shop):
    said = tillit("request", "erasure", *LINNEA, *APPLY, "--language", "sv", "-f", "json")
    kept = {(k["purpose"], k["how"]): k["until"] for k in said.json["kept"]}
    assert kept["books", "in_use"] == "2031-12-31"
    assert ("orders", "outlasts") in kept
    letter = said.json["letter"]
    assert "bokföringslagen kräver" in letter
    assert "31 december 2031" in letter
    assert "imy.se" in letter
    assert "domstol" in letter
    assert not [word for word in SECRET_WORDS if word in letter]
    assert [row[0] for row in shop.table("orders")] == [11, 12]
    shop.execute("UPDATE orders SET status = 'done' WHERE id = 11")
    swept = tillit("sweep", "--apply", "--approve", "--allow-more", "--by", "Dana")
    assert swept.code == 0, swept.err
    assert [row[0] for row in shop.table("orders")] == [12]
    assert shop.table("contacts")[0][1:4] == (None, None, None)  # its invoice keeps the row, emptied
    again = tillit("request", "erasure", "--request", said.json["request"], *APPLY, "-f", "json")
    assert {k["how"] for k in again.json["kept"]} <= {"in_use", "shell"}


def test_a_pause_blocks_deletion_and_is_lifted_only_when_the_person_was_told(tillit, shop):
    tillit("request", "restriction", *LINNEA, "--ground", "accuracy_contested", *APPLY)
    before = shop.table("orders")
    bye = tillit("request", "goodbye", *LINNEA, *APPLY, "-f", "json")
    assert "hold" in {k["how"] for k in bye.json["kept"]}
    assert shop.table("orders") == before
    assert tillit("request", "restriction", *LINNEA, "--lift", *APPLY).code == 2
    assert tillit("request", "restriction", *LINNEA, "--lift", "--told", "2026-11-20", *APPLY).code == 0
    tillit("sweep", "--apply", "--approve", "--allow-more", "--by", "Dana")
    assert [row[0] for row in shop.table("orders")] == [11, 12]


def test_the_persons_own_erasure_releases_the_pause(tillit, shop):
    tillit("request", "restriction", *LINNEA, "--ground", "unlawful", *APPLY)
    assert tillit("request", "erasure", *LINNEA, *APPLY).code == 0
    assert [row[0] for row in shop.table("orders")] == [11, 12]


def test_marketing_ends_at_once_and_needs_no_balancing(tillit, shop):
    tillit("consent", "give", "newsletter", *LINNEA, "--source", "form", "--text-version", "1", "--apply")
    said = tillit("request", "objection", *LINNEA, "--marketing", *APPLY, "-f", "json")
    assert (said.code, said.json["open"], said.json["refused"]) == (0, "", [])
    assert [row[0] for row in shop.table("subscribers")] == [6]


def test_an_objection_waits_for_somebody_and_is_decided(tillit, shop):
    said = tillit("request", "objection", *LINNEA, "--purpose", "improvement", *APPLY, "-f", "json")
    assert said.json["open"]
    assert len(shop.table("reviews")) == 1
    asked = ("request", "objection", "--request", said.json["request"], *APPLY)
    assert tillit(*asked, "--balancing", "for_person").code == 2
    done = tillit(
        *asked, "--balancing", "for_person", "--because", "Nothing weighs more", "--by", "Karin", "-f", "json"
    )
    assert done.code == 0, done.err
    assert shop.table("reviews") == []
    assert tillit("request", "list", "-f", "json").json["requests"] == []
    shown = tillit("request", "show", said.json["request"], "-f", "json").json
    assert [e["what"] for e in shown["changed"]] == ["suspended", "ended", "resumed"]
    assert shown["changed"][1]["by"] == "Karin"
    assert "Nothing weighs more" not in tillit("journal", "list", "-f", "json").out


def test_compelling_grounds_are_told_with_reasons_and_remedies(tillit, shop):
    said = tillit(
        "request", "objection", *LINNEA, "--purpose", "improvement", "--balancing", "compelling_grounds",
        "--because", "Pumps have failed", "--by", "Karin", "--language", "en", *APPLY, "-f", "json",
    )  # fmt: skip
    assert said.json["refused"] == [{"code": "compelling_grounds", "what": "Improve our products"}]
    assert len(shop.table("reviews")) == 1
    letter = " ".join(said.json["letter"].split())
    assert "Pumps have failed. This was decided by Karin" in letter
    assert "take the matter to court" in letter
    assert tillit("request", "list", "--all", "-f", "json").json["requests"][0]["state"] == "refused"


def test_rights_that_a_purpose_does_not_give_are_refused_with_the_reason(tillit):
    said = tillit("request", "withdrawal", *LINNEA, "--purpose", "orders", *APPLY, "--language", "en", "-f", "json")
    assert said.json["refused"] == [{"code": "not_consent", "what": "Handle orders"}]
    assert "ask us to delete it instead" in " ".join(said.json["letter"].split())
    said = tillit("request", "objection", *LINNEA, "--purpose", "books", *APPLY, "-f", "json")
    assert said.json["refused"][0]["code"] == "not_objectable"
    assert tillit("request", "withdrawal", *LINNEA, "--purpose", "nosuch").code == 2


def test_withdrawal_removes_what_only_the_consent_held(tillit, shop):
    tillit("consent", "give", "newsletter", *LINNEA, "--source", "form", "--text-version", "1", "--apply")
    said = tillit("request", "withdrawal", *LINNEA, "--purpose", "newsletter", *APPLY, "-f", "json")
    assert said.code == 0, said.err
    assert [row[0] for row in shop.table("subscribers")] == [6]
    assert said.json["run"]


def test_somebody_unknown_gets_a_plain_answer_within_the_time(tillit, tmp_path):
    said = tillit("request", "access", "--email", "nobody@example.com", *APPLY, "--to", str(tmp_path), "-f", "json")
    assert said.json["found"] == []
    (request,) = tillit("request", "list", "--all", "-f", "json").json["requests"]
    assert request["state"] == "answered"
    assert request["answer_by"].startswith("2026-12-23T")


def test_a_recall_reaches_the_unsubscribed_and_carries_no_promotion(tillit):
    tillit("request", "objection", *LINNEA, "--marketing", *APPLY)
    found = tillit("recall", "P-100", "-f", "json").json
    assert {(tuple(o["key"]), o["unsubscribed"], o["reachable"]) for o in found["owners"]} == {
        ((1,), True, True), ((2,), False, True),
    }  # fmt: skip
    assert found["rows"] == 2
    assert tillit("recall", "P-1", "-f", "json").json["owners"] == []
    said = tillit("recall", "P-100", "--promotion", "20 % off")
    assert said.code == 2
    assert "carries no promotion" in said.err
