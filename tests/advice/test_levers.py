"""Levers: GPUs with less GPUs without, each alone against its own matched baseline."""

from __future__ import annotations

import inspect
import re

import pytest

from tests.contexts import RATES, context, curve
from xlsizing.advice import levers
from xlsizing.advice.levers import Lever, LeverDelta, lever_delta, ranked
from xlsizing.advice.rigor import Workload
from xlsizing.core.curve import Curve
from xlsizing.core.demand import Demand
from xlsizing.core.limits import Limits
from xlsizing.errors import InfeasibleError, InputError

DEMAND = Demand.tpm(3e6)  # 50,000 tok/s
SAME = Workload(1024, 1024, "single-turn", dataset_kind="chat")
MTP = {"speculative_decoding": "mtp", "acceptance_length": 2.6, "dataset_kind": "chat"}


def tuned(rates: list[float], **options) -> Lever:
    optimised = curve(rates=rates, max_num_batched_tokens=16384)
    defaults = {
        "changes": ("max_num_batched_tokens",), "tier": "latency", "campaign": "of November", "source": "sweep-7.json",
        "effort_days": 2.0,
    }  # fmt: skip
    return Lever("tuned flags", "tuned-curve", curve(), 4, optimised=optimised, **defaults | options)


def factor(kind: str, by: float, **options) -> Lever:
    defaults = {
        "tier": "latency",
        "campaign": "of November",
        "source": "ab-3.json",
        "factor_context": context(**MTP),
        "changes": ("speculative_decoding",),
    }
    given = {"baseline": curve()} | defaults | options
    return Lever(f"{kind} {by}", kind, gpus_per_pod=4, factor=by, **given)


def delta(lever: Lever, sla: float = 120.0, demand: Demand = DEMAND, **options) -> LeverDelta:
    return lever_delta(lever, sla, demand, gpu_hourly_usd=10.0, util=1.0, workload=SAME, **options)


class TestLeverDelta:
    # At 120 tok/s/user the baseline runs at the anchor c=32: 3,840 tok/s; 50,000/3,840 = 13.02 -> 14 pods, 56 GPUs.

    def test_tuned_curve(self):
        # At 120 the tuned curve runs at its anchor c=64: 7,680 tok/s; 50,000/7,680 = 6.51 -> 7 pods, 28 GPUs.
        found = delta(tuned([210.0, 190.0, 170.0, 150.0, 120.0, 80.0, 40.0]))
        assert (found.baseline_gpus, found.with_gpus, found.delta_gpus) == (56, 28, -28)
        assert found.delta_usd_per_month == -28 * 10 * 730

    def test_a_lever_that_loses_is_shown(self):
        # At 120 the slower curve runs at its anchor c=16: 1,920 tok/s; 26.04 -> 27 pods, 108 GPUs.
        assert delta(tuned([190.0, 150.0, 120.0, 90.0, 60.0, 40.0, 20.0])).delta_gpus == 108 - 56

    def test_rate_factor(self):
        # 150 x 0.8 = 120 at c=16: 16 x 120 = 1,920 tok/s -> 27 pods; 80 x 1.5 = 120 at c=64: 7,680 -> 7 pods.
        assert delta(factor("rate-factor", 0.8)).with_gpus == 108
        assert delta(factor("rate-factor", 1.5)).with_gpus == 28

    def test_concurrency_factor(self):
        # c=32 becomes 64 at the same 120 tok/s/user: 7,680 tok/s -> 7 pods.
        assert delta(factor("concurrency-factor", 2.0)).with_gpus == 28

    def test_throughput_factor(self):
        # 3,840 x 1.25 = 4,800 tok/s at the pinned concurrency; 50,000/4,800 = 10.42 -> 11 pods, 44 GPUs.
        assert delta(factor("throughput-factor", 1.25)).with_gpus == 44

    def test_throughput_factor_of_exactly_one_changes_nothing(self):
        assert delta(factor("throughput-factor", 1.0)).delta_gpus == 0

    def test_faster_requests_hold_no_more_users(self):
        # 500 users at c=32: 15.6 -> 16 pods, with or without.
        assert delta(factor("throughput-factor", 2.0), demand=Demand.users(500)).delta_gpus == 0

    @pytest.mark.parametrize(("by", "gpus"), [(1.0, 144), (2.0, 72), (4.0, 64), (0.5, 288)])
    def test_where_requests_queue_more_throughput_holds_more_users(self, by, gpus):
        # at 120 tok/s/user half of what 32 requests would give: T/(0.8 r) = 0.35 x 32/0.8 = 14 of 32 run at once;
        # 350/(14 x 0.7) = 35.7 -> 36 pods; twice the throughput holds 28 (17.9 -> 18), four times all 32 (15.6 -> 16)
        queue = Curve([32, 64], [120, 60], output_tok_s=[0.35 * 32 * 120, 0.3 * 64 * 60], context=context())
        lever = Lever("routing", "throughput-factor", queue, 4, factor=by, factor_context=context())
        found = lever_delta(lever, 120.0, Demand.users(350), gpu_hourly_usd=1)
        assert (found.baseline_gpus, found.with_gpus, found.with_gpus_high) == (144, gpus, gpus)

    def test_tp_rightsize(self):
        # TP1 at 120: its anchor c=16, 1,920 tok/s -> 27 pods of 1 GPU.
        smaller = curve(rates=[190.0, 150.0, 120.0, 90.0, 60.0, 40.0, 20.0], tp=1)
        lever = Lever("TP4 to TP1", "tp-rightsize", curve(), 4, optimised=smaller, optimised_gpus_per_pod=1)
        assert (delta(lever).with_gpus, delta(lever).delta_gpus) == (27, 27 - 56)

    def test_measured_throughput_moves_with_the_factor(self):
        # At 120 the baseline's c=32 carries 3,000 tok/s measured: 16.7 -> 17 pods. With x1.5 its c=64 sees 120
        # tok/s/user and carries 4,000 x 1.5 = 6,000: 8.3 -> 9 pods.
        base = Curve([16, 32, 64], [150, 120, 80], output_tok_s=[2000, 3000, 4000])
        found = delta(Lever("mtp", "rate-factor", base, 4, factor=1.5))
        assert (found.baseline_gpus, found.with_gpus) == (68, 36)

    def test_either_side_infeasible_is_an_error(self):
        slow = tuned([100.0, 90.0, 80.0, 70.0, 60.0, 40.0, 20.0])
        expected = (
            "optimised: 120 tok/s/user cannot be met: the fastest measured point is 100 at c=1; "
            "relax the SLA or take a faster model"
        )
        with pytest.raises(InfeasibleError, match=f"^{re.escape(expected)}$"):
            delta(slow)
        with pytest.raises(InfeasibleError, match=r"^baseline: 250 tok/s/user cannot be met"):
            delta(slow, 250.0)

    def test_one_pair_at_a_time(self):
        with pytest.raises(InputError, match="demand must be one number"):
            delta(factor("rate-factor", 1.5), demand=Demand.tpm([1e6, 2e6]))


