"""The command line from outside: exit codes, what is said, what is not, and JSON that a machine can read."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.run.shop import Shop
from tests.support.repository import ROOT

LINNEA = ("--email", "linnea.berg@example.com")
PERSONAL = ("linnea", "berg", "erik", "070-174", "198.51", "öst")


def test_the_whole_story(tillit, shop):
    before = shop.rows()
    assert tillit("validate").code == 0
    assert tillit("check").code == 1
    assert tillit("plan").code == 0
    assert tillit("sweep").code == 0
    assert shop.rows() == before
    assert tillit("sweep", "--apply").code == 5
    assert tillit("sweep", "--apply", "--approve", "--by", "Dana").code == 0
    checked = tillit("check")
    assert checked.code == 0
    assert "unproven" in checked.out
    assert tillit("forget", *LINNEA).code == 0
    assert tillit("forget", *LINNEA, "--apply", "--vouched-by", "Dana").code == 0
    assert tillit("undo", "last").code == 2
    assert tillit("undo", "last", "--by", "Dana", "--reason", "wrong_person", "--second", "Karin").code == 0
    assert tillit("undo", "last").code == 0
    assert shop.rows() == before
    assert "shop.invoices" in tillit("status").out
    assert tillit("sweep", "--resume", "shop.invoices").code == 0
    assert tillit("sweep", "--resume", "shop.invoices").code == 2
    assert tillit("journal", "verify").code == 0
    assert "Put back" in tillit("journal", "list").out


def test_check_tells_proven_broken_due_and_unproven_apart(tillit):
    told = tillit("check", "--format", "json").json
    states = {c["clause"]: (c["state"], c["past_tolerance"], c["due"]) for c in told["clauses"]}
    assert states == {"1": ("proven", 0, 0), "2": ("broken", 1, 0), "3": ("broken", 2, 1), "9": ("unproven", 0, 0)}
    assert told["findings"] == 2


def test_what_lies_in_no_map_is_a_finding(tillit, shop):
    tillit("sweep", "--apply", "--approve")
    shop.execute(
        "CREATE TABLE export (id INTEGER PRIMARY KEY, mail VARCHAR(90))", "ALTER TABLE logins ADD COLUMN agent TEXT"
    )
    told = tillit("check", "-f", "json")
    assert told.code == 1
    assert told.json["unmapped"] == [{"store": "shop", "tables": ["export"], "columns": ["logins.agent"]}]


def test_forget_tells_what_is_kept_and_until_when(tillit):
    told = tillit("forget", *LINNEA, "--format", "json").json
    kept = {(row["table"], row["key"][0]): row["reasons"] for row in told["kept"]}
    assert set(kept) == {("invoices", 20), ("logins", 30)}
    assert [(r["purpose"], r["until"]) for r in kept["invoices", 20]] == [("books", "2031-12-31")]
    assert [(r["purpose"], r["until"]) for r in kept["logins", 30]] == [("security", "2026-12-11")]
    assert told["erased"]["shop.orders"]["deleted"] == 2
    assert told["ends"] == ["orders"]


def test_each_identifier_may_be_given_more_than_once(tillit):
    several = ("--email", "nobody@example.com", "--email", "erik.ek@example.com", "--phone", "070 174 06 01")
    told = tillit("explain", *several, "--phone", "0701740604", "--format", "json").json
    assert {p["key"][0] for p in told["found"]} == {1, 2, 4}
    mails = ("linnea.berg@example.com", "orjan.ost@example.com")
    told = tillit("forget", *(word for mail in mails for word in ("--id", f"email={mail}")), "-f", "json").json
    assert {p["key"][0] for p in told["found"]} == {1, 3}


def test_all_given_identifiers_are_looked_for_afterwards(tillit, shop):
    shop.execute("INSERT INTO products VALUES (3, 'To linnea@old.example'), (4, 'To linnea@older.example')")
    given = ("--email", "linnea@old.example", "--email", "linnea@older.example", *LINNEA)
    done = tillit("forget", *given, "--apply", "--vouched-by", "Dana", "--format", "json").json
    (place,) = [p for p in done["found_again"]["places"] if p["place"] == "unmapped"]
    assert place["keys"] == [[3], [4]]


def test_forget_ends_with_findings_when_something_is_found_again(tillit, shop):
    shop.execute("INSERT INTO products VALUES (3, 'Made for linnea.berg@example.com')")
    done = tillit("forget", *LINNEA, "--apply", "--vouched-by", "Dana", "--format", "json")
    assert done.code == 1
    assert done.json["complete"] is False
    (place,) = [p for p in done.json["found_again"]["places"] if p["place"] == "unmapped"]
    assert (place["table"], place["column"], place["keys"]) == ("products", "name", [[3]])
    waiting = tillit("status", "--format", "json").json["requests"]
    assert [r["state"] for r in waiting] == ["running"]
    shop.execute("DELETE FROM products WHERE id = 3")
    again = tillit("forget", *LINNEA, "--request", done.json["request"], "--apply", "--vouched-by", "Dana")
    assert again.code == 0
    assert tillit("status", "--format", "json").json["requests"] == []


def test_nobody_found(tillit):
    said = tillit("forget", "--email", "nobody@example.com", "--apply", "--vouched-by", "Dana")
    assert said.code == 0
    assert "Nobody found" in said.out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("forget", *LINNEA, "--apply"), 2, "nobody vouches"),
        (("forget",), 2, "nothing says who is meant"),
        (("forget", "--email", "erik"), 2, "is none"),
        (("forget", "--id", "email"), 2, "TYPE=VALUE"),
        (("forget", "--email", "erik.ek@example.com", "--email", ""), 2, "an empty value"),
        (("forget", "--email", "erik.ek@example.com", "--email", "erik"), 2, "is none"),
        (("explain", "--person", "shop.orders=1"), 2, "shop.contacts"),
        (("explain", "--person", "shop.contacts=x"), 2, "no key of shop.contacts"),
        (("forget", "--request", "12"), 2, "number of a request"),
        (("undo", "last"), 2, "no run can be undone"),
        (("sweep", "--apply"), 5, "nobody has approved"),
        (("sweep", "--apply", "--approve", "--nonsense"), 2, "--nonsense"),
        (("dance",), 2, "dance"),
    ],
)
def test_what_is_wrong_is_told_on_standard_error(tillit, arguments, code, says):
    said = tillit(*arguments)
    assert said.code == code
    assert says.lower() in said.err.lower()
    assert "Traceback" not in said.err
    assert not any(word in said.err.lower() for word in PERSONAL)


def test_faults_in_the_files(tillit, shop):
    file = shop.folder / "policy.yaml"
    file.write_text(file.read_text().replace("basis: contract", "basis: contrat"))
    said = tillit("validate")
    assert said.code == 3
    assert "policy.yaml:" in said.err
    assert "did you mean 'contract'?" in said.err


def test_a_store_that_is_not_there(tillit, shop, monkeypatch):
    said = tillit("plan")
    assert said.code == 0
    object.__setattr__(shop, "url", "sqlite:////nowhere/at/all.sqlite")
    assert tillit("plan").code == 4
    object.__setattr__(shop, "url", "")
    said = tillit("plan")
    assert said.code == 4
    assert "SHOP_URL is not set" in said.err


def test_a_register_that_cannot_be_used(tillit, shop):
    (shop.folder / "tillit.yaml").write_text("register: mysql://x/y\n")
    assert tillit("status").code == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("undo_days: 400", "from 0 up to 28"),
        ("brake: {share: many}", "no share"),
        ("brake: {rows: -1}", "whole number"),
        ("undodays: 3", "did you mean 'undo_days'?"),
    ],
)
def test_faults_in_the_settings(tillit, shop, text, says):
    (shop.folder / "tillit.yaml").write_text(text + "\n")
    said = tillit("validate")
    assert said.code == 3
    assert says in said.err


def test_settings_reach_the_brake(tillit, shop):
    (shop.folder / "tillit.yaml").write_text("brake: {share: 0 %, rows: 2}\n")
    said = tillit("sweep", "--apply", "--approve")
    assert said.code == 5
    assert "3 rows would be touched, 2 are allowed" in said.err
    assert tillit("sweep", "--apply", "--allow-more").code == 0


def test_something_unforeseen_is_one_line(tillit, monkeypatch):
    def fail(*_args, **_how):
        raise ZeroDivisionError("Linnea Berg")

    monkeypatch.setattr("tillit.cli.sweep.preview", fail)
    said = tillit("plan")
    assert said.code == 2
    assert "ZeroDivisionError" in said.err
    assert "Linnea" not in said.err
    assert "Traceback" not in said.err


def test_nothing_personal_is_shown(tillit):
    told = "".join(
        tillit(*words).out.lower() for words in (("check", "--notes"), ("plan",), ("explain", *LINNEA), ("status",))
    )
    assert not any(word in told for word in PERSONAL)


def test_explain_row_by_row(tillit):
    said = tillit("explain", *LINNEA, "--rows")
    assert "invoices" in said.out
    assert "Keep the books" in said.out
    assert tillit("explain", *LINNEA, "--except", "shop.contacts=1").out.count("Nobody found") == 1


def test_the_journal_can_be_exported_and_its_changing_is_seen(tillit, shop):
    tillit("sweep", "--apply", "--approve")
    lines = tillit("journal", "export").out.splitlines()
    assert all(json.loads(line) for line in lines)
    shop_register = shop.folder / "home" / "register.sqlite"
    Shop(shop.folder, f"sqlite:///{shop_register}").execute(
        "UPDATE journal_leaf SET body = replace(body, '3', '4') WHERE number = 1"
    )
    assert tillit("journal", "verify").code == 1


def test_it_runs_as_a_program(shop):
    command = [sys.executable, "-m", "tillit.cli.main", "validate", "--project", str(shop.folder), "--format", "json"]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["valid"] is True
