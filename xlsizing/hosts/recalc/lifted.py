"""Our functions inside a workbook: what Excel would hand over is read from the engine, the answers are put where it reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from xlsizing.errors import SizingError
from xlsizing.hosts.recalc.calls import Call
from xlsizing.hosts.recalc.engine import Engine
from xlsizing.hosts.recalc.foreign import ForeignWorkbook
from xlsizing.hosts.recalc.places import Box, Place, boundaries, box_in
from xlsizing.hosts.recalc.progress import Tell, counted
from xlsizing.hosts.recalc.sheet_source import ErrorText

__all__ = ["LiftedCalls", "sheets_for"]

# What an argument is: the address and the size of the cells that it names, behind a mark; else its values.
_WORKED_OUT: Final = (
    "_xlfn.LET(_xlpm.x,{0},IF(ISREF(_xlpm.x),"
    'CHAR(1)&CELL("address",_xlpm.x)&":"&ROWS(_xlpm.x)&":"&COLUMNS(_xlpm.x),_xlpm.x))'
)
_NAMED: Final = "\x01"
_NUMBER: Final = re.compile(r"[0-9.]+(?:[eE][-+]?[0-9]+)?")
_TEXT: Final = re.compile(r"\"((?:[^\"]|\"\")*)\"", re.DOTALL)
_RECKONS: Final = re.compile(r"[-+*/^&=<>%]")
_CENTS: Final = Decimal("0.0001")  # what a currency holds in Excel
_MOST_MONEY: Final = 9e14
_SOME_DAY: Final = datetime(1900, 1, 1)  # noqa: DTZ001  # cells have no zone
_MANY: Final = 10_000
_WIDEST, _HIGHEST, _BAND = 64, 50_000, 250
_A_SHEET: Final = 20 * _BAND  # formulas, each with room for as many values as are wide and high
_ONE_CELL: Final = "reckons with a range in a plain formula: enter it as an array formula (Ctrl+Shift+Enter)"
_UNSETTLED: Final = "does not settle: it depends on itself, or on a function that gives another value each time"


class _Functions:
    """Our functions, imported where they are called: they load xlwings, which takes as long as the engine reads."""

    def __init__(self) -> None:
        from xlsizing.hosts import headless  # noqa: PLC0415
        from xlsizing.hosts.excel import cells  # noqa: PLC0415

        self._headless, self._mark, self._errors = headless.Headless(), cells.MARK, cells.ERROR_OF_KIND
        self.omitted = cells.OMITTED
        self.names = frozenset(function.name for function in self._headless.functions)

    def answer(self, name: str, given: list[Any]) -> tuple[Any, str]:
        """Return what the function `name` gives, and why where that is an error."""
        try:
            answer = self._headless.call(name, *given)
        except SizingError as error:  # Excel would not take the formula
            answer = f"{self._mark}VALUE: {error}"
        if not (isinstance(answer, str) and answer.startswith(self._mark)):
            return answer, ""
        kind, _, reason = answer.removeprefix(self._mark).partition(": ")
        return ErrorText(self._errors[kind]), reason


class _WorkedOut(NamedTuple):
    """An argument that a formula works out, and where that stands."""

    place: Place


class LiftedCalls:
    """The calls of a workbook that were lifted out of its formulas.

    Parameters
    ----------
    engine : Engine
        The engine that holds it
    book : ForeignWorkbook
        The workbook, for the formats of its cells
    calls : sequence of Call
        The calls, an inner one before the one around it
    sheets : sequence of str
        Empty sheets of the engine, as `sheets_for` gives them
    used : callable
        Gives the last row and column of a sheet that are used
    plain : callable
        Tells whether a cell holds a plain formula, not an array formula
    tell : callable
        Told how many of them were called
    """

    def __init__(
        self,
        engine: Engine,
        book: ForeignWorkbook,
        calls: Sequence[Call],
        sheets: Sequence[str],
        used: Callable[[str], tuple[int, int]],
        plain: Callable[[Place], bool],
        tell: Tell,
    ) -> None:
        self._engine, self._book, self._used, self._plain, self._tell = engine, book, used, plain, tell
        self._functions: Any = _Functions() if any(call.is_ours for call in calls) else None
        self.known: frozenset[str] = self._functions.names if self._functions else frozenset()
        """The names of our functions, where any may be called."""
        self._epoch = CALENDAR_MAC_1904 if book.is_1904 else CALENDAR_WINDOWS_1900
        self._calls = [call for call in calls if call.name in self.known and not call.in_lambda]
        self._sheets = sheets
        self._entered: dict[str, Place] = {}
        self._marks: dict[Place, str] = {}
        self._answers: dict[Place, Any] = {}
        self.said: dict[Place, str] = {}
        """Why a call gave an error, by the place of its value."""
        self.faults: dict[Place, str] = {}
        """Why a call cannot be evaluated, by the place of its value."""
        engine.put({call.place: ErrorText("#NAME?") for call in calls if call.name not in self.known})
        engine.put({place: 1.0 for call in calls if call.is_table for place in call.size})
        self._sources = [[self._argument_source(call, text) for text in call.arguments] for call in self._calls]

    def _argument_source(self, call: Call, text: str) -> Any:
        """Return what an argument is: a value, cells, or the place of a formula that works it out."""
        match = _TEXT.fullmatch(text)
        if match or not text:
            return match[1].replace('""', '"') if match else self._functions.omitted
        if _NUMBER.fullmatch(text):
            return float(text)
        box = box_in(text, call.owner[0], self._book)
        if box is not None:
            return box
        return _WorkedOut(self._entered_at(_WORKED_OUT.format(call.inside(text))))

    def _entered_at(self, formula: str) -> Place:
        """Enter a formula on the sheet for them, once, with room beside and below it for its values."""
        if formula not in self._entered:
            sheet, number = divmod(len(self._entered), _A_SHEET)
            band, position = divmod(number, _BAND)
            place = self._entered[formula] = self._sheets[sheet], 1 + band * _HIGHEST, 1 + position * _WIDEST
            self._engine.enter(place, formula)
        return self._entered[formula]

    def settle(self, moment: datetime) -> None:
        """Evaluate the workbook and the calls as of the `moment`, again until no call gives anything else."""
        changed: list[Place] = []
        for _ in range(len(self._calls) + 2):
            self._tell(0, 0, "Evaluating")
            self._engine.calculate(moment)
            changed = self._changed_places()
            if not changed:
                return
        self.faults |= dict.fromkeys(changed, _UNSETTLED)

    def evaluated(self, calls: Iterable[Call]) -> list[Call]:
        """Return those of `calls` that stand where their formulas look: in a branch of an IF that is taken."""
        choices = [(call, choice, position) for call in calls for choice, position in call.choices]
        before = len(self._entered)
        places = [self._entered_at(choice) for _, choice, _ in choices]
        if len(self._entered) > before:
            self._engine.calculate_entered()
        values = self._engine.values(places)
        missed = {
            call.place
            for (call, _, position), chosen in zip(choices, values, strict=True)
            if isinstance(chosen, float) and chosen != position
        }
        return [call for call in calls if call.place not in missed]

    def _changed_places(self) -> list[Place]:
        """Call what got other arguments than before, and return the places whose value is another one."""
        self.faults.clear()
        cells: dict[Place, Any] = {}
        changed = []
        pairs = list(zip(self._calls, self._call_arguments(), strict=True))
        for call, given in counted(pairs, "SIZING_ functions called", self._tell):
            if self._is_changed(call, given):
                changed.append(call.place)
                cells |= _answer_cells(call, self._answers[call.place])
        self._engine.put(cells)
        return changed

    def _call_arguments(self) -> list[list[Any]]:
        """Return the arguments of every call as Excel would hand them over."""
        worked_out = [each for each in self._all_sources() if isinstance(each, _WorkedOut)]
        found = dict(zip(worked_out, self._engine.values([each.place for each in worked_out]), strict=True))
        boxes = {each: self._box(each, where) for each, where in found.items()}
        rows = self._values_by_box({*boxes.values(), *(each for each in self._all_sources() if isinstance(each, Box))})
        given = []
        for call, sources in zip(self._calls, self._sources, strict=True):
            areas = [boxes[each] if isinstance(each, _WorkedOut) else each for each in sources]
            given.append([rows[area] if isinstance(area, Box) else area for area in areas])
            for text, each in zip(call.arguments, sources, strict=True):
                box = boxes.get(each) if isinstance(each, _WorkedOut) else None
                if box is not None and box.title in self._sheets and self._is_one_cell(call, text, box):
                    self.faults[call.place] = _ONE_CELL
        return given

    def _all_sources(self) -> Iterator[Any]:
        return (each for sources in self._sources for each in sources)

    def _box(self, source: _WorkedOut, where: Any) -> Box:
        """Return the cells that a formula names, or those that its values fill."""
        title, row, column = source.place
        if not (isinstance(where, str) and where.startswith(_NAMED)):
            rows, columns = self._engine.spill(source.place)
            return Box(title, row, column, row + rows - 1, column + columns - 1)
        address, height, width = where.removeprefix(_NAMED).rsplit(":", 2)
        quoted, _, cell = address.rpartition("!")
        first = boundaries(quoted.removeprefix("'").removesuffix("'").replace("''", "'") or title, cell)
        return first._replace(bottom=first.top + int(height) - 1, right=first.left + int(width) - 1)

    def _is_one_cell(self, call: Call, text: str, box: Box) -> bool:
        """Tell whether a plain formula would take one cell of each range here, where its argument has several."""
        return box.height * box.width > 1 and self._plain(call.owner) and bool(_RECKONS.search(_TEXT.sub("", text)))

    def _is_changed(self, call: Call, given: list[Any]) -> bool:
        mark = repr(given)
        if self._marks.get(call.place) == mark:
            return False
        self._marks[call.place] = mark
        answer = self._call_answer(call, given)
        before, self._answers[call.place] = self._answers.get(call.place), answer
        return repr(answer) != repr(before)

    def _call_answer(self, call: Call, given: list[Any]) -> Any:
        answer, reason = self._functions.answer(call.name, given)
        self.said.pop(call.place, None)
        if reason:
            self.said[call.place] = reason
        return answer

    def _values_by_box(self, areas: Iterable[Box]) -> dict[Box, Any]:
        """Return the value of each cell or range as Excel hands it over: dates and money by the format of a cell."""
        cut = {box: self._used_part(box) for box in areas}
        places = list({(box.title, *at): None for box in cut.values() for at in box.cells})
        values = {
            place: self._value_by_format(place, value)
            for place, value in zip(places, self._engine.values(places), strict=True)
        }
        rows = {box: [[values[box.title, *at] for at in line] for line in small.rows] for box, small in cut.items()}
        return {box: found[0][0] if len(found) == len(found[0]) == 1 else found for box, found in rows.items()}

    def _used_part(self, box: Box) -> Box:
        """Return a range, or as much of a very large one as is used."""
        if box.height * box.width <= _MANY:
            return box
        row, column = self._used(box.title)
        return box._replace(bottom=min(box.bottom, max(row, box.top)), right=min(box.right, max(column, box.left)))

    def _value_by_format(self, place: Place, value: Any) -> Any:
        if not isinstance(value, float) or place[0] not in self._book.sheets:
            return value
        cell = self._book.sheets[place[0]].cells.get(place[1:])
        if cell is None:
            return value
        if cell.style in self._book.dates:
            return self._date_of_serial(value)
        if cell.style in self._book.currencies and abs(value) < _MOST_MONEY:
            return Decimal(value).quantize(_CENTS)
        return value

    def _date_of_serial(self, serial: float) -> datetime:
        try:
            day = from_excel(serial, self._epoch)
        except (OverflowError, ValueError):
            return _SOME_DAY
        return day if isinstance(day, datetime) else _SOME_DAY


def sheets_for(calls: Sequence[Call], scratch: str) -> list[str]:
    """Return titles, beginning with `scratch`, of the sheets that formulas of the arguments of `calls` need."""
    most = sum(len(call.arguments) + len(call.within) for call in calls)
    return [f"{scratch}{number}" for number in range(1, 2 + most // _A_SHEET)] if calls else []


def _answer_cells(call: Call, answer: Any) -> dict[Place, Any]:
    """Return what stands where in the scratch sheet once `call` gave `answer`."""
    table = answer if isinstance(answer, list) else [[answer]]
    title, row, column = call.place
    if not call.is_table:
        return {call.place: table[0][0]}
    cells = {(title, row + i, column + j): cell for i, line in enumerate(table) for j, cell in enumerate(line)}
    return cells | dict(zip(call.size, (float(len(table)), float(len(table[0]))), strict=True))
