"""The customer's workbook before the proof: a report to sheets with formulas, and no values in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from openpyxl import Workbook

from xlsizing.checks import refuse
from xlsizing.errors import Phrase
from xlsizing.reports import Report
from xlsizing.rules import MOST_SLAS
from xlsizing.workbooks.customer.about_sheet import about_sheet, curve_hash
from xlsizing.workbooks.customer.calc_sheet import calc_rows, calc_sheet
from xlsizing.workbooks.customer.charts import charts
from xlsizing.workbooks.customer.checks_sheet import checks_rows, checks_sheet
from xlsizing.workbooks.customer.context_sheet import context_sheet
from xlsizing.workbooks.customer.curve_sheet import curve_sheet
from xlsizing.workbooks.customer.growth_sheet import growth_sheet
from xlsizing.workbooks.customer.intake_sheet import intake_sheet
from xlsizing.workbooks.customer.levers_sheet import levers_sheet
from xlsizing.workbooks.customer.live_next import live_next, next_rows
from xlsizing.workbooks.customer.live_rigor import live_rigor, rigor_rows
from xlsizing.workbooks.customer.prices_sheet import prices_sheet
from xlsizing.workbooks.customer.sizing_sheet import sizing_rows, sizing_sheet
from xlsizing.workbooks.customer.sizing_words import claims
from xlsizing.workbooks.customer.wait_steps import LIMITED
from xlsizing.workbooks.writer import SHEETS, Layout, Page, SharedStrings, Styles, finish, new_pages, saved_parts

__all__ = ["MOST_ANCHORS", "Draft", "check_report", "drafted"]

MOST_ANCHORS: Final = 32
"""Anchors that sheet Curve has room for [-]."""


def check_report(report: Report) -> None:
    """Refuse what must not become a customer's workbook.

    Parameters
    ----------
    report : Report
        The sizing with the words around it

    Raises
    ------
    InputError
        If the curve was measured at another workload, there is more than one demand, a wait is limited that the workbook
        cannot limit, or there are more anchors or SLAs than it has room for.
    """
    mismatch = report.assessment.mismatch
    if mismatch:
        refuse(
            "curve",
            "must be measured at the customer's workload",
            detail="; ".join(mismatch),
            way_out="a customer's workbook is never written for another one",
        )
    if report.sizing.demand.shape:
        refuse("demand", "must be a single one in a workbook", got=Phrase(f"shape {report.sizing.demand.shape}"))
    _check_limits(report)
    _check_spares(report)
    if len(report.sizing.curve) > MOST_ANCHORS:
        refuse(
            "curve",
            f"must have at most {MOST_ANCHORS} anchors in a workbook",
            got=len(report.sizing.curve),
            way_out="keep those around the SLAs",
        )
    if report.sizing.sla.size > MOST_SLAS:
        refuse(
            "sla",
            f"must be at most {MOST_SLAS:,} in a workbook",
            got=Phrase(f"{report.sizing.sla.size:,} of them"),
            way_out="write several workbooks",
        )


def _check_limits(report: Report) -> None:
    """Refuse limits on waits that the table has no live column for: they are never left out in silence."""
    held = [wait.wait for wait in LIMITED]
    for wait in report.sizing.points.limits.asked:
        if wait not in held:
            refuse(
                f"the limit on {wait.label}",
                "must be left out of a workbook",
                detail=f"its table holds limits on {' and '.join(each.label for each in held)} alone",
                way_out="write a report for it",
            )


def _check_spares(report: Report) -> None:
    """Refuse spares by availability, of which a workbook has no live formula."""
    plan = report.sizing.node_plan
    if plan is not None and plan.availability is not None:
        count = int(np.max(report.sizing.spare_pods_high))
        refuse(
            "availability",
            "must be left out of a workbook",
            got=plan.availability,
            way_out=f"give spare pods, {count:,} at the most here, or nodes to survive",
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A workbook before the proof: all of it but the rows of its SLAs, and the means to write those.

    Parameters
    ----------
    report : Report
        The sizing with the words around it
    layout : Layout
        Where its tables stand
    parts : dict of str to bytes
        The parts of the .xlsx, its sheets empty
    pages : dict of str to Page
        The sheets by title: what is in them whichever SLAs there are, and the rows written last
    texts : SharedStrings
        The texts of all cells written so far
    first_result : int
        The row of the first delivered result on sheet Checks [-]
    """

    report: Report
    layout: Layout
    parts: dict[str, bytes]
    pages: dict[str, Page]
    texts: SharedStrings
    first_result: int

    def write(self, piece: range) -> None:
        """Write the rows of the SLAs at the positions `piece`, counted from 0, in place of those before them."""
        for page in self.pages.values():
            page.clear()
        sizing_rows(self.pages["Sizing"], self.report, self.layout, piece)
        calc_rows(self.pages["Calc"], self.layout, piece)
        rigor_rows(self.pages["Calc"], self.layout, piece)
        next_rows(self.pages["Calc"], self.layout, piece)
        checks_rows(self.pages["Checks"], self.report, self.layout, piece, self.first_result)


def drafted(report: Report) -> Draft:
    """Return the draft of the workbook of `report`, with the first piece of its SLAs written."""
    check_report(report)
    layout = Layout.of(report.sizing.sla.size, len(report.sizing.curve))
    book = Workbook()
    styles, texts = Styles(book), SharedStrings()
    pages = new_pages(book, styles, texts, SHEETS)
    draft = Draft(report, layout, {}, pages, texts, _write_sheets(pages, report, layout))
    for page in pages.values():
        page.settle()
    draft.write(layout.pieces[0])  # before the styles are saved: a row uses all that any row does
    finish(book, styles, "GPU sizing")
    method, curve = report.sizing.points.method.name, report.sizing.curve
    book.properties.description = f"method {method}; curve SHA-256 {curve_hash(curve)}"
    draft.parts.update(saved_parts(book))
    return draft


def _write_sheets(pages: dict[str, Page], report: Report, layout: Layout) -> int:
    """Write all but the rows of the SLAs, and return the row of the first delivered result."""
    sizing_sheet(pages["Sizing"], report, layout)
    intake_sheet(pages["Intake"], report, layout)
    prices_sheet(pages["Prices"], report)
    growth_sheet(pages["Growth"], report, layout)
    curve_sheet(pages["Curve"], report.sizing.curve, layout)
    calc_sheet(pages["Calc"], report, layout)
    live_rigor(pages["Calc"], report, layout)
    live_next(pages["Calc"], report, layout)
    claims(pages["Calc"], "AA8", report.sizing.bound.calibration)
    context_sheet(pages["Context"], report)
    levers_sheet(pages["Levers"], report)
    about_sheet(pages["About"], report)
    if layout.charts:
        charts(pages["Sizing"], pages["Calc"], layout)
    return checks_sheet(pages["Checks"], report, layout)
