"""Run the tutorial's commands in an empty folder: write what they answer into the page, or show where it is not true.

The page is the script: a block ```sql file=NAME is a file to write, a block ```console holds `$ commands` and answers.
Dates, times and ids differ from run to run; whoever compares looks past them.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "tutorial.md"
SECONDS = 240
MARK = "\x1e"  # stands after each answer; no command prints it

_BLOCK = re.compile(r"^```(?P<kind>console|\w+ file=(?P<file>\S+))\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_VARYING = (
    (re.compile(r"\b\d{4}-\d{2}-\d{2}\b"), "DATE"),
    (re.compile(r"DATE \d{2}:\d{2}"), "DATE TIME"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r"\b[0-9a-f]{8}\b"), "ID"),
)


@dataclass(frozen=True)
class Block:
    """One fenced block that does something. `start` and `end` are where its body stands in the page."""

    file: str
    body: str
    start: int
    end: int

    @property
    def commands(self) -> list[str]:
        """What is typed, continuation lines included."""
        typed: list[str] = []
        for line in self.body.splitlines():
            if line.startswith("$ "):
                typed.append(line[2:])
            elif line.startswith("> ") and typed:
                typed[-1] += "\n" + line[2:]
        return typed


def blocks(page: str) -> list[Block]:
    """The blocks of a page that do something, in order."""
    return [Block(m["file"] or "", m["body"], m.start("body"), m.end("body")) for m in _BLOCK.finditer(page)]


def same(one: str, other: str) -> bool:
    """True when two answers differ in dates, times and ids at most."""
    return _steady(one) == _steady(other)


def _steady(text: str) -> list[str]:
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return [line.rstrip() for line in text.strip().splitlines()]


def rerun(page: str) -> str:
    """The page with the answers that its commands give now. Blocks that are still true stay as they are."""
    found = blocks(page)
    answers = _answers(found)
    for block in reversed(found):
        if not block.file:
            body = "".join(_block(block, answers))
            if not same(body, block.body):
                page = page[: block.start] + body + page[block.end :]
    return page


def _block(block: Block, answers: dict[tuple[int, int], str]) -> Iterator[str]:
    for number, command in enumerate(block.commands):
        told = [line.rstrip() for line in answers[block.start, number].strip("\n").splitlines()]
        yield "$ " + command.replace("\n", "\n> ") + "\n"
        yield "".join(f"{line}\n" for line in told)


def _answers(found: list[Block]) -> dict[tuple[int, int], str]:
    """(start of the block, number of the command in it) -> what it said, from one shell in an empty folder."""
    script = ["exec 2>&1"]
    places = []
    for block in found:
        if block.file:
            folder = shlex.quote(str(Path(block.file).parent))
            script.append(
                f"mkdir -p {folder}\ncat > {shlex.quote(block.file)} <<'END_OF_FILE'\n{block.body}END_OF_FILE"
            )
        for number, command in enumerate(block.commands if not block.file else ()):
            places.append((block.start, number))
            script.append(f"{command}\nprintf '\\036'")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["bash"], input="\n".join(script), cwd=folder, env=_environment(folder), capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    said = done.stdout.split(MARK)[:-1]
    if len(said) != len(places):
        raise SystemExit(f"the tutorial stopped after {len(said)} of {len(places)} commands: {done.stdout[-2000:]}")
    return dict(zip(places, said, strict=True))


def _environment(home: str) -> dict[str, str]:
    """As little as a newcomer's shell has, with the `tillit` of this Python first."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    return {"PATH": path, "HOME": home, "LANG": "C.UTF-8", "TERM": "dumb"}


def main() -> None:
    """Rewrite the page where it is no longer true."""
    page = PAGE.read_text(encoding="utf-8")
    now = rerun(page)
    PAGE.write_text(now, encoding="utf-8")
    changes = list(difflib.unified_diff(page.splitlines(), now.splitlines(), "before", "now", lineterm="", n=1))
    print("\n".join(changes) if changes else "The tutorial is true as it stands.")


if __name__ == "__main__":
    main()
