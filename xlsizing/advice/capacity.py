"""The question turned round: the most that so many pods carry at an SLA, and the best SLA for a demand.

Each answer stands for each figure that a fleet may be sized by: estimate, budget, commit. Sizing the answer takes no
more than the pods; with one step more, in demand or SLA, it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Context
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, whole
from xlsizing.core import (
    BUDGET,
    COMMIT,
    ESTIMATE,
    NO_LIMITS,
    Bound,
    Curve,
    Demand,
    Limits,
    OperatingPoints,
    bound,
    carried_to_budget,
    operating_points,
    pods_needed,
)
from xlsizing.rules import DEFAULT_METHOD, DEFAULT_UTIL, MOST_PODS, TOLERANCE

__all__ = ["Answers", "Fleet"]


class Answers(NamedTuple):
    """An answer for each figure that a fleet may be sized by.

    Parameters
    ----------
    estimate, budget, commit : float or None
        In this order none is above the one before it; None where the pods do not carry the demand at any SLA
        [unit of the answer]
    """

    estimate: float | None
    budget: float | None
    commit: float | None


@dataclass(frozen=True)
class Fleet:
    """A given number of pods of one measured curve.

    Parameters
    ----------
    curve : Curve
        The measured curve of one replica
    pods : int
        Pods that serve, spares excluded [pods]
    util : float
        Planned share of measured throughput [-]
    method : str
        One of `interpolation.METHODS`
    limits : Limits
        Limits on waiting, one value each [s]
    level : Bound
        How far the budget lies from the estimate to the commitment
    """

    curve: Curve
    pods: int
    util: float = DEFAULT_UTIL
    method: str = DEFAULT_METHOD
    limits: Limits = NO_LIMITS
    level: Bound = field(default_factory=bound)

    def __post_init__(self) -> None:
        whole(self.pods, "pods", low=1, high=int(MOST_PODS))

    def most(self, sla: float, *, users: bool = False) -> Answers:
        """Return the most that the pods carry at an `sla`: output tok/s, or `users` in flight.

        Parameters
        ----------
        sla : float
            Interactivity each user must see [tok/s/user]
        users : bool, optional
            Whether requests in flight are asked for

        Returns
        -------
        Answers
            ``pods T util``, T what one pod carries for each figure [tok/s, or requests]

        Raises
        ------
        InfeasibleError
            If no measured point meets the SLA or a limit.

        Examples
        --------
        >>> curve = Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
        >>> [round(answer) for answer in Fleet(curve, pods=59).most(100)]
        [97387, 67840, 50469]
        """
        points = self._points_at(sla, users=users)
        if not points.feasible:
            raise points.unmet()
        return Answers(*(self.pods * self.util * float(carried) for carried in self.carried_per_pod(points).values()))

    def best_sla(self, demand: Demand) -> Answers:
        """Return the best SLA at which the pods carry a `demand`.

        Parameters
        ----------
        demand : Demand
            What the customer asks for, one value [unit of the demand]

        Returns
        -------
        Answers
            To ten digits, rounded down; at most the fastest measured [tok/s/user]

        Raises
        ------
        InfeasibleError
            If no measured point meets a limit.

        Examples
        --------
        >>> curve = Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
        >>> Fleet(curve, pods=59).best_sla(Demand.tpm(3e6)).commit
        122.2
        """
        fleet, rates = self.answering(demand), self.curve.tok_s_per_user
        loosest = self._points_at(float(rates[-1]), users=demand.counts_users)
        if not loosest.feasible:
            raise loosest.unmet()
        fits = np.full(len(_FIGURES), rates[-1])
        fails = np.full(len(_FIGURES), rates[0] * (1 + 2 * TOLERANCE))
        at_all = fleet._carries_demand(fits, demand)  # noqa: SLF001  # our own
        for _ in range(_HALVINGS):
            middle = np.sqrt(fits * fails)
            enough = fleet._carries_demand(middle, demand)  # noqa: SLF001  # likewise
            fits, fails = np.where(enough, middle, fits), np.where(enough, fails, middle)
        return Answers(*(self._rounded_sla(sla) if ok else None for sla, ok in zip(fits, at_all, strict=True)))

    def carried_per_pod(self, points: OperatingPoints) -> dict[str, Floats]:
        """Return what one pod carries at `points` for each figure, in the order of `Answers` [tok/s, or requests]."""
        budget = carried_to_budget(points, self.level)
        return {ESTIMATE: points.carried, BUDGET: budget, COMMIT: points.carried_proven}

    def answering(self, demand: Demand) -> Fleet:
        """Return the same fleet for the answers of a `demand`: their length decides whether a budget is claimed."""
        if demand.osl is None:
            return self
        return replace(self, level=replace(self.level, output_tokens=float(demand.osl)))

    def _points_at(self, sla: npt.ArrayLike, *, users: bool) -> OperatingPoints:
        return operating_points(self.curve, sla, self.method, counts_users=users, limits=self.limits)

    def _carries_demand(self, slas: Floats, demand: Demand) -> np.ndarray:
        """Tell for each figure whether the pods carry the demand at its SLA."""
        points = self._points_at(slas, users=demand.counts_users)
        asked = demand.value if demand.counts_users else demand.output_tok_s(slas)
        carried = np.stack([*self.carried_per_pod(points).values()]).diagonal()
        return points.feasible & (pods_needed(asked / (carried * self.util)) <= self.pods)

    def _rounded_sla(self, sla: float) -> float:
        """Return an SLA without the noise of its search: that of an anchor it equals, else ten digits of it."""
        rates = self.curve.tok_s_per_user
        anchor = rates[(rates <= sla) & (sla <= rates * (1 + 3 * TOLERANCE))]
        return float(anchor[0]) if anchor.size else float(_TEN_DIGITS.create_decimal_from_float(float(sla)))


_FIGURES: Final = Answers._fields
_HALVINGS: Final = 60
"""Of the span between the loosest and the tightest SLA: past the last digit of a float."""

_TEN_DIGITS: Final = Context(prec=10, rounding=ROUND_DOWN)
