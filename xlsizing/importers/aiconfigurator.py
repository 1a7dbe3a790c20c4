"""aiconfigurator pareto.csv, aggregated and disaggregated: PREDICTED by a simulator, so never a VERDICT.

A file holds many configurations: what differs in more than concurrency is a curve each. best_config_topn.csv lists the
best of them once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement, Stat
from xlsizing.importers.values import Fields, hardware_token, known_values

__all__ = ["read", "recognises"]

_OWN: Final = {"concurrency", "tpot", "tokens/s", "tokens/s/user", "num_total_gpus"}
_TEXT: Final = ("model", "backend", "version", "system", "parallel", "gemm", "kvcache", "fmha", "moe", "comm")


def recognises(document: Document) -> bool:
    """Tell whether a `document` is such a table."""
    return document.kind == "table" and set(next(filter(None, document.first_rows()), [])) >= _OWN


def read(document: Document) -> Iterator[Measurement]:
    """Yield the rows of a `document`."""
    rows = [(line, cells) for line, cells in enumerate(document.rows(), start=1) if cells]
    header = rows[0][1]
    for line, cells in rows[1:]:
        record = {name: _number_or_text(name, cell) for name, cell in zip(header, cells, strict=False) if cell}
        yield _measurement(document, Fields(record, f"{document.name}, row {line}"))


def _number_or_text(name: str, text: str) -> Any:
    if name.rpartition(")")[2] in _TEXT:
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _measurement(document: Document, fields: Fields) -> Measurement:
    disaggregated = "(d)tp" in fields.record
    return Measurement(
        tool="aiconfigurator",
        place=fields.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=fields.number("concurrency"),
        tpot_ms={
            "mean": Stat(fields.number("tpot"), "tpot"),
            "median": Stat(fields.number("tpot"), "tpot, one for all requests"),
        },
        ttft_ms={"mean": Stat(fields.number("ttft"), "ttft"), "median": Stat(fields.number("ttft"), "ttft")},
        output_tok_s=fields.number("tokens/s"),
        osl=fields.maybe("osl"),
        gpus=fields.whole("num_total_gpus"),
        trials=None,
        basis="predicted",
        context=known_values(
            {
                **_common(fields, "(d)" if disaggregated else ""),
                **(_two_sides(fields) if disaggregated else _one_side(fields)),
            }
        ),
        also=_also(fields),
        summary_of=document.path.parent if "replicas_needed" in fields.record else None,
    )


def _common(fields: Fields, side: str) -> dict[str, Any]:
    return {
        "model": fields.text("model"),
        "hf_path": fields.text("model"),
        "hardware": hardware_token(fields.text(f"{side}system")),
        "weight_quantisation": fields.text(f"{side}gemm"),
        "kv_cache_dtype": fields.text(f"{side}kvcache"),
        "engine": fields.text(f"{side}backend"),
        "engine_version": fields.text(f"{side}version"),
        "isl": fields.whole("isl"),
        "osl": fields.whole("osl"),
        "benchmark_tool": "aiconfigurator (a simulator)",
    }


def _one_side(fields: Fields) -> dict[str, Any]:
    return {
        "tp": fields.whole("tp"),
        "pp": fields.whole("pp"),
        "dp_in_pod": fields.whole("dp"),
        "ep": fields.whole("moe_ep"),
    }


def _two_sides(fields: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, side in (("prefill", "(p)"), ("decode", "(d)")):
        sizes = {
            label: fields.whole(side + key)
            for label, key in (("TP", "tp"), ("PP", "pp"), ("DP", "dp"), ("EP", "moe_ep"))
        }
        workers = fields.whole(f"{side}workers")
        found[f"{name}_instances"] = workers
        found[f"{name}_parallelism"] = " ".join(f"{label}{size}" for label, size in sizes.items() if size) or None
        product = (sizes["TP"] or 1) * (sizes["PP"] or 1) * (sizes["DP"] or 1)
        found[f"{name}_gpus"] = workers * product if workers and sizes["TP"] else None
    return found


def _also(fields: Fields) -> dict[str, str]:
    names = ("prefix", "ctx_tokens", "moe_tp", "cp", "(p)bs", "(p)moe_tp", "(p)gemm", "(d)moe_tp", "(p)system")
    return {name: str(fields.record[name]) for name in names if name in fields.record}
