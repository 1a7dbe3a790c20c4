"""A check of somebody's claim, such as "18 pods for 3,000,000 TPM", against a measured curve."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xlsizing.checks import Floats, number, refuse, share, whole
from xlsizing.core import (
    NO_LIMITS,
    WAITS,
    Curve,
    Demand,
    Limits,
    Sizing,
    check_kinds,
    in_time,
    in_words,
    limits_of,
    meets,
    pods_needed,
    size,
)
from xlsizing.errors import BLANK, Phrase, shown
from xlsizing.rules import DEFAULT_METHOD, DEFAULT_UTIL, MOST_GPUS_PER_POD, MOST_PODS, TOLERANCE

__all__ = ["Audit", "audit"]

_SMALL = 10


@dataclass(frozen=True, slots=True)
class Audit:
    """A claim, what it implies on the curve, and our own sizing beside it.

    Parameters
    ----------
    pods : int
        Claimed, spares excluded [pods]
    gpus, gpus_per_pod : int or None
        Claimed; None where GPUs per pod were not given [GPUs, GPUs/pod]
    demand_tok_s, demand_users : float or None
        The demand, in one of the two kinds [tok/s, requests]
    util : float
        Planned share of measured throughput [-]
    sla, stated_concurrency : float or None
        Stated with the claim [tok/s/user, requests/replica]
    needed_tok_s_per_pod, needed_concurrency_per_pod : float or None
        Demand over pods x util; the second where users are the demand [tok/s, requests/replica]
    fits : bool
        Whether a measured point carries that
    implied_concurrency, implied_tok_s_per_user : float or None
        The first measured point that carries it [requests/replica, tok/s/user]
    available_tok_s_per_pod, available_concurrency_per_pod : float
        Throughput and concurrency there; of the point that carries most where none carries it
        [tok/s, requests/replica]
    load : float
        Demand over what the pods hold there, headroom not counted [-]
    sla_met : bool or None
        Whether the implied tok/s/user meets the SLA; None where none was stated
    ttft_limit_s, ttfo_limit_s, e2e_limit_s : float or None
        Longest wait asked for: for the first token, the first of the answer, the whole answer; None for no limit [s]
    implied_ttft_s, implied_ttfo_s, implied_e2e_s : float or None
        Those that are limited, at that point, the longest up to there; None where no point carries it [s]
    waits_met : bool or None
        Whether they are all within their limits; None where there is none
    own_pods, own_pods_low, own_pods_budget, own_pods_high : int or None
        Our own sizing and its range; without an SLA what the best measured point, within the limits, asks for; None
        where the SLA or a limit cannot be met [pods]
    over_by_pods, over_by_pods_estimate : int or None
        Claimed less `own_pods_high`, the number to commit to, and less `own_pods`; negative is
        short. SLA and limits are met where the first is not negative [pods]
    own_pods_with_headroom : int or None
        `own_pods_high` at the default util, where the claim plans without headroom [pods]
    reason : str or None
        Why the SLA or a limit cannot be met
    measure_next : float or None
        The concurrency whose measurement tells most [requests/replica]
    backwards : bool or None
        Whether the claim starts from a fixed concurrency rather than from an SLA or a limit; None where that
        cannot be told
    fixed_concurrency : float or None
        That concurrency, stated, or found because it gives exactly the claimed pods [requests/replica]
    fixed_pods : int or None
        Pods that it gives; None where it was not measured [pods]
    fixed_util : float or None
        The util at which it gives them [-]
    verdict : str
        The answer in one sentence
    findings : tuple of str
        What else a reader must know, a sentence each
    """

    pods: int
    gpus: int | None
    gpus_per_pod: int | None
    demand_tok_s: float | None
    demand_users: float | None
    util: float
    sla: float | None
    stated_concurrency: float | None
    needed_tok_s_per_pod: float | None
    needed_concurrency_per_pod: float | None
    fits: bool
    implied_concurrency: float | None
    implied_tok_s_per_user: float | None
    available_tok_s_per_pod: float
    available_concurrency_per_pod: float
    load: float
    sla_met: bool | None
    ttft_limit_s: float | None
    ttfo_limit_s: float | None
    e2e_limit_s: float | None
    implied_ttft_s: float | None
    implied_ttfo_s: float | None
    implied_e2e_s: float | None
    waits_met: bool | None
    own_pods: int | None
    own_pods_low: int | None
    own_pods_budget: int | None
    own_pods_high: int | None
    over_by_pods: int | None
    over_by_pods_estimate: int | None
    own_pods_with_headroom: int | None
    reason: str | None
    measure_next: float | None
    backwards: bool | None
    fixed_concurrency: float | None
    fixed_pods: int | None
    fixed_util: float | None
    verdict: str = ""
    findings: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Whether the SLA and the limits that were stated are met."""
        return self.fits and self.sla_met is not False and self.waits_met is not False


