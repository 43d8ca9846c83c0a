"""`tillit render`, from outside: what is written where, what is told, and how it ends."""

from __future__ import annotations

import json
import sqlite3
from zipfile import ZipFile, is_zipfile

import pytest
from typer.testing import CliRunner

from tests.support.repository import ROOT
from tillit.cli.main import app

EXAMPLE = ROOT / "examples" / "qualisys"
NOW = ["--now", "2026-11-23T12:00+01:00"]


def run(*arguments: str):
    return CliRunner().invoke(app, ["render", *arguments, *NOW])


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (["notice"], "<!DOCTYPE html>"),
        (["notice", "--as", "markdown", "--language", "sv"], "# Så använder Qualisys AB personuppgifter"),
        (["record"], "<!DOCTYPE html>"),
        (["dpv"], "{"),
        (["tilt", "--language", "sv"], "{"),
    ],
)
def test_documents_of_the_example(arguments, begins):
    done = run(*arguments, "--project", str(EXAMPLE))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(begins)


def test_a_file_is_written_whole(tmp_path):
    place = tmp_path / "record.xlsx"
    assert run("record", "--project", str(EXAMPLE), "--as", "xlsx", "--output", str(place)).exit_code == 0
    assert is_zipfile(place)
    with ZipFile(place) as book:
        assert book.testzip() is None
    assert [p.name for p in tmp_path.iterdir()] == ["record.xlsx"]


def test_what_the_policy_leaves_out_is_told_and_ends_with_1():
    done = run("notice", str(EXAMPLE / "published.yaml"))
    assert done.exit_code == 1
    assert "Art. 13(2)(a), 14(2)(a) GDPR: how long it is kept" in done.stderr
    done = run("tilt", str(EXAMPLE / "published.yaml"))
    assert done.exit_code == 1
    assert "meta.version" in done.stderr
    assert "version" not in json.loads(done.stdout)["meta"]


def test_what_changed_since_an_earlier_policy():
    done = run("notice", "--project", str(EXAMPLE), "--since", str(EXAMPLE / "published.yaml"), "--as", "markdown")
    assert "What has changed" in done.stdout


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    done = run("dpv", "--project", str(EXAMPLE), "--output", str(tmp_path / "no" / "dpv.json"))
    assert "cannot be written" in str(done.exception)


def test_a_wrong_translation_is_told_with_its_place(tmp_path):
    (tmp_path / "policy.yaml").write_text((EXAMPLE / "policy.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "translations").mkdir()
    (tmp_path / "translations" / "sv.yaml").write_text("texts: {Name: [a]}\nmore: 1\n", encoding="utf-8")
    done = run("notice", "--project", str(tmp_path), "--language", "sv")
    assert "translations/sv.yaml:1" in str(done.exception)
    assert "translations/sv.yaml:2" in str(done.exception)


POLICY = """
tillit: 1
controller: {name: Example AB, country: SE, timezone: Europe/Stockholm}
clauses: {"1": {title: Orders}}
people: {customer: {title: Customers}}
information: {contact: {title: Contact, parts: {name: Name, email: E-mail}}}
events: {made: The day it was made}
purposes:
  orders:
    {clause: "1", title: Orders, basis: contract, data: contact, keep: {for: 1 year, after: made, tolerance: 1 day}}
"""
MAP = """
store: crm
url: env:CRM_URL
country: SE
timezone: Europe/Stockholm
tables:
  contacts:
    person: {kind: customer, identified_by: {email: email}}
    when_dead: delete
    columns: {id: not_personal, name: contact.name, email: contact.email, made: {is: not_personal, dress: text}}
    grounds: {orders: {since: made}}
"""


def test_the_report_shows_what_the_checks_see_and_nobody(tmp_path, monkeypatch):
    (tmp_path / "stores").mkdir()
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "stores" / "crm.yaml").write_text(MAP, encoding="utf-8")
    with sqlite3.connect(tmp_path / "crm.sqlite") as conn:
        conn.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT, email TEXT, made TEXT)")
        conn.execute("INSERT INTO contacts VALUES (1, 'Astrid Ek', 'astrid@example.com', '2020-01-01 00:00:00')")
    conn.close()
    monkeypatch.setenv("CRM_URL", f"sqlite:///{tmp_path / 'crm.sqlite'}")
    done = run("report", "--project", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert '<span class="state broken">Storage periods' in done.stdout
    assert "crm.contacts" in done.stdout
    assert "astrid" not in done.stdout.lower()
