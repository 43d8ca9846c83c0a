"""Periods in words and in ISO 8601."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.model.policy import Period
from tillit.policy.periods import approximate_days, parse_period, period_text


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("3 weeks", Period(weeks=3)),
        ("1 year 6 months", Period(years=1, months=6)),
        ("6 months 1 year", Period(years=1, months=6)),
        ("36 hours", Period(hours=36)),
        ("1 day", Period(days=1)),
        ("0 days", Period()),
        ("P3W", Period(weeks=3)),
        ("P1Y6M", Period(years=1, months=6)),
        ("PT36H", Period(hours=36)),
        ("P1DT12H", Period(days=1, hours=12)),
    ],
)
def test_a_period_is_read(text: str, period: Period):
    assert parse_period(text) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "weeks",
        "3",
        "3 weeks ago",
        "3,5 years",
        "-1 day",
        "1 year and 6 months",
        "P",
        "PT",
        "P1.5Y",
        "P6M1Y",
        "p1y",
        "٣ weeks",
    ],
)
def test_what_is_no_period_is_refused(text: str):
    with pytest.raises(ValueError, match=r"is no|counts|says"):
        parse_period(text)


periods = st.builds(
    Period,
    years=st.integers(0, 90),
    months=st.integers(0, 1000),
    weeks=st.integers(0, 500),
    days=st.integers(0, 9999),
    hours=st.integers(0, 9999),
)


@given(periods)
def test_the_canonical_text_reads_back(period: Period):
    assert parse_period(period_text(period)) == period


@given(periods, st.sampled_from(["years", "months", "weeks", "days", "hours"]))
def test_more_is_longer(period: Period, unit: str):
    counts = {f: getattr(period, f) for f in ("years", "months", "weeks", "days", "hours")}
    counts[unit] += 1
    assert approximate_days(Period(**counts)) > approximate_days(period)
