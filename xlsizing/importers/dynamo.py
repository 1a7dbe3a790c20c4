"""Dynamo's profiler, raw_data.npz: latency over KV-cache use and context length, so a DRAFT seed and never a VERDICT.

Concurrency is worked out as use x max_kv_tokens / context length; throughput is per GPU; a curve is one context length.
Arrays are read without pickles, so that no code of a file runs.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from xlsizing.checks import refuse
from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Caution, Measurement, NotAPoint, Stat

__all__ = ["read", "recognises"]

_ARRAYS: Final = ("x_kv_usage", "y_context_length", "z_itl", "z_thpt_per_gpu", "max_kv_tokens")
_LARGEST_UNPACKED: Final = 50_000_000
_SURFACE: Final = Caution("concurrency was worked out from KV-cache use, not set", "measure the curve by concurrency")
_NOTE: Final = "Profiled with 500 output tokens; concurrency is KV-cache use x max_kv_tokens / context length."


def recognises(document: Document) -> bool:
    """Tell whether a `document` is a file of arrays."""
    return document.kind == "npz"


def read(document: Document) -> Iterator[Measurement | NotAPoint]:
    """Yield the points of the decode surface in a `document`."""
    arrays = _arrays(document)
    if not set(_ARRAYS) <= arrays.keys():
        yield NotAPoint(str(document.path), "no decode surface in it")
        return
    use, length, itl, per_gpu = (arrays[name].ravel() for name in _ARRAYS[:4])
    if not len(use) == len(length) == len(itl) == len(per_gpu) or arrays["max_kv_tokens"].size != 1:
        refuse("arrays", "must have the same length", where=document.name)
    most = float(arrays["max_kv_tokens"].ravel()[0])
    for item in range(len(use)):
        yield _measurement(
            document, item, float(use[item]) * most, float(length[item]), float(itl[item]), float(per_gpu[item])
        )


def _arrays(document: Document) -> dict[str, Any]:
    try:
        parts = zipfile.ZipFile(io.BytesIO(document.value)).infolist()
        if sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
            refuse("result file", f"must unpack to at most {_LARGEST_UNPACKED // 1_000_000} MB", where=document.name)
        loaded = np.load(io.BytesIO(document.value), allow_pickle=False)
        return {name: np.asarray(loaded[name], dtype=np.float64) for name in loaded.files if name in _ARRAYS}
    except (ValueError, OSError, KeyError, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        if hasattr(error, "rule"):  # a refusal of ours
            raise
        detail = "an array in it is damaged, or holds something else"
        refuse("result file", "must hold arrays of numbers", detail=detail, where=document.name)


def _measurement(
    document: Document, item: int, tokens: float, length: float, itl: float, per_gpu: float
) -> Measurement:
    place = document.place(item + 1)
    for name, value in (
        ("x_kv_usage", tokens),
        ("y_context_length", length),
        ("z_itl", itl),
        ("z_thpt_per_gpu", per_gpu),
    ):
        if not 0 < value < float("inf"):
            refuse(name, "must be above 0", got=value, where=place)
    return Measurement(
        tool="dynamo",
        place=place,
        path=document.path,
        sha256=document.sha256,
        concurrency=tokens / length,
        tpot_ms={"mean": Stat(itl, "z_itl"), "median": Stat(itl, "z_itl, one for all requests")},
        output_tok_s_per_gpu=per_gpu,
        trials=None,
        basis="predicted",
        context={"benchmark_tool": "Dynamo profiler"},
        also={"context length": f"{length:g} tok"},
        notes=(_NOTE,),
        cautions=(_SURFACE,),
    )
