"""The Excel functions that say what a number rests on and what to do next; no arithmetic of their own."""

from __future__ import annotations

from typing import Any, cast

from xlsizing.advice import (
    DEFAULT_DTYPE,
    DEFAULT_GPU_MEMORY_GB,
    DEFAULT_TP,
    Fleet,
    Lever,
    assess,
    audit,
    lever_delta,
    next_lever,
    tp_advice,
)
from xlsizing.checks import choice, number, share, whole
from xlsizing.core import METHODS, Demand, Racks, check_replica, in_words, operating_points, size
from xlsizing.errors import InputError, SizingError, shown
from xlsizing.hosts.excel.cells import OMITTED, within
from xlsizing.hosts.excel.registry import excel_function
from xlsizing.rules import ASSUMED_USD_PER_GPU_HOUR, DEFAULT_METHOD, DEFAULT_UTIL, HIGHEST, MOST_GPUS_PER_POD

__all__ = [
    "SIZING_AUDIT",
    "SIZING_BEST_SLA",
    "SIZING_DELTA_GPUS",
    "SIZING_LABEL",
    "SIZING_MAX_TPM",
    "SIZING_NEXT_LEVER",
    "SIZING_RIGOR",
    "SIZING_TP",
]


@excel_function()
def SIZING_RIGOR(anchors: Any, sla: Any, context: Any = OMITTED, ttft_s: Any = OMITTED) -> Any:
    """VERDICT, or DRAFT with the reasons; a VERDICT needs the context and the customer's workload in it [-]."""
    curve = anchors if context is OMITTED else anchors.with_context(context.context)
    workload, day = (None, None) if context is OMITTED else (context.workload, context.sized_on)
    points = operating_points(curve, sla, limits=within(ttft_s))
    try:
        (rigor,) = assess(points, workload=workload, sized_on=day).rows
    except InputError as error:  # a formula has no curve and cannot allow a mismatch
        raise error.reworded(name="anchors", way_out="take a curve of that shape") from None
    return str(rigor)


@excel_function()
def SIZING_LABEL(context: Any) -> Any:
    """One line that says what a curve was measured on, and what is not known of it [-]."""
    return context.context.label()


@excel_function()
def SIZING_NEXT_LEVER(
    anchors: Any,
    sla: Any,
    tpm: Any,
    gpus_per_pod: Any,
    util: Any = DEFAULT_UTIL,
    gpu_hourly_usd: Any = OMITTED,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """The one next step for this SLA, its unlock in GPUs and $/month, and its gate [-]."""
    sizing = size(
        anchors,
        sla,
        Demand.tpm(tpm),
        gpus_per_pod=gpus_per_pod,
        util=util,
        gpu_hourly_usd=None if gpu_hourly_usd is OMITTED else gpu_hourly_usd,
        method=method,
        limits=within(ttft_s),
    )
    step = next_lever(sizing, sizing.rows()[0])
    assumed = sizing.price_assumed and step.unlock_usd_per_month
    return f"{step} Dollars at {sizing.gpu_hourly_usd:.2f} $/GPU-hour, assumed." if assumed else str(step)


@excel_function()
def SIZING_DELTA_GPUS(
    baseline: Any,
    optimised: Any,
    sla: Any,
    tpm: Any,
    gpus_per_pod: Any,
    util: Any = DEFAULT_UTIL,
    optimised_gpus_per_pod: Any = OMITTED,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """GPUs with the optimised curve less GPUs with the baseline, both estimates; negative saves [GPUs]."""
    other_pod = None
    if optimised_gpus_per_pod is not OMITTED:
        other_pod = whole(optimised_gpus_per_pod, "optimised_gpus_per_pod", low=1, high=MOST_GPUS_PER_POD)
    kind = "tuned-curve" if other_pod is None else "tp-rightsize"
    lever = Lever("optimised", kind, baseline, gpus_per_pod, optimised=optimised, optimised_gpus_per_pod=other_pod)
    # The price only turns the difference into dollars, which this function does not give.
    planned = {"gpu_hourly_usd": ASSUMED_USD_PER_GPU_HOUR, "util": util, "method": method}
    return lever_delta(lever, sla, Demand.tpm(tpm), **planned, limits=within(ttft_s)).delta_gpus


@excel_function()
def SIZING_MAX_TPM(
    anchors: Any,
    sla: Any,
    gpus: Any,
    gpus_per_pod: Any,
    util: Any = DEFAULT_UTIL,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """Most output tokens per minute that so many GPUs carry at the SLA, to commit to: one step more takes another pod [tok/min]."""
    most = _fleet(anchors, gpus, gpus_per_pod, util, method, ttft_s).most(sla)
    return 60 * cast(float, most.commit)


@excel_function()
def SIZING_BEST_SLA(
    anchors: Any,
    tpm: Any,
    gpus: Any,
    gpus_per_pod: Any,
    util: Any = DEFAULT_UTIL,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """Best SLA at which so many GPUs carry the demand, to commit to: that of a measured point [tok/s/user]."""
    fleet = _fleet(anchors, gpus, gpus_per_pod, util, method, ttft_s)
    best = fleet.best_sla(Demand.tpm(tpm)).commit
    if best is None:
        limited = in_words(fleet.limits.single())
        why = (
            f"at no SLA within {limited}; more GPUs, less demand or a longer wait"
            if limited
            else "at no SLA; more GPUs or less demand"
        )
        raise SizingError(f"{shown(gpus)} GPUs carry {shown(tpm)} tok/min {why} would")
    return best


def _fleet(anchors: Any, gpus: Any, gpus_per_pod: Any, util: Any, method: Any, ttft_s: Any) -> Fleet:
    racks = Racks(whole(gpus_per_pod, "gpus_per_pod", low=1, high=MOST_GPUS_PER_POD))
    check_replica(anchors, racks.gpus_per_pod)
    pods = racks.pods(whole(gpus, "gpus", low=1, high=int(HIGHEST)))
    return Fleet(anchors, pods, share(util, "util"), choice(method, "method", METHODS), within(ttft_s))


@excel_function()
def SIZING_AUDIT(
    anchors: Any,
    pods: Any,
    tpm: Any,
    util: Any = DEFAULT_UTIL,
    sla: Any = OMITTED,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """Whether a claimed number of pods carries the demand on this curve, and SLA and TTFT if given, in one sentence [-]."""
    asked = None if sla is OMITTED else sla
    return audit(
        anchors, Demand.tpm(tpm), pods=pods, util=util, sla=asked, method=method, limits=within(ttft_s)
    ).verdict


@excel_function()
def SIZING_TP(
    total_b: Any,
    active_b: Any,
    dtype: Any = DEFAULT_DTYPE,
    current_tp: Any = float(DEFAULT_TP),
    gpu_mem_gb: Any = DEFAULT_GPU_MEMORY_GB,
) -> Any:
    """Tensor-parallel size to try, by a rule of thumb from total and active parameters; verify with an A/B [GPUs]."""
    memory = number(gpu_mem_gb, "gpu_mem_gb")  # under the name that the formula has for it
    advice = tp_advice(total_b, active_b, dtype=dtype, current_tp=current_tp, gpu_memory_gb=memory)
    if advice.recommended_tp is None:
        raise SizingError(advice.verdict)
    return advice.recommended_tp
