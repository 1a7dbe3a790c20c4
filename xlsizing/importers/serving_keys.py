"""The keys that the serving benchmarks of vLLM and SGLang, and tools built on them, share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from xlsizing.context import FACTS
from xlsizing.errors import InputError
from xlsizing.importers.measurement import Stat
from xlsizing.importers.values import Fields, hardware_token, quotient
from xlsizing.rules import STATISTICS

__all__ = ["FLAGS", "context_in_flags", "gpus_of", "latencies", "totals"]

FLAGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("tensor_parallel_size", "tp", "tp_size", "tensor_parallel"), "tp"),
    **dict.fromkeys(("pipeline_parallel_size", "pp", "pp_size", "pipeline_parallel"), "pp"),
    **dict.fromkeys(("data_parallel_size", "dp", "dp_size", "data_parallel"), "dp_in_pod"),
    **dict.fromkeys(("expert_parallel_size", "ep", "ep_size"), "ep"),
    **dict.fromkeys(("gpu", "gpu_name", "gpu_type", "gpu_model", "hardware", "hw", "accelerator"), "hardware"),
    **dict.fromkeys(
        ("quantization", "quantisation", "quant", "precision", "weight_quantisation"), "weight_quantisation"
    ),
    **dict.fromkeys(("kv_cache_dtype", "kv_dtype"), "kv_cache_dtype"),
    **dict.fromkeys(("max_num_seqs", "max_running_requests"), "max_num_seqs"),
    "max_num_batched_tokens": "max_num_batched_tokens",
    **dict.fromkeys(("gpu_memory_utilization", "mem_fraction_static"), "gpu_memory_utilization"),
    **dict.fromkeys(("max_model_len", "context_length"), "max_model_len"),
    "cudagraph_mode": "cudagraph_mode",
    "async_scheduling": "async_scheduling",
    **dict.fromkeys(("prefix_caching", "enable_prefix_caching"), "prefix_caching"),
    **dict.fromkeys(("speculative_decoding", "spec_decoding"), "speculative_decoding"),
    **dict.fromkeys(("accept_length", "acceptance_length", "spec_decode_acceptance_length"), "acceptance_length"),
    **dict.fromkeys(("prefix_hit_rate", "prefix_cache_hit_rate"), "prefix_hit_rate"),
    **dict.fromkeys(("engine", "serving_engine"), "engine"),
    **dict.fromkeys(("engine_version", "vllm_version", "sglang_version"), "engine_version"),
    **dict.fromkeys(("image", "docker_image", "commit"), "image_or_commit"),
    **dict.fromkeys(("dataset", "dataset_name"), "dataset"),
    **dict.fromkeys(("isl", "input_len", "random_input_len"), "isl"),
    **dict.fromkeys(("osl", "output_len", "random_output_len"), "osl"),
    "turns": "turns",
    "tier": "tier",
    "cache_state": "cache_state",
}
"""What people call a field of the measurement context in a benchmark's metadata."""


def latencies(fields: Fields, what: str, *, suffix: str = "_ms", scale: float = 1.0) -> dict[str, Stat]:
    """Return the statistics of `what`, "tpot" or "ttft", in keys such as median_tpot_ms [ms].

    Parameters
    ----------
    fields : Fields
        The record
    what : str
        The latency
    suffix : str, optional
        What ends the keys
    scale : float, optional
        Milliseconds in one unit of the file [ms]

    Returns
    -------
    dict of str to Stat
        Those that the record holds [ms]
    """
    names = {stat: f"{stat}_{what}{suffix}" for stat in STATISTICS}
    if fields.record.get(names["median"]) is None:
        names["median"] = f"p50_{what}{suffix}"
    return fields.stats(names, scale=scale)


def totals(fields: Fields, *, sent: str = "num_prompts") -> dict[str, Any]:
    """Return ISL, OSL, completed, failed and prompts sent, of which `sent` is the key, from a record's totals."""
    completed, prompts, failed = fields.count("completed"), fields.count(sent), fields.count("failed")
    if failed is None and None not in (completed, prompts):
        failed = max(0.0, (prompts or 0) - (completed or 0))
    tokens_in = "total_input_tokens" if fields.has("total_input_tokens") else "total_input"
    tokens_out = "total_output_tokens" if fields.has("total_output_tokens") else "total_output"
    return {
        "completed": completed,
        "failed": failed,
        "num_prompts": prompts,
        "isl": quotient(fields.count(tokens_in), completed),
        "osl": quotient(fields.count(tokens_out), completed),
        "duration_s": fields.maybe("duration"),
    }


def context_in_flags(fields: Fields, names: Iterable[str]) -> dict[str, Any]:
    """Return the context in those of `names` that are flags or metadata of a known meaning [units of the fields]."""
    found: dict[str, Any] = {}
    for name in names:
        meaning, value = FLAGS.get(name), fields.record.get(name)
        if meaning is None or value in (None, "auto") or isinstance(value, dict | list):
            continue  # "auto" leaves it to the server, and does not say what that chose
        found[meaning] = _context_value(fields, name, meaning, value)
    return {name: value for name, value in found.items() if value is not None}


def _context_value(fields: Fields, name: str, meaning: str, value: Any) -> Any:
    fact = FACTS[meaning]
    if fact.kind == "whole":
        return fields.whole(name)
    if isinstance(value, str) and fact.kind in ("share", "number", "percent"):
        try:
            value = float(value)
        except ValueError:
            fields.refuse(name, "must be a number", got=value)
    if meaning == "hardware":
        value = hardware_token(fields.text(name))
    try:
        return fact.value(value, fields.prefix + name)
    except InputError as error:
        raise error.placed(fields.place) from None


def gpus_of(context: Mapping[str, Any]) -> int | None:
    """Return TP x PP x DP of a `context`; None where one of them is not known [GPUs].

    >>> gpus_of({"tp": 4, "pp": 1, "dp_in_pod": 2}), gpus_of({"tp": 4})
    (8, None)
    """
    sizes = [context.get(name) for name in ("tp", "pp", "dp_in_pod")]
    return None if None in sizes else math.prod(size or 0 for size in sizes)
