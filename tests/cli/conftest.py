"""Running commands in this process, as the entry point does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from tests.run.shop import NOW, Shop, new_shop
from tillit.cli import main as cli


@dataclass
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def shop(tmp_path, sqlite_url) -> Shop:
    return new_shop(tmp_path / "project", sqlite_url)


@pytest.fixture
def tillit(shop, monkeypatch, capsys) -> Callable[..., Said]:
    """Runs a command on the shop's project, a second after the last one."""

    seconds = count()

    def run(*arguments: str) -> Said:
        for name, value in shop.environment.items():
            monkeypatch.setenv(name, value)
        moment = (NOW + timedelta(seconds=next(seconds))).isoformat()
        timed = [] if arguments[0] in ("validate", "journal") else ["--now", moment]
        monkeypatch.setattr(sys, "argv", ["tillit", *arguments, "--project", str(shop.folder), *timed])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return run
