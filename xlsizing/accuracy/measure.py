"""Hidden points against the sizing from the anchors kept, with no interpolation in the truth.

Conventions:

- The SLA of a hidden point is its own tok/s/user r, so that what a replica truly carries there is measured: the most at
  this point or one of lower concurrency, as those meet r too. Without measured throughput that is of c x r.
- The error of the estimate is pods sized over pods needed, less 1, before rounding: need/estimate - 1 in what a replica
  carries. Below 0 too few pods are sized.
- A curve counts with five points or more, none at one concurrency twice. A point counts where its rate is crossed once:
  every point before it is faster, every one after it slower.
- Anchors that would need pooling are passed over, also within the noise of 0.5 % that a sizing pools by itself: a
  pooled anchor is no longer what was measured. Anchors that a sizing refuses for another reason are passed over too.
- The budget is the bound itself, whether a report would claim it or not; the claim is withheld where it is known to fail.
- A curve gives as many points as it hides. Coverage is a mean over curves of the share of their points, so that no long
  curve outweighs others; medians, quantiles of errors and widths, and the share of points too short are over points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from xlsizing.accuracy.schemes import LEAST_POINTS, SCHEMES, Kept, Scheme
from xlsizing.accuracy.sweeps import Sweep
from xlsizing.checks import Floats, choice
from xlsizing.core import METHODS, Bound, Curve, carried_at_bound, operating_points
from xlsizing.errors import CurveError
from xlsizing.rules import TOLERANCE

__all__ = ["TRUTHS", "Hidden", "Point", "Truth", "hidden_points", "measured", "truth_named"]


class Truth(NamedTuple):
    """What the truth is, and what the anchors know of it.

    Parameters
    ----------
    name : str
        What it is called
    measured : bool
        Whether it is measured output tok/s rather than c x tok/s/user
    known : bool
        Whether the anchors have measured output tok/s too
    """

    name: str
    measured: bool
    known: bool


TRUTHS: Final = {
    truth.name: truth
    for truth in (
        Truth("c x r", measured=False, known=False),
        Truth("measured", measured=True, known=True),
        Truth("measured, not at the anchors", measured=True, known=False),
    )
}
"""Every truth by its name."""


def truth_named(name: object) -> Truth:
    """Return the truth called `name`.

    Raises
    ------
    InputError
        If there is none.
    """
    return TRUTHS[choice(name, "truth", tuple(TRUTHS))]


class Point(NamedTuple):
    """One hidden point, and what one replica carries at its SLA.

    Parameters
    ----------
    curve : str
        The curve it was taken from
    sla : float
        Its own interactivity [tok/s/user]
    need : float
        What was measured: what the sizing should have found [tok/s]
    estimate, budget, commit : float
        What the sizing from the anchors kept finds [tok/s]
    gap : float
        How many times the concurrency of the anchor before it that of the one after it is [-]
    """

    curve: str
    sla: float
    need: float
    estimate: float
    budget: float
    commit: float
    gap: float


@dataclass(frozen=True)
class Hidden:
    """The hidden points of one scheme under one truth.

    Parameters
    ----------
    scheme : str
        Which anchors were kept
    truth : str
        What the truth is
    points : dict of str to list of Point
        By method, every method the same points
    skipped : Counter of str
        What was passed over, by the reason, which begins with what is counted
    """

    scheme: str
    truth: str
    points: dict[str, list[Point]]
    skipped: Counter[str]


_SHORT: Final = f"curves: fewer than {LEAST_POINTS} points"
_TWICE: Final = "curves: a concurrency stands there twice"
_REACH: Final = "curves: not measured from c <= {:g} to c >= {:g}"
_NO_OUTPUT: Final = "curves: no output tok/s at every point"
_NONE_LEFT: Final = "curves: no point is left to hide"
_RISES: Final = "points: tok/s/user rises among the anchors kept"
_REFUSED: Final = "points: anchors refused, {}"
_COPIED: Final = "points: output tok/s of the anchors is c x tok/s/user, not measured"
_CROSSED: Final = "points: the curve crosses their rate more than once"


def measured(
    sweeps: Sequence[Sweep], level: Bound, progress: Callable[[int, int], None] = lambda _done, _whole: None
) -> list[Hidden]:
    """Return the hidden points of every scheme and truth, sized by every method.

    Parameters
    ----------
    sweeps : sequence of Sweep
        The curves
    level : Bound
        How far the budget lies towards the commitment
    progress : callable
        Told how many curves are done, and of how many

    Returns
    -------
    list of Hidden
        One for each scheme and truth
    """
    found = [Hidden(scheme, truth, {name: [] for name in METHODS}, Counter()) for scheme in SCHEMES for truth in TRUTHS]
    for done, sweep in enumerate(sweeps, start=1):
        for each in found:
            _add_hidden(each, sweep, level)
        progress(done, len(sweeps))
    return found


def hidden_points(sweep: Sweep, scheme: Scheme, truth: Truth, method: str, level: Bound) -> list[Point]:
    """Return the points of `sweep` that a `scheme` hides and that count, sized by one `method`.

    Parameters
    ----------
    sweep : Sweep
        The curve
    scheme : Scheme
        Which anchors are kept
    truth : Truth
        What the truth is
    method : str
        The interpolation between anchors
    level : Bound
        How far the budget lies towards the commitment

    Returns
    -------
    list of Point
        By rising concurrency within each try [tok/s]
    """
    found = Hidden(scheme.name, truth.name, {method: []}, Counter())
    _add_hidden(found, sweep, level)
    return found.points[method]


def _add_hidden(found: Hidden, sweep: Sweep, level: Bound) -> None:
    """Add what a curve hides to `found`, and why it hides no more."""
    scheme, truth = SCHEMES[found.scheme], TRUTHS[found.truth]
    unfit = _why_unfit(sweep, scheme, truth)
    if unfit:
        found.skipped[unfit] += 1
        return
    crossed_once = _crossed_once(sweep.tok_s_per_user)
    for kept in scheme.kept(sweep.concurrency):
        hidden = np.setdiff1d(np.arange(len(sweep)), kept)
        if not hidden.size:
            found.skipped[_NONE_LEFT] += 1
            continue
        curve = _curve_of_kept(sweep, kept, truth)
        if isinstance(curve, str):
            found.skipped[curve] += hidden.size
            continue
        counting = hidden[crossed_once[hidden]]
        found.skipped[_CROSSED] += hidden.size - counting.size
        if counting.size:
            for method, points in found.points.items():
                points.extend(_sized_points(sweep, curve, counting, truth, method, level))


def _why_unfit(sweep: Sweep, scheme: Scheme, truth: Truth) -> str:
    """Return why a curve is passed over as a whole; empty where it is not."""
    if len(sweep) < LEAST_POINTS:
        return _SHORT
    if np.any(np.diff(sweep.concurrency) == 0):
        return _TWICE
    if not scheme.suits(sweep.concurrency):
        return _REACH.format(scheme.lowest, scheme.highest)
    return _NO_OUTPUT if truth.measured and sweep.output_tok_s is None else ""


def _crossed_once(rates: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell for each point whether all before it are faster and all after it slower."""
    slowest_before = np.minimum.accumulate(np.concatenate(([np.inf], rates[:-1])))
    fastest_after = np.maximum.accumulate(np.concatenate(([0.0], rates[:0:-1])))[::-1]
    once: np.ndarray[tuple[int], np.dtype[np.bool_]] = (slowest_before > rates) & (fastest_after < rates)
    return once


