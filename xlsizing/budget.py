"""GPUs to budget: the bound that held on 95 of 100 public curves, and where that cannot be claimed.

Between the estimate, which is a centre, and the commitment, which rests on measured points alone, lies a number to
plan with and to quote a DRAFT with. It weighs the two: a share q of the way, on a logarithmic scale, from what the
estimate carries to what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, number, refuse
from xlsizing.curve import Curve
from xlsizing.operating import OperatingPoints
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

__all__ = [
    "CLAIM",
    "CLAIMS",
    "IF_PRODUCT",
    "LATE",
    "METHOD",
    "POOLED",
    "PREDICTED",
    "QUEUED",
    "SHORT",
    "WIDE_BRACKET",
    "Bound",
    "bound",
    "carried_to_budget",
    "claim_codes",
    "claim_words",
    "short_outputs",
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
)
"""Why the claim is withheld, by code; the first stands for a claim that is made [-]."""

PREDICTED, POOLED, METHOD, LATE, SHORT, WIDE_BRACKET, QUEUED = range(1, len(CLAIMS))

IF_PRODUCT: Final = "if output throughput is c x tok/s/user"
"""What the claim rests on where no output throughput was measured [-]."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How far the budget lies from the estimate to the commitment.

    Parameters
    ----------
    confidence : float
        Share of curves on which the need was at or below the budget [-]
    share : float
        q: 0 is the estimate, 1 the commitment [-]
    """

    confidence: float
    share: float


def bound(confidence: object = DEFAULT_CONFIDENCE, name: str = "confidence") -> Bound:
    """Return the bound of public sweeps at `confidence`, 0.90, 0.95 or 0.99; a refusal calls it `name` [-].

    Raises
    ------
    InputError
        If there is none for it.
    """
    level = number(confidence, name)
    if level not in BUDGET_SHARE:
        *most, last = (f"{known:.2f}" for known in BUDGET_SHARE)
        refuse(name, f"must be {', '.join(most)} or {last}", got=confidence)
    return Bound(level, BUDGET_SHARE[level])


CLAIM: Final = (
    f"On public sweeps, for one SLA on a curve that is measured from c <= {CLAIM_FROM} and does not rise around it, the need "
    "was at or below the budget number on at least {covered} of 100 curves{condition}. That is a statement about past "
    "benchmarks, not a guarantee for this deployment. The commit number needs no such assumption."
)
"""What the budget claims, once in every report; the condition stands where no throughput was measured [-]."""


def claim_words(points: OperatingPoints, level: Bound) -> str:
    """Return `CLAIM` for the curve of `points` and a `level` [-]."""
    condition = "" if points.curve.measured_throughput else f", {IF_PRODUCT}"
    return CLAIM.format(covered=f"{level.confidence * 100:.0f}", condition=condition)


def carried_to_budget(points: OperatingPoints, level: Bound) -> Floats:
    """Return what one replica carries for the budget: requests at once for users, else output tok/s.

    Parameters
    ----------
    points : OperatingPoints
        Where a replica runs at each SLA [-]
    level : Bound
        How far the budget lies towards the commitment [-]

    Returns
    -------
    ndarray, the shape of ``points.sla``
        ``T^(1-q) best_i^q``; best_i where the claim is withheld, where the bracket could hold at most 1.25 best_i, and
        at anchors. For users the same of the requests that run at once [requests/replica or tok/s]
    """
    proven, hoped = points.carried_proven, points.carried_hoped
    weighed = points.carried ** (1 - level.share) * proven**level.share
    wide = points.between & (hoped > NARROW * proven * (1 + TOLERANCE)) & (claim_codes(points) == 0)
    carried: Floats = np.where(wide, np.minimum(np.maximum(weighed, proven), points.carried), proven)[()]
    return carried


def claim_codes(points: OperatingPoints) -> npt.NDArray[np.int8]:
    """Return why the claim is withheld on each row, as a position in `CLAIMS`; 0 where it is made [-]."""
    of_all = _against_curve(points)
    if of_all:
        return np.full(points.sla.shape, of_all, dtype=np.int8)[()]
    curve, anchor, after = points.curve, points.anchor, points.next_anchor
    if curve.measured_throughput:
        queued = curve.eta < ETA_SUSPICIOUS * (1 - TOLERANCE)
        against: npt.NDArray[Any] = np.where(queued[anchor] | queued[after], QUEUED, 0)
    else:
        wide = curve.concurrency[after] > CLAIM_WIDEST * curve.concurrency[anchor] * (1 + TOLERANCE)
        against = np.where(wide, WIDE_BRACKET, 0)
    codes: npt.NDArray[np.int8] = against.astype(np.int8)[()]
    return codes


def _against_curve(points: OperatingPoints) -> int:
    """Return the code of what withholds the claim on every row; 0 where nothing does."""
    curve = points.curve
    against = {
        PREDICTED: curve.context is not None and curve.context.basis == "predicted",
        POOLED: curve.pooled_share is not None,
        METHOD: not points.method.bounded,
        LATE: curve.lowest_concurrency > CLAIM_FROM * (1 + TOLERANCE),
        SHORT: not curve.measured_throughput and short_outputs(curve),
    }
    return next((code for code, holds in against.items() if holds), 0)


def short_outputs(curve: Curve) -> bool:
    """Tell whether the curve was measured with outputs that carry no claim without measured throughput [-]."""
    tokens = None if curve.context is None else curve.context.output_tokens
    return tokens is not None and tokens <= CLAIM_LEAST_OSL
