"""A curve is valid or it is refused: what it holds, what it notes, and the whole sentence of each refusal."""

import pickle
import re
from decimal import Decimal
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests import oracle
from tests.strategies import anchors
from xlsizing import Curve, CurveError, InputError
from xlsizing.context.context import Context
from xlsizing.core.interpolation import interpolation

OVERSTATED = (
    "No output throughput was measured: tok/s per pod is c x tok/s/user, which in public sweeps overstated the "
    "measured figure by 2.5 % to 5.8 % (median, by token lengths), 19 % at p90, and 34 % to 560 % for 128-token "
    "outputs; with real throughput below it, more GPUs are needed than shown."
)


def refusal(*columns, **options):
    """Return the error with which a curve of these columns is refused."""
    with pytest.raises(CurveError) as caught:
        Curve(*columns, **options)
    return caught.value


class TestCurve:
    def test_columns_are_sorted_together(self):
        curve = Curve([256, 1, 10], [41.8, 215.5, 122.2], output_tok_s=[9000, 200, 1200], ttft_s=[3.0, 0.1, 0.5])
        assert curve.concurrency.tolist() == [1, 10, 256]
        assert curve.tok_s_per_user.tolist() == [215.5, 122.2, 41.8]
        assert curve.output_tok_s.tolist() == curve.per_replica_tps.tolist() == [200, 1200, 9000]
        assert curve.ttft_s.tolist() == [0.1, 0.5, 3.0]

    def test_without_measured_throughput_c_times_r_stands_in(self):
        # 1 x 215.5, 10 x 122.2, 256 x 41.8
        curve = Curve([1, 10, 256], [215.5, 122.2, 41.8])
        assert curve.per_replica_tps == pytest.approx([215.5, 1222.0, 10700.8], rel=1e-15)
        assert curve.eta.tolist() == [1.0, 1.0, 1.0]
        assert not curve.measured_throughput

    def test_eta_is_throughput_over_c_times_r(self):
        # 90/(1 x 100), 4,000/(100 x 50)
        curve = Curve([1, 100], [100, 50], output_tok_s=[90, 4000])
        assert curve.eta == pytest.approx([0.9, 0.8], rel=1e-15)
        assert curve.measured_throughput

    def test_best_so_far_and_where_it_was_reached(self):
        # T: 100, 640(1 - 1e-10), 512, 640, 768; within 1e-9 of the best counts as the best.
        curve = Curve([1, 8, 64, 80, 128], [100, 80 - 80e-10, 8, 8, 6])
        assert curve.best_tps == pytest.approx([100, 640, 640, 640, 768], rel=1e-9)
        assert curve.knee_anchor.tolist() == [0, 1, 1, 1, 4]

    def test_noise_that_rises_becomes_the_running_minimum(self):
        # 100(1 + 5e-10) rises by less than 1e-9 of the point before it, and 90 after it by nothing.
        curve = Curve([1, 2, 4], [100, 100 * (1 + 5e-10), 90])
        assert curve.tok_s_per_user.tolist() == [100, 100, 90]

    @pytest.mark.parametrize(
        ("concurrency", "rates"),
        [
            pytest.param(8, 100, id="numbers"),
            pytest.param([Decimal(8)], (Decimal(100),), id="currency-cells"),
            pytest.param(pd.Series([8], index=[3]), np.array([100]), id="series-and-array"),
        ],
    )
    def test_one_anchor_in_any_clothes(self, concurrency, rates):
        curve = Curve(concurrency, rates)
        assert (len(curve), curve.concurrency[0], curve.tok_s_per_user[0]) == (1, 8.0, 100.0)

    def test_columns_are_copies_that_cannot_be_written(self):
        rates = np.array([100.0, 50.0])
        curve = Curve([1, 2], rates)
        rates[0] = 1.0
        assert curve.tok_s_per_user[0] == 100
        with pytest.raises(ValueError, match="read-only"):
            curve.tok_s_per_user[0] = 1.0

    def test_repr_gives_the_curve_again(self):
        text = "Curve(concurrency=[1, 8], tok_s_per_user=[100, 50], output_tok_s=[90, 380], ttft_s=[0.1, 0.5])"
        assert repr(eval(text, {"Curve": Curve})) == text  # noqa: S307  # our own text

    def test_context_travels(self):
        context = Context(hardware="GB300")
        curve = Curve([1], [100], context=context)
        assert curve.context is context
        assert curve.with_context(None).context is None
        assert curve.context is context

    def test_anything_else_is_no_context(self):
        expected = "context must be a Context (got 'GB300'); build one with Context.from_mapping"
        with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
            Curve([1], [100], context="GB300")
        with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
            Curve([1], [100]).with_context("GB300")

    def test_the_fastest_point_is_the_first(self):
        curve = Curve([256, 8], [41.8, 130.0])
        assert (curve.fastest, curve.lowest_concurrency) == (130.0, 8.0)

    def test_brackets_are_worked_out_once_a_method(self):
        curve = Curve([1, 8], [100, 50])
        assert curve.brackets(interpolation("tpot")) is curve.brackets(interpolation("tpot"))
        assert curve.brackets(interpolation("tpot")) is not curve.brackets(interpolation("log-c"))

    @given(anchors(), st.randoms())
    def test_the_order_of_anchors_is_irrelevant(self, given_anchors, random):
        order = random.sample(range(len(given_anchors.concurrency)), len(given_anchors.concurrency))
        assert repr(given_anchors.ordered(order).curve()) == repr(given_anchors.curve())

    @given(anchors())
    def test_the_same_points_as_the_oracle(self, given_anchors):
        curve, points = given_anchors.curve(), given_anchors.points()
        assert curve.concurrency.tolist() == [point.c for point in points]
        assert curve.tok_s_per_user.tolist() == [point.r for point in points]
        assert curve.per_replica_tps.tolist() == [point.t for point in points]

    @given(anchors())
    def test_survives_pickling(self, given_anchors):
        curve = given_anchors.curve()
        assert repr(pickle.loads(pickle.dumps(curve))) == repr(curve)  # noqa: S301  # our own bytes


