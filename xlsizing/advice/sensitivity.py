"""How the figures of a sizing move with its inputs, by sizing again: a tenth up and down, and how far to the next pod."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from xlsizing.advice.capacity import Fleet
from xlsizing.core import Curve, Demand, Limits, Price, Sizing, figure_of, size

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["SHARE", "Room", "Swing", "room", "scaled", "sized_anew", "swings"]

SHARE: Final = 0.10
"""By how much an input is moved [-]."""


@dataclass(frozen=True)
class Swing:
    """A sizing with one input lowered, and with it raised.

    Parameters
    ----------
    name : str
        The input
    fall, rise : float
        By what share it is lowered and raised; utilisation rises to 1 at the most [-]
    lowered, raised : Sizing
        The sizings, each of the same rows in the same order
    """

    name: str
    fall: float
    rise: float
    lowered: Sizing
    raised: Sizing


@dataclass(frozen=True, slots=True)
class Room:
    """How far each input of one row may move, all others as they are, before another pod is needed.

    Parameters
    ----------
    demand : float
        The most demand over that asked for, less 1 [-]
    util : float
        The least utilisation planned [-]
    sla : float
        The tightest SLA; at most the fastest measured [tok/s/user]
    """

    demand: float
    util: float
    sla: float


def sized_anew(
    sizing: Sizing,
    *,
    curve: Curve | None = None,
    sla: npt.ArrayLike | None = None,
    demand: Demand | None = None,
    util: float | None = None,
    limits: Limits | None = None,
    gpus_per_pod: int | None = None,
    gpu_hourly_usd: float | Price | None = None,
) -> Sizing:
    """Return `sizing` with some of its inputs changed, by `size` itself.

    Parameters
    ----------
    sizing : Sizing
        Whose inputs stay where they are not given
    curve : Curve, optional
        Another curve
    sla : array_like, optional
        Other SLAs; where their shape is another, `limits` must be given too [tok/s/user]
    demand : Demand, optional
        Another demand [unit of the demand]
    util : float, optional
        Another utilisation [-]
    limits : Limits, optional
        Other limits on waiting [s]
    gpus_per_pod : int, optional
        Another number of GPUs of one replica [GPUs/pod]
    gpu_hourly_usd : float or Price, optional
        Another price [USD/GPU-hour]

    Returns
    -------
    Sizing
        The new sizing
    """
    changed = size(
        curve or sizing.curve,
        sizing.points.sla if sla is None else sla,
        demand or sizing.demand,
        gpus_per_pod=sizing.gpus_per_pod if gpus_per_pod is None else gpus_per_pod,
        util=sizing.util if util is None else util,
        gpu_hourly_usd=sizing.price if gpu_hourly_usd is None else gpu_hourly_usd,
        spare_replicas=sizing.spare_replicas,
        node_plan=sizing.node_plan,
        method=sizing.points.method.name,
        confidence=sizing.bound.confidence,
        calibration=sizing.bound.calibration,
        limits=sizing.points.limits if limits is None else limits,
    )
    return changed.with_output_tokens(sizing.bound.output_tokens)


def swings(sizing: Sizing, share: float = SHARE) -> tuple[Swing, ...]:
    """Return how a `sizing` moves with demand, SLA, utilisation and the curve's tok/s/user, each alone.

    Parameters
    ----------
    sizing : Sizing
        The sizing
    share : float, optional
        By how much each is lowered and raised [-]

    Returns
    -------
    tuple of Swing
        One for each input. With tok/s/user the output tok/s of the curve move too: a replica that is slower, not one
        that queues

    Examples
    --------
    >>> from xlsizing import Curve, Demand, size
    >>> curve = Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
    >>> for swing in swings(size(curve, 50, Demand.tpm(3e6), gpus_per_pod=4)):
    ...     print(swing.name, swing.lowered.gpus, swing.raised.gpus)
    demand 32 40
    SLA 32 40
    utilisation 40 32
    tok/s/user 44 28
    """
    low, high = 1 - share, 1 + share
    util = min(1.0, sizing.util * high)
    pairs = {
        "demand": [sized_anew(sizing, demand=scaled(sizing.demand, factor)) for factor in (low, high)],
        "SLA": [sized_anew(sizing, sla=sizing.points.sla * factor) for factor in (low, high)],
        "utilisation": [sized_anew(sizing, util=planned) for planned in (sizing.util * low, util)],
        "tok/s/user": [sized_anew(sizing, curve=sizing.curve.scaled(factor)) for factor in (low, high)],
    }
    rises = {"utilisation": util / sizing.util - 1}
    return tuple(Swing(name, share, rises.get(name, share), *pair) for name, pair in pairs.items())


def scaled(demand: Demand, factor: Any) -> Demand:
    """Return a `demand` times `factor`, everything stated beside it as it is [-]."""
    return replace(demand, value=demand.value * factor)


def room(sizing: Sizing, at: int, figure: str) -> Room:
    """Return how far the inputs of one row may move before a `figure` takes another pod.

    Parameters
    ----------
    sizing : Sizing
        A sizing of one demand
    at : int
        The position of a row that can be met [-]
    figure : str
        COMMIT, BUDGET or ESTIMATE

    Returns
    -------
    Room
        The room of demand, utilisation and SLA

    Examples
    --------
    >>> from xlsizing import Curve, Demand, size
    >>> curve = Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
    >>> found = room(size(curve, [20, 50], Demand.tpm(3e6), gpus_per_pod=4), 0, "commit")
    >>> round(found.demand, 4), round(found.util, 4), found.sla  # 7 pods x 10,700.8 x 0.7 / 50,000
    (0.0487, 0.6675, 41.8)
    """
    row = sized_anew(sizing, sla=float(sizing.points.sla.flat[at]), limits=sizing.points.limits.row(at))
    pods = int(figure_of(row, "pods", figure))
    fleet = Fleet(row.curve, pods, row.util, row.points.method.name, row.points.limits, row.bound)
    asked = float(row.demand.value if row.demand.counts_users else row.demand_tok_s)
    load = asked / (pods * float(fleet.carried_per_pod(row.points)[figure]))
    best = getattr(fleet.best_sla(row.demand), figure)
    return Room(row.util / load - 1, load, float(best))
