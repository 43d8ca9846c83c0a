"""The pace of a sweep: as many rows a batch as keep it short, never much more at once."""

from __future__ import annotations

import pytest

from tillit.connectors.sql.batches import Pace


@pytest.mark.parametrize(
    ("seconds", "rows"),
    [(0.03, 2_000), (0.06, 1_000), (0.02, 3_000), (10.0, 1_000), (0.0, 4_000)],
)
def test_the_next_batch_takes_what_keeps_the_pace(seconds: float, rows: int) -> None:
    pace = Pace()
    pace.took(seconds)
    assert pace.rows == rows


def test_it_keeps_within_its_limits() -> None:
    pace = Pace()
    for _ in range(20):
        pace.took(60)
    assert pace.rows == pace.fewest
    for _ in range(40):
        pace.took(0)
    assert pace.rows == pace.most
