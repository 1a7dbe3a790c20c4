"""Whether rows of a table hold the formulas of other rows, letter by letter, moved: then inputs alone tell them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from xlsizing.workbooks.customer.long_table import OwnRows
from xlsizing.workbooks.writer import BESIDE, ROW, is_formula

__all__ = ["MovedRows"]

_FORMULA: Final = re.compile(rf'<c r="[A-Z]+{ROW}"[^>]*><f>(.*)</f>[^<]*</c>', re.DOTALL)
_ADDRESS: Final = re.compile(
    rf"(?<![\w.!$])(?:(\w+)!)?\$?[A-Z]{{1,3}}(\$?)([0-9]+|{ROW}|{BESIDE})(?![\w.(!])", re.ASCII
)
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_WHOLE_ROWS: Final = re.compile(rf"(?<![\w.])\$?[0-9{ROW}{BESIDE}]+:\$?[0-9{ROW}{BESIDE}]")
_BY_PLACE: Final = frozenset(
    (
        "ADDRESS",
        "AREAS",
        "CELL",
        "COLUMN",
        "COLUMNS",
        "FORMULATEXT",
        "INDIRECT",
        "OFFSET",
        "ROW",
        "ROWS",
        "SHEET",
        "SHEETS",
    )
)
"""Functions whose value may depend on where a formula stands."""


class MovedRows:
    """Rows of a table of which each holds the formulas of the first, letter by letter, but for the numbers of its own rows.

    A formula gives the same in another row if it names nothing but cells of its own SLA, which move with it, cells that
    stay where they are and names, and no function that asks where it stands. A table with any other formula has no such
    rows: none equal them.

    Parameters
    ----------
    rows : mapping of str to OwnRows
        The rows of the first SLAs by title of the sheet
    starts : mapping of str to int
        The row of the first SLA on each sheet that has some
    later : mapping of str to frozenset
        Columns of each sheet whose values are not worked out row by row, counted from 1
    spans : iterable of str
        Names of what spans all rows of the table
    """

    def __init__(
        self,
        rows: Mapping[str, OwnRows],
        starts: Mapping[str, int],
        later: Mapping[str, frozenset[int]],
        spans: Iterable[str],
    ) -> None:
        self._starts, self._spans = starts, frozenset(spans)
        self._repeated = {title: rows[title].repeated for title in starts}
        self._may = all(
            self._may_move(cell, title, each.beside)
            for title, repeated in self._repeated.items()
            for each in repeated
            for column, cell in each.cells.items()
            if is_formula(cell) and column not in later[title]
        )

    def equal(self, rows: Mapping[str, OwnRows]) -> bool:
        """Tell whether all formulas of `rows` are those of the first SLA, moved."""
        return self._may and all(self._alike(title, rows[title]) for title in self._starts)

    def _alike(self, title: str, own: OwnRows) -> bool:
        # Cells that are repeated are written into the file from what is compared here, with the numbers of their rows.
        wanted, found = ([(each.cells, each.beside) for each in kept] for kept in (self._repeated[title], own.repeated))
        spans_all = all(each.rows == own.span for each in own.repeated)
        return (
            wanted == found
            and spans_all
            and not any(is_formula(cell) for cells in own.cells.values() for cell in cells.values())
        )

    def _may_move(self, cell: str, title: str, beside: int) -> bool:
        """Tell whether the formula in a repeated `cell` of sheet `title` gives the same in every row of the same inputs."""
        found = _FORMULA.fullmatch(cell)
        if not found:
            return False
        code = '""'.join(found[1].split('"')[::2])  # without its texts
        words = set(_WORD.findall(code))
        if words & _BY_PLACE or words & self._spans or _WHOLE_ROWS.search(code):
            return False
        own = {ROW: self._starts[title], BESIDE: self._starts[title] + beside}
        sheet, end = title, -1
        for address in _ADDRESS.finditer(code):
            goes_on = address.start() == end + 1 and code[end] == ":"  # the end of a range is on the sheet of its start
            sheet, end = address[1] or (sheet if goes_on else title), address.end()
            start = self._starts.get(sheet)
            if address[3] in own:
                if own[address[3]] != start:
                    return False  # a row of another SLA
            elif not address[2] or (start is not None and int(address[3]) >= start):
                return False  # a row that spreadsheets would move with the formula, or of one SLA for all
        return True
