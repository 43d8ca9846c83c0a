"""Real applications under test: load one, let Tillit act on it, and ask the scorer, which knows nothing of Tillit.

The scorer and the databases lie outside the project (see `realdata_dir` in tests/conftest.py).
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from typer.testing import CliRunner

from tillit.cli.main import app

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

Json: TypeAlias = dict[str, Any]
Row: TypeAlias = tuple[str, str]
"""(table, key), the key as the scorer writes it: `id=17`."""
Cell: TypeAlias = tuple[str, str, str]
"""(table, column, key as text)."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """`realdata.py`, run as a program of its own."""

    folder: Path
    name: str
    url: str

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        command = [sys.executable, str(self.folder / "realdata.py"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in codes, done.stderr
        return done.stdout

    def load(self) -> None:
        self.run("load", self.name, self.url)

    def snapshot(self, file: Path) -> Json:
        """{table: {columns, pk, rows: {key: hashes of the cells}}}, also written to `file`."""
        self.run("snapshot", self.url, str(file))
        with gzip.open(file, "rt", encoding="utf-8") as text:
            tables: Json = json.load(text)["tables"]
        return tables

    def score(self, before: Path) -> Json:
        found: Json = json.loads(self.run("score", self.name, str(before), self.url, "--json", codes=(0, 1)))
        return found

    def identifying(self) -> list[Json]:
        """Every cell that still identifies the canary, but for what decoys share with her."""
        hits: list[Json] = json.loads(self.run("scan", self.url, self.name, "--json"))
        return [hit for hit in hits if hit["class"] != "decoy"]

    def truth(self) -> Json:
        found: Json = json.loads((self.folder / f"{self.name}.truth.json").read_text(encoding="utf-8"))
        return found


def tillit(*arguments: str, now: datetime = NOW, codes: tuple[int, ...] = (0,)) -> Json:
    """A command of the product, with its answer as JSON."""
    done = CliRunner().invoke(app, [*arguments, "--format", "json", "--now", now.isoformat()])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in codes, done.output
    found: Json = json.loads(done.stdout)
    return found


def changes(before: Json, after: Json) -> set[Row]:
    """The rows that were lost, changed or added between two snapshots."""
    found = set()
    for table in before.keys() | after.keys():
        old, new = (image.get(table, {"rows": {}})["rows"] for image in (before, after))
        found |= {(table, key) for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    return found


def cell_of(hit: Json) -> Cell:
    """A cell that the scorer found."""
    return hit["table"], hit["column"], ",".join(str(part) for part in hit["pk"].values())


def told_by(residual: Json) -> set[Cell]:
    """The cells that Tillit's own second look tells of."""
    places = residual["places"]
    return {(p["table"], p["column"], ",".join(map(str, key))) for p in places for key in p["keys"]}


def not_looked_into(residual: Json) -> set[tuple[str, str]]:
    """The (table, column)s that Tillit says it cannot read."""
    return {(one["table"], one["column"]) for one in residual["not_looked_into"]}
