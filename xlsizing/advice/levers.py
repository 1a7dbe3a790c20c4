"""Optimisation levers: a validated change as a difference of GPUs at the SLA-pinned concurrency.

Each lever stands alone, against its own matched baseline. Nothing here takes two levers: gains are
never multiplied together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from xlsizing.advice.lever_matching import check_matched, tells_apart
from xlsizing.advice.rigor import Workload, assess, row_reasons, run_reasons
from xlsizing.checks import choice, number, refuse, whole
from xlsizing.context import Context, is_placeholder
from xlsizing.core import NO_LIMITS, Asked, Curve, Demand, Limits, OperatingPoints, Sizing, Wait, pods_needed, size
from xlsizing.errors import InputError
from xlsizing.rules import (
    DEFAULT_METHOD,
    DEFAULT_UTIL,
    DRAFT,
    HOURS_PER_MONTH,
    MOST_GPUS_PER_POD,
    VERDICT,
)

__all__ = ["KINDS", "Lever", "LeverDelta", "curve_with", "lever_delta", "ranked", "waits_untold"]

KINDS: Final = ("tuned-curve", "rate-factor", "concurrency-factor", "throughput-factor", "tp-rightsize")
"""What a lever changes: the curve; tok/s/user at matched concurrency; the concurrency held at the
same rate; throughput at the pinned concurrency; the curve and the GPUs of a pod [-]."""

_WITH_CURVE: Final = ("tuned-curve", "tp-rightsize")


@dataclass(frozen=True)
class Lever:
    """One validated optimisation and the baseline it was measured against.

    Parameters
    ----------
    name : str
        What is changed [-]
    kind : str
        One of `KINDS` [-]
    baseline : Curve
        Its own baseline, with context [-]
    gpus_per_pod : int
        GPUs of a replica of the baseline [GPUs/pod]
    tier, campaign : str
        Latency or throughput tier; the measurement campaign it comes from [-]
    effort_days : float
        Work to bring it into production [person-days]
    changes : tuple of str
        Context fields it changes by intent; all others must match [-]
    optimised : Curve, optional
        The curve with the lever, for the kinds that bring one [-]
    optimised_gpus_per_pod : int, optional
        GPUs of a replica with the lever, where TP changes [GPUs/pod]
    factor : float, optional
        With the lever over without, for the other kinds [-]
    factor_context : Context, optional
        What the factor rests on: the context with the lever [-]
    source : str
        File, campaign page or command behind it [-]
    """

    name: str
    kind: str
    baseline: Curve
    gpus_per_pod: int
    tier: str = ""
    campaign: str = ""
    effort_days: float = 1.0
    changes: tuple[str, ...] = field(default=())
    optimised: Curve | None = None
    optimised_gpus_per_pod: int | None = None
    factor: float | None = None
    factor_context: Context | None = None
    source: str = ""

    def __post_init__(self) -> None:
        choice(self.kind, "kind", KINDS)
        number(self.effort_days, "effort_days")
        whole(self.gpus_per_pod, "gpus_per_pod", low=1, high=MOST_GPUS_PER_POD)
        if self.optimised_gpus_per_pod is not None:
            whole(self.optimised_gpus_per_pod, "optimised_gpus_per_pod", low=1, high=MOST_GPUS_PER_POD)
        if (self.kind in _WITH_CURVE) != (self.optimised is not None):
            needs = "bring" if self.kind in _WITH_CURVE else "not bring"
            refuse(f'lever "{self.name}"', f"must {needs} an optimised curve: its kind is {self.kind}")
        if (self.kind in _WITH_CURVE) != (self.factor is None):
            needs = "not give" if self.kind in _WITH_CURVE else "give"
            refuse(f'lever "{self.name}"', f"must {needs} a factor: its kind is {self.kind}")
        if (self.kind == "tp-rightsize") != (self.optimised_gpus_per_pod is not None):
            refuse(f'lever "{self.name}"', "must give optimised_gpus_per_pod where, and only where, TP changes")
        if self.factor is not None:
            number(self.factor, "factor", low=0.01, high=100)
        check_matched(self)

    @property
    def optimised_context(self) -> Context | None:
        """What the side with the lever rests on [-]."""
        return self.factor_context if self.optimised is None else self.optimised.context


@dataclass(frozen=True, slots=True)
class LeverDelta:
    """What one lever does at one SLA.

    Parameters
    ----------
    lever : Lever
        The lever [-]
    sla : float
        Interactivity each user must see [tok/s/user]
    baseline_gpus, with_gpus : int
        GPUs without and with it: estimates, spares excluded [GPUs]
    delta_gpus : int
        With less without; negative saves [GPUs]
    baseline_gpus_high, with_gpus_high, delta_gpus_high : int
        The same of the GPUs to commit to, which rest on measured points alone [GPUs]
    delta_usd_per_month : float
        `delta_gpus` in dollars [USD/month]
    rigor : str
        "VERDICT" or "DRAFT" [-]
    reasons : tuple of str
        Why it is a DRAFT [-]
    limits : tuple of (Wait, float)
        The limits on waiting beside the SLA, on both sides [s]
    """

    lever: Lever
    sla: float
    baseline_gpus: int
    with_gpus: int
    delta_gpus: int
    baseline_gpus_high: int
    with_gpus_high: int
    delta_gpus_high: int
    delta_usd_per_month: float
    rigor: str
    reasons: tuple[str, ...]
    limits: tuple[tuple[Wait, float], ...] = ()

    @property
    def asked(self) -> Asked:
        """What tells the row of a sizing at which it stands from others [tok/s/user, s]."""
        return self.sla, self.limits

    @property
    def saved_per_day(self) -> float:
        """GPUs saved per person-day of effort; negative where it loses [GPUs/person-day]."""
        return -self.delta_gpus / self.lever.effort_days


def lever_delta(
    lever: Lever,
    sla: float,
    demand: Demand,
    *,
    gpu_hourly_usd: float,
    util: float = DEFAULT_UTIL,
    method: str = DEFAULT_METHOD,
    workload: Workload | None = None,
    sized_on: date | None = None,
    limits: Limits = NO_LIMITS,
) -> LeverDelta:
    """Return what `lever` changes at one SLA and demand.

    Parameters
    ----------
    lever : Lever
        The lever with its own baseline [-]
    sla : float
        Interactivity each user must see [tok/s/user]
    demand : Demand
        What the customer asks for [unit of the demand]
    gpu_hourly_usd : float
        Price of one GPU [USD/GPU-hour]
    util : float, optional
        Planned share of measured throughput [-]
    method : str, optional
        Interpolation between anchors [-]
    workload : Workload, optional
        The customer's requests; a lever measured at others stays a DRAFT [-]
    sized_on : date, optional
        When the sizing was made; today where it has no date [-]
    limits : Limits, optional
        Limits on waiting beside the SLA, the same on both sides [s]

    Returns
    -------
    LeverDelta
        GPUs and dollars, with less without

    Raises
    ------
    InputError
        If an argument is not in range, demand and SLA are not one pair, or a wait that is limited is not known of
        both sides: never of a factor, which moves what was measured but not the waits.
    InfeasibleError
        If either side cannot meet the SLA and the limits.
    """
    within = tuple(limits.single().items())
    untold = waits_untold(lever, demand, limits)
    if untold:
        way_out = "bring curves of both sides that tell it, or leave the limit out"
        refuse(f'lever "{lever.name}"', "must tell the waits that are limited", detail=untold, way_out=way_out)
    without = _sized("baseline", lever.baseline, sla, demand, lever.gpus_per_pod, util, method, limits)
    estimate, commit, points = _with_lever(lever, without)
    delta = estimate - int(without.gpus)
    reasons = _draft_reasons(lever, without.points, points, workload, sized_on)
    return LeverDelta(
        lever,
        float(sla),
        baseline_gpus=int(without.gpus),
        with_gpus=estimate,
        delta_gpus=delta,
        baseline_gpus_high=int(without.gpus_high),
        with_gpus_high=commit,
        delta_gpus_high=commit - int(without.gpus_high),
        delta_usd_per_month=delta * number(gpu_hourly_usd, "gpu_hourly_usd") * HOURS_PER_MONTH,
        rigor=DRAFT if reasons else VERDICT,
        reasons=reasons,
        limits=within,
    )


def waits_untold(lever: Lever, demand: Demand, limits: Limits) -> str:
    """Return why it is not known whether both sides of a `lever` keep the `limits` on waiting; empty where it is.

    Parameters
    ----------
    lever : Lever
        The lever [-]
    demand : Demand
        What the customer asks for [unit of the demand]
    limits : Limits
        Limits on waiting beside the SLA [s]

    Returns
    -------
    str
        The side, and what is not known of it [-]
    """
    asked = limits.of_answers(demand.osl)
    if asked.asked and lever.optimised is None:  # TTFT rests on prefill and queueing, which no factor is measured on
        return f"a factor says nothing of {' and '.join(wait.label for wait in asked.asked)}"
    for side, curve in (("baseline", lever.baseline), ("optimised", curve_with(lever))):
        try:
            asked.sides(curve)
        except InputError as error:
            return f"{side}: {error.detail}"
    return ""


def ranked(deltas: Iterable[LeverDelta]) -> list[LeverDelta]:
    """Return `deltas` by GPUs saved per person-day, best first; those that save none stay, the worst last [-].

    Parameters
    ----------
    deltas : iterable of LeverDelta
        One a lever, never combined [-]

    Returns
    -------
    list of LeverDelta
        The same objects in order of rank [-]
    """
    return sorted(deltas, key=_rank)


def _rank(delta: LeverDelta) -> tuple[bool, float, str]:
    # Effort divides what is saved; a loss is no smaller for having cost more.
    loses = delta.delta_gpus >= 0
    return loses, float(delta.delta_gpus) if loses else -delta.saved_per_day, delta.lever.name


def _sized(
    side: str,
    curve: Curve,
    sla: float,
    demand: Demand,
    gpus_per_pod: int,
    util: float,
    method: str,
    limits: Limits,
) -> Sizing:
    given = number(sla, "sla")
    sizing = size(curve, given, demand, gpus_per_pod=gpus_per_pod, util=util, method=method, limits=limits)
    if sizing.shape:
        refuse("demand", "must be one number", got=sizing.shape)
    if not sizing.feasible:
        raise sizing.points.unmet(side=side)
    return sizing


def _with_lever(lever: Lever, without: Sizing) -> tuple[int, int, OperatingPoints]:
    """Return the GPUs with the lever, estimate and commit, and where its replica runs."""
    gpus_per_pod = lever.optimised_gpus_per_pod or lever.gpus_per_pod
    if lever.kind == "throughput-factor" and not without.demand.counts_users:
        quotients = (without.pods_unrounded / lever.factor, without.pods_high_unrounded / lever.factor)  # type: ignore[operator]  # its kind has one
        estimate, commit = (int(pods_needed(quotient)) * gpus_per_pod for quotient in quotients)
        return estimate, commit, without.points  # at the pinned concurrency
    points = without.points
    given = float(without.sla), without.demand, gpus_per_pod, without.util, points.method.name, points.limits
    sizing = _sized("optimised", curve_with(lever), *given)
    return int(sizing.gpus), int(sizing.gpus_high), sizing.points


def curve_with(lever: Lever) -> Curve:
    """Return the curve with `lever`: its own, or its baseline's moved by the factor [-]."""
    if lever.optimised is not None:
        return lever.optimised
    base, factor = lever.baseline, lever.factor or 1.0
    tps = None if base.output_tok_s is None else base.output_tok_s * factor
    faster = factor if lever.kind == "rate-factor" else 1.0
    wider = factor if lever.kind == "concurrency-factor" else 1.0
    curve = Curve(base.concurrency * wider, base.tok_s_per_user * faster)
    # The baseline was held against its rates; with more throughput at the same rates less of the requests queue, and
    # a pod never holds more of them than were measured.
    return curve if tps is None else curve.with_throughput(tps)


