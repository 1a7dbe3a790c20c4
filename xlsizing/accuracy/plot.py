"""The error of hidden points by how far apart the anchors around them are, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from xlsizing.accuracy.measure import Hidden, Point
from xlsizing.checks import Floats
from xlsizing.core import METHODS
from xlsizing.drawing import drawable, drawn

__all__ = ["error_by_gap"]

_INCHES: Final = (11.0, 4.2)
_LIMITS: Final = (-100, 150)
_FEW: Final = 10


def error_by_gap(found: Sequence[Hidden], truth: str, source: str) -> bytes:
    """Return a PNG: the error of each hidden point against the gap of the anchors around it, a panel a method.

    Parameters
    ----------
    found : sequence of Hidden
        Hidden points; those of all schemes are drawn together
    truth : str
        Under which truth
    source : str
        The file of the curves, for the title

    Returns
    -------
    bytes
        The picture

    Raises
    ------
    InputError
        If the library that draws is not installed.
    """

    def draw(figure: Any) -> None:
        panels = figure.subplots(1, len(METHODS), sharex=True, sharey=True)
        for panel, method in zip(panels, METHODS, strict=True):
            points = [point for each in found if each.truth == truth for point in each.points[method]]
            _draw(panel, method, points)
        panels[0].set_ylabel("pods of the estimate over pods needed, less 1 [%]")
        figure.suptitle(drawable(f"Error by gap: {source}, truth {truth}, all schemes"))

    return drawn(draw, _INCHES)


def _draw(panel: Any, method: str, points: Sequence[Point]) -> None:
    gap = np.array([point.gap for point in points])
    error = np.array([100 * (point.need / point.estimate - 1) for point in points])
    panel.axhline(0, color="black", linewidth=0.8)
    panel.scatter(gap, error, s=4, alpha=0.25, linewidths=0, label="hidden point")
    middles, low, median, high = _quantiles_by_gap(gap, error)
    panel.plot(middles, median, color="C1", marker="o", markersize=3, label="median of a doubling")
    panel.fill_between(middles, low, high, color="C1", alpha=0.2, label="10 % to 90 %")
    panel.set_xscale("log", base=2)
    panel.xaxis.set_major_formatter(lambda gap, _: f"{gap:g}")  # the library's own are formulas
    panel.set_xlim(1, gap.max(initial=2) * 1.1)  # stated: an axis without points has no limits of its own
    panel.set_ylim(*_LIMITS)
    panel.set_title(f"{method}, {len(points):,} points")
    panel.set_xlabel("concurrency after over before [-]")
    panel.legend(loc="upper left")


def _quantiles_by_gap(gap: Floats, error: Floats) -> tuple[list[float], list[float], list[float], list[float]]:
    """Return the middle of each doubling of the gap, and the quantiles of the errors there; thin ones have none."""
    doubling = np.round(np.log2(gap)).astype(int) if gap.size else np.array([], dtype=int)
    columns: tuple[list[float], list[float], list[float], list[float]] = ([], [], [], [])
    for which in sorted(set(doubling.tolist())):
        there = error[doubling == which]
        if there.size >= _FEW:
            for column, value in zip(columns, (2.0**which, *np.quantile(there, (0.1, 0.5, 0.9)).tolist()), strict=True):
                column.append(value)
    return columns