class TestCommit:
    def test_the_estimate_may_save_where_the_commitment_rises(self):
        # At 105: the baseline commits to c=10 (1,222 tok/s, 59 pods at util 0.7), the optimised to c=1 (215.5, 332).
        base = Curve([1, 10, 256], [215.5, 122.2, 41.8])
        optimised = Curve([1, 64], [215.5, 104.9])
        found = lever_delta(
            Lever("sparse", "tuned-curve", base, 4, optimised=optimised), 105, DEMAND, gpu_hourly_usd=10.0
        )
        assert (found.baseline_gpus_high, found.with_gpus_high) == (236, 1328)
        assert found.delta_gpus_high == 1092
        assert found.delta_gpus < 0

    def test_throughput_factor(self):
        # At 100, util 1: commit at c=32, 3,840 tok/s: 13.02 -> 14 pods; x 1.25: 10.4 -> 11 pods.
        found = delta(factor("throughput-factor", 1.25), 100.0)
        assert (found.baseline_gpus_high, found.with_gpus_high, found.delta_gpus_high) == (56, 44, -12)


class TestRigor:
    def test_verdict(self):
        found = delta(factor("rate-factor", 1.5))
        assert (found.rigor, found.reasons) == ("VERDICT", ())

    def test_a_tuned_curve_can_earn_it(self):
        assert delta(tuned([210.0, 190.0, 170.0, 150.0, 120.0, 80.0, 40.0])).rigor == "VERDICT"

    @pytest.mark.parametrize(
        ("lever", "reason"),
        [
            (factor("rate-factor", 1.5, source=""), "no source given"),
            (factor("rate-factor", 1.5, source="n/a"), "no source given"),
            (factor("rate-factor", 1.5, tier=""), "no tier given"),
            (factor("rate-factor", 1.5, campaign="TBC"), "no campaign given"),
            (
                factor("rate-factor", 1.5, changes=(), factor_context=context()),
                "no field of the context tells lever and baseline apart",
            ),
            (
                factor("rate-factor", 1.5, factor_context=context(**MTP, trials=1)),
                "with the lever: 1 trials a point, fewer than 3",
            ),
            (
                factor(
                    "concurrency-factor", 1.5, changes=("kv_cache_dtype",), factor_context=context(kv_cache_dtype=None)
                ),
                "with the lever: the context lacks KV-cache dtype",
            ),
            (factor("rate-factor", 1.5, factor_context=None), "with the lever: no measurement context given"),
            (
                factor(
                    "rate-factor",
                    1.5,
                    baseline=curve(basis="predicted"),
                    factor_context=context(basis="predicted", **MTP),
                ),
                "baseline: the curve is predicted, not measured",
            ),
        ],
    )
    def test_draft_says_why(self, lever, reason):
        found = delta(lever)
        assert found.rigor == "DRAFT"
        assert reason in found.reasons

    @pytest.mark.parametrize(
        ("kind", "by", "sla", "draft"),
        [
            # x 1.2: 240, 216, 180, 144, 96, 60, 36 at c=1, 8, 16, 32, 64, 128, 256. The baseline lies inside the sweep each time.
            ("rate-factor", 1.2, 170, None),  # 16..32
            ("rate-factor", 1.2, 55, "interpolated between c=128 and c=256, not inside the sweep c=8..128"),
            # x 0.9: 180, 162, 135 ...: 170 lies between c=1 and c=8, without the lever between 8 and 16
            ("rate-factor", 0.9, 170, "interpolated between c=1 and c=8, not inside the sweep c=8..128"),
            ("concurrency-factor", 1.2, 55, None),  # c=76.8..153.6, measured at 64..128
            ("concurrency-factor", 1.2, 30, None),  # the plateau of the sweep
        ],
    )
    def test_a_factor_is_assessed_where_it_moves_to(self, kind, by, sla, draft):
        found = delta(factor(kind, by), float(sla))
        assert found.reasons == ((f"with the lever: {draft}",) if draft else ())

    def test_measured_at_another_workload(self):
        found = lever_delta(
            factor("rate-factor", 1.5), 120, DEMAND, gpu_hourly_usd=10.0,
            workload=Workload(8192, 1024, "single-turn", dataset_kind="chat"),
        )  # fmt: skip
        off = "WORKLOAD MISMATCH: ISL 1024 measured, 8192 asked for: off by 87.5 %, above 10 %"
        assert found.reasons == (f"baseline: {off}", f"with the lever: {off}")


