"""The curve of a sizing file: its anchors in the file itself, or in a file beside it; and its calibration, beside it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import PlainValidator, TypeAdapter, ValidationInfo, WithJsonSchema

from xlsizing.checks import refuse
from xlsizing.core import Calibration, Curve, curve_from_rows, read_calibration
from xlsizing.errors import InputError
from xlsizing.importers import read_curve
from xlsizing.importers.yaml_text import Where
from xlsizing.reading import is_confined, leads_out
from xlsizing.spec.fields import FaultsError, FileName, file_name
from xlsizing.spec.text import Fault

__all__ = ["CalibrationFile", "Reading", "curve_in_file", "inline_curve"]


@dataclass
class Reading:
    """What reading a sizing file needs beside its text.

    Parameters
    ----------
    folder : Path
        Where the paths in it begin
    allow_outside : bool
        Whether they may lead out of that folder
    valid : dict
        The fields of the file that were found right
    """

    folder: Path
    allow_outside: bool = False
    valid: dict[str, Any] = field(default_factory=dict)


def inline_curve(rows: Sequence[Sequence[float | None]], **options: Any) -> Curve:
    """Return the curve in rows of anchors.

    Parameters
    ----------
    rows : sequence of sequences, shape (n, 2..5)
        Concurrency [requests/replica], tok/s/user [tok/s/user], output tok/s [tok/s], TTFT and TTFO [s]
    options
        Passed on to `Curve`

    Returns
    -------
    Curve
        The curve

    Raises
    ------
    FaultsError
        If the anchors are no valid curve, with the rows at fault.
    """
    at: list[Where] = []

    def place(positions: tuple[int, ...], _column: int | None) -> str:
        at.extend(("anchors", i) for i in sorted(positions))
        return ""

    try:
        return curve_from_rows(rows, place, **options)
    except InputError as error:
        raise FaultsError(
            [Fault(("pool_rises",) if error.name == "pool_rises" else ("anchors",), error, tuple(at))]
        ) from None


def curve_in_file(reading: Reading, name: str, **options: Any) -> Curve:
    """Return the curve at a path: anchors, or results of a benchmark tool.

    Parameters
    ----------
    reading : Reading
        Where the path begins, and whether it may lead elsewhere
    name : str
        A file or folder, or ``public:NAME``
    options
        Passed on to `Curve`

    Returns
    -------
    Curve
        The curve

    Raises
    ------
    FaultsError
        If the file may not or cannot be read, or holds no valid curve.
    """
    path = reading.folder / name
    try:
        if name.startswith("public:"):
            return read_curve(name, **options)
        if not reading.allow_outside and leads_out(path, reading.folder):
            _refuse_outside("curve file", name)
        return read_curve(path, **options)
    except InputError as error:
        raise FaultsError([Fault(("file",), error)]) from None


def _calibration(value: object, info: ValidationInfo[Reading]) -> Calibration:
    name = file_name(value, info.field_name or "")
    path = info.context.folder / name
    if not info.context.allow_outside and leads_out(path, info.context.folder):
        _refuse_outside("calibration file", name)
    return read_calibration(path)


CalibrationFile = Annotated[
    Calibration, PlainValidator(_calibration), WithJsonSchema(TypeAdapter(FileName).json_schema())
]


def _refuse_outside(what: str, name: str) -> NoReturn:
    rule = "must be in the folder of the sizing file, or below it"
    way_out = "put it there" if is_confined() else "pass --allow-outside if you trust the sizing file"
    refuse(what, rule, got=name, way_out=way_out)
