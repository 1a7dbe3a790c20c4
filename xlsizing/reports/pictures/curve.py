"""The measured curve with the operating points of the SLAs, and the waits for the first token below it."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np

from xlsizing.checks import Floats
from xlsizing.core import WAITS, Wait, rate_at, waits_of
from xlsizing.errors import shown
from xlsizing.reports.pictures.frame import (
    BLUE,
    GREY,
    INK,
    MOST_MARKED,
    ORANGE,
    framed,
    legend_above,
    log_axis,
    plain_numbers,
)
from xlsizing.reports.pictures.labels import Labels
from xlsizing.reports.report import Report

__all__ = ["curve_with_points"]

_HEIGHT: Final = 3.4
_WAITS_HEIGHT: Final = 1.6
_MEASURED: Final = {"color": INK, "linestyle": "", "marker": "o", "markersize": 5.5}
_AT_ESTIMATE: Final = {"color": ORANGE, "markerfacecolor": "white", "linestyle": "", "marker": "D", "markersize": 6}
_AT_COMMIT: Final = {"color": INK, "markerfacecolor": "none", "linestyle": "", "marker": "s", "markersize": 10}


def curve_with_points(report: Report, title: str, form: str) -> bytes:
    """Return the picture of the measured curve and where replicas run on it.

    Parameters
    ----------
    report : Report
        The sizing
    title : str
        What the picture is called
    form : str
        One of `canvas.FORMATS`

    Returns
    -------
    bytes
        The picture
    """
    waits = [wait for wait in WAITS if getattr(report.sizing.curve, wait.name, None) is not None]
    height = _HEIGHT + (_WAITS_HEIGHT if waits else 0)
    under = [_UNDER.format(method=report.sizing.points.method.name)]
    return framed([report], title, height, partial(_draw, report, waits), form, under=under)


_UNDER: Final = (
    "Line: interpolation by {method}. Beside each point of the estimate: the SLA and the requests in flight on one replica there. "
    "The pods to commit to run at measured points."
)


def _draw(report: Report, waits: list[Wait], figure: Any) -> None:
    heights = [_HEIGHT, _WAITS_HEIGHT] if waits else [_HEIGHT]
    panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    c = report.sizing.curve.concurrency
    low, high = float(c[0]) / 1.25, float(c[-1]) * 1.25
    for panel in panels:
        panel.set_xscale("log")
        panel.set_xlim(low, high)
        panel.grid(axis="y", color="0.85", linewidth=0.5)
        panel.set_axisbelow(True)
    _rates(panels[0], report)
    if waits:
        _waits(panels[1], report, waits)
    log_axis(panels[-1].xaxis, low, high)
    panels[-1].set_xlabel("concurrency: requests in flight on one replica, logarithmic scale")


def _rates(panel: Any, report: Report) -> None:
    sizing, curve = report.sizing, report.sizing.curve
    fine = np.geomspace(curve.concurrency[0], curve.concurrency[-1], 400)
    panel.plot(fine, rate_at(curve, fine, sizing.points.method), color=BLUE, linewidth=1.5, label="interpolated")
    panel.plot(curve.concurrency, curve.tok_s_per_user, label="measured point", **_MEASURED)
    rows = [row for row in report.rows if row.feasible]
    tightest = max([curve.fastest, *(row.sla for row in rows)])
    panel.set_ylim(0, 1.3 * tightest)
    plain_numbers(panel.yaxis)
    panel.set_ylabel("output tok/s per user")
    panel.plot(
        [row.c_commit for row in rows],
        [row.tok_s_per_user_commit for row in rows],
        label="pods to commit",
        **_AT_COMMIT,
    )
    panel.plot([row.c_star for row in rows], [row.tok_s_per_user for row in rows], label="estimate", **_AT_ESTIMATE)
    labels = Labels(panel, zip(curve.concurrency.tolist(), curve.tok_s_per_user.tolist(), strict=True))
    for row in rows if len(rows) <= MOST_MARKED else []:
        c = float(f"{row.c_star:.4g}")
        labels.write(row.c_star or 1, row.tok_s_per_user or 0, f"{shown(row.sla)}: c={shown(c)}", beside=True)
    legend_above(panel, 4)


def _waits(panel: Any, report: Report, waits: list[Wait]) -> None:
    """Draw what the curve tells of waits, and the limits on them."""
    curve = report.sizing.curve
    for wait, (marker, dashes) in zip(waits, (("o", "-"), ("^", "--")), strict=False):
        measured: Floats = getattr(curve, wait.name)
        panel.plot(curve.concurrency, waits_of(curve, wait), color=BLUE, linestyle=dashes, linewidth=1.2)
        panel.plot(
            curve.concurrency,
            measured,
            color=INK,
            linestyle="",
            marker=marker,
            markersize=5,
            label=f"{wait.label} measured",
        )
        limits = sorted({limit for row in report.rows if (limit := getattr(row, wait.limit)) is not None})
        for limit in limits[:MOST_MARKED]:
            panel.axhline(limit, color=ORANGE, linewidth=1.2, linestyle=dashes)
            panel.annotate(
                f"{wait.label} limit {shown(limit)} s",
                (1, limit),
                xycoords=("axes fraction", "data"),
                ha="right",
                va="bottom",
                xytext=(0, 1),
                textcoords="offset points",
            )
        rows = [row for row in report.rows if row.feasible and getattr(row, wait.name) is not None]
        panel.plot([row.c_star for row in rows], [getattr(row, wait.name) for row in rows], **_AT_ESTIMATE)
    panel.set_ylim(bottom=0)
    panel.set_ylabel("seconds", color=INK)
    panel.legend(loc="upper left")
    panel.spines["bottom"].set_color(GREY)
