"""Hardware as it is bought and powered: GPUs in whole nodes, and how many of them a budget of dollars or megawatts pays.

A node holds ``floor(gpus_per_node/gpus_per_pod)`` pods; a larger pod takes whole nodes. GPUs that no pod can use are
idle, and paid for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xlsizing.checks import number, refuse, whole
from xlsizing.errors import Phrase, shown
from xlsizing.rules import HOURS_PER_MONTH, MOST_GPUS_PER_POD, MOST_PODS, TOLERANCE

__all__ = ["LEAST_PUE", "Racks", "gpus_for_power", "gpus_for_usd"]

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

    def nodes(self, pods: int) -> int:
        """Return the nodes that `pods` take; without nodes, one a pod [nodes]."""
        return math.ceil(pods / self.pods_per_node) if self.pods_per_node else pods * self.nodes_per_pod

    def gpus(self, pods: int) -> int:
        """Return the GPUs that are bought for `pods` [GPUs]."""
        return self.nodes(pods) * (self.gpus_per_node or self.gpus_per_pod)

    def idle(self, pods: int) -> int:
        """Return those of them that no pod uses [GPUs]."""
        return self.gpus(pods) - pods * self.gpus_per_pod

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
