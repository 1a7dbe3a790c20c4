"""Tables of scenarios in CSV, cell by cell as text; a cell keeps its text unless it is a number that is asked for.

Comma, semicolon and tab separate, by the header. Lines above it that are blank or begin with # are passed over, and rows
with every cell blank. Where commas do not separate they may be decimal commas: the first cells decide for the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import numpy as np

from xlsizing.batch.cells import Numbers, Words, words_of
from xlsizing.checks import number_in_text, refuse
from xlsizing.importers import DECIMAL_COMMA, delimiter_in

__all__ = ["Ambiguous", "TextRows", "Typed", "column_words", "has_decimal_commas", "parsed_numbers", "text_rows"]

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LIKE_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)


class Typed(str):
    """Text of a cell where a number is asked for."""

    __slots__ = ()

    def refused(self, name: str) -> None:
        """Refuse the text in the column `name` as no number."""
        number_in_text(self, name, share=name in ("util", "confidence"))


class Ambiguous(Typed):
    """The same, where commas are decimal: its comma or point could mark thousands."""

    __slots__ = ()

    def refused(self, name: str) -> None:
        """Refuse the text in the column `name` as one that could be two numbers."""
        rule = "must not leave open whether its comma or point marks thousands or decimals"
        refuse(name, rule, got=str(self), way_out="write a decimal comma, and no separators of thousands")


class TextRows(NamedTuple):
    """The rows of a file.

    Parameters
    ----------
    header : list of str
        Names of the columns
    delimiter : str
        What separates cells
    rows : iterator of (list of str, str)
        The cells of each row, as many as the header has, and what is wrong with their number, mostly nothing
    """

    header: list[str]
    delimiter: str
    rows: Iterator[tuple[list[str], str]]


def text_rows(path: Path, file: IO[bytes]) -> TextRows:
    """Return the rows in a `file` that is open, the one at `path`.

    Raises
    ------
    InputError
        If it is no UTF-8 text, has no header, or a quote is never closed; the last two when rows are asked for.
    """
    lines = _decoded_lines(path, file)
    first = next((line for line in lines if line.strip(" ,;\t\r\n") and not line.lstrip(' \t"').startswith("#")), "")
    delimiter, stated = delimiter_in(first)
    if stated:
        first = next(lines, "")
    reader = csv.reader(_with_first_line(first, lines), delimiter=delimiter)
    header = [cell.strip() for cell in _next_row(reader, path) or []]
    while header and not header[-1]:
        header.pop()
    if not header or not all(header):
        refuse("table", "must begin with a line that names its columns", where=path.name)
    return TextRows(header, delimiter, _rows_and_faults(reader, len(header), path))


def _decoded_lines(path: Path, file: IO[bytes]) -> Iterator[str]:
    mark = "\ufeff"  # spreadsheets begin UTF-8 with it
    try:
        for line in file:
            yield line.decode("utf-8").removeprefix(mark)
            mark = ""
    except UnicodeDecodeError:
        refuse("table", "must be UTF-8 text", way_out='save it as "CSV UTF-8"', where=path.name)


def _with_first_line(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _next_row(reader: Iterator[list[str]], path: Path) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error:
        way_out = "check its quotes: one that is never closed takes in all that follows"
        refuse("table", "must be CSV", way_out=way_out, where=path.name)


def _rows_and_faults(reader: Any, width: int, path: Path) -> Iterator[tuple[list[str], str]]:
    while (cells := _next_row(reader, path)) is not None:
        if len(cells) == width:
            if any(cells):
                yield cells, ""
        elif any(map(str.strip, cells)):
            yield _cells_to_width(cells, width, f"{path.name}, line {reader.line_num}")


def _cells_to_width(cells: list[str], width: int, where: str) -> tuple[list[str], str]:
    """Return cells as many as the header has; more of them that hold something, or fewer, are a fault."""
    wrong = (
        ""
        if len(cells) > width and not any(map(str.strip, cells[width:]))
        else f"row must have {width} cells (got {len(cells)} in {where})"
    )
    return [*cells[:width], *[""] * (width - len(cells))], wrong


def has_decimal_commas(columns: Iterable[Sequence[str]], delimiter: str) -> bool:
    """Tell whether a cell of the `columns` can only hold a decimal comma, where that is not the `delimiter`."""
    return delimiter != "," and any(DECIMAL_COMMA.fullmatch(cell.strip()) for cells in columns for cell in cells)


def parsed_numbers(cells: Sequence[str], *, commas: bool) -> Numbers:
    """Return the numbers that `cells` hold as text, with decimal `commas` or points [unit of the column].

    >>> parsed_numbers(["7", "", "x"], commas=False)
    Numbers(values=array([ 7., nan, nan]), odd={2: 'x'})
    """
    odd: dict[int, object] = {}
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        text = cell.strip()
        if text and not (commas and ("," in text or "." in text)) and _NUMBER.fullmatch(text):
            values[row] = float(text)
        elif commas and DECIMAL_COMMA.fullmatch(text) and not _LIKE_THOUSANDS.fullmatch(text):
            values[row] = float(text.replace(",", "."))
        elif text:
            open_to_both = commas and (_LIKE_THOUSANDS.fullmatch(text) or _NUMBER.fullmatch(text))
            odd[row] = Ambiguous(text) if open_to_both else Typed(text)
    return Numbers(values, odd)


def column_words(cells: Sequence[str]) -> Words:
    """Return the words in `cells` of text; blank where there is none."""
    return words_of(cell.strip() or None for cell in cells)
