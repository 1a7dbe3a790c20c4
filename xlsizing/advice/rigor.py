"""DRAFT or VERDICT: what each row rests on, with the reasons and what would promote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from xlsizing.advice import standing_words as words
from xlsizing.advice.evidence import Evidence, Reason, Workload, of_context, of_curve, today
from xlsizing.checks import Floats, refuse
from xlsizing.core import Curve, OperatingPoints
from xlsizing.errors import shown
from xlsizing.rules import DRAFT, ETA_SUSPICIOUS, SWEEP, TOLERANCE, VERDICT

if TYPE_CHECKING:
    from xlsizing.context import Context

__all__ = [
    "Assessment",
    "Reason",
    "Rigor",
    "Workload",
    "assess",
    "context_reasons",
    "missing_sweep_points",
    "other_statistic",
    "row_reasons",
    "run_reasons",
]

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Rigor:
    """The standing of one row.

    Parameters
    ----------
    reasons : tuple of Reason
        Why it is a DRAFT; empty for a VERDICT
    """

    reasons: tuple[Reason, ...]

    @property
    def label(self) -> str:
        """Either "VERDICT" or "DRAFT"."""
        return DRAFT if self.reasons else VERDICT

    def __str__(self) -> str:
        return f"{self.label}: {'; '.join(reason.why for reason in self.reasons)}" if self.reasons else self.label


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a sizing rests on.

    Parameters
    ----------
    common : tuple of Reason
        Reasons that hold for every row: the curve, its context, the workload
    rows : tuple of Rigor
        The standing of each row, in the order of the operating points
    mismatch : tuple of str
        How the curve's workload differs from the customer's; such rows are for internal use
    unchecked : str or None
        Why the GPUs per pod could not be checked against the context
    """

    common: tuple[Reason, ...]
    rows: tuple[Rigor, ...]
    mismatch: tuple[str, ...]
    unchecked: str | None


def assess(
    points: OperatingPoints,
    *,
    workload: Workload | None = None,
    gpus_per_pod: int | None = None,
    allow_mismatch: bool = False,
    sized_on: date | None = None,
) -> Assessment:
    """Return what each operating point rests on.

    Parameters
    ----------
    points : OperatingPoints
        Where a replica runs at each SLA; its curve carries the measurement context
    workload : Workload, optional
        The customer's requests
    gpus_per_pod : int, optional
        GPUs of one replica, to be checked against the context [GPUs/pod]
    allow_mismatch : bool, optional
        For internal output only: let a workload mismatch stand as a reason for DRAFT
    sized_on : date, optional
        When the sizing was made; today where it has no date

    Returns
    -------
    Assessment
        DRAFT or VERDICT per row, with reasons

    Raises
    ------
    InputError
        If the curve was measured at another workload, or the GPUs per pod contradict its context.

    Notes
    -----
    VERDICT needs all of: the sweep c = 8, 16, 32, 64, 128 measured; the row's bracket inside it,
    or a measured point; measured, not predicted; no pooling; the context complete; the workload
    matched; limits on waiting in the statistic that was measured; output tok/s measured, and at least 0.8 of
    c x tok/s/user at the points that the row uses; every fact of `xlsizing.advice.evidence`.
    """
    context, asked = points.curve.context, workload or Workload()
    mismatch, unknown = _workload_differences(context, asked)
    if mismatch and not allow_mismatch:
        refuse(
            "curve",
            "must be measured at the customer's workload",
            detail="; ".join(mismatch),
            way_out="take a curve of that shape, or allow the mismatch for internal use",
        )
    common = (
        *context_reasons(context),
        *_curve_reasons(points.curve),
        *_facts_against(context, points.curve, asked, sized_on),
        *_mismatch_reasons(mismatch, unknown),
    )
    unchecked = None if context is None or gpus_per_pod is None else _gpus_unchecked(context, gpus_per_pod)
    return Assessment(common, _row_rigors(points, common), mismatch, unchecked)


def missing_sweep_points(curve: Curve) -> tuple[int, ...]:
    """Return the concurrencies of the sweep that `curve` lacks [requests/replica].

    >>> missing_sweep_points(Curve(concurrency=[8, 64], tok_s_per_user=[90, 40]))
    (16, 32, 128)
    """
    measured = curve.concurrency
    return tuple(c for c in SWEEP if not np.any(np.abs(measured - c) <= TOLERANCE * c))


