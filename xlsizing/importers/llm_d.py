"""llm-d-benchmark reports, versions 0.1 to 0.2.1, YAML or JSON: every figure carries its unit, which is read.

Failures that AIPerf's importer there wrote count kinds of errors, not requests: not known. A report of results alone,
without the load, names no concurrency.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from xlsizing.importers.by_means import BY_RATE, checked_tpot, tpot_of_means
from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement, NotAPoint, Stat
from xlsizing.importers.values import Fields, date_in_stamp, hardware_token, known_values

__all__ = ["read", "recognises"]

_STATS: Final = {"median": "p50", "mean": "mean", "p90": "p90", "p95": "p95", "p99": "p99"}
_UNITS: Final = {"ms": 1.0, "ms/token": 1.0, "s": 1e3, "s/token": 1e3, "us": 1e-3, "us/token": 1e-3}
_DERIVED: Final = "request_latency, time_to_first_token and output_length"
_SIDES: Final = ("prefill", "decode")


def recognises(document: Document) -> bool:
    """Tell whether a `document` is such a report."""
    top = document.only
    version = str(top.get("version", ""))
    return version.startswith("0.") and (_in_0_2(top) or ("metrics" in top and "scenario" in top))


def _in_0_2(top: dict[str, Any]) -> bool:
    results = top.get("results")
    return isinstance(results, dict) and "request_performance" in results


def read(document: Document) -> Iterator[Measurement | NotAPoint]:
    """Yield the point in a `document`, or why it is none."""
    top = Fields(document.only, document.name)
    if not top.has("scenario"):
        yield NotAPoint(str(document.path), "a report of results alone: it names no load")
        return
    newer = _in_0_2(document.only)
    figures = top.inside("results", "request_performance", "aggregate") if newer else top.inside("metrics")
    yield _measurement(document, top, figures, newer=newer)


def _measurement(document: Document, top: Fields, figures: Fields, *, newer: bool) -> Measurement:
    requests, latency = figures.inside("requests"), figures.inside("latency")
    osl = requests.inside("output_length").maybe("mean")
    ttft, spent = _in_ms(latency.inside("time_to_first_token")), _in_ms(latency.inside("request_latency"))
    by_means = tpot_of_means(_mean(spent), _mean(ttft), osl)
    tpot, chunks = checked_tpot(_in_ms(latency.inside("time_per_output_token")), by_means, _DERIVED)
    load = top.inside("scenario", "load", "standardized") if newer else top.inside("scenario", "load", "args")
    concurrency, rate = _concurrency(load, _rate(figures, "request_rate", "requests_per_sec"), _mean(spent))
    context, gpus = _stack(top) if newer else _hosts(top)
    total, failed = requests.count("total"), requests.count("failures")
    by_aiperf = "aiperf" in str(load.record.get("tool") or top.inside("scenario", "load").record.get("name") or "")
    known = None not in (total, failed) and not by_aiperf
    return Measurement(
        tool="llm-d",
        place=top.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=concurrency,
        tpot_ms=tpot,
        ttft_ms={stat: value for stat, value in ttft.items() if stat in tpot},
        output_tok_s=_rate(figures, "output_token_rate", "output_tokens_per_sec"),
        isl=requests.inside("input_length").maybe("mean"),
        osl=osl,
        completed=(total or 0) - (failed or 0) if known else None,
        failed=failed if known else None,
        num_prompts=total,
        gpus=gpus,
        context=known_values({**_load_facts(load), **context, "measured_on": _run_date(top)}),
        also={"load": "by rate"} if rate else {},
        notes=(*((BY_RATE,) if rate else ()), *chunks),
    )


def _in_ms(metric: Fields) -> dict[str, Stat]:
    if not metric.record:
        return {}
    unit = metric.record.get("units")
    if not isinstance(unit, str) or unit not in _UNITS:
        metric.refuse("units", f"must be one of {', '.join(_UNITS)}", got=unit)
    return metric.stats(_STATS, scale=_UNITS[unit])


def _mean(stats: dict[str, Stat]) -> float | None:
    return stats["mean"].value if "mean" in stats else None


def _rate(figures: Fields, newer: str, older: str) -> float:
    throughput = figures.inside("throughput")
    if not isinstance(throughput.record.get(newer), dict):
        return throughput.number(older)
    metric = throughput.inside(newer)
    unit = metric.text("units")
    if unit not in ("tokens/s", "queries/s", "requests/s"):
        metric.refuse("units", "must be tokens/s or queries/s", got=unit)
    return metric.number("mean")


def _concurrency(load: Fields, requests_s: float, latency_ms: float | None) -> tuple[float, bool]:
    """Return the concurrency, and whether it follows from a rate."""
    stated = load.record.get("concurrency", load.record.get("max_concurrency"))
    if stated is not None and stated != math.inf:
        name = "concurrency" if "concurrency" in load.record else "max_concurrency"
        return load.number(name), False
    if latency_ms is None:
        load.refuse("concurrency", "must be given, or the latency of requests")
    return requests_s * latency_ms / 1000, True


def _load_facts(load: Fields) -> dict[str, Any]:
    tool, version = load.text("tool"), load.record.get("tool_version")
    found: dict[str, Any] = {"benchmark_tool": f"{tool} {version}" if tool and version else tool or "llm-d-benchmark"}
    for name, key in (("isl", "input_seq_len"), ("osl", "output_seq_len")):
        side = load.inside(key) if isinstance(load.record.get(key), dict) else Fields({}, load.place)
        found[name] = side.whole("value") if side.record.get("distribution") == "fixed" else None
    turns = load.inside("multi_turn").flag("enabled") if isinstance(load.record.get("multi_turn"), dict) else None
    return found | {"turns": {True: "multi-turn", False: "single-turn", None: None}[turns]}


def _stack(top: Fields) -> tuple[dict[str, Any], int | None]:
    """Return what the engines of the stack say, and the GPUs of all of them: one unit answers together."""
    components = top.inside("scenario").record.get("stack")
    engines = []
    for component in components if isinstance(components, list) else ():
        standard = Fields(component if isinstance(component, dict) else {}, top.place, "scenario.stack.").inside(
            "standardized"
        )
        if standard.record.get("kind") == "inference_engine":
            engines.append(standard)
    return _of_engines(
        engines, [engine.inside("accelerator") for engine in engines], [str(e.record.get("role")) for e in engines]
    )


def _hosts(top: Fields) -> tuple[dict[str, Any], int | None]:
    """Return the same out of a report of version 0.1, whose lists correspond to each other."""
    host = (
        top.inside("scenario", "host")
        if isinstance(top.inside("scenario").record.get("host"), dict)
        else Fields({}, top.place)
    )
    cards, roles = host.record.get("accelerator"), host.record.get("type")
    accelerators = (
        [Fields(card, top.place, "scenario.host.accelerator.") for card in cards if isinstance(card, dict)]
        if isinstance(cards, list)
        else []
    )
    names = [str(role) for role in roles] if isinstance(roles, list) else []
    context, gpus = _of_engines([Fields({}, top.place)] * len(accelerators), accelerators, names)
    model = (
        top.inside("scenario", "model")
        if isinstance(top.inside("scenario").record.get("model"), dict)
        else Fields({}, top.place)
    )
    return known_values({**context, "model": model.text("name")}), gpus


def _of_engines(engines: list[Fields], cards: list[Fields], roles: list[str]) -> tuple[dict[str, Any], int | None]:
    if not engines or len(roles) != len(engines):
        return {}, None
    counts = [_gpus(engine, card) for engine, card in zip(engines, cards, strict=True)]
    first, card = engines[0], cards[0]
    found: dict[str, Any] = {
        "hardware": hardware_token(card.text("model")),
        "engine": first.text("tool"),
        "image_or_commit": first.text("tool_version"),
    }
    found["model"] = first.inside("model").text("name") if isinstance(first.record.get("model"), dict) else None
    if set(roles) <= set(_SIDES):
        for side in _SIDES:
            at = [i for i, role in enumerate(roles) if role == side]
            found |= _side_facts(side, [engines[i] for i in at], [cards[i] for i in at], [counts[i] for i in at])
    elif len(engines) == 1 and (first.whole("replicas") or 1) == 1:
        sizes = card.inside("parallelism")
        found |= {
            "tp": sizes.whole("tp"),
            "pp": sizes.whole("pp"),
            "dp_in_pod": sizes.whole("dp"),
            "ep": sizes.whole("ep"),
        }
    return known_values(found), None if None in counts else sum(count or 0 for count in counts)


def _gpus(engine: Fields, card: Fields) -> int | None:
    count, replicas = card.whole("count"), engine.whole("replicas") or 1
    return None if count is None else count * replicas


def _side_facts(side: str, engines: list[Fields], cards: list[Fields], counts: list[int | None]) -> dict[str, Any]:
    if not engines:
        return {}
    sizes = cards[0].inside("parallelism")
    words = " ".join(f"{name.upper()}{sizes.whole(name)}" for name in ("tp", "pp", "dp", "ep") if sizes.has(name))
    return {
        f"{side}_instances": sum(engine.whole("replicas") or 1 for engine in engines),
        f"{side}_gpus": None if None in counts else sum(count or 0 for count in counts),
        f"{side}_parallelism": words or None,
    }


def _run_date(top: Fields) -> str | None:
    time = top.inside("run", "time") if isinstance(top.record.get("run"), dict) else Fields({}, top.place)
    return date_in_stamp(str(time.record.get("start") or ""))
