"""SGLang ``bench_serving``: one JSON object a line, infinity written bare; the raw dataclass of newer versions too.

`concurrency` is the measured average, `max_concurrency` what the client was set to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement
from xlsizing.importers.serving_keys import context_in_flags, gpus_of, latencies, totals
from xlsizing.importers.values import Fields, known_values

__all__ = ["read", "recognises"]

_OWN: Final = frozenset(
    ("random_range_ratio", "server_info", "total_output_tokens_retokenized", "total_output_retokenized", "accept_length",
     "sharegpt_output_len", "random_input_len")
)  # fmt: skip


def recognises(document: Document) -> bool:
    """Tell whether a `document` holds runs of this tool."""
    return any(map(_is_run, document.objects))


def _is_run(record: dict[str, Any]) -> bool:
    return any(key.endswith(("_tpot_ms", "_ttft_ms")) for key in record) and bool(_OWN & record.keys())


def read(document: Document) -> Iterator[Measurement]:
    """Yield the runs in a `document`."""
    runs = [record for record in document.objects if _is_run(record)]
    for item, record in enumerate(runs, start=1):
        yield _measurement(document, Fields(record, document.place(item if len(runs) > 1 else None)))


def _measurement(document: Document, fields: Fields) -> Measurement:
    counted = totals(fields)
    server = fields.inside("server_info")
    context = _context(fields, server)
    shared = {"dp_in_pod": 1} if server.flag("enable_dp_attention") else {}
    return Measurement(
        tool="sglang",
        place=fields.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=_concurrency(fields),
        tpot_ms=latencies(fields, "tpot"),
        ttft_ms=latencies(fields, "ttft"),
        output_tok_s=fields.number("output_throughput"),
        achieved=fields.maybe("concurrency"),
        gpus=gpus_of(context | shared),
        context=context,
        also=_also(fields) | ({"dp_attention": str(server.record.get("dp_size"))} if shared else {}),
        **counted | _failures(fields, counted),
    )


def _concurrency(fields: Fields) -> float:
    if not fields.has("max_concurrency"):
        detail = "the client was not limited; the field concurrency is only an average"
        fields.refuse("max_concurrency", "must be given", detail=detail, way_out="measure with --max-concurrency")
    return fields.number("max_concurrency")


def _failures(fields: Fields, counted: dict[str, Any]) -> dict[str, Any]:
    """Return the requests that failed, where the run was saved with the outcome of each."""
    errors = fields.record.get("errors")
    if not isinstance(errors, list):
        return {}
    failed = float(sum(bool(error) for error in errors))
    return {"failed": failed, "num_prompts": counted["num_prompts"] or float(len(errors))}


def _context(fields: Fields, server: Fields) -> dict[str, Any]:
    lengths_vary = fields.maybe("random_range_ratio", 0.0) not in (None, 1.0)
    asked = context_in_flags(
        fields, ("dataset_name", "accept_length", *(() if lengths_vary else ("random_input_len", "random_output_len")))
    )
    if not str(fields.record.get("dataset_name", "")).startswith("random"):
        asked = {name: value for name, value in asked.items() if name not in ("isl", "osl")}
    stated = context_in_flags(server, server.record)
    if server.flag("enable_dp_attention"):  # then DP shares the GPUs of TP
        stated.pop("dp_in_pod", None)
    return known_values(
        {
            "model": server.text("model_path"),
            "benchmark_tool": "sglang.bench_serving",
            "engine": "SGLang" if server.record else None,
            "engine_version": server.text("version"),
            "speculative_decoding": server.text("speculative_algorithm"),
            **asked,
            **stated,
        }
    )


def _also(fields: Fields) -> dict[str, str]:
    rate, ratio = fields.record.get("request_rate"), fields.maybe("random_range_ratio", 0.0)
    found = {} if rate in (None, "inf", float("inf")) else {"request_rate": str(rate)}
    return found if ratio in (None, 1.0) else found | {"random_range_ratio": str(ratio)}
