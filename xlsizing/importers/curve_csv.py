"""A measured curve in a CSV file: a header, then one anchor a line.

    # MiniMax-M2-NVFP4, GB300, TP4
    concurrency,tok_s_per_user
    1,215.5
    10,122.2

The columns are those of `anchors.COLUMNS`, in any order, the last two optional. Lines that begin
with # are comments; comma, semicolon and tab all separate. Where commas do not separate they may
be decimal commas, if all that holds one can only be read so.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

from xlsizing.checks import number_in_text, refuse
from xlsizing.core import COLUMNS, LABELS, Curve, curve_from_rows
from xlsizing.errors import BLANK, CurveError, Phrase
from xlsizing.importers.text import DECIMAL_COMMA, LARGEST_CURVE_BYTES, delimiter_in, file_text, shown_names

__all__ = ["curve_in_csv"]

_POINT = re.compile(r"[0-9]\.[0-9]")
_LIKE_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")


def curve_in_csv(path: str | Path, *, pool_rises: float | None = None, throughput_per_replica: bool = False) -> Curve:
    """Return the curve in the CSV file at `path`.

    Parameters
    ----------
    path : str or Path
        The file
    pool_rises, throughput_per_replica : float, bool, optional
        Passed on to `Curve` [-]

    Returns
    -------
    Curve
        The curve

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
    lines, delimiter = _cells_by_line(text, name)
    columns = _column_names(lines[0][1], f"{name}, line {lines[0][0]}") if lines else _refuse_header(name, BLANK)
    if delimiter != "," and _has_decimal_commas(lines[1:], columns, name):
        lines = [(line, [cell.replace(",", ".") for cell in cells]) for line, cells in lines]
    rows = [_anchor_cells(cells, columns, f"{name}, line {line}") for line, cells in lines[1:]]
    numbers = [line for line, _ in lines[1:]]

    def place(at: tuple[int, ...], _column: int | None) -> str:
        listed = " and ".join(str(numbers[i]) for i in sorted(at))
        return f"{name}, line{'s' * (len(at) > 1)} {listed}"

    return curve_from_rows(rows, place, pool_rises=pool_rises, throughput_per_replica=throughput_per_replica)


_Lines = list[tuple[int, list[str]]]


def _cells_by_line(text: str, name: str) -> tuple[_Lines, str]:
    """Return line number and cells of each line that is neither a comment nor empty, and what separates cells."""
    kept = ["" if _is_comment(line) else line for line in text.splitlines()]
    header = next(filter(str.strip, kept), "")
    delimiter, stated = delimiter_in(header)
    if stated:
        kept[kept.index(header)] = ""
    reader = csv.reader(io.StringIO("\n".join(kept)), delimiter=delimiter)
    try:
        found = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(map(str.strip, cells))]
    except csv.Error:
        refuse(
            "curve file",
            "must be CSV",
            way_out="check its quotes: one that is never closed takes in all that follows",
            where=f"{name}, line {reader.line_num}",
        )
    return [(line, _unquoted_cells(cells, delimiter)) for line, cells in found], delimiter


def _unquoted_cells(cells: list[str], delimiter: str) -> list[str]:
    """Return the cells of a line that was quoted as a whole: by a spreadsheet that separates by something else."""
    whole = len(cells) == 1 and delimiter != "," and delimiter in cells[0]
    return [cell.strip(' "') for cell in cells[0].split(delimiter)] if whole else cells


def _has_decimal_commas(lines: _Lines, columns: list[str], name: str) -> bool:
    """Tell whether commas stand for decimal points; refuse a file in which they could be something else."""
    cells = [
        (f"{name}, line {line}", column, cell)
        for line, row in lines
        for column, cell in zip(columns, row, strict=False)
    ]
    commas = [cell for cell in cells if DECIMAL_COMMA.fullmatch(cell[2])]
    if not commas:
        return False
    way_out = "write decimal points, and no separators of thousands"
    for where, _, text in cells:
        if _POINT.search(text):
            refuse("curve file", "must not mix commas and points", got=text, way_out=way_out, where=where)
    could_be = [cell for cell in commas if _LIKE_THOUSANDS.fullmatch(cell[2])]
    counts = [cell for cell in could_be if cell[1] == COLUMNS[0]]
    for where, column, text in counts or could_be[: len(could_be) == len(commas)]:
        label = dict(zip(COLUMNS, LABELS, strict=True))[column]
        refuse(
            label,
            "must not leave open whether its comma marks thousands or decimals",
            got=text,
            way_out=way_out,
            where=where,
        )
    return True


def _is_comment(line: str) -> bool:
    return line.lstrip(' \t"').startswith("#")  # spreadsheets quote a line that holds a comma


def _column_names(header: list[str], where: str) -> list[str]:
    """Return the names of the columns; blank ones at the end are left over from deleted columns."""
    columns = [cell.lower() for cell in header]
    while not columns[-1]:
        columns.pop()
    unknown = [cell for cell in columns if cell not in COLUMNS]
    if unknown or len(set(columns)) != len(columns) or not set(COLUMNS[:2]) <= set(columns):
        _refuse_header(where, shown_names(header, columns))
    return columns


def _refuse_header(where: str, got: Phrase) -> Any:
    refuse(
        "header",
        f"must name the columns {COLUMNS[0]}, {COLUMNS[1]} and, where measured, {COLUMNS[2]}, {COLUMNS[3]}",
        got=got,
        where=where,
        kind=CurveError,
    )


def _anchor_cells(cells: list[str], columns: list[str], where: str) -> list[float | None]:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        refuse("line", f"must have {len(columns)} values", got=Phrase(str(len(cells))), where=where, kind=CurveError)
    by_name = dict(zip(columns, cells, strict=False))
    texts = [by_name.get(column, "") for column in COLUMNS]
    return [_anchor_number(text, label, where) if text else None for text, label in zip(texts, LABELS, strict=True)]


def _anchor_number(text: str, label: str, where: str) -> float:
    return number_in_text(text, label, where=where)
