"""The types of what each tool of the MCP server returns: the records that the commands print as JSON, key by key.

Fields that stand in a class of the core are taken from there, with their types.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable
from dataclasses import fields
from types import GenericAlias
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, create_model

from xlsizing.advice import Answers, Audit, NextLever, Reason, TpAdvice, Workload
from xlsizing.core import DEMAND_PARTS, FIGURES, PEAK_TO_MEAN, WAITS, NodePlan, Price, SizingRow
from xlsizing.importers import CurveRow
from xlsizing.reports import QUARTER_KEYS, Step

__all__ = ["RESULTS", "result_schema"]


class _Told(BaseModel):
    """A record whose keys are all known."""

    model_config = ConfigDict(extra="forbid")


def _told(name: str, *parts: dict[str, Any], **kinds: Any) -> Any:
    """Return the type of a record with the keys of `parts` and those of `kinds`, which it always has."""
    keys: dict[str, Any] = {key: (kind, ...) for part in (*parts, kinds) for key, kind in part.items()}
    return create_model(name, __base__=_Told, **keys)


def _of(origin: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Return the fields of the class `origin`, or some `names` of them, with their types."""
    hints = typing.get_type_hints(origin)
    listed = names or getattr(origin, "_fields", None) or [field.name for field in fields(origin)]
    return {name: hints[name] for name in listed}


def _all(kind: Any, *names: str) -> dict[str, Any]:
    return dict.fromkeys(names, kind)


def _list(kind: Any) -> Any:
    """Return the type of a list of `kind`, which is made here and not a name that a type checker knows."""
    return GenericAlias(list, (kind,))


_LIMITS: Final = [wait.limit for wait in WAITS]
_RECORD: Final = dict[str, Any]

_ANCHOR: Final = _told(
    "Anchor",
    _all(float, "concurrency", "toks_per_user"),
    _all(float | None, "toks_per_user_measured", "output_tok_s", "ttft_s", "ttfo_s"),
)
_REASON: Final = _told("Reason", _of(Reason))
_ANSWERS: Final = _told("Answers", _of(Answers))
_DEMAND: Final = _told("Demand", _all(float, "value", PEAK_TO_MEAN), _all(float | None, *DEMAND_PARTS), unit=str)
_PRICE: Final = _told("Price", _of(Price))
_NODE_PLAN: Final = _told("NodePlan", _of(NodePlan))

_ROW_KINDS: Final = typing.get_type_hints(SizingRow)
_ROW: Final = _told(
    "Row",
    # The estimate is null where the SLA cannot be met, so that no such figure is ever quoted.
    {figure.key or name: _ROW_KINDS[name] for name, figure in FIGURES.items()},
    _all(str, "rigor", "next_lever"),
    _all(str | None, "sla_name", "quote"),
    _all(bool, "contract"),
    rigor_reasons=list[str],
)

_LEVER: Final = _told(
    "Lever",
    _all(str, "lever", "kind", "tier", "campaign", "source", "rigor"),
    _all(float, "sla_toks_per_user", "effort_days", "delta_usd_per_month"),
    _all(int, "rank", "baseline_gpus", "with_gpus", "delta_gpus"),
    _all(int, "baseline_gpus_high", "with_gpus_high", "delta_gpus_high"),
    _all(int, "baseline_gpus_per_pod", "with_lever_gpus_per_pod"),
    _all(float | None, "factor", *_LIMITS),
    _all(str | None, "baseline_context", "with_lever_context"),
    rigor_reasons=list[str],
    baseline_anchors=_list(_ANCHOR),
    with_lever_anchors=_list(_ANCHOR) | None,
)

_QUARTER: Final = _told(
    "Quarter",
    {key: _ROW_KINDS[name] for name, key in QUARTER_KEYS.items()},
    _all(float, "factor", "demand", "demand_tok_s"),
    date=str,
    quote=str | None,
)
_GROWTH: Final = _told(
    "Growth",
    _all(str, "law", "start"),
    months=int | None,
    stated=_list(_told("Stated", date=str, factor=float)),
    rows=_list(
        _told(
            "Grown",
            _all(float | None, *_LIMITS),
            _all(str, "next_of", "next_unit"),
            sla_toks_per_user=float,
            feasible=bool,
            quarters=_list(_QUARTER),
            next=_list(_told("Next", _all(float, "factor", "usd_per_month"), _all(int, "count", "gpus"), date=str)),
            next_rest=int,
        )
    ),
)

