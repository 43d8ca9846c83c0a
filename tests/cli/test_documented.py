"""Every command and option is documented, and nothing is documented that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer.main

from tests.support.repository import ROOT
from tillit.cli.main import app

TEXT = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
EVERYWHERE = {"--project", "-p", "--format", "-f", "--help", "-h"}


def commands() -> Iterator[tuple[str, set[str]]]:
    """(name as typed, options that are shown) of every command."""

    def walk(command, path: str) -> Iterator[tuple[str, set[str]]]:
        shown = [p for p in command.params if p.opts[0].startswith("-") and not getattr(p, "hidden", False)]
        yield path, {name for p in shown for name in (*p.opts, *p.secondary_opts)}
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk(inner, f"{path} {name}")

    yield from walk(typer.main.get_command(app), "tillit")


ALL = dict(commands())


def section(path: str) -> str:
    """The part of the page about a command; that of its group where it has no heading of its own."""
    title = path if f"## `{path}`\n" in TEXT else path.rpartition(" ")[0]
    _, _, rest = TEXT.partition(f"## `{title}`\n")
    return rest.partition("\n## ")[0]


def test_the_commands_are_those_of_the_design():
    assert {"tillit check", "tillit plan", "tillit sweep", "tillit explain", "tillit forget", "tillit undo"} <= set(ALL)
    assert {"tillit status", "tillit validate", "tillit journal list", "tillit journal verify"} <= set(ALL)


@pytest.mark.parametrize("path", ALL)
def test_every_command_is_documented(path):
    assert f"`{path}`" in TEXT or f"## `{path}" in TEXT


@pytest.mark.parametrize("path", ALL)
def test_every_option_is_documented_where_its_command_is(path):
    told = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", section(path)))
    assert ALL[path] - EVERYWHERE - told == set()


def test_nothing_is_documented_that_is_not_there():
    real = set().union(*ALL.values())
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", TEXT))
    assert told - real - EVERYWHERE == set()


def test_every_option_is_explained_in_the_help():
    def params(command) -> Iterator[tuple[str, str | None]]:
        for p in command.params:
            yield p.name, getattr(p, "help", None)
        for inner in getattr(command, "commands", {}).values():
            yield from params(inner)

    assert [name for name, text in params(typer.main.get_command(app)) if not text] == []
