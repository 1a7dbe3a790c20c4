"""A workbook in the engine: a copy in memory, out of which the calls that the engine does not know are lifted."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib import import_module
from threading import Thread
from typing import Any, Final

from openpyxl.formula.translate import Translator

from xlsizing.checks import refuse
from xlsizing.hosts.recalc.calls import PREFIX, Call, Lifting, Resolve, called, words
from xlsizing.hosts.recalc.engine import Engine, availability
from xlsizing.hosts.recalc.foreign import ForeignWorkbook, is_external
from xlsizing.hosts.recalc.lifted import LiftedCalls, sheets_for
from xlsizing.hosts.recalc.places import Box, Place, address, boundaries, box_in
from xlsizing.hosts.recalc.progress import Tell, counted, untold
from xlsizing.hosts.recalc.sheet_source import MOST_CELLS, At, Cell, ErrorText
from xlsizing.hosts.recalc.structured import quoted
from xlsizing.hosts.recalc.unevaluated import in_circles, names_cell, with_dependents
from xlsizing.workbooks.writer import LONGEST_TEXT, zipped

__all__ = ["EngineCopy"]

_NOTHING: Final = "NA()"
_LONGEST_FORMULA: Final = 8192
_MANY_OPEN: Final = 60
_SIGNS: Final = re.compile(r"[-+]{60}")
_LOST: Final = "XLSIZING.LOST()"
_CELLS: Final = re.compile(r"(?:.*!)?\$?[A-Z]{1,3}\$?[0-9]+(?::\$?[A-Z]{1,3}\$?[0-9]+)?", re.IGNORECASE | re.DOTALL)
_ABSOLUTE: Final = re.compile(r"(?:.*!)?\$[A-Z]{1,3}\$[0-9]+(?::\$[A-Z]{1,3}\$[0-9]+)?", re.IGNORECASE | re.DOTALL)
_ASKS_NO_HOST: Final = frozenset({'"ADDRESS"', '"COL"', '"ROW"', '"CONTENTS"', '"TYPE"'})
_ALWAYS_KNOWN: Final = ("_XLPM.", "_XLOP.", "_XLETA.")
_HOSTS: Final = 2  # what the engine says of a function that asks the program around it
_PARTLY: Final = frozenset({"SHEETS", "CELL"})
_FUNCTIONS: Final = "xlsizing.hosts.headless"
_PASS_ON: Final = frozenset({"IF", "INDEX", "SUM", "MAX", "MIN", "ROUND", "LEFT", "LEN", "TEXT", "NA"})
_TEXTS: Final = re.compile(r"\"(?:[^\"]|\"\")*\"")
_ARRAYS: Final = re.compile(
    r"\{|\bINDEX\(\s*(?:[-+(]|[^,()]*[-+*/^&=<>(])|\b(?:LOOKUP\([^,]*,|MMULT\()[^,]*[-+*/^&=<>]", re.IGNORECASE
)
_SAME: Final = re.compile(r"((?:.*!)?)\$?([A-Z]{1,3})\$?([0-9]+):\$?\2\$?\3", re.IGNORECASE | re.DOTALL)
_REWRITTEN: Final = re.compile(rf"\[|\b([A-Z]{{1,3}}\$?[0-9]+):\$?\1\b|{_ARRAYS.pattern}", re.IGNORECASE)
_BY_TEXT: Final = re.compile(r"\b(?:INDIRECT|OFFSET)\(", re.IGNORECASE)


class EngineCopy:
    """A workbook that the engine evaluates.

    Parameters
    ----------
    book : ForeignWorkbook
        The workbook; it stays as it is
    locale : str, optional
        The locale whose rules functions follow
    tell : callable, optional
        Told how far each step is
    """

    def __init__(self, book: ForeignWorkbook, locale: str | None = None, tell: Tell = untold) -> None:
        self._book = book
        self._texts: dict[Place, tuple[str, Place | None]] = {}
        self._faults: dict[Place, str] = {}
        self._arrays: dict[Place, Box] = {}
        self._array_cells = 0
        self._by_text: set[Place] = set()
        self._understood: dict[str, bool] = {}
        self._values: dict[Place, Any] = {}
        self._used = {title: source.used for title, source in book.sheets.items()}
        self._callable = {name for (_, name), text in book.names.items() if "LAMBDA(" in text.upper()}
        self._tables = book.references.tables()
        self.boxes: dict[Place, Box] = {}
        """The cells that each formula of several cells fills, by its first cell."""
        self.linked: dict[Place, set[str]] = {}
        """The references to other workbooks whose values the file holds, by the cell of the formula."""
        scratch = self._scratch_title()
        self._lifting = Lifting(scratch, self._is_known, book.sheet_count)
        sheets = {
            title: source.with_formulas(self._written_anew(title))
            for title, source in counted(book.sheets.items(), "Sheets made ready", tell)
        }
        names = dict(self._names_anew())
        beside = sheets_for(self._lifting.calls, scratch)
        if any(call.is_ours for call in self._lifting.calls):
            Thread(target=import_module, args=[_FUNCTIONS]).start()  # while the engine reads the file
        tell(0, 0, "Loading")
        self._engine = Engine(
            zipped(book.for_engine(sheets, [scratch, *beside] if beside else []), small=False), locale
        )
        for (scope, name), text in names.items():
            self._engine.name(name, text, scope)
        self.boxes |= self._arrays
        self._calls = LiftedCalls(self._engine, book, self._lifting.calls, beside, self.used, self._is_plain, tell)

    @property
    def formulas(self) -> Iterator[Place]:
        """The cells that hold formulas."""
        return iter(self._texts)

    def formula(self, place: Place) -> str:
        """Return the formula in the cell at `place` as the file means it."""
        text, first = self._texts[place]
        return f"={text}" if first is None else _moved_formula(text, first, place)

    @property
    def ours(self) -> list[Place]:
        """The cells whose formula calls a function of ours."""
        owners = {call.owner for call in self._lifting.calls if call.name in self._calls.known}
        return [place for place in self._texts if place in owners]

    @property
    def said(self) -> dict[Place, str]:
        """Why a function of ours gave an error, by the cell that called it, if it stands where that cell looks."""
        calls = [call for call in self._lifting.calls if call.place in self._calls.said and self._may_look(call.owner)]
        return {call.owner: self._calls.said[call.place] for call in self._calls.evaluated(calls)}

    @property
    def resized(self) -> dict[Place, tuple[Box, Box]]:
        """The formulas that fill other cells than the file has them fill, with those and these."""
        return {place: (box, self.boxes[place]) for place, box in self._arrays.items() if self.boxes[place] != box}

    def _may_look(self, place: Place) -> bool:
        """Tell whether a formula may look at a call that gave an error: most would pass it on."""
        if place not in self._texts:
            return False
        called_too = set(map(called, words(self._texts[place][0])))
        passes_on = all(name in _PASS_ON or name.startswith(PREFIX) for name in called_too)
        return not passes_on or isinstance(self._values[place], ErrorText)

    def used(self, title: str) -> tuple[int, int]:
        """Return the last row and column of the sheet `title` that hold anything [-]."""
        return self._used.get(title, (1, 1))

    def put(self, place: Place, value: object) -> None:
        """Set the cell at `place` to `value`."""
        self._engine.put({place: value})
        row, column = self.used(place[0])
        self._used[place[0]] = max(row, place[1]), max(column, place[2])
        self._values.pop(place, None)

    def get(self, places: Sequence[Place]) -> list[Any]:
        """Return the values of the cells at `places` [units of the cells]."""
        missing = [place for place in places if place not in self._values]
        self._values |= zip(missing, map(_excel_value, self._engine.values(missing)), strict=True)
        return [self._values[place] for place in places]

    def evaluate(self, moment: datetime) -> dict[Place, str]:
        """Evaluate every formula as of the `moment`, and return those that could not be evaluated, with the reason."""
        for _ in range(len(self._arrays) + 1):
            self._calls.settle(moment)
            before, self.boxes = (
                self.boxes,
                {place: self._filled_box(place, box) for place, box in self._arrays.items()},
            )
            if self.boxes == before:  # else what reads the cells that a formula came to fill was evaluated too early
                break
        places = list(self._texts | {(box.title, *at): None for box in self.boxes.values() for at in box.cells})
        self._values = dict(zip(places, map(_excel_value, self._engine.values(places)), strict=True))
        found = self._of_values() | self._of_calls() | self._faults
        if not found:
            return {}
        found = with_dependents(found, self._engine.dependents, self._filled_places, self._by_text, self._texts)
        return {place: reason for place, reason in found.items() if place in self._texts}

    def _of_calls(self) -> dict[Place, str]:
        """Return what needs a call that cannot be evaluated: formulas, or the cells that stand for one in a name."""
        reasons = {call.place: reason for call in self._lifting.calls if (reason := self._why_unevaluated(call))}
        calls = [call for call in self._lifting.calls if call.place in reasons]
        found = {}
        for call in self._calls.evaluated(calls):
            if call.owner in self._texts:
                found[call.owner] = reasons[call.place]
            else:
                found[call.place] = f"name {self._book.spelled.get(call.owner[0])} cannot be evaluated here"
        return found

    def _why_unevaluated(self, call: Call) -> str | None:
        """Return why a call cannot be evaluated; None where it can."""
        if call.name in self._calls.known:
            reason = f"{call.name} in a LAMBDA cannot be evaluated here" if call.in_lambda else None
            return reason or self._calls.faults.get(call.place)
        asks = availability(call.name) == _HOSTS
        return f"{call.name} asks Excel itself" if asks else f"function {call.name} is not known here"

    def _of_values(self) -> dict[Place, str]:
        """Return the formulas whose value shows that they could not be evaluated."""
        long = {
            place: "gives a text longer than a cell holds"  # the engine cuts it
            for place in self._texts
            if isinstance(self._values[place], str) and len(self._values[place]) >= LONGEST_TEXT
        }
        broken = {place for place in self._texts if self._values[place] == "#REF!"}
        circles = in_circles(broken, self._engine.precedents)
        empty = {place for place in self._texts if self._values[place] == 0 and self._names_itself(place)}
        return long | dict.fromkeys(circles | empty, "refers to itself")

    def _names_itself(self, place: Place) -> bool:
        text, first = self._texts[place]
        return first is None and not self._book.iterates and names_cell(text, place)

    def _filled_places(self, place: Place) -> list[Place]:
        box = self.boxes.get(place)
        return [(box.title, *at) for at in box.cells] if box else [place]

    def _filled_box(self, place: Place, box: Box) -> Box:
        if not self._book.sheets[place[0]].cells[place[1:]].is_dynamic:
            return box
        rows, columns = self._engine.spill(place)
        return box._replace(bottom=box.top + rows - 1, right=box.left + columns - 1)

    def _is_plain(self, place: Place) -> bool:
        return place not in self._arrays

    def _scratch_title(self) -> str:
        taken = {title.casefold() for title in self._book.titles}
        titles = map("xlsizing{}_".format, itertools.count(1))
        return next(title for title in titles if not any(each.startswith(title) for each in taken))

    def _written_anew(self, title: str) -> dict[At, tuple[str, dict[str, str]]]:
        """Note every formula of a sheet, and return those that must be written anew for the engine."""
        masters: dict[str, Place] = {}
        texts: dict[At, tuple[str, dict[str, str]]] = {}
        for at, cell in self._book.sheets[title].cells.items():
            if cell.formula is None:
                continue
            place = (title, *at)
            first = None
            if cell.kind == "shared" and not cell.formula:
                first = masters.get(cell.formula_attributes.get("si", ""))
            elif cell.kind == "shared":
                masters[cell.formula_attributes.get("si", "")] = place
            self._note(place, cell, first)
            text = self._texts[place][0]
            if not text and cell.kind == "shared":
                texts[at] = _NOTHING, {}
            elif not self._is_understood(text):
                texts[at] = self._lifted_formula(place, cell), self._attributes(place, cell, text)
        return texts

    def _note(self, place: Place, cell: Cell, first: Place | None) -> None:
        text = cell.formula or "" if first is None else self._texts[first][0]
        self._texts[place] = text, first
        if _BY_TEXT.search(text):
            self._by_text.add(place)
        if cell.kind == "dataTable":
            self._faults[place] = "is a data table (What-If Analysis)"
        elif not text:
            self._faults[place] = "shares the formula of a cell that holds none"
        if cell.kind not in ("array", "dataTable"):
            return
        box = self._arrays[place] = boundaries(place[0], cell.formula_attributes.get("ref", address(place[1:])))
        self._array_cells += box.height * box.width
        if self._array_cells > MOST_CELLS:
            refuse("workbook", f"must hold array formulas of at most {MOST_CELLS:,} cells", where=f"sheet {place[0]}")

    def _is_understood(self, text: str) -> bool:
        """Tell whether the engine takes a formula as the file holds it."""
        return not (
            _REWRITTEN.search(text)
            or self._tables.search(text)
            or len(text) > _LONGEST_FORMULA
            or text.count("(") > _MANY_OPEN
            or _SIGNS.search(text)
            or not all(map(self._is_understood_word, words(text)))
        )

    def _is_understood_word(self, word: str) -> bool:
        if word not in self._understood:
            name = called(word)
            self._understood[word] = name not in _PARTLY and self._is_known(name, "")
        return self._understood[word]

    def _is_known(self, name: str, first: str) -> bool:
        if name.startswith(PREFIX):
            return False
        if name == "CELL":
            return first.strip().upper() in _ASKS_NO_HOST
        return availability(name) == 0 or name.casefold() in self._callable or name.startswith(_ALWAYS_KNOWN)

    def _attributes(self, place: Place, cell: Cell, text: str) -> dict[str, str]:
        """Return the attributes of a formula that is written anew: it shares no other's text any more."""
        if cell.kind in ("array", "dataTable"):
            return cell.formula_attributes
        # In a plain formula too, constants in braces and what INDEX works out are arrays; the engine takes one value.
        return {"t": "array", "ref": address(place[1:])} if _ARRAYS.search(_TEXTS.sub('""', text)) else {}

    def _lifted_formula(self, place: Place, cell: Cell) -> str:
        text = self.formula(place)[1:]
        try:
            if len(text) > _LONGEST_FORMULA:
                raise ValueError("it is longer than Excel allows")  # noqa: TRY301
            return self._lifting.lifted(text, place, self._resolver_at(place), single=cell.kind != "array")
        except ValueError as error:
            self._faults[place] = f"cannot be read: {error}"
        return _NOTHING

    def _resolver_at(self, place: Place) -> Resolve:
        def resolved(reference: str) -> tuple[str, str]:
            found = self._book.references.plain(reference, place[0], place[1])
            same = _SAME.fullmatch(found)
            if same:  # a range of one cell is that cell, wherever it is named
                found = f"{same[1]}${same[2]}${same[3]}"
            if not is_external(found):
                return found, self._qualified_reference(found, place[0])
            if self._book.holds(found):
                self.linked.setdefault(place, set()).add(found)
            else:
                self._faults[place] = f"{found} is in another workbook, and the file holds no value of it"
            return found, found

        return resolved

    def _qualified_reference(self, reference: str, title: str) -> str:
        """Return a reference as it is written on another sheet."""
        mark = ":" if reference.startswith(":") else ""
        bare = reference.removeprefix(":")
        is_local = (title.casefold(), bare.casefold()) in self._book.names
        if not is_local and ("!" in bare or box_in(bare, title, self._book) is None):
            return reference
        return f"{mark}{quoted(title)}!{bare}"

    def _names_anew(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Return the defined names that must stand for something else in the engine."""
        scopes = {title.casefold(): title for title in self._book.sheets}
        for (scope, name), text in self._book.names.items():
            if name.startswith("_xlnm") or self._is_understood(text):
                continue
            place = (name, 0, 0)
            anew = self._name_anew(place, text)
            if place in self._faults:
                del self._faults[place]
                anew = self._lifting.lifted(_LOST, place, lambda word: (word, word), single=True)
            if anew != text:
                yield (scopes.get(scope, ""), self._book.spelled[name]), anew

    def _name_anew(self, place: Place, text: str) -> str:
        resolve = self._resolver_at(place)

        def resolved(reference: str) -> tuple[str, str]:
            found = resolve(reference)
            if _CELLS.fullmatch(found[0]) and not _ABSOLUTE.fullmatch(found[0]):
                self._faults[place] = "names cells relative to its own"
            return found

        try:
            return self._lifting.lifted(text, place, resolved, single=False)
        except ValueError as error:
            self._faults[place] = str(error)
        return _NOTHING


def _moved_formula(text: str, first: Place, place: Place) -> str:
    return str(Translator(f"={text}", address(first[1:])).translate_formula(address(place[1:])))


def _excel_value(value: Any) -> Any:
    """Return a value as Excel has it, for which numbers end."""
    return ErrorText("#NUM!") if isinstance(value, float) and not math.isfinite(value) else value
