"""perf-tune atlas.jsonl: a row a cell and concurrency; one curve is what is equal in all but concurrency.

tok/s/GPU times tensor_parallel is the replica's throughput. `ttft_avg_ms` holds the median where its roofline importer
wrote it. "unknown" is no value. Rows of prefill, and of cells that failed or were evicted, are no points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Caution, Measurement, NotAPoint, Stat
from xlsizing.importers.serving_keys import context_in_flags
from xlsizing.importers.values import Fields, date_in_stamp, hardware_token, known_values

__all__ = ["read", "recognises"]

_OWN: Final = frozenset(("cell_id", "output_tps_per_user", "output_tps_per_gpu", "parallel_strategy"))
_FEW: Final = 3
_NO_POINTS: Final = ("failed", "evicted")
_UNDERCOUNT: Final = Caution(
    "throughput of a point undercounts: fewer than 2c prompts", "measure it with at least 2c prompts"
)
_FLAGS: Final = (
    "max_num_batched_tokens", "gpu_memory_utilization", "kv_cache_dtype", "image", "max_num_seqs", "cudagraph_mode",
    "async_scheduling", "enable_prefix_caching", "dataset", "acceptance_length",
    "prefix_cache_hit_rate",
)  # fmt: skip


def recognises(document: Document) -> bool:
    """Tell whether a `document` holds such rows."""
    return any(len(_OWN & record.keys()) >= _FEW for record in document.objects)


def read(document: Document) -> Iterator[Measurement | NotAPoint]:
    """Yield the rows of a `document`."""
    for item, record in enumerate(document.objects, start=1):
        fields = Fields(record, document.place(item))
        extra = fields.inside("extra")
        if fields.text("status") in _NO_POINTS:
            yield NotAPoint(fields.place, f"a cell that was {fields.text('status')}")
        elif extra.text("phase") == "prefill":
            yield NotAPoint(fields.place, "a row of prefill")
        else:
            yield _measurement(document, fields, extra)


def _measurement(document: Document, fields: Fields, extra: Fields) -> Measurement:
    tp, pp = fields.whole("tensor_parallel"), fields.whole("pipeline_parallel")
    dp = fields.whole("data_parallel")
    per_gpu = fields.maybe("output_tps_per_gpu")
    undercounts = extra.flag("steady_window_undercount")
    if per_gpu is not None and tp is None:
        fields.refuse("tensor_parallel", "must be given, the throughput is stated per GPU")
    return Measurement(
        tool="atlas",
        place=fields.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=fields.number("concurrency"),
        tpot_ms=_tpot(fields),
        ttft_ms=fields.stats({_ttft_stat(fields): "ttft_avg_ms"}),
        ttfo_ms=fields.stats({"mean": "ttfo_avg_ms"}) if fields.maybe("ttfo_coverage") == 1 else {},
        output_tok_s=None if per_gpu is None else per_gpu * (tp or 0),
        isl=fields.maybe("mean_input_tokens"),
        osl=fields.maybe("mean_output_tokens"),
        num_prompts=extra.count("num_prompts"),
        gpus=tp if (pp or 1) * (dp or 1) == 1 else None,
        context=_context(fields, extra) | known_values({"tp": tp, "pp": pp, "dp_in_pod": dp}),
        also=_also(fields),
        cautions=(_UNDERCOUNT,) if undercounts else (),
    )


def _tpot(fields: Fields) -> dict[str, Stat]:
    found = fields.stats({"median": "tpot_median_ms"})
    return found or {"median": Stat(1000 / fields.number("output_tps_per_user"), "output_tps_per_user")}


def _ttft_stat(fields: Fields) -> str:
    return "median" if "roofline" in str(fields.record.get("backend")) else "mean"


def _context(fields: Fields, extra: Fields) -> dict[str, Any]:
    mtp, tokens = fields.flag("mtp"), fields.whole("num_speculative_tokens")
    speculation = None if mtp is None else ("none" if not mtp else f"mtp {tokens}" if tokens else "mtp")
    stated = {name: fields.record[name] for name in _FLAGS if fields.record.get(name) not in (None, "unknown")}
    return known_values(
        {
            "model": fields.text("model"),
            "hardware": hardware_token(fields.text("hardware")),
            "weight_quantisation": fields.text("quant"),
            "speculative_decoding": speculation,
            "engine": fields.text("serving_engine"),
            "cache_state": fields.text("cache_mode"),
            "isl": extra.whole("isl"),
            "osl": extra.whole("osl"),
            "measured_on": date_in_stamp(fields.text("captured_at")),
            "benchmark_tool": fields.text("backend"),
            **context_in_flags(Fields(stated, fields.place), stated),
        }
    )


def _also(fields: Fields) -> dict[str, str]:
    names = ("cell_id", "parallel_strategy")
    return {name: str(fields.record[name]) for name in names if fields.record.get(name) not in (None, "unknown")}