class TestMatchedPairs:
    def test_confounded_pairs_are_refused_by_field(self):
        expected = (
            'lever "tuned flags" is confounded: baseline and lever must differ in nothing but the named change: '
            "max_num_batched_tokens (8192 against 16384); name the field as a change, or measure a matched pair"
        )
        with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
            tuned(RATES, changes=())

    def test_known_against_unknown_is_confounded(self):
        with pytest.raises(InputError, match=re.escape("engine_version (0.11.0 against unknown)")):
            factor("rate-factor", 1.5, factor_context=context(**MTP, engine_version=None))

    @pytest.mark.parametrize("change", ["workload", "identity", "model", "hardware", "engine", "isl", "turns"])
    def test_another_model_or_workload_is_no_change(self, change):
        with pytest.raises(InputError, match=re.escape(f'lever "x" must not change {change}; name the single fields')):
            Lever("x", "rate-factor", curve(), 4, factor=1.5, changes=(change,))

    @pytest.mark.parametrize(
        ("change", "label"),
        [
            ({"async_scheduling": False}, "Async scheduling"),
            ({"cudagraph_mode": "none"}, "cudagraph mode"),
            ({"cudagraph_mode": "NONE"}, "cudagraph mode"),
            ({"cudagraph_mode": " Off "}, "cudagraph mode"),
            ({"cudagraph_mode": "eager"}, "cudagraph mode"),
            ({"cudagraph_mode": "enforce_eager"}, "cudagraph mode"),
            ({"cudagraph_mode": "--enforce-eager"}, "cudagraph mode"),
        ],
    )
    def test_a_lever_may_not_unlearn_a_tuning(self, change, label):
        with pytest.raises(InputError, match=f"must not switch off {label}: it belongs to the tuned curve"):
            factor("rate-factor", 1.5, factor_context=context(**change), changes=tuple(change))

    @pytest.mark.parametrize(
        "change", ["benchmark_tool", "cache_state", "same_node", "dataset", "dataset_kind", "tier", "interconnect"]
    )
    def test_what_is_no_lever_is_no_change(self, change):
        with pytest.raises(InputError, match=re.escape(f'lever "x" must not change {change}; name the single fields')):
            Lever("x", "rate-factor", curve(), 4, factor=1.5, changes=(change,))

    @pytest.mark.parametrize("change", ["trials", "num_prompts", "measured_on", "baseline", "launch_flags"])
    def test_a_field_of_a_run_is_no_change(self, change):
        with pytest.raises(InputError, match=f"must not name {change} as its change: it is of a run, not of a set-up"):
            Lever("x", "rate-factor", curve(), 4, factor=1.5, changes=(change,))

    def test_a_change_that_changes_nothing(self):
        with pytest.raises(InputError, match=r"must change kv_cache_dtype, which it names as its change \(got 'fp8'\)"):
            factor("concurrency-factor", 1.5, factor_context=context(), changes=("kv_cache_dtype",))
        with pytest.raises(InputError, match="must change a size of its parallelism: its kind is tp-rightsize"):
            Lever("x", "tp-rightsize", curve(), 4, optimised=curve(), optimised_gpus_per_pod=4)

    def test_four_changes_at_once(self):
        flags = {"max_num_seqs": 512, "max_num_batched_tokens": 16384, "kv_cache_dtype": "nvfp4", "max_model_len": 4096}
        three = dict(list(flags.items())[:3])
        factor("rate-factor", 1.5, factor_context=context(**three), changes=tuple(three))
        with pytest.raises(InputError, match=r"must change at most 3 fields \(got 4\)"):
            factor("rate-factor", 1.5, factor_context=context(**flags), changes=tuple(flags))

    def test_another_tier_than_its_context(self):
        with pytest.raises(InputError, match="must be of the tier that its context names, latency"):
            factor("rate-factor", 1.5, tier="throughput")
        with pytest.raises(InputError, match='must be "latency" or "throughput"'):
            factor("rate-factor", 1.5, tier="fast")

    @pytest.mark.parametrize(
        ("before", "after", "confounded"),
        [(0.50, 0.58, False), (0.50, 0.65, True), (0.50, None, False)],
    )
    def test_hit_rates_of_two_runs(self, before, after, confounded):
        cached = {"prefix_caching": True, "dataset_kind": "chat"}
        sides = (
            context(**cached, prefix_hit_rate=before),
            context(**cached, prefix_hit_rate=after, kv_cache_dtype="nvfp4"),
        )
        options = {
            "baseline": curve().with_context(sides[0]),
            "factor_context": sides[1],
            "changes": ("kv_cache_dtype",),
        }
        if confounded:
            with pytest.raises(InputError, match=r"is confounded.*prefix_hit_rate \(0.5 against 0.65\)"):
                factor("concurrency-factor", 1.5, **options)
        else:
            factor("concurrency-factor", 1.5, **options)

    def test_tp_may_differ_only_where_tp_is_the_lever(self):
        with pytest.raises(InputError, match=re.escape("tp (4 against 1)")):
            Lever("x", "tuned-curve", curve(), 4, optimised=curve(tp=1))

    def test_gpus_per_pod_against_each_side(self):
        with pytest.raises(
            InputError, match=r"gpus_per_pod must be TP 1 x PP 1 x DP inside the pod 1 of the context, 1 \(got 2\)"
        ):
            Lever("x", "tp-rightsize", curve(), 4, optimised=curve(tp=1), optimised_gpus_per_pod=2)


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ({"kind": "magic", "factor": 2.0}, 'kind must be "tuned-curve", "rate-factor", '),
            ({"kind": "tuned-curve"}, 'lever "x" must bring an optimised curve: its kind is tuned-curve'),
            ({"kind": "rate-factor"}, 'lever "x" must give a factor: its kind is rate-factor'),
            ({"kind": "tuned-curve", "optimised": curve(), "factor": 2.0}, 'lever "x" must not give a factor'),
            (
                {"kind": "rate-factor", "factor": 2.0, "optimised": curve()},
                'lever "x" must not bring an optimised curve',
            ),
            (
                {"kind": "tp-rightsize", "optimised": curve()},
                "must give optimised_gpus_per_pod where, and only where, TP changes",
            ),
            ({"kind": "rate-factor", "factor": -1.0}, "factor must be above 0 (got -1)"),
            (
                {"kind": "tp-rightsize", "optimised": curve(), "optimised_gpus_per_pod": 0},
                "optimised_gpus_per_pod must be a whole number of at least 1 (got 0)",
            ),
            ({"kind": "rate-factor", "factor": 1.0, "effort_days": 0}, "effort_days must be above 0 (got 0)"),
        ],
    )
    def test_lever(self, options, sentence):
        with pytest.raises(InputError, match=re.escape(sentence)):
            Lever("x", baseline=curve(), gpus_per_pod=4, **options)


