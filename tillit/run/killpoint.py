"""A hook for tests: die by SIGKILL at a named point, to prove that a crash there loses nothing.

Does nothing unless the environment variable TILLIT_KILLPOINT is `NAME`, or `NAME:N` for the Nth time NAME is passed.
"""

from __future__ import annotations

import os
import signal

_passed: dict[str, int] = {}


def killpoint(name: str) -> None:
    """Kill this process when the environment says so for this point."""
    wanted = os.environ.get("TILLIT_KILLPOINT")
    if not wanted:
        return
    _passed[name] = _passed.get(name, 0) + 1
    point, _, times = wanted.partition(":")
    if point == name and _passed[name] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
