"""The rules of the house about files: nothing of a developer's machine, and examples that parse."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from io import StringIO

import pytest
from ruamel.yaml import YAML

from tests.support.repository import ROOT, texts

# Homes of people, and folders of temporary or private work. Split, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile("|".join(["/" + "home/[a-z]", "/" + "Users/[A-Za-z]", "/" + "root/", "/" + "work/[a-z]"]))
FENCE = re.compile(r"^(?P<indent> *)```yaml[^\n]*\n(?P<code>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)

LOCKS = ("requirements.lock", "requirements-dev.lock")


def yaml_examples() -> Iterator[tuple[str, str]]:
    for name, text in texts():
        if not name.endswith(".md"):
            continue
        for fence in FENCE.finditer(text):
            indent = fence["indent"]
            code = "".join(line.removeprefix(indent) for line in fence["code"].splitlines(keepends=True))
            yield f"{name}:{text.count(chr(10), 0, fence.start()) + 1}", code


def test_no_file_names_a_place_on_a_developers_machine():
    found = [f"{name}: {hit.group()}" for name, text in texts() for hit in MACHINE_PATHS.finditer(text)]
    assert found == []


def test_this_checkout_is_not_named_either():
    if len(ROOT.parts) < 3:
        pytest.skip("the checkout lies at the top of the file system")
    assert [name for name, text in texts() if str(ROOT) + os.sep in text] == []


@pytest.mark.parametrize("code", [pytest.param(code, id=where) for where, code in yaml_examples()])
def test_yaml_examples_in_documentation_parse(code: str):
    YAML(typ="safe").load(StringIO(code))


def test_there_are_yaml_examples():
    assert list(yaml_examples())


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_pinned_hashed_and_names_no_index(lock: str):
    entries = re.split(r"^(?=[A-Za-z0-9])", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    entries = [entry for entry in entries if entry.strip()]
    assert len(entries) > 10
    assert [entry for entry in entries if not re.match(r"[\w.-]+==\S+ \\\n( +--hash=sha256:[0-9a-f]{64})", entry)] == []
    assert "://" not in "".join(entries)
    assert not re.search(r"^--", "".join(entries), re.MULTILINE)


def test_the_locks_hold_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {"requirements.lock": project["dependencies"]}
    asked["requirements-dev.lock"] = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for lock, requirements in asked.items():
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        names = {re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", r)[0]).lower() for r in requirements}
        assert names - locked == set(), f"run `make lock`: {lock} lacks these"


def test_both_locks_agree():
    pins = [
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in LOCKS
    ]
    assert {name: version for name, version in pins[0].items() if pins[1].get(name) != version} == {}


def test_documentation_names_only_targets_that_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: ([a-z-]+)$", makefile, re.MULTILINE))
    named = {
        (name, target)
        for name, text in texts()
        if name.endswith(".md") or name == ".ci/run"
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)
    }
    assert named
    assert {(name, target) for name, target in named if target not in targets} == set()


def test_every_target_is_explained():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: ([a-z-]+)$", makefile, re.MULTILINE)
    assert {target for target in targets if not re.search(rf"^{target}:.* ## \S", makefile, re.MULTILINE)} == set()


@pytest.mark.parametrize("script", [".ci/run", "scripts/setup.sh", "scripts/lock.sh"])
def test_scripts_can_be_run(script: str):
    assert os.access(ROOT / script, os.X_OK)
