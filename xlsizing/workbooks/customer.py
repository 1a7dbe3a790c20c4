"""The customer's workbook: a report to the bytes of an .xlsx, before the proof."""

from __future__ import annotations

import io
from typing import Final

from openpyxl import Workbook

import xlsizing
from xlsizing.checks import refuse
from xlsizing.errors import Phrase
from xlsizing.reports.report import Report
from xlsizing.workbooks.about_sheet import about_sheet, curve_hash
from xlsizing.workbooks.calc_sheet import calc_sheet
from xlsizing.workbooks.charts import charts
from xlsizing.workbooks.checks_sheet import checks_sheet
from xlsizing.workbooks.context_sheet import context_sheet
from xlsizing.workbooks.curve_sheet import curve_sheet
from xlsizing.workbooks.levers_sheet import levers_sheet
from xlsizing.workbooks.names import SHEETS, Layout
from xlsizing.workbooks.page import Page
from xlsizing.workbooks.parts import filled, read_parts, zipped
from xlsizing.workbooks.sizing_sheet import sizing_sheet
from xlsizing.workbooks.styles import Styles

__all__ = ["MOST_ANCHORS", "check_report", "workbook_bytes"]

MOST_ANCHORS: Final = 32
"""Anchors that sheet Curve has room for [-]."""


def check_report(report: Report) -> None:
    """Refuse what must not become a customer's workbook.

    Parameters
    ----------
    report : Report
        The sizing with the words around it [-]

    Raises
    ------
    InputError
        If the curve was measured at another workload, there is more than one demand, or the curve
        has more anchors than the workbook has room for.
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
    if len(report.sizing.curve) > MOST_ANCHORS:
        refuse(
            "curve",
            f"must have at most {MOST_ANCHORS} anchors in a workbook",
            got=len(report.sizing.curve),
            way_out="keep those around the SLAs",
        )


def workbook_bytes(report: Report) -> tuple[bytes, Layout]:
    """Return the workbook without cached values, and where its tables stand.

    Parameters
    ----------
    report : Report
        The sizing with the words around it [-]

    Returns
    -------
    bytes
        The .xlsx [-]
    Layout
        Rows of the tables [-]
    """
    check_report(report)
    layout = Layout.of(report.sizing.sla.size, len(report.sizing.curve))
    book = Workbook()
    styles = Styles(book)
    pages = {title: _page(book, styles, title) for title in SHEETS}
    sizing_sheet(pages["Sizing"], report, layout)
    curve_sheet(pages["Curve"], report.sizing.curve, layout)
    calc_sheet(pages["Calc"], layout)
    context_sheet(pages["Context"], report)
    levers_sheet(pages["Levers"], report)
    checks_sheet(pages["Checks"], report, layout)
    about_sheet(pages["About"], report)
    if layout.charts:
        charts(pages["Sizing"], pages["Calc"], layout)
    styles.done()
    _properties(book, report)
    stream = io.BytesIO()
    book.save(stream)
    parts = read_parts(stream.getvalue())
    for position, page in enumerate(pages.values()):
        parts = filled(parts, position, page.extent(), page.data())
    return zipped(parts, packed=False), layout


def _page(book: Workbook, styles: Styles, title: str) -> Page:
    sheet = book.worksheets[0] if title == SHEETS[0] else book.create_sheet(title, SHEETS.index(title))
    sheet.title = title
    return Page(sheet, styles)


def _properties(book: Workbook, report: Report) -> None:
    properties, curve = book.properties, report.sizing.curve
    properties.creator = f"xlsizing {xlsizing.__version__}"
    properties.title = "GPU sizing"
    properties.description = f"method {report.sizing.points.method.name}; curve SHA-256 {curve_hash(curve)}"
    book.calculation.fullCalcOnLoad = True
    book.active = 0
