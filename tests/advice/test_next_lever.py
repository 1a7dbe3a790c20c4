"""The next step: what to do, what it may unlock, and the gate."""

from __future__ import annotations

import pytest

from tests.contexts import CONCURRENCY, RATES, context, curve
from xlsizing.advice.levers import Lever, LeverDelta, lever_delta
from xlsizing.advice.next_lever import NextLever, next_lever, top_next_lever
from xlsizing.core.curve import Curve
from xlsizing.core.demand import Demand
from xlsizing.core.limits import Limits
from xlsizing.core.result import Sizing
from xlsizing.core.sizing import size

DEMAND = Demand.tpm(3e6)  # 50,000 tok/s


def sized(measured: Curve, *slas: float, method: str = "auto") -> Sizing:
    return size(measured, list(slas), DEMAND, gpus_per_pod=4, util=1.0, gpu_hourly_usd=10.0, method=method)


def step(measured: Curve, sla: float, best: LeverDelta | None = None, method: str = "auto") -> NextLever:
    sizing = sized(measured, sla, method=method)
    return next_lever(sizing, sizing.rows()[0], best)


def step_of(measured: Curve, sla: float, demand: Demand) -> NextLever:
    sizing = size(measured, sla, demand, gpus_per_pod=4, util=1.0)
    return next_lever(sizing, sizing.rows()[0])


@pytest.fixture
def best() -> LeverDelta:
    lever = Lever("MTP", "rate-factor", curve(), 4, factor=1.5)
    return lever_delta(lever, 120.0, DEMAND, gpu_hourly_usd=10.0, util=1.0)  # 56 -> 28 GPUs


def test_between_anchors_the_bracket_is_closed():
    # At 100: between 32 (3,840 tok/s, 14 pods) and 64 (5,120 tok/s, 10 pods); by log-c c* = 32 * 2**0.5 = 45.25.
    found = step(curve(), 100, method="log-c")
    assert str(found) == (
        "Measure c=45: it narrows the range of 40 to 56 GPUs at 100 tok/s/user (16 GPUs, $116,800/month apart). "
        "Gate: at least 100 tok/s/user at c=45."
    )
    assert (found.concurrency, found.unlock_gpus, found.unlock_usd_per_month) == (45, 16, 16 * 10 * 730)


def test_where_the_bracket_is_closed_follows_the_method():
    # By auto: steepness ln(120/80)/ln 2 = 0.58496, to its left ln(150/120)/ln 2 = 0.32193: p = 0.4 + 0.58496 - 0.19316 =
    # 0.79180. 1/100 lies 0.4 of the way from 1/120 to 1/80: c* = 32 (1 + 0.4 (2**p - 1))**(1/p) = 32 x 1.38267 = 44.25.
    found = step(curve(), 100)
    assert (found.concurrency, found.unlock_gpus, found.unlock_usd_per_month) == (44, 16, 16 * 10 * 730)


def test_on_the_plateau_twice_the_last_concurrency():
    # 7,680 tok/s: 7 pods, 28 GPUs; twice the throughput at best: 4 pods, 16 GPUs.
    found = step(curve(), 20)
    assert (found.concurrency, found.unlock_gpus) == (512, 12)
    assert found.step == "Measure c=512, twice the last measured point: it saves 12 of 28 GPUs ($87,600/month) at best"
    assert found.gate == "at least 20 tok/s/user at c=512, with more output tok/s than at c=256"


def test_measured_throughput_may_more_than_double():
    # 10:60:580, 100:50:2500; 20,000 tok/s: 8 pods, 32 GPUs. At c=200 up to 200 x 50 x 1.05 = 10,500 tok/s: 2 pods.
    found = step_of(Curve([10, 100], [60, 50], output_tok_s=[580, 2500]), 40, Demand.tok_s(20_000))
    assert (found.concurrency, found.unlock_gpus) == (200, 24)


def test_above_a_curve_that_starts_late_the_first_point():
    late = Curve([8, 16], [180, 150], context=context())
    assert str(step(late, 200)) == (
        "Measure c=1: whether any concurrency reaches 200 tok/s/user is not known. Gate: at least 200 tok/s/user at c=1."
    )


class TestAboveACurveFromOne:
    def test_a_lever_that_reaches_the_sla(self):
        sizing = sized(curve(), 300)
        found = next_lever(sizing, sizing.rows()[0], reaching="MTP")
        assert str(found) == (
            "Size with the lever MTP: its curve reaches 300 tok/s/user, this one does not. "
            "Gate: at least 300 tok/s/user with it."
        )

    def test_none(self):
        assert str(step(curve(), 300)) == (
            "Find a lever to reach 300 tok/s/user: none given here does. Gate: at least 300 tok/s/user with it."
        )