class TestRanked:
    def test_by_gpus_saved_per_day_losers_last(self):
        better = delta(factor("rate-factor", 1.5, effort_days=14.0))  # 28 GPUs / 14 days = 2 a day
        quick = delta(factor("throughput-factor", 1.25, effort_days=1.0))  # 12 GPUs a day
        loser = delta(factor("rate-factor", 0.8, effort_days=1.0))
        dear = delta(factor("rate-factor", 0.6, effort_days=99.0))  # loses more: that it cost more makes it no better
        assert dear.delta_gpus > loser.delta_gpus > 0
        assert ranked([dear, loser, better, quick]) == [quick, better, loser, dear]
        assert [found.saved_per_day for found in (quick, better, loser)] == [12, 2, -52]


class TestNoMultiplying:
    def test_nothing_takes_a_second_lever(self):
        """No function or field accepts two levers, a lever of a lever, or a delta as a baseline."""
        for name in levers.__all__:
            thing = getattr(levers, name)
            if callable(thing):
                taken = [p for p in inspect.signature(thing).parameters.values() if "Lever" in str(p.annotation)]
                assert len(taken) <= 1, name
        assert inspect.signature(lever_delta).parameters["lever"].annotation == "Lever"
        assert not any("Lever" in str(p.annotation) for p in inspect.signature(Lever).parameters.values())

    def test_ranking_changes_no_figure(self):
        found = [delta(factor("rate-factor", 1.5)), delta(factor("concurrency-factor", 2.0))]
        assert sorted(map(id, ranked(found))) == sorted(map(id, found))


