"""The files of this repository, for the tests about the repository itself."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

_LEFT_OUT = {".git", ".venv", ".demo", "build", "dist", "__pycache__", "node_modules"}


@cache
def files() -> tuple[Path, ...]:
    """Tracked files and those that would be; in a copy without git, everything that is not made by tools."""
    try:
        listing = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout.decode()
        paths = [ROOT / name for name in listing.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not _LEFT_OUT.intersection(path.relative_to(ROOT).parts)]
    return tuple(sorted({path for path in paths if path.is_file()}))


def texts() -> list[tuple[str, str]]:
    """(path in the repository, content) of every text file."""
    found = []
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((str(path.relative_to(ROOT)), content.decode("utf-8")))
    return found


def modules(*rooms: str) -> list[Path]:
    """The Python files of the package, or of these rooms of it."""
    folders = [ROOT / "tillit" / room for room in rooms] if rooms else [ROOT / "tillit"]
    return [path for path in files() if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in folders)]
