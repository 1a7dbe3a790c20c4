"""The measurement itself: which way the ratio points, in turns, with the collector as it was."""

import gc
import time

import pytest

from tests.benchmarks.ratio import Ratio, ratio


def test_a_subject_that_works_longer_is_above_one():
    found = ratio(lambda: time.sleep(0.02), lambda: None, rounds=3)
    assert found.low > 1
    assert found.low <= found.median <= found.high


def test_scale_counts_a_yardstick_that_does_a_part():
    whole, part = (
        ratio(lambda: time.sleep(0.02), lambda: time.sleep(0.02), rounds=3, scale=scale) for scale in (1, 1000)
    )
    assert part.median < 0.1 < whole.median


@pytest.mark.parametrize(("rounds", "order"), [(1, "warm up: sy; sy"), (3, "warm up: sy; sy ys sy")])
def test_the_first_turn_changes_each_round(rounds, order):
    calls = []
    ratio(lambda: calls.append("s"), lambda: calls.append("y"), rounds=rounds)
    assert "".join(calls) == order.removeprefix("warm up:").replace(";", "").replace(" ", "")


def test_the_garbage_collector_is_off_in_a_round_and_on_again_after():
    seen = []
    ratio(lambda: seen.append(gc.isenabled()), lambda: None, rounds=1)
    assert seen == [True, False]
    assert gc.isenabled()


def test_text_shows_the_spread():
    found = Ratio(1.25, 1.0, 1.5, 0.25, 0.2, 7)
    assert f"{found}" == str(found) == "1.25 (1 to 1.5; 250 ms / 200 ms; 7 rounds)"


def test_a_number_in_text_is_the_median():
    found = Ratio(1.25, 1.0, 1.5, 0.25, 0.2, 7)
    assert (f"{found:.1f}x", round(found, 1)) == ("1.2x", 1.2)
