"""The table of formats: how each is recognised by its content, and the one module that reads it.

A reader is handed a `Document` and gives measurements; none knows another. A new tool is one module and one entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

from xlsizing.checks import choice, refuse
from xlsizing.importers.documents import Document, document
from xlsizing.importers.measurement import Measurement, NotAPoint
from xlsizing.importers.points import Options

__all__ = ["FORMATS", "NO_RESULT", "Format", "measurements"]


class Format(NamedTuple):
    """One format.

    Parameters
    ----------
    title : str
        The tool, in words
    versions : str
        What was read, in the tool's own terms
    takes : str
        The field that becomes tok/s/user
    module : str
        The module in this package that reads it: `recognises` a document and `read`s it
    """

    title: str
    versions: str
    takes: str
    module: str


FORMATS: Final[Mapping[str, Format]] = {
    "vllm": Format(
        "vLLM bench serve, JSON", "0.6 to 0.33; single, appended, sweep folders", "1000 / {stat}_tpot_ms", "vllm"
    ),
    "vllm-text": Format("vLLM result block, text", "0.6 to 0.33", "1000 / {stat} TPOT (ms)", "vllm_text"),
    "sglang": Format("SGLang bench_serving, JSONL", "0.4 to 0.5.10", "1000 / {stat}_tpot_ms", "sglang"),
    "inferencex": Format(
        "InferenceX agg_*.json, agg_bmk.json",
        "2025-10 to 2026-07; seconds dialect",
        "1 / {stat}_tpot (s)",
        "inferencex",
    ),
    "aiperf": Format(
        "AIPerf, JSON and CSV, sweep aggregate", "schema 1.x; 0.1 to 0.13", "1000 / inter_token_latency", "aiperf"
    ),
    "guidellm": Format(
        "guidellm benchmarks.json", "report schema 1 and 2; 0.3 to 0.8", "1000 / inter_token_latency_ms", "guidellm"
    ),
    "inference-perf": Format(
        "inference-perf stage_*.json", "2025-10 to 0.7", "1 / time_per_output_token (s)", "inference_perf"
    ),
    "llm-d": Format("llm-d-benchmark report", "0.1, 0.2, 0.2.1", "1 / time_per_output_token, units as stated", "llm_d"),
    "atlas": Format("perf-tune atlas.jsonl", "2026", "output_tps_per_user", "atlas"),
    "roofline": Format("perf-tune decode_sweep.jsonl", "2026", "1000 / {stat}_tpot_ms", "roofline"),
    "leaderboard": Format("perf-tune fleet leaderboards, Markdown", "2026", "tok/s/user", "leaderboards"),
    "proof-packet": Format("perf-tune workload-proof-packet.json", "v1", "1000 / tpot_ms", "proof_packet"),
    "ml-energy": Format("ML.ENERGY results.json", "v3", "1 / ((latency - ttft)/(output_len - 1))", "ml_energy"),
    "aiconfigurator": Format("aiconfigurator pareto.csv (PREDICTED)", "0.12", "tokens/s/user", "aiconfigurator"),
    "dynamo": Format("Dynamo profiler raw_data.npz (PREDICTED)", "1.6", "1000 / z_itl", "dynamo"),
    "xlsizing": Format("curve file of xlsizing import", "1", "tok/s/user", "curve_file"),
    "table": Format(
        "plain table: CSV, TSV, .xlsx", "any of the usual headings", "tok/s/user, or 1000 / TPOT", "plain_table"
    ),
}
"""Formats by name, in the order in which a file is tried."""


def measurements(path: Path, options: Options) -> tuple[list[Measurement], list[NotAPoint]]:
    """Return the measurements in the file at `path`, read as `options` say, and what is none of them with its reason.

    Raises
    ------
    InputError
        If the file is broken, or a format is forced that it does not have.
    """
    if options.form is not None:
        choice(options.form, "--format", tuple(FORMATS))
    opened = document(path)
    for name in FORMATS if options.form is None else (options.form,):
        reader = import_module(f"xlsizing.importers.{FORMATS[name].module}")
        if reader.recognises(opened):
            found = list(_read_with(reader, opened, options))
            points = [each for each in found if isinstance(each, Measurement)]
            others = [each for each in found if isinstance(each, NotAPoint)]
            return points, others if found else [NotAPoint(str(path), getattr(reader, "WHY_NONE", _NO_POINT))]
    if options.form is not None:
        refuse("result file", f"must be of the format {options.form}", where=path.name)
    return [], [NotAPoint(str(path), NO_RESULT)]


NO_RESULT: Final = "no result of a benchmark tool"
_NO_POINT: Final = "no measured point of a sweep in it"


def _read_with(reader: Any, opened: Document, options: Options) -> Iterable[Measurement | NotAPoint]:
    read: Callable[..., Iterable[Measurement | NotAPoint]] = reader.read
    return read(opened, options) if getattr(reader, "WANTS_OPTIONS", False) else read(opened)