class TestNotes:
    def test_unmeasured_throughput_overstates(self):
        assert Curve([1, 5], [100, 50]).notes == (OVERSTATED,)

    @pytest.mark.parametrize(
        ("output", "notes"),
        [
            pytest.param([100, 160], (), id="0.8-is-not-below-0.8"),
            pytest.param(
                [79, 200],
                (
                    (
                        "Measured output throughput at c=1 is 79% of c x tok/s/user (below 80%): "
                        "the client never reached that concurrency, or requests queued."
                    ),
                ),
                id="0.79",
            ),
        ],
    )
    def test_littles_law(self, output, notes):
        # eta at c=1: T/100; at c=4: T/(4 x 50)
        assert Curve([1, 4], [100, 50], output_tok_s=output).notes == notes

    @pytest.mark.parametrize("c", range(1, 40))
    def test_littles_law_forgives_noise(self, c):
        # 0.8 as a product falls below 0.8 in floating point for about a fifth of these
        assert Curve([c], [70.1], output_tok_s=[0.8 * c * 70.1]).notes == ()

    def test_wide_gaps_are_named(self):
        # 256/10 = 25.6; 10/2 = 5 is not above 5
        notes = Curve([2, 10, 256], [200, 100, 50], output_tok_s=[400, 990, 12800]).notes
        assert notes == (
            (
                "Anchors c=10 and c=256 are 25.6x apart (more than 5x): figures between them rest on interpolation "
                "over a wide gap; measure a point between."
            ),
        )

    def test_pooling_is_recorded(self):
        # 100 and 101 become 100.5: 100 moves by 0.50 %
        notes = Curve([1, 2], [100, 101], output_tok_s=[100, 200], pool_rises=0.02).notes
        assert notes == (
            (
                "Rises of tok/s/user were pooled (isotonic regression), moving a point by up to 0.50%; "
                "rows stay DRAFT until the points are measured again."
            ),
        )


