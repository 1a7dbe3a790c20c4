"""Whether rows of a table hold the formulas of other rows, letter by letter, moved: then inputs alone tell them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from xlsizing.workbooks.customer.long_table import OwnRows
from xlsizing.workbooks.writer import is_formula

__all__ = ["MovedRows"]

_CELL: Final = re.compile(r'<c (r="[A-Z]+)[0-9]+("[^>]*><f>)(.*)(</f>[^<]*</c>)', re.DOTALL)
_ADDRESS: Final = re.compile(r"(?<![\w.!$])(?:(\w+)!)?(\$?[A-Z]{1,3})(\$?)([0-9]+)(?![\w.(!])", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_WHOLE_ROWS: Final = re.compile(r"(?<![\w.])\$?[0-9]+:\$?[0-9]+")
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

_FIRST_MARK: Final = 0xE100
_BETWEEN: Final = "\ue001"  # between the formulas of a row; as little in any text of ours as the marks


class MovedRows:
    """The formulas of the rows of a table, with marks where the row number of the SLA stands.

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
        self._starts = starts
        self._marks = {title: chr(_FIRST_MARK + at) for at, title in enumerate(starts)}
        self._spans = frozenset(spans)
        self._formulas: dict[str, str] = {}
        self.whole = True
        """Whether every formula may move."""
        for title, first in starts.items():
            cells = rows[title].cells[first]
            found = [
                self._marked(cells[column], title, free=column in later[title])
                for column in sorted(cells)
                if is_formula(cells[column])
            ]
            self.whole = self.whole and None not in found
            self._formulas[title] = _BETWEEN.join([cell for cell in found if cell])

    def equal(self, rows: Mapping[str, OwnRows]) -> bool:
        """Tell whether all formulas of `rows` are these, moved."""
        return self.whole and all(self._equal_on(title, rows[title].cells) for title in self._starts)

    def _equal_on(self, title: str, rows: Mapping[int, Mapping[int, str]]) -> bool:
        formulas = self._formulas[title]
        used = [(mark, self._starts[other]) for other, mark in self._marks.items() if mark in formulas]
        for row, cells in rows.items():
            wanted, position = formulas, row - self._starts[title]
            for mark, start in used:
                wanted = wanted.replace(mark, str(start + position))
            if wanted != _BETWEEN.join([cell for cell in map(cells.__getitem__, sorted(cells)) if is_formula(cell)]):
                return False
        return True

    def _marked(self, cell: str, title: str, *, free: bool) -> str | None:
        """Return a `cell` of the first row of sheet `title` with marks; None if its formula may not move, unless it is `free` to."""
        found = _CELL.fullmatch(cell)
        if not found:
            return None
        before, tag, formula, after = found.groups()
        parts = formula.split('"')  # every second one is a text
        code = " ".join(parts[::2])
        words = set(_WORD.findall(code))
        if not free and (words & _BY_PLACE or words & self._spans or _WHOLE_ROWS.search(code)):
            return None
        sheet = title
        for at in range(0, len(parts), 2):
            made: list[str] = []
            done = 0
            for address in _ADDRESS.finditer(parts[at]):
                joined = parts[at][: address.start()].endswith(":")  # the end of a range is on the sheet of its start
                sheet = address[1] or (sheet if joined else title)
                own = int(address[4]) - self._starts.get(sheet, 0)
                if not address[3] and own == 0 and sheet in self._starts:
                    made += (parts[at][done : address.start(4)], self._marks[sheet])
                    done = address.end(4)
                elif not free and (not address[3] or (sheet in self._starts and own >= 0)):
                    return None
            parts[at] = "".join(made) + parts[at][done:]
        moved = '"'.join(parts)
        return f"<c {before}{self._marks[title]}{tag}{moved}{after}"
