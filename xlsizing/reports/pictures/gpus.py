"""GPUs against the SLA: the plateau, the steep rise, what nobody measured, and the SLAs of this sizing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from xlsizing.core import COMMIT, SizingRow, figure_of
from xlsizing.errors import shown
from xlsizing.reports.pictures.frame import GREY, INK, LOOKS, MOST_MARKED, framed, legend_above, log_axis, sla_axis
from xlsizing.reports.pictures.labels import Labels
from xlsizing.reports.pictures.lines import Lines, lines_of
from xlsizing.reports.report import Report
from xlsizing.reports.tables import CANNOT_BE_MET, figure_heads

__all__ = ["gpus_by_sla"]

_HEIGHT: Final = 4.2
_HOLLOW: Final = {"color": INK, "markerfacecolor": "white", "markersize": 7}
_TO_QUOTE: Final = "to quote, bold in tables"


def gpus_by_sla(report: Report, title: str, form: str) -> bytes:
    """Return the picture of GPUs against the SLA.

    Parameters
    ----------
    report : Report
        The sizing, of one demand
    title : str
        What the picture is called
    form : str
        One of `canvas.FORMATS`

    Returns
    -------
    bytes
        The picture
    """
    lines = lines_of(report)
    under = [lines.words] if lines.words else []
    if len(report.rows) > MOST_MARKED:
        under.append(
            f"GPUs are written beside the SLAs where there are at most {MOST_MARKED}; here are {len(report.rows):,}."
        )
    return framed([report], title, _HEIGHT, partial(_draw, report, lines), form, under=under)


def _draw(report: Report, lines: Lines, figure: Any) -> None:
    panel, heads = figure.subplots(), figure_heads(report.sizing.bound)
    low, high = lines.met(lines.sizing.total_gpus_low), lines.met(lines.sizing.total_gpus_high)
    panel.fill_between(lines.sla, low, high, color="0.9", linewidth=0, label="range, measured points")
    for which, look in LOOKS.items():
        panel.plot(lines.sla, lines.met(figure_of(lines.sizing, "total_gpus", which)), label=heads[which], **look)
    sla_axis(panel, lines.lowest, lines.highest)
    _logarithmic(panel, report, low, high)
    _beyond(panel, report.sizing.curve.fastest, lines.highest)
    rates = report.sizing.curve.tok_s_per_user
    at_axis = panel.get_xaxis_transform()
    panel.plot(
        rates, np.zeros(rates.size), "^", transform=at_axis, clip_on=False, label="measured point", zorder=5, **_HOLLOW
    )
    _marks(panel, report, lines.inside)
    spares = ", spares in" if report.sizing.holds_spares else ""
    panel.set_ylabel(f"GPUs{spares}, logarithmic scale")
    legend_above(panel, 3)


def _logarithmic(panel: Any, report: Report, low: Any, high: Any) -> None:
    """Scale the GPUs so that lines and marks have room."""
    met = [row for row in report.rows if row.feasible]
    least = np.nanmin([*low, *(row.total_gpus_low or np.nan for row in met), 1e15])
    most = np.nanmax([*high, *(row.total_gpus_high or np.nan for row in met), 1.0])
    bottom, top = 0.6 * min(least, most), 2.2 * most
    panel.set_yscale("log")
    panel.set_ylim(bottom, top)
    log_axis(panel.yaxis, bottom, top)
    panel.grid(axis="y", color="0.85", linewidth=0.5)
    panel.set_axisbelow(True)


def _beyond(panel: Any, fastest: float, highest: float) -> None:
    """Hatch the SLAs that no measured point meets."""
    panel.axvspan(
        fastest,
        highest,
        facecolor="none",
        edgecolor="0.6",
        hatch="////",
        linewidth=0,
        label=f"{CANNOT_BE_MET}: > {shown(fastest, digits=5)}",
    )
    panel.axvline(fastest, color=GREY, linewidth=0.8)


def _marks(panel: Any, report: Report, inside: Callable[[float], float]) -> None:
    """Mark the figure to quote of each SLA, and write it there where there is room for all; SLAs off the axis at its end."""
    floor = panel.get_ylim()[0] * 1.3
    marks = [_mark(row, quoted) for row, quoted in zip(report.rows, report.quoted, strict=True)]
    places = [(inside(row.sla), mark.gpus or floor) for row, mark in zip(report.rows, marks, strict=True)]
    for meaning, look in {mark.meaning: mark.look for mark in marks}.items():
        there = [place for place, mark in zip(places, marks, strict=True) if mark.meaning == meaning]
        panel.plot(*zip(*there, strict=True), label=meaning, linestyle="", zorder=6, **look)
    if len(marks) <= MOST_MARKED:
        labels = Labels(panel, places)
        for place, mark in zip(places, marks, strict=True):
            labels.write(*place, mark.words)


class _Mark(NamedTuple):
    """Where a row is marked, None where no number stands; how, what that means, and what is written beside it."""

    gpus: int | None
    look: dict[str, Any]
    meaning: str
    words: str


def _mark(row: SizingRow, quoted: str | None) -> _Mark:
    at = f"at {shown(row.sla)}"
    if not row.feasible:
        return _Mark(None, {"marker": "X", **_HOLLOW}, f"SLA that {CANNOT_BE_MET}", f"{at}:\n{CANNOT_BE_MET}")
    gpus = figure_of(row, "total_gpus", quoted or COMMIT)
    if quoted is None:
        return _Mark(gpus, {"marker": "o", **_HOLLOW}, "to commit, none to quote", f"{gpus:,} to\ncommit {at}")
    return _Mark(gpus, {"marker": "D", "color": INK, "markersize": 6}, _TO_QUOTE, f"{gpus:,}\n{at}")
