from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.clinic import Clinic, new_clinic


@pytest.fixture
def clinic(tmp_path: Path, store_url: str) -> Clinic:
    """The same on each of the three engines."""
    return new_clinic(tmp_path / "project", store_url)


@pytest.fixture
def small(tmp_path: Path, sqlite_url: str) -> Clinic:
    """On SQLite, for what does not depend on the engine."""
    return new_clinic(tmp_path / "project", sqlite_url)
