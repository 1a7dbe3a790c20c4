"""Levers over several SLAs: each alone, ranked within its SLA, with those that cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from xlsizing.advice.levers import Lever, LeverDelta, curve_with, lever_delta, ranked, waits_untold
from xlsizing.advice.rigor import Workload
from xlsizing.core import NO_LIMITS, Asked, Curve, Demand, Limits, in_words, operating_points
from xlsizing.errors import InfeasibleError
from xlsizing.rules import ASSUMED_USD_PER_GPU_HOUR, DEFAULT_METHOD, DEFAULT_UTIL

__all__ = ["LeverRanking", "own_best", "rank_levers", "with_ranks"]


@dataclass(frozen=True, slots=True)
class LeverRanking:
    """What levers do at several SLAs.

    Parameters
    ----------
    deltas : tuple of LeverDelta
        By rising SLA, within it by rank
    unmet : tuple of str
        SLAs that one side of a lever cannot meet, with the levers and the reason, a sentence each
    reaching : mapping of float to str
        At SLAs that a baseline cannot meet: a lever that meets them [tok/s/user]
    """

    deltas: tuple[LeverDelta, ...]
    unmet: tuple[str, ...]
    reaching: Mapping[float, str] = field(default_factory=dict)


def rank_levers(
    levers: Sequence[Lever],
    slas: Iterable[float],
    demand: Demand,
    *,
    gpu_hourly_usd: float = ASSUMED_USD_PER_GPU_HOUR,
    util: float = DEFAULT_UTIL,
    method: str = DEFAULT_METHOD,
    workload: Workload | None = None,
    sized_on: date | None = None,
    limits: Limits = NO_LIMITS,
) -> LeverRanking:
    """Return what each lever changes at each SLA, ranked by GPUs saved per person-day.

    Parameters
    ----------
    levers : sequence of Lever
        The levers, never combined
    slas : iterable of float
        Interactivity each user must see [tok/s/user]
    demand : Demand
        What the customer asks for [unit of the demand]
    gpu_hourly_usd : float, optional
        Price of one GPU [USD/GPU-hour]
    util : float, optional
        Planned share of measured throughput [-]
    method : str, optional
        Interpolation between anchors
    workload : Workload, optional
        The customer's requests
    sized_on : date, optional
        When the sizing was made; today where it has no date
    limits : Limits, optional
        Limits on waiting beside each SLA, the same at all; a lever that does not tell its waits has no difference [s]

    Returns
    -------
    LeverRanking
        Differences and the pairs that have none
    """
    found: list[LeverDelta] = []
    unmet: list[str] = []
    reaching: dict[float, str] = {}
    for sla in sorted(set(slas)):
        here: list[LeverDelta] = []
        short: dict[str, list[str]] = {}
        for lever in levers:
            untold = waits_untold(lever, demand, limits)
            if untold:
                short.setdefault(untold, []).append(lever.name)
                continue
            try:
                here.append(
                    lever_delta(
                        lever,
                        sla,
                        demand,
                        gpu_hourly_usd=gpu_hourly_usd,
                        util=util,
                        method=method,
                        workload=workload,
                        sized_on=sized_on,
                        limits=limits,
                    )
                )
            except InfeasibleError as error:
                short.setdefault(str(error), []).append(lever.name)
                if operating_points(curve_with(lever), sla, limits=limits.of_answers(demand.osl)).feasible:
                    reaching.setdefault(sla, lever.name)
        found += ranked(here)
        at = in_words(limits.single(), sla)
        unmet += [f"No difference at {at} for {', '.join(names)}: {why}." for why, names in short.items()]
    return LeverRanking(tuple(found), tuple(unmet), reaching)


def own_best(deltas: Iterable[LeverDelta], curve: Curve, gpus_per_pod: int) -> dict[Asked, LeverDelta]:
    """Return the best-ranked lever at each SLA, and limits on waiting beside it, among those measured against `curve` itself.

    Parameters
    ----------
    deltas : iterable of LeverDelta
        By rank within each SLA
    curve : Curve
        The curve that is sized; what a lever saves on another says nothing of it
    gpus_per_pod : int
        GPUs of its replica [GPUs/pod]

    Returns
    -------
    dict of Asked to LeverDelta
        By SLA and limits [tok/s/user, s]
    """
    best: dict[Asked, LeverDelta] = {}
    for delta in deltas:
        if delta.lever.gpus_per_pod == gpus_per_pod and _is_same_curve(delta.lever.baseline, curve):
            best.setdefault(delta.asked, delta)
    return best


def _is_same_curve(first: Curve, second: Curve) -> bool:
    columns = ("concurrency", "tok_s_per_user", "per_replica_tps")
    equal = all(np.array_equal(getattr(first, name), getattr(second, name)) for name in columns)
    return equal and first.context == second.context


def with_ranks(deltas: Iterable[LeverDelta]) -> Iterator[tuple[int, LeverDelta]]:
    """Yield each of `deltas` behind its rank within its SLA, from 1.

    Parameters
    ----------
    deltas : iterable of LeverDelta
        By rank within each SLA

    Yields
    ------
    tuple of int and LeverDelta
        The rank, and the difference [-]
    """
    ranks: dict[Asked, int] = {}
    for delta in deltas:
        ranks[delta.asked] = ranks.get(delta.asked, 0) + 1
        yield ranks[delta.asked], delta
