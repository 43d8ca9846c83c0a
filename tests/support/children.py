"""Child processes that tests start, watch and kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Runs a Python script in a process of its own; `sys.argv[1:]` are the arguments."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def finish(child: subprocess.Popen[str]) -> str:
    """Waits for the child and returns what it printed; it must end well."""
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    return out


def killed(child: subprocess.Popen[str]) -> str:
    """Waits for a child that is to be killed by -9, and returns what it printed until then."""
    out, err = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL, err
    return out
