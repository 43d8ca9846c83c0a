"""The oracle against results written by hand. Engines run the same cases (tests/oracle/compare.py, `Hand.case`)."""

from __future__ import annotations

import pytest

from tests.cases import ALL
from tests.cases.build import Hand
from tests.oracle import compare, show


@pytest.mark.parametrize("case", ALL, ids=lambda c: f"{c.paragraph}: {c.name}")
def test_the_oracle_says_what_the_page_says(case: Hand) -> None:
    told = compare.sweep(case.case, case.case.scopes[0])
    differences = compare.state_differences(case.case, "by hand", case.end(), told.rows)
    report = "\n".join(str(d) for d in differences)
    assert not differences, f"{report}\n\n{show.case(case.case)}\n\n{show.outcome(told)}"
    if case.dead is not None:
        assert dict(told.dead_cells) == dict(case.dead)


def test_every_case_has_its_own_name() -> None:
    names = [(c.paragraph, c.name) for c in ALL]
    assert len(set(names)) == len(names)