def audit(
    curve: Curve,
    demand: Demand,
    *,
    pods: int | None = None,
    gpus: int | None = None,
    gpus_per_pod: int | None = None,
    util: float = DEFAULT_UTIL,
    sla: float | None = None,
    concurrency: float | None = None,
    method: str = DEFAULT_METHOD,
    limits: Limits = NO_LIMITS,
) -> Audit:
    """Check a claimed number of pods, or of GPUs, against a measured curve.

    Parameters
    ----------
    curve : Curve
        The measured curve of one replica
    demand : Demand
        What the customer asks for, a single one [unit of the demand]
    pods : int, optional
        Claimed pods, spares excluded; either this or `gpus` [pods]
    gpus : int, optional
        Claimed GPUs, a multiple of `gpus_per_pod` [GPUs]
    gpus_per_pod : int, optional
        GPUs of one replica; needed with `gpus` [GPUs/pod]
    util : float, optional
        Planned share of measured throughput, in (0, 1] [-]
    sla : float, optional
        The interactivity that the claim is to meet [tok/s/user]
    concurrency : float, optional
        The concurrency that the claim was sized at [requests/replica]
    method : str, optional
        Interpolation of our own sizing, one of `interpolation.METHODS`
    limits : Limits, optional
        Limits on waiting that the claim is to meet beside the SLA, or without one [s]

    Returns
    -------
    Audit
        What the claim implies, and our own sizing beside it

    Raises
    ------
    InputError
        If an argument is not a number in range, pods and GPUs are both given or both left out,
        the GPUs are no whole number of pods, or the curve does not tell a wait that is limited.

    Notes
    -----
    A pod must carry ``demand/(pods util)``. The first anchor whose throughput does (for users: where so
    many requests run at once) is the point the claim implies; nothing is interpolated. It exists and meets
    the SLA and the limits exactly where the pods are at least `own_pods_high`.

    Examples
    --------
    >>> checked = audit(Curve([128], [22.78125]), Demand.tpm(3e6), pods=18, util=1.0)
    >>> checked.fits, round(checked.needed_tok_s_per_pod, 1), checked.over_by_pods
    (True, 2777.8, 0)
    """
    check_kinds(curve, demand, limits)
    if demand.shape:
        refuse("demand", "must be one number", got=Phrase(f"an array of shape {demand.shape}"))
    claim = _claim(pods, gpus, gpus_per_pod, util, sla, concurrency)
    own = _own_sizing(claim, curve, demand, method, limits)
    bare = Audit(**claim, **_implied_load(claim, own), **_own_fields(claim, own), **_fixed_concurrency(claim, own))
    return replace(bare, verdict=_verdict(bare), findings=(*_findings(bare), *curve.notes))


_Fields = dict[str, Any]


def _claim(pods: object, gpus: object, gpus_per_pod: object, util: object, sla: object, concurrency: object) -> _Fields:
    if (pods is None) == (gpus is None):
        refuse("pods", "must be given, or gpus, but not both", got=BLANK if pods is None else Phrase("both"))
    each = None if gpus_per_pod is None else whole(gpus_per_pod, "gpus_per_pod", low=1, high=MOST_GPUS_PER_POD)
    count = whole(pods, "pods", low=1, high=int(MOST_PODS)) if gpus is None else _pods_of(gpus, each)
    return {
        "pods": count,
        "gpus": None if each is None else count * each,
        "gpus_per_pod": each,
        "util": share(util, "util"),
        "sla": None if sla is None else number(sla, "sla"),
        "stated_concurrency": None if concurrency is None else number(concurrency, "concurrency"),
    }


def _pods_of(gpus: object, gpus_per_pod: int | None) -> int:
    if gpus_per_pod is None:
        refuse("gpus_per_pod", "must be given with gpus", got=BLANK)
    count, rest = divmod(whole(gpus, "gpus", low=1, high=int(MOST_PODS) * gpus_per_pod), gpus_per_pod)
    if rest:
        refuse("gpus", f"must be a multiple of gpus_per_pod, {gpus_per_pod}", got=gpus)
    return count


