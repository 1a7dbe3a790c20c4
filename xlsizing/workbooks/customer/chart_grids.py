"""The grids on sheet Calc that the charts of the first page draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlsizing.workbooks.customer import axes
from xlsizing.workbooks.customer.bought import bought
from xlsizing.workbooks.customer.calc_sheet import calc_cells, pods_steps, point_steps, write_steps
from xlsizing.workbooks.writer import Layout, Page, letter

__all__ = ["Grids", "chart_grids"]

_POINTS: Final = 31
_CURVE_STEPS: Final = (
    ("share", "share of the way"),
    ("c", "c"),
    ("j", "anchor at or below"),
    ("j_next", "the one after"),
    ("y", "y"),
    ("r", "tok/s/user, interpolated"),
)

_GPU_KEYS: Final = ("gpus", "gpus_low", "gpus_budget", "gpus_high")  # without spares: the charts draw them with spares
_RANGE_KEYS: Final = ("q_high", "q_low", "pods_high", "pods_low")
_STEPS: Final = (*point_steps(()), *pods_steps(()))
"""The lines are those of tok/s/user alone: a limit on waiting belongs to one row."""

_LINE_STEPS: Final = tuple(step for step in _STEPS if step[0] not in (*_RANGE_KEYS, *_GPU_KEYS))
"""Steps of estimate and budget: all but those of the range."""

_ANCHOR_KEYS: Final = ("on", "met", "a", "b", "best", "c_a", "c_b", "u_a", "u_b", "proven", "hoped", *_RANGE_KEYS)
_ANCHOR_STEPS: Final = tuple(step for step in _STEPS if step[0] in _ANCHOR_KEYS)
"""Steps of the range, which rests on anchors alone."""


@dataclass(frozen=True, slots=True)
class Grids:
    """Where the grids stand on sheet Calc, columns counted from 1.

    Parameters
    ----------
    curve, line, steps, points : range
        Rows of the interpolated curve, of the estimate, of the range, and of the SLAs
    line_x, line_y : int
        Columns of the SLA and of the estimated GPUs; those to budget follow [-]
    steps_x : int
        Column of the SLA at the corners of the range; GPUs to commit and the low end follow [-]
    points_c : int
        Column of c* of each SLA; tok/s/user, SLA, estimate, GPUs to budget and to commit, SLA that cannot be met
        and its place on the axis follow [-]
    """

    curve: range
    line: range
    steps: range
    points: range
    line_x: int
    line_y: int
    steps_x: int
    points_c: int

    @classmethod
    def of(cls, layout: Layout) -> Grids:
        """Return where the grids of `layout` stand."""
        first = layout.sla_rows[-1] + 5
        line_x = 2 + len(_CURVE_STEPS) + 2
        line_y = line_x + 1 + len(_LINE_STEPS)
        corners = line_y + 3 + len(_ANCHOR_STEPS) + 1
        return cls(
            curve=range(first, first + _POINTS),
            line=range(first, first + _POINTS),
            steps=range(first, first + 2 * layout.anchors),
            points=range(first, first + layout.slas),
            line_x=line_x,
            line_y=line_y,
            steps_x=corners,
            points_c=corners + 4,
        )

    @property
    def heads(self) -> int:
        """The row of the headings [-]."""
        return self.curve[0] - 1


def chart_grids(calc: Page, layout: Layout) -> Grids:
    """Write the grids, and return where they stand.

    Parameters
    ----------
    calc : Page
        The sheet Calc
    layout : Layout
        Where the tables stand

    Returns
    -------
    Grids
        Rows and columns for the charts
    """
    grids = Grids.of(layout)
    calc.put(f"B{grids.heads - 1}", "What the charts draw (#N/A is not drawn)", "section")
    calc.tall(grids.heads, 58)
    _write_curve(calc, grids)
    _write_points(calc, grids, layout)
    _write_line(calc, grids)
    _write_anchors(calc, grids, layout)
    _write_corners(calc, grids, layout)
    return grids


def _write_curve(calc: Page, grids: Grids) -> None:
    """Write the interpolated curve in even steps of ln c, from the first anchor to the last."""
    for offset, (_, heading) in enumerate(_CURVE_STEPS):
        calc.at(grids.heads, 2 + offset, heading, "head")
    for position, row in enumerate(grids.curve):
        calc.at(row, 2, position / (_POINTS - 1), "const.num")
        steps = (
            f"EXP(INDEX(Curve_lnc,1)+B{row}*(INDEX(Curve_lnc,N_Anchors)-INDEX(Curve_lnc,1)))",
            f"MAX(1,MIN(N_Anchors,SUMPRODUCT((Curve_c<=C{row}*(1+Tolerance))*1)))",
            f"MIN(N_Anchors,D{row}+1)",
            f"IF(D{row}=E{row},INDEX(Curve_y,D{row}),{axes.y_at(f'C{row}', f'D{row}', f'E{row}')})",
            axes.y_of_r(f"F{row}"),
        )
        for offset, formula in enumerate(steps):
            calc.at(row, 3 + offset, f"=IF(Checks_Failed=0,{formula},NA())", "calc.num")


def _write_points(calc: Page, grids: Grids, layout: Layout) -> None:
    """Write one point an SLA: on the curve, in GPUs, or as one that cannot be met."""
    first = grids.points_c
    heads = (
        "c*", "tok/s/user there", "SLA", "GPUs, estimate", "GPUs to budget", "GPUs to commit", "SLA that cannot be met", "on the axis",
        "anchor that ends its bracket",
    )  # fmt: skip
    for offset, heading in enumerate(heads):
        calc.at(grids.heads, first + offset, heading, "head")
    for row, live in zip(grids.points, layout.sla_rows, strict=True):
        cells = calc_cells(live)
        met = ("c_star", "tok_s_per_user", "s", "total_gpus", "total_gpus_budget", "total_gpus_high")
        formulas = [f"=IF({cells['state']}=3,{cells[key]},NA())" for key in met]
        formulas += [f"=IF({cells['state']}=2,{value},NA())" for value in (cells["s"], "0")]
        # Beside a measured point the bracket above it is drawn too: there the rise begins.
        formulas.append(f'=IF({cells["state"]}=3,MAX(1,{cells["a"]}-1+{cells["between"]}),"")')
        for offset, formula in enumerate(formulas):
            calc.at(row, first + offset, formula, "calc.num")
    column = letter(first + len(heads) - 1)
    calc.named("Chart_Anchors", f"{column}{grids.points[0]}:{column}{grids.points[-1]}")


_LOW: Final = "MIN(INDEX(Curve_r,N_Anchors)*Chart_Plateau,MAX(Lowest,MIN(SLA_In)))"
_FROM: Final = "IF(COUNT(Chart_Anchors)=0,1,MIN(Chart_Anchors))"
"""The lowest SLA that is drawn, and the anchor of the highest: where the tightest bracket ends."""


def _write_line(calc: Page, grids: Grids) -> None:
    """Write the estimate over even steps of the SLA."""
    share, sla = letter(grids.line_x - 1), letter(grids.line_x)
    calc.at(grids.heads, grids.line_x - 1, "share of the way", "head")
    calc.at(grids.heads, grids.line_x, "SLA on the grid", "head")
    first = grids.line_x + 1
    keys = [key for key, _, _ in _LINE_STEPS]
    for offset, (_, heading, _) in enumerate(_LINE_STEPS):
        calc.at(grids.heads, first + offset, heading, "head")
    for offset, heading in enumerate(("GPUs, estimate", "GPUs to budget")):
        calc.at(grids.heads, grids.line_y + offset, heading, "head")
    for position, row in enumerate(grids.line):
        calc.at(row, grids.line_x - 1, position / (_POINTS - 1), "const.num")
        drawn = f"({_LOW}+{share}{row}*(INDEX(Curve_r,{_FROM})-{_LOW}))"
        # The budget jumps at an anchor: a point within half a step of one stands on it, so that no line crosses the jump.
        half = f"(INDEX(Curve_r,{_FROM})-{_LOW})/{2 * (_POINTS - 1)}"
        near = f"SUMPRODUCT(MAX((Curve_r>={drawn}-{half})*(Curve_r<={drawn}+{half})*Curve_r))"
        calc.at(row, grids.line_x, f"=IF(Checks_Failed=0,IF({near}>0,{near},{drawn}),NA())", "calc.num")
        on = f"=IF(ISNUMBER({sla}{row}),1,0)"
        write_steps(calc, row, first, _LINE_STEPS, f"${sla}{row}", {"on": on})
        for offset, key in enumerate(("pods", "pods_budget")):
            pods = f"{letter(first + keys.index(key))}{row}"
            gpus = f"IF(ISNUMBER({pods}),{bought(pods)},NA())"
            calc.at(row, grids.line_y + offset, f"={gpus}", "calc.num")


def _write_anchors(calc: Page, grids: Grids, layout: Layout) -> None:
    """Write the range below each anchor that is drawn: it is the same down to the next one."""
    first = grids.line_y + 3
    for offset, (_, heading, _) in enumerate(_ANCHOR_STEPS):
        calc.at(grids.heads, first + offset, heading, "head")
    for rank in range(1, layout.anchors + 1):
        on = f"=IF(Checks_Failed=0,IF(AND({rank}<=N_Anchors,{rank}>={_FROM}),1,0),0)"
        row = grids.steps[0] + rank - 1
        own = {"on": on, "met": on, "a": f"={rank}", "b": f"=IF(Checks_Failed=0,MIN(N_Anchors,{rank}+1),1)"}
        write_steps(calc, row, first, _ANCHOR_STEPS, "", own)


def _write_corners(calc: Page, grids: Grids, layout: Layout) -> None:
    """Write the corners of the steps: two an anchor, at its own SLA and at the next one's."""
    keys = [key for key, _, _ in _ANCHOR_STEPS]
    column = {key: letter(grids.line_y + 3 + keys.index(key)) for key in ("on", "pods_high", "pods_low")}
    for offset, heading in enumerate(("SLA at a corner", "GPUs to commit", "GPUs, low end")):
        calc.at(grids.heads, grids.steps_x + offset, heading, "head")
    for rank in range(1, layout.anchors + 1):
        at = grids.steps[0] + rank - 1
        after = f"IF({rank}<N_Anchors,INDEX(Curve_r,MIN(N_Anchors,{rank + 1})),{_LOW})"
        for row, sla in zip(grids.steps[2 * rank - 2 : 2 * rank], (f"INDEX(Curve_r,{rank})", after), strict=True):
            values = (sla, *(bought(f"{column[key]}{at}") for key in ("pods_high", "pods_low")))
            for offset, value in enumerate(values):
                calc.at(row, grids.steps_x + offset, f"=IF({column['on']}{at}=1,{value},NA())", "calc.num")