def _curve_of_kept(sweep: Sweep, kept: Kept, truth: Truth) -> Curve | str:
    """Return the curve of the anchors kept, or why there is none."""
    at = list(kept)
    rates = sweep.tok_s_per_user[at]
    if np.any(rates[1:] > np.minimum.accumulate(rates)[:-1] * (1 + TOLERANCE)):
        return _RISES
    output = sweep.output_tok_s if truth.known else None
    try:
        curve = Curve(sweep.concurrency[at], rates, output_tok_s=None if output is None else output[at])
    except CurveError as error:
        return _REFUSED.format(f"{error.name} {error.rule}")
    return _COPIED if truth.known and not curve.measured_throughput else curve


def _sized_points(
    sweep: Sweep,
    curve: Curve,
    hidden: np.ndarray[tuple[int], np.dtype[np.intp]],
    truth: Truth,
    method: str,
    level: Bound,
) -> Iterator[Point]:
    slas = sweep.tok_s_per_user[hidden]
    output = sweep.output_tok_s if truth.measured else None
    carried = sweep.concurrency * sweep.tok_s_per_user if output is None else output
    points = operating_points(curve, slas, method)
    need = np.maximum.accumulate(carried)[hidden]
    gap = curve.concurrency[points.next_anchor] / curve.concurrency[points.anchor]
    columns = (slas, need, points.carried, carried_at_bound(points, level), points.carried_proven, gap)
    for row in zip(*(column.tolist() for column in columns), strict=True):
        yield Point(sweep.name, *row)
