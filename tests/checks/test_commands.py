"""`tillit check` and `tillit attest` from outside: formats, exit codes, evidence that is kept and grows stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from tests.checks.clinic import NOW, Clinic
from tests.cli.conftest import Said
from tillit.checks.verdict import State
from tillit.cli import main as cli
from tillit.register.database import reading
from tillit.register.evidence import newest_of
from tillit.service.check import Checked

CARD = "UPDATE patients SET note = '4111 1111 1111 1111' WHERE id = 2"


@pytest.fixture
def tillit(small: Clinic, monkeypatch, capsys) -> Callable[..., Said]:
    def run(*arguments: str) -> Said:
        for name, value in small.environment.items():
            monkeypatch.setenv(name, value)
        words = ["tillit", *arguments, "--project", str(small.folder), "--now", NOW.isoformat()]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return run


def test_text(small: Clinic, tillit):
    said = tillit("check", "--promises")
    assert said.code == 0
    assert "proven" in said.out
    assert "unproven" in said.out
    small.execute(CARD)
    said = tillit("check")
    assert said.code == 1
    assert "1 card number in clinic.patients.note" in said.out
    assert "4111" not in said.out


def test_json(small: Clinic, tillit):
    small.execute(CARD)
    told = tillit("check", "-f", "json").json
    clause = next(c for c in told["clauses"] if c["clause"] == "3")
    assert (clause["state"], clause["count"]) == ("broken", 1)
    assert {p["kind"]: p["state"] for p in clause["promises"]}["card_numbers"] == "broken"
    assert all(e["at"] and e["digest"] == told["digest"] for e in told["evidence"])


def test_junit(small: Clinic, tillit):
    small.execute(CARD)
    said = tillit("check", "-f", "junit")
    assert said.code == 1
    suites = ElementTree.fromstring(said.out)
    failed = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None]
    assert failed == ["card_numbers:never.card_numbers No card numbers"]
    assert any("unproven" in (s.get("message") or "") for s in suites.iter("skipped"))


def test_sarif(small: Clinic, tillit):
    small.execute(CARD)
    told = json.loads(tillit("check", "-f", "sarif").out)
    results = told["runs"][0]["results"]
    assert [r["ruleId"] for r in results if r["level"] == "error"] == ["card_numbers"]
    known = {rule["id"] for rule in told["runs"][0]["tool"]["driver"]["rules"]}
    assert {r["ruleId"] for r in results} <= known
    region = results[0]["locations"][0]["physicalLocation"]["region"]
    assert (
        small.folder.joinpath("policy.yaml").read_text(encoding="utf-8").splitlines()[region["startLine"] - 1].strip()
    )


def test_hostile_titles_are_safe(small: Clinic, tillit):
    small.edit("policy.yaml", "title: No card numbers", r'title: "<b>[red]x[/red] \u202e"')
    assert ElementTree.fromstring(tillit("check", "-f", "junit").out) is not None
    assert tillit("check", "--promises").code == 0


def test_an_unknown_kind(tillit):
    said = tillit("check", "--only", "cards")
    assert said.code == 2
    assert "card_numbers" in said.err


def test_what_is_not_run_again_is_remembered_and_grows_stale(small: Clinic):
    small.execute(CARD)
    small.check()
    small.execute("UPDATE patients SET note = NULL")
    assert _state(small.check("drift"), "card_numbers") is State.BROKEN  # as it was seen
    assert _state(small.check("drift", now=NOW + timedelta(days=8)), "card_numbers") is State.STALE
    assert _state(small.check("card_numbers"), "card_numbers") is State.PROVEN
    small.edit("policy.yaml", "title: Visits\n    basis", "title: All visits\n    basis")
    assert _state(small.check("drift"), "card_numbers") is State.STALE


def _state(seen: Checked, kind: str) -> State:
    return next(p.state for clause in seen.clauses for p in clause.promises if p.kind == kind)


def test_evidence_is_on_record(small: Clinic):
    seen = small.check()
    with small.opened() as (_, memory, _stores), reading(memory.register) as conn:
        (kept,) = newest_of(conn, "card_numbers")
    assert (kept.state, kept.count, kept.digest, kept.at) == ("proven", 0, seen.digest, NOW)


PROMISES = """
checks: {card_numbers: x}
promises:
  P1: {clause: "3", by: never.card_numbers, checked: card_numbers, says: No card number.}
  P2: {clause: "3", by: security.access, attested: IT, every: 6 months, says: Staff are told.}
  P3: {clause: "4", by: recipients.host, unproven: nobody looks, says: They are kind.}
"""


def test_attesting(small: Clinic, tillit):
    (small.folder / "promises.yaml").write_text(PROMISES, encoding="utf-8")
    assert tillit("attest").code == 1
    assert tillit("attest", "4", "--by", "Dana").code == 2
    assert tillit("attest", "77", "--by", "Dana").code == 2
    assert tillit("attest", "3", "--by", "Dana").code == 0
    assert tillit("attest").code == 0
    told = tillit("check", "-f", "json").json
    states = {p["id"]: p["state"] for c in told["clauses"] for p in c["promises"]}
    assert states == {"P1": "proven", "P2": "attested", "P3": "unproven"}
    assert tillit("check", "-f", "json").json["clauses"][0]["state"] == "unproven"  # nothing is promised there


def test_somebody_erased_who_is_there_again(small: Clinic, tillit):
    assert small.states("erased_people") == {State.UNPROVEN}
    done = tillit("forget", "--email", "erik.ek@example.com", "--apply", "--vouched-by", "Dana")
    assert done.code in (0, 1), done.err
    states = small.seen("erased_people")
    assert [e.count for e in states if e.subject == "clinic.patients"] == [0]
    small.execute("INSERT INTO patients (id, name) VALUES (2, 'Erik Ek')")
    (again,) = [e for e in small.seen("erased_people") if e.subject == "clinic.patients"]
    assert (again.state, again.count) == (State.BROKEN, 1)
