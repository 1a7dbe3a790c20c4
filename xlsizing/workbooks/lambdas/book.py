"""The workbook of the functions: what each gives, how to bring them into another workbook, and their formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from xlsizing.workbooks.lambdas.examples import EXAMPLES, INPUTS, TABLE, places
from xlsizing.workbooks.lambdas.functions import FUNCTIONS, SHARED
from xlsizing.workbooks.lambdas.guide import ONLY_PYTHON, guide_sheet
from xlsizing.workbooks.sales import ARGUMENTS_NOTE, TABLE_STYLES, FunctionHelp
from xlsizing.workbooks.writer import (
    CellValue,
    Page,
    Part,
    SharedStrings,
    Styles,
    finish,
    letter,
    new_pages,
    tall,
    written,
)

__all__ = ["SHEETS", "functions_workbook"]

SHEETS: Final = ("Functions", "How to", "Formulas")
"""The sheets in order."""

_FIRST: Final = 6
_LEFT: Final = 7  # column G, where the examples stand
_LONGEST_COMMENT: Final = 255

Values = Mapping[str, Sequence[Sequence[CellValue]]]


def functions_workbook(
    helped: Sequence[FunctionHelp], values: Values, stored: Callable[[str], str] = lambda text: text
) -> dict[str, Part]:
    """Return the parts of the workbook of the functions.

    Parameters
    ----------
    helped : sequence of FunctionHelp
        Every Excel function of Python with its help, in the order to show them
    values : mapping of str to rows
        What each example gives, by the function's name [units of the cells]
    stored : callable, optional
        Turns the formula of a name as it is stored into the one to store

    Returns
    -------
    dict of str to bytes or list of bytes
        The parts of the .xlsx by name
    """
    book = Workbook()
    styles, texts = Styles(book), SharedStrings()
    pages = new_pages(book, styles, texts, SHEETS)
    by_name = {each.name: each for each in helped}
    _functions(pages["Functions"], by_name, values)
    guide_sheet(pages["How to"], [by_name[name] for name in ONLY_PYTHON])
    _formulas(pages["Formulas"])
    for each in (*FUNCTIONS, *SHARED):
        comment = _gives(by_name[each.name])[:_LONGEST_COMMENT] if each.name in by_name else None
        book.defined_names[each.name] = DefinedName(each.name, attr_text=stored(each.stored), comment=comment)
    finish(book, styles, "GPU sizing functions")
    return written(book, pages.values(), texts)


def _functions(page: Page, helped: Mapping[str, FunctionHelp], values: Values) -> None:
    _heads(page)
    inputs = places(_FIRST, _LEFT + 1)
    below = _FIRST + sum(len(each.rows) for each in INPUTS.values()) + 2
    table = f"{letter(_LEFT)}{below}"
    for row, example in enumerate(EXAMPLES, start=_FIRST):
        height = _worked(page, row, helped[example.function], example.formula(inputs))
        if example is TABLE:
            page.put(f"E{row}", f"from cell {table} on", "label.wrap")
        else:
            ((value,),) = values[example.function]
            page.dynamic(f"E{row}", example.formula(inputs), [[value]], [example.style])
            height = max(height, tall(str(value), 42))
        page.tall(row, height)
    _inputs(page)
    formula = TABLE.formula(inputs)
    page.user(f"{letter(_LEFT)}{below - 1}", f"={formula}", "section", "formula")
    page.dynamic(table, formula, values[TABLE.function], TABLE_STYLES)
    last = _arguments(page, helped, _FIRST + len(EXAMPLES) + 2)
    page.widths(A=1.5, B=42, C=52, D=42, E=44, F=3, G=44)
    page.widths(**{letter(_LEFT + at): 16 for at in range(1, len(TABLE_STYLES))})
    page.widths(P=24, Q=40)
    page.sheet.freeze_panes = f"C{_FIRST}"
    page.printed(repeat=f"{_FIRST - 1}:{_FIRST - 1}")
    page.sheet.print_area = f"A1:E{last}"


def _heads(page: Page) -> None:
    page.put("B1", "GPU sizing functions, without macros and without Python", "title")
    page.put(
        "B2",
        "For Excel 365 and Excel 2024, on Windows, Mac and the web; older versions, LibreOffice and Google Sheets cannot "
        "evaluate them. Sheet How to brings them into your workbook.",
        "note",
    )
    page.put("B3", ARGUMENTS_NOTE, "note")
    for column, head in zip("BCDE", ("function", "gives", "worked formula", "its value"), strict=True):
        page.put(f"{column}{_FIRST - 1}", head, "head")


def _worked(page: Page, row: int, function: FunctionHelp, formula: str) -> float:
    """Write a function, what it gives and its worked formula into a row; return the height that they take."""
    page.user(f"B{row}", function.signature, "strong.wrap", "function")
    page.user(f"C{row}", _gives(function), "label.wrap", "function")
    page.user(f"D{row}", f"={formula}", "label.wrap", "formula")
    return max(tall(function.signature, 40), tall(_gives(function), 50), tall(formula, 40))


def _gives(function: FunctionHelp) -> str:
    """Return what a function gives; that of the version has no Python behind it here."""
    return "Version of the rules in these functions." if function.name == "SIZING_VERSION" else function.doc


def _inputs(page: Page) -> None:
    page.put(f"G{_FIRST - 1}", "The example: change the yellow cells", "section")
    row = _FIRST
    for given in INPUTS.values():
        for cells in given.rows:
            page.put(f"G{row}", given.label, "label")
            for offset, value in enumerate(cells):
                page.at(row, _LEFT + 1 + offset, value, "input.text" if isinstance(value, str) else "input.num")
            row += 1


def _arguments(page: Page, helped: Mapping[str, FunctionHelp], top: int) -> int:
    """Write what each argument means, once, and return the last row."""
    page.put(f"B{top}", "Arguments: one name, one meaning", "section")
    known: dict[str, str] = {}
    for example in EXAMPLES:
        known |= {name.strip("[]"): words for name, words in helped[example.function].arguments}
    for row, (name, words) in enumerate(known.items(), start=top + 1):
        page.put(f"B{row}", name, "strong")
        page.user(f"C{row}", words, "label", "argument")
    return top + len(known)


def _formulas(page: Page) -> None:
    page.put("B1", "The formulas of the names", "title")
    page.put(
        "B2",
        "Each defined name of this workbook as Excel shows it and takes it (Formulas > Name Manager). Names that begin with "
        "SIZING._ are steps that the functions share; a name needs those above it.",
        "note",
    )
    for column, head in zip("BC", ("name", "formula"), strict=True):
        page.put(f"{column}4", head, "head")
    for row, each in enumerate((*SHARED, *FUNCTIONS), start=5):
        page.put(f"B{row}", each.name, "strong.wrap")
        page.user(f"C{row}", each.shown, "label.wrap", "formula")
        page.tall(row, tall(each.shown, 140))
    page.widths(A=1.5, B=26, C=150)
    page.sheet.freeze_panes = "C5"
    page.printed(repeat="4:4")
