"""Hidden points in figures: the error of the estimate, and how often and how widely budget and commitment cover the need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from xlsizing.accuracy.measure import Hidden, Point
from xlsizing.accuracy.sweeps import Sweeps
from xlsizing.checks import Floats
from xlsizing.core import Bound
from xlsizing.rules import TOLERANCE

__all__ = ["Row", "Summary", "markdown", "record", "summary"]

_SHORT: Final = 0.10
_P90: Final = 0.90


@dataclass(frozen=True, slots=True)
class Row:
    """One scheme, method and truth.

    Parameters
    ----------
    scheme, truth, method : str
        Which anchors were kept, what the truth is, and the interpolation between them
    curves, points : int
        Curves with a point that counts, and those points [-]
    error_median, error_p90 : float or None
        Of the size of the error: pods of the estimate over pods needed, less 1; None without points [-]
    signed_median : float or None
        Of the error itself; below 0 too few pods [-]
    short : float or None
        Share of the points with more than 10 % too few pods [-]
    budget_coverage, commit_coverage : float or None
        Share of a curve's points whose need is at or below the bound, mean over curves [-]
    budget_width, budget_width_p90, commit_width, commit_width_p90 : float or None
        Pods of the bound over pods of the estimate, median and 90th percentile [-]
    """

    scheme: str
    truth: str
    method: str
    curves: int
    points: int
    error_median: float | None = None
    error_p90: float | None = None
    signed_median: float | None = None
    short: float | None = None
    budget_coverage: float | None = None
    commit_coverage: float | None = None
    budget_width: float | None = None
    budget_width_p90: float | None = None
    commit_width: float | None = None
    commit_width_p90: float | None = None


@dataclass(frozen=True)
class Summary:
    """All figures of a file of sweeps.

    Parameters
    ----------
    source, sha256 : str
        The file and its hash
    swept : int
        Curves in it [-]
    level : Bound
        How far the budget lies towards the commitment
    rows : tuple of Row
        By truth, scheme and method
    skipped : tuple of tuple
        Truth, scheme, reason and number of what was passed over
    """

    source: str
    sha256: str
    swept: int
    level: Bound
    rows: tuple[Row, ...]
    skipped: tuple[tuple[str, str, str, int], ...]


def summary(sweeps: Sweeps, found: Sequence[Hidden], level: Bound) -> Summary:
    """Return what the hidden points `found` in `sweeps` come to, the budget at `level`."""
    truths = list(dict.fromkeys(each.truth for each in found))
    ordered = sorted(found, key=lambda each: truths.index(each.truth))
    rows = [_row_of_points(each, method, points) for each in ordered for method, points in each.points.items()]
    skipped = [
        (each.truth, each.scheme, *reason) for each in ordered for reason in sorted(each.skipped.items()) if reason[1]
    ]
    return Summary(sweeps.source, sweeps.sha256, len(sweeps.curves), level, tuple(rows), tuple(skipped))


def _row_of_points(found: Hidden, method: str, points: Sequence[Point]) -> Row:
    named = (found.scheme, found.truth, method, len({point.curve for point in points}), len(points))
    if not points:
        return Row(*named)
    need, estimate, budget, commit = (
        np.array([getattr(point, name) for point in points]) for name in ("need", "estimate", "budget", "commit")
    )
    error = need / estimate - 1
    return Row(
        *named,
        error_median=_quantile(abs(error)),
        error_p90=_quantile(abs(error), _P90),
        signed_median=_quantile(error),
        short=float(np.mean(error < -_SHORT)),
        budget_coverage=_coverage(points, need, budget),
        commit_coverage=_coverage(points, need, commit),
        budget_width=_quantile(estimate / budget),
        budget_width_p90=_quantile(estimate / budget, _P90),
        commit_width=_quantile(estimate / commit),
        commit_width_p90=_quantile(estimate / commit, _P90),
    )


def _quantile(values: Floats, at: float = 0.5) -> float:
    return float(np.quantile(values, at))


def _coverage(points: Sequence[Point], need: Floats, bound: Floats) -> float:
    """Return the mean over curves of the share of their points that carry at least what the bound assumes."""
    by_curve: dict[str, list[bool]] = {}
    for point, covered in zip(points, (need >= bound * (1 - TOLERANCE)).tolist(), strict=True):
        by_curve.setdefault(point.curve, []).append(covered)
    return float(np.mean([np.mean(covered) for covered in by_curve.values()]))


def record(found: Summary) -> dict[str, Any]:
    """Return the figures `found` as plain data, shares as such."""
    return {
        "source": found.source,
        "sha256": found.sha256,
        "curves": found.swept,
        "confidence": found.level.confidence,
        "share": found.level.share,
        "rows": [asdict(row) for row in found.rows],
        "skipped": [
            {"truth": truth, "scheme": scheme, "reason": reason, "count": count}
            for truth, scheme, reason, count in found.skipped
        ],
    }


_HEADINGS: Final = (
    ("scheme", "{}"), ("method", "{}"), ("curves", "{:,}"), ("points", "{:,}"),
    ("error_median", "{:.1%}"), ("error_p90", "{:.1%}"), ("signed_median", "{:+.1%}"), ("short", "{:.1%}"),
    ("budget_coverage", "{:.1%}"), ("budget_width", "{:.2f}"), ("budget_width_p90", "{:.2f}"),
    ("commit_coverage", "{:.1%}"), ("commit_width", "{:.2f}"), ("commit_width_p90", "{:.2f}"),
)  # fmt: skip
_WORDS: Final = {
    "error_median": "error median", "error_p90": "error p90", "signed_median": "signed median", "short": "> 10 % short",
    "budget_coverage": "budget covers", "budget_width": "budget width", "budget_width_p90": "p90",
    "commit_coverage": "commit covers", "commit_width": "commit width", "commit_width_p90": "p90",
}  # fmt: skip
_TEXTS: Final = ("scheme", "method")


def markdown(found: Summary) -> str:
    """Return the figures `found` as a Markdown document, aligned for a terminal too."""
    percent = f"{found.level.confidence * 100:.0f} %"
    name = "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in found.source)
    about = (
        f"{found.swept:,} curves of {name}, SHA-256 {found.sha256}. Points are hidden and sized from the anchors kept; "
        "the error is pods of the estimate over pods needed, less 1, before rounding. "
        f"The budget is that at {percent} (q = {found.level.share:g}), claimed or not."
    )
    how = (
        "Medians and p90 are over points; coverage is the share of a curve's points, mean over curves; width is pods "
        "of the bound over pods of the estimate."
    )
    parts = ["# How accurate a sizing is", about, how]
    for truth in dict.fromkeys(row.truth for row in found.rows):
        rows = [row for row in found.rows if row.truth == truth]
        parts += [
            f"## Truth: {truth}",
            _markdown_table(rows),
            "Passed over:",
            "\n".join(_passed_lines(found, truth)) or "- nothing",
        ]
    return "\n\n".join(parts) + "\n"


def _markdown_table(rows: Iterable[Row]) -> str:
    header = [_WORDS.get(name, name) for name, _ in _HEADINGS]
    lines = [header, *([_cell_text(row, *column) for column in _HEADINGS] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    left = [name in _TEXTS for name, _ in _HEADINGS]
    rule = [
        f":{'-' * (width - 1)}" if to_left else f"{'-' * (width - 1)}:"
        for width, to_left in zip(widths, left, strict=True)
    ]
    shown = [
        [
            cell.ljust(width) if to_left else cell.rjust(width)
            for cell, width, to_left in zip(line, widths, left, strict=True)
        ]
        for line in lines
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in (shown[0], rule, *shown[1:]))


def _cell_text(row: Row, name: str, form: str) -> str:
    value = getattr(row, name)
    return "-" if value is None else form.format(value).replace("%", " %")


def _passed_lines(found: Summary, truth: str) -> Iterator[str]:
    for of_truth, scheme, reason, count in found.skipped:
        if of_truth == truth:
            kind, _, why = reason.partition(": ")
            yield f"- {scheme}: {count:,} {kind}, {why}"
