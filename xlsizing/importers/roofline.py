"""perf-tune decode_sweep.jsonl: a line a concurrency with vLLM's keys under `bench`; the manifest beside it says of what.

prefill_sweep.jsonl has the same lines and is no curve.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from xlsizing.importers.documents import Document, document
from xlsizing.importers.measurement import Measurement, NotAPoint
from xlsizing.importers.serving_keys import context_in_flags, latencies, totals
from xlsizing.importers.values import Fields, hardware_token, known_values

__all__ = ["read", "recognises"]

_MANIFEST: Final = "roofline_sweep_manifest.json"
_FLAGS: Final = ("max_num_batched_tokens", "kv_dtype", "dataset", "gpu_memory_utilization", "max_num_seqs", "image")


def recognises(document: Document) -> bool:
    """Tell whether a `document` holds such lines."""
    return any(isinstance(record.get("bench"), dict) and "c" in record for record in document.objects)


def read(document: Document) -> Iterator[Measurement | NotAPoint]:
    """Yield the lines of a `document`."""
    for item, record in enumerate(document.objects, start=1):
        fields = Fields(record, document.place(item))
        if document.name.startswith("prefill") or str(record.get("tag", "")).startswith("p"):
            yield NotAPoint(fields.place, "a sweep of prefill")
        else:
            yield _measurement(document, fields)


def _measurement(document: Document, fields: Fields) -> Measurement:
    bench = fields.inside("bench")
    sent = fields.count("num_prompts")
    counted = totals(bench) | {"num_prompts": sent}
    completed = counted["completed"]
    if counted["failed"] is None and sent is not None and completed is not None:
        counted["failed"] = max(0.0, sent - completed)
    stated, gpus = _manifest(document.path.parent)
    return Measurement(
        tool="roofline",
        place=fields.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=fields.number("c"),
        tpot_ms=latencies(bench, "tpot"),
        ttft_ms=latencies(bench, "ttft"),
        output_tok_s=bench.number("output_throughput"),
        gpus=gpus,
        context=stated
        | known_values({"isl": fields.whole("isl"), "osl": fields.whole("osl"), "benchmark_tool": "vllm bench serve"}),
        **counted,
    )


@lru_cache(maxsize=1024)
def _manifest(folder: Path) -> tuple[dict[str, Any], int | None]:
    """Return the identity in the manifest beside a sweep, and its GPUs; nothing where there is none."""
    path = folder / _MANIFEST
    if not path.is_file():
        return {}, None
    fields = Fields(document(path).only, path.name)
    mtp = fields.flag("mtp")
    found = {
        "model": fields.text("model"),
        "hardware": hardware_token(fields.text("hardware")),
        "weight_quantisation": fields.text("quant"),
        "tp": fields.whole("tensor_parallel"),
        "pp": fields.whole("pipeline_parallel"),
        "dp_in_pod": fields.whole("data_parallel"),
        "speculative_decoding": None if mtp is None else "mtp" if mtp else "none",
        "cache_state": fields.text("cache_mode"),
    }
    return known_values(found | context_in_flags(fields, _FLAGS)), None
