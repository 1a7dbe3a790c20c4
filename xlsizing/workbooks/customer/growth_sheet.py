"""Sheet Growth: the contracted row quarter by quarter, sized anew at each factor of today's demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xlsizing.reports import Outlook, Report
from xlsizing.workbooks.customer.bought import bought, differs
from xlsizing.workbooks.customer.comparing import differing
from xlsizing.workbooks.customer.intake_sheet import contract_is_live
from xlsizing.workbooks.writer import Layout, Page, Values, tall

__all__ = ["growth_differences", "growth_sheet"]

_HEAD: Final = 6
_ROOM: Final = 42
_HEADS: Final = (
    "date", "demand, times today's", "demand at the peak, tok/s or users", "pods to commit", "GPUs to commit", "nodes to commit",
    "$/month to commit", "pods to budget", "GPUs to budget", "nodes to budget", "$/month to budget",
)  # fmt: skip
_WIDTHS: Final = {
    "A": 1.5,
    "B": 12,
    "C": 11,
    "D": 15,
    "E": 10,
    "F": 10,
    "G": 10,
    "H": 14,
    "I": 10,
    "J": 10,
    "K": 10,
    "L": 14,
}
_FIGURES: Final = {
    "E": "pods_high", "F": "total_gpus_high", "G": "nodes_high", "H": "usd_per_month_high",
    "I": "pods_budget", "J": "total_gpus_budget", "K": "nodes_budget", "L": "usd_per_month_budget",
}  # fmt: skip
"""The figure in each column."""

_LINE: Final = 120


def growth_sheet(page: Page, report: Report, layout: Layout) -> None:
    """Write a row for each quarter of a report that tells how demand grows, and room for more.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing with the words around it
    layout : Layout
        Where the tables stand
    """
    law = report.growth.words if report.growth else ""
    page.put("B1", "Growth: the contracted row quarter by quarter", "title")
    page.merge("B2:L2")
    page.user("B2", f"As delivered: {law}" if law else "", "note.wrap", "growth")
    page.tall(2, tall(law, _LINE))
    page.put(
        "B3",
        '=IF(Checks_Failed>0,Word_Check,IF(Contract_Shown=1,IF(ISNUMBER(Contract_GPUs),"Live: each factor is an input, and each row is '
        'sized anew, spares and whole nodes in.","Nothing to sign in this row: measure first. The figures show how it would grow."),"No row is contracted, or it cannot be met: see sheet Intake."))',
        "label.text",
    )
    for at, head in enumerate(_HEADS, start=2):
        page.at(_HEAD, at, head, "head")
    page.tall(_HEAD, 44)
    quarters = [] if report.growth is None else [(day, report.growth.factor(day)) for day in report.growth.quarters]
    for row in range(_HEAD + 1, _HEAD + 1 + _ROOM):
        day, factor = quarters[row - _HEAD - 1] if row - _HEAD <= len(quarters) else (None, None)
        page.user(f"B{row}", str(day or ""), "input.text", "date")
        page.put(f"C{row}", factor, "input.num")
        page.put(f"N{row}", factor, "static.num")
        page.put(f"O{row}", f"={differs(f'N{row}', f'C{row}')}", "calc.int")
        for column, (formula, style) in (_formulas(row) if contract_is_live(report, layout) else {}).items():
            page.put(f"{column}{row}", formula, style)
    last = _HEAD + _ROOM
    page.named("Edited_Growth", f"O{_HEAD + 1}:O{last}")
    page.named("Growth_Factors", f"C{_HEAD + 1}:C{last}")
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    page.validate(f"C{_HEAD + 1}:C{last}", "A number above 0, or blank", **above_0)
    page.widths(**_WIDTHS)
    page.printed()
    if report.growth is None:
        page.sheet.sheet_state = "hidden"  # nobody prints an empty page
    else:
        page.sheet.print_area = f"A1:L{_HEAD + len(quarters)}"


def _formulas(row: int) -> dict[str, tuple[str, str]]:
    """Return formula and style of each column of a row."""
    asked = f"Demand_Asked*C{row}"

    def pods(carried: str) -> str:
        return f"MAX(1,CEILING(D{row}/(INDEX({carried},Contract_Row)*Util)*(1-Tolerance),1))"

    found = {"D": (asked, "calc.one")}
    for first, carried in (("E", "Out_Carried_Commit"), ("I", "Row_Carried_Budget")):
        gpus, nodes, usd = (chr(ord(first) + at) for at in (1, 2, 3))
        found[first] = pods(carried), "calc.int"
        found[gpus] = bought(f"{first}{row}"), "calc.int"
        found[nodes] = f'IF(Has_Nodes=1,{gpus}{row}/GPUs_per_Node,"")', "calc.int"
        found[usd] = f"{gpus}{row}*USD_per_GPU_Hour*Hours_per_Month", "calc.usd"
    shown_if = f"Contract_Shown*ISNUMBER(C{row})=1"
    return {column: (f'=IF({shown_if},{formula},"")', style) for column, (formula, style) in found.items()}


def growth_differences(sheet: Values, report: Report) -> Iterator[str]:
    """Give a sentence for each figure on the sheet that is not what the core says.

    Parameters
    ----------
    sheet : mapping
        The values of sheet Growth by cell [units of the cells]
    report : Report
        The sizing that the workbook shows

    Yields
    ------
    str
        What differs, and where
    """
    if report.growth is None:
        return
    outlook: Outlook | None = report.outlooks[0] if report.contract is not None else None
    days = report.growth.quarters
    rows = [quarter.row for quarter in outlook.quarters] if outlook and outlook.quarters else [None] * len(days)
    yield from differing(
        "Growth",
        sheet,
        (
            (f"{column}{at}", f"{figure} on {day}", None if row is None else getattr(row, figure))
            for at, (day, row) in enumerate(zip(days, rows, strict=True), start=_HEAD + 1)
            for column, figure in _FIGURES.items()
        ),
    )
