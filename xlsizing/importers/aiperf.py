"""NVIDIA AIPerf: profile_export_aiperf.json and .csv, sweep and aggregate files; genai-perf, which it replaced, as well.

`inter_token_latency` is per request, what others call TPOT. Never e2e_output_token_throughput, which includes the TTFT;
never the mean of 1/x, which is above 1/mean. The concurrency stands in phases[] of kind profiling (0.13) or in loadgen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement, NotAPoint, Stat
from xlsizing.importers.values import Fields, date_in_stamp, known_values

__all__ = ["read", "recognises"]

_STATS: Final = {"median": "p50", "mean": "avg", "p90": "p90", "p95": "p95", "p99": "p99"}
_TAILS: Final = {"median": "p50", "p90": "p10", "p95": "p5", "p99": "p1"}
"""A slow tail of a latency, and of a rate."""

_ITL, _PER_USER, _TTFT = "inter_token_latency", "output_token_throughput_per_user", "time_to_first_token"
_OUTPUT = "output_token_throughput"
_SCALE: Final = {"ms": 1.0, "s": 1e3, "sec": 1e3, "seconds": 1e3, "us": 1e-3, "ns": 1e-6}
_METRICS: Final = (_ITL, _PER_USER, _TTFT, _OUTPUT, "request_latency", "request_throughput")
_FEW: Final = 3
_SPREADS: Final = ("std", "min", "max", "cv")
_FOLDER: Final = re.compile(r"(?:^|[^a-z])conc(?:urrency)?[-_]?(\d+)(?!\d)", re.IGNORECASE)
_OPTION: Final = re.compile(r"--concurrency[ =](\d+)(?![\d,])")
_UNIT: Final = re.compile(r"^(.*?)\s*\(([^()]*)\)$")


def recognises(document: Document) -> bool:
    """Tell whether a `document` is an export of this tool."""
    top = document.only
    return _is_export(top) or _is_sweep(top) or _is_aggregate(top) or _is_table(document) or _is_sweep_table(document)


def _is_export(top: dict[str, Any]) -> bool:
    return sum(isinstance(top.get(name), dict) for name in _METRICS) >= _FEW


def _is_sweep(top: dict[str, Any]) -> bool:
    return isinstance(top.get("per_combination_metrics"), list)


def _is_aggregate(top: dict[str, Any]) -> bool:
    metrics = top.get("metrics")
    return isinstance(metrics, dict) and any(f"{name}_avg" in metrics for name in _METRICS)


def _is_table(document: Document) -> bool:
    return document.kind == "table" and document.value.lstrip()[:11] == "Metric,avg,"


def _is_sweep_table(document: Document) -> bool:
    header = next(iter(document.first_rows()), [])
    return f"{_ITL}_mean" in header and f"{_OUTPUT}_mean" in header


def read(document: Document) -> Iterator[Measurement | NotAPoint]:
    """Yield the points in a `document`."""
    beside = document.path.with_suffix(".json")
    if _is_sweep_table(document) and beside.exists():
        yield NotAPoint(document.name, f"repeats {beside.name} beside it, without medians")
        return
    record = _sweep_in_table(document) if _is_sweep_table(document) else document.only
    top = Fields(record, document.name)
    if _is_sweep(record):
        yield from _sweep_points(document, top)
    elif _is_aggregate(record) and not _is_export(record):
        yield _aggregate(document, top)
    elif document.kind == "table":
        yield _measurement(
            document, Fields(_metrics_in_table(document), document.name), config=Fields({}, document.name)
        )
    else:
        yield _measurement(document, top, config=top.inside("input_config"))


def _measurement(document: Document, top: Fields, *, config: Fields) -> Measurement:
    if top.flag("was_cancelled"):
        top.refuse("was_cancelled", "must be false: the run did not end", got=True)
    completed = _whole_of(top, "request_count")
    failed = None if completed is None else _whole_of(top, "error_request_count") or 0.0
    return Measurement(
        tool="aiperf",
        place=top.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=_concurrency(document, top, config),
        achieved=_nonzero_value(top.inside("effective_concurrency"), "avg"),
        completed=completed,
        failed=failed,
        num_prompts=None if completed is None else completed + (failed or 0),
        duration_s=_nonzero_value(top.inside("benchmark_duration"), "avg"),
        context=_context(top, config),
        summary_of=document.path.parent if document.kind == "table" else None,
        **_metric_figures(top),
    )


def _metric_figures(metrics: Fields, *, mean: str = "avg") -> dict[str, Any]:
    """Return latencies, throughput and lengths out of metrics by name, their mean under the key `mean`."""
    output = metrics.inside(_OUTPUT)
    if not output.record:
        metrics.refuse(_OUTPUT, "must be given")
    return {
        "tpot_ms": _tpot(metrics, mean),
        "ttft_ms": _latency(metrics.inside(_TTFT), mean),
        "ttfo_ms": _latency(metrics.inside("time_to_first_output_token"), mean),
        "output_tok_s": output.number(mean),
        "isl": _nonzero_value(metrics.inside("input_sequence_length"), mean),
        "osl": _nonzero_value(metrics.inside("output_sequence_length"), mean),
    }


def _tpot(metrics: Fields, mean: str) -> dict[str, Stat]:
    found = _latency(metrics.inside(_ITL), mean)
    return found or _tpot_of_rates(metrics.inside(_PER_USER))


def _latency(metric: Fields, mean: str) -> dict[str, Stat]:
    return metric.stats(_STATS | {"mean": mean}, scale=_scale(metric)) if metric.record else {}


def _scale(metric: Fields) -> float:
    unit = metric.record.get("unit", metric.record.get("units", "ms"))
    if not isinstance(unit, str) or unit.casefold() not in _SCALE:
        metric.refuse("unit", f"must be one of {', '.join(_SCALE)}", got=unit)
    return _SCALE[unit.casefold()]


def _tpot_of_rates(metric: Fields) -> dict[str, Stat]:
    """Return TPOT out of rates per user, where no latency is given: the slow tail is the low one, the mean is none."""
    found = {stat: name for stat, name in _TAILS.items() if metric.has(name)}
    return {stat: Stat(1000 / metric.number(name), metric.prefix + name) for stat, name in found.items()}


def _nonzero_value(metric: Fields, name: str) -> float | None:
    return metric.maybe(name, 0.0) or None


def _whole_of(top: Fields, name: str) -> float | None:
    return top.inside(name).count("avg")


def _concurrency(document: Document, top: Fields, config: Fields) -> float:
    stated = _in_config(config)
    if stated is None:
        found = _OPTION.search(
            str(top.inside("run_info").text("cli_command") or top.inside("input_config").text("cli_command") or "")
        )
        stated = float(found[1]) if found else None
    if stated is None:
        found = _FOLDER.search(document.path.absolute().parent.name)
        stated = float(found[1]) if found else None
    if stated is None:
        top.refuse("concurrency", "must be given", way_out="name the folder by it, as in concurrency_8")
    return stated


def _in_config(config: Fields) -> float | None:
    """Return the concurrency in either layout of the configuration, or in genai-perf's."""
    phases = config.record.get("phases")
    for phase in phases if isinstance(phases, list) else ():
        if isinstance(phase, dict) and phase.get("kind", phase.get("name")) == "profiling":
            return Fields(phase, config.place, f"{config.prefix}phases.").maybe("concurrency")
    stated = config.inside("loadgen").maybe("concurrency")
    if stated is not None:
        return stated
    stimulus = config.inside("perf_analyzer").record.get("stimulus")
    if isinstance(stimulus, dict):
        return Fields(stimulus, config.place, f"{config.prefix}perf_analyzer.stimulus.").maybe("concurrency")
    return config.maybe("concurrency")


