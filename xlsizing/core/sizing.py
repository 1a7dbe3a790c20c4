"""The sizing: from a curve, an SLA and a demand to pods, GPUs and dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy.typing as npt

from xlsizing.checks import broadcast, refuse, share, whole
from xlsizing.core.budget import bound, check_calibration
from xlsizing.core.curve import Curve
from xlsizing.core.demand import Demand
from xlsizing.core.hardware import NodePlan
from xlsizing.core.limits import NO_LIMITS, Limits
from xlsizing.core.operating import operating_points
from xlsizing.core.price import Price, price_of
from xlsizing.core.result import Sizing
from xlsizing.errors import BLANK
from xlsizing.rules import (
    DEFAULT_CONFIDENCE,
    DEFAULT_METHOD,
    DEFAULT_UTIL,
    MOST_GPUS_PER_POD,
    MOST_SPARES,
)

if TYPE_CHECKING:
    from xlsizing.core.calibration import Calibration

__all__ = ["check_kinds", "check_measured_gpus", "check_replica", "size", "spares_beside"]


def size(  # noqa: PLR0913  # each is an input of the sizing
    curve: Curve,
    sla: npt.ArrayLike,
    demand: Demand,
    *,
    gpus_per_pod: int,
    util: float = DEFAULT_UTIL,
    gpu_hourly_usd: float | Price | None = None,
    spare_replicas: int = 0,
    method: str = DEFAULT_METHOD,
    confidence: float = DEFAULT_CONFIDENCE,
    calibration: Calibration | None = None,
    limits: Limits = NO_LIMITS,
    node_plan: NodePlan | None = None,
) -> Sizing:
    """Size a deployment: how many pods and GPUs carry `demand` at each SLA.

    Parameters
    ----------
    curve : Curve
        The measured curve of one replica
    sla : array_like
        Interactivity each user must see; broadcasts with the demand [tok/s/user]
    demand : Demand
        What the customer asks for [unit of the demand]
    gpus_per_pod : int
        GPUs of one replica [GPUs/pod]
    util : float, optional
        Planned share of measured throughput, in (0, 1] [-]
    gpu_hourly_usd : float or Price, optional
        Price of one GPU; 8.60 is assumed, and labelled so, where none is given [USD/GPU-hour]
    spare_replicas : int, optional
        Replicas beyond those that carry the demand; in totals and dollars only [pods]
    method : str, optional
        Interpolation between anchors, one of `interpolation.METHODS`
    confidence : float, optional
        Share of public curves on which the need was at or below the budget: 0.90, 0.95 or 0.99 [-]
    calibration : Calibration, optional
        One of your own in place of public sweeps, by `calibration.read_calibration`
    limits : Limits, optional
        Limits on waiting beside each SLA; their shape broadcasts with that of `sla` [s]
    node_plan : NodePlan, optional
        The nodes that GPUs are bought in, and what of them may fail, in place of `spare_replicas`

    Returns
    -------
    Sizing
        Arrays in the broadcast shape of `sla` and `demand`

    Raises
    ------
    InputError
        If an argument is not a number in range, shapes do not broadcast, the GPUs per pod contradict
        the curve's measurement context or show its throughput to be of one GPU, the calibration is of another method,
        spares are given twice,
        or a row would need more than 1e8 pods.

    Notes
    -----
    ``pods = max(1, ceil(q (1 - 1e-9)))`` with ``q = demand/(T util)``, T the throughput of one
    replica at c*; for users ``q = users/(c* util)``, c* the requests that run at once. Sign `gpus_high`: it rests on
    measured points alone. Plan with `gpus_budget`, by `xlsizing.core.budget`.

    Examples
    --------
    >>> curve = Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
    >>> result = size(curve, sla=[20, 50, 100], demand=Demand.tpm(3e6), gpus_per_pod=4)
    >>> result.gpus, result.gpus_high
    (array([ 28,  36, 124]), array([ 28, 236, 236]))
    """
    check_kinds(curve, demand, limits)
    gpus = whole(gpus_per_pod, "gpus_per_pod", low=1, high=MOST_GPUS_PER_POD)
    check_replica(curve, gpus)
    points = operating_points(
        curve, sla, method, counts_users=demand.counts_users, limits=limits.of_answers(demand.osl)
    )
    check_calibration(calibration, method)
    return Sizing(
        curve,
        demand,
        points,
        gpus_per_pod=gpus,
        util=share(util, "util"),
        price=price_of(gpu_hourly_usd),
        spare_replicas=spares_beside(node_plan, spare_replicas),
        node_plan=node_plan,
        shape=broadcast(points.sla.shape, demand.shape, ("sla", "demand")),
        bound=bound(confidence, calibration=calibration),
    ).with_output_tokens(limits.output_tokens if demand.osl is None else float(demand.osl.min()))


def check_kinds(curve: object, demand: object, limits: object = NO_LIMITS) -> None:
    """Refuse a `curve` that is no Curve, a `demand` that is no Demand and `limits` that are no Limits."""
    for value, name, kind in ((curve, "curve", Curve), (demand, "demand", Demand), (limits, "limits", Limits)):
        if not isinstance(value, kind):
            refuse(name, f"must be a {kind.__name__}", got=BLANK if value is None else value)


def spares_beside(plan: object, spare_replicas: object) -> int:
    """Return `spare_replicas` beside a `plan`, or refuse what is no NodePlan, and spares where it says how many there are [pods]."""
    if plan is not None and not isinstance(plan, NodePlan):
        refuse("node_plan", "must be a NodePlan", got=plan)
    spares = whole(spare_replicas, "spare_replicas", low=0, high=MOST_SPARES)
    if plan is not None and plan.holds_spares and spares:
        rule, way_out = "must be 0 where nodes that fail say how many there are", "leave one of them out"
        refuse("spare_replicas", rule, got=spares, way_out=way_out)
    return spares


def check_replica(curve: Curve, gpus_per_pod: int) -> None:
    """Refuse a `curve` that was not measured on a replica of `gpus_per_pod`, or is of one GPU of it [GPUs/pod]."""
    check_measured_gpus(curve, gpus_per_pod)
    curve.check_per_gpu((gpus_per_pod,) if gpus_per_pod > 1 else ())


def check_measured_gpus(curve: Curve, gpus_per_pod: int) -> None:
    """Refuse a `curve` whose results or context say that its replica has other GPUs than `gpus_per_pod` [GPUs/pod]."""
    if curve.measured_gpus not in (None, gpus_per_pod):
        rule = f"must be that of the replica that was measured, {curve.measured_gpus}"
        refuse("gpus_per_pod", rule, got=gpus_per_pod)
    if curve.context is None:
        return
    from xlsizing.context import check_gpus_per_pod  # noqa: PLC0415  # most curves carry none, and pay nothing

    check_gpus_per_pod(curve.context, gpus_per_pod)
