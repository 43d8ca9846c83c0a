"""The findings on the published policy: what the linter raises on it, and not on the mended one."""

from __future__ import annotations

import re
import time
from datetime import date

import pytest

from tests.support.repository import ROOT
from tillit.policy import parse_policy
from tillit.policy.rules import RULES, Finding, Severity, lint

EXAMPLE = ROOT / "examples" / "qualisys"
TODAY = date(2026, 6, 15)
PAGE = (ROOT / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")
ERRORS, WARNINGS, OTHERS = (part.split("\n## ")[0] for part in PAGE.split("\n## ")[1:])


def linted(name: str) -> tuple[Finding, ...]:
    return lint(parse_policy(name, (EXAMPLE / name).read_text(encoding="utf-8")), TODAY)


def rows(part: str) -> list[list[str]]:
    found = re.findall(r"^\| (L-.*) \|$", part, re.MULTILINE)
    return [row.split(" | ") for row in found]


def raised(part: str) -> list[object]:
    """(finding, rule, words) of every row that names a rule."""
    told = [(row[0], *hit) for row in rows(part) for hit in re.findall(r"`([a-z-]+)` on `([^`]+)`", row[2])]
    return [pytest.param(*one, id="-".join(one[:2])) for one in told]


PUBLISHED = linted("published.yaml")


@pytest.mark.parametrize(("finding", "rule", "words"), [*raised(ERRORS), *raised(WARNINGS)])
def test_it_is_raised_on_the_published_policy(finding: str, rule: str, words: str):
    seen = [f for f in PUBLISHED if f.rule == rule]
    assert seen, finding
    assert any(words in f.what for f in seen), [f.what for f in seen]


@pytest.mark.parametrize(("finding", "rule", "words"), raised(ERRORS))
def test_errors_are_errors(finding: str, rule: str, words: str):
    assert next(r for r in RULES if r.name == rule).severity is Severity.ERROR


def test_every_finding_is_told_of_once():
    told = [one for part in (ERRORS, WARNINGS, OTHERS) for row in rows(part) for one in row[0].split(", ")]
    assert len(told) == len(set(told)) == 106
    assert len(rows(ERRORS)) == 52


def test_an_error_that_is_not_raised_has_its_reason():
    silent = [row for row in rows(ERRORS) if row[2] == "-"]
    assert [row[0] for row in silent] == ["L-51"]
    assert all(len(row[3]) > 40 for row in silent)


def test_the_mended_policy_is_without_findings():
    assert [str(f) for f in linted("policy.yaml")] == []


def test_each_mend_names_a_finding_and_each_error_is_mended():
    text = (EXAMPLE / "policy.yaml").read_text(encoding="utf-8")
    named = {one for told in re.findall(r"mended \(([^)]+)\)", text) for one in told.split(", ")}
    known = {one for part in (ERRORS, WARNINGS, OTHERS) for row in rows(part) for one in row[0].split(", ")}
    assert named <= known
    assert {row[0] for row in rows(ERRORS)} - named == set()


def test_linting_is_fast():
    """Half a second is the goal for the whole example; three times that leaves room for a busy machine."""
    started = time.perf_counter()
    linted("published.yaml")
    linted("policy.yaml")
    assert time.perf_counter() - started < 1.5
