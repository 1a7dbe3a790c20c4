"""The rows of a table that is proven in pieces: packed for the file, and as constants for what is summed over all rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from typing import Final, NamedTuple

from xlsizing.workbooks.writer import (
    CellValue,
    Page,
    Part,
    Repeated,
    Rows,
    Values,
    is_formula,
    letter,
    packed,
    place,
    unpacked,
    value_xml,
)

__all__ = ["LongTable", "OwnRows", "Recalculated", "Sheet", "rows_now", "sheet_now"]

_WAITING: Final = 2  # pieces of a sheet that wait to be packed, and no more
_UNTIL_FILLED, _AS_IN_THE_FILE = 3, -1  # levels of compression
_BEYOND: Final = 1_048_577  # spreadsheets have one row less
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_ADDRESS: Final = re.compile(r"(?:(\w+)!)?\$?([A-Z]{1,3})\$?([0-9]+)")


class Sheet(NamedTuple):
    """The rows of a sheet.

    Parameters
    ----------
    head, own, tail : Rows
        Those before the SLAs, of the SLAs, after the SLAs
    """

    head: Rows
    own: Rows
    tail: Rows

    @property
    def formulas(self) -> list[tuple[int, int]]:
        """Row and column of each formula with gaps, counted from 1 [-]."""
        return [at for rows in self for at in rows.formulas]

    @property
    def text(self) -> bytes:
        """All rows as they are."""
        return "".join([rows.text for rows in self]).encode()

    @property
    def without_values(self) -> bytes:
        """All rows with formulas alone."""
        return "".join([rows.without_values for rows in self]).encode()

    def with_values(self, value: Callable[[int, int], object]) -> tuple[Sheet, dict[str, CellValue]]:
        """Return the sheet with a value in every formula, and those values by cell.

        Parameters
        ----------
        value : callable
            Gives the value of a cell from its row and column, counted from 1 [units of the cells]

        Returns
        -------
        Sheet
            The sheet
        dict of str to float, str or None
            The values by cell [units of the cells]
        """
        head, own, tail = (rows.with_values([value(*at) for at in rows.formulas]) for rows in self)
        return Sheet(head[0], own[0], tail[0]), head[1] | own[1] | tail[1]

    def with_bare_rows(self) -> Sheet:
        """Return the sheet with the gaps of the SLAs' formulas alone in place of their rows."""
        return self._replace(own=Rows("\0\0" * len(self.own.formulas), self.own.formulas))

    def values_of(self, results: Sequence[object]) -> dict[str, CellValue]:
        """Return by cell the `results`, what an engine made of `formulas` in their order [units of the cells]."""
        _, values = Rows("\0\0" * len(results), self.formulas).with_values(results)
        return values


class Recalculated(NamedTuple):
    """What an engine made of the sheets of a workbook.

    Parameters
    ----------
    sheets : dict of str to Sheet
        The sheets by title, with values in their formulas
    values : dict of str to mapping
        The same values by sheet and cell [units of the cells]
    value : callable
        Gives a value, as the engine has it, from sheet, row and column counted from 1 [units of the cells]
    """

    sheets: dict[str, Sheet]
    values: dict[str, dict[str, CellValue]]
    value: Callable[[str, int, int], object]


class OwnRows(NamedTuple):
    """The rows of some SLAs on one sheet.

    Parameters
    ----------
    span : range
        Their numbers
    rows : Rows
        They as the sheet's part holds them
    cells : mapping of int to mapping
        The cells that each has of its own by row and column, counted from 1
    repeated : sequence of Repeated
        The cells that all have
    """

    span: range
    rows: Rows
    cells: Mapping[int, Mapping[int, str]]
    repeated: Sequence[Repeated]

    def row(self, number: int) -> dict[int, str]:
        """Return the cells of the row of that `number` by column, counted from 1."""
        found = dict(self.cells.get(number, {}))
        for each in self.repeated:
            found |= each.in_row(number)
        return found


def rows_now(pages: Mapping[str, Page]) -> dict[str, OwnRows]:
    """Return the rows of the SLAs that are written in `pages` now, by title."""
    return {title: _own_rows(page) for title, page in pages.items()}


