"""ML.ENERGY results.json: its steady state, with the server's batch kept full, and TPOT worked out request by request.

TPOT = (latency - ttft)/(output_len - 1), here over the requests that succeeded. TTFT holds the wait for a place in the
batch and is left out. Throughput is that of the steady state, energy over energy per token over its duration.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Final

from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement, Stat
from xlsizing.importers.values import Fields, hardware_token, known_values, quotient

__all__ = ["read", "recognises"]

_OWN: Final = {"steady_state_duration", "max_num_seqs", "results"}
_SOURCE: Final = "latency, ttft and output_len of each request"
_HUNDRED: Final = 100


def recognises(document: Document) -> bool:
    """Tell whether a `document` is such a file."""
    return document.only.keys() >= _OWN


def read(document: Document) -> Iterator[Measurement]:
    """Yield the point in a `document`."""
    top = Fields(document.only, document.name)
    requests = _requests(top)
    completed, sent = top.count("completed"), top.count("num_prompts")
    yield Measurement(
        tool="ml-energy",
        place=top.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=top.number("max_num_seqs"),
        tpot_ms=_tpot([_one_tpot(each) for each in requests]),
        output_tok_s=_throughput(top),
        osl=quotient(top.count("total_output_tokens"), completed),
        completed=completed,
        failed=None if None in (completed, sent) else max(0.0, (sent or 0) - (completed or 0)),
        num_prompts=sent,
        duration_s=top.maybe("duration"),
        gpus=top.whole("num_gpus"),
        context=known_values(
            {
                "model": top.text("model_id"),
                "hardware": hardware_token(top.text("gpu_model")),
                "benchmark_tool": "ML.ENERGY benchmark",
            }
        ),
        notes=("TTFT holds the wait for a place in the batch and is left out.",),
    )


def _requests(top: Fields) -> list[Fields]:
    listed = top.record["results"]
    if not isinstance(listed, list):
        top.refuse("results", "must be a list of requests")
    records = [each for each in listed if isinstance(each, dict) and each.get("success") is True]
    if not records:
        top.refuse("results", "must hold a request that succeeded")
    return [Fields(each, top.place, "results.") for each in records]


def _one_tpot(request: Fields) -> float | None:
    tokens = request.number("output_len")
    if tokens <= 1:
        return None
    return 1000 * (request.number("latency") - request.number("ttft")) / (tokens - 1)


def _tpot(values: list[float | None]) -> dict[str, Stat]:
    known = sorted(value for value in values if value is not None)
    if not known:
        return {}
    found = {"median": statistics.median(known), "mean": statistics.fmean(known)}
    if len(known) > 1:
        cuts = statistics.quantiles(known, n=_HUNDRED, method="inclusive")
        found |= {f"p{share}": cuts[share - 1] for share in (90, 95, 99)}
    return {name: Stat(value, _SOURCE) for name, value in found.items()}


def _throughput(top: Fields) -> float:
    energy, per_token = top.number("steady_state_energy"), top.number("steady_state_energy_per_token")
    return energy / per_token / top.number("steady_state_duration")
