"""The curve file that ``xlsizing import`` writes: anchors, context, notes and the source of each point, in YAML.

Anchors are kept as measured, to the last digit; a share by which rises are pooled stands beside them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from xlsizing.checks import number, refuse, whole
from xlsizing.context import Context
from xlsizing.core import COLUMNS, LABELS, Curve, curve_from_rows
from xlsizing.errors import CurveError, InputError
from xlsizing.importers.documents import Document, document
from xlsizing.importers.imported_words import point_records
from xlsizing.importers.measurement import Caution, Measurement, Stat
from xlsizing.importers.values import Fields
from xlsizing.rules import MOST_GPUS_PER_POD

__all__ = ["curve_in_yaml", "curve_text", "read", "recognises"]

_VERSION: Final = 1
_MARK: Final = "xlsizing_curve"
_KEYS: Final = (
    _MARK,
    "gpus_per_pod",
    "pool_rises",
    "throughput_per_replica",
    "anchors",
    "context",
    "notes",
    "cautions",
    "points",
)
_HEAD: Final = "# A measured curve, written by xlsizing import; --curve and the sizing file's curve.file take it.\n"


def curve_text(imported: Any) -> str:
    """Return the curve file of an `imported` curve.

    Raises
    ------
    CurveError
        If its anchors are no valid curve.
    """
    curve: Curve = imported.curve
    rates = {"tok_s_per_user": curve.measured_tok_s_per_user}
    columns = [rates.get(name, getattr(curve, name)) for name in COLUMNS]
    given = [column.tolist() if column is not None else [None] * len(curve) for column in columns]
    body: dict[str, Any] = {
        _MARK: _VERSION,
        "gpus_per_pod": imported.gpus_per_pod,
        "pool_rises": imported.options.pool_rises if curve.pooled_share is not None else None,
        "throughput_per_replica": curve.throughput_per_replica or None,
        "anchors": [list(row) for row in zip(*given, strict=True)],
        "context": imported.context.known(),
        "notes": list(imported.notes),
        "cautions": [caution._asdict() for caution in imported.cautions],
        "points": point_records(imported),
    }
    return _HEAD + "".join(_yaml_lines({name: value for name, value in body.items() if value not in (None, [], {})}))


def _yaml_lines(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a block: JSON where a value stands, which is YAML as well."""
    for name, value in body.items():
        if isinstance(value, list):
            yield f"{name}:{'  # ' + ', '.join(COLUMNS) if name == 'anchors' else ''}\n"
            yield from (f"  - {_json_text(item)}\n" for item in value)
        elif isinstance(value, dict):
            yield f"{name}:\n"
            yield from (f"  {key}: {_json_text(item)}\n" for key, item in value.items())
        else:
            yield f"{name}: {_json_text(value)}\n"


