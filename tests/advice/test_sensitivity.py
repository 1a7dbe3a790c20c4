"""Sensitivity: laws that hold whatever the curve, and the worked rows moved by hand."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.strategies import METHODS, UTILS, anchors
from xlsizing import Curve, Demand, Limits, size
from xlsizing.advice.sensitivity import room, sized_anew, swings
from xlsizing.core.budget import carried_to_budget
from xlsizing.core.rows import BUDGET, COMMIT, ESTIMATE

WORKED = Curve([1, 10, 256], [215.5, 122.2, 41.8])
PODS = {COMMIT: "pods_high", BUDGET: "pods_budget", ESTIMATE: "pods"}


class TestSwings:
    def test_the_plateau_by_hand(self):
        # A pod carries 10,700.8 x 0.7 = 7,490.56 tok/s: 45,000 take 6.007 of them, 50,000 6.675 and 55,000 7.343. At
        # util 0.63 50,000 take 7.417, at 0.77 6.068; on a curve of 0.9 times the throughput likewise.
        found = {swing.name: swing for swing in swings(size(WORKED, 20, Demand.tpm(3e6), gpus_per_pod=4))}
        pods = {name: (int(swing.lowered.pods_high), int(swing.raised.pods_high)) for name, swing in found.items()}
        assert pods == {"demand": (7, 8), "SLA": (7, 7), "utilisation": (8, 7), "tok/s/user": (8, 7)}

    def test_utilisation_rises_to_one_and_says_so(self):
        result = size(WORKED, 20, Demand.tpm(3e6), gpus_per_pod=4, util=0.95)
        _, _, util, _ = swings(result)
        assert (util.name, util.raised.util, util.rise) == ("utilisation", 1.0, pytest.approx(1 / 0.95 - 1))
        assert (util.lowered.util, util.fall) == (pytest.approx(0.855), 0.1)

    def test_everything_else_stays(self):
        given_ = {"gpus_per_pod": 4, "util": 0.6, "spare_replicas": 2, "gpu_hourly_usd": 5.0, "method": "tpot"}
        result = size(WORKED, [50, 60], Demand.tpm(3e6), confidence=0.99, **given_).with_output_tokens(900)
        for swing in swings(result):
            for moved in (swing.lowered, swing.raised):
                for name in ("gpus_per_pod", "spare_replicas", "gpu_hourly_usd", "price_assumed", "bound", "shape"):
                    assert getattr(moved, name) == getattr(result, name)
                assert moved.points.method is result.points.method

    def test_rows_keep_their_limits_on_waiting(self):
        curve = Curve([1, 10, 64, 256], [215.5, 122.2, 70, 41.8], ttft_s=[0.1, 0.18, 0.9, 12])
        result = size(curve, [40, 40], Demand.tpm(3e6), gpus_per_pod=4, limits=Limits(ttft_s=[2, None]))
        assert result.gpus_high.tolist() == [64, 28]  # README's two rows
        demand, *_ = swings(result)
        # 64 x 70 x 0.7 = 3,136 tok/s a pod: 55,000 take 17.54
        assert demand.raised.gpus_high.tolist() == [72, 32]

    @given(
        made=anchors(at_most=8),
        factor=st.sampled_from([0.25, 0.5, 2.0, 8.0]),
        util=UTILS,
        method=METHODS,
        data=st.data(),
    )
    def test_a_faster_replica_is_the_same_sizing_in_other_units(self, made, factor, util, method, data):
        # tok/s is a unit: a curve, an SLA and a demand that are all k times as high take the same pods (k a power of two,
        # so that no digit is lost).
        curve = made.curve()
        sla = data.draw(st.floats(float(curve.tok_s_per_user[-1]) / 2, curve.fastest * 1.2))
        demand = float(curve.best_tps[0]) * data.draw(st.floats(0.5, 3000))
        planned = {"gpus_per_pod": 1, "util": util, "method": method}
        one = size(curve, sla, Demand.tok_s(demand), **planned)
        other = size(curve.scaled(factor), sla * factor, Demand.tok_s(demand * factor), **planned)
        assert (one.feasible, one.pods_low, one.pods_high, one.regime) == (
            other.feasible, other.pods_low, other.pods_high, other.regime,
        )  # fmt: skip
        assert (
            abs(int(one.pods) - int(other.pods)) <= 1e-9 * one.pods + 1
        )  # a power of numbers of other size may round otherwise

    def test_the_curve_scaled_is_the_curve_of_scaled_columns(self):
        curve = Curve([1, 8, 32], [200, 150, 90], output_tok_s=[190, 1150, 2700], ttft_s=[0.1, 0.2, 0.5])
        made = Curve([1, 8, 32], [100, 75, 45], output_tok_s=[95, 575, 1350], ttft_s=[0.1, 0.2, 0.5])
        scaled = curve.scaled(0.5)
        for name in (
            "concurrency",
            "tok_s_per_user",
            "measured_tok_s_per_user",
            "output_tok_s",
            "ttft_s",
            "eta",
            "held",
        ):
            assert getattr(scaled, name).tolist() == pytest.approx(getattr(made, name).tolist()), name
        assert curve.tok_s_per_user.tolist() == [200, 150, 90]

    def test_it_stays_what_it_rests_on(self):
        pooled = Curve([1, 8, 32], [200, 150, 152], pool_rises=0.05)
        curve = pooled.with_remarks(["a remark"], [("why", "promote")], 4)
        scaled = curve.scaled(1.1)
        for name in ("pooled_share", "noise_share", "cautions", "remarks", "measured_gpus", "notes", "context"):
            assert getattr(scaled, name) == getattr(curve, name)


class TestRoom:
    @given(made=anchors(at_most=8), util=UTILS, method=METHODS, users=st.booleans(), data=st.data())
    def test_up_to_there_as_many_pods_and_a_little_further_more(self, made, util, method, users, data):
        curve = made.curve()
        sla = data.draw(st.floats(float(curve.tok_s_per_user[-1]) / 2, curve.fastest))
        carried = (curve.best_held if users else curve.best_tps)[0]
        size_of_it = carried * data.draw(st.floats(0.5, 3000))  # of a million pods a step of 1e-7 is too near to one
        demand = Demand.users(size_of_it) if users else Demand.tok_s(size_of_it)
        result = size(curve, [sla], demand, gpus_per_pod=2, util=util, method=method)
        assume(result.feasible[0])
        figure = data.draw(st.sampled_from(sorted(PODS)))
        found, pods = room(result, 0, figure), getattr(result, PODS[figure])[0]
        assume(found.util > 1e-5)  # inputs below 1e-6 are refused

        def moved(**changed):
            return getattr(sized_anew(result, **changed), PODS[figure])[0]

        grown = [Demand(demand.unit, demand.value * (1 + found.demand) * (1 + step)) for step in (-1e-7, 1e-7)]
        assert (moved(demand=grown[0]), moved(demand=grown[1])) == (pods, pods + 1)
        assert moved(util=min(1.0, found.util * (1 + 1e-7))) == pods
        assert moved(util=found.util * (1 - 1e-7)) == pods + 1
        assert moved(sla=[max(sla, found.sla)]) == pods
        further = sized_anew(result, sla=[found.sla * (1 + 1e-6)])
        assert not further.feasible[0] or getattr(further, PODS[figure])[0] > pods

    def test_by_hand(self):
        # 59 pods x 1,222 x 0.7 = 50,468.6 of 50,000; they hold up to the point at 122.2
        found = room(size(WORKED, [100], Demand.tpm(3e6), gpus_per_pod=4), 0, COMMIT)
        assert found.demand == pytest.approx(50_468.6 / 50_000 - 1)
        assert found.util == pytest.approx(50_000 / (59 * 1222))
        assert found.sla == 122.2

    def test_the_budget_is_what_the_budget_carries(self):
        result = size(WORKED, [50, 100], Demand.tpm(3e6), gpus_per_pod=4)
        carried = carried_to_budget(result.points, result.bound)
        found = [room(result, at, BUDGET).util for at in range(2)]
        assert found == pytest.approx((50_000 / (np.array([25, 44]) * carried)).tolist())  # the worked rows' pods
