"""Decks of the sales workbook for its tests: hand-made curves whose figures are worked out by hand."""

from dataclasses import replace

from xlsizing.context.context import Context
from xlsizing.core.curve import Curve
from xlsizing.workbooks.sales.deck import Deck, FirstLever
from xlsizing.workbooks.sales.starters import EXAMPLE, Starter

_NOT_MEASURED = "illustrative figures, not a measurement"

_ILLUSTRATIVE = Context(
    model=_NOT_MEASURED,
    hf_path="example/illustrative-model",
    hardware="GB300",
    weight_quantisation="nvfp4",
    kv_cache_dtype="fp8",
    tp=4,
    dp_in_pod=1,
    pp=1,
    ep=1,
    max_num_seqs=256,
    max_num_batched_tokens=8192,
    gpu_memory_utilization=0.9,
    max_model_len=8192,
    cudagraph_mode="piecewise",
    async_scheduling=True,
    prefix_caching=False,
    speculative_decoding="none",
    dataset=f"random tokens, {_NOT_MEASURED}",
    isl=1024,
    osl=1024,
    turns="single-turn",
    num_prompts=2560,
    cache_state="warm",
    tier="throughput",
    engine="vLLM",
    engine_version="0.11.0",
    image_or_commit="none, illustrative figures",
    benchmark_tool="none, illustrative figures",
    percent_of_sol=41,
    ceiling_key="GB300-nvfp4-illustrative",
    sol_rigor="L2",
    trials=3,
    same_node=True,
    baseline="none, this is the baseline",
    measured_on="2026-11-20",
    command=f"none, {_NOT_MEASURED}",
    source_file=_NOT_MEASURED,
    basis="predicted",  # made up: whatever is complete here, its rows stay a DRAFT
)

_TUNED = replace(
    _ILLUSTRATIVE,
    cudagraph_mode="full_and_piecewise",
    percent_of_sol=46,
    baseline="the curve of this file, illustrative figures",
    measured_on="2026-11-21",
)

_ANCHORS = ([1, 8, 16, 32, 64, 128, 256], [214, 136, 112, 88, 66, 47, 31])
_TUNED_ANCHORS = ([1, 8, 16, 32, 64, 128, 256], [239.7, 152.3, 125.4, 98.6, 73.9, 52.6, 34.7])

STARTERS = (
    EXAMPLE,
    Starter(
        "ILLUSTRATIVE, not measured: piecewise CUDA graphs",
        4,
        Curve(
            *_ANCHORS,
            output_tok_s=[210, 1055, 1740, 2735, 4100, 5830, 7690],
            ttft_s=[0.09, 0.14, 0.2, 0.31, 0.52, 0.98, 1.9],
            context=_ILLUSTRATIVE,
        ),
        _NOT_MEASURED,
        7.25,
        "2026-11-01, illustrative price, no quote",
    ),
    Starter(
        "ILLUSTRATIVE, not measured: full CUDA graphs",
        4,
        Curve(
            *_TUNED_ANCHORS,
            output_tok_s=[235, 1182, 1949, 3063, 4592, 6530, 8613],
            ttft_s=[0.08, 0.125, 0.179, 0.277, 0.464, 0.875, 1.696],
            context=_TUNED,
        ),
        _NOT_MEASURED,
        7.25,
        "2026-11-01, illustrative price, no quote",
    ),
)
"""The built-in example, and two hand-made curves that differ in one change, with prices: their arithmetic is worked by hand."""

HAND_MADE = Deck(
    STARTERS,
    pair=(2, 3),
    lever=FirstLever("Full CUDA graphs (illustrative)", 75, 3, "a same-node pair of sweeps at the customer's workload"),
    workload=Context(isl=1024, osl=1024, turns="single-turn"),
)
"""What most tests of the sales workbook edit."""
