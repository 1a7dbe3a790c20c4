"""A calibration out of sweeps of one's own: split conformal prediction, the curve as its unit.

The score of a hidden point says how far from the estimate to the commitment the need lies, on a logarithmic scale of
pods: ``z = ln(need/estimate) / ln(commit/estimate)``. Each curve gives one, of a point drawn at random: points of one
curve are no independent evidence. The share for a confidence is the ``ceil(confidence (n + 1))``-th smallest of n
scores, within 0..1; where that is more than n, it is 1: the commitment (Vovk, Gammerman and Shafer, Algorithmic
Learning in a Random World, 2005; Papadopoulos et al., ECML 2002). A point whose commitment equals its estimate has no score.

The draw is a hash of the seed and the curve's name, so that it is the same on every machine and in any order of the
file; the seed is fixed and stands in the calibration.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from datetime import date as Date  # noqa: N812  # `date` is a field of a calibration
from typing import Final

from xlsizing.accuracy.measure import Point, Truth, hidden_points
from xlsizing.accuracy.schemes import Scheme
from xlsizing.accuracy.sweeps import Sweeps
from xlsizing.checks import refuse
from xlsizing.core import Calibration, bound
from xlsizing.errors import Phrase
from xlsizing.rules import BUDGET_SHARE, LEAST_CALIBRATION, TOLERANCE

__all__ = ["SEED", "calibrated", "drawn", "score", "share_at"]

SEED: Final = 20260720
"""Of the draw of one point a curve [-]."""


def calibrated(
    sweeps: Sweeps,
    method: str,
    scheme: Scheme,
    truth: Truth,
    made_on: Date,
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
) -> Calibration:
    """Return the calibration that `sweeps` make.

    Parameters
    ----------
    sweeps : Sweeps
        The curves
    method : str
        The interpolation between anchors
    scheme : Scheme
        Which anchors are kept
    truth : Truth
        What the truth is
    made_on : date
        The day
    progress : callable
        Told how many curves are done, and of how many

    Returns
    -------
    Calibration
        Its constants and what they rest on

    Raises
    ------
    InputError
        If fewer than 20 curves have a point with a score.
    """
    scores = []
    for done, sweep in enumerate(sweeps.curves, start=1):
        points = [point for point in hidden_points(sweep, scheme, truth, method, bound()) if _has_score(point)]
        if points:
            scores.append(score(drawn(points, sweep.name)))
        progress(done, len(sweeps.curves))
    if len(scores) < LEAST_CALIBRATION:
        rule = f"must hold at least {LEAST_CALIBRATION} curves with a hidden point that has a score"
        got, way_out = Phrase(str(len(scores))), "measure more curves, or keep to the budget of public sweeps"
        refuse("sweeps", rule, got=got, way_out=way_out, where=sweeps.source)
    return Calibration(
        method=method,
        shares={level: share_at(level, scores) for level in BUDGET_SHARE},
        curves=len(scores),
        date=made_on.isoformat(),
        source=sweeps.source,
        sha256=sweeps.sha256,
        scheme=scheme.name,
        truth=truth.name,
        seed=SEED,
    )


def _has_score(point: Point) -> bool:
    return point.estimate > point.commit * (1 + TOLERANCE)


def score(point: Point) -> float:
    """Return how far from the estimate to the commitment the need at a hidden `point` lies; 0 at the estimate [-]."""
    return math.log(point.estimate / point.need) / math.log(point.estimate / point.commit)


def drawn(points: Sequence[Point], name: str) -> Point:
    """Return one of the `points` of the curve called `name`, drawn by the fixed seed."""
    digest = hashlib.sha256(f"{SEED} {name}".encode()).digest()
    return points[int.from_bytes(digest) % len(points)]


def share_at(confidence: float, scores: Sequence[float]) -> float:
    """Return the share of the budget for a `confidence` by `scores`, one a curve [-].

    >>> share_at(0.90, [0.1 * i for i in range(1, 10)])  # the ceil(0.9 x 10) = 9th of nine
    0.9
    >>> share_at(0.95, [0.1 * i for i in range(1, 10)])  # the 10th of nine: none, the commitment
    1.0
    """
    rank = math.ceil(confidence * (len(scores) + 1) * (1 - TOLERANCE))
    return 1.0 if rank > len(scores) else min(1.0, max(0.0, sorted(scores)[rank - 1]))