class TestPooling:
    # Unweighted isotonic regression: the rates that rise are replaced by their mean, block by block.
    @pytest.mark.parametrize(
        ("rates", "pooled"),
        [
            pytest.param([100, 102], [101, 101], id="two"),
            pytest.param([100, 90, 92, 80], [100, 91, 91, 80], id="inside"),
            pytest.param([100, 101, 102], [101, 101, 101], id="three"),
            pytest.param([90, 88, 95], [91, 91, 91], id="back-to-the-first: (88+95)/2 = 91.5 > 90"),
            pytest.param([100, 101, 50, 51], [100.5, 100.5, 50.5, 50.5], id="two-blocks"),
            pytest.param([100, 90, 80], [100, 90, 80], id="nothing-rises"),
        ],
    )
    def test_known_blocks(self, rates, pooled):
        curve = Curve([2.0**i for i in range(len(rates))], rates, pool_rises=0.1)
        assert curve.tok_s_per_user == pytest.approx(pooled, rel=1e-15)

    @pytest.mark.parametrize("asked", [{}, {"pool_rises": 0.9}])
    @pytest.mark.parametrize("rise", [2e-9, 1e-6, 0.0005, 0.005])
    def test_noise_is_pooled_by_itself(self, rise, asked):
        curve = Curve([16, 32, 64], [95, 88, 88 * (1 + rise)], **asked)
        assert curve.tok_s_per_user.tolist() == pytest.approx([95, 88 * (1 + rise / 2), 88 * (1 + rise / 2)], rel=1e-15)
        assert curve.noise_share == pytest.approx(rise / 2, rel=0.01)
        assert (curve.pooled_share, curve.measured_tok_s_per_user[2]) == (None, 88 * (1 + rise))
        assert any("pooled as noise" in note for note in curve.notes)

    def test_less_pooling_than_noise_may_be_asked_for(self):
        assert refusal([16, 32], [88, 88.4], pool_rises=0.001).name == "pool_rises"

    def test_the_largest_move_is_kept(self):
        assert Curve([1, 2], [100, 102], pool_rises=0.02).pooled_share == pytest.approx(0.01, rel=1e-12)
        assert Curve([1, 2], [100, 90], pool_rises=0.02).pooled_share is None

    def test_a_move_of_exactly_the_limit_is_allowed(self):
        # 101/100 - 1 is 0.010000000000000009 in floating point
        assert Curve([1, 2], [100, 102], pool_rises=0.01).tok_s_per_user.tolist() == [101, 101]

    def test_throughput_is_checked_against_the_rates_as_measured(self):
        # 210 is 1.05 x 2 x 100 and allowed, although pooling lowers that 100 to 99 (and raises 98 to 99)
        curve = Curve([2, 1], [100, 98], output_tok_s=[210, 101.92], pool_rises=0.02)
        assert curve.eta == pytest.approx([101.92 / 99, 210 / 198], rel=1e-15)

    @given(st.lists(st.floats(100.0, 1000.0), min_size=1, max_size=20))
    def test_as_the_oracle(self, rates):
        expected = oracle.pooled(rates)
        assume(max(abs(new / old - 1) for new, old in zip(expected, rates, strict=True)) <= 1)
        curve = Curve(range(1, len(rates) + 1), rates, pool_rises=1)
        assert curve.tok_s_per_user == pytest.approx(expected, rel=1e-9)


