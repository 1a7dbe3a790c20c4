"""Reading a report back before it is handed over: every number again, from its own curve and formula.

The files are read from disk, as a reader would, and checked against a sizing of what they
themselves say was measured and asked for. Nothing of the run that wrote them is used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NoReturn

from xlsizing.advice import Lever, lever_delta
from xlsizing.core import WAIT_FIELDS, WAITS, Curve, Demand, Limits, Sizing, calibration_of, size
from xlsizing.errors import SizingError, shown
from xlsizing.reports.markdown import stated_id
from xlsizing.reports.record import content_id
from xlsizing.reports.review_markdown import differences
from xlsizing.rules import HOURS_PER_MONTH, PLATEAU, TOLERANCE

__all__ = ["ReviewError", "review"]

_JSON: Final = "capacity_sizing.json"
_MARKDOWN: Final = "CAPACITY-SIZING.md"

_OLD_KEYS: Final = {
    "concurrency": "c_star",
    "per_replica_tps": "per_replica_tps",
    "replicas": "pods",
    "gpus": "gpus",
    "usd_per_month": "usd_per_month",
}
"""Historical keys of a row, which hold a figure even where the SLA cannot be met [-]."""

_NEW_KEYS: Final = (
    "regime", "feasible", "reason", "demand_tok_s", "pods_low", "pods_high", "gpus_low", "gpus_high",
    "total_pods", "total_gpus", "total_gpus_low", "total_gpus_high", "usd_per_month_high", "usd_per_million", "usd_per_million_high",
    "budget_confidence", "tok_s_per_user", "load",
    "load_one_fewer", "max_num_seqs", "load_at_max_num_seqs", "load_at_max_num_seqs_budget", "c_commit", "tok_s_per_user_commit",
    "per_replica_tps_commit", "load_commit", "max_num_seqs_commit", "too_wide", "measure_next", "binding", *WAIT_FIELDS,
)  # fmt: skip

_BUDGET_KEYS: Final = (
    "replicas_budget", "gpus_budget", "total_gpus_budget", "usd_per_month_budget", "usd_per_million_budget",
)  # fmt: skip

_LEVER_KEYS: Final = (
    "baseline_gpus", "with_gpus", "delta_gpus", "baseline_gpus_high", "with_gpus_high", "delta_gpus_high",
    "delta_usd_per_month",
)  # fmt: skip

_Record = dict[str, Any]


class ReviewError(SizingError):
    """A written report does not say what its curve and the formula give: a defect of ours."""

    exit_code = 1


def review(files: Mapping[str, Path]) -> None:
    """Check the written report in `files`.

    Parameters
    ----------
    files : mapping of str to Path
        "capacity_sizing.json" and "CAPACITY-SIZING.md" by name, where they stand [-]

    Raises
    ------
    ReviewError
        If the two files are not of one run, a number does not recompute, pods fall as the SLA tightens, the plateau is not flat, the
        two files differ, or one of them cannot be read.
    """
    try:
        record = json.loads(files[_JSON].read_text(encoding="utf-8"))
        text = files[_MARKDOWN].read_text(encoding="utf-8")
        _check_pair(record["report_id"], stated_id(text))
        _check_laws(record)
        _check_numbers(record)
        _check_levers(record)
        for difference in differences(text, record):
            _fail(difference)
        _check_equal("report_id", record["report_id"], content_id(record))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # among them what the core refuses
        _fail(f"it cannot be read back ({type(error).__name__}: {error})")


def _check_pair(of_json: str, of_markdown: str | None) -> None:
    """Refuse a mix of two runs, as one that was killed between two renames leaves it."""
    if of_json != of_markdown:
        stated = f"{_MARKDOWN} says {of_markdown or 'none'}, {_JSON} {of_json}"
        raise ReviewError(f"the report's two files are not of one run: {stated}; write them again with --emit")


def _check_laws(record: _Record) -> None:
    met = [row for row in record["rows"] if row["feasible"]]
    for looser, tighter in pairwise(met):
        _check_falling(looser, tighter)
    _check_plateau(met, users=record["demand"]["unit"] == "users")


def _check_falling(looser: _Record, tighter: _Record) -> None:
    """Refuse fewer pods at a tighter SLA, unless less is asked for beside it."""
    slas = f"{shown(looser['sla_toks_per_user'])} to {shown(tighter['sla_toks_per_user'])} tok/s/user"
    if looser["sla_toks_per_user"] > tighter["sla_toks_per_user"]:
        _fail(f"rows are not by rising SLA: {slas}")
    less = looser["demand_tok_s"] > tighter["demand_tok_s"] * (1 + TOLERANCE)
    longer = any(_limit(looser, wait.limit) < _limit(tighter, wait.limit) for wait in WAITS)
    for key in () if less or longer else ("replicas", "replicas_budget", "pods_high"):
        if tighter[key] < looser[key]:
            _fail(f"pods fall as the SLA tightens: {key} {looser[key]} to {tighter[key]} from {slas}")


def _check_plateau(met: Sequence[_Record], *, users: bool) -> None:
    """Refuse different pods for one demand where the last anchor is reached: no limit on waiting stands before it."""
    flat: dict[str, set[int]] = {}
    for row in met:
        if row["regime"] == PLATEAU:
            asked = row["demand_tok_s"] / (row["sla_toks_per_user"] if users else 1)
            flat.setdefault(f"{asked:.9g}", set()).add(row["replicas"])
    for pods in flat.values():
        if len(pods) > 1:
            _fail(f"the plateau is not flat: {' and '.join(map(str, sorted(pods)))} pods for one demand")


def _limit(row: _Record, key: str) -> float:
    limit = row[key]
    return math.inf if limit is None else float(limit)


def _check_numbers(record: _Record) -> None:
    sizing = _sized_again(record)
    arrays = {key: getattr(sizing, name).tolist() for key, name in _OLD_KEYS.items()}
    for i, (row, again) in enumerate(zip(record["rows"], sizing.rows(), strict=True)):
        at = f" at {shown(row['sla_toks_per_user'])} tok/s/user"
        new = asdict(again)
        figures = {key: values[i] for key, values in arrays.items()} | {key: new[key] for key in _NEW_KEYS}
        for key, figure in (figures | _budgets(row, new)).items():
            _check_equal(key + at, row[key], figure)
        quoted = (
            None
            if record["workload_mismatch"]
            else replace(again, budget_claim=row["budget_claim"]).quoted(row["rigor"])
        )
        _check_equal("quote" + at, row["quote"], quoted)
    _check_equal("hours_per_month", record["hours_per_month"], HOURS_PER_MONTH)
    if not sizing.demand.shape and not isinstance(record["demand"]["value"], list):
        tpm = sizing.demand.output_tpm
        per_second = None if tpm is None else float(sizing.demand.output_tok_s(0))
        _check_equal("tpm", record["tpm"], None if tpm is None else float(tpm))
        _check_equal("tok_per_s_target", record["tok_per_s_target"], per_second)


def _budgets(row: _Record, again: _Record) -> dict[str, Any]:
    """Return what the keys of the budget must hold: where the row says that none is claimed, the commitment."""
    names = {key: key.replace("replicas", "pods") for key in _BUDGET_KEYS}
    if row["budget_claim"] is None:
        return {key: again[name] for key, name in names.items()} | {"budget_claim": again["budget_claim"]}
    # Why none is claimed may be what the record's anchors do not show: a prediction, pooling, short outputs.
    return {key: again[name.replace("budget", "high")] for key, name in names.items()}


def _sized_again(record: _Record) -> Sizing:
    return size(
        _curve_again(record["anchors"]),
        [row["sla_toks_per_user"] for row in record["rows"]],
        _demand_again(record),
        gpus_per_pod=record["gpus_per_pod"],
        util=record["util"],
        gpu_hourly_usd=record["gpu_hourly_usd"],
        spare_replicas=record["spare_replicas"],
        method=record["method"],
        confidence=record["confidence"],
        calibration=None if record["calibration"] is None else calibration_of(record["calibration"]),
        limits=_limits_again(record),
    )


def _limits_again(record: _Record) -> Limits:
    asked = {wait.name: [row[wait.limit] for row in record["rows"]] for wait in WAITS}
    return Limits(**asked, output_tokens=record["output_tokens"], statistic=record["latency_statistic"])


def _limits_beside(row: _Record, record: _Record) -> Limits:
    """Return the limits of one row, for the answers of the record."""
    asked = {wait.name: row[wait.limit] for wait in WAITS}
    return Limits(**asked, output_tokens=record["output_tokens"])


def _curve_again(anchors: Sequence[_Record]) -> Curve:
    concurrency = [anchor["concurrency"] for anchor in anchors]
    pooled = Curve(concurrency, [anchor["toks_per_user_measured"] for anchor in anchors], pool_rises=1.0)
    for anchor, rate in zip(anchors, pooled.tok_s_per_user.tolist(), strict=True):
        _check_equal(f"toks_per_user at c={shown(anchor['concurrency'])}", anchor["toks_per_user"], rate)
    rates = [anchor["toks_per_user"] for anchor in anchors]
    curve = Curve(concurrency, rates, ttft_s=_column(anchors, "ttft_s"), ttfo_s=_column(anchors, "ttfo_s"))
    measured = _column(anchors, "output_tok_s")
    # Throughput was checked against the rates as measured, and these may be pooled: it is taken as it stands.
    return curve if measured is None else curve.with_throughput(measured)


def _column(anchors: Sequence[_Record], name: str) -> list[float] | None:
    """Return a column that may not have been measured."""
    column = [anchor[name] for anchor in anchors]
    return None if None in column else column


def _demand_again(record: _Record) -> Demand:
    asked = record["demand"]
    if isinstance(asked["value"], list) or isinstance(asked["osl"], list):  # in another order than the rows
        tok_s = [row["demand_tok_s"] for row in record["rows"]]
        if asked["unit"] != "users":
            return Demand.tok_s(tok_s)
        return Demand.users([each / row["sla_toks_per_user"] for each, row in zip(tok_s, record["rows"], strict=True)])
    if asked["unit"] == "rps":
        return Demand.rps(asked["value"], osl=asked["osl"])
    return {"tpm": Demand.tpm, "tok/s": Demand.tok_s, "users": Demand.users}[asked["unit"]](asked["value"])


def _check_levers(record: _Record) -> None:
    for lever in record["levers"]:
        again = lever_delta(
            _lever_again(lever),
            lever["sla_toks_per_user"],
            _demand_again(record),
            gpu_hourly_usd=record["gpu_hourly_usd"],
            util=record["util"],
            method=record["method"],
            limits=_limits_beside(lever, record),
        )
        at = f" of the lever {lever['lever']} at {shown(lever['sla_toks_per_user'])} tok/s/user"
        for key in _LEVER_KEYS:
            _check_equal(key + at, lever[key], getattr(again, key))


def _lever_again(lever: _Record) -> Lever:
    optimised, gpus = lever["with_lever_anchors"], lever["with_lever_gpus_per_pod"]
    changes_tp = lever["kind"] == "tp-rightsize"
    if not changes_tp:
        _check_equal(f"with_lever_gpus_per_pod of the lever {lever['lever']}", gpus, lever["baseline_gpus_per_pod"])
    return Lever(
        lever["lever"],
        lever["kind"],
        _curve_again(lever["baseline_anchors"]),
        lever["baseline_gpus_per_pod"],
        effort_days=lever["effort_days"],
        optimised=None if optimised is None else _curve_again(optimised),
        optimised_gpus_per_pod=gpus if changes_tp else None,
        factor=lever["factor"],
    )


def _check_equal(what: str, written: Any, again: Any) -> None:
    if isinstance(again, float):
        equal = type(written) in (int, float) and math.isclose(written, again, rel_tol=TOLERANCE)
    else:
        equal = type(written) is type(again) and written == again
    if not equal:
        _fail(f"{what} is {written}, curve and formula give {again}")


def _fail(why: str) -> NoReturn:
    raise ReviewError(f"the report failed its own review and was removed: {why}; please report this")
