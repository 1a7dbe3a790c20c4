"""Rows that differ in more than SLA and demand: utilisation, price, spares and GPUs per pod of each row's own.

`size` takes one of each, as reports have them; a table of scenarios has one a row. What is here has been checked.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats
from xlsizing.core.budget import Bound
from xlsizing.core.curve import Curve
from xlsizing.core.demand import Demand
from xlsizing.core.limits import NO_LIMITS, Limits
from xlsizing.core.operating import operating_points
from xlsizing.core.price import Price
from xlsizing.core.result import Sizing
from xlsizing.rules import MOST_PODS

__all__ = ["size_each", "too_many"]


class _EachRow(Sizing):
    """A sizing whose utilisation, price, spares and GPUs per pod are arrays of its shape."""

    def __post_init__(self) -> None:
        """Leave the check of too many pods to `too_many`: one row must not refuse the others."""


def too_many(sizing: Sizing) -> npt.NDArray[np.bool_]:
    """Tell which rows of a `sizing` need more pods than `rules.MOST_PODS`: to be left out before pods are asked for [-]."""
    return sizing.pods_high_unrounded > MOST_PODS


def size_each(
    curve: Curve,
    sla: Floats,
    demand: Demand,
    *,
    gpus_per_pod: npt.NDArray[np.int64],
    util: Floats,
    gpu_hourly_usd: Floats,
    spare_replicas: npt.NDArray[np.int64],
    method: str,
    bound: Bound,
    limits: Limits = NO_LIMITS,
) -> Sizing:
    """Return the sizing of rows that each have figures of their own, every one of them checked before.

    Parameters
    ----------
    curve : Curve
        The measured curve
    sla : ndarray, shape (m,)
        Interactivity each user must see; best at most `blocks.BLOCK_ROWS` of them [tok/s/user]
    demand : Demand
        What the customers ask for, in one unit, of the same shape [unit of the demand]
    gpus_per_pod : ndarray of int, shape (m,)
        GPUs of one replica [GPUs/pod]
    util : ndarray, shape (m,)
        Planned share of measured throughput [-]
    gpu_hourly_usd : ndarray, shape (m,)
        Price of one GPU [USD/GPU-hour]
    spare_replicas : ndarray of int, shape (m,)
        Replicas beyond those that carry the demand [pods]
    method : str
        Interpolation between anchors
    bound : Bound
        How far the budget lies from the estimate to the commitment, and the answers that decide its claim
    limits : Limits, optional
        Limits on waiting beside each SLA, and the answers they are for [s]

    Returns
    -------
    Sizing
        Arrays of that shape; see `too_many`

    Raises
    ------
    InputError
        If the curve does not tell a wait that is limited.
    """
    points = operating_points(curve, sla, method, counts_users=demand.counts_users, limits=limits)
    # A Sizing computes with whatever broadcasts; its declared types are those that `size` gives.
    columns: dict[str, Any] = {
        "gpus_per_pod": gpus_per_pod,
        "util": util,
        "spare_replicas": spare_replicas,
    }
    return _EachRow(
        curve, demand, points, price=Price(cast(Any, gpu_hourly_usd)), shape=points.shape, bound=bound, **columns
    )