class TestThroughput:
    @pytest.mark.parametrize("factor", [2, 4, 8, 16])
    def test_that_of_one_gpu_is_refused(self, factor):
        # 0.8 and 1.05 of c r, over the factor, are the ends of what looks like one GPU's
        columns = [8, 64], [100, 50]
        error = refusal(*columns, output_tok_s=[800 * 0.8 / factor, 3200 * 1.05 / factor])
        assert str(error) == (
            f"output tok/s must be that of the whole replica: {factor} times it is 80% to 105% of c x tok/s/user at "
            "every anchor; column 3 looks like tok/s per GPU; multiply by GPUs per replica, or state that it is per "
            "replica after all with throughput_per_replica (element 1)"
        )

    @pytest.mark.parametrize("etas", [[0.4, 0.53], [0.39, 0.5], [0.7, 0.5], [0.5, 1.0]])
    def test_that_of_a_replica_is_not(self, etas):
        assert Curve([8, 64], [100, 50], output_tok_s=[800 * etas[0], 3200 * etas[1]]).measured_throughput

    def test_one_point_alone_tells_nothing(self):
        assert Curve([8], [100], output_tok_s=[400]).measured_throughput

    def test_it_may_be_stated_to_be_per_replica_after_all(self):
        curve = Curve([8, 64], [100, 50], output_tok_s=[400, 1600], throughput_per_replica=True)
        assert curve.per_replica_tps.tolist() == [400, 1600]
        with pytest.raises(InputError, match=r"^throughput_per_replica must be True or False"):
            Curve([8, 64], [100, 50], throughput_per_replica="yes")

    @pytest.mark.parametrize("etas", [[0.3, 1, 1], [1, 1.001, 0.999], [1, 1, 1]])
    def test_a_column_worked_out_is_treated_as_none(self, etas):
        # anchors up to c=4 do not count: there a client nearly always gets what it asks for
        c, r = [4, 8, 64], [120, 100, 50]
        curve = Curve(c, r, output_tok_s=[x * y * eta for x, y, eta in zip(c, r, etas, strict=True)])
        assert (curve.measured_throughput, curve.per_replica_tps.tolist()) == (False, [480, 800, 3200])
        assert curve.copied_throughput
        assert "worked out, not measured" in curve.notes[0]

    @pytest.mark.parametrize(("c", "etas"), [([4, 8, 64], [1, 1, 1.0011]), ([2, 4, 64], [1, 1, 1])])
    def test_a_column_that_differs_at_one_anchor_or_one_anchor_alone_is_a_measurement(self, c, etas):
        r = [120, 100, 50]
        curve = Curve(c, r, output_tok_s=[x * y * eta for x, y, eta in zip(c, r, etas, strict=True)])
        assert curve.measured_throughput


class TestTtft:
    # At c=8 and 100 tok/s/user with OSL 1,001: 1,000/100 = 10 s of decoding; T = 8 x 1,001/(0.1 + 10) = 792.9 tok/s.
    COLUMNS = ([8, 64], [100, 50])
    TPS: ClassVar = {"output_tok_s": [790, 3000]}

    def measured(self, ttft):
        return Curve(*self.COLUMNS, **self.TPS, ttft_s=ttft, context=Context.from_mapping({"osl": 1001}))

    @pytest.mark.parametrize("ttft", [[0.1, 1], [0.001, 0.001], [10, 20], [19.9, 42]])
    def test_within_three_times_it_agrees(self, ttft):
        assert self.measured(ttft).ttft_s.tolist() == ttft

    @pytest.mark.parametrize(
        ("ttft", "unit"),
        [
            ([100, 1000], "column 4 looks like milliseconds; divide by 1000"),
            ([1e5, 1e6], "column 4 looks like microseconds; divide by 1e6"),
            ([8, 90], "column 4 looks 60 times too long, as of minutes that were seconds already; divide by 60"),
        ],
    )
    def test_another_unit_is_named(self, ttft, unit):
        with pytest.raises(CurveError) as caught:
            self.measured(ttft)
        assert caught.value.name == "TTFT"
        assert unit in str(caught.value)

    def test_a_context_that_comes_later_is_held_against_the_curve_too(self):
        curve = Curve(*self.COLUMNS, **self.TPS, ttft_s=[100, 1000])
        with pytest.raises(CurveError, match="milliseconds"):
            curve.with_context(Context.from_mapping({"mean_output_tokens": 1001}))

    def test_no_unit_is_named_where_none_mends_it(self):
        # the client never held 64 requests: 64 x 1,001/(0.1 + 20) is 3,187, and 100 tok/s is 3 % of it
        curve = Curve([8, 64], [100, 50], output_tok_s=[790, 100], ttft_s=[0.1, 0.1])
        with pytest.raises(CurveError, match="contradict each other"):
            curve.with_context(Context.from_mapping({"osl": 1001}))


