"""The two fleet leaderboards of the perf-tune toolchain, in Markdown.

AA-FLEET-LEADERBOARD: sections by workload (aa-1k, aa-10k, aa-100k) at c=1 and c=10. THROUGHPUT-FLEET-LEADERBOARD: the
knee of each model, of another workload. Joined they are one curve a workload, a DRAFT that says so, and no shape
is taken from either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from xlsizing.importers.documents import Document, document
from xlsizing.importers.measurement import Caution, Measurement, NotAPoint, Stat
from xlsizing.importers.values import Fields, hardware_token, known_values

__all__ = ["read", "recognises"]

_AA: Final = re.compile(
    r"^#\s.*\bAA\b.*leaderboard.*?-\s*(?P<hw>\S+)\s+TP(?P<tp>\d+)\s+(?P<quant>\S+)", re.IGNORECASE | re.MULTILINE
)
_KNEE: Final = re.compile(r"^#\s*Throughput fleet leaderboard.*?-\s*(?P<hw>\S+)", re.IGNORECASE | re.MULTILINE)
_SECTION: Final = re.compile(r"^#+\s*(?P<workload>aa-\S+)\s*\(c=(?P<c>\d+)\)", re.IGNORECASE)
_ABSENT: Final = ("na", "n/a", "-", "")
_JOINED: Final = Caution(
    "the points of low concurrency and the knee are of different workloads", "measure one sweep of one workload"
)
_NOTE: Final = "c=1 and c=10 are from the AA leaderboard, the knee from the throughput leaderboard: other requests."
_SOURCE: Final = "tok/s/user of the leaderboard, statistic not stated"


def recognises(document: Document) -> bool:
    """Tell whether a `document` is one of the two."""
    return document.kind == "text" and bool(_AA.search(document.value) or _KNEE.search(document.value))


def read(document: Document) -> Iterator[Measurement | NotAPoint]:
    """Yield the points of a `document`, the knee joined where the other leaderboard lies beside it."""
    title = _AA.search(document.value)
    if title:
        yield from _joined_points(document, title)
    elif _sibling_file(document.path, "THROUGHPUT-FLEET", "AA-FLEET"):
        yield NotAPoint(str(document.path), "its points are joined to those of the AA leaderboard beside it")
    else:
        yield from _knees(document).values()


def _joined_points(opened: Document, title: re.Match[str]) -> Iterator[Measurement]:
    beside = _sibling_file(opened.path, "AA-FLEET", "THROUGHPUT-FLEET")
    knees = _knees(document(beside)) if beside else {}
    tp, quant = int(title["tp"]), title["quant"].casefold()
    for workload, c, row in _rows_by_section(opened):
        knee = knees.get((row.record["model"], quant, tp))
        also = {"workload": workload}
        joined = ((_NOTE,), (_JOINED,)) if knee else ((), ())
        point = _point_of_row(
            opened, row, c, row.record.get("output tok/s/user") or row.record.get("tok/s/user"), tp, also
        )
        if point:
            yield _with_context(point, _context(row, title["hw"], title["quant"], tp), *joined)
        if knee and c == 1:
            yield _with_context(_with_also(knee, also), _context(row, title["hw"], title["quant"], tp), *joined)


def _with_context(
    point: Measurement, context: dict[str, Any], notes: tuple[str, ...], cautions: tuple[Caution, ...]
) -> Measurement:
    return replace(point, context=context, notes=notes, cautions=cautions)


def _with_also(knee: Measurement, also: Mapping[str, str]) -> Measurement:
    return replace(knee, also=also)


def _sibling_file(path: Path, ours: str, theirs: str) -> Path | None:
    other = path.with_name(path.name.replace(ours, theirs))
    return other if other != path and other.is_file() else None


def _knees(opened: Document) -> dict[tuple[Any, str, int], Measurement]:
    """Return the knee of each model by its name, quantisation and TP."""
    title = _KNEE.search(opened.value)
    found = {}
    for _, row in _table_rows(opened):
        if "@conc" not in row.record:
            continue
        tp, quant = row.whole("TP") or 1, str(row.record.get("quant"))
        c = row.number("@conc") if row.has("@conc") else 0.0
        point = _point_of_row(opened, row, c, row.record.get("tok/s/user@peak"), tp, {"workload": "throughput"})
        if point:
            context = _context(row, title["hw"] if title else None, quant, tp)
            found[row.record["model"], quant.casefold(), tp] = _with_context(point, context, (), ())
    return found


def _rows_by_section(opened: Document) -> Iterator[tuple[str, int, Fields]]:
    for heading, row in _table_rows(opened):
        found = _SECTION.match(heading)
        if found:
            yield found["workload"].casefold(), int(found["c"]), row


def _table_rows(opened: Document) -> Iterator[tuple[str, Fields]]:
    """Yield heading and cells of each row of the tables, numbers as numbers, NA left out."""
    heading = ""
    header: list[str] = []
    for number, line in enumerate(opened.value.splitlines(), start=1):
        if line.startswith("#"):
            heading, header = line, []
        elif line.lstrip().startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if set("".join(cells)) <= set("-: "):
                continue
            if not header:
                header = cells
            elif "model" in header:
                record = {
                    name: _number_or_text(cell)
                    for name, cell in zip(header, cells, strict=False)
                    if cell.casefold() not in _ABSENT
                }
                if "model" in record:
                    yield heading, Fields(record | {"model": str(record["model"])}, f"{opened.name}, line {number}")


def _number_or_text(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _point_of_row(
    opened: Document, row: Fields, c: float, rate: Any, tp: int, also: Mapping[str, str]
) -> Measurement | None:
    """Return the point of a row; None where its rate is not given."""
    if rate is None or not c:
        return None
    stated = Fields({"tok/s/user": rate}, row.place).number("tok/s/user")
    per_gpu = next((row.maybe(name) for name in ("tok/s/GPU", "peak tok/s/GPU") if row.has(name)), None)
    ttft = next((name for name in ("TTFT (ms)", "TTFT@peak (ms)") if row.has(name)), None)
    return Measurement(
        tool="leaderboard",
        place=row.place,
        path=opened.path,
        sha256=opened.sha256,
        concurrency=float(c),
        tpot_ms={"median": Stat(1000 / stated, _SOURCE, stated=False)},
        ttft_ms=row.stats({"median": ttft}) if ttft else {},
        output_tok_s=None if per_gpu is None else per_gpu * tp,
        trials=None,
        also=also,
    )


def _context(row: Fields, hardware: str | None, quant: str, tp: int) -> dict[str, Any]:
    return known_values(
        {
            "model": str(row.record["model"]),
            "hardware": hardware_token(hardware),
            "weight_quantisation": quant.casefold(),
            "tp": tp,
        }
    )
