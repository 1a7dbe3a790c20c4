"""Texts beside marks, kept apart from each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

__all__ = ["Labels"]

_LINE: Final = 0.045
_LETTER: Final = 0.0125
_STEP: Final = 0.01
_GAP: Final = 0.03
"""Sizes in the panel's own measure, 1 from edge to edge [-]."""

_Box = tuple[float, float, float, float]


class Labels:
    """The texts of one panel, each as near above its mark as what stands there already allows.

    Parameters
    ----------
    panel : matplotlib Axes
        Its limits and scales must be set
    marks : iterable of pair of float
        Where marks stand that no text may cover [units of the axes]
    """

    def __init__(self, panel: Any, marks: Iterable[tuple[float, float]]) -> None:
        self._panel = panel
        places = (self._place(*mark) for mark in marks)
        half = _GAP / 2
        self._taken: list[_Box] = [(x - half, y - half, x + half, y + half) for x, y in places]

    def write(self, x: float, y: float, text: str, *, beside: bool = False) -> None:
        """Write `text` above the mark at `x` and `y`, or to its right if `beside`, with a thin line to it from far away [units of the axes]."""
        across, up = self._place(x, y)
        lines = text.split("\n")
        width, height = _LETTER * max(map(len, lines)), _LINE * len(lines)
        wanted = across + _GAP / 2 if beside else across - width / 2
        left = min(max(wanted, 0.0), 1.0 - width)
        bottom = up + (0 if beside else _GAP)
        while any(_meet((left, bottom, left + width, bottom + height), box) for box in self._taken):
            bottom += _STEP
        self._taken.append((left, bottom, left + width, bottom + height))
        if bottom > up + 2 * _GAP:
            self._panel.plot(
                [across, across],
                [up + _GAP / 2, bottom],
                transform=self._panel.transAxes,
                color="0.5",
                linewidth=0.6,
                zorder=3,
            )
        box = {"boxstyle": "square,pad=0.02", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}
        self._panel.text(
            left + width / 2, bottom, text, transform=self._panel.transAxes, ha="center", va="bottom", zorder=7,
            weight="normal" if beside else "bold", linespacing=1.0, bbox=box,
        )  # fmt: skip

    def _place(self, x: float, y: float) -> tuple[float, float]:
        across, up = self._panel.transAxes.inverted().transform(self._panel.transData.transform((x, y)))
        return float(across), float(up)


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
