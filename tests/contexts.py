"""A complete measurement context and a full sweep for the tests; illustrative figures."""

from __future__ import annotations

from typing import Any

from xlsizing.context.context import Context
from xlsizing.core.curve import Curve

COMPLETE: dict[str, Any] = {
    "model": "Illustrative-30B",
    "hf_path": "example/illustrative-30b",
    "hardware": "GB300",
    "weight_quantisation": "nvfp4",
    "kv_cache_dtype": "fp8",
    "tp": 4,
    "dp_in_pod": 1,
    "pp": 1,
    "ep": 1,
    "max_num_seqs": 256,
    "max_num_batched_tokens": 8192,
    "gpu_memory_utilization": 0.9,
    "max_model_len": 16384,
    "cudagraph_mode": "full",
    "async_scheduling": True,
    "prefix_caching": False,
    "speculative_decoding": "none",
    "dataset": "random",
    "isl": 1024,
    "osl": 1024,
    "turns": "single-turn",
    "num_prompts": 512,
    "cache_state": "warm",
    "tier": "latency",
    "engine": "vLLM",
    "engine_version": "0.11.0",
    "image_or_commit": "sha-0123",
    "benchmark_tool": "vllm bench serve",
    "percent_of_sol": 62.0,
    "ceiling_key": "gb300-nvfp4",
    "sol_rigor": "L2",
    "trials": 3,
    "same_node": True,
    "baseline": "untuned",
    "measured_on": "2026-11-01",
    "command": "vllm bench serve --max-concurrency C",
    "basis": "measured",
}

CONCURRENCY = [1, 8, 16, 32, 64, 128, 256]
RATES = [200.0, 180.0, 150.0, 120.0, 80.0, 50.0, 30.0]


def context(**changes: Any) -> Context:
    """Return the complete context with `changes`; a change to None leaves the field unknown."""
    return Context.from_mapping(COMPLETE | changes)


def curve(concurrency: list[float] = CONCURRENCY, rates: list[float] = RATES, **changes: Any) -> Curve:
    """Return a full sweep with measured throughput and a complete context, `changes` made to it.

    Throughput is a little less than c x r, as a client's is: 0.998 of it, which moves no whole number of the tests.
    """
    tps = [0.998 * c * r for c, r in zip(concurrency, rates, strict=True)]
    return Curve(concurrency, rates, output_tok_s=tps, context=context(**changes))
