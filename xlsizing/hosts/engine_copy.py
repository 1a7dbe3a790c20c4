"""A workbook in the engine: a copy in memory, its formulas written so that the engine gives what Excel would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from openpyxl.formula.translate import Translator

from xlsizing.checks import refuse
from xlsizing.hosts.engine import Place, dependents, evaluated, opened, spills
from xlsizing.hosts.engine_calls import EngineCalls, fitted_call, from_engine
from xlsizing.hosts.engine_order import Orders
from xlsizing.hosts.formula_limits import Limits, joins_texts, reads_by_text
from xlsizing.hosts.formula_order import searches
from xlsizing.hosts.formulas import Formula
from xlsizing.hosts.places import Box, address, boundaries, box_of, placed
from xlsizing.workbooks.foreign import ForeignWorkbook
from xlsizing.workbooks.parts import zipped
from xlsizing.workbooks.sheet_source import MOST_CELLS, At, Cell
from xlsizing.workbooks.text import LONGEST_TEXT

__all__ = ["EngineCopy"]

_NOTHING: Final = "NA()"
_NOT_EXCELS: Final = {
    "#CIRC!": "refers to itself",
    "#NIMPL!": "uses what is not known here",
    "#ERROR!": "cannot be read",
    "#CANCELLED!": "was interrupted",
}
_SPILLS: Final = "gives several values: enter it as an array formula (Ctrl+Shift+Enter)"
_REFERENCE: Final = re.compile(r"(?<![\w.])(\$?[A-Z]{1,3}\$?[0-9]+)(?::(\$?[A-Z]{1,3}\$?[0-9]+))?(?![\w.(!])", re.ASCII)
_OF_SIZES: Final = "IFS("  # the reason may lie in the sizes of the ranges
_SHORT: Final = len("A1:XFD9")
_TOO_EXACT: Final = re.compile(r"(?<![0-9.])(?=[0.]*[1-9](?:\.?[0-9]){15})[0-9]+\.[0-9]+(?![0-9.])")
_SPILLED: Final = "#SPILL!"
_UNNAMED: Final = "#NAME?"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of a formula before it is evaluated; the same for all that differ in the cells they name."""

    reason: str | None = None
    is_ours: bool = False
    by_text: bool = False
    words: frozenset[str] = frozenset()
    changes: bool = False
    seeks: bool = False
    joins: bool = False


