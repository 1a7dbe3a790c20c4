"""inference-perf stages, all in seconds: a set concurrency, or a rate whose concurrency follows from Little's law.

A stage that did not reach its rate, or whose requests waited for seconds before they were sent, is saturated and no
point: its TPOT even improves. Versions of 2025 count chunks in their TPOT, which contradicts their own latency.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from xlsizing.errors import shown
from xlsizing.importers.by_means import BY_RATE, checked_tpot, tpot_of_means
from xlsizing.importers.documents import Document, document
from xlsizing.importers.measurement import Measurement, NotAPoint, Stat
from xlsizing.importers.values import Fields, known_values

__all__ = ["read", "recognises"]

_MS: Final = 1000.0
_STATS: Final = {"median": "median", "mean": "mean", "p90": "p90", "p95": "p95", "p99": "p99"}
_REACHED: Final = 0.98
_WAITED_S: Final = 1.0
_DERIVED: Final = "request_latency, time_to_first_token and output tokens"


def recognises(document: Document) -> bool:
    """Tell whether a `document` is a stage of this tool."""
    return {"load_summary", "successes"} <= document.only.keys()


def read(document: Document) -> Iterator[Measurement | NotAPoint]:
    """Yield the stage in a `document`, or why it is no point."""
    top = Fields(document.only, document.name)
    load = top.inside("load_summary")
    if not load.has("requested_rate") and not load.has("concurrency"):
        yield NotAPoint(str(document.path), "a summary over stages")
        return
    saturated = None if load.has("concurrency") else _saturation(load)
    yield NotAPoint(str(document.path), saturated) if saturated else _measurement(document, top, load)


def _saturation(load: Fields) -> str | None:
    asked, sent = load.number("requested_rate"), load.number("achieved_rate")
    waited = load.inside("schedule_delay").maybe("mean", -1e9)
    if sent < _REACHED * asked:
        return f"saturated: {shown(float(f'{sent:.4g}'))} of {shown(float(f'{asked:.4g}'))} requests/s were sent"
    if waited is not None and waited >= _WAITED_S:
        return f"saturated: requests waited {shown(float(f'{waited:.3g}'))} s before they were sent"
    return None


def _measurement(document: Document, top: Fields, load: Fields) -> Measurement:
    done = top.inside("successes")
    latency = done.inside("latency")
    throughput = done.inside("throughput")
    spent = latency.inside("request_latency").maybe("mean")
    ttft = latency.inside("time_to_first_token").stats(_STATS, scale=_MS)
    isl, osl = _tokens(done, "prompt"), _tokens(done, "output")
    by_means = tpot_of_means(spent and spent * _MS, ttft["mean"].value if "mean" in ttft else None, osl)
    stated = latency.inside("time_per_output_token").stats(_STATS, scale=_MS)
    tpot, chunks = checked_tpot(stated, by_means, _DERIVED)
    rate = not load.has("concurrency")
    little = None if spent is None else throughput.number("requests_per_sec") * spent
    return Measurement(
        tool="inference-perf",
        place=top.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=_concurrency_by_little(latency, little) if rate else load.number("concurrency"),
        tpot_ms=tpot,
        ttft_ms=_stats_in_both(ttft, tpot),
        output_tok_s=throughput.number("output_tokens_per_sec"),
        achieved=little,
        isl=isl,
        osl=osl,
        completed=done.count("count"),
        failed=top.inside("failures").count("count"),
        num_prompts=load.count("count"),
        duration_s=top.maybe("benchmark_time_seconds"),
        context=_context(document.path.parent),
        also={"load": "by rate"} if rate else {},
        notes=(*((BY_RATE,) if rate else ()), *chunks),
    )


def _stats_in_both(ttft: dict[str, Stat], tpot: dict[str, Stat]) -> dict[str, Stat]:
    return {stat: value for stat, value in ttft.items() if stat in tpot}


def _concurrency_by_little(latency: Fields, little: float | None) -> float:
    if little is None:
        latency.refuse("request_latency.mean", "must be given for a load by rate")
    return little


def _tokens(done: Fields, side: str) -> float | None:
    """Return mean tokens per request, under the names of either version."""
    for name in (f"{side}_tokens", f"{side}_len"):
        value = done.inside(name).maybe("mean")
        if value is not None:
            return value
    total, count = done.inside(f"{side}_tokens").maybe("total"), done.count("count")
    return total / count if total and count else None


def _context(folder: Path) -> dict[str, Any]:
    return {"benchmark_tool": "inference-perf", **_config_facts(folder)}


@lru_cache(maxsize=1024)
def _config_facts(folder: Path) -> dict[str, Any]:
    """Return what the config.yaml beside the stages says, where there is one."""
    path = folder / "config.yaml"
    if not path.is_file():
        return {}
    config = Fields(document(path).only, path.name)
    data = config.inside("data")
    lengths = {"isl": data.inside("input_distribution"), "osl": data.inside("output_distribution")}
    fixed = {
        name: side.whole("max")
        for name, side in lengths.items()
        if side.has("min") and side.record["min"] == side.record.get("max")
    }
    return known_values({"model": config.inside("server").text("model_name"), "dataset": data.text("type"), **fixed})