def _json_text(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def recognises(document: Document) -> bool:
    """Tell whether a `document` is such a file."""
    return _MARK in document.only


def curve_in_yaml(path: Path, *, pool_rises: float | None = None, throughput_per_replica: bool = False) -> Curve:
    """Return the curve in the file at `path`, its rises pooled up to `pool_rises`, else as the file says [-].

    Its throughput is of the whole replica where the file or `throughput_per_replica` says so.

    Raises
    ------
    InputError
        If it is none, or was changed into something that is none.
    """
    opened = document(path)
    parts = _file_parts(opened)

    def place(at: tuple[int, ...], _column: int | None) -> str:
        return f"{path.name}, anchor{'s' * (len(at) > 1)} {' and '.join(str(i + 1) for i in sorted(at))}"

    share = pool_rises if pool_rises is not None else parts["pool_rises"]
    whole = throughput_per_replica or parts["throughput_per_replica"]
    curve = curve_from_rows(parts["anchors"], place, pool_rises=share, throughput_per_replica=whole)
    curve = curve.with_context(parts["context"])
    return curve.with_remarks(parts["notes"], parts["cautions"], measured_gpus=parts["gpus_per_pod"])


def _file_parts(opened: Document) -> dict[str, Any]:
    top = Fields(opened.only, opened.name)
    if top.record.get(_MARK) != _VERSION:
        top.refuse(_MARK, f"must be {_VERSION}", got=top.record.get(_MARK))
    unknown = [key for key in top.record if key not in _KEYS]
    if unknown:
        refuse("curve file", f"must have the fields {', '.join(_KEYS)} only", got=unknown[0], where=opened.name)
    gpus = top.record.get("gpus_per_pod")
    pool = top.record.get("pool_rises")
    try:
        return {
            "anchors": [
                _anchor_cells(row, i, opened.name) for i, row in enumerate(_list_field(top, "anchors"), start=1)
            ],
            "context": Context.from_mapping(top.inside("context").record) if top.has("context") else None,
            "notes": tuple(_text(top, "notes", note) for note in _list_field(top, "notes")),
            "cautions": tuple(_caution(top, each) for each in _list_field(top, "cautions")),
            "gpus_per_pod": None if gpus is None else whole(gpus, "gpus_per_pod", low=1, high=MOST_GPUS_PER_POD),
            "throughput_per_replica": top.flag("throughput_per_replica") or False,
            "pool_rises": None if pool is None else number(pool, "pool_rises"),
        }
    except CurveError:
        raise
    except InputError as error:
        raise error.placed(error.where or opened.name) from None


def _list_field(top: Fields, name: str) -> list[Any]:
    value = top.record.get(name)
    if value is not None and not isinstance(value, list):
        top.refuse(name, "must be a list")
    return value or []


def _anchor_cells(row: Any, position: int, name: str) -> list[float | None]:
    place = f"{name}, anchor {position}"
    if not isinstance(row, list) or not 1 < len(row) <= len(COLUMNS):
        refuse("anchor", f"must be a list of {', '.join(COLUMNS)}", where=place, kind=CurveError)
    cells = [*row, *[None] * (len(COLUMNS) - len(row))]
    try:
        return [None if cell is None else number(cell, label) for cell, label in zip(cells, LABELS, strict=True)]
    except InputError as error:
        raise error.placed(place) from None


def _text(top: Fields, name: str, value: Any) -> str:
    if not isinstance(value, str):
        top.refuse(name, "must be text", got=value)
    return " ".join(value.split())


def _caution(top: Fields, value: Any) -> Caution:
    if not isinstance(value, dict) or set(value) != set(Caution._fields):
        top.refuse("cautions", f"must each have {' and '.join(Caution._fields)}")
    return Caution(*(_text(top, "cautions", value[name]) for name in Caution._fields))


def read(document: Document) -> Iterator[Measurement]:
    """Yield the points in a `document`, for a list of what a folder holds."""
    parts = _file_parts(document)
    context = parts["context"].known() if parts["context"] else {}
    for position, (concurrency, rate, output, ttft, ttfo) in enumerate(parts["anchors"], start=1):
        yield Measurement(
            tool="xlsizing",
            place=f"{document.name}, anchor {position}",
            path=document.path,
            sha256=document.sha256,
            concurrency=concurrency,
            tpot_ms={"median": Stat(1000 / rate, "tok_s_per_user", stated=False)},
            ttft_ms={} if ttft is None else {"median": Stat(ttft * 1000, "ttft_s")},
            ttfo_ms={} if ttfo is None else {"median": Stat(ttfo * 1000, "ttfo_s")},
            output_tok_s=output,
            isl=context.get("mean_input_tokens"),
            osl=context.get("mean_output_tokens"),
            num_prompts=None,
            gpus=parts["gpus_per_pod"],
            trials=context.get("trials"),
            basis=context.get("basis"),
            context=context,
            also={"curve file": document.name},
            notes=parts["notes"],
            cautions=parts["cautions"],
        )
