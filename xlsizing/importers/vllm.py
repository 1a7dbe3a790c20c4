"""vLLM ``vllm bench serve --save-result``: one JSON object a run, alone, appended, or listed by its sweeps.

Never max_concurrent_requests, which counts overlaps in one-second buckets (12 where the client kept 4); never ITL,
which is per chunk. A sweep's summary.json repeats its single runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement
from xlsizing.importers.serving_keys import FLAGS, context_in_flags, gpus_of, latencies, totals
from xlsizing.importers.values import Fields, date_in_stamp, known_values

__all__ = ["WHY_NONE", "read", "recognises"]

WHY_NONE: Final = "warm-up or failed runs of a sweep"
"""Why a file of this format may hold no measurement."""

_OWN: Final = frozenset(("model_id", "tokenizer_id", "endpoint_type", "burstiness"))
_OTHERS: Final = frozenset(("random_range_ratio", "server_info", "total_output_tokens_retokenized", "hw"))
_NOT_METADATA: Final = frozenset(
    ("date", "endpoint_type", "backend", "label", "model_id", "tokenizer_id", "request_rate")
)
_GPU_COUNTS: Final = ("num_gpus", "gpu_count", "gpus", "n_gpus")


def recognises(document: Document) -> bool:
    """Tell whether a `document` holds runs of this tool."""
    return any(map(_is_run, document.objects))


def _is_run(record: dict[str, Any]) -> bool:
    timed = any(key.endswith(("_tpot_ms", "_ttft_ms")) for key in record)
    return timed and bool(_OWN & record.keys()) and not _OTHERS & record.keys()


def read(document: Document) -> Iterator[Measurement]:
    """Yield the runs in a `document`."""
    if document.name.startswith("warmup") or document.name.endswith("failure.json"):
        return
    runs = [record for record in document.objects if _is_run(record)]
    for item, record in enumerate(runs, start=1):
        yield _measurement(document, record, document.place(item if len(runs) > 1 else None))


def _measurement(document: Document, record: dict[str, Any], place: str) -> Measurement:
    fields = Fields(record, place)
    counted = totals(fields)
    metadata = _metadata(record)
    context = context_in_flags(fields, metadata)
    stated = next((fields.whole(name) for name in _GPU_COUNTS if name in record), None)
    return Measurement(
        tool="vllm",
        place=place,
        path=document.path,
        sha256=document.sha256,
        concurrency=_concurrency(fields),
        tpot_ms=latencies(fields, "tpot"),
        ttft_ms=latencies(fields, "ttft"),
        output_tok_s=fields.number("output_throughput"),
        achieved=_achieved_concurrency(fields, counted),
        gpus=stated or gpus_of(context),
        context=known_values(
            {
                "model": fields.text("model_id"),
                "benchmark_tool": "vllm bench serve",
                "measured_on": date_in_stamp(fields.text("date")),
                **context,
            }
        ),
        also=_also(fields, metadata),
        summary_of=document.path.parent if document.name == "summary.json" else None,
        **counted,
    )


def _concurrency(fields: Fields) -> float:
    if not fields.has("max_concurrency"):
        fields.refuse(
            "max_concurrency",
            "must be given",
            detail="the client was not limited, so no concurrency can be named",
            way_out="measure with --max-concurrency",
        )
    return fields.number("max_concurrency")


def _achieved_concurrency(fields: Fields, counted: dict[str, Any]) -> float | None:
    """Return the requests in flight on average, by Little's law [requests]."""
    latency, completed, duration = fields.maybe("mean_e2el_ms"), counted["completed"], counted["duration_s"]
    return completed * latency / 1000 / duration if latency and completed and duration else None


def _metadata(record: dict[str, Any]) -> list[str]:
    """Return the keys that somebody put beside the tool's own: --metadata, and the overrides of a sweep."""
    return [
        key for key, value in record.items() if key in FLAGS or (isinstance(value, str) and key not in _NOT_METADATA)
    ]


def _also(fields: Fields, metadata: list[str]) -> dict[str, str]:
    """Return metadata without a field of the context, which must be the same at every point; and an open loop's rate."""
    found = {key: str(fields.record[key]) for key in metadata if key not in FLAGS and key not in _GPU_COUNTS}
    found = {key: text for key, text in found.items() if not _is_number(text, fields.number("max_concurrency"))}
    rate = fields.record.get("request_rate")
    return found if rate in (None, "inf", float("inf")) else found | {"request_rate": str(rate)}


def _is_number(text: str, number: float) -> bool:
    try:
        return float(text) == number
    except ValueError:
        return False
