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
from xlsizing.importers.measurement import Measurement
from xlsizing.importers.points import Options

__all__ = ["FORMATS", "Format", "measurements"]


class Format(NamedTuple):
    """One format.

    Parameters
    ----------
    title : str
        The tool, in words [-]
    versions : str
        What was read, in the tool's own terms [-]
    takes : str
        The field that becomes tok/s/user [-]
    module : str
        The module in this package that reads it: `recognises` a document and `read`s it [-]
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
    "xlsizing": Format("curve file of xlsizing import", "1", "tok/s/user", "curve_file"),
    "table": Format(
        "plain table: CSV, TSV, .xlsx", "any of the usual headings", "tok/s/user, or 1000 / TPOT", "plain_table"
    ),
}
"""Formats by name, in the order in which a file is tried [-]."""


def measurements(path: Path, options: Options) -> tuple[list[Measurement], str]:
    """Return the measurements in the file at `path`, read as `options` say, and where there are none why [-].

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
            found = list(_read(reader, opened, options))
            return found, getattr(reader, "WHY_NONE", "no measured point of a sweep in it")
    if options.form is not None:
        refuse("result file", f"must be of the format {options.form}", where=path.name)
    return [], "no result of a benchmark tool"


def _read(reader: Any, opened: Document, options: Options) -> Iterable[Measurement]:
    read: Callable[..., Iterable[Measurement]] = reader.read
    return read(opened, options) if getattr(reader, "WANTS_OPTIONS", False) else read(opened)
