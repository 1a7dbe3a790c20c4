"""Limits on waiting beside the SLA: by hand, by laws, and against the oracle."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import METHODS, anchors, slas
from xlsizing import Curve, CurveError, Demand, InputError, Limits, size
from xlsizing.context.context import Context
from xlsizing.core.limits import BINDINGS, WAITS, waits_of

C, R, TTFT = [1, 10, 64, 256], [215.5, 122.2, 70, 41.8], [0.1, 0.18, 0.9, 1.9]
CURVE = Curve(C, R, ttft_s=TTFT)
THREE_MILLION = Demand.tpm(3e6)
TTFT_WAIT, TTFO_WAIT, E2E_WAIT = WAITS


def sized(sla, curve=CURVE, demand=THREE_MILLION, *, method="auto", **limits):
    """Return the rows of the worked curve: 4 GPUs a pod, util 0.70."""
    return size(curve, sla, demand, gpus_per_pod=4, method=method, limits=Limits(**limits)).rows()


class TestByHand:
    def test_a_limit_that_equals_an_anchor_gives_that_anchor(self):
        # 0.9 s at c=64, which carries 64 x 70 = 4,480 tok/s; 50,000/(4,480 x 0.7) = 15.94: 16 pods, all that is measured
        (row,) = sized(40, ttft_s=0.9)
        assert (row.regime, row.binding, row.c_star, row.tok_s_per_user) == ("measured-anchor", "TTFT", 64, 70)
        assert (row.pods, row.pods_low, row.pods_budget, row.pods_high, row.gpus_high) == (16, 16, 16, 16, 64)
        assert (row.ttft_s, row.ttft_s_commit, row.ttft_limit_s) == (0.9, 0.9, 0.9)

    def test_between_anchors_the_wait_is_linear_in_ln_c(self):
        # 1.2 s is 0.3 of the way from 0.9 to 1.9: c* = 64 x 4^0.3 = 97.00586; by log-c r = 70 - 0.3 x 28.2 = 61.54,
        # T = 5,969.74; 50,000/(5,969.74 x 0.7) = 11.97: 12 pods; commit at c=64: 16; low at c=256: 6.68
        (row,) = sized(40, ttft_s=1.2, method="log-c")
        assert row.c_star == pytest.approx(97.00586, abs=1e-5)
        assert row.tok_s_per_user == pytest.approx(61.54)
        assert (row.binding, row.pods, row.pods_low, row.pods_high) == ("TTFT", 12, 7, 16)
        assert (row.ttft_s, row.ttft_s_commit) == (pytest.approx(1.2), 0.9)

    def test_the_sla_binds_where_it_is_reached_first(self):
        # the worked row at 100 tok/s/user with log-c: 10 exp(22.2/52.2 ln 6.4) = 22.02; TTFT there 0.4862
        (row,) = sized(100, ttft_s=0.5, method="log-c")
        assert (row.binding, row.tok_s_per_user) == ("tok/s/user", 100)
        assert row.c_star == pytest.approx(10 * 6.4 ** (22.2 / 52.2))
        assert row.ttft_s == pytest.approx(0.18 + 0.72 * 22.2 / 52.2)

    def test_a_wait_that_falls_counts_as_the_longest_before_it(self):
        # 0.5 at c=8, then 0.3: neither 16 nor 32 is within 0.4 s, for c=8 is not
        curve = Curve([1, 8, 16, 32], [100, 80, 60, 40], ttft_s=[0.1, 0.5, 0.3, 0.6])
        assert waits_of(curve, TTFT_WAIT).tolist() == [0.1, 0.5, 0.5, 0.6]
        (row,) = sized(30, curve, ttft_s=0.4)
        assert (row.binding, row.c_star, row.ttft_s_commit) == ("TTFT", pytest.approx(8**0.75), 0.1)
        (row,) = sized(30, curve, ttft_s=0.5)
        assert (row.regime, row.c_star, row.ttft_s) == ("measured-anchor", 16, 0.5)

    def test_the_last_point_binds_where_all_is_met_and_the_knee_past_it(self):
        assert [row.binding for row in sized([40, 40], ttft_s=[2, None])] == ["last point", "last point"]
        hump = Curve([1, 8, 64], [100, 80, 8], ttft_s=[0.1, 0.2, 5])  # T: 100, 640, 512
        (row,) = sized(5, hump, ttft_s=10)
        assert (row.regime, row.binding, row.c_star, row.ttft_s) == ("knee-capped", "knee", 8, 0.2)

    def test_the_answer_as_a_whole(self):
        # 1,000 tokens: 0.1 + 999/215.5 = 4.74, 0.18 + 999/122.2 = 8.36, 0.9 + 999/70 = 15.17, 1.9 + 999/41.8 = 25.80
        (row,) = sized(10, e2e_s=15.171428571428571, output_tokens=1000)
        assert (row.binding, row.regime, row.c_star) == ("e2e", "measured-anchor", 64)
        (row,) = sized(10, e2e_s=20, output_tokens=1000, method="log-c")
        share = (20 - 15.171428571428571) / (1.9 + 999 / 41.8 - 15.171428571428571)
        assert row.c_star == pytest.approx(64 * 4**share)
        assert (row.e2e_s, row.e2e_s_commit) == (pytest.approx(20), pytest.approx(15.171428571428571))

    def test_the_first_token_of_the_answer_where_that_is_limited(self):
        curve = Curve(C, R, ttft_s=TTFT, ttfo_s=[2, 3, 6, 12])
        rows = sized([40, 40], curve, ttft_s=[0.9, None], ttfo_s=[3, 6])
        assert [(row.binding, row.c_star) for row in rows] == [("TTFO", 10), ("TTFO", 64)]
        assert [(row.ttft_s, row.ttfo_s) for row in rows] == [(0.18, 3), (0.9, 6)]

    def test_users_are_held_at_the_least_of_the_concurrencies(self):
        # 500 users at 64 a pod: 500/(64 x 0.7) = 11.16
        (row,) = sized(40, demand=Demand.users(500), ttft_s=0.9)
        assert (row.c_star, row.pods, row.pods_high, row.ttft_s) == (64, 12, 12, 0.9)

    def test_without_a_limit_the_waits_are_told_all_the_same(self):
        (row,) = sized(100, method="log-c")
        assert row.ttft_s == pytest.approx(0.18 + 0.72 * 22.2 / 52.2)
        assert (row.ttft_s_commit, row.ttft_limit_s, row.ttfo_s, row.e2e_s) == (0.18, None, None, None)

    def test_the_answer_as_a_whole_is_told_where_its_length_is_known(self):
        result = size(CURVE, 70, Demand.rps(10, osl=701), gpus_per_pod=1)
        assert result.rows()[0].e2e_s == pytest.approx(0.9 + 700 / 70)
        of_curve = CURVE.with_context(Context(osl=141))
        assert size(of_curve, 70, THREE_MILLION, gpus_per_pod=1).rows()[0].e2e_s == pytest.approx(0.9 + 140 / 70)


class TestBudget:
    def test_no_claim_where_the_next_anchor_fails_whichever_side_binds(self):
        words = "the next anchor fails a limit on waiting"
        rows = sized([100, 40, 100], ttft_s=[0.5, 1.2, 0.9])
        assert [row.binding for row in rows] == ["tok/s/user", "TTFT", "tok/s/user"]
        assert [row.budget_claim for row in rows] == [words, words, None]
        assert [row.pods_budget == row.pods_high for row in rows] == [True, True, False]

    def test_short_answers_that_are_waited_for_carry_no_claim(self):
        (row,) = sized(100, e2e_s=60, output_tokens=128)
        assert (row.budget_claim, row.pods_budget) == ("outputs up to 256 tokens, and output tok/s not measured", 59)


class TestUnmet:
    @pytest.mark.parametrize(
        ("sla", "limits", "reason"),
        [
            (
                40,
                {"ttft_s": 0.05},
                "at the first measured point, c=1, TTFT is 0.1 s, 2 times that; relax the limit or take a faster model",
            ),
            (
                300,
                {"ttft_s": 2},
                "the fastest measured point is 215.5 at c=1; relax the SLA or take a faster model",
            ),
            (
                300,
                {"ttft_s": 0.04},
                (
                    "the fastest measured point is 215.5 at c=1; relax the SLA or take a faster model; "
                    "at the first measured point, c=1, TTFT is 0.1 s, 2.5 times that; relax the limit or take a faster model"
                ),
            ),
        ],
    )
    def test_the_reason_says_which_side_fails_and_by_how_much(self, sla, limits, reason):
        (row,) = sized(sla, **limits)
        assert (row.feasible, row.binding, row.gpus_high, row.reason) == (False, None, None, reason)

    def test_a_row_without_a_limit_beside_one_with_it(self):
        rows = sized([300, 40], ttft_s=[None, 1])
        assert rows[0].reason == "the fastest measured point is 215.5 at c=1; relax the SLA or take a faster model"

    def test_a_curve_that_starts_late_may_hold_better_points(self):
        (row,) = sized(40, Curve([4, 8], [90, 80], ttft_s=[0.2, 0.4]), ttft_s=0.1)
        assert row.reason == (
            "at the first measured point, c=4, TTFT is 0.2 s, 2 times that; "
            "concurrency below 4 was not measured: measure c=1 or relax the limit"
        )
        assert row.measure_next == 1

    def test_a_near_miss_is_told_from_a_hit(self):
        (row,) = sized(40, ttft_s=0.09999)
        assert "0.1 s, 1.0001 times that" in row.reason

    def test_the_sentence_names_what_is_missed(self):
        points = size(CURVE, [300, 40], THREE_MILLION, gpus_per_pod=1, limits=Limits(ttft_s=0.05)).points
        assert str(points.unmet(0)).startswith("300 tok/s/user and TTFT 0.05 s cannot be met: ")
        assert str(points.unmet(1)).startswith("TTFT 0.05 s cannot be met: ")


class TestRefusals:
    @pytest.mark.parametrize(
        ("limits", "sentence"),
        [
            ({"ttft_s": 0}, "ttft_s must be above 0 (got 0)"),
            ({"ttft_s": "2"}, "ttft_s must be a number (got '2')"),
            ({"ttft_s": [2, float("nan")]}, "ttft_s must be a finite number (got nan in element 2)"),
            ({"ttft_s": [1, 2], "e2e_s": [1, 2, 3]}, "ttft_s and e2e_s must have the same length"),
            ({"statistic": "p97"}, 'statistic must be "median", "mean", "p90", "p95" or "p99" (got'),
            ({"output_tokens": -1}, "output_tokens must be"),
        ],
    )
    def test_limits_that_are_none(self, limits, sentence):
        with pytest.raises(InputError) as error:
            Limits(**limits)
        assert str(error.value).startswith(sentence)

    @pytest.mark.parametrize(
        ("curve", "limits", "sentence"),
        [
            (Curve(C, R), {"ttft_s": 1}, "no TTFT known; give the TTFT, or leave the limit out"),
            (CURVE, {"ttfo_s": 1}, "no TTFO known; give the TTFO, or leave the limit out"),
            (Curve(C, R), {"e2e_s": 9, "output_tokens": 10}, "no TTFT known; give the TTFT, or leave the limit out"),
            (CURVE, {"e2e_s": 9}, "no output tokens of an answer known; give the output tokens of an answer, or"),
        ],
    )
    def test_waits_that_the_curve_does_not_tell(self, curve, limits, sentence):
        with pytest.raises(InputError) as error:
            sized(40, curve, **limits)
        name = next(iter(limits))
        assert str(error.value).startswith(f"{name} must be a limit on a wait that the curve tells: {sentence}")

    def test_answers_of_two_lengths(self):
        asked = Demand.rps([10, 20], osl=[100, 200])
        with pytest.raises(InputError, match="got 100 and 200 output tokens"):
            sized(40, demand=asked, e2e_s=9)
        with pytest.raises(InputError, match="got 100 and 300 output tokens"):
            sized(40, demand=Demand.rps(10, osl=300), e2e_s=9, output_tokens=100)
        result = size(CURVE, 40, THREE_MILLION, gpus_per_pod=1, limits=Limits(e2e_s=9, output_tokens=100))
        with pytest.raises(InputError, match="got 100 and 300 output tokens"):
            result.with_output_tokens(300)

    def test_shapes_that_do_not_broadcast(self):
        with pytest.raises(InputError, match="sla and ttft_s must have the same length"):
            sized([40, 50], ttft_s=[1, 2, 3])

    def test_an_answer_before_the_first_token(self):
        with pytest.raises(CurveError, match="TTFO must not be below TTFT: "):
            Curve(C, R, ttft_s=TTFT, ttfo_s=[0.1, 0.1, 1, 2])


@st.composite
def waiting(draw):
    """Anchors with waits of any shape, an SLA and a limit at, near and off them."""
    given_anchors = draw(anchors(at_most=8))
    rises = draw(st.lists(st.sampled_from([0.0, 0.3, 1.0, -0.2]) | st.floats(0, 5), min_size=8, max_size=8))
    seconds, wait = [], 0.1
    for rise in rises[: len(given_anchors.concurrency)]:
        wait = max(0.01, wait * (1 + rise))
        seconds.append(wait)
    limit = draw(st.sampled_from(seconds)) * draw(
        st.sampled_from([1.0, 1 + 0.9e-9, 1 - 0.9e-9, 1 - 3e-9, 0.5, 1.5]) | st.floats(0.2, 4)
    )
    return given_anchors, seconds, draw(slas(given_anchors)), limit


def by_concurrency(given_anchors, seconds):
    """Return the curve with its waits, in which `seconds` are by rising concurrency."""
    order = np.argsort(given_anchors.concurrency, kind="stable")
    columns = (given_anchors.concurrency, given_anchors.tok_s_per_user, given_anchors.output_tok_s)
    c, r, t = (None if column is None else np.array(column)[order] for column in columns)
    return Curve(c, r, output_tok_s=t, ttft_s=seconds)


class TestLaws:
    @settings(max_examples=300)
    @given(waiting(), METHODS)
    def test_against_the_oracle(self, case, method):
        given_anchors, seconds, sla, limit = case
        curve = by_concurrency(given_anchors, seconds)
        point = size(curve, sla, Demand.users(1), gpus_per_pod=1, method=method, limits=Limits(ttft_s=limit)).points
        agrees(point, given_anchors.points(), seconds, sla, limit, method)

    @given(waiting(), METHODS, st.floats(1, 3), st.floats(1, 3))
    def test_looser_never_needs_more(self, case, method, faster, longer):
        given_anchors, seconds, sla, limit = case
        curve = by_concurrency(given_anchors, seconds)
        limits = Limits(ttft_s=[limit, limit * longer, limit, limit * longer])
        points = [sla, sla, sla / faster, sla / faster]
        result = size(curve, points, Demand.tok_s(1e5), gpus_per_pod=1, method=method, limits=limits)
        met = result.feasible
        for tight, loose in ((0, 1), (0, 2), (1, 3), (2, 3), (0, 3)):
            if met[tight]:
                assert met[loose]
                for name in ("pods", "pods_low", "pods_budget", "pods_high"):
                    assert getattr(result, name)[tight] >= getattr(result, name)[loose], name

    @given(waiting(), METHODS)
    def test_the_commitment_rests_on_a_point_that_meets_both(self, case, method):
        given_anchors, seconds, sla, limit = case
        curve = by_concurrency(given_anchors, seconds)
        result = size(curve, sla, Demand.tok_s(1e5), gpus_per_pod=1, method=method, limits=Limits(ttft_s=limit))
        if result.feasible:
            at = curve.concurrency.tolist().index(result.c_commit)
            assert curve.tok_s_per_user[at] >= sla * (1 - 1.1e-9)
            assert waits_of(curve, TTFT_WAIT)[at] <= limit * (1 + 1.1e-9)
            assert result.wait(TTFT_WAIT) <= limit * (1 + 1.1e-9)
            assert result.tok_s_per_user >= sla * (1 - 1.1e-9)
            assert result.pods_low <= result.pods <= result.pods_budget <= result.pods_high

    @given(waiting(), METHODS)
    def test_a_limit_that_all_anchors_meet_changes_nothing(self, case, method):
        given_anchors, seconds, sla, _ = case
        curve = by_concurrency(given_anchors, seconds)
        without, within = (
            size(curve, [sla], Demand.tok_s(1e5), gpus_per_pod=1, method=method, limits=limits)
            for limits in (Limits(), Limits(ttft_s=10 * max(seconds)))
        )
        for name in ("pods", "pods_low", "pods_budget", "pods_high", "c_star", "per_replica_tps", "regime", "binding"):
            np.testing.assert_array_equal(getattr(without, name), getattr(within, name))


def agrees(point, curve, seconds, sla, limit, method):
    """Assert that an operating point is that of the oracle."""
    at, rate, binding = oracle.place_within(curve, sla, [oracle.Wait("TTFT", seconds, limit)], method)
    assert point.feasible == (at.case != "latency-tier-infeasible")
    if not point.feasible:
        return
    best = max(each.t for each in curve[: at.i + 1])
    own = min(at.own, curve[at.i + 1].t) if at.case == "interp" else at.own
    assert point.anchor == at.i
    assert point.tps_proven == best
    assert point.between == (at.case == "interp")
    assert point.per_replica_tps == pytest.approx(max(best, own), rel=1e-9)
    if binding == "last point" or not Fraction(best) > Fraction(own) * (1 + Fraction(2, 10**9)):
        assert point.binding in (binding, "tok/s/user" if near(at, curve, seconds, limit) else binding)
    if at.case == "interp":
        assert point.rate == pytest.approx(rate, rel=1e-9)


def near(at, curve, seconds, limit):
    """Tell whether the wait is reached so near the place that either may bind."""
    wait = oracle.Wait("TTFT", seconds, limit)
    return not wait.met(at.i + 1) and wait.reached_at(curve, at.i) == pytest.approx(at.c, rel=1e-9)


class TestManyRows:
    """Sixty thousand rows of random curves against the oracle, in arrays; more seeds are another range."""

    pytestmark = pytest.mark.slow

    @pytest.mark.parametrize("seed", range(3))
    def test_twenty_thousand(self, seed):
        random = np.random.default_rng(seed)
        for _ in range(40):
            n = int(random.integers(1, 9))
            c = np.cumprod(1 + random.uniform(0.2, 4, n))
            r = 300 * np.cumprod(random.uniform(0.4, 1, n))
            seconds = 0.1 * np.cumprod(random.choice([1.0, 1.5, 0.9, 3.0], n))
            sla = np.concatenate([random.uniform(r[-1] / 2, r[0] * 1.2, 450), random.choice(r, 50)])
            limit = np.concatenate([random.uniform(0.05, seconds.max() * 1.2, 400), random.choice(seconds, 100)])
            method = str(random.choice(["auto", "log-c", "tpot"]))
            curve, points = Curve(c, r, ttft_s=seconds), oracle.points(c.tolist(), r.tolist())
            result = size(curve, sla, Demand.tok_s(1e5), gpus_per_pod=1, method=method, limits=Limits(ttft_s=limit))
            waits = seconds.tolist()
            found = [
                oracle.place_within(points, s, [oracle.Wait("TTFT", waits, w)], method)
                for s, w in zip(sla.tolist(), limit.tolist(), strict=True)
            ]
            met = [place.case != "latency-tier-infeasible" for place, _, _ in found]
            assert result.feasible.tolist() == met
            tps = [expected_tps(points, place) for place, _, _ in found]
            np.testing.assert_allclose(result.per_replica_tps[met], np.array(tps)[met], rtol=1e-9)
            pods = [oracle.pods_for(1e5, carried, 0.7) for carried in tps]
            assert np.abs(result.pods[met] - np.array(pods)[met]).max(initial=0) == 0
            commit = [oracle.pods_for(1e5, max(p.t for p in points[: place.i + 1]), 0.7) for place, _, _ in found]
            assert result.pods_high[met].tolist() == np.array(commit)[met].tolist()


def expected_tps(points, place):
    """Return what a replica carries at a place of the oracle."""
    best = max(point.t for point in points[: place.i + 1])
    return max(best, min(place.own, points[place.i + 1].t) if place.case == "interp" else place.own)


def test_what_may_bind_has_a_name_each():
    assert BINDINGS == ("tok/s/user", "TTFT", "TTFO", "e2e", "knee", "last point")
