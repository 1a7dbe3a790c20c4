"""A workbook of pages: its sheets, what it says of itself, and the .xlsx of pages that are written at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openpyxl import Workbook

import xlsizing
from xlsizing.workbooks.writer.archive import Part
from xlsizing.workbooks.writer.dynamic_arrays import METADATA
from xlsizing.workbooks.writer.package import saved_parts, with_part
from xlsizing.workbooks.writer.page import Page
from xlsizing.workbooks.writer.parts import filled, sheet_part
from xlsizing.workbooks.writer.shared_strings import SharedStrings
from xlsizing.workbooks.writer.styles import Styles

__all__ = ["finish", "new_pages", "written"]


def new_pages(book: Workbook, styles: Styles, texts: SharedStrings, titles: Sequence[str]) -> dict[str, Page]:
    """Return a page for each of `titles`, the sheets of a new `book` with its `styles` and `texts`, by title."""
    found = {}
    for at, title in enumerate(titles):
        sheet = book.create_sheet(title, at) if at else book.worksheets[0]
        sheet.title = title
        found[title] = Page(sheet, styles, texts)
    return found


def finish(book: Workbook, styles: Styles, title: str) -> None:
    """Give a `book` whose cells are written its `styles` and its `title`; it opens on its first sheet and calculates."""
    styles.done()
    book.properties.creator, book.properties.title = f"xlsizing {xlsizing.__version__}", title
    book.calculation.fullCalcOnLoad = True
    book.active = 0


def written(book: Workbook, pages: Iterable[Page], texts: SharedStrings) -> dict[str, Part]:
    """Return the parts of the .xlsx of `book`, whose sheets are `pages` in their order with their `texts`, by name."""
    sheets = {
        sheet_part(at): (page.extent(), page.rendered(page.own_rows()).without_values) for at, page in enumerate(pages)
    }
    parts = with_part(texts.added_to(saved_parts(book)), "metadata.xml", "sheetMetadata", METADATA)
    filled_in = {name: filled(parts[name], extent, rows.encode("utf-8")) for name, (extent, rows) in sheets.items()}
    return {**parts, **filled_in}