class TestRefusals:
    @pytest.mark.parametrize(
        ("columns", "options", "expected"),
        [
            pytest.param(
                ([10, 256], [100, 200]),
                {},
                "tok/s/user must not rise with concurrency: 100 at c=10, 200 at c=256 (+100 %), as where "
                "data-parallel ranks idle below c = DP; drop the points below c = DP, or pass pool_rises=0.5 (elements 1 and 2)",
                id="rise",
            ),
            pytest.param(
                ([256, 1, 10], [41.8, 100, 103]),
                {},
                "tok/s/user must not rise with concurrency: 100 at c=1, 103 at c=10 (+3 %); "
                "drop or re-measure a point, or pass pool_rises=0.015 (elements 2 and 3)",
                id="rise-in-unsorted-anchors-names-them-as-given",
            ),
            pytest.param(
                ([1, 2], [100, 103]),
                {"pool_rises": 0.01},
                "pool_rises must cover the largest move, 1.50% (got 0.01): 100 at c=1 would become 101.5; "
                "drop or re-measure the point",
                id="rise-beyond-pooling",
            ),
            pytest.param(
                ([8, 1, 8], [50, 100, 49]),
                {},
                "concurrency must be distinct: 8 appears twice; keep one measurement of each point (elements 1 and 3)",
                id="twice",
            ),
            pytest.param(
                ([1, 8], [100, 50]),
                {"output_tok_s": [100, 421]},
                "output tok/s must not exceed c x tok/s/user by more than 5%: 421 at c=8 where c x tok/s/user is 400; "
                "the columns contradict each other (element 2)",
                id="eta-1.0525",
            ),
            pytest.param(
                ([8, 1], [50, 100]),
                {"output_tok_s": [400, 1.9]},
                "output tok/s must be at least 2% of c x tok/s/user: 1.9 at c=1 where c x tok/s/user is 100; "
                "column 3 does not look like output tok/s (element 2)",
                id="eta-0.019",
            ),
            pytest.param(
                ([1, 8], [100]), {}, "tok/s/user must have as many values as concurrency, 2 (got 1)", id="short-rates"
            ),
            pytest.param(
                ([1, 8], [100, 50]),
                {"output_tok_s": [100]},
                "output tok/s must have as many values as concurrency, 2 (got 1)",
                id="short-throughput",
            ),
            pytest.param(
                ([1, 8], [100, 50]),
                {"ttft_s": [1, 2, 3]},
                "TTFT must have as many values as concurrency, 2 (got 3)",
                id="long-ttft",
            ),
            pytest.param(
                ([[1, 8]], [[100, 50]]), {}, "concurrency must be one column (got shape (1, 2))", id="two-dimensions"
            ),
            pytest.param(([], []), {}, "concurrency must hold at least one number (got none)", id="no-anchors"),
            pytest.param(([0, 8], [100, 50]), {}, "concurrency must be above 0 (got 0 in element 1)", id="c=0"),
            pytest.param(([1, 8], [100, -5]), {}, "tok/s/user must be above 0 (got -5 in element 2)", id="r<0"),
            pytest.param(
                ([1, 8], [100, float("nan")]), {}, "tok/s/user must be a finite number (got nan in element 2)", id="nan"
            ),
            pytest.param(
                ([1, float("inf")], [100, 50]),
                {},
                "concurrency must be a finite number (got inf in element 2)",
                id="inf",
            ),
            pytest.param(
                ([1, 8], [100, None]), {}, "tok/s/user must be a number (got a blank in element 2)", id="half-blank"
            ),
            pytest.param(
                ([1, 8], [100, "#N/A"]), {}, "tok/s/user must be a number (got '#N/A' in element 2)", id="excel-error"
            ),
            pytest.param(
                ([1, True], [100, 50]), {}, "concurrency must be a number (got TRUE in element 2)", id="boolean"
            ),
            pytest.param(
                ([1, 8], [100, 50]),
                {"output_tok_s": [100, None]},
                "output tok/s must be a number (got a blank in element 2)",
                id="throughput-for-some",
            ),
            pytest.param(
                ([1, 8], [100, 50]), {"ttft_s": [0, 1]}, "TTFT must be above 0 (got 0 in element 1)", id="ttft-0"
            ),
            pytest.param(
                ([1e16], [1]), {}, "concurrency must be from 1e-06 to 1e+15 (got 1e+16 in element 1)", id="beyond-1e15"
            ),
        ],
    )
    def test_with_one_sentence(self, columns, options, expected):
        assert str(refusal(*columns, **options)) == expected

    @pytest.mark.parametrize("rise", [0.00501, 0.01, 0.4])
    def test_a_rise_above_noise_is_refused(self, rise):
        assert refusal([1, 2], [100, 100 * (1 + rise)]).index == (0, 1)

    def test_a_rise_is_from_the_lowest_rate_before_it(self):
        # each step is below 0.5 %, 100.9 is 0.9 % above 100
        error = refusal([1, 2, 4, 8], [100, 100.4, 100.9, 50])
        assert str(error).endswith(
            "100 at c=1, 100.9 at c=4 (+0.9 %); drop or re-measure a point, or pass pool_rises=0.0047 (elements 1 and 3)"
        )

    @pytest.mark.parametrize("rates", [[100, 103], [100, 90, 95.5, 91], [3, 1, 2, 1.5, 1.9], [1, 1.9999]])
    def test_the_share_that_a_refusal_names_would_do_and_a_third_less_would_not(self, rates):
        c = range(64, 64 + len(rates))
        share = float(re.search(r"pool_rises=([0-9.]+)", str(refusal(c, rates)))[1])
        assert Curve(c, rates, pool_rises=share).pooled_share <= share * (1 + 1e-9)
        assert refusal(c, rates, pool_rises=share * 0.66).name == "pool_rises"

    def test_no_share_is_named_where_none_would_do(self):
        assert str(refusal([64, 128], [1, 9])).endswith("(+800 %); drop or re-measure a point (elements 1 and 2)")

    @pytest.mark.parametrize(("c", "named"), [([1, 8], True), ([63, 70], True), ([64, 70], False)])
    def test_a_rise_of_a_multiple_at_low_concurrency_is_named(self, c, named):
        assert ("data-parallel ranks idle" in str(refusal(c, [40, 60]))) == named
        assert "data-parallel ranks idle" not in str(refusal(c, [40, 59]))

    @pytest.mark.parametrize("eta", [0.02, 1.05])
    def test_the_limits_of_eta_are_allowed(self, eta):
        # Limits as products, which floating point may round to either side
        curve = Curve([3, 7], [70.1, 30.3], output_tok_s=[3 * 70.1 * eta, 7 * 30.3 * eta])
        assert curve.eta == pytest.approx([eta, eta], rel=1e-15)

    @pytest.mark.parametrize(
        ("pool_rises", "expected"),
        [
            (0, "pool_rises must be in (0, 1] (got 0)"),
            (2, "pool_rises must be in (0, 1] (got 2)"),
            (True, "pool_rises must be a number (got TRUE)"),
            ("2%", "pool_rises must be a number (got '2%')"),
        ],
    )
    def test_the_limit_of_pooling_is_checked_even_where_nothing_rises(self, pool_rises, expected):
        with pytest.raises(InputError) as caught:
            Curve([1, 2], [100, 90], pool_rises=pool_rises)
        assert str(caught.value) == expected