_SIZED: Final = _told(
    "Sized",
    _all(str, "model", "headline", "opening", "rigor", "next_step", "method", "curve_source"),
    _all(str, "xlsizing_version", "report_id"),
    _all(float, "util", "gpu_hourly_usd", "confidence", "hours_per_month"),
    _all(int, "gpus_per_pod", "spare_replicas"),
    _all(bool, "method_chosen", "price_assumed"),
    _all(list[str], "notes", "workload_mismatch", "sign_off"),
    _all(str | None, "context_label", "price_source", "latency_statistic", "contract"),
    _all(float | None, "tpm", "tpm_mean", "input_tpm", "input_tpm_mean", "tok_per_s_target", "output_tokens"),
    _all(_RECORD | None, "context", "calibration"),
    anchors=_list(_ANCHOR),
    rows=_list(_ROW),
    rigor_reasons=_list(_REASON),
    next_lever=_told("NextLever", _of(NextLever)),
    context_missing=list[str] | None,
    workload=_told("Workload", _of(Workload)) | None,
    levers=_list(_LEVER),
    about=dict[str, str],
    demand=_DEMAND,
    growth=_GROWTH | None,
    node_plan=_NODE_PLAN | None,
    prices=_list(_PRICE),
)

_EXPLAINED: Final = _told(
    "Explained",
    _all(str, "regime", "remark", "rigor", "next_lever"),
    _all(str | None, "reason", "binding", "quote"),
    _all(float | None, *_LIMITS),
    sla_toks_per_user=float,
    feasible=bool,
    steps=_list(_told("Step", _of(Step))),
    rigor_reasons=_list(_REASON),
)

_ABOUT: Final = _all(str, "model", "curve_source", "headline") | {"context_label": str | None}
"""What a record begins with that rests on one curve."""

_LIMITED: Final[dict[str, Any]] = dict.fromkeys(_LIMITS, (float | None, None))
"""Limits on waiting that are left out where none was asked for."""

RESULTS: Final[dict[str, type[BaseModel]]] = {
    "size": _SIZED,
    "explain": _told("Explanation", _ABOUT, rows=_list(_EXPLAINED), notes=list[str]),
    "audit": _told(
        "Audited",
        _ABOUT,
        _all(list[str], "rigor_reasons", "workload_mismatch"),
        rigor=str,
        audits=_list(_told("Audit", _of(Audit), rigor=str, rigor_reasons=list[str])),
    ),
    "levers": create_model(
        "Ranked",
        __base__=_told(
            "Levers",
            _all(str, "model", "curve_source"),
            _all(float, "util", "gpu_hourly_usd", "hours_per_month"),
            _all(str | None, "context_label", "price_source"),
            demand=_DEMAND,
            price_assumed=bool,
            levers=_list(_LEVER),
            notes=list[str],
        ),
        **_LIMITED,
    ),
    "rightsize": _told(
        "RightSized",
        _of(TpAdvice),
        _all(float, "gpu_mem_gb", "gpu_memory_utilization"),
        model=str,
        saving_condition=str | None,
        assumed=list[str],
    ),
    "capacity": create_model(
        "Carried",
        __base__=_told(
            "Fleet",
            _all(int, "gpus", "gpus_per_pod", "pods", "spare_replicas", "gpus_idle"),
            _all(float, "util", "budget_confidence"),
            _all(str, "method", "curve_source", "rigor", "headline", "opening"),
            _all(str | None, "context_label", "reason"),
            _all(_ANSWERS | None, "most_tpm", "most_users", "best_sla_toks_per_user"),
            _all(float | None, "sla_toks_per_user", "gpu_hourly_usd", "hours_per_month", "kw_per_gpu", "pue"),
            budget=_told("Bought", kind=str, amount=float),
            demand=_DEMAND | None,
            price_assumed=bool | None,
            gpus_per_node=int | None,
            rigor_reasons=_list(_REASON),
            notes=list[str],
        ),
        **_LIMITED,
    ),
    "import": _told(
        "Imported",
        _all(list[str], "notes", "draft_reasons", "missing", "written"),
        _all(list[tuple[str, str]], "passed", "bad"),
        curves=_list(_told("CurveRow", _of(CurveRow))),
    ),
}
"""The type of what each tool returns, by its name."""


def result_schema(name: str) -> dict[str, Any]:
    """Return the JSON schema of what the tool `name` returns."""
    return RESULTS[name].model_json_schema(mode="serialization")
