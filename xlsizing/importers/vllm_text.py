"""The result block that ``vllm bench serve`` prints, in text files: concurrency in the block or in the file's name.

Names sweep-c8.txt and sweep-K3-c8.txt are those of a sweep; K is the number of speculative tokens, a curve each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from xlsizing.errors import shown
from xlsizing.importers.documents import Document
from xlsizing.importers.measurement import Measurement
from xlsizing.importers.values import Fields, known_values, quotient
from xlsizing.rules import STATISTICS

__all__ = ["read", "recognises"]

_BEGIN: Final = re.compile(r"^=+ Serving Benchmark Result =+$", re.MULTILINE)
_END: Final = re.compile(r"^={20,}$", re.MULTILINE)
_LINE: Final = re.compile(r"^([A-Za-z][^:\n]*):[ \t]+(\S+)[ \t]*$", re.MULTILINE)
_NAME: Final = re.compile(r"(?:^|[^a-z0-9])(?:c|conc|concurrency)[-_]?(\d+)(?![\d.]*\d)", re.IGNORECASE)
_SPECULATIVE: Final = re.compile(r"(?:^|[^A-Za-z0-9])K(\d+)(?![A-Za-z0-9])")
_CONCURRENCY: Final = "Maximum request concurrency"
_OTHERS: Final = ("Max request concurrency", "Max reqeuest concurrency")
"""What SGLang calls it, misspelt for years."""


def recognises(document: Document) -> bool:
    """Tell whether a `document` holds a printed result."""
    return document.kind == "text" and bool(_BEGIN.search(document.value))


def read(document: Document) -> Iterator[Measurement]:
    """Yield the results printed in a `document`."""
    begins = [found.end() for found in _BEGIN.finditer(document.value)]
    for item, begin in enumerate(begins, start=1):
        end = _END.search(document.value, begin)
        block = document.value[begin : end.start() if end else None]
        place = document.place(item if len(begins) > 1 else None)
        yield _measurement(document, Fields(_values_in_block(block), place), alone=len(begins) == 1, whole=bool(end))


def _values_in_block(block: str) -> dict[str, Any]:
    return {name: _number_or_text(text) for name, text in _LINE.findall(block)}


def _number_or_text(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _measurement(document: Document, fields: Fields, *, alone: bool, whole: bool) -> Measurement:
    if not whole:
        fields.refuse("result block", "must be whole", detail="its last line is missing")
    completed, failed = fields.count("Successful requests"), fields.count("Failed requests")
    speculative = _SPECULATIVE.search(document.path.stem)
    tokens_in, tokens_out = fields.count("Total input tokens"), fields.count("Total generated tokens")
    return Measurement(
        tool="vllm-text",
        place=fields.place,
        path=document.path,
        sha256=document.sha256,
        concurrency=_concurrency(document, fields, alone=alone),
        tpot_ms=fields.stats(_stat_labels("TPOT")),
        ttft_ms=fields.stats(_stat_labels("TTFT")),
        output_tok_s=fields.number("Output token throughput (tok/s)"),
        completed=completed,
        failed=failed,
        num_prompts=None if completed is None or failed is None else completed + failed,
        isl=quotient(tokens_in, completed),
        osl=quotient(tokens_out, completed),
        duration_s=fields.maybe("Benchmark duration (s)"),
        context=known_values(
            {
                "benchmark_tool": "vllm bench serve",
                "speculative_decoding": f"{speculative[1]} tokens" if speculative else None,
            }
        ),
    )


def _stat_labels(what: str) -> dict[str, str]:
    return {stat: f"{stat.capitalize()} {what} (ms)" for stat in STATISTICS}


def _concurrency(document: Document, fields: Fields, *, alone: bool) -> float:
    named = _NAME.search(document.path.stem) if alone else None
    printed = fields.maybe(next((name for name in _OTHERS if fields.has(name)), _CONCURRENCY))
    if printed is None and named is None:
        fields.refuse(_CONCURRENCY, "must be given", way_out="name the file by it, as in sweep-c8.txt")
    if printed is not None and named is not None and printed != float(named[1]):
        fields.refuse(_CONCURRENCY, f"must be that in the file's name, {shown(float(named[1]))}", got=printed)
    return float(named[1]) if printed is None and named else float(printed or 0)
