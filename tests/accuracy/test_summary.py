"""Figures of hidden points; expected values are worked out by hand beside each."""

from collections import Counter

import pytest

from xlsizing.accuracy.measure import Hidden, Point
from xlsizing.accuracy.summary import markdown, record, summary
from xlsizing.accuracy.sweeps import Sweeps
from xlsizing.core.budget import bound

# need/estimate - 1: -0.2, 0, +0.1, +0.5.
POINTS = [
    Point("a", 50, need=80, estimate=100, budget=90, commit=50, gap=4),
    Point("a", 40, need=100, estimate=100, budget=80, commit=50, gap=4),
    Point("a", 30, need=110, estimate=100, budget=50, commit=50, gap=4),
    Point("b", 30, need=150, estimate=100, budget=50, commit=20, gap=4),
]


@pytest.fixture
def told():
    found = Hidden(
        "first, last", "c x r", {"auto": POINTS, "tpot": []}, Counter({"curves: too short": 3, "points: none": 0})
    )
    return summary(Sweeps((), "some_file.csv", "f" * 64), [found], bound(0.95))


def test_errors(told):
    row = told.rows[0]
    assert (row.curves, row.points) == (2, 4)
    assert row.error_median == pytest.approx(0.15)  # of 0, 0.1, 0.2, 0.5
    assert row.error_p90 == pytest.approx(0.41)  # 0.2 + 0.7 x (0.5 - 0.2)
    assert row.signed_median == pytest.approx(0.05)
    assert row.short == 0.25  # -0.2 alone


def test_coverage_is_a_mean_over_curves(told):
    row = told.rows[0]
    assert row.budget_coverage == pytest.approx((2 / 3 + 1) / 2)  # 80 < 90 is not covered
    assert row.commit_coverage == 1


def test_widths(told):
    row = told.rows[0]
    assert row.budget_width == pytest.approx((100 / 80 + 2) / 2)  # of 10/9, 5/4, 2, 2
    assert row.budget_width_p90 == pytest.approx(2)
    assert (row.commit_width, row.commit_width_p90) == (2, pytest.approx(2 + 0.7 * 3))  # of 2, 2, 2, 5


def test_no_point_no_figure(told):
    assert (told.rows[1].points, told.rows[1].error_median, told.rows[1].budget_coverage) == (0, None, None)


def test_the_record_holds_every_figure_and_what_was_skipped(told):
    data = record(told)
    assert (data["source"], data["confidence"], data["share"]) == ("some_file.csv", 0.95, 0.55)
    assert data["rows"][0]["error_median"] == pytest.approx(0.15)
    assert data["skipped"] == [{"truth": "c x r", "scheme": "first, last", "reason": "curves: too short", "count": 3}]


def test_markdown(told):
    text = markdown(told)
    assert "some\\_file.csv" in text
    cells = [
        cell.strip() for cell in next(line for line in text.splitlines() if "| auto" in line).strip("|").split("|")
    ]
    assert cells == [
        "first, last", "auto", "2", "4", "15.0 %", "41.0 %", "+5.0 %", "25.0 %", "83.3 %", "1.62", "2.00", "100.0 %", "2.00",
        "4.10",
    ]  # fmt: skip
    assert "- first, last: 3 curves, too short" in text