def _own_rows(page: Page) -> OwnRows:
    span = page.own_rows()
    rows = page.rendered(span)
    return OwnRows(
        span, rows, page.cells(), page.repeated()
    )  # once it is rendered: that may write out what is repeated


def sheet_now(page: Page) -> Sheet:
    """Return the rows of `page` with those of the SLAs that are written in it now."""
    own = page.own_rows()
    return Sheet(page.rendered(range(1, own.start)), page.rendered(own), page.rendered(range(own.stop, _BEYOND)))


class LongTable:
    """The rows of all pieces.

    Parameters
    ----------
    pages : mapping of str to Page
        The sheets by title, the first piece of the SLAs written in them
    beside : Executor
        What packs rows beside the work on the next ones
    """

    def __init__(self, pages: Mapping[str, Page], beside: Executor) -> None:
        self._beside = beside
        first = rows_now(pages)
        self.frame = {title: sheet_now(page)._replace(own=Rows("", [])) for title, page in pages.items()}
        """What is on the sheets whichever SLAs there are."""
        self.starts = {title: own.span.start for title, own in first.items() if own.span}
        """The row of the first SLA on each sheet that has some [-]."""
        self._pieces: dict[str, list[tuple[Future[bytes], list[tuple[int, int]]]]] = {title: [] for title in pages}
        self._kept: dict[str, list[Rows]] = {title: [] for title in pages}
        self.later: dict[str, frozenset[int]] = _later_columns(pages, first)
        """Columns of each sheet whose rows follow what is summed over all rows: their values come last."""
        self._needed = _needed(pages, first, self.later)

    def add(self, piece: Mapping[str, OwnRows], filled: Mapping[str, Rows], values: Mapping[str, Values]) -> None:
        """Take over the rows of a `piece`, `filled` with `values` but for those that come later."""
        for title, own in piece.items():
            text, formulas = filled[title]
            pieces = self._pieces[title]
            if len(pieces) >= _WAITING:
                pieces[-_WAITING][
                    0
                ].result()  # else their texts would take the most memory where packing is the slowest
            level = _UNTIL_FILLED if formulas else _AS_IN_THE_FILE
            pieces.append((self._beside.submit(packed, text.encode(), level), formulas))
            self._kept[title].append(_constants(own, self._needed[title], self.later[title], values[title]))

    def with_constants(self) -> dict[str, Sheet]:
        """Return the sheets with the values of the rows in place of their formulas, as far as anything needs them; it keeps none."""
        found = {}
        for title, frame in self.frame.items():
            rows = self._kept.pop(title)
            own = Rows("".join([each.text for each in rows]), [at for each in rows for at in each.formulas])
            found[title] = frame._replace(own=own)
        return found

    def packed(self, whole: Recalculated) -> dict[str, Part]:
        """Return the rows of the file by sheet, packed, once `with_constants` is recalculated as a `whole`; it keeps none."""
        found: dict[str, Part] = {}
        for title, pieces in self._pieces.items():
            head, _, tail = whole.sheets[title]
            rows: list[Future[bytes]] = []
            for piece in _drained(pieces):
                _wait(rows)
                rows.append(self._finished(*piece, partial(whole.value, title)))
            found[title] = [packed(head.text.encode()), *(row.result() for row in rows), packed(tail.text.encode())]
        return found

    def _finished(
        self, text: Future[bytes], formulas: list[tuple[int, int]], value: Callable[[int, int], object]
    ) -> Future[bytes]:
        """Return a packed piece with values in the `formulas` that have none yet."""
        if not formulas:
            return text
        rows, _ = Rows(unpacked(text.result()).decode(), formulas).with_values([value(*at) for at in formulas])
        return self._beside.submit(packed, rows.text.encode())


def _wait(packing: Sequence[Future[bytes]]) -> None:
    """Wait until a few at most are being packed: where that is the slowest, their texts would take the most memory."""
    if len(packing) >= _WAITING:
        packing[-_WAITING].result()


def _drained(
    pieces: list[tuple[Future[bytes], list[tuple[int, int]]]],
) -> Iterator[tuple[Future[bytes], list[tuple[int, int]]]]:
    """Give the `pieces` one by one, each let go of before the next: two copies of all would be the most memory."""
    pieces.reverse()
    while pieces:
        yield pieces.pop()


