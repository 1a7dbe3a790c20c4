"""Where one replica runs at an SLA: known points, the laws of the rule, and the oracle's second opinion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import METHODS, anchors, cases, slas
from xlsizing import Curve, InputError
from xlsizing.core.operating import operating_points, rate_at

WORKED = Curve([1, 10, 256], [215.5, 122.2, 41.8])  # T: 215.5, 1,222, 10,700.8
HUMP = Curve([1, 8, 64], [100, 80, 8])  # T: 100, 640, 512
TWO_HUMPS = Curve([1, 8, 64, 128], [100, 80, 8, 6])  # T: 100, 640, 512, 768
CLAMPED = Curve([1, 10], [100, 10])  # T: 100, 100
FLAT = Curve([1, 2, 4, 8], [100, 50, 50, 20])  # T: 100, 100, 200, 160
WITH_ETA = Curve([1, 100], [100, 50], output_tok_s=[90, 4000])  # eta: 0.9, 0.8
EASY_TPOT = Curve([1, 1024], [100, 20])  # c^0.7: 1, 128; TPOT: 10 ms, 50 ms
BELOW_ONE = Curve([0.25, 4], [100, 10])

AT_64 = 1 / (0.01 + 0.04 * 63 / 127)  # the TPOT where c^0.7 = 64 = 1 + 63 of the 127 between


class TestKnownPoints:
    @pytest.mark.parametrize(
        ("sla", "c_star", "tps", "regime"),
        [
            # the worked rows of the sizing rules, by auto since none is named
            pytest.param(20, 256, 10700.8, "below-knee-plateau", id="20"),
            pytest.param(41.8, 256, 10700.8, "below-knee-plateau", id="41.8: the last anchor is the plateau"),
            pytest.param(50, 170.2601, 8513.003, "interp", id="50"),
            pytest.param(100, 23.5805, 2358.049, "interp", id="100"),
            pytest.param(122.2, 10, 1222, "measured-anchor", id="122.2"),
            pytest.param(150, 5.7218, 858.266, "interp", id="150"),
            pytest.param(215, 1.0203, 219.355, "interp", id="215"),
            pytest.param(215.5, 1, 215.5, "measured-anchor", id="215.5"),
            pytest.param(300, 1, 215.5, "latency-tier-infeasible", id="300: holds the first anchor"),
        ],
    )
    def test_worked_rows(self, sla, c_star, tps, regime):
        point = operating_points(WORKED, sla)
        assert point.c_star == pytest.approx(c_star, abs=0.00006)
        assert point.per_replica_tps == pytest.approx(tps, abs=0.0006)
        assert (point.regime, point.feasible) == (regime, sla <= 215.5)

    @pytest.mark.parametrize(
        ("sla", "c_star", "tps", "regime"),
        [
            pytest.param(20, 256, 10700.8, "below-knee-plateau", id="20"),
            pytest.param(41.8, 256, 10700.8, "below-knee-plateau", id="41.8: the last anchor is the plateau"),
            pytest.param(50, 183.91, 9195.7, "interp", id="50"),
            pytest.param(100, 24.48, 2448.2, "interp", id="100"),
            pytest.param(122.2, 10, 1222, "measured-anchor", id="122.2"),
            pytest.param(150, 5.04, 755.3, "interp", id="150"),
            pytest.param(215, 1.01, 217.7, "interp", id="215"),
            pytest.param(215.5, 1, 215.5, "measured-anchor", id="215.5"),
            pytest.param(300, 1, 215.5, "latency-tier-infeasible", id="300: holds the first anchor"),
        ],
    )
    def test_worked_rows_by_log_c(self, sla, c_star, tps, regime):
        point = operating_points(WORKED, sla, "log-c")
        assert point.c_star == pytest.approx(c_star, abs=0.005)
        assert point.per_replica_tps == pytest.approx(tps, abs=0.05)
        assert (point.regime, point.feasible) == (regime, sla <= 215.5)

    @pytest.mark.parametrize(
        ("curve", "sla", "method", "c_star", "tps", "regime"),
        [
            pytest.param(HUMP, 8, "log-c", 8, 640, "knee-capped", id="plateau past the knee: 640 > 512"),
            pytest.param(HUMP, 20, "log-c", 8, 640, "knee-capped", id="between: 45.25 x 20, clamped to 512 < 640"),
            pytest.param(HUMP, 80, "log-c", 8, 640, "measured-anchor", id="at the knee itself"),
            pytest.param(TWO_HUMPS, 7, "log-c", 8, 640, "knee-capped", id="64 x 2^.5 x 7 = 633.6 < 640"),
            pytest.param(TWO_HUMPS, 6.5, "log-c", 64 * 2**0.75, 64 * 2**0.75 * 6.5, "interp", id="699.7 > 640"),
            pytest.param(TWO_HUMPS, 8, "log-c", 8, 640, "knee-capped", id="anchor past the knee: 640 > 512"),
            pytest.param(TWO_HUMPS, 6, "log-c", 128, 768, "below-knee-plateau", id="the second hump is higher"),
            pytest.param(CLAMPED, 50, "log-c", 10 ** (5 / 9), 100, "interp", id="3.594 x 50 = 179.7, clamped to 100"),
            pytest.param(CLAMPED, 10, "log-c", 10, 100, "below-knee-plateau", id="equal throughput is no knee"),
            pytest.param(FLAT, 50, "log-c", 4, 200, "measured-anchor", id="last of a flat"),
            pytest.param(
                FLAT, 60, "log-c", 2**0.8, 100, "interp", id="clamped before a flat: 1.741 x 60 = 104.5 > 100"
            ),
            pytest.param(FLAT, 20, "log-c", 4, 200, "knee-capped", id="after a flat: 200 > 160"),
            pytest.param(WITH_ETA, 75, "log-c", 10, 637.5, "interp", id="0.85 x 10 x 75: eta halfway in ln c"),
            pytest.param(WITH_ETA, 50, "log-c", 100, 4000, "below-knee-plateau", id="measured T, not c r"),
            pytest.param(EASY_TPOT, AT_64, "tpot", 2 ** (6 / 0.7), 2 ** (6 / 0.7) * AT_64, "interp", id="c^0.7 = 64"),
            pytest.param(EASY_TPOT, 60, "log-c", 32, 1920, "interp", id="halfway in r: sqrt 1,024"),
            pytest.param(BELOW_ONE, 55, "log-c", 1, 40, "interp", id="sqrt(0.25 x 4) = 1; 55 clamped to 40"),
            pytest.param(Curve([128], [22.78125]), 22.78125, "tpot", 128, 2916, "below-knee-plateau", id="one anchor"),
        ],
    )
    def test_by_hand(self, curve, sla, method, c_star, tps, regime):
        point = operating_points(curve, sla, method)
        assert point.c_star == pytest.approx(c_star, rel=1e-12)
        assert point.per_replica_tps == pytest.approx(tps, rel=1e-12)
        assert point.regime == regime

    @pytest.mark.parametrize(("sla", "c"), [(8, 64), (20, 8 * 8 ** (60 / 72))])
    def test_for_users_concurrency_is_not_capped_although_throughput_is(self, sla, c):
        point = operating_points(HUMP, sla, "log-c", counts_users=True)
        assert point.c_star == pytest.approx(c, rel=1e-12)
        assert point.per_replica_tps == 640  # 8 x 80, the most that was measured
        assert not point.capped

    @pytest.mark.parametrize(
        ("sla", "rate"),
        [
            pytest.param(300, 215.5, id="infeasible: the first anchor's"),
            pytest.param(100, 100, id="interp: the SLA"),
            pytest.param(122.2, 122.2, id="anchor"),
            pytest.param(20, 41.8, id="plateau: the last anchor's"),
        ],
    )
    def test_tok_s_per_user_there(self, sla, rate):
        assert operating_points(WORKED, sla).tok_s_per_user == rate

    def test_tok_s_per_user_at_a_capped_knee_is_that_of_the_knee(self):
        assert operating_points(HUMP, [8, 20]).tok_s_per_user.tolist() == [80, 80]

    @pytest.mark.parametrize(
        ("method", "flags"),
        [
            pytest.param("auto", [170, 23, 5, 1, 10, 256], id="auto: 170.26, 23.58, 5.72, 1.02"),
            pytest.param("log-c", [183, 24, 5, 1, 10, 256], id="log-c: 183.91, 24.48, 5.04, 1.01"),
        ],
    )
    def test_max_num_seqs_of_the_worked_rows(self, method, flags):
        assert operating_points(WORKED, [50, 100, 150, 215, 122.2, 20], method).max_num_seqs.tolist() == flags

    def test_max_num_seqs_forgives_noise_and_is_never_zero(self):
        # c* is 1 where r = 55 and so, up to rounding, at 55; 0.25 is below one request
        assert operating_points(BELOW_ONE, [55, 100]).max_num_seqs.tolist() == [1, 1]
        assert operating_points(Curve([7 * (1 - 1e-10)], [10]), 5).max_num_seqs == 7

    @pytest.mark.parametrize(
        ("curve", "sla", "method", "tps"),
        [
            # at c=24 by log-c: r = 122.2 - 80.4 ln(2.4)/ln(25.6) = 100.49278
            pytest.param(WORKED, 100, "log-c", 24 * 100.49278, id="interp: 24 of 24.48"),
            # at c=23 by auto, p = 0.5830093: 10^p = 3.828329, 23^p = 6.221569, 256^p = 25.352815; 1/r is 8.183306 ms at 10
            # and 23.923445 ms at 256, so at 23 it is 8.183306 + 15.740139 x 2.393240/21.524486 = 9.933403 ms
            pytest.param(WORKED, 100, "auto", 23 / 9.933403e-3, id="interp: 23 of 23.58"),
            pytest.param(WORKED, 215, "auto", 215.5, id="interp: 1 of 1.02"),
            pytest.param(WORKED, 122.2, "auto", 1222, id="anchor: the anchor"),
            pytest.param(HUMP, 8, "auto", 640, id="knee-capped: the knee"),
            pytest.param(BELOW_ONE, 100, "auto", 25, id="c* below 1: no more than at c*"),
        ],
    )
    def test_throughput_at_the_serving_flag(self, curve, sla, method, tps):
        assert operating_points(curve, sla, method).tps_at_max_num_seqs == pytest.approx(tps, rel=1e-6)


class TestTolerance:
    # An anchor meets S down to r = S(1 - 1e-9) and equals S within 1e-9 of it.
    @pytest.mark.parametrize(
        ("sla", "regime"),
        [
            (122.2 * (1 + 0.9e-9), "measured-anchor"),
            (122.2 * (1 - 0.9e-9), "measured-anchor"),
            (122.2 * (1 + 1.1e-9), "interp"),
            (122.2 * (1 - 1.1e-9), "interp"),
            (215.5 * (1 + 0.9e-9), "measured-anchor"),
            (215.5 * (1 + 1.1e-9), "latency-tier-infeasible"),
            (41.8 * (1 + 0.9e-9), "below-knee-plateau"),
            (41.8 * (1 + 1.1e-9), "interp"),
        ],
    )
    def test_around_an_anchor(self, sla, regime):
        assert operating_points(WORKED, sla).regime == regime

    def test_an_anchor_exactly_at_the_limit_meets(self):
        assert operating_points(Curve([1], [100 * (1 - 1e-9)]), 100).feasible

    @pytest.mark.parametrize(("excess", "regime"), [(0.9e-9, "below-knee-plateau"), (1.1e-9, "knee-capped")])
    def test_around_equal_throughput(self, excess, regime):
        curve = Curve([1, 2], [100, 50], output_tok_s=[100 * (1 + excess), 100])
        assert operating_points(curve, 50).regime == regime


class TestShapes:
    @pytest.mark.parametrize("shape", [(), (1,), (3,), (3, 1), (1, 3), (2, 2)])
    def test_every_array_has_the_shape_of_the_slas(self, shape):
        point = operating_points(WORKED, np.full(shape, 50.0))
        names = ("sla", "regime", "feasible", "c_star", "per_replica_tps", "tok_s_per_user", "max_num_seqs")
        more = ("tps_proven", "tps_hoped", "tps_at_max_num_seqs", "on_interpolation", "next_anchor")
        assert {np.shape(getattr(point, name)) for name in (*names, *more)} == {shape}

    @given(cases(), METHODS, st.booleans())
    def test_a_scalar_is_a_row_of_one(self, case, method, users):
        curve, sla = case[0].curve(), case[1]
        one, many = (operating_points(curve, given_sla, method, counts_users=users) for given_sla in (sla, [sla, sla]))
        for name in ("regime", "c_star", "per_replica_tps", "tok_s_per_user", "max_num_seqs", "tps_at_max_num_seqs"):
            assert getattr(many, name).tolist() == [getattr(one, name)] * 2


class TestRateAt:
    @given(anchors(), METHODS)
    def test_exact_at_the_anchors_and_held_beyond(self, given_anchors, method):
        curve = given_anchors.curve()
        how = operating_points(curve, 1.0, method).method
        c, rates = curve.concurrency, curve.tok_s_per_user
        assert rate_at(curve, c, how) == pytest.approx(rates, rel=1e-12)
        assert rate_at(curve, np.array([c[0] / 2, c[-1] * 2]), how) == pytest.approx(rates[[0, -1]], rel=1e-12)


class TestLaws:
    @given(st.data(), METHODS)
    def test_throughput_never_rises_as_the_sla_tightens(self, data, method):
        given_anchors = data.draw(anchors())
        tightening = sorted(data.draw(st.lists(slas(given_anchors), min_size=2, max_size=20)))
        point = operating_points(given_anchors.curve(), tightening, method)
        tps = point.per_replica_tps[point.feasible]
        assert (tps[1:] <= tps[:-1] * (1 + 1e-12)).all()

    @given(cases(), METHODS)
    def test_throughput_never_exceeds_what_was_measured_around(self, case, method):
        point = operating_points(case[0].curve(), case[1], method)
        assert point.tps_proven <= point.per_replica_tps <= point.tps_hoped

    @given(anchors(), METHODS)
    def test_anchors_are_reproduced_exactly_unless_a_lower_one_carries_more(self, given_anchors, method):
        curve = given_anchors.curve()
        last_of_flat = np.append(np.diff(curve.tok_s_per_user) < 0, True)
        kept = last_of_flat & (curve.per_replica_tps == curve.best_tps)
        point = operating_points(curve, curve.tok_s_per_user, method)
        assert point.per_replica_tps.tolist() == curve.best_tps[point.anchor].tolist()
        assert point.per_replica_tps[kept].tolist() == curve.per_replica_tps[kept].tolist()
        assert point.c_star[kept & ~point.capped].tolist() == curve.concurrency[kept & ~point.capped].tolist()

    @given(cases(), METHODS)
    def test_c_star_lies_between_the_anchors_around(self, case, method):
        curve = case[0].curve()
        point = operating_points(curve, case[1], method)
        low, high = curve.concurrency[point.anchor], curve.concurrency[point.next_anchor]
        assert point.capped or low <= point.c_star <= high

    @given(cases(), METHODS)
    def test_requests_that_run_at_once_lie_between_those_of_the_anchors_around(self, case, method):
        point = operating_points(case[0].curve(), case[1], method, counts_users=True)
        assert point.held_proven <= point.c_star <= point.held_hoped

    @given(cases(), METHODS)
    def test_held_to_the_flag_a_replica_carries_no_more(self, case, method):
        point = operating_points(case[0].curve(), case[1], method)
        assert 0 < point.tps_at_max_num_seqs <= point.per_replica_tps


class TestAgainstTheOracle:
    @settings(max_examples=300)
    @given(cases(), METHODS)
    def test_tokens(self, case, method):
        point, row = operating_points(case[0].curve(), case[1], method), case[0].points()
        row = oracle.row_for_tokens(row, case[1], 1.0, method=method)
        assert (point.regime, point.feasible) == (row.regime, row.feasible)
        found = (point.c_star, point.per_replica_tps, point.tok_s_per_user)
        assert found == pytest.approx((row.c_star, row.tps, row.tok_s_per_user), rel=1e-9)
        assert point.max_num_seqs == row.max_num_seqs

    @settings(max_examples=200)
    @given(cases(), METHODS)
    def test_users(self, case, method):
        point, row = operating_points(case[0].curve(), case[1], method, counts_users=True), case[0].points()
        row = oracle.row_for_users(row, case[1], 1.0, method=method)
        assert (point.regime, point.feasible) == (row.regime, row.feasible)
        found = (point.c_star, point.per_replica_tps, point.tok_s_per_user)
        assert found == pytest.approx((row.c_star, row.tps, row.tok_s_per_user), rel=1e-9)


class TestRefusals:
    @pytest.mark.parametrize(
        ("sla", "expected"),
        [
            (0, "sla must be above 0 (got 0)"),
            ([50, -1], "sla must be above 0 (got -1 in element 2)"),
            ("fast", "sla must be a number (got 'fast')"),
            (None, "sla must be a number (got a blank)"),
        ],
    )
    def test_of_slas(self, sla, expected):
        with pytest.raises(InputError) as caught:
            operating_points(WORKED, sla)
        assert str(caught.value) == expected

    def test_of_methods(self):
        with pytest.raises(InputError, match=r"^method must be \"auto\", \"log-c\" or \"tpot\" \(got 'cubic'\)$"):
            operating_points(WORKED, 50, "cubic")

    @pytest.mark.parametrize("method", ["auto", "log-c", "tpot"])
    @pytest.mark.parametrize("sla", [101.0, 1e6, [1e15, 100.0]])
    def test_an_sla_far_above_a_measured_curve_is_quietly_infeasible(self, sla, method):
        curve = Curve([1, 2], [100, 99.99], output_tok_s=[100, 199])
        assert np.ravel(operating_points(curve, sla, method).feasible)[0] == np.False_
