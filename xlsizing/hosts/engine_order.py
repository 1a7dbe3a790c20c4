"""Whether the cells that a look-up of the nearest value searches are in order, as they are after an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openpyxl.utils import range_boundaries

from xlsizing.hosts.formula_order import Search, searches
from xlsizing.hosts.formulas import Formula, Resolve
from xlsizing.workbooks.foreign import ForeignWorkbook
from xlsizing.workbooks.sheet_source import At

__all__ = ["Orders"]


class Orders:
    """The order of cells; it is looked at once for each range.

    Parameters
    ----------
    book : ForeignWorkbook
        The workbook [-]
    get : callable
        Gives the value of a cell by its sheet, row and column [-]
    put : dict
        The cells that were set since the workbook was read, by sheet [-]
    """

    def __init__(
        self, book: ForeignWorkbook, get: Callable[[tuple[str, int, int]], Any], put: dict[str, set[At]]
    ) -> None:
        self._get = get
        self._titles = {title.casefold(): title for title in book.sheets}
        self._used = {
            title: [max((at[axis] for at in source.cells.keys() | put.get(title, set())), default=1) for axis in (0, 1)]
            for title, source in book.sheets.items()
        }
        self._known: dict[tuple[str, str, str, bool], bool] = {}

    def reason(self, formula: str, title: str, resolve: Resolve) -> str | None:
        """Return why a formula is not evaluated, if it searches cells that are not in order.

        Parameters
        ----------
        formula : str
            The formula without its equals sign, as its cell means it [-]
        title : str
            Its sheet [-]
        resolve : callable
            Gives the reference that the engine takes for one of the file [-]

        Returns
        -------
        str or None
            The reason [-]
        """
        for search in searches(Formula(formula)):
            if search.constants:
                continue
            sheet, _, reference = resolve(search.where).rpartition("!")
            named = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
            key = (self._titles.get(named.casefold(), title), reference, search.name, search.rises)
            if key not in self._known:
                self._known[key] = search.fits(self._values(search, key[0], reference))
            if not self._known[key]:
                direction = "rising" if search.rises else "falling"
                return f"{search.name} of the nearest in cells that are blank or not in {direction} order is not known here"
        return None

    def _values(self, search: Search, title: str, reference: str) -> list[Any]:
        """Return the values that are compared, whole columns and rows as far as they are used."""
        left, top, right, bottom = range_boundaries(reference.replace("$", "").upper())
        (last_row, last_column), (top, left) = self._used[title], (top or 1, left or 1)
        bottom, right = bottom or max(last_row, top), right or max(last_column, left)
        if search.is_across(bottom - top + 1, right - left + 1):
            values = [self._get((title, top, column)) for column in range(left, min(right, last_column) + 1)]
            return values + [None] * (right > last_column)
        values = [self._get((title, row, left)) for row in range(top, min(bottom, last_row) + 1)]
        return values + [None] * (bottom > last_row)