def _own_sizing(claim: _Fields, curve: Curve, demand: Demand, method: str, limits: Limits) -> Sizing:
    limits.single()
    if limits.output_tokens is None and demand.osl is None and curve.context is not None:
        limits = limits.of_answers(curve.context.output_tokens)
    tightest = claim["sla"] or curve.tok_s_per_user[-1]  # without an SLA the plateau: throughput and limits alone
    # Pods alone contradict no parallelism: the context has a say only where GPUs per pod are claimed.
    sized = curve if claim["gpus_per_pod"] else curve.with_context(None)
    pod = claim["gpus_per_pod"] or 1
    return size(sized, tightest, demand, gpus_per_pod=pod, util=claim["util"], method=method, limits=limits)


def _implied_load(claim: _Fields, own: Sizing) -> _Fields:
    """Return what the claim asks of one pod, and the first anchor that carries it."""
    curve, users, held, asked = own.curve, own.demand.counts_users, _held_per_pod(own), _demand_in_kind(own)
    needed = asked / (claim["pods"] * claim["util"])
    carrying = np.flatnonzero(held >= needed * (1 - TOLERANCE))
    fits = bool(carrying.size)
    at = int(carrying[0]) if fits else int(np.argmax(held))
    c, rate = float(curve.concurrency[at]), float(curve.tok_s_per_user[at])
    return {
        "demand_tok_s": None if users else asked,
        "demand_users": asked if users else None,
        "needed_tok_s_per_pod": None if users else needed,
        "needed_concurrency_per_pod": needed if users else None,
        "fits": fits,
        "implied_concurrency": c if fits else None,
        "implied_tok_s_per_user": rate if fits else None,
        "available_tok_s_per_pod": float(curve.per_replica_tps[at]),
        "available_concurrency_per_pod": c,
        "load": asked / (claim["pods"] * float(held[at])),
        "sla_met": None if claim["sla"] is None else fits and meets(rate, claim["sla"]),
        **_implied_waits(own, at if fits else None),
    }


def _implied_waits(own: Sizing, at: int | None) -> _Fields:
    """Return the limits on waiting, and the waits at an anchor; none where `at` is none."""
    sides = own.points.limits.sides(own.curve)
    found = {side.wait: None if at is None else float(side.waits[at]) for side in sides}
    limits = own.points.limits.single()
    within = [wait is not None and in_time(wait, limits[kind]) for kind, wait in found.items()]
    return {
        **{kind.limit: limits.get(kind) for kind in WAITS},
        **{f"implied_{kind.name}": found.get(kind) for kind in WAITS},
        "waits_met": all(within) if within else None,
    }


def _own_fields(claim: _Fields, own: Sizing) -> _Fields:
    """Return our own sizing, and how far the claim is from it."""
    names = ("own_pods", "own_pods_low", "own_pods_budget", "own_pods_high", "over_by_pods", "over_by_pods_estimate")
    step = float(own.measure_next)
    about = {"reason": own.rows()[0].reason, "measure_next": None if math.isnan(step) else step}
    if not own.feasible:
        return dict.fromkeys((*names, "own_pods_with_headroom")) | about
    pods, low, budget, high = (int(count) for count in (own.pods, own.pods_low, own.pods_budget, own.pods_high))
    figures = (pods, low, budget, high, claim["pods"] - high, claim["pods"] - pods)
    return dict(zip(names, figures, strict=True)) | about | {"own_pods_with_headroom": _with_headroom(own)}


def _with_headroom(own: Sizing) -> int | None:
    if own.util <= DEFAULT_UTIL * (1 + TOLERANCE):
        return None
    return _pods_at(own, np.max(_held_per_pod(own)[: own.points.anchor + 1]), DEFAULT_UTIL)


def _fixed_concurrency(claim: _Fields, own: Sizing) -> _Fields:
    """Return whether the claim starts from a fixed concurrency, which, and what that gives."""
    stated = claim["stated_concurrency"]
    asked = claim["sla"] is not None or bool(own.points.limits.asked)
    if stated is not None:
        pods = _pods_at_concurrency(own, stated)
        allowed = float(own.max_num_seqs), float(own.c_star) * (1 + TOLERANCE)  # c*, or c* rounded down
        from_sla = asked and bool(own.feasible) and allowed[0] <= stated <= allowed[1]
        return _fixed_fields(not from_sla, stated, pods, claim["util"])
    ours = (int(own.pods), int(own.pods_budget), int(own.pods_high))
    from_sla = asked and bool(own.feasible) and claim["pods"] in ours
    if from_sla or claim["pods"] == 1:  # one pod is the least of any sizing: it tells nothing
        return _fixed_fields(False if from_sla else None)
    for util in (claim["util"], 1.0):
        for c in own.curve.concurrency.tolist():
            if _pods_at_concurrency(own, c, util) == claim["pods"]:
                return _fixed_fields(True, c, claim["pods"], util)
    return _fixed_fields(None)


