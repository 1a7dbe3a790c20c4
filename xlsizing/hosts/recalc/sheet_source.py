"""Where the cells stand in the XML of a sheet that somebody else made: read once, changed in place, all else kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from openpyxl.utils import column_index_from_string

from xlsizing.checks import refuse
from xlsizing.workbooks.writer import cell_text, element, letter, parsed

__all__ = ["MOST_CELLS", "At", "Cell", "ErrorText", "SheetSource"]

_LONG: Final = 1e15
_TAG: Final = re.compile(rb"<[^\"'>]*(?:(?:\"[^\"]*\"|'[^']*')[^\"'>]*)*>")
_SPANS: Final = re.compile(rb"\sspans=(\"[^\"]*\"|'[^']*')")
_FILLS: Final = re.compile(r"\sref=(?:\"[^\"]*\"|'[^']*')")
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNSHOWN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_NAMED_ERRORS: Final = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)

MOST_CELLS: Final = 1_000_000
"""A sheet with more cells is refused [cells]."""

At = tuple[int, int]
"""Row and column, counted from 1."""


class ErrorText(str):
    """An Excel error in a cell, such as "#N/A": equal to its text, and told from one by its type."""

    __slots__ = ()


@dataclass(slots=True)
class Cell:
    """One cell as the file writes it.

    Parameters
    ----------
    tag : str
        The element's name, with the prefix of the file
    attributes : dict of str to str
        The element's attributes
    start, end : int
        Where it stands in the part [B]
    style : int
        The position of its format in the styles [-]
    formula : str, optional
        The text of its formula; None where it has none, "" in a shared one that another cell holds
    formula_attributes : dict of str to str
        Attributes of the formula
    formula_span : tuple of int
        Where the formula stands in the part [B]
    """

    tag: str
    attributes: dict[str, str]
    start: int
    end: int = 0
    style: int = 0
    formula: str | None = None
    formula_attributes: dict[str, str] = field(default_factory=dict)
    formula_span: tuple[int, int] = (0, 0)

    @property
    def is_dynamic(self) -> bool:
        """Whether its array takes as many cells as it needs."""
        return "cm" in self.attributes and self.kind == "array"

    @property
    def kind(self) -> str:
        """What kind of formula it holds: "normal", "array", "shared" or "dataTable"."""
        return self.formula_attributes.get("t", "normal")


@dataclass(slots=True)
class _Row:
    tag: str
    number: int
    start: int
    inside: int
    end: int = 0
    empty: bool = False


class SheetSource:
    """A sheet's XML, with the place of each cell.

    Parameters
    ----------
    part : bytes
        The XML
    where : str
        The sheet, as a sentence names it
    """

    def __init__(self, part: bytes, where: str) -> None:
        self.part = part
        self.cells: dict[At, Cell] = {}
        self.merged: list[str] = []
        self._rows: dict[int, _Row] = {}
        self._data: _Row | None = None
        self._unplaced: list[tuple[int, str]] = []
        self._where = where
        self._column = self._number = 0
        self._cell: Cell | None = None
        self._row: _Row | None = None
        self._text: list[str] | None = None
        parsed(part, where, start=self._start_element, end=self._end_element, text=self._add_text)

    @property
    def used(self) -> tuple[int, int]:
        """The last row and column that hold a cell [-]."""
        return max((row for row, _ in self.cells), default=1), max((column for _, column in self.cells), default=1)

    def with_formulas(self, texts: Mapping[At, tuple[str, Mapping[str, str]]]) -> bytes:
        """Return the sheet with other formula `texts`, and their attributes, in cells that hold formulas.

        Rows and cells that leave their places to be counted have them written out.
        """
        edits = [(at, at, b' r="%s"' % place.encode()) for at, place in self._unplaced]
        for at, (text, attributes) in texts.items():
            cell = self.cells[at]
            edits.append((*cell.formula_span, element(self._prefix(cell) + "f", attributes, escape(text)).encode()))
        return self._with_edits(edits)

    def with_values(
        self, computed: Mapping[At, object], given: Mapping[At, object], spills: Mapping[At, str] | None = None
    ) -> bytes:
        """Return the sheet with other values.

        Parameters
        ----------
        computed : mapping
            What formulas gave, by row and column [units of the cells]
        given : mapping
            What cells without a formula hold from now on; None empties them [units of the cells]
        spills : mapping, optional
            The cells that formulas fill from now on, where these are others than before

        Returns
        -------
        bytes
            The sheet; every other byte is as before
        """
        edits = []
        missing: dict[int, dict[int, bytes]] = {}
        for values, constant in ((computed, False), (given, True)):
            for (row, column), value in values.items():
                known = self.cells.get((row, column))
                if known is not None:
                    fills = (spills or {}).get((row, column))
                    edits.append(
                        (known.start, known.end, self._cell_with_value(known, value, constant=constant, fills=fills))
                    )
                elif value is not None:
                    made = Cell(self._tag("c"), {"r": f"{letter(column)}{row}"}, 0)
                    missing.setdefault(row, {})[column] = self._cell_with_value(made, value, constant=constant)
        return self._with_edits(edits + self._insert_edits(missing))

    def _with_edits(self, edits: list[tuple[int, int, bytes]]) -> bytes:
        pieces, last = [], 0
        for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
            pieces += [self.part[last:start], text]
            last = end
        return b"".join([*pieces, self.part[last:]])

    def _cell_with_value(self, cell: Cell, value: object, *, constant: bool, fills: str | None = None) -> bytes:
        kept = {name: text for name, text in cell.attributes.items() if name not in ("t", "vm")}
        first, last = cell.formula_span
        formula = self.part[first:last].decode()
        if fills is not None:
            formula = _FILLS.sub(f' ref="{fills}"', formula, count=1)
        kind, stored = _stored_value(value, self._prefix(cell), constant=constant)
        return element(cell.tag, kept | kind, formula + stored).encode()

    def _insert_edits(self, missing: dict[int, dict[int, bytes]]) -> list[tuple[int, int, bytes]]:
        """Return the edits that add cells which the file does not hold: each before its right or lower neighbour."""
        edits: list[tuple[int, int, bytes]] = []
        made: dict[int, bytes] = {}
        for number, cells in sorted(missing.items()):
            row = self._rows.get(number)
            joined = b"".join(cells[column] for column in sorted(cells))
            if row is None:
                tag = self._tag("row").encode()
                made[number] = b'<%s r="%d">%s</%s>' % (tag, number, joined, tag)
            elif row.empty:
                edits.append(self._fill_edit(row, joined))
            else:
                opened = _SPANS.sub(b"", self.part[row.start : row.inside])  # it may be wider from now on
                edits.append((row.start, row.inside, opened))
                edits += [self._edit_before(number, column, row, text) for column, text in sorted(cells.items())]
        return edits + self._new_rows(made)

    def _edit_before(self, number: int, column: int, row: _Row, text: bytes) -> tuple[int, int, bytes]:
        right = [cell.start for at, cell in self.cells.items() if at[0] == number and at[1] > column]
        place = min(right, default=row.end)
        return place, place, text

    def _new_rows(self, made: dict[int, bytes]) -> list[tuple[int, int, bytes]]:
        data = self._data
        if data is None and made:
            refuse("workbook", "must hold a grid of cells", where=self._where)
        if data is None or not made:
            return []
        if data.empty:
            return [self._fill_edit(data, b"".join(made.values()))]
        edits = []
        for number, text in made.items():
            place = min((row.start for row in self._rows.values() if row.number > number), default=data.end)
            edits.append((place, place, text))
        return edits

    def _fill_edit(self, empty: _Row, inner: bytes) -> tuple[int, int, bytes]:
        """Return the edit that gives an element without content some."""
        opened = self.part[empty.start : empty.inside].rstrip(b"/> \r\n\t")
        return empty.start, empty.inside, opened + b">" + inner + b"</" + empty.tag.encode() + b">"

    def _tag(self, name: str) -> str:
        prefix = self._data.tag.rpartition(":")[0] if self._data else ""
        return f"{prefix}:{name}" if prefix else name

    @staticmethod
    def _prefix(cell: Cell) -> str:
        prefix = cell.tag.rpartition(":")[0]
        return f"{prefix}:" if prefix else ""

    def _start_element(self, tag: str, attributes: dict[str, str], at: int) -> None:
        name = tag.rpartition(":")[2]
        if name == "sheetData":
            self._data = _Row(tag, 0, at, self._tag_end(at))
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        elif self._data is None or self._data.end:
            return
        elif name == "row":
            self._number, self._column = int(attributes.get("r", self._number + 1)), 0
            if "r" not in attributes:
                self._unplaced.append((at + 1 + len(tag), str(self._number)))
            self._row = self._rows[self._number] = _Row(tag, self._number, at, self._tag_end(at))
        elif name == "c":
            self._cell = Cell(tag, attributes, at, style=int(attributes.get("s", "0")))
            self._column = self._column_of(attributes.get("r"))
            self.cells[self._number, self._column] = self._cell
            if "r" not in attributes:
                self._unplaced.append((at + 1 + len(tag), f"{letter(self._column)}{self._number}"))
            if len(self.cells) > MOST_CELLS:
                refuse("workbook", f"must hold at most {MOST_CELLS:,} cells on a sheet", where=self._where)
        elif name == "f" and self._cell is not None:
            self._cell.formula_attributes, self._cell.formula_span, self._text = attributes, (at, at), []

    def _end_element(self, tag: str, at: int) -> None:
        name = tag.rpartition(":")[2]
        if name == "f" and self._cell is not None and self._text is not None:
            self._cell.formula, self._text = "".join(self._text), None
            self._cell.formula_span = (self._cell.formula_span[0], self._element_end(self._cell.formula_span[0], at))
        elif name == "c" and self._cell is not None:
            self._cell.end, self._cell = self._element_end(self._cell.start, at), None
        elif name == "row" and self._row is not None:
            self._row.end, self._row.empty, self._row = at, self._is_empty(self._row.start), None
        elif name == "sheetData" and self._data is not None:
            self._data.end, self._data.empty = at, self._is_empty(self._data.start)

    def _add_text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _is_empty(self, start: int) -> bool:
        return self.part.endswith(b"/>", start, self._tag_end(start))

    def _element_end(self, start: int, at: int) -> int:
        """Return where the element from `start` ends, whose end was reported `at`: an empty one has no tag there."""
        return self._tag_end(start) if self._is_empty(start) else self._tag_end(at)

    def _tag_end(self, at: int) -> int:
        tag = _TAG.match(self.part, at)
        return tag.end() if tag else at

    def _column_of(self, address: str | None) -> int:
        if address is None:
            return self._column + 1
        match = _ADDRESS.fullmatch(address)
        if match is None:
            refuse("workbook", "must hold cells with addresses", got=address, where=self._where)
        self._number = int(match[2])
        return int(column_index_from_string(match[1]))


def _stored_value(value: object, prefix: str, *, constant: bool) -> tuple[dict[str, str], str]:
    """Return the attribute and the inner XML that store a value."""
    if value is None:
        return {}, ""
    if isinstance(value, bool):
        return {"t": "b"}, f"<{prefix}v>{int(value)}</{prefix}v>"
    if isinstance(value, int | float):
        return {}, f"<{prefix}v>{_digits(float(value))}</{prefix}v>"
    if isinstance(value, ErrorText):
        named = value if value in _NAMED_ERRORS else "#VALUE!"
        return {"t": "e"}, f"<{prefix}v>{named}</{prefix}v>"
    if constant:
        text = cell_text(str(value), "value")
        return {
            "t": "inlineStr"
        }, f'<{prefix}is><{prefix}t xml:space="preserve">{escape(text)}</{prefix}t></{prefix}is>'
    text = _UNSHOWN.sub(lambda match: f"_x{ord(match[0]):04X}_", _ESCAPE.sub("_x005F_", str(value)))
    return {"t": "str"}, f"<{prefix}v>{escape(text)}</{prefix}v>"


def _digits(value: float) -> str:
    return repr(int(value)) if value.is_integer() and abs(value) < _LONG else repr(value)
