"""InferenceX: agg_*.json and agg_bmk.json, rows of its API, its CSV export, and its custom client, all in seconds.

Its CSV once said ms over the same seconds. The stored interactivity changed between versions of its harness, so it is
never taken: 1 / TPOT is. Throughput is per GPU: of one node tp x pp x pcp of them; disaggregated, output is counted per
decode GPU, and the replica has those of both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement
from xlsizing.importers.serving_keys import latencies, totals
from xlsizing.importers.values import Fields, date_in_stamp, hardware_token, known_values

__all__ = ["read", "recognises"]

_MS: Final = 1000.0
_ROW: Final = frozenset(("conc", "output_tput_per_gpu", "tput_per_gpu", "hw", "hardware"))
_COLUMNS: Final[Mapping[str, str]] = {
    "model": "model", "isl": "isl", "osl": "osl", "hardware": "hw", "framework": "framework", "precision": "precision",
    "tp": "tp", "concurrency": "conc", "date": "date", "spec decoding": "spec_decoding", "ep": "ep",
    "dp attention": "dp_attention", "disaggregated": "disagg", "disagg": "disagg",
    "num prefill gpus": "num_prefill_gpu", "num prefill gpu": "num_prefill_gpu", "prefill gpus": "num_prefill_gpu",
    "num decode gpus": "num_decode_gpu", "num decode gpu": "num_decode_gpu", "decode gpus": "num_decode_gpu",
}  # fmt: skip
_FEW: Final = 3


def recognises(document: Document) -> bool:
    """Tell whether a `document` holds rows of this tool."""
    return any(_is_row(record) or _is_client(record) for record in document.objects) or bool(_header(document))


def _is_row(record: dict[str, Any]) -> bool:
    return len(_ROW & (record.keys() | _inner_metrics(record).keys())) >= _FEW


def _inner_metrics(record: dict[str, Any]) -> dict[str, Any]:
    metrics = record.get("metrics")
    return metrics if isinstance(metrics, dict) else {}


def _is_client(record: dict[str, Any]) -> bool:
    timed = any(key.endswith(("_tpot", "_ttft")) for key in record)
    return (
        timed and "output_throughput" in record and bool({"model_id", "tokenizer_id", "good_completed"} & record.keys())
    )


def _header(document: Document) -> list[str]:
    if document.kind != "table":
        return []
    first = next(filter(None, document.first_rows()), [])
    names = [cell.casefold() for cell in first]
    return names if {"hardware key", "concurrency"} <= set(names) and any("tpot" in name for name in names) else []


def read(document: Document) -> Iterator[Measurement]:
    """Yield the points in a `document`."""
    if document.kind == "table":
        yield from _from_table(document)
        return
    rows = [record for record in document.objects if _is_row(record) or _is_client(record)]
    for item, record in enumerate(rows, start=1):
        place = document.place(item if len(rows) > 1 else None)
        if _is_row(record):
            yield _measurement(document, Fields(record | _inner_metrics(record), place))
        else:
            yield _client(document, Fields(record, place))


def _from_table(document: Document) -> Iterator[Measurement]:
    header = _header(document)
    for line, cells in enumerate(document.rows(), start=1):
        if any(cells) and [cell.casefold() for cell in cells] != header:
            yield _measurement(document, Fields(_record_of_row(header, cells), f"{document.name}, row {line}"))


def _record_of_row(header: list[str], cells: list[str]) -> dict[str, Any]:
    """Return a row of the export under the names of agg_bmk.json; both units in its headers mean seconds."""
    record: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        plain = name.partition("(")[0].strip()
        words = plain.split()
        if plain in _COLUMNS:
            record[_COLUMNS[plain]] = _value_in_text(cell)
        elif len(words) == 2 and words[1] in ("ttft", "tpot"):  # noqa: PLR2004  # "median tpot"
            record[f"{words[0]}_{words[1]}"] = _value_in_text(cell)
        elif plain in ("output throughput/gpu", "output throughput/chip"):
            record["output_tput_per_gpu"] = _value_in_text(cell)
    return record


def _value_in_text(text: str) -> Any:
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _measurement(document: Document, fields: Fields) -> Measurement:
    disaggregated = bool(fields.flag("disagg"))
    sides = {side: fields.whole(f"num_{side}_gpu", low=0) for side in ("prefill", "decode")}
    split = _two_sides(fields, sides) if disaggregated else _one_node(fields, sides)
    gpus = split.pop("gpus")
    per_gpu = fields.number("output_tput_per_gpu")
    counted = sides["decode"] if disaggregated else gpus
    return Measurement(
        tool="inferencex",
        place=fields.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=fields.number("conc"),
        tpot_ms=latencies(fields, "tpot", suffix="", scale=_MS),
        ttft_ms=latencies(fields, "ttft", suffix="", scale=_MS),
        output_tok_s=per_gpu * counted if counted else None,
        output_tok_s_per_gpu=per_gpu,
        osl=None,
        gpus=gpus,
        context=_context(fields) | split,
        also=_also(fields),
    )


def _one_node(fields: Fields, sides: Mapping[str, int | None]) -> dict[str, Any]:
    """Return how one node is split: TP x PP x prefill context parallelism GPUs, or as the API counts them."""
    tp = fields.whole("tp") or fields.whole("decode_tp")
    pp, pcp = fields.whole("pp") or 1, fields.whole("pcp_size") or 1
    stated = None if tp is None else tp * pp * pcp
    ep = fields.whole("ep") or fields.whole("decode_ep")
    gpus = stated if "tp" in fields.record else sides["decode"] or stated
    stated_pp = fields.whole("pp")
    whole = gpus is not None and gpus == (tp or 0) * (stated_pp or 0)  # then nothing is left for another split
    return known_values({"gpus": gpus, "tp": tp, "pp": stated_pp, "ep": ep, "dp_in_pod": 1 if whole else None}) | {
        "gpus": gpus
    }


def _two_sides(fields: Fields, sides: Mapping[str, int | None]) -> dict[str, Any]:
    for side, gpus in sides.items():
        if not gpus:
            fields.refuse(f"num_{side}_gpu", "must be given for a disaggregated unit")
    split: dict[str, Any] = {"gpus": (sides["prefill"] or 0) + (sides["decode"] or 0)}
    for side, gpus in sides.items():
        sizes = {name: fields.whole(f"{side}_{key}") for name, key in _SIZES.items()}
        words = " ".join(f"{name}{size}" for name, size in sizes.items() if size is not None)
        attention = " DP attention" if fields.flag(f"{side}_dp_attention") else ""
        split |= {f"{side}_gpus": gpus, f"{side}_parallelism": f"{words}{attention}".strip() or None}
        split[f"{side}_instances"] = fields.whole(f"{side}_num_workers")
    return known_values(split)


_SIZES: Final = {"TP": "tp", "PP": "pp", "EP": "ep"}


def _context(fields: Fields) -> dict[str, Any]:
    return known_values(
        {
            "model": fields.text("model"),
            "hardware": hardware_token(fields.text("hw") or fields.text("hardware")),
            "weight_quantisation": fields.text("precision"),
            "engine": fields.text("framework"),
            "image_or_commit": fields.text("image"),
            "speculative_decoding": fields.text("spec_decoding") or fields.text("spec_method"),
            "isl": fields.whole("isl"),
            "osl": fields.whole("osl"),
            "measured_on": date_in_stamp(fields.text("date")),
            "benchmark_tool": "InferenceX",
        }
    )


def _also(fields: Fields) -> dict[str, str]:
    """Return what else tells one configuration from another."""
    names = (
        "hw",
        "hardware",
        "dp_attention",
        "dcp_size",
        "pcp_size",
        "benchmark_type",
        "offload_mode",
        "disagg",
        "is_multinode",
    )
    return {name: str(fields.record[name]) for name in names if fields.record.get(name) not in (None, "")}


def _client(document: Document, fields: Fields) -> Measurement:
    """Return a run of the custom client: the keys of vLLM without _ms, the values in seconds."""
    return Measurement(
        tool="inferencex",
        place=fields.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=fields.number("max_concurrency"),
        tpot_ms=latencies(fields, "tpot", suffix="", scale=_MS),
        ttft_ms=latencies(fields, "ttft", suffix="", scale=_MS),
        output_tok_s=fields.number("output_throughput"),
        context=known_values(
            {
                "model": fields.text("model_id"),
                "measured_on": date_in_stamp(fields.text("date")),
                "benchmark_tool": "InferenceX client",
            }
        ),
        **totals(fields),
    )
