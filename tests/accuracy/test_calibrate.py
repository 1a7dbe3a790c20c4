"""The constants of a budget: ranks and scores by hand, and coverage on curves that were not seen."""

import math
import random
from datetime import date

import pytest

from tests.accuracy.conftest import swept
from xlsizing import InputError
from xlsizing.accuracy.calibrate import SEED, calibrated, drawn, score, share_at
from xlsizing.accuracy.measure import TRUTHS, Point, hidden_points
from xlsizing.accuracy.schemes import SCHEMES
from xlsizing.accuracy.sweeps import Sweeps
from xlsizing.core.budget import bound

ENDS, TRUTH, DAY = SCHEMES["first, last"], TRUTHS["c x r"], date(2026, 11, 25)


def point(need, sla=1.0):
    return Point("a", sla, need=need, estimate=100, budget=50, commit=25, gap=2)


def made_up(seed):
    """A curve whose rates fall by some power of the concurrency."""
    chance = random.Random(seed)  # noqa: S311  # made-up curves
    falls = [chance.uniform(0.6, 0.98) for _ in range(6)]
    rates = [math.prod(falls[:i]) * 100 for i in range(7)]
    return swept([1, 2, 4, 8, 16, 32, 64], rates, name=f"made up {seed}")


def sweeps(count, start=0):
    return Sweeps(tuple(made_up(seed) for seed in range(start, start + count)), "made-up.csv", "a" * 64)


@pytest.mark.parametrize(("need", "expected"), [(100, 0), (50, 0.5), (25, 1), (200, -0.5), (12.5, 1.5)])
def test_the_score_is_logarithmic_from_estimate_to_commitment(need, expected):
    assert score(point(need)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("confidence", "count", "rank"),
    [
        (0.90, 19, 18),  # 0.90 x 20 = 18
        (0.95, 19, 19),  # 0.95 x 20 = 19, which float noise must not make 20
        (0.95, 39, 38),
        (0.90, 60, 55),  # 54.9
        (0.99, 99, 99),
        (0.99, 432, 429),  # 428.67
    ],
)
def test_the_rank(confidence, count, rank):
    scores = [i / 1000 for i in range(1, count + 1)]
    random.Random(0).shuffle(scores)  # noqa: S311  # any order
    assert share_at(confidence, scores) == pytest.approx(rank / 1000)


def test_a_rank_above_the_number_of_scores_is_the_commitment():
    assert share_at(0.99, [0.1] * 98) == 1  # 98.01 -> 99


@pytest.mark.parametrize(("scores", "share"), [([-0.5] * 99, 0), ([1.5] * 99, 1)])
def test_the_share_stays_between_estimate_and_commitment(scores, share):
    assert share_at(0.95, scores) == share


def test_the_draw_rests_on_seed_and_name_alone():
    # SHA-256 of "20260720 a" by coreutils: sha256sum; its value modulo 3 picks the point.
    import hashlib  # noqa: PLC0415  # the independent road

    points = [point(100, sla) for sla in (3, 2, 1)]
    picked = int(hashlib.sha256(b"20260720 a").hexdigest(), 16) % 3
    assert SEED == 20260720
    assert drawn(points, "a") is points[picked]
    assert len({drawn(points, name).sla for name in "abcdefghij"}) > 1


def test_one_score_a_curve_whatever_the_order():
    forth, back = sweeps(30), sweeps(30)
    back = Sweeps(back.curves[::-1], back.source, back.sha256)
    one, other = (calibrated(each, "auto", ENDS, TRUTH, DAY) for each in (forth, back))
    assert one == other
    assert (one.curves, one.method, one.scheme, one.truth, one.seed) == (30, "auto", "first, last", "c x r", SEED)
    assert (one.date, one.source, one.sha256) == ("2026-11-25", "made-up.csv", "a" * 64)
    assert one.shares[0.90] <= one.shares[0.95] <= one.shares[0.99] == 1


def test_points_whose_commitment_is_the_estimate_have_no_score():
    # c x r never rises above that of the first anchor: nothing is gained between the two.
    flat = tuple(swept([1, 2, 4, 8, 16], [100, 45, 20, 9, 4], name=str(i)) for i in range(30))
    with pytest.raises(InputError, match=r"at least 20 curves .* \(got 0 in flat.csv\); measure more"):
        calibrated(Sweeps(flat, "flat.csv", "b" * 64), "auto", ENDS, TRUTH, DAY)


@pytest.mark.parametrize("count", [19, 20])
def test_twenty_curves_are_the_least(count):
    if count < 20:
        with pytest.raises(InputError, match="at least 20 curves"):
            calibrated(sweeps(count), "auto", ENDS, TRUTH, DAY)
    else:
        assert calibrated(sweeps(count), "auto", ENDS, TRUTH, DAY).curves == 20


def test_curves_that_were_not_seen_are_covered():
    """The share from 300 curves covers one drawn point of each of 1,000 others about as often as it says."""
    made = calibrated(sweeps(300), "log-c", ENDS, TRUTH, DAY)
    others = sweeps(1000, start=10_000).curves
    for confidence in (0.90, 0.95):
        level = bound(confidence, calibration=made)
        tried = [drawn(hidden_points(each, ENDS, TRUTH, "log-c", level), each.name) for each in others]
        covered = sum(each.need >= each.budget * (1 - 1e-9) for each in tried) / len(tried)
        # The standard deviation of such a share is about 2 %: four of them.
        assert covered >= confidence - 0.08