def _curve_reasons(curve: Curve) -> list[Reason]:
    reasons = []
    lacking = missing_sweep_points(curve)
    if lacking:
        points = ", ".join(map(str, lacking))
        reasons.append(Reason(words.LACKS.format(points=points), f"measure c={points}"))
    reasons += of_curve(curve)
    if curve.pooled_share is not None:
        reasons.append(Reason("rises of tok/s/user were pooled", "measure the pooled points again"))
    return [*reasons, *(Reason(*caution) for caution in curve.cautions)]


def context_reasons(context: Context | None) -> list[Reason]:
    """Return why a context leaves a figure a DRAFT: absent, incomplete or predicted [-].

    Parameters
    ----------
    context : Context or None
        Of the curve

    Returns
    -------
    list of Reason
        Empty for a complete, measured context
    """
    if context is None:
        return [Reason("no measurement context given", "record the measurement context")]
    reasons = []
    missing = context.missing_labels()
    if missing:
        more = len(missing) - _MOST_NAMED
        named = ", ".join(missing[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        reasons.append(Reason(f"the context lacks {named}", f"record {named}"))
    if context.basis == "predicted":
        reasons.append(Reason("the curve is predicted, not measured", "measure the curve"))
    return reasons


def _workload_differences(context: Context | None, workload: Workload) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return how the curve's workload differs from the customer's, and what is not known of either."""
    if context is None:  # its absence is a reason that covers both
        return (), ()
    from xlsizing.context import MISMATCH, workload_mismatch  # noqa: PLC0415  # most curves carry no context

    found = workload_mismatch(context, *(getattr(workload, name) for name in Workload.__slots__))
    mismatch = tuple(reason.sentence for reason in found if reason.kind == MISMATCH)
    return mismatch, tuple(reason.sentence for reason in found if reason.kind != MISMATCH)


def run_reasons(
    context: Context | None, curve: Curve, workload: Workload | None = None, sized_on: date | None = None
) -> list[Reason]:
    """Return what stands against a figure that rests on another run than the curve: the factor of a lever.

    Parameters
    ----------
    context : Context or None
        Of that run
    curve : Curve
        The curve at whose concurrencies it was measured
    workload : Workload, optional
        The customer's requests
    sized_on : date, optional
        When the sizing was made; today where it has no date

    Returns
    -------
    list of Reason
        Its context, the facts of its run, and the workload; not the curve's own reasons
    """
    asked = workload or Workload()
    facts = _facts_against(context, curve, asked, sized_on)
    return [*context_reasons(context), *facts, *_mismatch_reasons(*_workload_differences(context, asked))]


def _facts_against(context: Context | None, curve: Curve, workload: Workload, sized_on: date | None) -> list[Reason]:
    if context is None:
        return []
    evidence = Evidence(context, float(curve.concurrency[-1]), workload, sized_on or today())
    return list(of_context(evidence))


def _gpus_unchecked(context: Context, gpus_per_pod: int) -> str | None:
    from xlsizing.context import check_gpus_per_pod  # noqa: PLC0415  # most curves carry no context

    return check_gpus_per_pod(context, gpus_per_pod)


def _mismatch_reasons(mismatch: tuple[str, ...], unknown: tuple[str, ...]) -> list[Reason]:
    reasons = [Reason(f"WORKLOAD MISMATCH: {why}", "measure a curve at the customer's workload") for why in mismatch]
    if unknown:
        promote = "state the workload on both sides, so that curve and customer can be compared"
        reasons.append(Reason(f"workload not compared ({', '.join(unknown)})", promote))
    return reasons


def other_statistic(points: OperatingPoints, waits: str) -> Reason | None:
    """Return that limits on `waits` are in another statistic than the curve's, as a reason; None where they are not.

    `points` are where a replica runs: their limits say of which statistic the customer speaks.
    """
    asked, context = points.limits.statistic, points.curve.context
    measured = None if context is None else context.statistic
    if asked in (None, measured):
        return None
    why = words.STATISTIC.format(waits=waits, asked=asked, measured=measured or "statistic not stated")
    return Reason(why, f"measure the {asked} of {waits}")


def _in_other_statistic(points: OperatingPoints) -> Iterator[tuple[int, Reason]]:
    """Give the rows that limit a wait in another statistic than the curve's, and that as a reason."""
    if not points.limits.asked or other_statistic(points, "") is None:
        return
    limits = [limit for wait in points.limits.asked if (limit := points.limits.of(wait)) is not None]
    limited = [np.isfinite(np.broadcast_to(limit, points.shape)).ravel().tolist() for limit in limits]
    labels = [wait.label for wait in points.limits.asked]
    against = cache(partial(other_statistic, points))  # one reason for each of the few kinds of rows
    for i, of_row in enumerate(zip(*limited, strict=True)):
        waits = " and ".join(compress(labels, of_row))
        reason = against(waits)
        if waits and reason:
            yield i, reason


def _row_rigors(points: OperatingPoints, common: tuple[Reason, ...]) -> tuple[Rigor, ...]:
    """Return one Rigor a row; rows of one kind share one object, so that long tables stay cheap."""
    plain = Rigor(common)
    rigors = [plain] * points.anchor.size
    own = row_reasons(points)
    for i, reasons in own.items():
        rigors[i] = Rigor((*common, *reasons))
    relaxed = "the SLA or its limit" if points.limits.asked else "the SLA"
    infeasible = Rigor((*common, Reason(words.UNMET, f"relax {relaxed} or take a faster model")))
    for i in np.flatnonzero(~np.ravel(points.feasible)).tolist():
        rigors[i] = infeasible
    return tuple(rigors)


def row_reasons(points: OperatingPoints, measured: Floats | None = None) -> dict[int, list[Reason]]:
    """Return what stands against single rows: their bracket outside the sweep, or a point they use that queued.

    Parameters
    ----------
    points : OperatingPoints
        Where a replica runs at each SLA
    measured : ndarray, optional
        The concurrencies of the anchors as measured, where a lever's factor moved them [requests/replica]

    Returns
    -------
    dict of int to list of Reason
        By the position of the row, for rows that have any
    """
    found: dict[int, list[Reason]] = {}
    c = points.curve.concurrency if measured is None else measured
    low, high = np.ravel(c[points.anchor]), np.ravel(c[points.next_anchor])
    outside = (low < SWEEP[0] * (1 - TOLERANCE)) | (high > SWEEP[-1] * (1 + TOLERANCE))
    for i in np.flatnonzero(np.ravel(points.on_interpolation) & outside).tolist():
        found.setdefault(i, []).append(_outside_reason(low[i], high[i]))
    for i, reason in (*_queued_rows(points), *_in_other_statistic(points)):
        found.setdefault(i, []).append(reason)
    return found


def _queued_rows(points: OperatingPoints) -> Iterator[tuple[int, Reason]]:
    """Give the rows that use a point with too little measured throughput, and why.

    A row uses both ends of its bracket, or its anchor, and the point whose throughput is the best so far: the one to
    commit to rests on it. Past the knee it is that point alone.
    """
    curve = points.curve
    low = curve.eta < ETA_SUSPICIOUS * (1 - TOLERANCE)
    if not low.any():
        return
    best = (curve.held_anchor if points.counts_users else curve.knee_anchor)[points.anchor]
    ends = (np.where(points.capped, best, points.anchor), np.where(points.capped, best, points.next_anchor), best)
    used = np.stack([np.ravel(end) for end in ends])
    for i in np.flatnonzero(low[used].any(axis=0) & np.ravel(points.feasible)).tolist():
        named = " and ".join(f"c={shown(curve.concurrency[at])}" for at in sorted({*used[:, i].tolist()}) if low[at])
        yield (
            i,
            Reason(
                words.QUEUED,
                f"measure {named} again, with output tok/s of at least {100 * ETA_SUSPICIOUS:g} % of c x tok/s/user",
            ),
        )


def _outside_reason(low: Floats, high: Floats) -> Reason:
    ends = {"low": shown(low), "high": shown(high)}
    return Reason(
        words.OUTSIDE.format(**ends, sweep_low=SWEEP[0], sweep_high=SWEEP[-1]),
        "measure a point between c={low} and c={high} that meets the SLA".format(**ends),
    )
