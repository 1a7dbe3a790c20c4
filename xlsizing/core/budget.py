"""GPUs to budget: the bound that held on 95 of 100 public curves, and where that cannot be claimed.

Between the estimate, which is a centre, and the commitment, which rests on measured points alone, lies a number to
plan with and to quote a DRAFT with. It weighs the two: a share q of the way, on a logarithmic scale, from what the
estimate carries to what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, number, refuse
from xlsizing.core.curve import Curve
from xlsizing.core.operating import OperatingPoints
from xlsizing.rules import (
    BUDGET_SHARE,
    CLAIM_FROM,
    CLAIM_LEAST_OSL,
    CLAIM_WIDEST,
    DEFAULT_CONFIDENCE,
    ETA_SUSPICIOUS,
    NARROW,
    TOLERANCE,
)

if TYPE_CHECKING:
    from xlsizing.core.calibration import Calibration

__all__ = [
    "CLAIM",
    "CLAIMS",
    "IF_PRODUCT",
    "LATE",
    "LATE_NEXT",
    "METHOD",
    "POOLED",
    "PREDICTED",
    "QUEUED",
    "SHORT",
    "WIDE_BRACKET",
    "Bound",
    "bound",
    "carried_at_bound",
    "carried_to_budget",
    "check_calibration",
    "claim_codes",
    "claim_words",
    "short_outputs",
    "withheld_of",
]

CLAIMS: Final = (
    "",
    "the curve is predicted, not measured",
    "rises of tok/s/user were pooled",
    "the method is log-c",
    f"the first anchor is above c={CLAIM_FROM}",
    f"outputs up to {CLAIM_LEAST_OSL} tokens, and output tok/s not measured",
    f"bracket wider than {CLAIM_WIDEST}x, and output tok/s not measured",
    "requests queued at an anchor of the bracket",
    "the next anchor fails a limit on waiting",
)
"""Why the claim is withheld, by code; the first stands for a claim that is made."""

PREDICTED, POOLED, METHOD, LATE, SHORT, WIDE_BRACKET, QUEUED, LATE_NEXT = range(1, len(CLAIMS))

IF_PRODUCT: Final = "if output throughput is c x tok/s/user"
"""What the claim rests on where no output throughput was measured."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How far the budget lies from the estimate to the commitment.

    Parameters
    ----------
    confidence : float
        Share of curves on which the need was at or below the budget [-]
    share : float
        q: 0 is the estimate, 1 the commitment [-]
    calibration : Calibration, optional
        What q was measured on, where it is not that of public sweeps
    output_tokens : float, optional
        Output tokens of the customer's requests: they decide where those of the curve are not known [tok]
    """

    confidence: float
    share: float
    calibration: Calibration | None = None
    output_tokens: float | None = None


def bound(
    confidence: object = DEFAULT_CONFIDENCE, name: str = "confidence", *, calibration: Calibration | None = None
) -> Bound:
    """Return the bound at `confidence`: 0.90, 0.95 or 0.99, that of a `calibration` or of public sweeps [-].

    Parameters
    ----------
    confidence : float
        Share of curves on which the need is to be at or below the budget [-]
    name : str
        What the caller calls it
    calibration : Calibration, optional
        Measured on curves of one's own; public sweeps where there is none

    Returns
    -------
    Bound
        The bound

    Raises
    ------
    InputError
        If there is none for it.
    """
    given = number(confidence, name)
    level = next((known for known in BUDGET_SHARE if abs(given - known) <= TOLERANCE), None)
    if level is None:
        *most, last = (f"{known:.2f}" for known in BUDGET_SHARE)
        refuse(name, f"must be {', '.join(most)} or {last}", got=confidence)
    shares = BUDGET_SHARE if calibration is None else calibration.shares
    return Bound(level, shares[level], calibration)


def check_calibration(calibration: Calibration | None, method: str) -> None:
    """Refuse a `calibration` that is none, or was made for another than `method`."""
    if calibration is None:
        return
    from xlsizing.core.calibration import Calibration  # noqa: PLC0415  # most sizings have none, and pay nothing for it

    if not isinstance(calibration, Calibration):
        refuse("calibration", "must be a Calibration", got=calibration, way_out="read one with read_calibration")
    if calibration.method != method:
        way_out = f"calibrate anew with method {method}, or size with {calibration.method}"
        refuse(
            "calibration", f"must be made for the sizing's method, {method}", got=calibration.method, way_out=way_out
        )


CLAIM: Final = (
    "{on}, "
    f"for one SLA on a curve that is measured from c <= {CLAIM_FROM} and does not rise around it, the need "
    "was at or below the budget number on at least {covered} of 100 curves{condition}. That is a statement about past "
    "benchmarks, not a guarantee for this deployment. The commit number needs no such assumption."
)
"""What the budget claims, once in every report; the condition stands where no throughput was measured."""


def claim_words(points: OperatingPoints, level: Bound) -> str:
    """Return `CLAIM` for the curve of `points` and a `level`."""
    condition = "" if points.curve.measured_throughput else f", {IF_PRODUCT}"
    own = level.calibration
    return CLAIM.format(
        on="On public sweeps" if own is None else f"By a calibration on {own.words}",
        covered=f"{level.confidence * 100:.0f}",
        condition=condition,
    )


def carried_to_budget(points: OperatingPoints, level: Bound) -> Floats:
    """Return what one replica carries for the budget: requests at once for users, else output tok/s.

    Parameters
    ----------
    points : OperatingPoints
        Where a replica runs at each SLA
    level : Bound
        How far the budget lies towards the commitment

    Returns
    -------
    ndarray, the shape of ``points.sla``
        ``T^(1-q) best_i^q``; best_i where the claim is withheld, where the bracket could hold at most 1.25 best_i, and
        at anchors. For users the same of the requests that run at once [requests/replica or tok/s]
    """
    claimed = claim_codes(points, level) == 0
    carried: Floats = np.where(claimed, carried_at_bound(points, level), points.carried_proven)[()]
    return carried


def carried_at_bound(points: OperatingPoints, level: Bound) -> Floats:
    """Return the same whether a claim is made of it or not: what is held against the truth [requests/replica or tok/s].

    `points` are where a replica runs, `level` how far the budget lies towards the commitment.
    """
    proven, hoped = points.carried_proven, points.carried_hoped
    weighed = points.carried ** (1 - level.share) * (points.best_carried**level.share)[points.anchor]
    wide = points.between & (hoped > NARROW * proven * (1 + TOLERANCE))
    carried: Floats = np.where(wide, np.minimum(np.maximum(weighed, proven), points.carried), proven)[()]
    return carried


def claim_codes(points: OperatingPoints, level: Bound | None = None) -> npt.NDArray[np.int8]:
    """Return why the claim is withheld on each row of `points`, as a position in `CLAIMS`; 0 where it is made [-].

    A `level` of one's own calibration holds for the method that it was made for, whichever that is.
    """
    of_all = _against_curve(points, level)
    if of_all:
        return np.full(points.sla.shape, of_all, dtype=np.int8)[()]
    curve, anchor, after = points.curve, points.anchor, points.next_anchor
    if curve.measured_throughput:
        queued = curve.eta < ETA_SUSPICIOUS * (1 - TOLERANCE)
        against: npt.NDArray[Any] = np.where(points.between & (queued[anchor] | queued[after]), QUEUED, 0)
    else:
        wide = curve.concurrency[after] > CLAIM_WIDEST * curve.concurrency[anchor] * (1 + TOLERANCE)
        against = np.where(wide, WIDE_BRACKET, 0)
    if points.late_next is not None:  # else a tighter SLA, which then binds, could cut the budget
        against = np.where((against == 0) & points.late_next, LATE_NEXT, against)
    codes: npt.NDArray[np.int8] = against.astype(np.int8)[()]
    return codes


def _against_curve(points: OperatingPoints, level: Bound | None) -> int:
    """Return the code of what withholds the claim on every row; 0 where nothing does."""
    curve, calibrated = points.curve, level is not None and level.calibration is not None
    asked = None if level is None else level.output_tokens
    against = {
        METHOD: not (points.method.bounded or calibrated),
        LATE: curve.lowest_concurrency > CLAIM_FROM * (1 + TOLERANCE),
        SHORT: not curve.measured_throughput and short_outputs(curve, asked),
    }
    return withheld_of(curve) or next((code for code, holds in against.items() if holds), 0)


def withheld_of(curve: Curve) -> int:
    """Return the code of what withholds the claim of a `curve` however it is sized: PREDICTED or POOLED; 0 where nothing does [-]."""
    if curve.context is not None and curve.context.basis == "predicted":
        return PREDICTED
    return 0 if curve.pooled_share is None else POOLED


def short_outputs(curve: Curve, asked: float | None = None) -> bool:
    """Tell whether outputs are so short that they carry no claim without measured throughput [-].

    Those of the `curve` count; where they are not known, those `asked` for.
    """
    own = None if curve.context is None else curve.context.output_tokens
    tokens = asked if own is None else own
    return tokens is not None and tokens <= CLAIM_LEAST_OSL