def _draft_reasons(
    lever: Lever, before: OperatingPoints, after: OperatingPoints, workload: Workload | None, sized_on: date | None
) -> tuple[str, ...]:
    """Return why the difference is a DRAFT: either side's own reasons, and what is not said of the lever."""
    if lever.optimised is not None:
        with_lever = _row_reasons(after, workload, sized_on)
    else:
        own = run_reasons(lever.factor_context, lever.baseline, workload, sized_on)
        with_lever = [*(reason.why for reason in own), *_moved_reasons(lever, after)]
    return (
        *(f"baseline: {why}" for why in _row_reasons(before, workload, sized_on)),
        *(f"with the lever: {why}" for why in with_lever),
        *_not_said(lever),
    )


def _row_reasons(points: OperatingPoints, workload: Workload | None, sized_on: date | None) -> list[str]:
    (rigor,) = assess(points, workload=workload, allow_mismatch=True, sized_on=sized_on).rows
    return [reason.why for reason in rigor.reasons]


def _not_said(lever: Lever) -> list[str]:
    texts = {"tier": lever.tier, "campaign": lever.campaign, "source": lever.source}
    reasons = [f"no {name} given" for name, text in texts.items() if is_placeholder(text)]
    return [*reasons, *([] if tells_apart(lever) else ["no field of the context tells lever and baseline apart"])]


def _moved_reasons(lever: Lever, after: OperatingPoints) -> list[str]:
    """Return what stands against the place where a factor has moved the replica to: its own bracket of measured points."""
    if lever.kind == "throughput-factor":  # it stays where the baseline runs
        return []
    return [reason.why for reason in row_reasons(after, lever.baseline.concurrency).get(0, [])]
