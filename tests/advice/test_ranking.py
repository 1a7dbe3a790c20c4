"""Levers over several SLAs: ranked within each, losers last, and those without a difference named."""

from dataclasses import replace

import pytest

from tests.contexts import context, curve
from xlsizing import Curve, Demand
from xlsizing.advice.levers import Lever
from xlsizing.advice.ranking import own_best, rank_levers, with_ranks
from xlsizing.advice.rigor import Workload
from xlsizing.core.limits import Limits

DEMAND = Demand.tpm(3e6)  # 50,000 tok/s


def factor(by, effort=1.0, name=None):
    """A throughput factor on the full sweep; T at 120 is 32 x 120 = 3,840 tok/s."""
    name = name or f"x{by:g} in {effort:g}"
    with_it = context(speculative_decoding="mtp", acceptance_length=2.6, dataset_kind="chat")
    changes = {"changes": ("speculative_decoding",), "factor_context": with_it, "source": "ab-3.json"}
    changes |= {"tier": "latency", "campaign": "of November"}
    return Lever(name, "throughput-factor", curve(), 4, factor=by, effort_days=effort, **changes)


def ranked(levers, slas, **options):
    """The ranking of levers at SLAs, util 1, 10 $/GPU-hour."""
    return rank_levers(levers, slas, DEMAND, gpu_hourly_usd=10.0, util=1.0, **options)


class TestOrder:
    def test_by_gpus_saved_per_day_with_losers_last(self):
        # 14 pods without; x1.25: 10.4 -> 11 pods, 12 GPUs saved; x2: 6.5 -> 7, 28 saved; x0.5: 26.04 -> 27, 52 lost.
        levers = [factor(0.5), factor(2, effort=14), factor(1.25, effort=2), factor(1)]
        found = ranked(levers, [120]).deltas
        assert [(delta.lever.name, delta.delta_gpus) for delta in found] == [
            ("x1.25 in 2", -12),  # 6 a day
            ("x2 in 14", -28),  # 2 a day
            ("x1 in 1", 0),
            ("x0.5 in 1", 52),
        ]

    def test_by_rising_sla_and_each_sla_once(self):
        found = ranked([factor(2), factor(1.25)], [120, 80, 120]).deltas
        assert [delta.sla for delta in found] == [80, 80, 120, 120]

    def test_dollars_are_at_the_price_given(self):
        (delta,) = ranked([factor(2)], [120]).deltas
        assert delta.delta_usd_per_month == -28 * 10 * 730

    def test_no_levers(self):
        found = ranked([], [120, 80])
        assert (found.deltas, found.unmet) == ((), ())


class TestRanks:
    def test_begin_anew_at_each_sla(self):
        deltas = ranked([factor(2), factor(1.25)], [120, 80]).deltas
        assert [(rank, delta.sla) for rank, delta in with_ranks(deltas)] == [(1, 80), (2, 80), (1, 120), (2, 120)]


class TestUnmet:
    def test_levers_of_one_reason_share_a_sentence(self):
        found = ranked([factor(2, name="A"), factor(1.25, name="B")], [250, 120])
        assert [delta.sla for delta in found.deltas] == [120, 120]
        assert found.unmet == (
            (
                "No difference at 250 tok/s/user for A, B: baseline: 250 tok/s/user cannot be met: "
                "the fastest measured point is 200 at c=1; relax the SLA or take a faster model."
            ),
        )

    def test_one_lever_may_fall_short_alone(self):
        with_it = context(speculative_decoding="mtp", acceptance_length=2.6, dataset_kind="chat")
        options = {"changes": ("speculative_decoding",), "factor_context": with_it}
        slower = Lever("slower", "rate-factor", curve(), 4, factor=0.5, **options)
        found = ranked([slower, factor(2)], [120])
        assert [delta.lever.name for delta in found.deltas] == ["x2 in 1"]
        (sentence,) = found.unmet
        assert sentence.startswith(
            "No difference at 120 tok/s/user for slower: optimised: 120 tok/s/user cannot be met: "
        )
        assert "100 at c=1" in sentence  # 200 x 0.5


class TestWorkload:
    @pytest.mark.parametrize(("isl", "rigor"), [(1024, "VERDICT"), (8192, "DRAFT")])
    def test_another_one_leaves_a_draft(self, isl, rigor):
        (delta,) = ranked([factor(2)], [120], workload=Workload(isl, 1024, "single-turn", dataset_kind="chat")).deltas
        assert delta.rigor == rigor


class TestOwnBest:
    def test_only_levers_on_the_curve_itself(self):
        # Saved elsewhere is not saved here: another curve, another context or another pod does not count.
        here, other = factor(2, name="here"), factor(4, name="elsewhere")
        elsewhere = replace(other, baseline=Curve([1, 64], [300, 130], context=context()))
        deltas = ranked([here, elsewhere], [120]).deltas
        assert [delta.lever.name for delta in deltas] == ["here", "elsewhere"]
        assert own_best(deltas, curve(), 4)[120, ()].lever.name == "here"
        assert own_best(deltas, curve(), 8) == {}
        assert own_best(deltas, curve(trials=9), 4) == {}


class TestReaching:
    def test_a_lever_beyond_its_baseline(self):
        # x2 in rate: 400 tok/s/user at c=1, where the baseline shows 200.
        mtp = Lever("MTP", "rate-factor", curve(), 4, factor=2.0)
        assert ranked([mtp], [120, 300, 500]).reaching == {300: "MTP"}


class TestWithinLimits:
    C, R, TTFT = [1, 10, 64, 256], [215.5, 122.2, 70, 41.8], [0.1, 0.18, 0.9, 1.9]

    def lever(self, name, waits, **options):
        options = {"kind": "tuned-curve", "optimised": Curve(self.C, self.R, ttft_s=waits)} | options
        return Lever(name, baseline=Curve(self.C, self.R, ttft_s=self.TTFT), gpus_per_pod=4, **options)

    def test_levers_that_tell_no_wait_are_named_and_the_others_ranked(self):
        mtp = self.lever("MTP", None, kind="rate-factor", optimised=None, factor=1.5)
        found = ranked([mtp, self.lever("prefill", [0.05, 0.09, 0.45, 0.95])], [40], limits=Limits(ttft_s=0.9))
        assert [delta.lever.name for delta in found.deltas] == ["prefill"]
        assert found.unmet == (
            "No difference at 40 tok/s/user and TTFT of at most 0.9 s for MTP: a factor says nothing of TTFT.",
        )

    def test_a_lever_reaches_what_its_curve_meets_within_the_limit(self):
        late, quick = self.lever("late", [0.06, 1, 1, 2]), self.lever("quick", [0.01, 0.02, 1, 2])
        found = ranked([late, quick], [40], limits=Limits(ttft_s=0.05))
        assert (found.deltas, dict(found.reaching)) == ((), {40: "quick"})
        assert found.unmet[0].startswith(
            "No difference at 40 tok/s/user and TTFT of at most 0.05 s for late, quick: baseline: TTFT 0.05 s cannot be met"
        )