def _context(top: Fields, config: Fields) -> dict[str, Any]:
    version = top.text("aiperf_version")
    return known_values(
        {
            "model": _model(config),
            "benchmark_tool": f"aiperf {version}" if version else "aiperf",
            "measured_on": date_in_stamp(top.text("start_time")),
            **_asked_lengths(config),
        }
    )


def _model(config: Fields) -> str | None:
    models = config.record.get("models")
    items = models.get("items") if isinstance(models, dict) else None
    names: Any
    if isinstance(items, list):
        names = [item.get("name") for item in items if isinstance(item, dict)]
    else:
        names = config.inside("endpoint").record.get("model_names") or config.record.get("model_names")
    texts = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return ", ".join(texts) or config.text("formatted_model_name")


def _asked_lengths(config: Fields) -> dict[str, Any]:
    """Return ISL and OSL as asked for, where every request was asked for the same."""
    sets = config.record.get("datasets")
    first = sets[0] if isinstance(sets, list) and sets and isinstance(sets[0], dict) else {}
    given = first.get("prompts")
    prompts: dict[str, Any] = given if isinstance(given, dict) else {}
    found: dict[str, Any] = {"dataset": first.get("type") if isinstance(first.get("type"), str) else None}
    for name in ("isl", "osl"):
        asked = prompts.get(name)
        if isinstance(asked, dict) and not asked.get("stddev") and isinstance(asked.get("mean"), int | float):
            found[name] = asked["mean"] if asked["mean"] >= 1 and float(asked["mean"]).is_integer() else None
    return found


