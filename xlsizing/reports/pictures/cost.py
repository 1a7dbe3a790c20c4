"""Cost against the SLA for several curves, each with its own GPUs per pod and price."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from string import ascii_uppercase
from typing import Any, Final

import numpy as np

from xlsizing.checks import refuse
from xlsizing.core import BUDGET, COMMIT, figure_of
from xlsizing.errors import Phrase, shown
from xlsizing.reports.asked import facts
from xlsizing.reports.pictures.frame import CARRIES, framed, legend_above, log_axis, per_pod, sla_axis, stamp
from xlsizing.reports.pictures.lines import Lines, lines_of
from xlsizing.reports.report import Report
from xlsizing.reports.tables import figure_heads

__all__ = ["MOST_CURVES", "cost_by_sla"]

MOST_CURVES: Final = len(CARRIES)
"""More cannot be told apart in grey [-]."""

_HEIGHT: Final = 2.4
_UNDER: Final = "Each line ends at the fastest point measured; marks stand at the SLAs asked for."


def cost_by_sla(reports: Sequence[Report], title: str, form: str) -> bytes:
    """Return the picture of the cost of several curves.

    Parameters
    ----------
    reports : sequence of Report
        The same demand and SLAs on each of the curves, two to MOST_CURVES of them
    title : str
        What the picture is called
    form : str
        One of `canvas.FORMATS`

    Returns
    -------
    bytes
        The picture

    Raises
    ------
    InputError
        If there are too many curves.
    """
    if len(reports) > MOST_CURVES:
        refuse("curves to compare", f"must be at most {MOST_CURVES}", got=Phrase(f"{len(reports)} of them"))
    under = [_UNDER, *(_named(letter, report) for letter, report in zip(ascii_uppercase, reports, strict=False))]
    each = list(map(lines_of, reports))
    return framed(
        reports, title, 2 * _HEIGHT, partial(_draw, reports, each), form, under=[*under, *filter(None, [each[0].words])]
    )


def _named(letter: str, report: Report) -> str:
    """Return what a curve is, for its letter."""
    label = report.context_label or "no measurement context given"
    name = report.source.partition(", SHA-256")[0] or report.model or "the curve given"
    return f"{letter}: {name}, {per_pod(report)}, {facts(report)['Price']}, {stamp([report])}; {label}"


def _draw(reports: Sequence[Report], each: Sequence[Lines], figure: Any) -> None:
    panels = figure.subplots(2, 1, sharex=True, sharey=True)
    for panel, which in zip(panels, (BUDGET, COMMIT), strict=True):
        for letter, look, report, lines in zip(ascii_uppercase, CARRIES, reports, each, strict=False):
            _line(panel, which, letter, look, report, lines)
        panel.set_yscale("log")
        panel.set_ylabel(f"$/month {figure_heads(reports[0].sizing.bound)[which]}")
        panel.grid(color="0.85", linewidth=0.5)
        panel.set_axisbelow(True)
    low, high = panels[0].get_ylim()
    log_axis(panels[0].yaxis, low, high)
    legend_above(panels[0], len(reports))
    sla_axis(panels[1], min(lines.lowest for lines in each), max(lines.highest for lines in each))


def _line(panel: Any, which: str, letter: str, look: tuple[Any, ...], report: Report, lines: Lines) -> None:
    """Draw the cost of one curve, with a mark at each SLA asked for and its letter at its end."""
    colour, dashes, marker = look
    usd = lines.met(figure_of(lines.sizing, "usd_per_month", which))
    panel.plot(lines.sla, usd, color=colour, linestyle=dashes, linewidth=1.6)
    rows = [row for row in report.rows if row.feasible]
    places = [[row.sla for row in rows], [figure_of(row, "usd_per_month", which) for row in rows]]
    panel.plot(*places, color=colour, linestyle="", marker=marker, markersize=5.5)
    label = f"{letter}, to {shown(report.sizing.curve.fastest, digits=4)}"
    panel.plot([], [], color=colour, linestyle=dashes, marker=marker, markersize=5.5, label=label)
    met = np.flatnonzero(np.isfinite(usd))
    if met.size:
        end = (lines.sla[met[-1]], usd[met[-1]])
        panel.annotate(letter, end, (4, 0), textcoords="offset points", va="center", weight="bold", color=colour)
