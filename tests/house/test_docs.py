"""The documentation is true: examples are policies, links lead somewhere, the tutorial says what the commands say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scripts.tutorial import PAGE, Block, blocks, rerun, same
from tests.support.repository import ROOT, files
from tillit.model.errors import Faults
from tillit.policy.parse import parse_all
from tillit.service.settings import load_settings

PAGES = [path for path in files() if path.suffix == ".md"]
PICTURE = ROOT / "docs" / "images" / "demo.svg"
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```yaml(?P<info>[^\n]*)\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Example:
    """A whole YAML file in the documentation."""

    where: str
    page: Path
    code: str

    def says(self, key: str) -> bool:
        return re.search(rf"^{key}:", self.code, re.MULTILINE) is not None


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def examples() -> Iterator[Example]:
    """Those that are neither a fragment nor a file of the tutorial, which is run."""
    for page in PAGES:
        if page.parent != ROOT and not page.is_relative_to(ROOT / "docs"):
            continue
        text = page.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            if found["info"].strip() != "fragment" and not found["info"].strip().startswith("file="):
                yield Example(f"{named(page)}:{text.count(chr(10), 0, found.start()) + 1}", page, found["code"])


EXAMPLES = list(examples())


def policy_for(example: Example) -> str:
    """The policy of the same page."""
    return next(other.code for other in EXAMPLES if other.page == example.page and other.says("tillit"))


def test_there_is_an_example_of_each_kind():
    assert {key for e in EXAMPLES for key in ("tillit", "store", "undo_days") if e.says(key)} == {
        "tillit", "store", "undo_days",
    }  # fmt: skip


@pytest.mark.parametrize("example", [pytest.param(e, id=e.where) for e in EXAMPLES])
def test_every_yaml_example_is_right(example: Example, tmp_path: Path):
    if example.says("tillit"):
        assert parse_all(("policy.yaml", example.code), [])[0].purposes
    elif example.says("store"):
        assert parse_all(("policy.yaml", policy_for(example)), [("store.yaml", example.code)])[1]
    else:
        file = tmp_path / "tillit.yaml"
        file.write_text(example.code, encoding="utf-8")
        load_settings(file)


def test_a_wrong_example_would_be_seen():
    wrong = policy_for(next(e for e in EXAMPLES if e.says("store"))).replace("basis: contract", "basis: kontract")
    with pytest.raises(Faults):
        parse_all(("policy.yaml", wrong), [])


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    prose = FENCED.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [pytest.param(page, id=named(page)) for page in PAGES])
def test_links_lead_somewhere(page: Path):
    prose = FENCED.sub("", page.read_text(encoding="utf-8"))
    dead = []
    for target in LINK.findall(prose):
        if "://" in target or target.startswith("mailto:"):
            continue
        place, _, anchor = target.partition("#")
        file = (page.parent / place).resolve() if place else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("folder", ["howto", "reference"])
def test_every_page_can_be_reached_from_the_readme(folder: str):
    told = set(LINK.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    assert {named(p) for p in PAGES if p.parent == ROOT / "docs" / folder} - told == set()


def test_every_target_of_make_is_documented():
    targets = re.findall(r"^\.PHONY: ([a-z-]+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    told = set(re.findall(r"\bmake ([a-z-]+)", "".join(page.read_text(encoding="utf-8") for page in PAGES)))
    assert set(targets) - told - {"help"} == set()


def test_the_picture_shows_the_demo_and_asks_for_nothing_from_elsewhere():
    text = PICTURE.read_text(encoding="utf-8")
    ElementTree.fromstring(text)
    plain = re.sub(r"<[^>]+>", "", text).replace("&#160;", " ")
    clauses = re.findall(r'^  "3\.\d": \{title: "?([^"}]+)"?\}', _policy_of_the_demo(), re.MULTILINE)
    assert len(clauses) == 9
    assert [title for title in clauses if title not in plain] == []
    assert set(re.findall(r"https?://[^\"]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert "url(http" not in text


def _policy_of_the_demo() -> str:
    return (ROOT / "examples" / "qualisys" / "policy.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_tutorial_says_what_the_commands_say():
    page = PAGE.read_text(encoding="utf-8")
    assert len([command for block in blocks(page) for command in block.commands]) > 10
    assert rerun(page) == page, "run `make tutorial`, and see whether what changed is meant"


def test_answers_are_compared_past_dates_and_ids_only():
    block = Block("", "$ one\n> two\n7 rows in 2026-11-23 17:20\n$ three\n", 0, 0)
    assert block.commands == ["one\ntwo", "three"]
    assert same("run 5bd31c0f until 2026-11-23 17:20", "run 00aa11ff until 2027-01-02 03:04")
    assert not same("7 rows", "8 rows")