def _constants(own: OwnRows, columns: Sequence[int], later: frozenset[int], values: Values) -> Rows:
    """Return the rows of the SLAs with `columns` alone: values in place of formulas, but for those that come `later`."""
    rows, formulas = [], []
    letters = {column: letter(column) for column in columns}
    late = [
        Repeated(each.rows, own_columns, each.beside)
        for each in own.repeated
        if (own_columns := {at: each.cells[at] for at in columns if at in later and at in each.cells})
    ]
    for row in own.span if columns else ():
        known = OwnRows(own.span, own.rows, own.cells, late).row(row) if late else own.cells.get(row, {})
        texts = []
        for column in columns:
            cell = f"{letters[column]}{row}"
            constant = column not in later and cell in values
            texts.append(value_xml(cell, values[cell]) if constant else known.get(column, ""))
            formulas += [] if constant or not is_formula(texts[-1]) else [(row, column)]
        rows.append(f'<row r="{row}">{"".join(texts)}</row>')
    return Rows("".join(rows), formulas)


def _spans(pages: Mapping[str, Page]) -> frozenset[str]:
    """Return the names of cells that begin in the first row of the SLAs."""
    return frozenset(name for page in pages.values() for name, cells in page.names.items() if _in_table(page, cells))


def _later_columns(pages: Mapping[str, Page], first: Mapping[str, OwnRows]) -> dict[str, frozenset[int]]:
    """Return the columns whose rows name a sum over all rows, or stand beside one that does and use it."""
    ranges = _spans(pages)
    single = {
        name: page.settled(cells) for page in pages.values() for name, cells in page.names.items() if ":" not in cells
    }
    sums = {name for name, formula in single.items() if not ranges.isdisjoint(_NAME.findall(formula))}
    found: dict[str, frozenset[int]] = dict.fromkeys(pages, frozenset())
    before = None
    while found != before:
        before = found
        found = {
            title: frozenset(
                column
                for column, cell in _first_row(first[title])
                if not sums.isdisjoint(_NAME.findall(cell))
                or any(
                    at in before[sheet]
                    for sheet, at in _in_first_row(pages, title, cell)
                    if (sheet, at) != (title, column)
                )
            )
            for title, page in pages.items()
        }
    return found


def _needed(
    pages: Mapping[str, Page], first: Mapping[str, OwnRows], later: Mapping[str, frozenset[int]]
) -> dict[str, list[int]]:
    """Return the columns that formulas outside the rows of the SLAs, and those for later, refer to; and the latter."""
    found: set[tuple[str, int]] = {(title, column) for title, columns in later.items() for column in columns}
    for title, page in pages.items():
        sheet = sheet_now(page)
        fixed = sheet.head.text + sheet.tail.text
        late = (cell for column, cell in _first_row(first[title]) if column in later[title])
        found.update(at for text in (fixed, *late) for at in _in_first_row(pages, title, text))
        words = set(_NAME.findall(fixed))
        found.update(
            (home, place(cells.partition(":")[0])[1])
            for home, other in pages.items()
            for name, cells in other.names.items()
            if name in words and _in_table(other, cells)
        )
    return {title: sorted(column for home, column in found if home == title) for title in pages}


def _in_table(page: Page, cells: str) -> bool:
    """Tell whether `cells` begin in the first row of the SLAs."""
    return place(cells.partition(":")[0])[0] == page.own_rows().start


def _first_row(own: OwnRows) -> Iterator[tuple[int, str]]:
    """Give column and content of the formulas of the first SLA: those of all others are the same, a row further."""
    return ((column, cell) for column, cell in own.row(own.span.start).items() if is_formula(cell))


def _in_first_row(pages: Mapping[str, Page], title: str, text: str) -> Iterator[tuple[str, int]]:
    """Give sheet and column of the addresses in a `text` of sheet `title` that are in the first row of the SLAs."""
    for sheet, letters, row in _ADDRESS.findall(text):
        home = sheet or title
        if home in pages and int(row) == pages[home].own_rows().start:
            yield home, place(f"{letters}{row}")[1]
