"""What moves the figure of each SLA: demand, SLA, utilisation and the curve, a tenth down and up, each alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from xlsizing.drawing import LEAST_PT, wrapped
from xlsizing.reports.pictures.frame import INK, WIDTH, framed
from xlsizing.reports.report import Report
from xlsizing.reports.sensitivity import End, Moved, moved
from xlsizing.reports.tables import CANNOT_BE_MET

__all__ = ["what_moves_it"]

_PANEL: Final = 1.34
_LETTER: Final = 4.9
_NAMES: Final = 64.0
_TITLE: Final = 9.0
"""Sizes of a panel, of a letter, of the names left of it, and of the letters above it [in, pt, pt, pt]."""

_ACROSS: Final = WIDTH * 72 - _NAMES - 16
"""What the names leave of the width of a picture [pt]."""

_LONG: Final = 1e9
"""From here on changes are written in powers of ten [GPUs, USD/month]."""

_BOLD: Final = 1.2
"""How much wider bold letters are [-]."""

_UNDER: Final = (
    "Each input is moved alone, by sizing again; with the curve's tok/s/user its output tok/s move too. $ are a month. Bars of "
    "one panel have one scale, those of two have not."
)


class _Bar(NamedTuple):
    """One end of a bar."""

    gpus: int
    label: str
    met: bool


def what_moves_it(report: Report, title: str, form: str) -> bytes:
    """Return the picture of what moves the figures of a report.

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
        The picture; without a row that can be met it says so
    """
    rows = moved(report)
    left_out = sum(row.feasible for row in report.rows) - len(rows)
    under = [_UNDER, *([f"{left_out:,} more SLAs are not drawn."] if left_out else [])]
    return framed([report], title, max(1, len(rows)) * _PANEL, partial(_draw, rows), form, under=under)


def _draw(rows: Sequence[Moved], figure: Any) -> None:
    if not rows:
        figure.text(0.5, 0.5, "No SLA asked can be met: there is nothing to move.", ha="center")
        return
    figure.get_layout_engine().set(h_pad=0.07)
    for panel, row in zip(figure.subplots(len(rows), 1, squeeze=False)[:, 0], rows, strict=True):
        _panel(panel, row)


def _panel(panel: Any, row: Moved) -> None:
    bars = {name: sorted((_bar(row, end) for end in ends), key=lambda bar: bar.gpus) for name, ends in row.ends.items()}
    ranked = sorted(bars, key=lambda name: max((not bar.met, abs(bar.gpus)) for bar in bars[name]))
    gpus = [0, *(bar.gpus for pair in bars.values() for bar in pair)]
    for at, name in enumerate(ranked):
        for bar, side in zip(bars[name], ("right", "left"), strict=True):
            _end(panel, at, bar, side)
    panel.axvline(0, color=INK, linewidth=1)
    panel.set_xlim(*_limits(min(gpus), max(gpus), max(len(bar.label) for pair in bars.values() for bar in pair)))
    panel.set_ylim(-0.6, len(ranked) - 0.4)
    panel.set_yticks(range(len(ranked)), ranked)
    panel.tick_params(left=False, bottom=False, labelbottom=False)
    panel.spines[:].set_visible(False)
    panel.set_title("\n".join(wrapped(row.title, _ACROSS / _BOLD, _TITLE, 2)), loc="left", weight="bold", size=_TITLE)
    panel.set_xlabel("\n".join(wrapped(row.room_words, _ACROSS, LEAST_PT, 2)), loc="left")


def _bar(row: Moved, end: End) -> _Bar:
    gpus, usd = row.change(end, "total_gpus"), row.change(end, "usd_per_month")
    by = f"{100 * end.share:+.3g} %"
    if gpus is None:
        return _Bar(0, f"{by}: {CANNOT_BE_MET}", met=False)
    return _Bar(gpus, f"{by}: {_signed(gpus)} GPUs, {_signed(usd)} $" if gpus else f"{by}: as it is", met=True)


def _signed(value: float) -> str:
    return f"{value:+,.0f}" if abs(value) < _LONG else f"{value:+.4g}"


def _end(panel: Any, at: int, end: _Bar, side: str) -> None:
    """Draw one end of a bar, hatched where the GPUs grow, and what it is beside it."""
    grows = end.gpus > 0
    panel.barh(
        at,
        end.gpus,
        height=0.62,
        facecolor="0.55" if grows else "white",
        edgecolor=INK,
        hatch=None if grows else "////",
        linewidth=0.8,
    )
    offset = -4 if side == "right" else 4
    weight = "normal" if end.met else "bold"
    panel.annotate(
        end.label, (end.gpus, at), (offset, 0), textcoords="offset points", ha=side, va="center", weight=weight
    )


def _limits(low: int, high: int, letters: int) -> tuple[float, float]:
    """Return from where to where the axis goes, so that bars and labels of so many letters stand side by side."""
    room = letters * _LETTER + 8
    scale = max(_ACROSS - 2 * room, 40.0) / max(high - low, 1)
    return low - room / scale, high + room / scale
