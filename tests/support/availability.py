"""What a test needs and may not get: a failure in CI, where a silent skip would hide it; a counted skip elsewhere."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def unavailable(reason: str) -> NoReturn:
    """End the running test: something it needs cannot be had here."""
    if in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
