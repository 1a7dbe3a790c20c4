"""Sheet About: the method in words and formulas, definitions, versions, provenance, and what was not verified."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import xlsizing
from xlsizing.core import AXES, Curve
from xlsizing.reports import Report, interpolation_words
from xlsizing.rules import HEADROOM
from xlsizing.workbooks.writer import Page, tall

__all__ = ["about_sheet", "curve_hash"]

_METHOD = (
    "An interactivity SLA S [tok/s/user] fixes c*, the largest concurrency of one pod at which each user still sees S.",
    "Pods = demand / (pod tok/s at c* x utilisation), rounded up: MAX(1,CEILING(q*(1-Tolerance),1)).",
    (
        "GPUs = pods x GPUs per pod.  $/month = GPUs x $/GPU-hour x hours per month, GPUs with spare pods and, where they are "
        "bought in nodes, in whole nodes."
    ),
    "An anchor meets S when r/S - 1 >= -Same_Rate, and the last that does equals S when r/S - 1 <= Same_Rate.",
    (
        "A TTFT limit L is met when L/TTFT - 1 >= -Same_Rate; TTFT of an anchor is the longest up to there, linear in ln c "
        "between anchors. An anchor must meet S and L; c* is where the first of them is reached, r there by the method."
    ),
    "Below the last anchor the curve is flat.",
    *(line for axes in AXES.values() for line in axes.words),
    "Pod tok/s between anchors = eta x c* x S, never above the next anchor's, never below the best anchor that meets S.",
    "Past the knee more concurrency carries less: c* is then the lowest anchor that carries the best throughput.",
    "Range: the high end rests on the best measured point that meets S, the low end on the next measured point.",
    "Users as demand: pods = users / (u x utilisation), u the requests that run at once, shown as c*.",
    "u at an anchor: min(c, T/(0.8 r)), the most so far; between two: min(max(u1, c* x min(1, eta/0.8)), u2).",
)

_DEFINITIONS = (
    ("concurrency, c", "requests in flight on ONE pod; not users on the site, not batch size"),
    ("tok/s/user", "output tokens per second that one user sees: 1/TPOT, TPOT = (end-to-end - TTFT)/(OSL - 1)"),
    ("pod", "one serving instance (replica); it has 'GPUs per pod' GPUs"),
    ("utilisation", f"planned share of measured throughput. {HEADROOM}"),
    ("GPUs to commit", "the high end of the range: rests on measured points alone; sign a VERDICT with it"),
    (
        "GPUs to budget",
        (
            "a pod carries T^(1-q) x best^q, between the estimate (q = 0) and the commitment (q = 1), with the q that held on "
            "public sweeps or in a calibration; the commitment where no budget is claimed; plan, and quote a DRAFT, with it"
        ),
    ),
    ("estimate", "interpolated between measured points: a centre, the need may lie above it"),
    ("load", "demand / (pods x what one pod carries), after rounding up"),
    (
        "max-num-seqs",
        "the serving flag: c* rounded down for the fleets of estimate and budget, the measured c for that of the commitment",
    ),
    ("DRAFT / VERDICT", "a VERDICT rests on a full sweep, a complete context and a matched workload; else DRAFT"),
)

_NOT_VERIFIED = (
    "The measurements themselves: they are the customer's or the measuring party's.",
    "Waits without a limit: a row is held to a TTFT limit only where it has one, in the statistic of the measurement.",
    "Traffic shape: bursts, prefix-cache hits and request mixes other than the measured workload.",
    "Levers: each figure is as delivered and does not follow edits of this workbook.",
    "Context and workload are compared as stated, not measured again.",
    "Excel itself: this file was recalculated by the engine above before hand-over, and was not opened in Excel.",
)


_LINE: Final = 118
"""Characters of a line of text in column C, at the least [characters]."""


def about_sheet(page: Page, report: Report) -> None:
    """Write what a reader needs in order to trust, or to question, the figures.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing with the words around it
    """
    page.put("B1", "About this workbook", "title")
    row = 3
    for title, lines in _sections(report):
        page.put(f"B{row}", title, "section")
        row += 1
        for label, text in lines:
            page.user(f"B{row}", label, "strong.wrap", "about")
            page.user(f"C{row}", text, "label.wrap", "about")
            page.tall(row, tall(text, _LINE))
            row += 1
        row += 1
    page.widths(A=2, B=20, C=100)
    page.printed(landscape=False)


def _sections(report: Report) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    yield "Method", [("", line) for line in _METHOD]
    yield "Definitions", list(_DEFINITIONS)
    yield "Provenance", _provenance(report)
    yield "What was NOT verified", [("", line) for line in _NOT_VERIFIED]
    yield "Notes, as delivered", [("", line) for line in report.notes]
    if report.promotions:
        yield "What would promote a DRAFT, as delivered", [("", line) for line in report.promotions]


def _provenance(report: Report) -> list[tuple[str, str]]:
    sizing = report.sizing
    calibration = sizing.bound.calibration
    return [
        ("xlsizing", xlsizing.__version__),
        ("interpolation", interpolation_words(report)),
        *([("budget calibration", calibration.fact)] if calibration else []),
        ("curve", report.source or "given point by point"),
        ("curve SHA-256", curve_hash(sizing.curve)),
        ("proof", "recalculated by the engine formualizer before hand-over: equal to the Python core in every row"),
    ]


def curve_hash(curve: Curve) -> str:
    """Return the SHA-256 of the anchors as the workbook holds them.

    >>> curve_hash(Curve([1], [100]))[:8]
    '5201cda0'
    """
    columns = (curve.concurrency, curve.tok_s_per_user, curve.output_tok_s, curve.ttft_s)
    text = "\n".join("" if values is None else " ".join(map(repr, values.tolist())) for values in columns)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
