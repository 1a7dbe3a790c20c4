"""A measured curve in a CSV file: a header, then one anchor a line.

    # MiniMax-M2-NVFP4, GB300, TP4
    concurrency,tok_s_per_user
    1,215.5
    10,122.2

The columns are those of `anchors.COLUMNS`, in any order, the last two optional. Lines that begin
with # are comments; comma, semicolon and tab all separate.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

from xlsizing.anchors import COLUMNS, LABELS, curve_from_rows
from xlsizing.checks import number_in_text, refuse
from xlsizing.curve import Curve
from xlsizing.errors import BLANK, CurveError, Phrase
from xlsizing.importers.text import LARGEST_CURVE_BYTES, file_text

__all__ = ["read_curve"]

_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")


def read_curve(path: str | Path, *, pool_rises: float | None = None) -> Curve:
    """Return the curve in the CSV file at `path`.

    Parameters
    ----------
    path : str or Path
        The file [-]
    pool_rises : float, optional
        Passed on to `Curve` [-]

    Returns
    -------
    Curve
        The curve [-]

    Raises
    ------
    InputError
        If the file cannot be read or holds no valid curve; the line is named.
    """
    name = Path(path).name
    text = file_text(
        Path(path),
        "curve file",
        largest=LARGEST_CURVE_BYTES,
        too_large="keep the anchors only",
        save_as='"CSV UTF-8"',
        instead='open it and save the sheet with the curve as "CSV UTF-8"',
    )
    lines = _lines(text, name)
    columns = _columns(lines[0][1], f"{name}, line {lines[0][0]}") if lines else _refuse_header(name, BLANK)
    rows = [_row(cells, columns, f"{name}, line {line}") for line, cells in lines[1:]]
    numbers = [line for line, _ in lines[1:]]

    def place(at: tuple[int, ...], _column: int | None) -> str:
        listed = " and ".join(str(numbers[i]) for i in sorted(at))
        return f"{name}, line{'s' * (len(at) > 1)} {listed}"

    return curve_from_rows(rows, place, pool_rises=pool_rises)


def _lines(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Return line number and cells of each line that is neither a comment nor empty."""
    kept = ["" if _is_comment(line) else line for line in text.splitlines()]
    header = next(filter(str.strip, kept), "")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO("\n".join(kept)), delimiter=delimiter)
    try:
        return [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        refuse("curve file", "must be CSV", detail=str(error), where=f"{name}, line {reader.line_num}")


def _is_comment(line: str) -> bool:
    return line.lstrip(' \t"').startswith("#")  # spreadsheets quote a line that holds a comma


def _columns(header: list[str], where: str) -> list[str]:
    """Return the names of the columns; blank ones at the end are left over from deleted columns."""
    columns = [cell.lower() for cell in header]
    while not columns[-1]:
        columns.pop()
    unknown = [cell for cell in columns if cell not in COLUMNS]
    if unknown or len(set(columns)) != len(columns) or not set(COLUMNS[:2]) <= set(columns):
        text = "".join(char if char.isprintable() else "?" for char in ", ".join(header))
        _refuse_header(where, Phrase(text))
    return columns


def _refuse_header(where: str, got: Phrase) -> Any:
    refuse(
        "header",
        f"must name the columns {COLUMNS[0]}, {COLUMNS[1]} and, where measured, {COLUMNS[2]}, {COLUMNS[3]}",
        got=got,
        where=where,
        kind=CurveError,
    )


def _row(cells: list[str], columns: list[str], where: str) -> list[float | None]:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        refuse("line", f"must have {len(columns)} values", got=Phrase(str(len(cells))), where=where, kind=CurveError)
    by_name = dict(zip(columns, cells, strict=False))
    texts = [by_name.get(column, "") for column in COLUMNS]
    return [_number(text, label, where) if text else None for text, label in zip(texts, LABELS, strict=True)]


def _number(text: str, label: str, where: str) -> float:
    if _DECIMAL_COMMA.fullmatch(text):
        way_out = "write a decimal point, not a comma"
        refuse(label, "must be a number", got=text, way_out=way_out, where=where, kind=CurveError)
    return number_in_text(text, label, where=where)
