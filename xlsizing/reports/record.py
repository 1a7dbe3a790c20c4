"""capacity_sizing.json: the sizing for scripts, full precision, keys that never change meaning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

import numpy as np

import xlsizing
from xlsizing.advice import Lever, LeverDelta, with_ranks
from xlsizing.core import (
    DEMAND_PARTS,
    ENDINGS,
    FIGURES,
    PEAK_TO_MEAN,
    WAITS,
    Curve,
    Demand,
    Sizing,
    SizingRow,
    answer_tokens,
    figure_named,
)
from xlsizing.reports.asked import input_tok_s
from xlsizing.reports.money import contract_words
from xlsizing.reports.report import Report
from xlsizing.rules import DRAFT, HOURS_PER_MONTH, VERDICT

__all__ = [
    "LEVER_FIGURES",
    "QUARTER_KEYS",
    "clamped",
    "content_id",
    "demand_record",
    "json_text",
    "record",
    "row_record",
]

_ID_DIGITS: Final = 16

LEVER_FIGURES: Final = (
    "baseline_gpus", "with_gpus", "delta_gpus", "baseline_gpus_high", "with_gpus_high", "delta_gpus_high",
    "delta_usd_per_month",
)  # fmt: skip
"""The figures of what a lever changes, under their names."""


def json_text(report: Report) -> str:
    """Return `report` as a JSON document, in ASCII: it survives any terminal and any encoding."""
    return json.dumps(record(report), indent=2, allow_nan=False) + "\n"


def record(report: Report) -> dict[str, Any]:
    """Return `report` as plain data.

    Parameters
    ----------
    report : Report
        The sizing and its words

    Returns
    -------
    dict
        The keys scripts have always read (`model` to `notes`) and newer ones; where an SLA cannot
        be met the old keys of a row hold the first anchor's figures and the new ones null
    """
    told = _sizing_record(report)
    return told | {"report_id": content_id(told)}


def content_id(told: Mapping[str, Any]) -> str:
    """Return the id of a report that says what `told` says: a hash of all of it but the id itself.

    Markdown and JSON of one report carry it, so that two files of two runs are known for a mix.
    """
    content = {key: value for key, value in told.items() if key != "report_id"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:_ID_DIGITS]


def _sizing_record(report: Report) -> dict[str, Any]:
    sizing = report.sizing
    demand = sizing.demand
    tpm = _plain_data(demand.output_tpm)
    return {
        "model": report.model,
        "tpm": tpm,
        "tok_per_s_target": None if tpm is None else _plain_data(demand.output_tok_s(0)),
        "gpus_per_pod": sizing.gpus_per_pod,
        "util": sizing.util,
        "gpu_hourly_usd": sizing.gpu_hourly_usd,
        "anchors": _anchor_records(sizing.curve),
        "rows": _row_records(report),
        "notes": report.notes,
        "headline": report.headline,
        "opening": report.opening[0],
        "rigor": DRAFT if any(rigor.reasons for rigor in report.standings) else VERDICT,
        "rigor_reasons": [reason._asdict() for reason in report.assessment.common],
        "next_step": report.next_step,
        "next_lever": asdict(report.next_lever),
        "context": None if report.context is None else report.context.known(),
        "context_label": report.context_label or None,
        "context_missing": None if report.context is None else list(report.context.missing()),
        "workload": None if report.workload is None else asdict(report.workload),
        "workload_mismatch": list(report.assessment.mismatch),
        "levers": _lever_records(report.levers),
        "about": dict(report.about),
        "price_source": sizing.price.quoted or None,
        "prices": [asdict(price) for price in report.prices],
        "sign_off": list(report.sign_off),
        "latency_statistic": sizing.points.limits.statistic,
        "output_tokens": answer_tokens(sizing.curve, sizing.points.limits.output_tokens),
        "demand": demand_record(demand),
        "contract": contract_words(report) or None,
        "growth": _growth_record(report),
        **_input_record(report),
        "tpm_mean": None if tpm is None else _plain_data(60 * demand.mean_tok_s(0)),
        "method": sizing.points.method.name,
        "method_chosen": report.method_chosen,
        "confidence": sizing.bound.confidence,
        "calibration": None if sizing.bound.calibration is None else sizing.bound.calibration.record(),
        "spare_replicas": sizing.spare_replicas,
        "node_plan": None if sizing.node_plan is None else asdict(sizing.node_plan),
        "hours_per_month": HOURS_PER_MONTH,
        "price_assumed": sizing.price_assumed,
        "curve_source": report.source,
        "xlsizing_version": xlsizing.__version__,
    }


def _growth_record(report: Report) -> dict[str, Any] | None:
    if report.growth is None:
        return None
    from xlsizing.reports.outlook import growth_record  # noqa: PLC0415  # only where demand grows

    return growth_record(report, report.growth)


def _input_record(report: Report) -> dict[str, float | None]:
    """Return the customer's input tokens per minute in the mean and at the peak; null where they are not known."""
    mean, peak = (60 * tok_s for tok_s in found) if (found := input_tok_s(report)) else (None, None)
    return {"input_tpm_mean": mean, "input_tpm": peak}


