"""`tillit lint`: what it shows, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.rules.support import BASE
from tests.support.repository import ROOT
from tillit.cli.main import app
from tillit.model.errors import Faults, TillitError

EXAMPLE = ROOT / "examples" / "qualisys"
PUBLISHED = str(EXAMPLE / "published.yaml")
NOW = ["--now", "2026-06-15T10:00+02:00"]


def ran(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["lint", *words, *NOW])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_a_project_without_findings_ends_with_0():
    code, shown = ran("--project", str(EXAMPLE))
    assert code == 0
    assert "Nothing found in policy.yaml" in shown


def test_a_published_policy_ends_with_1_and_tells_each_clause():
    code, shown = ran(PUBLISHED)
    assert code == 1
    assert "3.6 Market analysis" in shown
    assert "retention-conflict  Art. 5(1)(e) GDPR" in shown
    assert "published.yaml:" in shown
    assert shown.index("3.9 A better website") < shown.index("5.1 Those who work for us") < shown.index("10 Cookies")


def test_only_what_is_grave_enough_is_shown():
    _, everything = ran(PUBLISHED)
    code, errors = ran(PUBLISHED, "--severity", "error")
    assert code == 1
    assert "cookie-signals" in everything
    assert "recipient-unnamed" in everything
    assert "cookie-signals" not in errors
    assert "recipient-unnamed" not in errors


def test_warnings_alone_end_with_0(tmp_path: Path):
    file = tmp_path / "policy.yaml"
    file.write_text(
        BASE.read_text(encoding="utf-8").replace("changes_told: by e-mail a month before", "changes_told: unknown")
    )
    code, shown = ran(str(file))
    assert code == 0
    assert "notice-changes" in shown


def test_json_has_every_finding_with_its_place():
    code, shown = ran(PUBLISHED, "--format", "json")
    told = json.loads(shown)
    assert code == 1
    assert told["counts"]["error"] == sum(f["severity"] == "error" for f in told["findings"]) > 60
    assert all(f["line"] and f["rule"] and f["article"] and f["remedy"] for f in told["findings"])


def test_reviews_fall_due_by_the_day():
    result = CliRunner().invoke(app, ["lint", "-p", str(EXAMPLE), "--now", "2031-01-01T00:00Z"])
    assert result.exit_code == 0
    assert "review-overdue" in result.output


def test_a_faulty_file_and_a_missing_one_are_told(tmp_path: Path):
    file = tmp_path / "policy.yaml"
    file.write_text("tillit: 1\n")
    with pytest.raises(Faults):
        ran(str(file))
    with pytest.raises(TillitError, match=r"there is no nothing\.yaml here"):
        ran(str(tmp_path / "nothing.yaml"))


def test_marks_that_turn_text_round_are_not_shown(tmp_path: Path):
    file = tmp_path / "policy.yaml"
    text = BASE.read_text(encoding="utf-8").replace("sid: {use: operation", '"s\u202eid": {use: operation')
    file.write_text(text.replace("session: true", "session: unknown"), encoding="utf-8")
    assert "\u202e" not in ran(str(file))[1]


def test_hostile_titles_are_shown_as_they_are(tmp_path: Path):
    file = tmp_path / "policy.yaml"
    text = (
        BASE.read_text(encoding="utf-8")
        .replace("sid: {use: operation", '"[red]x[/red]": {use: operation')
        .replace("session: true", "session: unknown")
    )
    file.write_text(text, encoding="utf-8")
    code, shown = ran(str(file))
    assert code == 1
    assert "[red]x[/red]" in shown
