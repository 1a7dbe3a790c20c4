"""Nodes, dollars and megawatts in GPUs, by hand."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsizing import Curve, Demand, InputError, NodePlan, size
from xlsizing.core.hardware import Racks, gpus_for_power, gpus_for_usd, spare_units


class TestRacks:
    @pytest.mark.parametrize(
        ("gpus_per_pod", "gpus_per_node", "pods", "nodes", "gpus", "idle"),
        [
            pytest.param(4, 8, 5, 3, 24, 4, id="two to a node, the last half empty"),
            pytest.param(3, 8, 4, 2, 16, 4, id="two to a node, two GPUs of each idle"),
            pytest.param(8, 8, 5, 5, 40, 0, id="one to a node"),
            pytest.param(12, 8, 2, 4, 32, 8, id="two nodes to a pod"),
            pytest.param(16, 8, 3, 6, 48, 0, id="two whole nodes to a pod"),
            pytest.param(5, None, 3, 3, 15, 0, id="without nodes"),
        ],
    )
    def test_pods_in_nodes(self, gpus_per_pod, gpus_per_node, pods, nodes, gpus, idle):
        racks = Racks(gpus_per_pod, gpus_per_node)
        assert (racks.nodes(pods), racks.gpus(pods), racks.idle(pods)) == (nodes, gpus, idle)

    @given(st.integers(1, 64), st.integers(1, 64) | st.none(), st.integers(1, 10_000))
    def test_the_gpus_bought_for_pods_hold_them_and_one_fewer_do_not_hold_one_more(self, per_pod, per_node, pods):
        racks = Racks(per_pod, per_node)
        gpus = racks.gpus(pods)
        assert racks.pods(gpus) >= pods
        assert racks.idle(pods) >= 0
        if racks.nodes(pods) > racks.nodes_per_pod:
            assert racks.pods(gpus - 1) < pods

    def test_a_budget_that_holds_no_pod(self):
        with pytest.raises(InputError, match=r"the budget must hold a pod of 12 GPUs in nodes of 8 \(got 15 GPUs\)"):
            Racks(12, 8).pods(15)


def test_dollars():
    # 4 GPUs x 8.60 x 730 = 25,112
    assert [gpus_for_usd(usd, 8.6) for usd in (25_112, 25_111.99, 6_278)] == [4, 3, 1]


def test_megawatts():
    # 1,000 kW / (1.25 kW x 1.25) = 640
    assert [gpus_for_power(mw, 1.25, 1.25) for mw in (1, 0.9999, 0.0015625)] == [640, 639, 1]
    with pytest.raises(InputError, match="pue must be at least 1"):
        gpus_for_power(1, 1.25, 0.9)


class TestSpareUnits:
    @pytest.mark.parametrize(
        ("units", "runs", "availability", "spares"),
        [
            # P(at least n of n + s run), binomial by hand
            pytest.param(1, 0.9, 0.9, 0, id="1 alone: 0.9"),
            pytest.param(1, 0.9, 0.99, 1, id="1 of 2: 1 - 0.1^2"),
            pytest.param(1, 0.9, 0.9999, 3, id="1 of 4: 1 - 0.1^4, exactly"),
            pytest.param(1, 0.999, 0.999999999, 2, id="1 of 3: 1 - 0.001^3, exactly"),
            pytest.param(2, 0.9, 0.97, 1, id="2 of 3: 0.9^3 + 3 x 0.9^2 x 0.1 = 0.972"),
            pytest.param(2, 0.9, 0.973, 2, id="2 of 4: 1 - 0.1^4 - 4 x 0.9 x 0.1^3 = 0.9963"),
            pytest.param(10, 0.99, 0.9, 0, id="10 of 10: 0.9044"),
            pytest.param(10, 0.99, 0.99, 1, id="10 of 11: 0.9948"),
            pytest.param(10, 0.99, 0.999, 2, id="10 of 12: 0.9998"),
        ],
    )
    def test_by_hand(self, units, runs, availability, spares):
        assert spare_units(units, runs, availability) == spares

    @given(
        st.integers(1, 40),
        st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999]),
        st.sampled_from([0.9, 0.99, 0.999, 0.999999]),
    )
    def test_it_is_the_least_by_the_binomial_tail(self, units, runs, availability):
        a = Fraction(str(runs))  # exact
        missing = 1 - Fraction(str(availability))

        def short(spares):
            all_units = units + spares
            return sum(comb(all_units, k) * a**k * (1 - a) ** (all_units - k) for k in range(units))

        found = spare_units(units, runs, availability)
        assert short(found) <= missing
        assert found == 0 or short(found - 1) > missing

    def test_thousands_of_nodes(self):
        # normal approximation: n (1-a)/a = 1,010.1, deviation 31.9/0.99; 3.09 deviations for 99.9 %
        assert 1090 < spare_units(100_000, 0.99, 0.999) < 1130


class TestNodePlan:
    @pytest.mark.parametrize(
        ("gpus_per_pod", "plan", "pods", "spares"),
        [
            pytest.param(4, NodePlan(8), 36, 0, id="none asked for"),
            pytest.param(4, NodePlan(8, nodes_to_survive=1), 36, 2, id="two pods to a node"),
            pytest.param(3, NodePlan(8, nodes_to_survive=2), 36, 4, id="two nodes of two pods"),
            pytest.param(16, NodePlan(8, nodes_to_survive=2), 36, 2, id="a node takes one pod of two nodes down"),
            pytest.param(8, NodePlan(8, availability=0.999, node_availability=0.99), 10, 2, id="10 nodes: two spare"),
            pytest.param(4, NodePlan(8, availability=0.999, node_availability=0.99), 19, 4, id="10 nodes of two pods"),
            # a pod of two nodes runs 0.81 of the time: 1 of 2 is 1 - 0.19^2 = 0.9639, 1 of 3 0.9931
            pytest.param(16, NodePlan(8, availability=0.97, node_availability=0.9), 1, 2, id="both nodes of a pod"),
        ],
    )
    def test_spare_pods(self, gpus_per_pod, plan, pods, spares):
        assert plan.spare_pods(pods, gpus_per_pod) == spares
        assert plan.spare_pods(np.array([pods, pods]), gpus_per_pod).tolist() == [spares, spares]

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"gpus_per_node": 0}, "gpus_per_node must be a whole number of at least 1 (got 0)"),
            ({"nodes_to_survive": -1}, "nodes_to_survive must be a whole number of at least 0 (got -1)"),
            ({"availability": 0.9}, "availability must be given with node_availability, and only with it"),
            (
                {"availability": 1, "node_availability": 0.9},
                "availability must be from 0.5 to 0.999999999 (got 1)",
            ),
            (
                {"availability": 0.9, "node_availability": 0.9, "nodes_to_survive": 1},
                "nodes_to_survive must not be given beside availability; leave one of them out",
            ),
            (
                {"availability": 0.9, "node_availability": 0.01},
                "node_availability must be from 0.5 to 0.999999999 (got 0.01)",
            ),
        ],
    )
    def test_refused(self, given, sentence):
        with pytest.raises(InputError) as error:
            NodePlan(**{"gpus_per_node": 8} | given)
        assert str(error.value) == sentence


class TestSparesBeyondCounting:
    def test_a_pod_on_many_nodes_that_hardly_ever_run_together(self):
        with pytest.raises(InputError) as error:
            NodePlan(8, availability=0.9, node_availability=0.9).spare_pods(3, gpus_per_pod=64)  # 0.9^8 = 0.43
        assert str(error.value) == (
            "node_availability must let a pod on 8 nodes run at least half of the time (got 0.9); give spare pods instead"
        )

    def test_more_than_a_million_of_them(self):
        with pytest.raises(InputError, match=r"^availability must take at most 1,000,000 spare nodes \(got 0.9\)$"):
            spare_units(10_000_000, 0.9, 0.9)


WORKED = Curve([1, 10, 256], [215.5, 122.2, 41.8])


class TestSizing:
    """Estimate, budget and commitment at 100 tok/s/user and 70,000 tok/s: 43, 61 and 82 pods of 4 GPUs."""

    def sized(self, plan, **options):
        return size(WORKED, 100, Demand.tok_s(70_000), gpus_per_pod=4, node_plan=plan, **options)

    def test_whole_nodes_and_spares_by_hand(self):
        found = self.sized(NodePlan(8, nodes_to_survive=1), gpu_hourly_usd=2)
        assert (found.spare_pods, found.spare_pods_budget, found.spare_pods_high) == (2, 2, 2)
        # (43 + 2) x 4 = 180: 23 nodes, 4 GPUs idle; (61 + 2) x 4 = 252: 32 nodes, 4 idle; (82 + 2) x 4 = 336: 42 nodes
        assert (found.total_gpus, found.total_gpus_budget, found.total_gpus_high) == (184, 256, 336)
        assert (found.gpus_idle, found.gpus_idle_budget, found.gpus_idle_high) == (4, 4, 0)
        assert (found.nodes, found.nodes_budget, found.nodes_high) == (23, 32, 42)
        assert found.usd_per_month_budget == 256 * 2 * 730
        assert (found.gpus, found.pods, found.total_pods) == (
            172,
            43,
            45,
        )  # spares and idle GPUs are no pods that carry

    def test_without_a_plan_gpus_are_had_one_by_one(self):
        found = self.sized(None, spare_replicas=1)
        assert (found.total_gpus, found.gpus_idle, found.spare_pods_high) == (176, 0, 1)
        assert np.isnan(found.nodes)

    @given(st.integers(1, 32), st.integers(1, 16), st.integers(0, 3), st.floats(1e3, 1e6))
    def test_what_is_bought_adds_up(self, per_node, per_pod, lost, tok_s):
        plan = NodePlan(per_node, nodes_to_survive=lost)
        for row in size(WORKED, [50, 100], Demand.tok_s(tok_s), gpus_per_pod=per_pod, node_plan=plan).rows():
            assert row.total_gpus_high == (row.pods_high + row.spare_pods_high) * per_pod + row.gpus_idle_high
            assert row.total_gpus_high == row.nodes_high * per_node
            assert row.gpus_idle_high >= 0
            assert row.total_gpus <= row.total_gpus_budget <= row.total_gpus_high

    def test_spares_are_not_said_twice(self):
        with pytest.raises(InputError) as error:
            self.sized(NodePlan(8, nodes_to_survive=1), spare_replicas=2)
        assert str(error.value) == (
            "spare_replicas must be 0 where nodes that fail say how many there are (got 2); leave one of them out"
        )

    def test_another_kind_is_refused(self):
        with pytest.raises(InputError, match=r"^node_plan must be a NodePlan \(got 8\)$"):
            self.sized(8)