def _fixed_fields(
    backwards: bool | None, concurrency: float | None = None, pods: int | None = None, util: float | None = None
) -> _Fields:
    return {
        "backwards": backwards,
        "fixed_concurrency": concurrency,
        "fixed_pods": pods,
        "fixed_util": None if pods is None else util,
    }


def _pods_at_concurrency(own: Sizing, concurrency: float, util: float | None = None) -> int | None:
    if own.demand.counts_users:
        return _pods_at(own, concurrency, util or own.util)
    at = np.flatnonzero(np.isclose(own.curve.concurrency, concurrency, rtol=TOLERANCE, atol=0))
    return _pods_at(own, own.curve.per_replica_tps[at[0]], util or own.util) if at.size else None


def _pods_at(own: Sizing, held: float, util: float) -> int:
    return int(pods_needed(np.asarray(_demand_in_kind(own) / (held * util))))


def _demand_in_kind(own: Sizing) -> float:
    """Return the demand, in requests in flight or in tok/s."""
    return float(own.demand.value if own.demand.counts_users else own.demand_tok_s)


def _held_per_pod(own: Sizing) -> Floats:
    """Return what one pod holds at each anchor, in the same kind."""
    return own.curve.held if own.demand.counts_users else own.curve.per_replica_tps


def _verdict(audit: Audit) -> str:
    """Return the answer in one sentence."""
    demand, needed, unit = audit.demand_tok_s, audit.needed_tok_s_per_pod, ("tok/s", "tok/s")
    if demand is None:
        demand, needed, unit = audit.demand_users, audit.needed_concurrency_per_pod, ("requests in flight", "requests")
    over = f"{_figure(demand)} {unit[0]} over {_pods_in_words(audit.pods)} at util {audit.util:g}"
    is_needed = f"{_figure(needed)} {unit[1]} needed per pod"
    return f"{_answer_words(audit)}: {over} is {is_needed}, {_available_words(audit)}; {_comparison_words(audit)}."


def _findings(audit: Audit) -> list[str]:
    """Return what else a reader must know, a sentence each."""
    return [
        *_sla_findings(audit),
        *_wait_findings(audit),
        *_load_findings(audit),
        *_range_findings(audit),
        *_fixed_findings(audit),
    ]


def _answer_words(audit: Audit) -> str:
    if not audit.fits:
        return "Does not fit"
    asked = _sla_in_words(audit)
    if not asked:
        return "Carries the throughput; no SLA checked"
    if audit.met:
        return f"Meets {asked}" + ("; no tok/s/user checked" if audit.sla is None else "")
    between = audit.over_by_pods_estimate is not None and audit.over_by_pods_estimate >= 0
    budget, high = audit.own_pods_budget, audit.own_pods_high
    if budget is not None and high is not None and budget <= audit.pods < high:
        return f"Within the budget for {asked}, not shown by a measured point"
    return f"{'Not shown to meet' if between else 'Does not meet'} {asked}"


def _sla_in_words(audit: Audit) -> str:
    """Return the SLA and the limits that were stated; empty where none was."""
    rate = "" if audit.sla is None else f"{_figure(audit.sla)} tok/s/user"
    return " and ".join(filter(None, (rate, in_words(limits_of(audit)))))


def _available_words(audit: Audit) -> str:
    c, tps = f"c={audit.available_concurrency_per_pod:.10g}", _figure(audit.available_tok_s_per_pod)
    queued = _queue_words(audit)
    if not audit.fits:
        return f"the most measured is {c + queued if audit.demand_tok_s is None else f'{tps} at {c}'}"
    there = [(wait.label, getattr(audit, f"implied_{wait.name}")) for wait in limits_of(audit)]
    waits = [f"{label} {shown(had)} s" for label, had in there if had is not None]
    rate = ", ".join([f"{_figure(audit.implied_tok_s_per_user)} tok/s/user", *waits])
    return f"{c} was measured at {rate}{queued}" if audit.demand_tok_s is None else f"{tps} available at {c}, {rate}"


