"""A workbook whose pages are written at once: its sheets, and the .xlsx of them before values."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook

from xlsizing.workbooks.page import Page
from xlsizing.workbooks.parts import Part, filled, read_parts, sheet_part
from xlsizing.workbooks.styles import Styles

__all__ = ["new_pages", "written"]


def new_pages(book: Workbook, styles: Styles, titles: Sequence[str]) -> dict[str, Page]:
    """Return a page for each of `titles`, the sheets of a new `book` with its `styles`, by title [-]."""
    found = {}
    for at, title in enumerate(titles):
        sheet = book.create_sheet(title, at) if at else book.worksheets[0]
        sheet.title = title
        found[title] = Page(sheet, styles)
    return found


def written(book: Workbook, pages: Iterable[Page]) -> dict[str, Part]:
    """Return the parts of the .xlsx of `book`, whose sheets are `pages` in their order, by name [-]."""
    stream = io.BytesIO()
    book.save(stream)
    parts = read_parts(stream.getvalue())
    sheets = {
        sheet_part(at): (page.extent(), page.rendered(page.own_rows()).without_values) for at, page in enumerate(pages)
    }
    filled_in = {name: filled(parts[name], extent, rows.encode("utf-8")) for name, (extent, rows) in sheets.items()}
    return {**parts, **filled_in}