class TestWithinLimits:
    """The worked curve, 4,480 tok/s at c=64 where TTFT is 0.9 s, against one that halves TTFT; pods of 4, util 0.7."""

    C, R, TTFT = [1, 10, 64, 256], [215.5, 122.2, 70, 41.8], [0.1, 0.18, 0.9, 1.9]
    LIMITS = Limits(ttft_s=0.9)

    def delta(self, optimised, baseline=None, limits=LIMITS, **options):
        before = Curve(self.C, self.R, ttft_s=self.TTFT) if baseline is None else baseline
        options = {"kind": "tuned-curve", "optimised": optimised} | options
        lever = Lever("prefill", baseline=before, gpus_per_pod=4, **options)
        return lever_delta(lever, 40, Demand.tpm(3e6), gpu_hourly_usd=10, method="log-c", limits=limits)

    def test_both_sides_keep_the_same_limit(self):
        # without: 16 pods at c=64. With: 0.9 s is 0.9 of the way from 0.45 to 0.95: c* = 64 x 4**0.9 = 222.9, r = 44.62,
        # 9,944 tok/s: 7.18 -> 8 pods; to commit 16 at c=64 on both sides
        found = self.delta(Curve(self.C, self.R, ttft_s=[t / 2 for t in self.TTFT]))
        assert (found.baseline_gpus, found.with_gpus, found.delta_gpus, found.delta_gpus_high) == (64, 32, -32, 0)

    def test_without_the_limit_nothing_is_saved(self):
        assert self.delta(Curve(self.C, self.R, ttft_s=[t / 2 for t in self.TTFT]), limits=Limits()).delta_gpus == 0

    @pytest.mark.parametrize(
        ("sides", "detail"),
        [
            ({"optimised": Curve(C, R)}, "optimised: no TTFT known"),
            ({"optimised": Curve(C, R, ttft_s=TTFT), "baseline": Curve(C, R)}, "baseline: no TTFT known"),
            ({"optimised": None, "kind": "rate-factor", "factor": 1.5}, "a factor says nothing of TTFT"),
            ({"optimised": None, "kind": "throughput-factor", "factor": 1.5}, "a factor says nothing of TTFT"),
        ],
    )
    def test_waits_that_are_not_known_are_never_those_of_the_baseline(self, sides, detail):
        with pytest.raises(InputError) as error:
            self.delta(**sides)
        assert str(error.value) == (
            f'lever "prefill" must tell the waits that are limited: {detail}; bring curves of both sides that tell it, '
            "or leave the limit out"
        )

    def test_a_side_that_no_point_of_meets_both_is_named(self):
        with pytest.raises(InfeasibleError, match=r"^optimised: TTFT 0.9 s cannot be met: at the first measured point"):
            self.delta(Curve(self.C, self.R, ttft_s=[1, 2, 3, 4]))

    def test_one_limit_for_one_sla(self):
        with pytest.raises(InputError, match="limits must be one of each kind"):
            self.delta(Curve(self.C, self.R, ttft_s=self.TTFT), limits=Limits(ttft_s=[1, 2]))
