"""The two charts of the first page, and the grids on sheet Calc that they draw."""

from __future__ import annotations

from typing import Final

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.layout import Layout as Area
from openpyxl.chart.layout import ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlsizing.workbooks.calc_sheet import PODS, POINT, calc_cells, write_steps
from xlsizing.workbooks.names import Layout, letter
from xlsizing.workbooks.page import Page

__all__ = ["ALT_TEXTS", "charts"]

ALT_TEXTS: Final = (
    (
        "Tokens per second per user against concurrency on a logarithmic axis: measured points, the interpolation between "
        "them, and where each SLA operates."
    ),
    (
        "GPUs against the interactivity SLA: flat below the last measured point, then rising steeply; the estimate, the "
        "range to commit to, and the SLAs that cannot be met."
    ),
)
"""What each chart shows, for readers who cannot see it [-]."""

_POINTS: Final = 31
_CURVE_STEPS: Final = (
    ("share", "share of the way"),
    ("c", "c"),
    ("j", "anchor at or below"),
    ("j_next", "the one after"),
    ("x", "x"),
    ("y", "y"),
    ("r", "tok/s/user, interpolated"),
)
_COLOURS: Final = {"blue": "1F4E9C", "grey": "7F7F7F", "orange": "C55A11", "red": "C00000", "light": "9DB7DD"}


def charts(page: Page, calc: Page, layout: Layout) -> None:
    """Write the grids on sheet Calc and draw both charts on the first page.

    Parameters
    ----------
    page, calc : Page
        The sheets Sizing and Calc [-]
    layout : Layout
        Where the tables stand [-]
    """
    head = layout.sla_rows[-1] + 4
    calc.put(f"B{head - 1}", "What the charts draw (#N/A is not drawn)", "section")
    calc.tall(head, 44)
    rows = range(head + 1, head + 1 + _POINTS)
    _curve_grid(calc, head, rows)
    _gpu_grid(calc, head, rows)
    _operating(calc, head, layout)
    top = layout.sla_rows[-1] + 3
    _place(page.sheet, _curve_chart(page.sheet.parent, layout, rows, head), (1, top, 8, top + 24))
    _place(page.sheet, _gpu_chart(page.sheet.parent, layout, rows, head), (8, top, 19, top + 24))


def _curve_grid(calc: Page, head: int, rows: range) -> None:
    """Write the interpolated curve in even steps of ln c, from the first anchor to the last."""
    for offset, (_, heading) in enumerate(_CURVE_STEPS):
        calc.at(head, 2 + offset, heading, "head")
    for position, row in enumerate(rows):
        calc.at(row, 2, position / (_POINTS - 1), "const.num")
        steps = (
            f"EXP(INDEX(Curve_lnc,1)+B{row}*(INDEX(Curve_lnc,N_Anchors)-INDEX(Curve_lnc,1)))",
            f"MAX(1,MIN(N_Anchors,SUMPRODUCT((Curve_c<=C{row}*(1+Tolerance))*1)))",
            f"MIN(N_Anchors,D{row}+1)",
            f"IF(Is_Tpot=1,C{row}^TPOT_Exponent,LN(C{row}))",
            (
                f"IF(D{row}=E{row},INDEX(Curve_y,D{row}),INDEX(Curve_y,D{row})+(F{row}-INDEX(Curve_x,D{row}))"
                f"/(INDEX(Curve_x,E{row})-INDEX(Curve_x,D{row}))*(INDEX(Curve_y,E{row})-INDEX(Curve_y,D{row})))"
            ),
            f"IF(Is_Tpot=1,1/G{row},G{row})",
        )
        for offset, formula in enumerate(steps):
            calc.at(row, 3 + offset, f"=IF(Checks_Failed=0,{formula},NA())", "calc.num")


_GRID: Final = (*POINT, *PODS)
_GRID_COLUMN: Final = 12


def _gpu_grid(calc: Page, head: int, rows: range) -> None:
    """Write GPUs over a grid of SLAs, from below the plateau's end to the fastest measured point."""
    calc.at(head, _GRID_COLUMN - 2, "share of the way", "head")
    calc.at(head, _GRID_COLUMN - 1, "SLA on the grid", "head")
    for offset, (_, heading, _) in enumerate(_GRID):
        calc.at(head, _GRID_COLUMN + offset, heading, "head")
    share, sla = letter(_GRID_COLUMN - 2), letter(_GRID_COLUMN - 1)
    for position, row in enumerate(rows):
        calc.at(row, _GRID_COLUMN - 2, position / (_POINTS - 1), "const.num")
        low = "MIN(INDEX(Curve_r,N_Anchors),MAX(Lowest,MIN(SLA_In)))"
        grid = f"{low}+{share}{row}*(INDEX(Curve_r,1)-{low})"
        calc.at(row, _GRID_COLUMN - 1, f'=IF(Checks_Failed=0,{grid},"")', "calc.num")
        on = f"=IF(ISNUMBER({sla}{row}),1,0)"
        write_steps(calc, row, _GRID_COLUMN, _GRID, f"${sla}{row}", {"on": on})
        first = _GRID_COLUMN + len(_GRID)
        for offset, key in enumerate(("gpus", "gpus_high", "gpus_low")):
            source = letter(_GRID_COLUMN + [step[0] for step in _GRID].index(key))
            drawn = f"=IF(ISNUMBER({source}{row}),{source}{row},NA())"
            calc.at(row, first + offset, drawn, "calc.num")


