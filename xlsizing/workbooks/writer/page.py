"""One sheet while it is being written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from xlsizing.workbooks.writer.cells import ROW, CellValue, Rows, cell_xml, dynamic_cells, is_formula, text_xml
from xlsizing.workbooks.writer.dynamic_arrays import DYNAMIC
from xlsizing.workbooks.writer.names import column_of, define, letter, place
from xlsizing.workbooks.writer.package import SchemaFont
from xlsizing.workbooks.writer.repeated import Repeated, alike
from xlsizing.workbooks.writer.shared_strings import SharedStrings
from xlsizing.workbooks.writer.styles import RED, Styles
from xlsizing.workbooks.writer.text import cell_text, escaped, looks_like_code

__all__ = ["Page"]


class Page:
    """A sheet, and the means to fill it: its cells are written here, all else of it by openpyxl.

    A cell of ours takes a twentieth of the time of one of openpyxl's. What is written before `settle`
    stays; the rows after it can be put away again, so that a long table is never there as a whole.

    Parameters
    ----------
    sheet : Worksheet
        The sheet
    styles : Styles
        The styles of its workbook
    texts : SharedStrings
        The texts of its workbook
    """

    def __init__(self, sheet: Worksheet, styles: Styles, texts: SharedStrings) -> None:
        self.sheet, self._styles, self._texts = sheet, styles, texts
        self.names: dict[str, str] = {}
        self._settled: dict[int, dict[int, str]] = {}
        self._rows: dict[int, dict[int, str]] = {}
        self._repeated: list[Repeated] = []
        self._heights: dict[int, float] = {}
        self._widest = self._last = 1

    def put(self, cell: str, value: object, style: str) -> None:
        """Write `value`, a number, a text of ours or a formula, into `cell` in `style`."""
        row, column = place(cell)
        self.at(row, column, value, style)

    def at(self, row: int, column: int, value: object, style: str) -> None:
        """Write `value` in `style` at `row` and `column`, both counted from 1 [-]."""
        if value is None and style.startswith("static"):
            return  # some engines read a styled blank as 0
        self._set(row, column, self._cell(f"{letter(column)}{row}", value, style))

    def _set(self, row: int, column: int, cell: str) -> None:
        if self._repeated and any(row in each.rows and column in each.cells for each in self._repeated):
            self._write_out()
        self._rows.setdefault(row, {})[column] = cell

    def repeat(self, rows: range, cells: Iterable[tuple[int, str, str]], beside: int = 0) -> None:
        """Write the same `cells` into each of `rows`: column, formula and style, ROW for the row's own number [-].

        BESIDE stands for that number and `beside` more. They are put together once, which takes a fifth of the time and makes
        sure that the rows differ in nothing else.
        """
        made = {column: self._cell(f"{letter(column)}{ROW}", text, style) for column, text, style in cells}
        if any(not made.keys().isdisjoint(self._rows.get(row, ())) for row in rows) or any(
            not made.keys().isdisjoint(each.cells) for each in self._repeated
        ):
            self._write_out()
            for row in rows:
                self._rows.setdefault(row, {}).update(Repeated(rows, made, beside).in_row(row))
        else:
            self._repeated.append(Repeated(rows, made, beside))

    def _write_out(self) -> None:
        """Write what is repeated cell by cell."""
        for each in self._repeated:
            for row in each.rows:
                self._rows.setdefault(row, {}).update(each.in_row(row))
        self._repeated = []

    def user(self, cell: str, text: str, style: str, name: str) -> None:
        """Write a user's `text`, called `name` in a refusal, into `cell` in `style`: text whatever it begins with."""
        stored = cell_text(text, name)
        row, column = place(cell)
        plain, code = self._styles[style], self._styles[f"{style}'"]  # both: styles are closed before the last row
        own = code if looks_like_code(stored) else plain
        self._set(row, column, text_xml(cell, self._texts.place(stored), own))

    def _cell(self, cell: str, value: object, style: str) -> str:
        """Return `cell` with `value`, a number, a text of ours, a formula or nothing, in `style`."""
        if value is None or isinstance(value, int | float) or str(value).startswith("="):
            return cell_xml(cell, value, self._styles[style])
        return text_xml(cell, self._texts.place(str(value)), self._styles[style])

    def array(self, cells: str, formula: str, styles: Sequence[str], *, dynamic: bool = False) -> None:
        """Write `formula` as one array formula over all of `cells`, a style of `styles` for each column.

        Parameters
        ----------
        cells : str
            The cells
        formula : str
            The formula, beginning with "="
        styles : sequence of str
            The styles of the columns
        dynamic : bool, optional
            Whether Excel with dynamic arrays lets it take as many cells as it needs, so that a single value leaves all
            but the first blank; else it fills these cells in every version
        """
        left, top, right, bottom = range_boundaries(cells)
        for row in range(top, bottom + 1):
            for column, style in zip(range(left, right + 1), styles, strict=True):
                self.at(row, column, None, style)
        entered = f'<f t="array" ref="{cells}">{escaped(formula.removeprefix("="))}</f>'
        kind = DYNAMIC if dynamic else ""
        self._write_out()
        self._rows[top][left] = f'<c r="{letter(left)}{top}" s="{self._styles[styles[0]]}"{kind}>{entered}</c>'

    def dynamic(self, cell: str, formula: str, values: Sequence[Sequence[CellValue]], styles: Sequence[str]) -> None:
        """Write `formula` into `cell` as one that fills as many cells as it gives `values`, a style of `styles` a column."""
        kept = [self._styles[style] for style in styles]
        for (row, column), made in dynamic_cells(cell, formula, values, kept).items():
            self._set(row, column, made)

    def tall(self, row: int, height: float) -> None:
        """Set the `height` of `row` [pt]."""
        self._heights[row] = height

    def height(self, row: int) -> float:
        """Return the height of `row`, as set or as a row of one line has it [pt]."""
        return self._heights.get(row, 13.0)

    def settle(self) -> None:
        """Keep what was written so far, whatever is cleared later."""
        self._write_out()
        self._settled, self._rows = self._rows, {}
        self._widest, self._last = self._reach()

    def clear(self) -> None:
        """Put away the rows that were written since `settle`; only the extent remembers them."""
        self._widest, self._last = self._reach()
        for row in self._rows:
            self._heights.pop(row, None)
        self._rows, self._repeated = {}, []

    def own_rows(self) -> range:
        """Return the numbers of the rows written since `settle`, from the first to the last."""
        spans = [each.rows for each in self._repeated] + (
            [range(min(self._rows), max(self._rows) + 1)] if self._rows else []
        )
        if not spans:
            return range(self._last + 1, self._last + 1)
        return range(min(span.start for span in spans), max(span.stop for span in spans))

    def rendered(self, rows: range) -> Rows:
        """Return those of `rows` that hold anything, as the sheet's part holds them."""
        if (
            self._repeated
            and all(each.rows == rows for each in self._repeated)
            and not any(map(rows.__contains__, self._settled))
        ):
            return alike(rows, self._repeated, self._rows, self._row_tag)
        if any(row in rows for each in self._repeated for row in each.rows):
            self._write_out()
        known = self._settled.keys() | self._rows.keys() | self._heights.keys()
        texts: list[str] = []
        formulas: list[tuple[int, int]] = []
        for row in sorted([row for row in known if row in rows]):
            cells = self._settled.get(row, {}) | self._rows.get(row, {})
            columns = sorted(cells)
            own = [cells[column] for column in columns]
            formulas += [(row, column) for column, cell in zip(columns, own, strict=True) if is_formula(cell)]
            texts += (self._row_tag(row), *own, "</row>")
        return Rows("".join(texts), formulas)

    def cells(self) -> dict[int, dict[int, str]]:
        """Return the cells written since `settle` one by one, by row and column counted from 1; `clear` leaves them as they are."""
        return self._rows

    def repeated(self) -> list[Repeated]:
        """Return the cells written since `settle` into many rows at once."""
        return self._repeated

    def settled(self, cell: str) -> str:
        """Return a `cell` written before `settle`; "" where there is none."""
        row, column = place(cell)
        return self._settled.get(row, {}).get(column, "")

    def extent(self) -> str:
        """Return the cells that the sheet uses, "A1:S58"."""
        widest, last = self._reach()
        return f"A1:{letter(widest)}{last}"

    def _reach(self) -> tuple[int, int]:
        widest = max(
            (max(cells) for cells in (*self._rows.values(), *(each.cells for each in self._repeated))), default=1
        )
        return max(self._widest, widest), max(self._last, max(self._rows, default=1), self.own_rows().stop - 1)

    def _row_tag(self, row: int) -> str:
        height = f' ht="{self._heights[row]}" customHeight="1"' if row in self._heights else ""
        return f'<row r="{row}"{height}>'

    def named(self, name: str, cells: str) -> None:
        """Define `name` for `cells` of this sheet."""
        define(self.sheet.parent, name, self.sheet.title, cells)
        self.names[name] = cells

    def validate(self, cells: str, message: str, **rule: Any) -> None:
        """Let `cells`, or several with blanks between, take only what `rule` allows, with a plain message."""
        check = DataValidation(**rule, allow_blank=True, showErrorMessage=True, showInputMessage=True)
        check.error, check.errorTitle, check.prompt = message, "Not possible here", message
        self.sheet.add_data_validation(check)
        for part in cells.split():
            check.add(part)

    def reddens(self, cells: str, condition: str) -> None:
        """Let the words in `cells` turn red and bold while `condition`, a formula for the first of them, holds."""
        red = SchemaFont(color=f"FF{RED}", bold=True)
        self.sheet.conditional_formatting.add(cells, FormulaRule(formula=[condition], font=red))

    def widths(self, **columns: float) -> None:
        """Set the widths of columns, by letter [characters]."""
        for column, width in columns.items():
            self.sheet.column_dimensions[column].width = width

    def merge(self, cells: str) -> None:
        """Merge `cells` into one."""
        self.sheet.merged_cells.add(cells)  # without making cells that openpyxl would write

    def printed_at(self, scale: int, *, first: str, repeat: str | None = None) -> None:
        """Make the sheet ready to print at `scale` percent, rows `repeat` on each page, one ending after column `first` [-]."""
        self.printed(repeat=repeat)
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = False
        self.sheet.page_setup.scale = scale
        self.sheet.col_breaks.append(Break(id=column_of(first)))

    def printed(self, *, landscape: bool = True, wide: int = 1, tall: int = 0, repeat: str | None = None) -> None:
        """Make the sheet ready to print, and lock it without a password.

        Parameters
        ----------
        landscape : bool
            Whether the page lies on its side
        wide, tall : int
            Pages to fit it to, 0 for any number [pages]
        repeat : str, optional
            Rows to repeat on each page, "18:18"
        """
        sheet = self.sheet
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.paperSize = 9  # A4; printers with Letter scale it
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = wide, tall
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.3, 0.5, 0.25
        sheet.oddFooter.left.text, sheet.oddFooter.center.text, sheet.oddFooter.right.text = "&F", "&A", "&P / &N"
        sheet.sheet_view.showGridLines = False
        if repeat:
            sheet.print_title_rows = repeat
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False
