"""Nodes, dollars and megawatts in GPUs, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsizing import InputError
from xlsizing.core.hardware import Racks, gpus_for_power, gpus_for_usd


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
