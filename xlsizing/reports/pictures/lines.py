"""The figures of a sizing between its SLAs: the same sizing on a fine grid of SLAs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlsizing.advice import sized_anew
from xlsizing.checks import Floats, refuse
from xlsizing.core import Limits, Sizing, in_words, limits_of
from xlsizing.errors import Phrase
from xlsizing.reports.pictures.frame import WIDE
from xlsizing.reports.report import Report
from xlsizing.rules import TOLERANCE

__all__ = ["Lines", "lines_of"]

_POINTS = 800
_BELOW, _ABOVE, _FARTHEST = 0.75, 1.06, 1.5
"""How far the axis goes beyond the SLAs and the curve, and at the most beyond the curve [-]."""


_INSIDE = 0.98
_WITHOUT = "Lines are without limits on waiting, for rows have different ones; marks are within those of their row."


@dataclass(frozen=True)
class Lines:
    """What is drawn against the SLA.

    Parameters
    ----------
    sizing : Sizing
        The sizing on a grid of SLAs, none of them tighter than the curve
    lowest, highest : float
        Where the axis begins and ends [tok/s/user]
    words : str
        Which limits on waiting they keep, in a sentence; empty where there are none
    """

    sizing: Sizing
    lowest: float
    highest: float
    words: str

    @property
    def sla(self) -> Floats:
        """The grid [tok/s/user]."""
        return self.sizing.sla

    def inside(self, sla: float) -> float:
        """Return where an `sla` is marked: at the end of the axis where it lies beyond [tok/s/user]."""
        return min(sla, self.highest * _INSIDE)

    def met(self, figures: npt.ArrayLike) -> Floats:
        """Return `figures` along the grid, NaN where the SLA cannot be met [unit of the figures]."""
        return np.where(self.sizing.feasible, np.asarray(figures, float), np.nan)


def lines_of(report: Report) -> Lines:
    """Return the figures of `report` between its SLAs.

    Parameters
    ----------
    report : Report
        The sizing, of one demand

    Returns
    -------
    Lines
        The same sizing on a grid

    Raises
    ------
    InputError
        If it is of several demands.

    Notes
    -----
    Where rows have different limits on waiting the lines keep none: a limit belongs to its row.
    """
    sizing = report.sizing
    if sizing.demand.shape:
        refuse("demand", "must be one to be drawn", got=Phrase(f"{sizing.demand.value.size:,} of them"))
    kinds = {tuple(limits_of(row).items()) for row in report.rows}
    shared, limits = len(kinds) == 1, sizing.points.limits
    kept = limits.row(0) if shared else Limits(output_tokens=limits.output_tokens, statistic=limits.statistic)
    rates = sizing.curve.tok_s_per_user
    lowest = _BELOW * min(report.rows[0].sla, float(rates[-1]))
    fastest = sizing.curve.fastest
    highest = _ABOVE * min(max(report.rows[-1].sla, fastest), _FARTHEST * fastest)
    corners = np.concatenate([rates, rates[1:] * (1 + 3 * TOLERANCE)])  # where the range steps
    spread = np.geomspace if highest / lowest > WIDE else np.linspace
    grid = np.unique(np.concatenate([spread(lowest, fastest, _POINTS)[:-1], corners]))
    words = ("Lines and marks: " + in_words(limits_of(report.rows[0])) + ".") if shared else _WITHOUT
    return Lines(sized_anew(sizing, sla=grid, limits=kept), lowest, highest, words if limits.asked else "")
