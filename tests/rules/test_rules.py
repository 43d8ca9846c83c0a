"""Every rule finds its bad example and leaves its good one alone; every rule is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

import tillit.policy.rules as package
from tests.rules.support import BASE, TODAY, found
from tests.support.repository import ROOT
from tillit.policy import parse_policy
from tillit.policy.rules import RULES, Severity, lint
from tillit.policy.rules.base import Rule
from tillit.policy.rules.reference import page

RULE = pytest.mark.parametrize("rule", [pytest.param(r, id=r.name) for r in RULES])


def test_the_base_is_without_findings():
    policy = parse_policy("policy.yaml", BASE.read_text(encoding="utf-8"))
    assert [str(f) for f in lint(policy, TODAY)] == []


@RULE
def test_the_bad_example_is_found(rule: Rule):
    seen = [f for f in found(rule.bad) if f.rule == rule.name]
    assert seen
    for finding in seen:
        assert finding.severity is rule.severity
        assert finding.article == rule.article
        assert finding.what
        assert finding.remedy
        assert finding.at.file == "policy.yaml"
        assert "\n" not in finding.what + finding.remedy


@RULE
def test_the_good_example_is_not(rule: Rule):
    assert [f.what for f in found(rule.good) if f.rule == rule.name] == []


def test_every_file_is_a_rule_and_every_rule_a_file():
    files = {p.stem for p in Path(package.__file__).parent.glob("*.py")} - {"__init__", "base", "facts", "reference"}
    assert {rule.name.replace("-", "_") for rule in RULES} == files
    assert len(RULES) >= 60


def test_there_are_rules_of_every_severity():
    assert {rule.severity for rule in RULES} == set(Severity)


@RULE
def test_a_rule_says_what_it_must(rule: Rule):
    assert rule.article.startswith(("Art. ", "C-"))
    assert rule.title[0].isupper() or rule.title[0] == "`"
    assert not rule.title.endswith(".")
    assert rule.why.rstrip()[-1] in ".?"
    assert not rule.remedy.endswith(".")


def test_the_reference_is_written_from_the_rules():
    shown = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    assert shown == page(), "write it again: python -m tests.rules.write"
