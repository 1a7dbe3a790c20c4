"""A macro workbook whose cells hold the arguments of many calls, each argument in a block of its own."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from xlsizing.hosts.excel.wrappers import macro_modules
from xlsizing.hosts.headless import OMITTED, Headless
from xlsizing.workbooks.writer.macros import with_macros

CURRENCY = '"$"#,##0.00'
ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
"""What a file can hold; Excel makes newer errors only when it calculates."""

CV_ERRORS = {"VALUE": 2015, "NUM": 2036, "N/A": 2042}
"""xlErrValue, xlErrNum, xlErrNA (XlCVError in Microsoft's reference of Excel)."""


class MacroBook:
    """Its sheet "Cells" holds every argument once; `place` gives the range of one. Sheet "Calls" is empty."""

    def __init__(self) -> None:
        self.book = openpyxl.Workbook()
        self.sheet = self.book.active
        self.sheet.title = "Cells"
        self.book.create_sheet("Calls")
        self._places: dict[str, str] = {}
        self._row = 1

    def place(self, value: Any) -> str | None:
        """Write a cell or rows of cells and return its range; None for an argument left out."""
        if value is OMITTED:
            return None
        key = repr(value)
        if key not in self._places:
            rows = value if isinstance(value, list) else [[value]]
            for i, row in enumerate(rows):
                for j, cell in enumerate(row, 1):
                    self._write(self._row + i, j, cell)
            last = self._row + len(rows) - 1
            first, corner = f"A{self._row}", f"{get_column_letter(len(rows[0]))}{last}"
            self._places[key] = first if first == corner else f"{first}:{corner}"
            self._row = last + 2
        return self._places[key]

    def _write(self, row: int, column: int, value: Any) -> None:
        cell = self.sheet.cell(row, column)
        if isinstance(value, dt.datetime):
            value = value.replace(tzinfo=None)
        cell.value = value
        if isinstance(value, str) and value not in ERRORS:
            cell.data_type = "s"  # text stays text, even where it looks like a number
        if isinstance(value, Decimal):
            cell.number_format = CURRENCY

    def xlsx(self) -> bytes:
        """Return the workbook without macros."""
        stream = io.BytesIO()
        self.book.save(stream)
        return stream.getvalue()

    def xlsm(self) -> bytes:
        """Return the workbook with the modules that ship."""
        return with_macros(self.xlsx(), macro_modules(Headless().functions))


def fits_a_file(value: Any) -> bool:
    """Return whether a file can hold an argument: no error that is only ever calculated, and no empty text."""
    if isinstance(value, list):
        return all(fits_a_file(cell) for row in value for cell in row)
    if isinstance(value, str):
        return value in ERRORS or (bool(value) and not value.startswith("#"))
    return not (isinstance(value, int) and value < -1e6)


def in_a_cell(name: str, answer: Any) -> Any:
    """Return what the cell of a formula shows for the answer of a function: marked text as the number of its error."""
    if not isinstance(answer, str) or not answer.startswith("#SIZING:"):
        return answer
    assert name not in ("SIZING_CHECK", "SIZING_VERSION")
    kind, _, _ = answer.removeprefix("#SIZING:").partition(":")
    return CvError(CV_ERRORS[kind])


class CvError(int):
    """An error value that VBA's CVErr made, by its number."""

    def __repr__(self) -> str:
        return f"CVErr({int(self)})"

    def __eq__(self, other: object) -> bool:
        return type(other) is CvError and int(self) == int(other)

    __hash__ = int.__hash__
