"""The pictures of a report by name: what each shows, when there is one, and who draws it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from xlsizing.reports.pictures.cost import cost_by_sla
from xlsizing.reports.pictures.curve import curve_with_points
from xlsizing.reports.pictures.gpus import gpus_by_sla
from xlsizing.reports.pictures.growth import growth_by_quarter
from xlsizing.reports.pictures.sensitivity import what_moves_it
from xlsizing.reports.report import Report

__all__ = ["GALLERY", "Picture", "gallery"]


@dataclass(frozen=True, slots=True)
class Picture:
    """One kind of picture.

    Parameters
    ----------
    name : str
        What its file is called, without the ending
    title : str
        What stands above it
    alt : str
        What it shows, for readers who cannot see it; the figures stand in the tables
    draw : callable
        Draws a report and those it is compared with, under the title, in one of `canvas.FORMATS`
    several : bool
        Whether it needs curves to compare with
    grows : bool
        Whether it needs a demand that grows
    """

    name: str
    title: str
    alt: str
    draw: Callable[[Sequence[Report], str, str], bytes]
    several: bool = False
    grows: bool = False

    def bytes_of(self, reports: Sequence[Report], form: str) -> bytes:
        """Return the picture of `reports`, the first compared with the others, in the form `form`."""
        return self.draw(reports, self.title, form)


def _of_one(draw: Callable[[Report, str, str], bytes]) -> Callable[[Sequence[Report], str, str], bytes]:
    return lambda reports, title, form: draw(reports[0], title, form)


GALLERY: Final = {
    picture.name: picture
    for picture in (
        Picture(
            "gpus-by-sla",
            "GPUs by interactivity SLA",
            "GPUs against the interactivity SLA: flat up to the knee, then rising steeply; lines to commit, to budget and of "
            "the estimate, the figure to quote at each SLA, and the SLAs that cannot be met.",
            _of_one(gpus_by_sla),
        ),
        Picture(
            "curve",
            "The measured curve and where replicas run",
            "Output tokens per second per user against the concurrency of one replica: measured points, the line between "
            "them, and where the pods of the estimate and those to commit to run at each SLA; the waits below, where measured.",
            _of_one(curve_with_points),
        ),
        Picture(
            "cost-by-sla",
            "Cost by interactivity SLA",
            "Dollars a month against the interactivity SLA for each curve, to budget above and to commit below.",
            cost_by_sla,
            several=True,
        ),
        Picture(
            "sensitivity",
            "What moves the figure to quote",
            "For each SLA, by how many GPUs and dollars its figure changes where demand, SLA, utilisation or tok/s/user of "
            "the curve is a tenth lower or higher, and how far each may move before one more pod is needed.",
            _of_one(what_moves_it),
        ),
        Picture(
            "growth",
            "Growth by quarter",
            "GPUs from the sizing's date to the last that is stated, for each SLA of the table of growth: steps to commit "
            "and to budget, the figure to quote at each quarter, and below the dates the demand then over that of today.",
            _of_one(growth_by_quarter),
            grows=True,
        ),
    )
}
"""Every picture, in the order of a report."""


def gallery(reports: Sequence[Report]) -> list[Picture]:
    """Return the pictures that there are of `reports`, of which the first is compared with the others."""
    grows = reports[0].growth is not None
    return [
        picture
        for picture in GALLERY.values()
        if (len(reports) > 1 or not picture.several) and (grows or not picture.grows)
    ]
