"""The parts inside an .xlsx: what openpyxl wrote of them, made complete, and the same bytes every time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from openpyxl.utils import coordinate_to_tuple

from xlsizing.workbooks.writer.archive import Part, packed
from xlsizing.workbooks.writer.cells import Values

__all__ = [
    "UNDATED",
    "cells_of",
    "drawn",
    "filled",
    "read_parts",
    "reproducible",
    "sheet_part",
    "with_points",
]

_EMPTY: Final = re.compile(rb"<sheetData ?/>|<sheetData></sheetData>")
_EXTENT: Final = re.compile(rb'<dimension ref="[^"]*"')
_MODIFIED: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def sheet_part(position: int) -> str:
    """Return the name of the part of the sheet at `position`, counted from 0 [-]."""
    return f"xl/worksheets/sheet{position + 1}.xml"


def read_parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook of ours, `data`, by name, in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cells_of(reference: str) -> list[str]:
    """Return the cells of `reference`, one column of a sheet as in "$B$12:$B$43", in order."""
    first, _, last = reference.replace("$", "").partition(":")
    (top, _), (bottom, _) = coordinate_to_tuple(first), coordinate_to_tuple(last or first)
    letters = re.sub(r"[0-9]", "", first)
    return [f"{letters}{row}" for row in range(top, bottom + 1)]


_SERIES: Final = re.compile(rb"<((?:c:)?)numRef><(?:c:)?f>([^<]*)</(?:c:)?f>(?:<(?:c:)?numCache\s*/>)?</(?:c:)?numRef>")
_FRAME: Final = re.compile(rb'(<(?:xdr:)?cNvPr id="[0-9]+" name=")([^"]*)"(?: descr="[^"]*")?')


def drawn(parts: Mapping[str, Part], values: Mapping[str, Values], alt_texts: Sequence[str]) -> dict[str, Part]:
    """Return `parts` with the points of the charts stored in them, and what each chart shows in words.

    Parameters
    ----------
    parts : mapping of str to bytes or list of bytes
        The parts of the .xlsx
    values : mapping
        The values of the formulas, by sheet and cell [units of the cells]
    alt_texts : sequence of str
        One for each chart

    Returns
    -------
    dict of str to bytes or list of bytes
        The same with complete charts
    """

    def cached(match: re.Match[bytes]) -> bytes:
        prefix, reference = match[1], match[2].decode("ascii")
        title, cells = reference.replace("'", "").split("!")
        return with_points(prefix.decode("ascii"), reference, [values[title].get(cell) for cell in cells_of(cells)])

    texts = iter(alt_texts)
    changed: dict[str, Part] = {}
    for name, part in parts.items():
        if isinstance(part, bytes) and name.startswith("xl/charts/chart"):
            changed[name] = _SERIES.sub(cached, part)
        elif isinstance(part, bytes) and name.startswith("xl/drawings/drawing"):
            changed[name] = _FRAME.sub(lambda at: at[1] + at[2] + b'" descr="%s"' % next(texts).encode(), part)
    return {**parts, **changed}


def with_points(prefix: str, reference: str, values: Sequence[float | str | None]) -> bytes:
    """Return a series of a chart with its points stored in it.

    Parameters
    ----------
    prefix : str
        What the names of its elements begin with
    reference : str
        The cells that it shows
    values : sequence of float, str or None
        Their values; what is no number is no point [units of the cells]

    Returns
    -------
    bytes
        The series' XML
    """
    points = "".join(
        f'<{prefix}pt idx="{i}"><{prefix}v>{value!r}</{prefix}v></{prefix}pt>'
        for i, value in enumerate(values)
        if isinstance(value, float)
    )
    cache = f'<{prefix}formatCode>General</{prefix}formatCode><{prefix}ptCount val="{len(values)}"/>{points}'
    whole = f"<{prefix}f>{reference}</{prefix}f><{prefix}numCache>{cache}</{prefix}numCache>"
    return f"<{prefix}numRef>{whole}</{prefix}numRef>".encode("ascii")


UNDATED: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When a workbook was made that must not say when [-]."""


def reproducible(parts: Mapping[str, Part], created: datetime) -> dict[str, Part]:
    """Return `parts` with both dates of the document's properties set to `created`."""
    stamp = rb"\g<1>%s\g<3>" % created.strftime("%Y-%m-%dT%H:%M:%SZ").encode("ascii")
    name = "docProps/core.xml"
    properties = parts[name]
    return {**parts, name: _MODIFIED.sub(stamp, properties) if isinstance(properties, bytes) else properties}


def filled(part: bytes, extent: str, rows: Part) -> Part:
    """Return the sheet `part`, empty as openpyxl wrote it, with `rows`, which span `extent`.

    Parameters
    ----------
    part : bytes
        The sheet without rows
    extent : str
        The cells that it uses, "A1:S58"
    rows : bytes or list of bytes
        Its rows, whole or as what `packed` made of their pieces

    Returns
    -------
    bytes or list of bytes
        The whole sheet in the same form
    """
    before, after = _EMPTY.split(part, maxsplit=1)
    before = _EXTENT.sub(b'<dimension ref="%s"' % extent.encode("ascii"), before) + b"<sheetData>"
    after = b"</sheetData>" + after
    return before + rows + after if isinstance(rows, bytes) else [packed(before), *rows, packed(after)]
