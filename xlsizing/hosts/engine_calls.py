"""The Excel functions inside an engine: what it hands over is turned into what Excel would, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, Final

import formualizer
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from xlsizing.errors import SizingError
from xlsizing.hosts.cells import ERROR_OF_KIND, MARK, OMITTED
from xlsizing.hosts.engine_functions import mend
from xlsizing.hosts.formulas import CALL
from xlsizing.hosts.headless import Headless
from xlsizing.hosts.places import Box
from xlsizing.workbooks.foreign import ForeignWorkbook
from xlsizing.workbooks.sheet_source import ErrorText

__all__ = ["EngineCalls", "fitted_call", "from_engine", "to_engine"]

_ARRAY: Final = "XLSIZING.ARRAY"

_ERRORS: Final = {
    "Null": "#NULL!",
    "Div": "#DIV/0!",
    "Value": "#VALUE!",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "Na": "#N/A",
}
_KINDS: Final = {text: kind for kind, text in _ERRORS.items()}
_CENTS: Final = Decimal("0.0001")  # what a currency holds in Excel
_MOST_MONEY: Final = 9e14
_SOME_DAY: Final = datetime(1900, 1, 1)  # noqa: DTZ001  # cells have no zone


class EngineCalls:
    """Our functions registered with an engine, with what they said of each cell.

    Parameters
    ----------
    engine : formualizer.Workbook
        The engine [-]
    book : ForeignWorkbook
        The workbook that it holds, for the formats of its cells [-]
    """

    def __init__(self, engine: formualizer.Workbook, book: ForeignWorkbook) -> None:
        self.reasons: dict[tuple[str, int, int], str] = {}
        """Why a cell holds an error of ours, by sheet, row and column [-]."""
        self.resized: dict[tuple[str, int, int], str] = {}
        """The arrays that need more or fewer cells than the file gives them [-]."""
        self._headless = Headless()
        self._book = book
        self._titles = engine.sheet_names
        self._sources = list(book.sheets)
        for function in self._headless.functions:
            engine.register_function(function.name + CALL, partial(self._called, function.name))
        engine.register_function(_ARRAY, self._fitted)
        mend(engine)

    def start(self) -> None:
        """Forget what was said of the cells, before they are evaluated anew."""
        self.reasons.clear()
        self.resized.clear()

    def _called(self, name: str, head: str, row: float, column: float, *given: Any) -> Any:
        sheet, letters, single = head.split("|")
        rest = iter(given)
        values = [self._argument(letter, rest) for letter in letters]
        answer = self._answer(name, (self._sources[int(sheet)], int(row), int(column)), values)
        return answer[0][0] if single and isinstance(answer, list) else answer

    def _answer(self, name: str, place: tuple[str, int, int], values: list[Any]) -> Any:
        try:
            answer = self._headless.call(name, *map(from_engine, values))
        except SizingError as error:  # Excel would not take the formula
            answer = f"{MARK}VALUE: {error}"
        if not (isinstance(answer, str) and answer.startswith(MARK)):
            return answer
        kind, _, reason = answer.removeprefix(MARK).partition(": ")
        self.reasons[place] = reason
        return to_engine(ErrorText(ERROR_OF_KIND[kind]))

    def _fitted(self, head: str, row: float, column: float, rows: float, columns: float, value: Any) -> list[list[Any]]:
        sheet, dynamic = head.split("|")
        table = value if isinstance(value, list) else [[value]]
        if dynamic and (len(table), len(table[0])) != (rows, columns):
            place = (self._sources[int(sheet)], int(row), int(column))
            self.resized[place] = "takes another number of cells than the file gives it: Excel must open it"
        return [[_shown(table, i, j) for j in range(int(columns))] for i in range(int(rows))]

    def _argument(self, letter: str, rest: Any) -> Any:
        if letter == "v":
            return next(rest)
        if letter == "o":
            next(rest)
            return OMITTED
        sheet, row, column, value = islice(rest, 4)
        if not (isinstance(sheet, int | float) and 0 < sheet <= len(self._titles)):
            return value
        return self._formatted(value, self._titles[int(sheet) - 1], int(row), int(column))

    def _formatted(self, value: Any, title: str, row: int, column: int) -> Any:
        """Return a value or a range as Excel hands it over: dates and money by the format of each cell."""
        if isinstance(value, list):
            return [
                [self._formatted(cell, title, row + i, column + j) for j, cell in enumerate(line)]
                for i, line in enumerate(value)
            ]
        cell = self._book.sheets[title].cells.get((row, column))
        if cell is None or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        if cell.style in self._book.dates:
            return self._day(value)
        if cell.style in self._book.currencies and abs(value) < _MOST_MONEY:
            return Decimal(value).quantize(_CENTS)
        return value

    def _day(self, serial: float) -> datetime:
        epoch = CALENDAR_MAC_1904 if self._book.is_1904 else CALENDAR_WINDOWS_1900
        try:
            day = from_excel(serial, epoch)
        except (OverflowError, ValueError):
            return _SOME_DAY
        return day if isinstance(day, datetime) else _SOME_DAY


def from_engine(value: Any) -> Any:
    """Return a `value` of the engine with its errors as texts, such as "#N/A" [units of the cell].

    >>> from_engine([[1.0, {"type": "Error", "kind": "Na"}]])
    [[1.0, '#N/A']]
    """
    if isinstance(value, list):
        return [[from_engine(cell) for cell in row] for row in value]
    if isinstance(value, Mapping):
        kind = value.get("kind", "Value")
        return ErrorText(_ERRORS.get(kind, f"#{kind.upper()}!"))
    return value


def to_engine(value: object) -> Any:
    """Return a `value` as the engine takes it: errors, given as `ErrorText`, are its own [units of the cell]."""
    if isinstance(value, ErrorText):
        return {"type": "Error", "kind": _KINDS.get(value, "Value")}
    return value


def fitted_call(sheet: int, box: Box, text: str, *, is_dynamic: bool) -> str:
    """Return an array formula that gives each of its cells a value, as Excel does.

    Parameters
    ----------
    sheet : int
        The sheet that it stands on, counted from 0 [-]
    box : Box
        Its cells [-]
    text : str
        The formula, without its equals sign [-]
    is_dynamic : bool
        Whether it takes as many cells as it needs [-]

    Returns
    -------
    str
        The formula for the engine [-]
    """
    return f'{_ARRAY}("{sheet}|{"d" * is_dynamic}",ROW(),COLUMN(),{box.height},{box.width},{text})'


def _shown(table: list[list[Any]], row: int, column: int) -> Any:
    """Return what a cell of an array formula shows: one row or column repeats, beyond the array is #N/A."""
    row, column = row if len(table) > 1 else 0, column if len(table[0]) > 1 else 0
    if row >= len(table) or column >= len(table[0]):
        return {"type": "Error", "kind": "Na"}
    return 0.0 if table[row][column] is None else table[row][column]
