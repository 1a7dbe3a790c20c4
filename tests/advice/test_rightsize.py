"""The tensor-parallel rule of thumb: six models worked by hand, the edges of each rule, and refusals."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsizing.advice.rightsize import (
    BYTES_PER_PARAMETER,
    EXTRAPOLATED_LABEL,
    MEASURED_LABEL,
    STATUSES,
    TP_SIZES,
    minimum_tp,
    tp_advice,
)
from xlsizing.core.limits import Limits
from xlsizing.errors import InputError


class TestKnownAnswers:
    # Room for weights on one GB300: 0.55 * 284 GB * 0.9 = 140.58 GB.
    @pytest.mark.parametrize(
        ("total", "active", "dtype", "tp", "minimum", "status", "recommended", "ratio", "label"),
        [
            # 30 B * 0.5 = 15 GB: TP1. 3.6/4 = 0.9 < 3. 3.6/6 = 0.6, below every size: 1. 4/1 = 4.
            pytest.param(30, 3.6, "nvfp4", 4, 1, "over-provisioned", 1, 4, MEASURED_LABEL, id="30B-A3.6B-TP4"),
            # 15 GB: TP1, which is the current size, so not above it.
            pytest.param(30, 3, "nvfp4", 1, 1, "right-sized", 1, 1, MEASURED_LABEL, id="30B-A3B-TP1"),
            # 40 GB: TP1. 3/4 = 0.75 < 3. 3/6 = 0.5: 1. 80 B > 40 B: extrapolated.
            pytest.param(80, 3, "nvfp4", 4, 1, "over-provisioned", 1, 4, EXTRAPOLATED_LABEL, id="80B-A3B-TP4"),
            # 59.5 GB: TP1. 13/4 = 3.25, not below 3: stays, though 13/6 = 2.17 would be TP2.
            pytest.param(119, 13, "nvfp4", 4, 1, "right-sized", 4, 1, EXTRAPOLATED_LABEL, id="119B-A13B-TP4"),
            # 236 GB: /1 = 236 > 140.58, /2 = 118: TP2. 23/4 = 5.75, not below 3: stays.
            pytest.param(236, 23, "fp8", 4, 2, "right-sized", 4, 1, EXTRAPOLATED_LABEL, id="236B-A23B-fp8-TP4"),
            # 335.5 GB: /2 = 167.75 > 140.58, /4 = 83.875: TP4, which is the current size.
            pytest.param(671, 37, "nvfp4", 4, 4, "right-sized", 4, 1, EXTRAPOLATED_LABEL, id="671B-A37B-TP4"),
        ],
    )
    def test_six_models(self, total, active, dtype, tp, minimum, status, recommended, ratio, label):
        advice = tp_advice(total, active, dtype=dtype, current_tp=tp)
        assert (advice.minimum_tp, advice.status, advice.recommended_tp) == (minimum, status, recommended)
        assert (advice.gpu_ratio, advice.gpus_saved, advice.label) == (ratio, tp - recommended, label)

    def test_the_figures_behind_it(self):
        advice = tp_advice(30, 3.6)
        assert advice.budget_gb == pytest.approx(140.58)
        assert advice.weights_gb == 15
        assert advice.active_per_gpu_b == pytest.approx(0.9)

    def test_dollars_per_replica(self):
        # 3 GPUs * 10 $/h * 730 h = 21,900; at the assumed 8.60: 3 * 6,278 = 18,834
        assert tp_advice(30, 3.6, gpu_hourly_usd=10).usd_saved_per_month == 21_900
        assumed = tp_advice(30, 3.6)
        assert assumed.usd_saved_per_month == pytest.approx(18_834)
        assert (assumed.price_assumed, tp_advice(30, 3.6, gpu_hourly_usd=8.6).price_assumed) == (True, False)

    def test_right_sized_saves_nothing(self):
        advice = tp_advice(119, 13)
        assert (advice.gpus_saved, advice.usd_saved_per_month) == (0, 0)

    def test_memory_beyond_eight_gpus_does_not_fit(self):
        # 3,000 B * 0.5 = 1,500 GB; /8 = 187.5 > 140.58
        advice = tp_advice(3000, 60, current_tp=8)
        assert (advice.status, advice.minimum_tp, advice.recommended_tp, advice.gpus_saved) == (
            "does not fit",
            None,
            None,
            None,
        )
        assert advice.verdict == (
            "The model does not fit: its 1,500.0 GB of weights are 187.5 GB per GPU at TP8, above the 140.6 GB that "
            "leave room for the KV cache."
        )

    def test_a_current_size_below_the_minimum_is_too_small(self):
        advice = tp_advice(671, 37, current_tp=2)
        assert (advice.status, advice.minimum_tp, advice.recommended_tp) == ("too small", 4, None)
        assert advice.verdict == (
            "TP2 is too small: memory needs TP4, as 167.8 GB of weights per GPU are above the 140.6 GB that leave "
            "room for the KV cache."
        )

    @pytest.mark.parametrize(
        ("arguments", "verdict"),
        [
            pytest.param(
                (30, 3.6),
                "TP4 is over-provisioned (0.90 B active parameters per GPU, below 3 B): TP1 takes 4x fewer GPUs per "
                "replica, to be sized on a curve measured at TP1.",
                id="over-provisioned",
            ),
            pytest.param(
                (119, 13),
                "TP4 is right-sized: 3.25 B active parameters per GPU, not below 3 B.",
                id="enough work per GPU",
            ),
            pytest.param((671, 37), "TP4 is right-sized: memory needs TP4.", id="memory"),
        ],
    )
    def test_verdicts(self, arguments, verdict):
        assert tp_advice(*arguments).verdict == verdict


class TestEdges:
    def test_three_active_billion_per_gpu_is_enough(self):
        # 12/4 = 3, not below 3; 11.9/4 = 2.975, below: 11.9/6 = 1.98 -> TP1
        assert tp_advice(100, 12).recommended_tp == 4
        assert tp_advice(100, 11.9).recommended_tp == 1

    def test_the_recommendation_takes_a_size_equal_to_active_over_six(self):
        # 12/6 = 2 at TP8: 12/8 = 1.5 < 3
        assert tp_advice(100, 12, current_tp=8).recommended_tp == 2

    def test_memory_wins_over_active_parameters(self):
        # 236 GB at fp8: TP2. 6/4 = 1.5 < 3; 6/6 = 1, but memory needs 2
        assert tp_advice(236, 6, dtype="fp8").recommended_tp == 2

    def test_weights_that_just_fill_the_budget_fit(self):
        # 281.16 B * 0.5 = 140.58 GB, the budget but for float noise
        assert tp_advice(281.16, 3).minimum_tp == 1
        assert tp_advice(281.17, 3).minimum_tp == 2

    @pytest.mark.parametrize(("total", "active"), [(40.001, 4), (40, 4.001)])
    def test_beyond_either_measured_size_is_extrapolated(self, total, active):
        assert tp_advice(40, 4).label == MEASURED_LABEL
        assert tp_advice(total, active).label == EXTRAPOLATED_LABEL

    @pytest.mark.parametrize(
        ("dtype", "gigabytes"),
        [("nvfp4", 50), ("fp4", 50), ("mxfp4", 50), ("fp8", 100), ("bf16", 200), ("fp16", 200), (" NVFP4 ", 50)],
    )
    def test_bytes_per_parameter(self, dtype, gigabytes):
        assert tp_advice(100, 10, dtype=dtype).weights_gb == gigabytes

    def test_memory_and_its_utilization_set_the_budget(self):
        # 0.55 * 80 * 0.5 = 22 GB
        assert tp_advice(30, 3, gpu_memory_gb=80, gpu_memory_utilization=0.5).budget_gb == pytest.approx(22)

    def test_advice_is_frozen(self):
        with pytest.raises(FrozenInstanceError):
            tp_advice(30, 3).status = "right-sized"


models = st.tuples(
    st.floats(0.1, 5000), st.floats(0.001, 1), st.sampled_from(sorted(BYTES_PER_PARAMETER)), st.integers(1, 64)
)


class TestLaws:
    @given(models)
    def test_never_above_the_current_size_nor_below_the_minimum(self, model):
        total, share, dtype, tp = model
        advice = tp_advice(total, total * share, dtype=dtype, current_tp=tp)
        assert advice.status in STATUSES
        if advice.recommended_tp is not None:
            assert advice.minimum_tp <= advice.recommended_tp <= tp
            assert advice.gpus_saved == tp - advice.recommended_tp

    @given(models)
    def test_over_provisioned_exactly_where_gpus_are_saved(self, model):
        total, share, dtype, tp = model
        advice = tp_advice(total, total * share, dtype=dtype, current_tp=tp)
        assert (advice.status == "over-provisioned") == bool(advice.gpus_saved)

    @given(models)
    def test_taking_the_advice_is_the_end_of_it(self, model):
        total, share, dtype, tp = model
        taken = tp_advice(total, total * share, dtype=dtype, current_tp=tp).recommended_tp
        if taken is not None:
            again = tp_advice(total, total * share, dtype=dtype, current_tp=taken)
            assert again.recommended_tp == taken

    @given(st.floats(0.1, 1e5), st.floats(0.1, 1e4))
    def test_the_minimum_fits_and_the_size_before_does_not(self, weights, budget):
        tp = minimum_tp(weights, budget)
        if tp is None:
            assert weights / TP_SIZES[-1] > budget
        else:
            assert weights / tp <= budget * (1 + 1e-9)
            assert tp == 1 or weights / (tp / 2) > budget


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"total_b": 0}, "total_b must be above 0 (got 0)"),
            ({"total_b": "30B"}, "total_b must be a number (got '30B')"),
            ({"active_b": None}, "active_b must be a number (got a blank)"),
            ({"active_b": float("nan")}, "active_b must be a finite number (got nan)"),
            ({"active_b": 40}, "active_b must not be above total_b, 30 (got 40)"),
            (
                {"dtype": "int3"},
                'dtype must be "nvfp4", "fp4", "mxfp4", "fp8", "bf16" or "fp16" (got \'int3\')',
            ),
            (
                {"dtype": None},
                'dtype must be "nvfp4", "fp4", "mxfp4", "fp8", "bf16" or "fp16" (got a blank)',
            ),
            ({"current_tp": 0}, "current_tp must be a whole number of at least 1 (got 0)"),
            ({"current_tp": 1.5}, "current_tp must be a whole number from 1 to 1000000 (got 1.5)"),
            ({"gpu_memory_gb": -1}, "gpu_memory_gb must be above 0 (got -1)"),
            ({"gpu_memory_utilization": 90}, "gpu_memory_utilization must be in (0, 1] (got 90)"),
            ({"gpu_hourly_usd": True}, "gpu_hourly_usd must be a number (got TRUE)"),
        ],
    )
    def test_one_sentence(self, arguments, message):
        with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
            tp_advice(**{"total_b": 30, "active_b": 3} | arguments)


class TestWithinALimit:
    @pytest.mark.parametrize(
        ("given", "ending"),
        [
            ((30, 3.6), "; a curve measured at TP1 must show TTFT of at most 2 s, as fewer GPUs share a prompt."),
            ((119, 13), "; a curve measured at TP4 must show TTFT of at most 2 s."),
        ],
    )
    def test_the_rule_knows_nothing_of_waits_so_they_are_to_be_measured(self, given, ending):
        without, within = tp_advice(*given), tp_advice(*given, limits=Limits(ttft_s=2))
        assert within.verdict == without.verdict.removesuffix(".") + ending
        assert replace(within, verdict="") == replace(without, verdict="")

    def test_where_no_size_is_recommended_there_is_none_to_measure(self):
        assert tp_advice(3000, 37, limits=Limits(ttft_s=2)) == tp_advice(3000, 37)