def _sweep_points(document: Document, top: Fields) -> Iterator[Measurement]:
    trials = top.inside("metadata").whole("num_trials_per_value")
    for item, entry in enumerate(top.record["per_combination_metrics"], start=1):
        place = document.place(item)
        fields = Fields(entry if isinstance(entry, dict) else {}, place)
        parameters, metrics = fields.inside("parameters"), fields.inside("metrics")
        name = next((key for key in parameters.record if key.rpartition(".")[2] == "concurrency"), "concurrency")
        others = {key: str(value) for key, value in parameters.record.items() if key != name}
        yield _summary_point(document, metrics, parameters.number(name), trials, others, document.path.parent.parent)


def _summary_point(
    document: Document, metrics: Fields, c: float, trials: int | None, also: Mapping[str, str], of: Any
) -> Measurement:
    completed, failed = _mean_count(metrics, "request_count"), _mean_count(metrics, "error_request_count") or 0.0
    return Measurement(
        tool="aiperf",
        place=metrics.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=c,
        achieved=_nonzero_value(metrics.inside("effective_concurrency"), "mean"),
        completed=completed,
        failed=None if completed is None else failed,
        num_prompts=None if completed is None else completed + failed,
        duration_s=_nonzero_value(metrics.inside("benchmark_duration"), "mean"),
        trials=trials,
        also=also,
        context={"benchmark_tool": "aiperf"},
        summary_of=of,
        **_metric_figures(metrics, mean="mean"),
    )


def _mean_count(metrics: Fields, name: str) -> float | None:
    return metrics.inside(name).maybe("mean", 0.0)


def _aggregate(document: Document, top: Fields) -> Measurement:
    """Return the point of an aggregate over runs, whose metrics have flat keys such as inter_token_latency_avg."""
    metadata = top.inside("metadata")
    values = metadata.inside("variation_values")
    name = next((key for key in values.record if key.rpartition(".")[2] == "concurrency"), None)
    concurrency = values.number(name) if name else _concurrency(document, top, Fields({}, top.place))
    metrics = Fields({"metrics": _nested_metrics(top.inside("metrics"))}, top.place).inside("metrics")
    trials = metadata.whole("num_successful_runs")
    of = document.path.parent.parent.parent
    return _summary_point(document, metrics, concurrency, trials, {}, of)


def _nested_metrics(metrics: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for flat, entry in metrics.record.items():
        name, _, stat = flat.rpartition("_")
        if isinstance(entry, dict) and name:
            key = "mean" if stat == "avg" else stat
            found.setdefault(name, {"unit": entry.get("unit")})[key] = entry.get("mean")
    return found


def _sweep_in_table(document: Document) -> dict[str, Any]:
    """Return the sweep of a CSV as its JSON has it: a row a combination, of each metric its mean, up to a blank line."""
    header, *rows = document.rows()
    entries = []
    for cells in rows:
        if len(cells) != len(header):
            break
        entry: dict[str, dict[str, Any]] = {"parameters": {}, "metrics": {}}
        for name, cell in zip(header, cells, strict=True):
            metric, _, stat = name.rpartition("_")
            if stat == "mean":
                entry["metrics"][metric] = {"mean": _number_or_text(cell)}
            elif stat not in _SPREADS:
                entry["parameters"][name] = _number_or_text(cell)
        entries.append(entry)
    return {"per_combination_metrics": entries}


def _metrics_in_table(document: Document) -> dict[str, Any]:
    """Return the metrics of the CSV under the names of the JSON: two tables, a blank line between, units in the names."""
    found: dict[str, Any] = {}
    header: list[str] = []
    for cells in filter(None, document.rows()):
        if cells[0] == "Metric":
            header = ["avg" if cell == "Value" else cell for cell in cells[1:]]
        elif header:
            titled = _UNIT.match(cells[0])
            name, unit = (titled[1], titled[2]) if titled else (cells[0], "")
            values = {key: _number_or_text(cell) for key, cell in zip(header, cells[1:], strict=False) if cell}
            found[name.casefold().replace(" ", "_")] = values | {"unit": unit}
    return found


def _number_or_text(text: str) -> Any:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return text
