"""Growth by quarter: the GPUs to commit to and to budget from day to day, and what may be quoted at each quarter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
_UNMET_HEIGHT: Final = 0.6
_LEAST_ROOM: Final = 0.12
_ROOM: Final = 1.25
_MOST_DAYS: Final = 600
_MOST_APART: Final = 6
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
    height = max(_LONE_HEIGHT, sum(_heights(outlooks)))
    under = [f"{_first_upper(report.growth.words)}." if report.growth else "", _UNDER]
    return framed([report], title, height, partial(_draw, report, outlooks), form, under=[*filter(None, under)])


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _heights(outlooks: Sequence[Outlook]) -> list[float]:
    return [_HEIGHT if outlook.quarters else _UNMET_HEIGHT for outlook in outlooks]


def _draw(report: Report, outlooks: Sequence[Outlook], figure: Any) -> None:
    ratios = {"height_ratios": _heights(outlooks)}
    panels = np.ravel(figure.subplots(len(outlooks), 1, sharex=True, gridspec_kw=ratios))
    kinds = sorted({quarter.quoted is not None for outlook in outlooks for quarter in outlook.quarters}, reverse=True)
    met = []
    for panel, outlook in zip(panels, outlooks, strict=True):
        words = f"at {in_words(limits_of(outlook.row), outlook.row.sla)}"
        if outlook.quarters:
            met.append(panel)
            _lines(panel, report, outlook)
            _marks(panel, outlook, kinds)
        else:
            words += f": {CANNOT_BE_MET}"
            panel.set_yticks([])
        panel.text(0.01, 0.95, words, transform=panel.transAxes, va="top", weight="bold")
    if met:
        legend_above(met[0], 4)
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
    panel.set_ylabel(f"GPUs{', spares in' if report.sizing.holds_spares else ''}")
    plain_numbers(panel.yaxis)
    panel.grid(axis="y", color="0.85", linewidth=0.5)
    panel.set_axisbelow(True)


def _marks(panel: Any, outlook: Outlook, kinds: Iterable[bool]) -> None:
    """Mark the figure of each quarter by whether it may be quoted, and write it at those that the axis names."""
    start = outlook.growth.start
    at = [(quarter.day - start).days for quarter in outlook.quarters]
    gpus = [figure_of(quarter.row, "total_gpus", quarter.quoted or COMMIT) for quarter in outlook.quarters]
    for kind in kinds:
        there = [i for i, quarter in enumerate(outlook.quarters) if (quarter.quoted is not None) is kind]
        label, face = ("to quote, bold in tables", INK) if kind else ("to commit, none to quote", "white")
        look = {"marker": "D", "color": INK, "markerfacecolor": face, "markersize": 6, "linestyle": ""}
        panel.plot([at[i] for i in there], [gpus[i] for i in there], label=label, zorder=6, clip_on=False, **look)
    box = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    room = _LEAST_ROOM * panel.get_ylim()[1]
    for i in _named(outlook):
        side, aside = ("right", -2) if i else ("left", 3)
        # Below the mark where the line to commit lies above it, but not on the axis.
        below = room < gpus[i] < figure_of(outlook.quarters[i].row, "total_gpus", COMMIT)
        if below and 0 < i < len(at) - 1:
            side, aside = "left", 2
        up, edge = (-6, "top") if below else (6, "bottom")
        panel.annotate(
            f"{gpus[i]:,}", (at[i], gpus[i]), (aside, up), textcoords="offset points", ha=side, va=edge, bbox=box
        )


def _named(outlook: Outlook) -> list[int]:
    """Return the quarters that the axis names, from the first to the last, so that their dates stand apart."""
    growth, count = outlook.growth, len(outlook.growth.quarters)
    apart = len(growth.days) / _MOST_APART
    step = -(-(count - 1) // _MOST_APART)
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
    panel.tick_params(axis="x", colors=GREY, labelcolor=INK)
    panel.set_xlabel("date, and the demand then over that of the first day")
