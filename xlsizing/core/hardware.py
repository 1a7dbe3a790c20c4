"""Hardware as it is bought and powered: GPUs in whole nodes, and how many of them a budget of dollars or megawatts pays.

A node holds ``floor(gpus_per_node/gpus_per_pod)`` pods; a larger pod takes whole nodes. GPUs that no pod can use are
idle, and paid for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from xlsizing.checks import number, refuse, whole
from xlsizing.errors import Phrase, shown
from xlsizing.rules import (
    HOURS_PER_MONTH,
    LEAST_NODE_AVAILABILITY,
    MOST_AVAILABILITY,
    MOST_GPUS_PER_POD,
    MOST_NODES_LOST,
    MOST_PODS,
    MOST_SPARES,
    TOLERANCE,
)

__all__ = ["LEAST_PUE", "NodePlan", "Racks", "gpus_for_power", "gpus_for_usd", "spare_units"]

Count = TypeVar("Count", int, npt.NDArray[np.int64])

LEAST_PUE = 1.0
"""Power of a site over that of its machines; never below 1 [-]."""


@dataclass(frozen=True)
class Racks:
    """How pods of one size stand in nodes.

    Parameters
    ----------
    gpus_per_pod : int
        GPUs of one replica [GPUs/pod]
    gpus_per_node : int, optional
        GPUs of one node; where it is not given GPUs are had one by one [GPUs/node]

    Raises
    ------
    InputError
        If either is no whole number of at least 1.

    Examples
    --------
    >>> racks = Racks(gpus_per_pod=3, gpus_per_node=8)
    >>> racks.pods(20), racks.gpus(5), racks.idle(5)
    (4, 24, 9)
    """

    gpus_per_pod: int
    gpus_per_node: int | None = None

    def __post_init__(self) -> None:
        whole(self.gpus_per_pod, "gpus_per_pod", low=1, high=MOST_GPUS_PER_POD)
        if self.gpus_per_node is not None:
            whole(self.gpus_per_node, "gpus_per_node", low=1, high=MOST_GPUS_PER_POD)

    @property
    def pods_per_node(self) -> int:
        """Pods that one node holds whole; 0 where a pod takes several [pods/node]."""
        return (self.gpus_per_node or self.gpus_per_pod) // self.gpus_per_pod

    @property
    def nodes_per_pod(self) -> int:
        """Nodes that one pod takes; 1 where a node holds one or more [nodes/pod]."""
        return math.ceil(self.gpus_per_pod / (self.gpus_per_node or self.gpus_per_pod))

    def nodes(self, pods: Count) -> Count:
        """Return the nodes that `pods` take; without nodes, one a pod [nodes]."""
        return -(-pods // self.pods_per_node) if self.pods_per_node else pods * self.nodes_per_pod

    def gpus(self, pods: Count) -> Count:
        """Return the GPUs that are bought for `pods` [GPUs]."""
        return self.nodes(pods) * (self.gpus_per_node or self.gpus_per_pod)

    def idle(self, pods: Count) -> Count:
        """Return those of them that no pod uses [GPUs]."""
        return self.gpus(pods) - pods * self.gpus_per_pod

    def units(self, pods: Count) -> Count:
        """Return what `pods` take of what fails as one: nodes, or groups of nodes that hold one pod together."""
        return self.nodes(pods) if self.pods_per_node else pods

    def pods(self, gpus: int) -> int:
        """Return the pods that so many `gpus` hold, in whole nodes [pods].

        Raises
        ------
        InputError
            If they hold none.
        """
        nodes = gpus // (self.gpus_per_node or self.gpus_per_pod)
        found = nodes * self.pods_per_node if self.pods_per_node else nodes // self.nodes_per_pod
        if found < 1:
            holder = f" in nodes of {self.gpus_per_node}" if self.gpus_per_node else ""
            refuse("the budget", f"must hold a pod of {self.gpus_per_pod} GPUs{holder}", got=Phrase(f"{gpus:,} GPUs"))
        return min(found, int(MOST_PODS))


@dataclass(frozen=True)
class NodePlan:
    """How a fleet is bought: in whole nodes, with spares for those that fail.

    Parameters
    ----------
    gpus_per_node : int
        GPUs of one node [GPUs/node]
    nodes_to_survive : int, optional
        Full nodes that may fail at once: spare pods stand in for the pods that they take down [nodes]
    availability : float, optional
        In place of that: the share of time for which all pods asked for must run, with `node_availability` [-]
    node_availability : float, optional
        The share of time for which one node runs [-]

    Raises
    ------
    InputError
        If a number is out of range, both a number of nodes and an availability are given, or only one of the two availabilities.

    Examples
    --------
    >>> plan = NodePlan(gpus_per_node=8, nodes_to_survive=1)
    >>> plan.spare_pods(36, gpus_per_pod=4)
    2
    """

    gpus_per_node: int
    nodes_to_survive: int = 0
    availability: float | None = None
    node_availability: float | None = None

    def __post_init__(self) -> None:
        whole(self.gpus_per_node, "gpus_per_node", low=1, high=MOST_GPUS_PER_POD)
        whole(self.nodes_to_survive, "nodes_to_survive", low=0, high=MOST_NODES_LOST)
        for name in ("availability", "node_availability"):
            given = getattr(self, name)
            if given is not None and not LEAST_NODE_AVAILABILITY <= number(given, name) <= MOST_AVAILABILITY:
                rule = f"must be from {shown(LEAST_NODE_AVAILABILITY)} to {shown(MOST_AVAILABILITY)}"
                refuse(name, rule, got=given)
        if (self.availability is None) != (self.node_availability is None):
            refuse("availability", "must be given with node_availability, and only with it")
        if self.availability is not None and self.nodes_to_survive:
            refuse("nodes_to_survive", "must not be given beside availability", way_out="leave one of them out")

    @property
    def holds_spares(self) -> bool:
        """Whether it says how many spares there are."""
        return bool(self.nodes_to_survive) or self.availability is not None

    def racks(self, gpus_per_pod: int) -> Racks:
        """Return how pods of `gpus_per_pod` stand in its nodes [GPUs/pod]."""
        return Racks(gpus_per_pod, self.gpus_per_node)

    def spare_pods(self, pods: Any, gpus_per_pod: int) -> Any:
        """Return the spare pods beside `pods` that carry the demand.

        Parameters
        ----------
        pods : int or ndarray of int
            Pods that carry the demand [pods]
        gpus_per_pod : int
            GPUs of one replica [GPUs/pod]

        Returns
        -------
        int, or ndarray of int in the shape of `pods`
            Those of `nodes_to_survive` full nodes; by availability those of the least spare nodes that meet it. Where a pod
            takes whole nodes, a failed node takes one pod down [pods]
        """
        racks = self.racks(gpus_per_pod)
        in_unit = racks.pods_per_node or 1
        if self.availability is None or self.node_availability is None:
            return in_unit * self.nodes_to_survive + 0 * pods
        unit_runs = self.node_availability**racks.nodes_per_pod
        if unit_runs < LEAST_NODE_AVAILABILITY:
            rule = f"must let a pod on {racks.nodes_per_pod:,} nodes run at least half of the time"
            refuse("node_availability", rule, got=self.node_availability, way_out="give spare pods instead")
        sizes, which = np.unique(racks.units(np.asarray(pods)), return_inverse=True)
        spares = [spare_units(int(units), unit_runs, self.availability) for units in sizes]
        return in_unit * np.array(spares, dtype=np.int64)[which].reshape(np.shape(pods))[()]


def spare_units(units: int, runs: float, availability: float) -> int:
    """Return the least spares beside `units` with which so many of them run for a share of time of at least `availability`.

    Parameters
    ----------
    units : int
        Nodes, or groups of nodes, that must run [nodes]
    runs : float
        The share of time for which each of them runs, each on its own [-]
    availability : float
        The share of time for which `units` of them must run [-]

    Returns
    -------
    int
        Spares [nodes]

    Notes
    -----
    With s spares, ``n`` of ``n + s`` run for the share ``sum over k = 0..s of C(n+k-1, k) runs^n (1-runs)^k``: the
    binomial tail ``P(X >= n)`` of ``n + s`` units, summed by how many fail before the n-th runs.

    Examples
    --------
    >>> spare_units(10, 0.99, 0.999)
    2
    """
    fails, missing = 1 - runs, (1 - availability) * (1 + TOLERANCE) + 2**-53  # half of a float's last digit at 1
    expected = units * fails / runs
    if expected > MOST_SPARES:
        refuse("availability", f"must take at most {MOST_SPARES:,} spare nodes", got=availability)
    most = math.ceil(
        expected + 60 * math.sqrt(expected / runs) + 1000
    )  # past the last share that a float tells from none
    k = np.arange(1, most)
    steps = np.concatenate([[units * math.log(runs)], np.log((units + k - 1) / k * fails)])
    shares = np.exp(np.cumsum(steps))
    beyond = 1 - np.cumsum(shares)
    if runs**units > 0.5:  # noqa: PLR2004  # the tail itself: nothing of it is lost beside 1
        beyond = np.cumsum(shares[::-1])[::-1] - shares
    return int(np.argmax(beyond <= missing))


def gpus_for_usd(usd_per_month: float, gpu_hourly_usd: float) -> int:
    """Return the GPUs that a budget pays for, at 730 hours a month.

    Parameters
    ----------
    usd_per_month : float
        The budget [USD/month]
    gpu_hourly_usd : float
        Price of one GPU [USD/GPU-hour]

    Returns
    -------
    int
        Whole GPUs [GPUs]

    Examples
    --------
    >>> gpus_for_usd(6_278 * 36, 8.60)
    36
    """
    budget, price = number(usd_per_month, "usd_per_month"), number(gpu_hourly_usd, "gpu_hourly_usd")
    return math.floor(budget / (price * HOURS_PER_MONTH) * (1 + TOLERANCE))


def gpus_for_power(megawatts: float, kw_per_gpu: float, pue: float) -> int:
    """Return the GPUs that a site of so many `megawatts` feeds.

    Parameters
    ----------
    megawatts : float
        Power of the site [MW]
    kw_per_gpu : float
        Power of one GPU with its share of the node [kW/GPU]
    pue : float
        Power usage effectiveness: power of the site over that of its machines [-]

    Returns
    -------
    int
        Whole GPUs [GPUs]

    Raises
    ------
    InputError
        If the PUE is below 1.

    Examples
    --------
    >>> gpus_for_power(1, 1.25, 1.25)
    640
    """
    if number(pue, "pue") < LEAST_PUE:
        refuse("pue", f"must be at least {shown(LEAST_PUE)}", got=pue)
    site, each = number(megawatts, "megawatts"), number(kw_per_gpu, "kw_per_gpu")
    return math.floor(1000 * site / (each * pue) * (1 + TOLERANCE))