def demand_record(demand: Demand) -> dict[str, Any]:
    """Return a `demand` as plain data, in its own unit."""
    return {
        "value": _plain_data(demand.value),
        "unit": demand.unit,
        **{part: _plain_data(getattr(demand, part)) for part in DEMAND_PARTS},
        PEAK_TO_MEAN: demand.peak_to_mean,
    }


def _anchor_records(curve: Curve) -> list[dict[str, float | None]]:
    columns = {
        "concurrency": curve.concurrency,
        "toks_per_user": curve.tok_s_per_user,
        "toks_per_user_measured": curve.measured_tok_s_per_user,
        "output_tok_s": curve.output_tok_s,
        "ttft_s": curve.ttft_s,
        "ttfo_s": curve.ttfo_s,
    }
    lists = {name: [None] * len(curve) if values is None else values.tolist() for name, values in columns.items()}
    return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]


def _row_records(report: Report) -> list[dict[str, Any]]:
    """Return the rows by rising SLA; the oldest keys from the arrays, which are never empty."""
    oldest = clamped(report.sizing)
    rows = zip(
        report.rows, report.order, report.standings, report.next_levers, report.quoted, report.row_names, strict=True
    )
    return [
        {
            **row_record(row),
            **{key: values[at] for key, values in oldest.items()},
            "sla_name": name,
            "contract": at == report.contract,
            "rigor": rigor.label,
            "rigor_reasons": [reason.why for reason in rigor.reasons],
            "quote": quoted,
            "next_lever": str(step),
        }
        for row, at, rigor, step, quoted, name in rows
    ]


def row_record(row: SizingRow) -> dict[str, Any]:
    """Return the figures of a `row`, each under its key, the oldest keys first."""
    return {key: getattr(row, name) for name, key in _KEYS.items()}


_KEYS: Final = {
    name: figure.key or name
    for name, figure in sorted(FIGURES.items(), key=lambda item: item[1].oldest or len(FIGURES))
}
"""The keys of a row by the names of its fields, the oldest first."""

_MEASURES_OF_GROWTH: Final = ("pods", "spare_pods", "total_gpus", "gpus_idle", "nodes", "usd_per_month")

QUARTER_KEYS: Final[Mapping[str, str]] = {
    name: FIGURES[name].key or name
    for measure in _MEASURES_OF_GROWTH
    for name in (figure_named(measure, figure) for figure in ENDINGS)
}
"""The keys of a quarter in the JSON, those of a row, by the names of the fields."""


def clamped(sizing: Sizing) -> dict[str, list[Any]]:
    """Return what the oldest keys of the rows of a `sizing` hold: where the SLA cannot be met the first anchor's figures."""
    kept = {name: key for name, key in _KEYS.items() if FIGURES[name].oldest}
    return {key: np.broadcast_to(getattr(sizing, name), sizing.shape).ravel().tolist() for name, key in kept.items()}


def _lever_records(deltas: Iterable[LeverDelta]) -> list[dict[str, Any]]:
    """Return what levers change, `deltas` by rank within each SLA, as plain data."""
    return [_lever_record(delta, rank) for rank, delta in with_ranks(deltas)]


def _lever_record(delta: LeverDelta, rank: int) -> dict[str, Any]:
    lever = delta.lever
    return {
        "sla_toks_per_user": delta.sla,
        **{wait.limit: dict(delta.limits).get(wait) for wait in WAITS},
        "rank": rank,
        "lever": lever.name,
        "kind": lever.kind,
        "tier": lever.tier,
        "campaign": lever.campaign,
        "effort_days": lever.effort_days,
        "source": lever.source,
        "rigor": delta.rigor,
        "rigor_reasons": list(delta.reasons),
        **{name: getattr(delta, name) for name in LEVER_FIGURES},
        **_rests_on(lever),
    }


def _rests_on(lever: Lever) -> dict[str, Any]:
    """Return all that the figures of a lever follow from, so that a reader can work them out again."""
    before, after = lever.baseline.context, lever.optimised_context
    return {
        "baseline_context": None if before is None else before.label(),
        "with_lever_context": None if after is None else after.label(),
        "baseline_anchors": _anchor_records(lever.baseline),
        "with_lever_anchors": None if lever.optimised is None else _anchor_records(lever.optimised),
        "factor": lever.factor,
        "baseline_gpus_per_pod": lever.gpus_per_pod,
        "with_lever_gpus_per_pod": lever.optimised_gpus_per_pod or lever.gpus_per_pod,
    }


def _plain_data(value: Any) -> Any:
    return None if value is None else np.asarray(value).tolist()
