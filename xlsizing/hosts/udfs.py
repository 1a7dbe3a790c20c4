"""The Excel functions, registered through xlwings; no arithmetic of their own.

Arguments arrive cleaned (see `registry`); what each one means stands in the table there.
"""

from __future__ import annotations

import platform
from typing import Any

import xlsizing
from xlsizing.checks import choice, number, refuse
from xlsizing.core import (
    FUNCTION_TABLE,
    UNTOLD,
    Curve,
    Demand,
    OperatingPoints,
    Sizing,
    SizingRow,
    operating_points,
    size,
)
from xlsizing.hosts.excel.cells import OMITTED, limits_beside, within
from xlsizing.hosts.excel.host import HOST
from xlsizing.hosts.excel.registry import excel_function
from xlsizing.hosts.udfs_advice import (  # xlwings registers what this module holds
    SIZING_AUDIT,
    SIZING_BEST_SLA,
    SIZING_DELTA_GPUS,
    SIZING_LABEL,
    SIZING_MAX_TPM,
    SIZING_NEXT_LEVER,
    SIZING_RIGOR,
    SIZING_TP,
)
from xlsizing.rules import ASSUMED_USD_PER_GPU_HOUR, DEFAULT_CONFIDENCE, DEFAULT_METHOD, DEFAULT_UTIL, LOWEST

__all__ = [
    "SIZING_AUDIT",
    "SIZING_BEST_SLA",
    "SIZING_BINDING",
    "SIZING_CHECK",
    "SIZING_COST",
    "SIZING_CSTAR",
    "SIZING_DELTA_GPUS",
    "SIZING_GPUS",
    "SIZING_GPUS_BUDGET",
    "SIZING_GPUS_COMMIT",
    "SIZING_LABEL",
    "SIZING_MAX_TPM",
    "SIZING_NEXT_LEVER",
    "SIZING_PODS",
    "SIZING_POD_TPS",
    "SIZING_REGIME",
    "SIZING_RIGOR",
    "SIZING_TABLE",
    "SIZING_TP",
    "SIZING_TPM",
    "SIZING_VERSION",
]


@excel_function()
def SIZING_CSTAR(anchors: Any, sla: Any, method: Any = DEFAULT_METHOD, ttft_s: Any = OMITTED) -> Any:
    """Concurrency at which one replica still meets the SLA: c* [requests/replica]."""
    return _met_point(anchors, sla, method, ttft_s).c_star


@excel_function()
def SIZING_POD_TPS(anchors: Any, sla: Any, method: Any = DEFAULT_METHOD, ttft_s: Any = OMITTED) -> Any:
    """Output throughput of one replica at the SLA [tok/s]."""
    return _met_point(anchors, sla, method, ttft_s).per_replica_tps


@excel_function()
def SIZING_REGIME(anchors: Any, sla: Any, method: Any = DEFAULT_METHOD, ttft_s: Any = OMITTED) -> Any:
    """What the operating point rests on: plateau, measured anchor, interpolation, knee, or infeasible [-]."""
    return operating_points(anchors, sla, method, limits=within(ttft_s)).regime


@excel_function()
def SIZING_BINDING(anchors: Any, sla: Any, method: Any = DEFAULT_METHOD, ttft_s: Any = OMITTED) -> Any:
    """What keeps a replica from more: "tok/s/user" or "TTFT", "knee" where more carries less, "last point" where none was measured [-]."""
    return _met_point(anchors, sla, method, ttft_s).binding


