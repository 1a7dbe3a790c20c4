"""One sheet while it is being written."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from openpyxl.utils import coordinate_to_tuple
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlsizing.workbooks.names import define, letter
from xlsizing.workbooks.styles import Styles
from xlsizing.workbooks.text import cell_text, looks_like_code

__all__ = ["Page"]


class Page:
    """A sheet, and the means to fill it: its cells are written here, all else of it by openpyxl.

    A cell of ours takes a twentieth of the time of one of openpyxl's.

    Parameters
    ----------
    sheet : Worksheet
        The sheet [-]
    styles : Styles
        The styles of its workbook [-]
    """

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self.sheet, self._styles = sheet, styles
        self._rows: dict[int, dict[int, str]] = {}
        self._heights: dict[int, float] = {}

    def put(self, cell: str, value: object, style: str) -> None:
        """Write `value`, a number, a text of ours or a formula, into `cell` in `style` [-]."""
        row, column = coordinate_to_tuple(cell)
        self.at(row, column, value, style)

    def at(self, row: int, column: int, value: object, style: str) -> None:
        """Write `value` in `style` at `row` and `column`, both counted from 1 [-]."""
        if value is None and style.startswith("static"):
            return  # some engines read a styled blank as 0
        self._rows.setdefault(row, {})[column] = _cell(f"{letter(column)}{row}", value, self._styles[style])

    def user(self, cell: str, text: str, style: str, name: str) -> None:
        """Write a user's `text`, called `name` in a refusal, into `cell` in `style`: text whatever it begins with [-]."""
        stored = cell_text(text, name)
        row, column = coordinate_to_tuple(cell)
        number = self._styles[f"{style}'" if looks_like_code(stored) else style]
        self._rows.setdefault(row, {})[column] = _text(cell, stored, number)

    def tall(self, row: int, height: float) -> None:
        """Set the `height` of `row` [pt]."""
        self._heights[row] = height

    def data(self) -> str:
        """Return the rows as the sheet's part holds them [-]."""
        return "".join(self._row(row) for row in sorted(self._rows.keys() | self._heights.keys()))

    def extent(self) -> str:
        """Return the cells that the sheet uses, "A1:S58" [-]."""
        widest = max((max(cells) for cells in self._rows.values()), default=1)
        return f"A1:{letter(widest)}{max(self._rows, default=1)}"

    def _row(self, row: int) -> str:
        cells = self._rows.get(row, {})
        height = f' ht="{self._heights[row]}" customHeight="1"' if row in self._heights else ""
        return f'<row r="{row}"{height}>{"".join(cells[column] for column in sorted(cells))}</row>'

    def named(self, name: str, cells: str) -> None:
        """Define `name` for `cells` of this sheet [-]."""
        define(self.sheet.parent, name, self.sheet.title, cells)

    def validate(self, cells: str, message: str, **rule: Any) -> None:
        """Let `cells` take only what `rule` allows, with a plain message [-]."""
        check = DataValidation(**rule, allow_blank=True, showErrorMessage=True, showInputMessage=True)
        check.error, check.errorTitle, check.prompt = message, "Not possible here", message
        self.sheet.add_data_validation(check)
        check.add(cells)

    def widths(self, **columns: float) -> None:
        """Set the widths of columns, by letter [characters]."""
        for column, width in columns.items():
            self.sheet.column_dimensions[column].width = width

    def merge(self, cells: str) -> None:
        """Merge `cells` into one [-]."""
        self.sheet.merged_cells.add(cells)  # without making cells that openpyxl would write

    def printed(self, *, landscape: bool = True, wide: int = 1, tall: int = 0, repeat: str | None = None) -> None:
        """Make the sheet ready to print, and lock it without a password.

        Parameters
        ----------
        landscape : bool
            Whether the page lies on its side [-]
        wide, tall : int
            Pages to fit it to, 0 for any number [pages]
        repeat : str, optional
            Rows to repeat on each page, "18:18" [-]
        """
        sheet = self.sheet
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.paperSize = 9  # A4; printers with Letter scale it
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = wide, tall
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.4, 0.7, 0.35
        sheet.oddFooter.left.text, sheet.oddFooter.center.text, sheet.oddFooter.right.text = "&F", "&A", "&P / &N"
        sheet.sheet_view.showGridLines = False
        if repeat:
            sheet.print_title_rows = repeat
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False


def _cell(place: str, value: object, style: int) -> str:
    if value is None:
        return f'<c r="{place}" s="{style}"/>'
    if isinstance(value, int | float):
        number = int(value) if isinstance(value, int) else float(value)
        return f'<c r="{place}" s="{style}"><v>{number!r}</v></c>'
    text = str(value)
    if text.startswith("="):
        return f'<c r="{place}" s="{style}"><f>{escape(text[1:])}</f><v/></c>'
    return _text(place, text, style)


def _text(place: str, text: str, style: int) -> str:
    shown = f'<is><t xml:space="preserve">{escape(text)}</t></is>'
    return f'<c r="{place}" s="{style}" t="inlineStr">{shown}</c>'
