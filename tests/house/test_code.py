"""The rules of the house about code: small files, small functions, and pure rooms that stay pure."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.repository import ROOT, modules

FILE_LINES = 400
FUNCTION_LINES = 60

PURE_ROOMS = ("model", "policy", "decide", "checks", "documents")
# Modules of the standard library that read the world, the clock or chance.
WORLDLY = {
    "asyncio", "getpass", "http", "multiprocessing", "os", "platform", "random", "secrets", "shutil", "signal",
    "smtplib", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
# Files are opened and clocks are read by the shell, which passes what it saw. Functions by name, methods by their end.
WORLDLY_FUNCTIONS = {"open", "print", "input"}
WORLDLY_METHODS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "read_text", "read_bytes", "write_text",
    "write_bytes", "iterdir", "glob", "rglob",
}  # fmt: skip


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def worldly(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names if is_worldly(alias.name))
            case ast.ImportFrom(module=str(module), level=0) if is_worldly(module):
                yield module
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from (f"{module}.{a.name}" for a in names if is_worldly(f"{module}.{a.name}"))
            case ast.Call(func=function):
                called = ast.unparse(function)
                if called in WORLDLY_FUNCTIONS or any(f".{called}".endswith(f".{name}") for name in WORLDLY_METHODS):
                    yield f"{called}()"


def is_worldly(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in WORLDLY)


def test_there_is_code_to_look_at():
    assert len(modules()) > 5
    assert len(modules("model")) > 5


def test_files_are_short():
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_functions_are_short():
    lengths = {f"{named(path)}:{f.lineno} {f.name}": length(f) for path in modules() for f in functions(parsed(path))}
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_pure_rooms_read_no_world_no_clock_no_chance():
    found = [f"{named(path)}: {what}" for path in modules(*PURE_ROOMS) for what in worldly(parsed(path))]
    assert found == []


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]


def test_every_library_that_is_imported_is_asked_for():
    """Otherwise it is there by luck: because something else needs it, or because somebody once installed it by hand."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in project["dependencies"]}
    libraries = {name for path in modules() for name in imported(parsed(path))} - sys.stdlib_module_names - {"tillit"}
    homes = importlib.metadata.packages_distributions()
    assert libraries
    assert {name for name in libraries if not asked & {normal(home) for home in homes.get(name, [])}} == set()


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize(
    "impure",
    [
        "import os",
        "import os.path as p",
        "from os import environ",
        "from urllib import request",
        "from datetime import datetime\nx = datetime.now()",
        "import datetime as d\nx = d.date.today()",
        "x = open('f')",
    ],
)
def test_the_purity_rule_sees(impure: str):
    assert list(worldly(ast.parse(impure)))


@pytest.mark.parametrize(
    "pure", ["import re", "from datetime import datetime\nx = datetime(2026, 1, 1)", "self.open()"]
)
def test_the_purity_rule_lets_through(pure: str):
    assert not list(worldly(ast.parse(pure)))
