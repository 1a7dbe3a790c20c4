"""The one command of all ratios, at its smallest: every table stands, and no row is without its figures; no time is asserted."""

import re

import numpy as np
import pytest

from tests.benchmarks.__main__ import HEADS, main
from tests.benchmarks.growth import GROWTHS, exponent
from tests.benchmarks.side_by_side import OTHER_TOOLS


def tables(text):
    """Return the rows of each table by its title, the first the header."""
    found = {}
    for part in text.split("## ")[1:]:
        title, *lines = part.splitlines()
        rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
        found[title.partition(" (")[0]] = rows[:1] + rows[2:]
    return found


@pytest.mark.slow
def test_the_smallest_run_prints_three_whole_tables(capsys):
    main(["--quick"])
    ratios, growth, memory = tables(capsys.readouterr().out).values()
    assert tuple(ratios[0]) == HEADS
    assert {len(row) for row in ratios} == {len(HEADS)}
    yardsticks = " ".join(row[2] for row in ratios)
    for named in (
        "bare numpy",
        "Python loop",
        "DataFrame.apply",
        "XlsxWriter",
        "plain Python script",
        "pyarrow",
        *OTHER_TOOLS,
    ):
        assert named in yardsticks
    for row in ratios[1:]:
        if not row[2].endswith("skipped, not installed"):
            low, middle, high = (float(row[at]) for at in (5, 4, 6))
            assert 0 < low <= middle <= high
            assert (row[8] == "too small to tell") is (row[7] != "-")
    assert [row[0] for row in growth[1:]] == [each.name for each in GROWTHS]
    assert all(re.fullmatch(r"-?\d+\.\d\d", row[2]) for row in growth[1:])
    assert len(memory) in (2, 4)  # one row says so where the system tells no memory


@pytest.mark.parametrize("power", [0.0, 1.0, 1.5])
def test_the_exponent_is_that_of_the_larger_sizes(power):
    times = {10**k: 1e-3 * (10.0**k) ** power for k in range(8)}
    assert exponent(times) == pytest.approx(power)
    assert exponent({1: 5.0, 10: 5.0, 100: 1e2, 1000: 1e3}) == pytest.approx(1)
    assert exponent({7: 1.0}) is None
    assert np.isfinite(exponent({1: 1.0, 2: 2.0}))
