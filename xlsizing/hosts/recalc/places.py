"""Places in a workbook: a cell or a range with its sheet, or a defined name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from openpyxl.utils import range_boundaries

from xlsizing.checks import refuse
from xlsizing.errors import BLANK, Phrase
from xlsizing.hosts.recalc.foreign import ForeignWorkbook
from xlsizing.hosts.recalc.sheet_source import MOST_CELLS, At
from xlsizing.hosts.recalc.structured import quoted
from xlsizing.workbooks.writer import letter

__all__ = ["Box", "Place", "address", "boundaries", "box_in", "box_of", "cells_of", "in_rows", "placed"]

_PLACE: Final = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^'!]+))!)?(\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?)",
    re.IGNORECASE | re.ASCII,
)
_REFERENCE: Final = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([\w.]+))!)?(\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?"
    r"|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?[0-9]{1,7}:\$?[0-9]{1,7})",
    re.IGNORECASE | re.ASCII,
)
_SIMPLE: Final = re.compile(r"[^\W\d]\w*")
_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384


Place = tuple[str, int, int]
"""Sheet, row and column, counted from 1."""


class Box(NamedTuple):
    """A range of cells on a sheet; rows and columns are counted from 1.

    Parameters
    ----------
    title : str
        The sheet
    top, left, bottom, right : int
        Its first and last row and column [-]
    """

    title: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """How many rows it has [rows]."""
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        """How many columns it has [columns]."""
        return self.right - self.left + 1

    @property
    def is_in_grid(self) -> bool:
        """Whether a sheet has all of it, and its first cell comes first."""
        return 1 <= self.top <= self.bottom <= _LAST_ROW and 1 <= self.left <= self.right <= _LAST_COLUMN

    @property
    def rows(self) -> list[list[At]]:
        """The cells, row by row."""
        columns = range(self.left, self.right + 1)
        return [[(row, column) for column in columns] for row in range(self.top, self.bottom + 1)]

    @property
    def cells(self) -> Iterator[At]:
        """The cells in reading order."""
        return (at for row in self.rows for at in row)

    @property
    def corners(self) -> str:
        """Its first and last cell, "C5:D9", or its only one."""
        first, last = address((self.top, self.left)), address((self.bottom, self.right))
        return first if first == last else f"{first}:{last}"

    @property
    def reference(self) -> str:
        """The reference to it in a formula, "'My sheet'!$C$5:$D$9"."""
        first, last = (f"${letter(column)}${row}" for row, column in ((self.top, self.left), (self.bottom, self.right)))
        return f"{quoted(self.title)}!{first}" + (f":{last}" if first != last else "")

    def holds(self, at: At) -> bool:
        """Tell whether the cell `at` is in it."""
        return self.top <= at[0] <= self.bottom and self.left <= at[1] <= self.right


def address(at: At) -> str:
    """Return the address of the cell `at`.

    >>> address((5, 3))
    'C5'
    """
    return f"{letter(at[1])}{at[0]}"


def placed(title: str, at: At) -> str:
    """Return the place of the cell `at` on the sheet `title`, as a formula holds it.

    >>> placed("Quote", (5, 3)), placed("My sheet", (5, 3))
    ('Quote!C5', "'My sheet'!C5")
    """
    return f"{title if _SIMPLE.fullmatch(title) else quoted(title)}!{address(at)}"


def boundaries(title: str, reference: str) -> Box:
    """Return the cells of a `reference` such as "$B$2:C9" on the sheet `title`.

    Raises
    ------
    InputError
        If it is none.
    """
    box = cells_of(title, reference)
    if box is None:
        refuse("workbook", "must name cells such as A1:C9", got=reference, where=f"sheet {title}")
    return box


def cells_of(title: str, reference: str) -> Box | None:
    """Return the cells of a `reference` such as "C9:$B$2" or "B:C" on the sheet `title`; None where it is none."""
    box = _box_as_written(title, reference)
    if box is None:
        return None
    rows, columns = sorted((box.top, box.bottom)), sorted((box.left, box.right))
    box = Box(title, rows[0], columns[0], rows[1], columns[1])
    return box if box.is_in_grid else None


def _box_as_written(title: str, reference: str) -> Box | None:
    """Return what a reference names as it is written, within the grid or not."""
    try:
        left, top, right, bottom = range_boundaries(reference.replace("$", "").upper())
    except ValueError:
        return None
    ends = (top, 1), (left, 1), (bottom, _LAST_ROW), (right, _LAST_COLUMN)
    return Box(title, *(default if end is None else end for end, default in ends))


def box_in(text: str, title: str, book: ForeignWorkbook) -> Box | None:
    """Return the cells of a plain reference.

    Parameters
    ----------
    text : str
        Part of a formula
    title : str
        The sheet of the formula
    book : ForeignWorkbook
        The workbook

    Returns
    -------
    Box or None
        The cells; None where `text` is something else
    """
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    named = (match[1] or match[2] or title).replace("''", "'").casefold()
    found = next((each for each in book.sheets if each.casefold() == named), None)
    return None if found is None else cells_of(found, match[3])


def box_of(place: str, book: ForeignWorkbook) -> Box:
    """Return the cells that a place names.

    Parameters
    ----------
    place : str
        "Quote!C5", "'My sheet'!$C$5:$D$9", or a defined name of such cells
    book : ForeignWorkbook
        The workbook

    Returns
    -------
    Box
        The cells

    Raises
    ------
    InputError
        If there is no such sheet, name or cell.
    """
    given = str(place).strip()
    match = _PLACE.fullmatch(book.names.get(("", given.casefold()), given))
    if match is None:
        rule = "must be a cell with its sheet, such as Quote!C5, or a defined name of such cells"
        refuse("place", rule, got=given or BLANK)
    title = (match[1] or match[2] or "").replace("''", "'").strip()
    sheets = {each.casefold(): each for each in book.sheets}
    if not title:
        refuse("place", "must name its sheet", got=given, way_out=f"such as {next(iter(book.sheets))}!{given}")
    if title.casefold() not in sheets:
        listed = ", ".join(book.sheets)
        refuse("place", "must name a worksheet of the workbook", got=title, way_out=f"there are {listed}")
    box = _box_as_written(sheets[title.casefold()], match[3])
    if box is None or not box.is_in_grid:
        refuse("place", "must lie within the grid, A1 to XFD1048576, first cell first", got=given)
    if box.height * box.width > MOST_CELLS:
        refuse("place", f"must hold at most {MOST_CELLS:,} cells", got=given)
    return box


def in_rows(value: Any, box: Box, place: str) -> Sequence[Sequence[Any]]:
    """Return what `value` gives to each cell of `box`, row by row, as `place` was called.

    Raises
    ------
    InputError
        If it has another shape; a flat list is one row or one column.
    """
    height, width = box.height, box.width
    rows: Sequence[Any] = value if isinstance(value, list | tuple) else [[value]]
    if rows and not any(isinstance(row, list | tuple) for row in rows):
        rows = [[cell] for cell in rows] if width == 1 else [rows]
    if len(rows) != height or any(not isinstance(row, list | tuple) or len(row) != width for row in rows):
        refuse(place, f"must be given {height} x {width} values", got=Phrase("another number of them"))
    return rows