@excel_function()
def SIZING_PODS(
    anchors: Any,
    sla: Any,
    tpm: Any,
    util: Any = DEFAULT_UTIL,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """Replicas that carry the demand at the SLA, rounded up: an estimate [pods]."""
    return _met_sizing(anchors, sla, tpm, 1.0, util, method=method, ttft_s=ttft_s).pods


@excel_function()
def SIZING_GPUS(
    anchors: Any,
    sla: Any,
    tpm: Any,
    gpus_per_pod: Any,
    util: Any = DEFAULT_UTIL,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """GPUs that carry the demand at the SLA: an estimate; commit to SIZING_GPUS_COMMIT [GPUs]."""
    return _met_sizing(anchors, sla, tpm, gpus_per_pod, util, method=method, ttft_s=ttft_s).gpus


@excel_function()
def SIZING_GPUS_BUDGET(
    anchors: Any,
    sla: Any,
    tpm: Any,
    gpus_per_pod: Any,
    util: Any = DEFAULT_UTIL,
    confidence: Any = DEFAULT_CONFIDENCE,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """GPUs to plan with: the need was at or below it on 95 of 100 public curves; SIZING_GPUS_COMMIT where not claimed [GPUs]."""
    named = {"method": method, "confidence": confidence, "ttft_s": ttft_s}
    return _met_sizing(anchors, sla, tpm, gpus_per_pod, util, **named).gpus_budget


@excel_function()
def SIZING_GPUS_COMMIT(
    anchors: Any,
    sla: Any,
    tpm: Any,
    gpus_per_pod: Any,
    util: Any = DEFAULT_UTIL,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """GPUs to commit to: the high end of the range, resting on measured points alone [GPUs]."""
    return _met_sizing(anchors, sla, tpm, gpus_per_pod, util, method=method, ttft_s=ttft_s).gpus_high


@excel_function()
def SIZING_COST(
    anchors: Any,
    sla: Any,
    tpm: Any,
    gpus_per_pod: Any,
    util: Any = DEFAULT_UTIL,
    gpu_hourly_usd: Any = ASSUMED_USD_PER_GPU_HOUR,
    method: Any = DEFAULT_METHOD,
    ttft_s: Any = OMITTED,
) -> Any:
    """Cost of the estimate (SIZING_GPUS) at 730 hours a month [$/month]."""
    return _met_sizing(
        anchors, sla, tpm, gpus_per_pod, util, gpu_hourly_usd, method=method, ttft_s=ttft_s
    ).usd_per_month


@excel_function()
def SIZING_TABLE(
    anchors: Any,
    slas: Any,
    tpm: Any,
    gpus_per_pod: Any,
    util: Any = DEFAULT_UTIL,
    gpu_hourly_usd: Any = ASSUMED_USD_PER_GPU_HOUR,
    method: Any = DEFAULT_METHOD,
    ttfts_s: Any = OMITTED,
) -> Any:
    """Header and a row per SLA: GPUs to commit, estimate, low, pods, c*, tok/s per pod, $/month, regime, budget, c to commit, what binds, TTFT [-]."""
    given = [sla for sla in slas if sla is not None]
    named = {"method": method, "ttft_s": limits_beside(slas, ttfts_s)}
    rows = iter(_size(anchors, given, tpm, gpus_per_pod, util, gpu_hourly_usd, **named).rows())
    blank = [""] * len(FUNCTION_TABLE)
    return [list(FUNCTION_TABLE)] + [blank if sla is None else _table_row(next(rows)) for sla in slas]


@excel_function(refusal=str)
def SIZING_CHECK(
    anchors: Any,
    sla: Any = OMITTED,
    tpm: Any = OMITTED,
    gpus_per_pod: Any = OMITTED,
    util: Any = OMITTED,
    ttft_s: Any = OMITTED,
) -> Any:
    """OK, or in one line why the inputs given cannot be sized [-]."""
    # What is left out takes a value that is never refused, so that the sentence is the one a sizing would give.
    _met_sizing(
        anchors,
        float(anchors.tok_s_per_user[-1]) if sla is OMITTED else sla,
        LOWEST if tpm is OMITTED else tpm,
        1.0 if gpus_per_pod is OMITTED else gpus_per_pod,
        DEFAULT_UTIL if util is OMITTED else util,
        ttft_s=ttft_s,
    )
    return "OK"


@excel_function()
def SIZING_TPM(value: Any, unit: Any, osl: Any = OMITTED) -> Any:
    """Output tokens per minute from tok/s, or from requests per second and output tokens per request [tok/min]."""
    given = number(value, "value")
    if choice(unit, "unit", ("tok/s", "rps")) == "tok/s":
        demand = Demand.tok_s(given)
    elif osl is OMITTED:
        refuse("osl", 'must be given with the unit "rps"', way_out="add the output tokens per request")
    else:
        demand = Demand.rps(given, osl=osl)
    return demand.output_tpm


@excel_function(refusal=str)
def SIZING_VERSION() -> Any:
    """Versions of xlsizing, xlwings and Python behind these functions [-]."""
    return f"xlsizing {xlsizing.__version__}, {HOST}, Python {platform.python_version()}"


def _met_point(anchors: Curve, sla: float, method: str, ttft_s: Any) -> OperatingPoints:
    point = operating_points(anchors, sla, method, limits=within(ttft_s))
    _refuse_infeasible(point)
    return point


def _met_sizing(anchors: Curve, sla: float, *others: Any, **named: Any) -> Sizing:
    result = _size(anchors, sla, *others, **named)
    _refuse_infeasible(result.points)
    return result


def _size(
    anchors: Curve,
    sla: Any,
    tpm: float,
    gpus_per_pod: Any,
    util: float,
    gpu_hourly_usd: float | None = None,
    *,
    ttft_s: Any = OMITTED,
    **named: Any,
) -> Sizing:
    return size(
        anchors,
        sla,
        Demand.tpm(tpm),
        gpus_per_pod=gpus_per_pod,
        util=util,
        gpu_hourly_usd=gpu_hourly_usd,
        limits=within(ttft_s),
        **named,
    )


def _refuse_infeasible(point: OperatingPoints) -> None:
    if not point.feasible:
        raise point.unmet()


def _table_row(row: SizingRow) -> list[Any]:
    if not row.feasible:
        return [row.regime if field == "regime" else "" for field in FUNCTION_TABLE.values()]
    values = (getattr(row, field) for field in FUNCTION_TABLE.values())
    return [UNTOLD if value is None else value for value in values]
