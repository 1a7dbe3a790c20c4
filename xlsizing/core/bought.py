"""What is bought for the pods of each figure, and what it costs: spares, whole nodes, dollars a month and a million tokens."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats
from xlsizing.core.demand import Demand
from xlsizing.core.hardware import NodePlan
from xlsizing.core.price import Price
from xlsizing.rules import HOURS_PER_MONTH

__all__ = ["Bought", "Integers"]

Integers = npt.NDArray[np.int64]


class Bought:
    """The hardware and the money of a sizing, which says how many pods there are and how loaded they run."""

    demand: Demand
    gpus_per_pod: int
    price: Price
    spare_replicas: int
    node_plan: NodePlan | None

    @property
    @abstractmethod
    def pods(self) -> Integers:
        """Pods of the estimate [pods]."""

    @property
    @abstractmethod
    def pods_low(self) -> Integers:
        """Pods at the low end of the range [pods]."""

    @property
    @abstractmethod
    def pods_budget(self) -> Integers:
        """Pods to budget [pods]."""

    @property
    @abstractmethod
    def pods_high(self) -> Integers:
        """Pods to commit to [pods]."""

    @property
    @abstractmethod
    def demand_tok_s(self) -> Floats:
        """Output throughput of the whole deployment [tok/s]."""

    @property
    @abstractmethod
    def load(self) -> Floats:
        """Load of the estimate [-]."""

    @property
    @abstractmethod
    def load_budget(self) -> Floats:
        """Load of the pods to budget [-]."""

    @property
    @abstractmethod
    def load_commit(self) -> Floats:
        """Load of the pods to commit to [-]."""

    @property
    def gpu_hourly_usd(self) -> float:
        """The price in dollars [USD/GPU-hour]."""
        return self.price.amount

    @property
    def price_assumed(self) -> bool:
        """Whether nobody gave one, so that the default stands."""
        return self.price.assumed

    @property
    def gpus(self) -> Integers:
        """GPUs of the estimate, spares excluded [GPUs]."""
        return self.pods * self.gpus_per_pod

    @property
    def gpus_budget(self) -> Integers:
        """GPUs to budget, spares excluded [GPUs]."""
        return self.pods_budget * self.gpus_per_pod

    @property
    def gpus_high(self) -> Integers:
        """GPUs to commit to: the high end of the range, spares excluded [GPUs]."""
        return self.pods_high * self.gpus_per_pod

    @property
    def gpus_low(self) -> Integers:
        """GPUs at the low end of the range, spares excluded [GPUs]."""
        return self.pods_low * self.gpus_per_pod

    @property
    def holds_spares(self) -> bool:
        """Whether any pod stands by."""
        return bool(np.any(self.spare_replicas)) or (self.node_plan is not None and self.node_plan.holds_spares)

    @cached_property
    def spare_pods(self) -> Integers:
        """Spare pods beside those of the estimate [pods]."""
        return self.spares_beside(self.pods)

    @cached_property
    def spare_pods_budget(self) -> Integers:
        """Spare pods beside those to budget [pods]."""
        return self.spares_beside(self.pods_budget)

    @cached_property
    def spare_pods_high(self) -> Integers:
        """Spare pods beside those to commit to [pods]."""
        return self.spares_beside(self.pods_high)

    @property
    def total_pods(self) -> Integers:
        """Pods of the estimate with spares [pods]."""
        return self.pods + self.spare_pods

    @property
    def total_gpus(self) -> Integers:
        """GPUs of the estimate with spares, in whole nodes [GPUs]."""
        return self._gpus_bought(self.total_pods)

    @property
    def total_gpus_low(self) -> Integers:
        """GPUs at the low end of the range, with spares, in whole nodes [GPUs]."""
        return self.gpus_with_spares(self.pods_low)

    @property
    def total_gpus_budget(self) -> Integers:
        """GPUs to budget, with spares, in whole nodes [GPUs]."""
        return self._gpus_bought(self.pods_budget + self.spare_pods_budget)

    @property
    def total_gpus_high(self) -> Integers:
        """GPUs to commit to, with spares, in whole nodes [GPUs]."""
        return self._gpus_bought(self.pods_high + self.spare_pods_high)

    @property
    def gpus_idle(self) -> Integers:
        """GPUs of the estimate's nodes that no pod uses [GPUs]."""
        return self.total_gpus - self.total_pods * self.gpus_per_pod

    @property
    def gpus_idle_budget(self) -> Integers:
        """The same of the nodes to budget [GPUs]."""
        return self.total_gpus_budget - (self.pods_budget + self.spare_pods_budget) * self.gpus_per_pod

    @property
    def gpus_idle_high(self) -> Integers:
        """The same of the nodes to commit to [GPUs]."""
        return self.total_gpus_high - (self.pods_high + self.spare_pods_high) * self.gpus_per_pod

    @property
    def nodes(self) -> npt.NDArray[Any]:
        """Nodes of the estimate; NaN where GPUs are had one by one [nodes]."""
        return self._nodes(self.total_gpus)

    @property
    def nodes_budget(self) -> npt.NDArray[Any]:
        """Nodes to budget, likewise [nodes]."""
        return self._nodes(self.total_gpus_budget)

    @property
    def nodes_high(self) -> npt.NDArray[Any]:
        """Nodes to commit to, likewise [nodes]."""
        return self._nodes(self.total_gpus_high)

    def gpus_with_spares(self, pods: Integers) -> Integers:
        """Return the GPUs that are bought for `pods` that carry the demand: with spares, in whole nodes [GPUs]."""
        return self._gpus_bought(pods + self.spares_beside(pods))

    @property
    def usd_per_month(self) -> Floats:
        """Cost of the estimate, spares included [USD/month]."""
        return self._usd_per_month(self.total_gpus)

    @property
    def usd_per_month_budget(self) -> Floats:
        """Cost of the GPUs to budget, spares included [USD/month]."""
        return self._usd_per_month(self.total_gpus_budget)

    @property
    def usd_per_month_high(self) -> Floats:
        """Cost of the GPUs to commit to, spares included [USD/month]."""
        return self._usd_per_month(self.total_gpus_high)

    @property
    def usd_per_million(self) -> Floats:
        """Cost of the estimate per million output tokens at the demanded load [USD/1M tok]."""
        return self._usd_per_million(self.usd_per_month)

    @property
    def usd_per_million_budget(self) -> Floats:
        """Cost of the GPUs to budget per million output tokens at the demanded load [USD/1M tok]."""
        return self._usd_per_million(self.usd_per_month_budget)

    @property
    def usd_per_million_high(self) -> Floats:
        """Cost of the GPUs to commit to per million output tokens at the demanded load [USD/1M tok]."""
        return self._usd_per_million(self.usd_per_month_high)

    @property
    def usd_per_million_mean(self) -> Floats:
        """Cost of the estimate per million output tokens at the mean load, which is what is sold [USD/1M tok]."""
        return self.usd_per_million * self.demand.peak_to_mean

    @property
    def usd_per_million_mean_budget(self) -> Floats:
        """Cost of the GPUs to budget per million output tokens at the mean load [USD/1M tok]."""
        return self.usd_per_million_budget * self.demand.peak_to_mean

    @property
    def usd_per_million_mean_high(self) -> Floats:
        """Cost of the GPUs to commit to per million output tokens at the mean load [USD/1M tok]."""
        return self.usd_per_million_high * self.demand.peak_to_mean

    @property
    def usd_per_million_full(self) -> Floats:
        """Cost of the estimate per million output tokens if its pods ran full [USD/1M tok]."""
        return self.usd_per_million * self.load

    @property
    def usd_per_million_full_budget(self) -> Floats:
        """Cost of the GPUs to budget per million output tokens if they ran full [USD/1M tok]."""
        return self.usd_per_million_budget * self.load_budget

    @property
    def usd_per_million_full_high(self) -> Floats:
        """Cost of the GPUs to commit to per million output tokens if they ran full [USD/1M tok]."""
        return self.usd_per_million_high * self.load_commit

    def spares_beside(self, pods: npt.ArrayLike) -> Integers:
        """Return the spare pods beside `pods` that carry the demand [pods]."""
        if self.node_plan is not None and self.node_plan.holds_spares:
            stand_by: Integers = self.node_plan.spare_pods(pods, self.gpus_per_pod)
            return stand_by
        return np.broadcast_to(self.spare_replicas, np.shape(pods))[()]

    def _gpus_bought(self, pods: Integers) -> Integers:
        return (
            pods * self.gpus_per_pod if self.node_plan is None else self.node_plan.racks(self.gpus_per_pod).gpus(pods)
        )

    def _nodes(self, gpus: Integers) -> npt.NDArray[Any]:
        return gpus * np.nan if self.node_plan is None else gpus // self.node_plan.gpus_per_node

    def _usd_per_month(self, gpus: Integers) -> Floats:
        return np.multiply(gpus, self.gpu_hourly_usd * HOURS_PER_MONTH)

    def _usd_per_million(self, usd_per_month: Floats) -> Floats:
        million_tok_per_month = self.demand_tok_s * (3600 * HOURS_PER_MONTH / 1e6)
        return np.divide(usd_per_month, million_tok_per_month)
