"""The curves that the sales workbook begins with; each says itself what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from xlsizing.context import Context
from xlsizing.curve import Curve

__all__ = ["STARTERS", "Starter"]


@dataclass(frozen=True, slots=True)
class Starter:
    """A named curve with what is known of it.

    Parameters
    ----------
    name : str
        What the drop-downs call it [-]
    gpus_per_pod : int
        GPUs of one replica [GPUs/pod]
    curve : Curve
        The anchors and their context [-]
    source : str
        Where the figures are from [-]
    usd_per_gpu_hour : float, optional
        Price of one GPU; None is assumed, and labelled so [USD/GPU-hour]
    price_source : str, optional
        Date and source of the price [-]
    caution : str, optional
        Why its rows stay a DRAFT, where its context cannot say it [-]
    """

    name: str
    gpus_per_pod: int
    curve: Curve
    source: str
    usd_per_gpu_hour: float | None = None
    price_source: str = ""
    caution: str = ""

    @property
    def context(self) -> Context:
        """What the curve was measured on, as far as it is known [-]."""
        return self.curve.context or Context()


_NOT_MEASURED: Final = "illustrative figures, not a measurement"

_ILLUSTRATIVE: Final = Context(
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

_TUNED: Final = replace(
    _ILLUSTRATIVE,
    cudagraph_mode="full_and_piecewise",
    percent_of_sol=46,
    baseline="the curve of this file, illustrative figures",
    measured_on="2026-11-21",
)

_ANCHORS: Final = ([1, 8, 16, 32, 64, 128, 256], [214, 136, 112, 88, 66, 47, 31])
_TUNED_ANCHORS: Final = ([1, 8, 16, 32, 64, 128, 256], [239.7, 152.3, 125.4, 98.6, 73.9, 52.6, 34.7])

STARTERS: Final = (
    Starter(
        "MiniMax-M2-NVFP4, GB300, TP4",
        4,
        Curve(
            [1, 10, 256],
            [215.5, 122.2, 41.8],
            context=Context(
                model="MiniMax-M2",
                hardware="GB300",
                weight_quantisation="nvfp4",
                tp=4,
                pp=1,
                dp_in_pod=1,
                basis="measured",
            ),
        ),
        "built-in example, three points alone",
    ),
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
"""The built-in example, and two illustrative curves that differ in one change: the pair that sheet Levers shows [-]."""
