"""The sales workbook as a whole: its sheets in order, before values and macros."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from openpyxl import Workbook

from xlsizing.workbooks.sales.checks_sheet import checks_sheet
from xlsizing.workbooks.sales.compare_sheet import compare_sheet
from xlsizing.workbooks.sales.context_sheet import context_sheet
from xlsizing.workbooks.sales.curves_sheet import curves_sheet
from xlsizing.workbooks.sales.deck import Deck
from xlsizing.workbooks.sales.functions_sheet import FunctionHelp, functions_sheet
from xlsizing.workbooks.sales.layout import SHEETS
from xlsizing.workbooks.sales.levers_sheet import levers_sheet
from xlsizing.workbooks.sales.quote_sheet import quote_sheet
from xlsizing.workbooks.writer import Page, SharedStrings, Styles, finish, new_pages, written, zipped

__all__ = ["sales_workbook"]

_SETTINGS: Final = {"ADD_WORKBOOK_TO_PYTHONPATH": "FALSE", "SHOW CONSOLE": "FALSE"}

_ADVICE: Final = (
    "xlwings reads columns A and B from the first row down to the first blank one.",
    r"The interpreter is best named once, for all workbooks, in %USERPROFILE%\.xlwings\xlwings.conf.",
    r"To name it in this file, fill the next row: INTERPRETER_WIN and %LOCALAPPDATA%\xlsizing\Scripts\pythonw.exe.",
    "A key without a value would override that file with nothing: leave no key alone.",
)


def sales_workbook(functions: Sequence[FunctionHelp], udf_module: str, deck: Deck) -> bytes:
    """Return the sales workbook without values and without macros.

    Parameters
    ----------
    functions : sequence of FunctionHelp
        The Excel functions, in the order to show them
    udf_module : str
        The Python module that holds them, for xlwings
    deck : Deck
        The curves that it begins with

    Returns
    -------
    bytes
        The .xlsx
    """
    book = Workbook()
    styles, texts = Styles(book), SharedStrings()
    pages = new_pages(book, styles, texts, SHEETS)
    quote_sheet(pages["Quote"], deck)
    curves_sheet(pages["Curves"], deck)
    compare_sheet(pages["Compare"], deck)
    levers_sheet(pages["Levers"], deck)
    context_sheet(pages["Context"], deck)
    checks_sheet(pages["Checks"], deck)
    functions_sheet(pages["Functions"], functions)
    _write_settings(pages["xlwings.conf"], {"UDF MODULES": udf_module} | _SETTINGS)
    finish(book, styles, "GPU sizing for sales")
    return zipped(written(book, pages.values(), texts), small=False)


def _write_settings(page: Page, values: dict[str, str]) -> None:
    for row, (key, value) in enumerate(values.items(), start=1):
        page.put(f"A{row}", key, "strong")
        page.put(f"B{row}", value, "input.typed")
    for row in range(len(values) + 1, len(values) + 6):
        page.put(f"A{row}", None, "input.typed")
        page.put(f"B{row}", None, "input.typed")
    for row, line in enumerate(_ADVICE, start=1):
        page.put(f"D{row}", line, "note.text")
    page.widths(A=32, B=60, C=3, D=100)
    page.printed()
