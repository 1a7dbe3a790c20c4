"""perf-tune workload-proof-packet.json, version 1: one operating point; several that differ in concurrency are a curve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Caution, Measurement, Stat
from xlsizing.importers.serving_keys import context_in_flags
from xlsizing.importers.values import Fields, date_in_stamp, hardware_token, known_values

__all__ = ["read", "recognises"]

_VERSION: Final = "workload_proof_packet_v1"
_DRAFT: Final = Caution("the proof packet is a draft", "have the packet pass its gates")


def recognises(document: Document) -> bool:
    """Tell whether a `document` is such a packet."""
    return document.only.get("schema_version") == _VERSION


def read(document: Document) -> Iterator[Measurement]:
    """Yield the point in a `document`."""
    top = Fields(document.only, document.name)
    asked, target = top.inside("workload"), top.inside("target")
    measured = top.inside("measurements")
    sent, share = asked.count("request_count"), measured.inside("reliability").maybe("success_rate", 0.0)
    completed = None if sent is None or share is None else round(sent * min(share, 1.0))
    yield Measurement(
        tool="proof-packet",
        place=top.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=asked.number("concurrency"),
        tpot_ms={"median": Stat(measured.inside("latency").number("tpot_ms"), "tpot_ms, statistic not stated")},
        output_tok_s=measured.inside("throughput").number("output_tokens_per_second"),
        completed=completed,
        failed=None if sent is None or completed is None else sent - completed,
        num_prompts=sent,
        gpus=target.whole("gpu_count"),
        context=_context(top, asked, target),
        cautions=() if top.text("status") == "verdict" else (_DRAFT,),
    )


def _context(top: Fields, asked: Fields, target: Fields) -> dict[str, Any]:
    stack = top.inside("stack")
    flags = _flags(stack)
    return known_values(
        {
            "model": asked.text("model_id"),
            "hardware": hardware_token(target.text("gpu_sku")),
            "dataset": asked.text("dataset"),
            "isl": asked.whole("input_tokens"),
            "osl": asked.whole("output_tokens"),
            "engine": stack.text("serving_engine"),
            "engine_version": stack.text("engine_version"),
            "image_or_commit": stack.text("container_image"),
            "measured_on": date_in_stamp(top.text("created_at_utc")),
            "benchmark_tool": "workload proof packet",
            **context_in_flags(Fields(flags, top.place, "stack.launch_flags "), flags),
        }
    )


def _flags(stack: Fields) -> dict[str, Any]:
    """Return launch flags such as --tensor-parallel-size=1 by their names; one without a value is on."""
    listed = stack.record.get("launch_flags")
    found: dict[str, Any] = {}
    for flag in listed if isinstance(listed, list) else ():
        name, given, value = str(flag).lstrip("-").partition("=")
        found[name.replace("-", "_")] = value if given else True
    return found
