"""Growth by quarter: the GPUs to commit to and to budget from day to day, and what may be quoted at each quarter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from xlsizing.core import BUDGET, COMMIT, figure_of, in_words, limits_of
from xlsizing.errors import shown
from xlsizing.reports.outlook import Outlook
from xlsizing.reports.pictures.frame import GREY, INK, LOOKS, framed, legend_above, plain_numbers
from xlsizing.reports.report import Report
from xlsizing.reports.tables import CANNOT_BE_MET, figure_heads

__all__ = ["growth_by_quarter"]

_HEIGHT: Final = 2.6
_LONE_HEIGHT: Final = 3.6
_ROOM: Final = 1.18
_MOST_DAYS: Final = 600
_MOST_TICKS: Final = 8
_UNDER: Final = "Lines: the sizing of each day. Marks: each quarter; figures stand in the table of growth."


def growth_by_quarter(report: Report, title: str, form: str) -> bytes:
    """Return the picture of growth.

    Parameters
    ----------
    report : Report
        A sizing whose demand grows
    title : str
        What the picture is called
    form : str
        One of `canvas.FORMATS`

    Returns
    -------
    bytes
        The picture
    """
    outlooks = report.outlooks
    height = _LONE_HEIGHT if len(outlooks) == 1 else _HEIGHT * len(outlooks)
    under = [f"{_first_upper(report.growth.words)}." if report.growth else "", _UNDER]
    return framed([report], title, height, partial(_draw, report, outlooks), form, under=[*filter(None, under)])


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _draw(report: Report, outlooks: Sequence[Outlook], figure: Any) -> None:
    panels = np.ravel(figure.subplots(len(outlooks), 1, sharex=True))
    for panel, outlook in zip(panels, outlooks, strict=True):
        asked = f"at {in_words(limits_of(outlook.row), outlook.row.sla)}"
        panel.set_ylabel(f"GPUs{', spares in' if report.sizing.holds_spares else ''}")
        if outlook.quarters:
            _lines(panel, report, outlook)
            _marks(panel, report, outlook)
        else:
            panel.set_yticks([])
            panel.text(0.5, 0.4, f"{asked}: {CANNOT_BE_MET}", transform=panel.transAxes, ha="center", va="center")
        panel.text(0.01, 0.95, asked, transform=panel.transAxes, va="top", weight="bold")
    drawn = next((panel for panel, outlook in zip(panels, outlooks, strict=True) if outlook.quarters), None)
    if drawn is not None:
        legend_above(drawn, 3)
    _days(panels[-1], outlooks[0])


def _lines(panel: Any, report: Report, outlook: Outlook) -> None:
    """Draw what must be bought from day to day, as finely as can be told apart."""
    days, heads = outlook.growth.days, figure_heads(report.sizing.bound)
    at = np.unique(np.linspace(0, len(days) - 1, min(len(days), _MOST_DAYS)).round().astype(int))
    sizing = outlook.sized(outlook.growth.factors([days[i] for i in at]))
    most = 0
    for which in (COMMIT, BUDGET):
        gpus = figure_of(sizing, "total_gpus", which)
        panel.plot(at, gpus, drawstyle="steps-post", label=heads[which], **LOOKS[which])
        most = max(most, int(gpus.max()))
    panel.set_ylim(0, most * _ROOM)
    plain_numbers(panel.yaxis)
    panel.grid(axis="y", color="0.85", linewidth=0.5)
    panel.set_axisbelow(True)


def _marks(panel: Any, report: Report, outlook: Outlook) -> None:
    """Mark the figure of each quarter, and write it at those that the axis names."""
    start, named = outlook.growth.start, _named(outlook)
    at = [(quarter.day - start).days for quarter in outlook.quarters]
    gpus = [figure_of(quarter.row, "total_gpus", quarter.quoted or COMMIT) for quarter in outlook.quarters]
    quoted = [quarter.quoted is not None for quarter in outlook.quarters]
    for may, label, face in ((True, "to quote, bold in tables", INK), (False, "to commit, none to quote", "white")):
        there = [(x, y) for x, y, each in zip(at, gpus, quoted, strict=True) if each is may]
        if there:
            look = {"marker": "D", "color": INK, "markerfacecolor": face, "markersize": 6, "linestyle": ""}
            panel.plot(*zip(*there, strict=True), label=label, zorder=6, clip_on=False, **look)
    last = len(at) - 1
    box = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    for i in named:
        side = "left" if i == 0 else "right" if i == last else "center"
        panel.annotate(
            f"{gpus[i]:,}", (at[i], gpus[i]), (0, -7), textcoords="offset points", ha=side, va="top", zorder=5, bbox=box
        )


def _named(outlook: Outlook) -> list[int]:
    """Return the quarters that the axis names, from the first to the last, so that their dates stand apart."""
    growth, count = outlook.growth, len(outlook.growth.quarters)
    apart = len(growth.days) / _MOST_TICKS
    step = -(-(count - 1) // (_MOST_TICKS - 1)) or 1
    ticks = list(range(0, count - 1, step))
    while len(ticks) > 1 and (growth.end - growth.quarters[ticks[-1]]).days < apart:
        ticks.pop()
    return [*ticks, count - 1]


def _days(panel: Any, outlook: Outlook) -> None:
    """Name the quarters below a `panel`, with the demand then over that of today."""
    growth = outlook.growth
    named = [growth.quarters[i] for i in _named(outlook)]
    panel.set_xlim(0, (growth.end - growth.start).days)
    words = [f"{day}\nx {shown(growth.factor(day), digits=4)}" for day in named]
    panel.set_xticks([(day - growth.start).days for day in named], words)
    first, *_, last = panel.get_xticklabels()
    first.set_ha("left")
    last.set_ha("right")
    panel.tick_params(axis="x", colors=GREY, labelcolor=INK)
    panel.set_xlabel("date, and the demand then over that of the first day")
