"""capacity_sizing.json: the sizing for scripts, full precision, keys that never change meaning."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

import xlsizing
from xlsizing.reports.report import DRAFT, Report
from xlsizing.rows import SizingRow
from xlsizing.rules import HOURS_PER_MONTH

__all__ = ["json_text", "record"]


def json_text(report: Report) -> str:
    """Return `report` as a JSON document, in ASCII: it survives any terminal and any encoding [-]."""
    return json.dumps(record(report), indent=2, allow_nan=False) + "\n"


def record(report: Report) -> dict[str, Any]:
    """Return `report` as plain data.

    Parameters
    ----------
    report : Report
        The sizing and its words [-]

    Returns
    -------
    dict
        The keys scripts have always read (`model` to `notes`) and newer ones; where an SLA cannot
        be met the old keys of a row hold the first anchor's figures and the new ones null [-]
    """
    sizing = report.sizing
    demand = sizing.demand
    tpm = _plain(demand.output_tpm)
    return {
        "model": report.model,
        "tpm": tpm,
        "tok_per_s_target": None if tpm is None else _plain(demand.output_tok_s(0)),
        "gpus_per_pod": sizing.gpus_per_pod,
        "util": sizing.util,
        "gpu_hourly_usd": sizing.gpu_hourly_usd,
        "anchors": _anchors(report),
        "rows": _rows(report),
        "notes": report.notes,
        "rigor": DRAFT,
        "next_step": report.next_step,
        "demand": {"value": _plain(demand.value), "unit": demand.unit, "osl": _plain(demand.osl)},
        "method": sizing.points.method.name,
        "spare_replicas": sizing.spare_replicas,
        "hours_per_month": HOURS_PER_MONTH,
        "price_assumed": sizing.price_assumed,
        "curve_source": report.source,
        "xlsizing_version": xlsizing.__version__,
    }


def _anchors(report: Report) -> list[dict[str, float | None]]:
    curve = report.sizing.curve
    columns = {
        "concurrency": curve.concurrency,
        "toks_per_user": curve.tok_s_per_user,
        "output_tok_s": curve.output_tok_s,
        "ttft_s": curve.ttft_s,
    }
    lists = {name: [None] * len(curve) if values is None else values.tolist() for name, values in columns.items()}
    return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]


def _rows(report: Report) -> list[dict[str, Any]]:
    """Return the rows by rising SLA; the historical keys from the arrays, which are never empty."""
    sizing = report.sizing
    arrays = (sizing.c_star, sizing.per_replica_tps, sizing.pods, sizing.gpus, sizing.usd_per_month)
    clamped = np.broadcast_arrays(*arrays)
    figures = zip(*(array.ravel().tolist() for array in clamped), strict=True)
    pairs = sorted(zip(sizing.rows(), figures, strict=True), key=lambda pair: (pair[0].sla, pair[0].demand_tok_s))
    return [_row(row, *figures) for row, figures in pairs]


def _row(row: SizingRow, c_star: float, tps: float, pods: int, gpus: int, usd: float) -> dict[str, Any]:
    return {
        "sla_toks_per_user": row.sla,
        "concurrency": c_star,
        "per_replica_tps": tps,
        "replicas": pods,
        "gpus": gpus,
        "usd_per_month": usd,
        "regime": row.regime,
        **{name: getattr(row, name) for name in _NEW_KEYS},
    }


_NEW_KEYS = (
    "feasible",
    "reason",
    "demand_tok_s",
    "gpus_high",
    "gpus_low",
    "pods_high",
    "pods_low",
    "total_pods",
    "total_gpus",
    "total_gpus_high",
    "usd_per_month_high",
    "usd_per_million",
    "usd_per_million_high",
    "tok_s_per_user",
    "load",
    "load_one_fewer",
    "max_num_seqs",
    "load_at_max_num_seqs",
    "too_wide",
    "measure_next",
)


def _plain(value: Any) -> Any:
    return None if value is None else np.asarray(value).tolist()