def _drawn_columns() -> int:
    return _GRID_COLUMN + len(_GRID)


def _operating(calc: Page, head: int, layout: Layout) -> None:
    """Write one point an SLA: on the curve, in GPUs, or as one that cannot be met."""
    first = _drawn_columns() + 4
    heads = (
        "c*",
        "tok/s/user there",
        "SLA",
        "GPUs, estimate",
        "GPUs to commit",
        "SLA that cannot be met",
        "on the axis",
    )
    for offset, heading in enumerate(heads):
        calc.at(head, first + offset, heading, "head")
    for position, live in enumerate(layout.sla_rows):
        cells, row = calc_cells(live), head + 1 + position
        met = ("c_star", "rate", "s", "gpus", "gpus_high")
        formulas = [f"=IF({cells['state']}=3,{cells[key]},NA())" for key in met]
        formulas += [f"=IF({cells['state']}=2,{value},NA())" for value in (cells["s"], "0")]
        for offset, formula in enumerate(formulas):
            calc.at(row, first + offset, formula, "calc.num")


def _curve_chart(book: Workbook, layout: Layout, rows: range, head: int) -> ScatterChart:
    chart = _chart("Measured curve of one pod", "requests in flight per pod (log)", "tok/s per user")
    chart.x_axis.scaling.logBase = 10
    calc, curve = book["Calc"], book["Curve"]
    anchors, points = layout.anchor_rows, _points(layout, head)
    first = _drawn_columns() + 4
    _add(chart, calc, "interpolated", 3, 8, rows, line="blue")
    _add(chart, curve, "measured", 10, 12, anchors, marker="circle", colour="blue")
    _add(chart, calc, "SLAs operate here", first, first + 1, points, marker="diamond", colour="orange")
    return chart


def _gpu_chart(book: Workbook, layout: Layout, rows: range, head: int) -> ScatterChart:
    chart = _chart("GPUs against the SLA", "SLA, tok/s per user", "GPUs")
    calc, drawn, points = book["Calc"], _drawn_columns(), _points(layout, head)
    first = drawn + 4
    _add(chart, calc, "commit (high end)", _GRID_COLUMN - 1, drawn + 1, rows, line="orange")
    _add(chart, calc, "low end", _GRID_COLUMN - 1, drawn + 2, rows, line="grey")
    _add(chart, calc, "estimate", _GRID_COLUMN - 1, drawn, rows, line="blue")
    _add(chart, calc, "SLAs, to commit", first + 2, first + 4, points, marker="square", colour="orange")
    _add(chart, calc, "SLAs, estimate", first + 2, first + 3, points, marker="circle", colour="blue")
    _add(chart, calc, "cannot be met", first + 5, first + 6, points, marker="x", colour="red")
    return chart


def _points(layout: Layout, head: int) -> range:
    return range(head + 1, head + 1 + layout.slas)


def _chart(title: str, x: str, y: str) -> ScatterChart:
    chart = ScatterChart()
    chart.style, chart.scatterStyle = 2, "lineMarker"
    chart.title, chart.x_axis.title, chart.y_axis.title = title, x, y
    chart.title.overlay = False
    chart.legend.position = "b"
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        axis.title.overlay = False
        axis.number_format, axis.majorTickMark = "#,##0", "out"
        axis.tickLblPos = "low"
    chart.x_axis.majorGridlines = None
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6350))
    for words, size in ((chart.title, 1200), (chart.x_axis.title, 1000), (chart.y_axis.title, 1000)):
        words.tx.rich.p[0].pPr.defRPr = CharacterProperties(sz=size, b=True)
    chart.y_axis.scaling.min = 0
    chart.layout = Area(ManualLayout(x=0.08, y=0.12, h=0.62, w=0.88, xMode="edge", yMode="edge", layoutTarget="inner"))
    chart.display_blanks = "gap"
    return chart


def _add(
    chart: ScatterChart,
    sheet: Worksheet,
    title: str,
    x: int,
    y: int,
    rows: range,
    *,
    line: str | None = None,
    marker: str | None = None,
    colour: str = "blue",
) -> None:
    xs, ys = (Reference(sheet, min_col=column, min_row=rows[0], max_row=rows[-1]) for column in (x, y))
    series = Series(ys, xs, title=title)
    series.smooth = False
    if line:
        series.marker.symbol = "none"
        series.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=_COLOURS[line], w=19050))
    else:
        series.marker.symbol, series.marker.size = marker, 8
        series.marker.graphicalProperties = GraphicalProperties(solidFill=_COLOURS[colour])
        series.marker.graphicalProperties.line.solidFill = _COLOURS[colour]
        series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    chart.series.append(series)


def _place(sheet: Worksheet, chart: ScatterChart, corners: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = corners
    anchor = TwoCellAnchor(editAs="oneCell")
    anchor._from = AnchorMarker(col=left, row=top - 1)  # noqa: SLF001  # openpyxl's own name for it
    anchor.to = AnchorMarker(col=right, row=bottom - 1)
    chart.anchor = anchor
    sheet.add_chart(chart)
