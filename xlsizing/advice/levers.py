"""Optimisation levers: a validated change as a difference of GPUs at the SLA-pinned concurrency.

Each lever stands alone, against its own matched baseline. Nothing here takes two levers: gains are
never multiplied together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from xlsizing.advice.rigor import Workload, assess, row_reasons, run_reasons
from xlsizing.checks import choice, number, refuse, whole
from xlsizing.context import (
    FACTS,
    SECTIONS,
    Context,
    Difference,
    check_gpus_per_pod,
    differences,
    is_off,
    is_placeholder,
    worded,
)
from xlsizing.core import NO_LIMITS, Asked, Curve, Demand, Limits, OperatingPoints, Sizing, Wait, pods_needed, size
from xlsizing.errors import InputError
from xlsizing.rules import (
    DEFAULT_METHOD,
    DEFAULT_UTIL,
    DRAFT,
    HIT_RATE_OFF,
    HOURS_PER_MONTH,
    MOST_CHANGES,
    MOST_GPUS_PER_POD,
    TOKENS_OFF,
    TOLERANCE,
    VERDICT,
)

__all__ = [
    "KINDS",
    "MAY_DIFFER",
    "NEVER_A_CHANGE",
    "OUTCOMES",
    "Lever",
    "LeverDelta",
    "curve_with",
    "lever_delta",
    "ranked",
    "waits_untold",
]

KINDS: Final = ("tuned-curve", "rate-factor", "concurrency-factor", "throughput-factor", "tp-rightsize")
"""What a lever changes: the curve; tok/s/user at matched concurrency; the concurrency held at the
same rate; throughput at the pinned concurrency; the curve and the GPUs of a pod."""

OUTCOMES: Final = ("prefix_hit_rate", "acceptance_length", "ttfo_s", "launch_flags")
"""What a run found or was started with: each run has its own, and takes over none of another."""

# A re-measurement differs in these whatever the lever changes.
MAY_DIFFER: Final = ("provenance", "baseline", "percent_of_sol", "sol_rigor", "trials", "num_prompts", *OUTCOMES)
"""Fields, and whole sections, that a pair of measurements may differ in: they are of a run, not of a set-up."""

_TP_CHANGES: Final = ("tp", "pp", "dp_in_pod", "ep")

NEVER_A_CHANGE: Final = (
    "model", "hf_path", "hardware", "interconnect", "engine", "dataset", "dataset_kind", "isl", "osl",
    "mean_input_tokens", "mean_output_tokens", "turns", "cache_state", "tier", "benchmark_tool", "same_node", "basis",
)  # fmt: skip
"""Fields in which a lever may not differ: another model, GPU, node, workload, tool or engine is another measurement."""

_TUNED: Final = ("async_scheduling", "cudagraph_mode")

_GOVERNED: Final = {"prefix_hit_rate": "prefix_caching", "acceptance_length": "speculative_decoding"}
"""Outcomes of a feature, by the field that says whether it was on."""

_WITH_CURVE: Final = ("tuned-curve", "tp-rightsize")


@dataclass(frozen=True)
class Lever:
    """One validated optimisation and the baseline it was measured against.

    Parameters
    ----------
    name : str
        What is changed
    kind : str
        One of `KINDS`
    baseline : Curve
        Its own baseline, with context
    gpus_per_pod : int
        GPUs of a replica of the baseline [GPUs/pod]
    tier, campaign : str
        Latency or throughput tier; the measurement campaign it comes from
    effort_days : float
        Work to bring it into production [person-days]
    changes : tuple of str
        Context fields it changes by intent; all others must match
    optimised : Curve, optional
        The curve with the lever, for the kinds that bring one
    optimised_gpus_per_pod : int, optional
        GPUs of a replica with the lever, where TP changes [GPUs/pod]
    factor : float, optional
        With the lever over without, for the other kinds [-]
    factor_context : Context, optional
        What the factor rests on: the context with the lever
    source : str
        File, campaign page or command behind it
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
        _check_matched(self)

    @property
    def optimised_context(self) -> Context | None:
        """What the side with the lever rests on."""
        return self.factor_context if self.optimised is None else self.optimised.context


@dataclass(frozen=True, slots=True)
class LeverDelta:
    """What one lever does at one SLA.

    Parameters
    ----------
    lever : Lever
        The lever
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
        "VERDICT" or "DRAFT"
    reasons : tuple of str
        Why it is a DRAFT
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
        The lever with its own baseline
    sla : float
        Interactivity each user must see [tok/s/user]
    demand : Demand
        What the customer asks for [unit of the demand]
    gpu_hourly_usd : float
        Price of one GPU [USD/GPU-hour]
    util : float, optional
        Planned share of measured throughput [-]
    method : str, optional
        Interpolation between anchors
    workload : Workload, optional
        The customer's requests; a lever measured at others stays a DRAFT
    sized_on : date, optional
        When the sizing was made; today where it has no date
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
    without = _sizing_at("baseline", lever.baseline, sla, demand, lever.gpus_per_pod, util, method, limits)
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
        The lever
    demand : Demand
        What the customer asks for [unit of the demand]
    limits : Limits
        Limits on waiting beside the SLA [s]

    Returns
    -------
    str
        The side, and what is not known of it
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
        One a lever, never combined

    Returns
    -------
    list of LeverDelta
        The same objects in order of rank
    """
    return sorted(deltas, key=_rank)


def _rank(delta: LeverDelta) -> tuple[bool, float, str]:
    # Effort divides what is saved; a loss is no smaller for having cost more.
    loses = delta.delta_gpus >= 0
    return loses, float(delta.delta_gpus) if loses else -delta.saved_per_day, delta.lever.name