def _queue_words(audit: Audit) -> str:
    """Return how many requests run at once where users are the demand and some of them queue; else nothing."""
    if audit.demand_users is None:
        return ""
    held = audit.demand_users / (audit.pods * audit.load)
    if held >= audit.available_concurrency_per_pod * (1 - TOLERANCE):
        return ""
    return f", {_figure(held)} of them at once: the rest queue"


def _comparison_words(audit: Audit) -> str:
    high, over = audit.own_pods_high, audit.over_by_pods
    if high is None or over is None:
        return f"the SLA of {_sla_in_words(audit)} cannot be met: {audit.reason}"
    ours = f"the {_pods_in_words(high)} of our own sizing"
    if audit.own_pods_low != high:
        ours = f"the {_pods_in_words(high)} to commit to (estimate {audit.own_pods:,}, budget {audit.own_pods_budget:,}, range {audit.own_pods_low:,} to {high:,})"
    if over:
        return f"{'over' if over > 0 else 'short'} by {_pods_in_words(abs(over))} against {ours}"
    return f"equal to {ours}"


def _sla_findings(audit: Audit) -> list[str]:
    rate, c = _figure(audit.implied_tok_s_per_user), f"c={audit.available_concurrency_per_pod:.10g}"
    if audit.sla is None:
        stated = "SLA" if audit.waits_met is None else "tok/s/user"
        implied = f"{rate} tok/s/user at {c} is what it implies, not what was asked for" if audit.fits else ""
        return [f"The claim states no {stated}: {implied or 'without one a number of pods cannot be judged'}."]
    if audit.implied_tok_s_per_user is None or audit.sla_met:
        return []
    short = 100 * (1 - audit.implied_tok_s_per_user / audit.sla)
    return [f"At the implied {c} a user sees {rate} tok/s, {short:.1f} % below the SLA of {_figure(audit.sla)}."]


def _wait_findings(audit: Audit) -> list[str]:
    c = f"c={audit.available_concurrency_per_pod:.10g}"
    waits = [(wait.label, getattr(audit, f"implied_{wait.name}"), limit) for wait, limit in limits_of(audit).items()]
    return [
        f"At the implied {c} {label} is {shown(had)} s, {100 * (had / limit - 1):,.1f} % above the limit of {shown(limit)} s."
        for label, had, limit in waits
        if had is not None and not in_time(had, limit)
    ]


def _load_findings(audit: Audit) -> list[str]:
    c = f"c={audit.available_concurrency_per_pod:.10g}"
    found = [f"Load at {c}: {100 * audit.load:,.1f} % of what was measured there, before any pod fails."]
    if audit.own_pods_with_headroom is not None:
        found.append(
            f"Util {audit.util:g} leaves {100 * (1 - audit.util):.0f} % as headroom for latency and for the loss of a small share of the pods; at the default "
            f"util {DEFAULT_UTIL:g} our own sizing is {_pods_in_words(audit.own_pods_with_headroom)}."
        )
    return found


def _range_findings(audit: Audit) -> list[str]:
    over, estimate = audit.over_by_pods, audit.over_by_pods_estimate
    if over is None or estimate is None or over >= 0 or estimate < 0:
        return []
    step = f": measure c={audit.measure_next:.10g}" if audit.measure_next is not None else ""
    return [f"By interpolation {audit.own_pods:,} would do, which no measured point shows{step}."]


def _fixed_findings(audit: Audit) -> list[str]:
    if audit.fixed_concurrency is None:
        return []
    c = f"c={audit.fixed_concurrency:.10g}"
    gives = "was not measured, so that what it gives was not checked"
    if audit.fixed_pods is not None:
        claimed = "" if audit.fixed_pods == audit.pods else f", not {audit.pods:,}"
        gives = f"gives {_pods_in_words(audit.fixed_pods)} at util {audit.fixed_util:g}{claimed}"
    if not audit.backwards:
        asked = "the SLA" if audit.waits_met is None else "was asked for"
        return [f"The stated {c} is what {asked} allows; it {gives}."]
    how = "Sized" if audit.stated_concurrency is not None else "Consistent with sizing"
    return [f"{how} backwards: from a fixed {c}, not from an SLA to a concurrency; {c} {gives}."]


def _pods_in_words(count: int) -> str:
    return f"{count:,} pod{'' if count == 1 else 's'}"


def _figure(value: float | None) -> str:
    """Return a number as people read it: separators, one decimal, three digits where it is small."""
    if value is None:
        return "-"
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if value >= _SMALL else f"{value:.3g}"