class EngineCopy:
    """A workbook that the engine evaluates.

    Parameters
    ----------
    book : ForeignWorkbook
        The workbook; it stays as it is [-]
    """

    def __init__(self, book: ForeignWorkbook) -> None:
        self._book = book
        self._titles = list(book.sheets)
        self._facts: dict[Place, _Facts] = {}
        self._texts: dict[Place, tuple[str, Place | None]] = {}
        self._alike: dict[tuple[str, bool, str], _Facts] = {}
        self.arrays: dict[Place, Box] = {}
        """The cells of each array formula, by its first cell [-]."""
        self._array_cells = 0
        self._put: dict[str, set[At]] = {}
        self._limits = Limits(hides_rows=any(source.hides_rows for source in book.sheets.values()))
        sheets = {
            title: source.with_formulas(self._written_anew(title), self._filled(title))
            for title, source in book.sheets.items()
        }
        self._engine = opened(zipped(book.with_sheets(sheets), small=False))
        self._calls = EngineCalls(self._engine, book)
        self._check_names()

    @property
    def formulas(self) -> Iterable[Place]:
        """The cells that hold formulas [-]."""
        return self._facts.keys()

    def formula(self, place: Place) -> str:
        """Return the formula in the cell at `place` as the file means it [-]."""
        text, first = self._texts[place]
        if first is None:
            return f"={text}"
        return str(Translator(f"={text}", address(first[1:])).translate_formula(address(place[1:])))

    @property
    def ours(self) -> list[Place]:
        """The cells whose formula calls a function of ours [-]."""
        return [place for place, facts in self._facts.items() if facts.is_ours]

    @property
    def said(self) -> dict[Place, str]:
        """Why a function of ours gave an error, by the cell that called it [-]."""
        return self._calls.reasons

    def put(self, place: Place, value: Any) -> None:
        """Set the cell at `place` to `value`, given as the engine takes it."""
        self._engine.set_value(*place, value)
        self._put.setdefault(place[0], set()).add(place[1:])

    def get(self, place: Place) -> Any:
        """Return the value of the cell at `place` [units of the cell]."""
        return from_engine(self._engine.get_value(*place))

    def evaluate(self) -> dict[Place, str]:
        """Evaluate every formula, and return those that could not be evaluated, with the reason [-]."""
        self._calls.start()
        evaluated(self._engine)
        found = {place: facts.reason for place, facts in self._facts.items() if facts.reason} | self._calls.resized
        orders = Orders(self._book, self.get, self._put)
        for place, facts in self._facts.items():
            reason = None if place in found else self._reason(place)
            if facts.seeks and not (reason or place in found):
                reason = orders.reason(self.formula(place)[1:], place[0], self._resolving(place))
            if reason:
                found[place] = reason
        return self._with_unnamed(self._with_dependents(found))

    def _reason(self, place: Place) -> str | None:
        value = self.get(place)
        if isinstance(value, str) and value in _NOT_EXCELS:
            return _NOT_EXCELS[value]
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            return "gives a text longer than a cell holds"
        if isinstance(value, str) and self._facts[place].joins and _TOO_EXACT.search(value):
            return "shows more digits of a number than Excel would: round it, or use TEXT"
        if place in self.arrays:
            return None
        return _SPILLS if value == _SPILLED or spills(self._engine, place) else None

    def _with_unnamed(self, found: dict[Place, str]) -> dict[Place, str]:
        """Add the formulas that name what nobody knows; not those that pass on a #NAME? of an input."""
        unknown = {
            place: "holds a name that the workbook does not define"
            for place, facts in self._facts.items()
            if facts.words and place not in found and self.get(place) == _UNNAMED and self._names_nothing(place, facts)
        }
        return self._with_dependents(found | unknown) if unknown else found

    def _names_nothing(self, place: Place, facts: _Facts) -> bool:
        return any(not self._book.references.is_defined(word, place[0]) for word in facts.words)

    def _with_dependents(self, found: dict[Place, str]) -> dict[Place, str]:
        """Add the formulas that depend on those `found`: an IFERROR would hide the fault."""
        if not found:
            return found
        for place, facts in self._facts.items():
            if facts.by_text:
                found.setdefault(place, "may read cells that could not be evaluated")
        left = list(found)
        while left:
            self._follow(left, found)
            left = [place for place in self._through_names(found) if place not in found]
            found |= dict.fromkeys(left, "depends, through a name, on what could not be evaluated")
        return found

    def _follow(self, first: list[Place], found: dict[Place, str]) -> None:
        left = [(place, each) for place in first for each in self._cells(place)]
        while left:
            source, cell = left.pop()
            for place in dependents(self._engine, cell):
                if place not in found:
                    found[place] = f"depends on {placed(source[0], source[1:])}"
                    left += [(source, each) for each in self._cells(place)]

    def _through_names(self, found: dict[Place, str]) -> list[Place]:
        """Return the formulas with a name for cells of which one is in `found`: the engine does not report them."""
        cells = {each for place in found for each in self._cells(place)}
        hit: dict[tuple[str, str], bool] = {}
        reached = []
        for place, facts in self._facts.items():
            for word in facts.words:
                if (place[0], word) not in hit:
                    area = self._book.references.plain(word, place[0], place[1])
                    box = box_of(area, self._book) if self._book.references.is_area(area) else None
                    hit[place[0], word] = box is not None and any(
                        title == box.title and box.holds((row, column)) for title, row, column in cells
                    )
                if hit[place[0], word]:
                    reached.append(place)
        return reached

    def _cells(self, place: Place) -> list[Place]:
        box = self.arrays.get(place)
        return [(box.title, *at) for at in box.cells] if box else [place]

    def _filled(self, title: str) -> list[At]:
        """Return the cells that array formulas fill but do not stand in: a value kept there would be in their way."""
        boxes = {place: box for place, box in self.arrays.items() if box.title == title}
        return [at for place, box in boxes.items() for at in box.cells if at != place[1:]]

    def _check_names(self) -> None:
        """Note the formulas that use a name which cannot be evaluated, or which stands for a formula."""
        left_out = {entry["name"].casefold() for entry in self._engine.name_import_diagnostics}
        for place, facts in self._facts.items():
            texts = {word: self._book.references.formula_of(word, place[0]) for word in facts.words}
            works_out = {word: text for word, text in texts.items() if text}
            faults = [word for word in sorted(works_out) if word.casefold() in left_out or self._fault(works_out[word])]
            if faults and not facts.reason:
                self._facts[place] = replace(facts, reason=f"name {faults[0]} cannot be evaluated here")
            elif works_out:
                self._facts[place] = replace(facts, by_text=True)

    def _fault(self, text: str) -> str | None:
        try:
            return self._limits.reason(Formula(text), str, single=False)
        except ValueError as error:
            return str(error)

    def _written_anew(self, title: str) -> dict[At, str]:
        """Note every formula of a sheet, and return those that must be written anew for the engine."""
        masters: dict[str, Place] = {}
        texts = {}
        for at, cell in self._book.sheets[title].cells.items():
            if cell.formula is None:
                continue
            place = (title, *at)
            group = cell.formula_attributes.get("si", "")
            if cell.kind == "shared" and not cell.formula:
                self._copy(place, masters.get(group))
                continue
            if cell.kind == "shared":
                masters[group] = place
            text = self._text(place, cell)
            if text != cell.formula:
                texts[at] = text
        return texts

    def _copy(self, place: Place, first: Place | None) -> None:
        """Note a formula whose text another cell holds."""
        self._texts[place] = ("", None) if first is None else (self._texts[first][0], first)
        lost = _Facts("shares the formula of a cell that holds none")
        self._facts[place] = lost if first is None else self._facts[first]

    def _text(self, place: Place, cell: Cell) -> str:
        """Note a formula, and return it as the engine takes it."""
        text, single = cell.formula or "", cell.kind != "array"
        self._texts[place] = text, None
        facts = self._facts[place] = self._facts_of(place, cell.kind, text)
        if facts.reason:
            text = _NOTHING
        elif facts.changes:
            text = Formula(text).rewritten(self._titles.index(place[0]), self._resolving(place), single=single)
        if cell.kind not in ("array", "dataTable"):
            return text
        box = boundaries(place[0], cell.formula_attributes.get("ref", address(place[1:])))
        self.arrays[place] = box
        self._array_cells += box.height * box.width
        if self._array_cells > MOST_CELLS:
            refuse("workbook", f"must hold array formulas of at most {MOST_CELLS:,} cells", where=f"sheet {place[0]}")
        sheet = self._titles.index(place[0])
        return text if cell.kind == "dataTable" else fitted_call(sheet, box, text, is_dynamic=cell.is_dynamic)

    def _facts_of(self, place: Place, kind: str, text: str) -> _Facts:
        if kind == "dataTable":
            return _Facts("is a data table (What-If Analysis)")
        stands = _sized_cells if _OF_SIZES in text.upper() else _any_cell
        alike = (place[0], kind == "array", text if "[" in text else _REFERENCE.sub(stands, text))
        if alike not in self._alike:
            self._alike[alike] = self._read(place, text, single=kind != "array")
        return self._alike[alike]

    def _read(self, place: Place, text: str, *, single: bool) -> _Facts:
        try:
            formula = Formula(text)
            resolve = self._resolving(place)
            reason = self._limits.reason(formula, resolve, single=single)
        except ValueError as error:
            return _Facts(f"cannot be read: {error}")
        words = frozenset(filter(self._book.references.is_bare, formula.references))
        changes = formula.needs_rewriting or any(map(self._book.references.is_table, words))
        seeks = any(searches(formula))
        return _Facts(reason, formula.is_ours, reads_by_text(formula), words, changes, seeks, joins_texts(formula))

    def _resolving(self, place: Place) -> Callable[[str], str]:
        return lambda reference: self._book.references.plain(reference, place[0], place[1])


def _any_cell(match: re.Match[str]) -> str:
    """Return what stands for any reference in formulas that are alike: a cell, or several, but not very many."""
    if len(match[0].replace("$", "")) > _SHORT:
        return match[0]
    return "A1:A2" if match[2] and match[1] != match[2] else "A1"


def _sized_cells(match: re.Match[str]) -> str:
    """Return what stands for any reference of its size."""
    box = boundaries("", match[0])
    return f"A1:{address((box.height, box.width))}" if min(box.height, box.width) > 0 else match[0]
