"""The parts inside an .xlsx: reading the values that an engine left there, and writing the same bytes again."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from openpyxl.utils import column_index_from_string, coordinate_to_tuple

__all__ = ["Values", "cells_of", "drawn", "filled", "read_parts", "reproducible", "sheet_part", "with_values", "zipped"]

CellValue = float | str | None
Values = Mapping[str, CellValue]
"""The values of a sheet by cell, "B12"; errors are texts such as "#N/A" [units of the cells]."""

_ERRORS: Final = {"Na": "#N/A", "Div": "#DIV/0!", "Name": "#NAME?", "Num": "#NUM!", "Ref": "#REF!"}
_FORMULA: Final = re.compile(r'(<c r=")([A-Z]+)([0-9]+)("(?: s="[0-9]+")?)><f>([^<]*)</f><v ?/?>(?:</v>)?</c>')
_EMPTY: Final = re.compile(rb"<sheetData ?/>|<sheetData></sheetData>")
_EXTENT: Final = re.compile(rb'<dimension ref="[^"]*"')
_FIXED: Final = (1980, 1, 1, 0, 0, 0)
_MODIFIED: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def sheet_part(position: int) -> str:
    """Return the name of the part of the sheet at `position`, counted from 0 [-]."""
    return f"xl/worksheets/sheet{position + 1}.xml"


def read_parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook of ours, `data`, by name, in their order [-]."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_values(part: bytes, value: Callable[[int, int], object]) -> tuple[bytes, dict[str, CellValue]]:
    """Return a sheet with a value in every formula, and those values by cell.

    Parameters
    ----------
    part : bytes
        The sheet as openpyxl wrote it, formulas without values [-]
    value : callable
        Gives the value of a cell from its row and column, counted from 1 [units of the cells]

    Returns
    -------
    bytes
        The sheet with values [-]
    dict of str to float, str or None
        The values of its formulas by cell [units of the cells]
    """
    columns: dict[str, int] = {}
    values: dict[str, CellValue] = {}

    def valued(match: re.Match[str]) -> str:
        head, letters, row, style, formula = match.groups()
        if letters not in columns:
            columns[letters] = column_index_from_string(letters)
        kind, text, values[letters + row] = _stored(value(int(row), columns[letters]))
        return f"{head}{letters}{row}{style}{kind}><f>{formula}</f><v>{text}</v></c>"

    return _FORMULA.sub(valued, part.decode("utf-8")).encode("utf-8"), values


def _stored(value: object) -> tuple[str, str, CellValue]:
    """Return the attribute, the text and the plain value of a result."""
    if isinstance(value, bool | int | float):
        return "", repr(value + 0), float(value)
    if isinstance(value, dict):  # the engine's errors
        error = _ERRORS.get(value.get("kind", ""), "#VALUE!")
        return ' t="e"', error, error
    text = "" if value is None else str(value)
    return ' t="str"', escape(text), text


def cells_of(reference: str) -> list[str]:
    """Return the cells of `reference`, one column of a sheet as in "$B$12:$B$43", in order [-]."""
    first, _, last = reference.replace("$", "").partition(":")
    (top, _), (bottom, _) = coordinate_to_tuple(first), coordinate_to_tuple(last or first)
    letters = re.sub(r"[0-9]", "", first)
    return [f"{letters}{row}" for row in range(top, bottom + 1)]


_SERIES: Final = re.compile(rb"<((?:c:)?)numRef><(?:c:)?f>([^<]*)</(?:c:)?f>(?:<(?:c:)?numCache\s*/>)?</(?:c:)?numRef>")
_FRAME: Final = re.compile(rb'(<(?:xdr:)?cNvPr id="[0-9]+" name=")([^"]*)"(?: descr="[^"]*")?')


def drawn(parts: dict[str, bytes], values: Mapping[str, Values], alt_texts: Sequence[str]) -> dict[str, bytes]:
    """Return `parts` with the points of the charts stored in them, and what each chart shows in words.

    Parameters
    ----------
    parts : dict of str to bytes
        The parts of the .xlsx [-]
    values : mapping
        The values of the formulas, by sheet and cell [units of the cells]
    alt_texts : sequence of str
        One for each chart [-]

    Returns
    -------
    dict of str to bytes
        The same with complete charts [-]
    """

    def cached(match: re.Match[bytes]) -> bytes:
        prefix, reference = match[1], match[2].decode("ascii")
        title, cells = reference.replace("'", "").split("!")
        return _with_points(prefix.decode("ascii"), reference, [values[title].get(cell) for cell in cells_of(cells)])

    changed = {name: _SERIES.sub(cached, part) for name, part in parts.items() if name.startswith("xl/charts/chart")}
    texts = iter(alt_texts)
    for name, part in parts.items():
        if name.startswith("xl/drawings/drawing"):
            changed[name] = _FRAME.sub(lambda at: at[1] + at[2] + b'" descr="%s"' % next(texts).encode(), part)
    return parts | changed


def _with_points(prefix: str, reference: str, values: Sequence[float | str | None]) -> bytes:
    points = "".join(
        f'<{prefix}pt idx="{i}"><{prefix}v>{value!r}</{prefix}v></{prefix}pt>'
        for i, value in enumerate(values)
        if isinstance(value, float)
    )
    cache = f'<{prefix}formatCode>General</{prefix}formatCode><{prefix}ptCount val="{len(values)}"/>{points}'
    whole = f"<{prefix}f>{reference}</{prefix}f><{prefix}numCache>{cache}</{prefix}numCache>"
    return f"<{prefix}numRef>{whole}</{prefix}numRef>".encode("ascii")


def reproducible(parts: dict[str, bytes], created: datetime) -> dict[str, bytes]:
    """Return `parts` with both dates of the document's properties set to `created` [-]."""
    stamp = rb"\g<1>%s\g<3>" % created.strftime("%Y-%m-%dT%H:%M:%SZ").encode("ascii")
    name = "docProps/core.xml"
    return parts | {name: _MODIFIED.sub(stamp, parts[name])}


def filled(parts: dict[str, bytes], position: int, extent: str, rows: str) -> dict[str, bytes]:
    """Return `parts` with `rows`, which span `extent`, in the empty sheet at `position`, counted from 0 [-]."""
    name = sheet_part(position)
    before, after = _EMPTY.split(parts[name], maxsplit=1)
    before = _EXTENT.sub(b'<dimension ref="%s"' % extent.encode("ascii"), before)
    whole = b"".join((before, b"<sheetData>", rows.encode("utf-8"), b"</sheetData>", after))
    return parts | {name: whole}


def zipped(parts: Mapping[str, bytes], *, packed: bool = True) -> bytes:
    """Return the archive of `parts`, `packed` or as they are: the same bytes for the same parts [-]."""
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _FIXED)
            entry.compress_type, entry.external_attr = how, 0o600 << 16
            archive.writestr(entry, content)
    return stream.getvalue()
