"""What stands around every picture: title, standing, what it rests on; and how its lines and marks look.

Lines differ by their dashes and widths and marks by their shape, so that grey and colour-blind eyes tell them apart; the
colours are those of Okabe and Ito.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil, floor, log10
from typing import Any, Final

import xlsizing
from xlsizing.core import BUDGET, COMMIT, ESTIMATE
from xlsizing.drawing import LEAST_PT, drawn, wrapped
from xlsizing.errors import shown
from xlsizing.reports.asked import demand_words
from xlsizing.reports.report import Report
from xlsizing.reports.tables import WORKLOAD_MISMATCH, shown_grouped
from xlsizing.rules import DRAFT, VERDICT

__all__ = [
    "BLUE",
    "CARRIES",
    "GREEN",
    "GREY",
    "INK",
    "LOOKS",
    "MOST_MARKED",
    "ORANGE",
    "WIDE",
    "WIDTH",
    "framed",
    "legend_above",
    "log_axis",
    "per_pod",
    "plain_numbers",
    "sla_axis",
    "stamp",
]

WIDTH: Final = 7.2
"""How wide a picture is: the text of a page of A4 [in]."""

WIDE: Final = 40
"""SLAs further apart than so many times stand on a logarithmic axis [-]."""

MOST_MARKED: Final = 12
"""SLAs that are marked with their figures; more would stand on each other [-]."""

INK, GREY, BLUE, ORANGE, GREEN = "black", "0.35", "#0072B2", "#D55E00", "#009E73"

LOOKS: Final[dict[str, dict[str, Any]]] = {
    COMMIT: {"color": INK, "linewidth": 2.2, "linestyle": "-"},
    BUDGET: {"color": BLUE, "linewidth": 1.8, "linestyle": (0, (5, 1.5))},
    ESTIMATE: {"color": ORANGE, "linewidth": 1.5, "linestyle": (0, (1, 1.2))},
}
"""The line of each figure of a row, wherever it is drawn [-]."""

CARRIES: Final = (
    (INK, "-", "o"),
    (BLUE, "--", "s"),
    (ORANGE, "-.", "^"),
    (GREEN, ":", "D"),
    (GREY, (0, (7, 2, 1, 2, 1, 2)), "v"),
)
"""Colour, dashes and mark of the first, second ... of several things in one picture [-]."""

_INCH: Final = 72.0
_MARGIN: Final = 8.0
_LINE: Final = 11.0
_TITLE: Final = 11.0
_MOST_LINES: Final = 3

Body = Callable[[Any], None]


def framed(
    reports: Sequence[Report], title: str, height: float, body: Body, form: str, *, under: Sequence[str] = ()
) -> bytes:
    """Return a picture with its frame.

    Parameters
    ----------
    reports : sequence of Report
        What is drawn, for the words around it: one, or several curves of one demand
    title : str
        What the picture shows
    height : float
        Of what `body` draws [in]
    body : callable
        Draws on the Figure that it is given, between head and foot
    form : str
        One of `canvas.FORMATS`
    under : sequence of str, optional
        Sentences below it that belong to this picture alone

    Returns
    -------
    bytes
        The picture
    """
    across = WIDTH * _INCH - 2 * _MARGIN
    head = wrapped(_about(reports), across, LEAST_PT, _MOST_LINES)
    foot = [line for text in (*under, *_rests_on(reports)) for line in wrapped(text, across, LEAST_PT, _MOST_LINES)]
    above, below = _MARGIN + 2 * _LINE + len(head) * _LINE, _MARGIN + len(foot) * _LINE
    whole = height * _INCH + above + below

    def draw(figure: Any) -> None:
        figure.get_layout_engine().set(rect=(0.007, below / whole, 0.986, 1 - (above + below) / whole))
        body(figure)
        left, right = _MARGIN / _INCH / WIDTH, 1 - _MARGIN / _INCH / WIDTH
        top = 1 - _MARGIN / whole
        mark = stamp(reports)
        words, *_ = wrapped(title, across - 7 * (len(mark) + 2), _TITLE, 1)
        figure.text(left, top, words, size=_TITLE, weight="bold", va="top")
        box = {"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": INK, "linewidth": 1.2}
        figure.text(
            right - 3 / _INCH / WIDTH, top - 2 / whole, mark, size=9, weight="bold", va="top", ha="right", bbox=box
        )
        _lines(figure, head, left, 1 - (_MARGIN + 1.8 * _LINE) / whole, whole, INK)
        _lines(figure, foot, left, (below - 2) / whole, whole, "0.2")

    return drawn(draw, (WIDTH, whole / _INCH), form)


def stamp(reports: Sequence[Report]) -> str:
    """Return the standing of all rows of `reports` in a word or two."""
    labels = [label for report in reports for label in report.rigors]
    verdicts, drafts = labels.count(VERDICT), labels.count(DRAFT)
    standing = f"{verdicts:,} {VERDICT}, {drafts:,} {DRAFT}" if verdicts and drafts else labels[0]
    return f"{standing}, {WORKLOAD_MISMATCH}" if any(report.mismatched for report in reports) else standing


def legend_above(panel: Any, columns: int) -> None:
    """Put the legend of a `panel` above it, in so many `columns` [-]."""
    panel.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2, handlelength=2.6, columnspacing=1.0
    )


def log_axis(axis: Any, low: float, high: float) -> None:
    """Give a logarithmic `axis` from `low` to `high` the numbers that people read on it [unit of the axis]."""
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    steps = next((steps for steps in _STEPS if len(steps) * len(decades) <= _MOST_TICKS), (1,))
    ticks = [step * 10.0**decade for decade in decades for step in steps]
    axis.set_ticks([tick for tick in ticks if low <= tick <= high], minor=False)
    axis.set_ticks([], minor=True)
    plain_numbers(axis)


def plain_numbers(axis: Any) -> None:
    """Write the numbers of an `axis` as tables write them, whatever their size."""
    axis.set_major_formatter(lambda value, _: shown_grouped(float(f"{value:.6g}")))


def sla_axis(panel: Any, low: float, high: float) -> None:
    """Let the SLAs of a `panel` go from `low` to `high`; a logarithmic axis where they are too far apart [tok/s/user]."""
    wide = high / low > WIDE
    panel.set_xscale("log" if wide else "linear")
    panel.set_xlim(low, high)
    if wide:
        log_axis(panel.xaxis, low, high)
    else:
        plain_numbers(panel.xaxis)
    panel.set_xlabel(f"interactivity SLA [output tok/s that each user must see]{', logarithmic scale' if wide else ''}")


_STEPS: Final = ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3))
_MOST_TICKS: Final = 14


def _lines(figure: Any, lines: Iterable[str], left: float, top: float, whole: float, colour: str) -> None:
    for at, line in enumerate(lines):
        figure.text(left, top - at * _LINE / whole, line, size=LEAST_PT, va="top", color=colour)


def _about(reports: Sequence[Report]) -> str:
    """Return whose demand it is and how it is planned for; of several curves what they share."""
    report, sizing = reports[0], reports[0].sizing
    count = sizing.spare_replicas
    spares = (
        f"{count:,} spare {'pod' if count == 1 else 'pods'} in" if count else "spares in" if sizing.holds_spares else ""
    )
    planned = [demand_words(sizing.demand), f"utilisation {shown(sizing.util)}", spares]
    own = [report.model, *planned, per_pod(report)] if len(reports) == 1 else planned
    return " | ".join(filter(None, (report.about.get("Customer", ""), *own)))


def per_pod(report: Report) -> str:
    """Return the GPUs of one replica of `report`, in words."""
    gpus = report.sizing.gpus_per_pod
    return f"{gpus:,} {'GPU' if gpus == 1 else 'GPUs'} per pod"


def _rests_on(reports: Sequence[Report]) -> list[str]:
    """Return what stands below a picture: of one report its standing with the reasons and its context; and which report it is of."""
    report = reports[0]
    source = f"; curve {report.source}" if report.source and len(reports) == 1 else ""
    own = f"Report id {report.report_id}, xlsizing {xlsizing.__version__}{source}"
    if len(reports) > 1:
        return [own]
    return [f"{report.headline}.", *([f"Context: {report.context_label}"] if report.context else []), own]