def _sizing_at(
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
    sizing = _sizing_at("optimised", curve_with(lever), *given)
    return int(sizing.gpus), int(sizing.gpus_high), sizing.points


def curve_with(lever: Lever) -> Curve:
    """Return the curve with `lever`: its own, or its baseline's moved by the factor."""
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
    return [*reasons, *([] if _tells_apart(lever) else ["no field of the context tells lever and baseline apart"])]


def _moved_reasons(lever: Lever, after: OperatingPoints) -> list[str]:
    """Return what stands against the place where a factor has moved the replica to: its own bracket of measured points."""
    if lever.kind == "throughput-factor":  # it stays where the baseline runs
        return []
    return [reason.why for reason in row_reasons(after, lever.baseline.concurrency).get(0, [])]


def _check_matched(lever: Lever) -> None:
    """Refuse a lever whose contexts differ in more than its named change, or that is not what it says, by its fields."""
    _check_changes(lever)
    before, after = lever.baseline.context, lever.optimised_context
    for context in (before, after):
        _check_tier(lever, context)
    if before is None or after is None:
        return
    allowed = (*lever.changes, *MAY_DIFFER, *(_TP_CHANGES if lever.kind == "tp-rightsize" else ()))
    apart = (one for one in differences(before, after, ignoring=allowed) if not _does_not_bear(one, before, after))
    found = (*apart, *_outcomes_apart(lever, before, after))
    if found:
        refuse(
            f'lever "{lever.name}"',
            "is confounded: baseline and lever must differ in nothing but the named change",
            detail=", ".join(map(str, found)),
            way_out="name the field as a change, or measure a matched pair",
        )
    _check_changed(lever, before, after)
    for name in _TUNED:
        if is_off(getattr(after, name)) and not is_off(getattr(before, name)):
            refuse(f'lever "{lever.name}"', f"must not switch off {FACTS[name].label}: it belongs to the tuned curve")
    check_gpus_per_pod(before, lever.gpus_per_pod)
    check_gpus_per_pod(after, lever.optimised_gpus_per_pod or lever.gpus_per_pod)


def _tells_apart(lever: Lever) -> bool:
    """Tell whether any field of the set-up differs between a lever and its baseline, or one of them is not known."""
    before, after = lever.baseline.context, lever.optimised_context
    return before is None or after is None or bool(differences(before, after, ignoring=MAY_DIFFER))


def _check_changes(lever: Lever) -> None:
    for name in lever.changes:
        if name in SECTIONS or name in NEVER_A_CHANGE:
            way_out = "name the single fields it changes; another model, GPU, engine or workload is another baseline"
            refuse(f'lever "{lever.name}"', f"must not change {name}", way_out=way_out)
        if name in MAY_DIFFER or FACTS[name].section in MAY_DIFFER:
            rule = f"must not name {name} as its change: it is of a run, not of a set-up"
            refuse(f'lever "{lever.name}"', rule, way_out="name the fields of the set-up that it changes")
    named = len(set(lever.changes))
    if named > MOST_CHANGES:
        way_out = "measure them one after the other, each against the one before"
        refuse(f'lever "{lever.name}"', f"must change at most {MOST_CHANGES} fields", got=named, way_out=way_out)


def _check_tier(lever: Lever, context: Context | None) -> None:
    if is_placeholder(lever.tier):
        return
    tier = FACTS["tier"].value(lever.tier, f'tier of the lever "{lever.name}"')
    if context is not None and context.tier not in (None, tier):
        rule = f"must be of the tier that its context names, {context.tier}"
        refuse(f'lever "{lever.name}"', rule, got=lever.tier)


def _check_changed(lever: Lever, before: Context, after: Context) -> None:
    """Refuse a named change that changes nothing; what is unknown on a side is a DRAFT elsewhere."""
    sizes = [(getattr(before, name), getattr(after, name)) for name in _TP_CHANGES]
    if lever.kind == "tp-rightsize" and before.tp is not None and all(first == second for first, second in sizes):
        refuse(f'lever "{lever.name}"', "must change a size of its parallelism: its kind is tp-rightsize")
    for name in lever.changes:
        if _is_same_fact(before, after, name):
            refuse(
                f'lever "{lever.name}"',
                f"must change {name}, which it names as its change",
                got=worded(getattr(after, name)),
                detail="both sides have the same",
            )


def _is_same_fact(before: Context, after: Context, name: str) -> bool:
    value = getattr(before, name)
    return value is not None and value == getattr(after, name)


def _does_not_bear(one: Difference, before: Context, after: Context) -> bool:
    """Tell whether a field is unknown on a side where it bears on nothing: no feature that needs it was on there."""
    needed_if = FACTS[one.name].needed_if
    sides = ((one.first, before), (one.second, after))
    return bool(needed_if) and any(value is None and not any(map(side.on, needed_if)) for value, side in sides)


def _outcomes_apart(lever: Lever, before: Context, after: Context) -> list[Difference]:
    """Return outcomes of a feature that differ by more than runs do, although the lever leaves the feature alone."""
    found = []
    for name, feature in _GOVERNED.items():
        first, second = getattr(before, name), getattr(after, name)
        if feature in lever.changes or None in (first, second):
            continue
        room = HIT_RATE_OFF if name == "prefix_hit_rate" else TOKENS_OFF * first
        if abs(first - second) > room + TOLERANCE:
            found.append(Difference(name, first, second))
    return found
