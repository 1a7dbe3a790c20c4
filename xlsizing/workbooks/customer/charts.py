"""The two charts of the first page."""

from __future__ import annotations

from typing import Final, NamedTuple

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.layout import Layout as Area
from openpyxl.chart.layout import ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.drawing.text import Font as Face
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlsizing.workbooks.customer.chart_grids import Grids, chart_grids
from xlsizing.workbooks.writer import FONT, Layout, Page, column_of

__all__ = ["ALT_TEXTS", "charts"]

_LEFT, _MIDDLE, _RIGHT = (column_of(letters) - 1 for letters in ("U", "AE", "AR"))
_TOP, _BOTTOM = 2, 18
"""Where the charts stand: on the second page, above the operating points; columns counted from 0, rows from 1 [-]."""

ALT_TEXTS: Final = (
    (
        "Tokens per second per user against concurrency on a logarithmic axis: measured points, the interpolation between "
        "them, and where each SLA operates."
    ),
    (
        "GPUs against the interactivity SLA: flat below the last measured point, then rising steeply; the estimate, what "
        "to budget, the range with what to commit to, and the SLAs that cannot be met."
    ),
)
"""What each chart shows, for readers who cannot see it."""


class _Look(NamedTuple):
    """How a series looks: a line, or markers [RGB, EMU]."""

    colour: str
    marker: str | None = None
    width: int = 19050
    dash: str | None = None


_BLUE, _GREY, _ORANGE, _RED, _GREEN = "1F4E9C", "6F6F6F", "C55A11", "C00000", "3B7D23"
_LINE: Final = _Look(_BLUE)
_COMMIT: Final = _Look(_ORANGE, width=28575)
_BUDGET: Final = _Look(_GREEN)
_LOW: Final = _Look(_GREY, dash="dash")
_POINTS: Final = {
    shape: _Look(colour, shape)
    for shape, colour in {
        "circle": _BLUE,
        "square": _ORANGE,
        "diamond": _ORANGE,
        "triangle": _GREEN,
        "x": _RED,
    }.items()
}


def charts(page: Page, calc: Page, layout: Layout) -> None:
    """Write the grids on sheet Calc and draw both charts on the first page.

    Parameters
    ----------
    page, calc : Page
        The sheets Sizing and Calc
    layout : Layout
        Where the tables stand
    """
    grids = chart_grids(calc, layout)
    _place_chart(page.sheet, _curve_chart(page.sheet.parent, layout, grids), (_LEFT, _TOP, _MIDDLE, _BOTTOM))
    _place_chart(page.sheet, _gpu_chart(page.sheet.parent, grids), (_MIDDLE, _TOP, _RIGHT, _BOTTOM))


def _curve_chart(book: Workbook, layout: Layout, grids: Grids) -> ScatterChart:
    chart = _chart("Measured curve of one pod", "requests in flight per pod (log scale)", "tok/s per user")
    chart.x_axis.scaling.logBase = 10
    calc, curve = book["Calc"], book["Curve"]
    points = (grids.points_c, grids.points_c + 1)
    _add_series(chart, calc, "interpolated", (3, 7), grids.curve, _LINE)
    _add_series(chart, curve, "measured", (10, 12), layout.anchor_rows, _POINTS["circle"])
    _add_series(chart, calc, "the SLAs operate here", points, grids.points, _POINTS["diamond"])
    return chart


def _gpu_chart(book: Workbook, grids: Grids) -> ScatterChart:
    chart = _chart("GPUs against the SLA", "SLA, tok/s per user", "GPUs")
    calc, steps, points = book["Calc"], grids.steps_x, grids.points_c
    _add_series(chart, calc, "to commit", (steps, steps + 1), grids.steps, _COMMIT)
    _add_series(chart, calc, "low end", (steps, steps + 2), grids.steps, _LOW)
    _add_series(chart, calc, "to budget", (grids.line_x, grids.line_y + 1), grids.line, _BUDGET)
    _add_series(chart, calc, "estimate", (grids.line_x, grids.line_y), grids.line, _LINE)
    _add_series(chart, calc, "SLAs, to commit", (points + 2, points + 5), grids.points, _POINTS["square"])
    _add_series(chart, calc, "SLAs, to budget", (points + 2, points + 4), grids.points, _POINTS["triangle"])
    _add_series(chart, calc, "SLAs, estimate", (points + 2, points + 3), grids.points, _POINTS["circle"])
    _add_series(chart, calc, "cannot be met", (points + 6, points + 7), grids.points, _POINTS["x"])
    return chart


def _chart(title: str, x: str, y: str) -> ScatterChart:
    chart = ScatterChart()
    chart.style, chart.scatterStyle = 2, "lineMarker"
    chart.roundedCorners = False  # where it is not said, Excel rounds them
    chart.title, chart.x_axis.title, chart.y_axis.title = title, x, y
    chart.title.overlay = False
    chart.legend.position = "b"
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        axis.title.overlay = False
        axis.number_format, axis.majorTickMark = "#,##0", "out"
        axis.tickLblPos = "low"
    chart.x_axis.axPos = "b"
    chart.x_axis.majorGridlines = None
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6350))
    for words, size in ((chart.title, 1200), (chart.x_axis.title, 1000), (chart.y_axis.title, 1000)):
        words.tx.rich.p[0].pPr.defRPr = CharacterProperties(sz=size, b=True, latin=Face(typeface=FONT))
    for part in (chart.legend, chart.x_axis, chart.y_axis):
        letters = ParagraphProperties(defRPr=CharacterProperties(sz=900, latin=Face(typeface=FONT)))
        paragraph = Paragraph(pPr=letters, endParaRPr=CharacterProperties())
        paragraph.r = []  # how text looks, and no text: openpyxl would add an empty one
        part.txPr = RichText(p=[paragraph])
    chart.y_axis.scaling.min = 0
    chart.layout = Area(ManualLayout(x=0.1, y=0.13, h=0.6, w=0.86, xMode="edge", yMode="edge", layoutTarget="inner"))
    chart.display_blanks = "gap"
    return chart


def _add_series(
    chart: ScatterChart, sheet: Worksheet, title: str, columns: tuple[int, int], rows: range, look: _Look
) -> None:
    xs, ys = (Reference(sheet, min_col=column, min_row=rows[0], max_row=rows[-1]) for column in columns)
    series = Series(ys, xs, title=title)
    series.smooth = False
    if look.marker is None:
        line = LineProperties(solidFill=look.colour, w=look.width, prstDash=look.dash)
        series.marker.symbol = "none"
    else:
        line = LineProperties(noFill=True)
        series.marker.symbol, series.marker.size = look.marker, 8
        series.marker.graphicalProperties = GraphicalProperties(solidFill=look.colour)
        series.marker.graphicalProperties.line.solidFill = look.colour
    series.graphicalProperties = GraphicalProperties(ln=line)
    chart.series.append(series)


def _place_chart(sheet: Worksheet, chart: ScatterChart, corners: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = corners
    anchor = TwoCellAnchor(editAs="oneCell")
    anchor._from = AnchorMarker(col=left, row=top - 1)  # noqa: SLF001  # openpyxl's own name for it
    anchor.to = AnchorMarker(col=right, row=bottom - 1)
    chart.anchor = anchor
    sheet.add_chart(chart)
