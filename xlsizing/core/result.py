"""The result of a sizing: pods, GPUs, dollars and the range around them, as arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, refuse
from xlsizing.core.blocks import in_blocks
from xlsizing.core.bought import Bought, Integers
from xlsizing.core.budget import CLAIMS, Bound, carried_to_budget, claim_codes
from xlsizing.core.curve import Curve
from xlsizing.core.demand import Demand
from xlsizing.core.hardware import NodePlan
from xlsizing.core.limits import Wait
from xlsizing.core.operating import OperatingPoints
from xlsizing.core.price import Price
from xlsizing.core.rows import SizingRow, sizing_frame, sizing_rows
from xlsizing.errors import shown
from xlsizing.rules import MOST_PODS, TOLERANCE, WIDE_RATIO

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sizing", "check_pods", "pods_needed"]

_CLAIMS = np.array(CLAIMS)


@dataclass(frozen=True)
class Sizing(Bought):
    """A sizing; each array has the broadcast shape of SLAs and demands, in the order given.

    Rows that no measured point meets have ``feasible`` False and hold the figures of the first
    anchor: check `feasible` before using any other array. Scalars in give numbers out.

    Parameters
    ----------
    curve : Curve
        The measured curve
    demand : Demand
        What the customer asks for [unit of the demand]
    points : OperatingPoints
        Where one replica runs at each SLA
    gpus_per_pod : int
        GPUs of one replica [GPUs/pod]
    util : float
        Planned share of measured throughput [-]
    price : Price
        Price of one GPU [USD/GPU-hour]
    spare_replicas : int
        Replicas beyond those that carry the demand [pods]
    shape : tuple of int
        Broadcast shape of SLAs and demands [-]
    bound : Bound
        How far the budget lies from the estimate to the commitment
    node_plan : NodePlan or None
        The nodes that GPUs are bought in; None where they are had one by one
    """

    curve: Curve
    demand: Demand
    points: OperatingPoints
    gpus_per_pod: int
    util: float
    price: Price
    spare_replicas: int
    shape: tuple[int, ...]
    bound: Bound
    node_plan: NodePlan | None = None

    def __post_init__(self) -> None:
        if self._demand_in_kind.max() / (self.points.best_carried[0] * self.util) <= MOST_PODS:
            return  # whatever the SLAs, for no anchor carries less than the first
        check_pods(self._quotient(self.points.carried_proven).max())

    def with_output_tokens(self, output_tokens: float | None) -> Sizing:
        """Return the same sizing for requests of so many `output_tokens`: they decide whether a budget is claimed [tok].

        Raises
        ------
        InputError
            If a limit on whole answers is of answers of another length.
        """
        if output_tokens is None:
            return self
        points = replace(self.points, limits=self.points.limits.of_answers(output_tokens))
        return replace(self, points=points, bound=replace(self.bound, output_tokens=output_tokens))

    @property
    def point_of_row(self) -> list[int]:
        """The position of the operating point of each row, both counted through all dimensions [-]."""
        positions = np.arange(self.points.sla.size).reshape(self.points.shape)
        listed: list[int] = np.broadcast_to(positions, self.shape).ravel().tolist()
        return listed

    @property
    def binding(self) -> npt.NDArray[np.str_]:
        """What keeps a replica from more, one of `limits.BINDINGS` [-]."""
        return self._in_shape(self.points.binding)

    def wait(self, wait: Wait) -> Floats:
        """Return a `wait` at c*, NaN where the curve does not tell it [s]."""
        return self._waits_or_nan(self.points.wait(wait))

    def wait_commit(self, wait: Wait) -> Floats:
        """Return a `wait` where the GPUs to commit to run, likewise [s]."""
        return self._waits_or_nan(self.points.wait_commit(wait))

    def limit(self, wait: Wait) -> Floats:
        """Return the limit on a `wait`, infinity where there is none [s]."""
        asked = self.points.limits.of(wait)
        return self._in_shape(np.asarray(np.inf) if asked is None else asked)

    @property
    def sla(self) -> Floats:
        """Interactivity each user must see [tok/s/user]."""
        return self._in_shape(self.points.sla)

    @property
    def feasible(self) -> npt.NDArray[np.bool_]:
        """Whether a measured point meets the SLA [-]."""
        return self._in_shape(self.points.feasible)

    @property
    def regime(self) -> npt.NDArray[np.str_]:
        """The case each row fell into, one of `rules.REGIMES` [-]."""
        return self._in_shape(self.points.regime)

    @property
    def c_star(self) -> Floats:
        """Operating concurrency of one replica; for users the requests that run at once [requests/replica]."""
        return self._in_shape(self.points.c_star)

    @property
    def per_replica_tps(self) -> Floats:
        """Output throughput of one replica at c* [tok/s]."""
        return self._in_shape(self.points.per_replica_tps)

    @property
    def tok_s_per_user(self) -> Floats:
        """Interactivity at c* [tok/s/user]."""
        return self._in_shape(self.points.tok_s_per_user)

    @property
    def max_num_seqs(self) -> Integers:
        """The serving flag of estimate and budget: c* rounded down, at least 1 [requests/replica]."""
        return self._in_shape(self.points.max_num_seqs)

    @property
    def c_commit(self) -> Floats:
        """Concurrency of one replica of the GPUs to commit to; for users what runs at once [requests/replica]."""
        return self._in_shape(self.points.c_commit)

    @property
    def per_replica_tps_commit(self) -> Floats:
        """Output throughput of one replica there [tok/s]."""
        return self._in_shape(self.points.tps_proven)

    @property
    def tok_s_per_user_commit(self) -> Floats:
        """Interactivity there [tok/s/user]."""
        return self._in_shape(self.points.tok_s_per_user_commit)

    @property
    def max_num_seqs_commit(self) -> Integers:
        """The serving flag there [requests/replica]."""
        return self._in_shape(self.points.max_num_seqs_commit)

    @property
    def load_commit(self) -> Floats:
        """Share of what the pods to commit to carry there that the demand takes [-]."""
        return self._demand_in_kind / (self.pods_high * self.points.carried_proven)

    @cached_property
    def demand_tok_s(self) -> Floats:
        """Output throughput of the whole deployment [tok/s]."""
        return self._in_shape(self.demand.output_tok_s(self.points.sla))

    @property
    def pods_unrounded(self) -> Floats:
        """Pods of the estimate before rounding up [pods]."""
        return self._in_shape(self._quotient(self.points.carried))

    @property
    def pods_high_unrounded(self) -> Floats:
        """Pods at the high end of the range before rounding up [pods]."""
        return self._in_shape(self._quotient(self.points.carried_proven))

    @cached_property
    def pods(self) -> Integers:
        """Pods that carry the demand, spares excluded: the estimate [pods]."""
        return self._pods_for(lambda points: points.carried)

    @cached_property
    def pods_budget(self) -> Integers:
        """Pods to plan with: between the estimate and `pods_high`; equal to it where `budget_claim` says why [pods]."""
        return self._pods_for(lambda points: carried_to_budget(points, self.bound))

    @property
    def budget_confidence(self) -> float:
        """Share of public curves on which the need was at or below the budget [-]."""
        return self.bound.confidence

    @cached_property
    def budget_claim(self) -> npt.NDArray[np.str_]:
        """Why that is not claimed of a row; empty where it is [-]."""
        return self._in_shape(_CLAIMS[claim_codes(self.points, self.bound)])

    @cached_property
    def pods_high(self) -> Integers:
        """Pods if the replica carries only what was measured at or above the SLA [pods]."""
        return self._pods_for(lambda points: points.carried_proven)

    @cached_property
    def pods_low(self) -> Integers:
        """Pods if the replica carries as much as the next measured point [pods]."""
        return self._pods_for(lambda points: points.carried_hoped)

    @property
    def pods_plateau(self) -> Integers:
        """Pods to commit to at every SLA up to `knee_tok_s_per_user`, for each demand [pods]."""
        return pods_needed(self._quotient(self.points.best_carried[-1]))

    @property
    def knee_tok_s_per_user(self) -> float:
        """Interactivity up to which the GPUs to commit to are one number: that of the first anchor that carries most [tok/s/user]."""
        curve = self.curve
        first = curve.held_anchor[-1] if self.demand.counts_users else curve.knee_anchor[-1]
        return float(curve.tok_s_per_user[first])

    @property
    def load(self) -> Floats:
        """Share of what the estimate's pods carry that the demand takes, after rounding up [-]."""
        return self._load_on(self.pods)

    @property
    def load_budget(self) -> Floats:
        """Share of what the pods to budget carry at c* that the demand takes [-]."""
        return self._load_on(self.pods_budget)

    @property
    def load_mean(self) -> Floats:
        """The load of the estimate's pods in the mean [-]."""
        return self.load / self.demand.peak_to_mean

    @property
    def load_mean_budget(self) -> Floats:
        """The load of the pods to budget in the mean [-]."""
        return self.load_budget / self.demand.peak_to_mean

    @property
    def load_mean_commit(self) -> Floats:
        """The load of the pods to commit to in the mean [-]."""
        return self.load_commit / self.demand.peak_to_mean

    @property
    def load_one_fewer(self) -> Floats:
        """The same with one pod fewer; NaN for a single pod [-]."""
        return self._load_on(np.where(self.pods > 1, self.pods - 1, np.nan)[()])

    @property
    def load_at_max_num_seqs(self) -> Floats:
        """The load where each replica is held to `max_num_seqs`; above 1 it does not carry the demand [-]."""
        return self._load_at_flag(self.pods)

    @property
    def load_at_max_num_seqs_budget(self) -> Floats:
        """The same for the pods to budget, which are held to the same flag [-]."""
        return self._load_at_flag(self.pods_budget)

    @property
    def too_wide(self) -> npt.NDArray[np.bool_]:
        """Whether the range is too wide to quote: high above twice low [-]."""
        return self.pods_high > WIDE_RATIO * self.pods_low

    @property
    def measure_next(self) -> Floats:
        """The concurrency whose measurement tells most; NaN where none would [requests/replica]."""
        return self._in_shape(self.points.measure_next)

    def rows(self) -> list[SizingRow]:
        """Return one `SizingRow` for each SLA and demand, in the order given."""
        return sizing_rows(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame, one column a field of `SizingRow`.

        Rows that cannot be met hold missing values, never the first anchor's figures.
        """
        return sizing_frame(self)

    @cached_property
    def _demand_in_kind(self) -> Floats:
        """The demand in the kind that a replica carries: requests in flight or tok/s."""
        return self.demand.value[()] if self.demand.counts_users else self.demand.output_tok_s(self.points.sla)

    def _quotient(self, carried: Floats) -> Floats:
        return self._demand_in_kind / (carried * self.util)

    def _pods_for(self, carried: Callable[[OperatingPoints], Floats]) -> Integers:
        """Return the pods that the demand takes where one replica carries what `carried` says of its operating points."""

        def needed(asked: Floats, points: OperatingPoints) -> tuple[Integers]:
            return (pods_needed(asked / (carried(points) * self.util)),)

        pods = self._in_shape(*in_blocks(needed, self._demand_in_kind, self.points))
        if isinstance(pods, np.ndarray):  # it is kept, and other arrays follow from it
            pods.flags.writeable = False
        return pods

    def _load_on(self, pods: npt.NDArray[Any]) -> Floats:
        return self._demand_in_kind / (pods * self.points.carried)

    def _load_at_flag(self, pods: Integers) -> Floats:
        flag = self.points.max_num_seqs if self.demand.counts_users else self.points.tps_at_max_num_seqs
        return self._demand_in_kind / (pods * flag)

    def _waits_or_nan(self, waits: Floats | None) -> Floats:
        return self._in_shape(np.asarray(np.nan) if waits is None else waits)

    def _in_shape(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return `array` in the shape of the result; a number where that is a single one."""
        if isinstance(array, np.generic) and not self.shape:
            return array
        # [()] makes a number of a 0-d array: it prints, compares and formats as numbers do.
        return (array if array.shape == self.shape else np.broadcast_to(array, self.shape))[()]


def check_pods(most: float) -> None:
    """Refuse a row that needs more pods than `rules.MOST_PODS`, `most` of them before rounding [pods]."""
    if most > MOST_PODS:
        refuse(
            "demand",
            f"must not need more than {shown(MOST_PODS)} pods",
            got=float(f"{most:.10g}"),
            way_out="check the units of demand and curve",
        )


def pods_needed(quotient: npt.NDArray[np.float64]) -> Integers:
    """Return `quotient` rounded up to whole pods, at least 1.

    Parameters
    ----------
    quotient : ndarray
        Demand over what one pod carries at the planned utilisation [pods]

    Returns
    -------
    ndarray of int64, the shape of `quotient`
        Whole pods [pods]

    Notes
    -----
    ``max(1, ceil(q (1 - 1e-9)))``: float noise above an exact multiple adds no pod. The formula in
    a cell is ``MAX(1,CEILING(q*(1-1E-9),1))``.

    Examples
    --------
    >>> pods_needed(np.array([0.2, 3.0000000000000004, 3.1]))
    array([1, 3, 4])
    """
    pods: Integers = np.maximum(1, np.ceil(quotient * (1 - TOLERANCE))).astype(np.int64)
    return pods
