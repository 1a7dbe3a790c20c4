"""guidellm benchmarks.json, report schema 1 (`args`) and 2 (`config.spec`): the tree of metrics is one.

Its time_per_output_token_ms includes the first token; inter_token_latency_ms, per request, is the TPOT of others. Of
output_tokens_per_second only the mean is a rate of the run. For open loops max_concurrency is a cap of 10,240, no load:
what was measured stands in request_concurrency.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement, Stat
from xlsizing.importers.values import Fields, known_values

__all__ = ["read", "recognises"]

_STATS: Final = {"p90": "p90", "p95": "p95", "p99": "p99"}
_CLOSED: Final = ("concurrent", "synchronous")
_BY_RATE: Final = ("constant", "poisson", "async", "throughput")


def recognises(document: Document) -> bool:
    """Tell whether a `document` is a report of this tool."""
    benchmarks = document.only.get("benchmarks")
    return isinstance(benchmarks, list) and any(isinstance(each, dict) and _looks_right(each) for each in benchmarks)


def _looks_right(benchmark: dict[str, Any]) -> bool:
    metrics = benchmark.get("metrics")
    return isinstance(metrics, dict) and bool(
        {"inter_token_latency_ms", "request_totals", "request_concurrency"} & metrics.keys()
    )


def read(document: Document) -> Iterator[Measurement]:
    """Yield the benchmarks in a `document`."""
    report = Fields(document.only, document.name)
    stated = _context(report)
    for item, benchmark in enumerate(document.only["benchmarks"], start=1):
        if isinstance(benchmark, dict):
            yield _measurement(document, Fields(benchmark, f"{document.name}, benchmark {item}"), stated)


def _measurement(document: Document, fields: Fields, stated: dict[str, Any]) -> Measurement:
    metrics = fields.inside("metrics")
    totals = metrics.inside("request_totals")
    strategy = (
        fields.inside("config", "strategy") if fields.inside("config").record else fields.inside("args", "strategy")
    )
    output = metrics.inside("output_tokens_per_second", "successful")
    reached = metrics.inside("request_concurrency", "successful").maybe("mean", 0.0)
    kind = strategy.text("type_") or strategy.text("kind")
    if kind is None:
        strategy.refuse("type_", "must be given")
    concurrency, also, note = _concurrency_of_load(strategy, kind, reached)
    return Measurement(
        tool="guidellm",
        place=fields.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=concurrency,
        tpot_ms=_latency(metrics.inside("inter_token_latency_ms", "successful")),
        ttft_ms=_latency(metrics.inside("time_to_first_token_ms", "successful")),
        ttfo_ms=_latency(metrics.inside("time_to_first_output_token_ms", "successful")),
        output_tok_s=output.number("mean"),
        achieved=reached or None,
        isl=_mean(metrics.inside("prompt_token_count", "successful")),
        osl=_mean(metrics.inside("output_token_count", "successful")),
        completed=totals.count("successful"),
        failed=totals.count("errored"),
        num_prompts=totals.count("total"),
        duration_s=fields.maybe("duration"),
        context=stated,
        also=also,
        notes=note,
    )


def _concurrency_of_load(
    strategy: Fields, kind: str, reached: float | None
) -> tuple[float, dict[str, str], tuple[str, ...]]:
    """Return the concurrency, what the loads have in common, and a note where they are rates."""
    if kind in _CLOSED:
        streams = "streams" if strategy.has("streams") else "max_concurrency"
        return (1.0 if kind == "synchronous" else strategy.number(streams)), {}, ()
    if kind not in _BY_RATE:
        strategy.refuse("type_", f"must be one of {', '.join((*_CLOSED, *_BY_RATE))}", got=kind)
    if not reached:
        strategy.refuse("request_concurrency", "must be given for a load by rate")
    note = "The load was a rate of requests: the concurrency is the average that was measured."
    return reached, {"load": "by rate"}, (note,)


def _latency(metric: Fields) -> dict[str, Stat]:
    found = metric.stats({"median": "median", "mean": "mean"})
    return found | metric.inside("percentiles").stats(_STATS)


def _mean(metric: Fields) -> float | None:
    return metric.maybe("mean", 0.0) or None


def _context(report: Fields) -> dict[str, Any]:
    """Return what the report says of all its benchmarks, in either schema."""
    version = report.inside("metadata").text("guidellm_version")
    spec = (
        report.inside("config", "spec") if isinstance(report.record.get("config"), dict) else Fields({}, report.place)
    )
    arguments = report.inside("args") if isinstance(report.record.get("args"), dict) else Fields({}, report.place)
    backend = spec.inside("backend") if isinstance(spec.record.get("backend"), dict) else Fields({}, report.place)
    return known_values(
        {
            "model": backend.text("model") or arguments.text("model"),
            "benchmark_tool": f"guidellm {version}" if version else "guidellm",
            **_data(spec.record.get("data")),
        }
    )


def _data(data: Any) -> dict[str, Any]:
    """Return ISL, OSL and turns as asked for; of lengths that vary, none."""
    first = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
    found: dict[str, Any] = {"dataset": first.get("kind") if isinstance(first.get("kind"), str) else None}
    for name, key in (("isl", "prompt_tokens"), ("osl", "output_tokens")):
        value = first.get(key)
        fixed = isinstance(value, int) and not isinstance(value, bool) and value > 0 and not first.get(f"{key}_stdev")
        found[name] = value if fixed else None
    turns = first.get("turns")
    if isinstance(turns, int) and not isinstance(turns, bool) and turns > 0:
        found["turns"] = "single-turn" if turns == 1 else "multi-turn"
    return found