class TestOnAnAnchor:
    def test_no_context_first(self):
        assert step(Curve(CONCURRENCY, RATES), 120).step.startswith("Record the measurement context")

    def test_then_the_first_unknown_field(self):
        assert step(curve(hardware=None, tp=None), 120).step == "Record the Hardware of the measurement"

    def test_then_the_next_missing_point_of_the_sweep(self):
        found = step(curve([1, 32, 64], [200, 120, 80]), 120)
        assert (found.step, found.concurrency) == ("Measure c=8, missing from the sweep", 8)

    def test_then_the_top_lever(self, best):
        found = step(curve(), 120, best)
        assert found.step == "Apply the lever MTP: 28 GPUs, $204,400/month fewer by estimate at 120 tok/s/user (DRAFT)"
        assert (found.unlock_gpus, found.unlock_usd_per_month) == (28, 28 * 10 * 730)
        assert found.gate == "the saving holds in a matched A/B at 120 tok/s/user"

    def test_a_lever_that_loses_is_no_next_step(self):
        lever = Lever("slower", "rate-factor", curve(), 4, factor=0.8)
        loser = lever_delta(lever, 120.0, DEMAND, gpu_hourly_usd=10.0, util=1.0)
        assert step(curve(), 120, loser).step == "Find a lever to save GPUs: none given here does on this curve"


class TestTopNextLever:
    def test_the_row_whose_range_it_narrows_most(self):
        # Ranges: 40..56 at 100, and at 60 between 64 (40 GPUs) and 128 (6,400 tok/s, 8 pods, 32 GPUs).
        # c* at 100: 45.25 by log-c, 44.25 by auto.
        for method, expected in (("log-c", 45), ("auto", 44)):
            sizing = sized(curve(), 20, 60, 100, 120, method=method)
            assert top_next_lever(sizing, sizing.rows()).concurrency == expected

    def test_a_row_that_can_be_met_before_one_that_cannot(self):
        sizing = sized(curve(), 20, 300)
        assert top_next_lever(sizing, sizing.rows()).concurrency == 512


def test_for_users_the_gate_asks_that_they_do_not_queue():
    # held: 16 at c=16, 2,472/70.4 = 35.11 at c=1,024; 1,000 users: 63 pods at c=16 and 29 at most
    found = step_of(Curve([16, 1024], [95, 88], output_tok_s=[1520, 2472]), 94.9, Demand.users(1000))
    assert found.gate.startswith("at least 94.9 tok/s/user at c=")
    assert found.gate.endswith(", with output tok/s of at least 80 % of c x tok/s/user: else requests queue")


def test_for_users_who_queue_at_the_last_point_nothing_is_measured_beyond_it():
    queue = Curve([16, 1024], [95, 88], output_tok_s=[1520, 2472])
    assert "Measure c=2048" not in step_of(queue, 80, Demand.users(1000)).step
    assert "Measure c=2048" in step_of(queue, 80, DEMAND).step


class TestWithinALimit:
    """The worked curve, which carries 4,480 tok/s at c=64 and 10,700.8 at c=256; 50,000 tok/s at util 0.7."""

    CURVE = Curve([1, 10, 64, 256], [215.5, 122.2, 70, 41.8], ttft_s=[0.1, 0.18, 0.9, 1.9])

    def step(self, ttft_s, sla=40.0, reaching=None, **named):
        sizing = size(
            self.CURVE, sla, DEMAND, gpus_per_pod=4, gpu_hourly_usd=10.0, limits=Limits(ttft_s=ttft_s), **named
        )
        return next_lever(sizing, sizing.rows()[0], reaching=reaching)

    def test_the_concurrency_that_it_allows_with_a_gate_on_both(self):
        # c* = 64 x 4**0.3 = 97.0; 16 pods to commit to at c=64, 7 at c=256
        assert str(self.step(1.2, method="log-c")) == (
            "Measure c=97: it narrows the range of 28 to 64 GPUs at 40 tok/s/user and TTFT of at most 1.2 s (36 GPUs, "
            "$262,800/month apart). Gate: at least 40 tok/s/user and TTFT of at most 1.2 s at c=97."
        )

    def test_on_the_anchor_that_equals_it_what_stands_against_a_verdict(self):
        assert self.step(0.9).step.startswith("Record the measurement context")

    def test_the_plateau_asks_for_both_beyond_it(self):
        assert self.step(2).gate == (
            "at least 40 tok/s/user and TTFT of at most 2 s at c=512, with more output tok/s than at c=256"
        )

    def test_a_limit_that_no_point_keeps(self):
        asked = "40 tok/s/user and TTFT of at most 0.05 s"
        assert str(self.step(0.05)) == (
            f"Find a lever to reach {asked}: none given here does. Gate: at least {asked} with it."
        )
        assert self.step(0.05, reaching="chunked prefill").step == (
            f"Size with the lever chunked prefill: its curve reaches {asked}, this one does not"
        )

    def test_a_limit_that_lower_concurrency_may_keep(self):
        late = Curve([4, 8], [90, 80], ttft_s=[0.2, 0.4])
        sizing = size(late, 40, DEMAND, gpus_per_pod=4, limits=Limits(ttft_s=0.1))
        assert str(next_lever(sizing, sizing.rows()[0])) == (
            "Measure c=1: whether any concurrency reaches 40 tok/s/user and TTFT of at most 0.1 s is not known. "
            "Gate: at least 40 tok/s/user and TTFT of at most 0.1 s at c=1."
        )
