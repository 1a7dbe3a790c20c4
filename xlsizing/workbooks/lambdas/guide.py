"""Sheet How to: four lines to bring the functions into another workbook, and what to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsizing.workbooks.sales import FunctionHelp
from xlsizing.workbooks.writer import Page, tall

__all__ = ["ONLY_PYTHON", "guide_sheet"]

ONLY_PYTHON: Final = {
    "SIZING_RIGOR": "It weighs the context of the measurement against the customer's workload, which is words.",
    "SIZING_LABEL": "It puts the context of the measurement into one line, which is words.",
    "SIZING_NEXT_LEVER": "It chooses among measurements and levers, and words the step and its gate.",
    "SIZING_TP": "It is a rule of thumb with reasons in words, no arithmetic on a measured curve.",
}
"""Functions that are none of these, and why."""

_STEPS: Final = (
    (
        "Open this file and your workbook in Excel 365 or Excel 2024. Your workbook must not be the macro workbook of xlsizing or "
        "another with functions of these names: Excel takes one name once."
    ),
    (
        "Right-click the tab Functions > Move or Copy... > choose your workbook under To book > tick Create a copy > OK. The names "
        "should go along with the sheet (unverified)."
    ),
    (
        "In your workbook look at the value of SIZING_VERSION on the copied sheet: it names the version. Formulas > Name Manager lists "
        "the names, SIZING_... and SIZING._...; the sheet may then be deleted or hidden."
    ),
    (
        "In Excel for the web, or where a name is missing (#NAME?): begin from a copy of this file and bring your sheets into it. As a "
        "last resort take the names from sheet Formulas, from the top down, by Formulas > Define Name or the import of the add-in "
        "Excel Labs (unverified: whether either takes formulas as long)."
    ),
)

_ERRORS: Final = (
    ("#N/A", "A question without an answer: no measured point meets the SLA or the limit; SIZING_BEST_SLA: at no SLA."),
    (
        "#NUM!",
        "A number out of its range, such as a utilisation of 80, an SLA of 0, a concurrency of -1, or more than 100,000,000 pods.",
    ),
    (
        "#VALUE!",
        (
            "Text, a blank, TRUE or several cells where a number belongs, an unknown method, and anchors that are numbers but no valid "
            "curve: a concurrency twice, tok/s/user that rises, columns that contradict each other."
        ),
    ),
    ("SIZING_CHECK", "The reason in one sentence, the same as the functions of Python give; OK where there is none."),
)

_OTHERWISE: Final = (
    "A date counts as the number that it is to Excel: a formula cannot see the format of a cell. Python refuses it.",
    "An error value passed as a single argument, not within the anchors, may come back as it is.",
    (
        "In the words of SIZING_CHECK and SIZING_AUDIT a figure on half of its last digit may be rounded the other way, and so may "
        "the last of more than 14 digits; line breaks inside a text are not escaped. No number that a function gives is rounded."
    ),
    "Numbers in words have a decimal point in every language of Excel, as in Python.",
)

_CHECKED: Final = (
    "Every formula is made from the steps of the customer's workbook. Before this file was written its examples were evaluated "
    "(formulon) and compared with Python. The functions were compared with Python's on random rows, good and bad, in two engines "
    "(IronCalc, formulon). They have not been opened in Excel itself: there the copying of the names, the help of a name and "
    "the speed are unverified."
)


def guide_sheet(page: Page, only_python: Sequence[FunctionHelp]) -> None:
    """Write the sheet.

    Parameters
    ----------
    page : Page
        The sheet
    only_python : sequence of FunctionHelp
        The functions that only Python has
    """
    page.put("B1", "How to bring them into your workbook", "title")
    row = _listed(page, 3, [(f"{number}", words) for number, words in enumerate(_STEPS, start=1)])
    row = _section(page, row + 1, "What an error means", _ERRORS)
    row = _section(page, row + 1, "Only with Python", [(each.name, ONLY_PYTHON[each.name]) for each in only_python])
    row = _section(
        page, row + 1, "What is otherwise than in the functions of Python", [("", words) for words in _OTHERWISE]
    )
    _section(page, row + 1, "How it was checked", [("", _CHECKED)])
    page.widths(A=1.5, B=22, C=110)
    page.printed(landscape=False)


def _section(page: Page, row: int, title: str, lines: Sequence[tuple[str, str]]) -> int:
    page.put(f"B{row}", title, "section")
    return _listed(page, row + 1, lines)


def _listed(page: Page, row: int, lines: Sequence[tuple[str, str]]) -> int:
    """Write `lines` below each other, and return the row after them."""
    for at, (name, words) in enumerate(lines, start=row):
        page.put(f"B{at}", name, "strong.wrap")
        page.put(f"C{at}", words, "label.wrap")
        page.tall(at, tall(words, 112))
    return row + len(lines)
