"""Where things stand in the sales workbook, and the pieces of formula that several of its sheets share."""

from __future__ import annotations

from typing import Final

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.utils import range_boundaries

from xlsizing.core import FIGURES, FUNCTION_TABLE
from xlsizing.workbooks.writer import BAD, Page, SchemaFont, letter

__all__ = [
    "ANCHORS",
    "LEVERS",
    "MOST_HARDWARE",
    "MOST_NAME",
    "MOST_WORDS",
    "SHEETS",
    "SLAS",
    "TABLE_STYLES",
    "WIDTH",
    "across",
    "alarm",
    "anchors_of",
    "column_of",
    "even_month",
    "first_column",
    "given",
    "if_known",
    "inputs",
    "no_throughput",
    "of_curve",
    "position",
]

SHEETS: Final = ("Quote", "Curves", "Compare", "Levers", "Context", "Checks", "Functions", "xlwings.conf")
"""The sheets in order."""

WIDTH: Final = 4
"""Columns of a curve: concurrency, tok/s/user, output tok/s, TTFT [columns]."""

ANCHORS: Final = 32
"""Rows of a curve [rows]."""

MOST_NAME: Final = 60
MOST_HARDWARE: Final = 30
MOST_WORDS: Final = 250
"""Longest name of a curve, GPU type, and source or caution on sheet Curves [characters]."""

SLAS: Final = 8
"""Rows of a quote [rows]."""

LEVERS: Final = 8
"""Rows of sheet Levers [rows]."""

_SIGNED: Final = ("gpus_high", "usd_per_month_high")
_KINDS: Final = {"given": "num", "wait": "two"}


def _table_style(name: str) -> str:
    """Return the style of the figure called `name` in the table that one formula gives; what is none is a remark."""
    if name not in FIGURES:
        return "label.text"
    form = FIGURES[name].form
    return f"{'key' if name in _SIGNED else 'calc'}.{_KINDS.get(form, form)}"


TABLE_STYLES: Final = tuple(map(_table_style, FUNCTION_TABLE.values()))
"""A style for each column of SIZING_TABLE."""


def first_column(curve: int) -> str:
    """Return the letters of the first column of the curve at the place `curve` on sheet Curves, counted from 1 [-].

    >>> first_column(1), first_column(2)
    ('C', 'G')
    """
    return letter(3 + WIDTH * (curve - 1))


def position(pick: str) -> str:
    """Return the formula of the place of the curve that the cell `pick` names; #N/A unless exactly one has that name.

    MATCH would take ``*`` and ``?`` in a name for wildcards, and the first of two curves of one name.
    """
    found = f"SUMPRODUCT((Curve_Names={pick})*1)"
    return f'IF({pick}="",NA(),IF({found}=1,SUMPRODUCT((Curve_Names={pick})*Curve_Places),NA()))'


def of_curve(name: str, place: str) -> str:
    """Return what the list `name` of sheet Curves says of the curve whose place the cell `place` holds."""
    return f"INDEX({name},{place})"


def column_of(place: str, column: int) -> str:
    """Return the reference to a column of the anchors of the curve at `place`: 1 for c, 2 tok/s/user, 3 output tok/s [-]."""
    return f"INDEX(Curve_Points,0,{WIDTH}*({place}-1)+{column})"


def anchors_of(place: str) -> str:
    """Return the reference to the anchors of the curve whose place the cell `place` holds.

    Never CHOOSE over the blocks: with many of them a formula that asks for two curves grows beyond what engines take.
    """
    return f"INDEX(Curve_Points,1,{WIDTH}*({place}-1)+1):INDEX(Curve_Points,{ANCHORS},{WIDTH}*{place})"


def no_throughput(place: str) -> str:
    """Return the condition that no output tok/s was measured for the curve at `place`."""
    return f'SUMPRODUCT(({column_of(place, 3)}<>"")*1)=0'


def if_known(value: str) -> str:
    """Return the formula of `value`, "" where it is blank: a reference alone would turn a blank into 0."""
    return f'IF({value}="","",{value})'


def even_month(price: str) -> str:
    """Return the formula of the $/GPU-hour that costs in the functions' month what `price` does in the quote's."""
    return f"IF(Quote_Hours=Hours_Assumed,{price},{price}*Quote_Hours/Hours_Assumed)"


def across(page: Page, cells: str, value: object, style: str) -> None:
    """Write `value`, ours, in `style` into `cells` of `page`, one row, merged where there are several."""
    page.put(_merge_across(page, cells, style), value, style)


def given(page: Page, cells: str, value: object, style: str) -> None:
    """Write `value`, somebody else's, as `across` does `cells` of `page` in `style`: text whatever it begins with."""
    first = _merge_across(page, cells, style)
    if isinstance(value, str):
        page.user(first, value, style, "text")
    else:
        page.put(first, value, style)


def _merge_across(page: Page, cells: str, style: str) -> str:
    """Merge `cells`, one row, in `style`, and return the first."""
    left, row, right, _ = range_boundaries(cells)
    for column in range(left + 1, right + 1):
        page.at(row, column, None, style)
    if right > left:
        page.merge(cells)
    return f"{letter(left)}{row}"


def alarm(page: Page, cells: str, condition: str) -> None:
    """Let `cells` of `page` turn red while `condition`, a formula for the first of them, holds."""
    red = {"font": SchemaFont(color="FF9C0006", bold=True), "fill": PatternFill("solid", bgColor=f"FF{BAD}")}
    page.sheet.conditional_formatting.add(cells, FormulaRule(formula=[condition], **red))


def inputs(page: Page, message: str, *cells: str, **rule: str) -> None:
    """Let each of `cells` of `page` take only what `rule` allows, and say so in `message`."""
    page.validate(" ".join(cells), message, **rule)
