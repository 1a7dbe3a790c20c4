"""Hidden points: the formulas of the methods, written out again here, and small curves worked out by hand."""

import math
from collections import Counter

import pytest

from tests.accuracy.conftest import swept
from xlsizing.accuracy.measure import TRUTHS, hidden_points, measured
from xlsizing.accuracy.schemes import SCHEMES
from xlsizing.core.budget import bound

LEVEL = bound(0.95)
C_X_R, MEASURED, NOT_AT_ANCHORS = TRUTHS.values()


def at(sweep, method="log-c", scheme="first, last", truth=C_X_R):
    return hidden_points(sweep, SCHEMES[scheme], truth, method, LEVEL)


def skipped(sweep, scheme="first, last", truth="c x r"):
    (found,) = [each for each in measured([sweep], LEVEL) if (each.scheme, each.truth) == (scheme, truth)]
    return found.skipped


def by_hand(method, sla):
    """What is carried between the anchors c=1 at 100 and c=16 at 30, by the closed forms."""
    if method == "log-c":
        return 16 ** ((100 - sla) / 70) * sla
    p = 0.7 if method == "tpot" else 0.4 + 0.8 * math.log(100 / 30) / math.log(16)
    share = (1 / sla - 1 / 100) / (1 / 30 - 1 / 100)
    return (1 + share * (16**p - 1)) ** (1 / p) * sla


@pytest.mark.parametrize("method", ["auto", "log-c", "tpot"])
def test_each_hidden_point_is_sized_at_its_own_rate(five, method):
    points = at(five, method)
    assert [(point.sla, point.need, point.commit, point.gap) for point in points] == [
        (90, 180, 100, 16), (70, 280, 100, 16), (50, 400, 100, 16),
    ]  # fmt: skip
    estimates = [by_hand(method, sla) for sla in (90, 70, 50)]
    assert [point.estimate for point in points] == pytest.approx(estimates, rel=1e-12)
    assert [point.budget for point in points] == pytest.approx([t**0.45 * 100**0.55 for t in estimates], rel=1e-12)


def test_the_need_is_the_most_up_to_there():
    # Past the knee: c=4 carries 80, c=2 carried 180 and meets 20 as well.
    points = at(swept([1, 2, 4, 8, 16], [100, 90, 20, 15, 10]))
    assert [point.need for point in points] == [180, 180, 180]


def test_a_narrow_bracket_gives_the_commitment():
    # Anchors c=1 at 100 and c=1.24 at 99.5: the bracket holds at most 1.2338 times what was measured, below 1.25.
    sweep = swept([1, 1.05, 1.1, 1.15, 1.24], [100, 99.9, 99.8, 99.7, 99.5])
    assert [point.budget for point in at(sweep)] == [100, 100, 100]


def test_rates_that_are_crossed_more_than_once_do_not_count():
    sweep = swept([1, 2, 4, 8, 16], [100, 60, 80, 40, 20])  # 60 and 80 lie on the way up and down again
    assert [point.sla for point in at(sweep)] == [40]
    assert skipped(sweep) == Counter({"points: the curve crosses their rate more than once": 2})


def test_equal_rates_are_no_single_crossing():
    assert [point.sla for point in at(swept([1, 2, 4, 8, 16], [100, 60, 60, 40, 20]))] == [40]


def test_anchors_that_rise_are_passed_over_even_within_noise():
    sweep = swept([1, 2, 4, 8, 16], [100, 60, 60.1, 40, 20])
    assert [point.sla for point in at(sweep, scheme="leave one out")] == []
    assert skipped(sweep, "leave one out") == Counter(
        {
            "points: tok/s/user rises among the anchors kept": 1,  # without c=8
            "points: the curve crosses their rate more than once": 2,
        }
    )


@pytest.mark.parametrize(
    ("sweep", "scheme", "reason"),
    [
        (swept([1, 2, 4, 8], [9, 8, 7, 6]), "first, last", "curves: fewer than 5 points"),
        (swept([1, 2, 2, 4, 8], [9, 8, 8, 7, 6]), "first, last", "curves: a concurrency stands there twice"),
        (swept([1, 2, 4, 8, 16], [9, 8, 7, 6, 5]), "first, ~10, last", "curves: not measured from c <= 8 to c >= 32"),
        (swept([1, 2, 4, 8, 16], [9, 8, 7, 6, 5]), "five geometric", "curves: no point is left to hide"),
    ],
)
def test_curves_that_do_not_count(sweep, scheme, reason):
    assert at(sweep, scheme=scheme) == []
    assert skipped(sweep, scheme) == Counter({reason: 1})


class TestMeasuredThroughput:
    # 0.9 of c x r everywhere.
    SWEEP = swept([1, 2, 4, 8, 16], [100, 90, 70, 50, 30], [90, 162, 252, 360, 432])

    def test_known_at_the_anchors(self):
        points = at(self.SWEEP, truth=MEASURED)
        assert [point.need for point in points] == [162, 252, 360]
        assert [point.estimate for point in points] == pytest.approx([0.9 * by_hand("log-c", s) for s in (90, 70, 50)])
        assert {point.commit for point in points} == {90}

    def test_not_known_there(self):
        points = at(self.SWEEP, truth=NOT_AT_ANCHORS)
        assert [point.need for point in points] == [162, 252, 360]
        assert [point.estimate for point in points] == pytest.approx([by_hand("log-c", s) for s in (90, 70, 50)])
        assert {point.commit for point in points} == {100}

    def test_a_curve_without_it_does_not_count(self, five):
        assert skipped(five, truth="measured") == Counter({"curves: no output tok/s at every point": 1})

    def test_anchors_that_contradict_it_are_refused(self):
        sweep = swept([1, 2, 4, 8, 16], [100, 90, 70, 50, 30], [90, 162, 252, 360, 600])
        (reason, count), *rest = skipped(sweep, truth="measured").items()
        assert (reason.startswith("points: anchors refused, output tok/s must not exceed"), count, rest) == (
            True,
            3,
            [],
        )

    def test_throughput_that_was_worked_out_is_none(self):
        rates = [100, 90, 70, 50, 30, 20]
        sweep = swept([1, 2, 4, 8, 16, 32], rates, [90, 180, 280, 400, 480, 640])
        reason = "points: output tok/s of the anchors is c x tok/s/user, not measured"
        assert skipped(sweep, "every second", "measured")[reason] == 2


def test_progress_is_told(five):
    told = []
    measured([five, five], LEVEL, lambda done, whole: told.append((done, whole)))
    assert told == [(1, 2), (2, 2)]
