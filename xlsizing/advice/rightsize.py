"""How many GPUs a replica of a model needs: its tensor-parallel size, from memory and active parameters.

A rule of thumb, not a measurement: it says which smaller size is worth a measured curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlsizing.checks import choice, number, refuse, share, whole
from xlsizing.core import NO_LIMITS, Limits, Price, in_words, price_of
from xlsizing.rules import HOURS_PER_MONTH, MOST_GPUS_PER_POD, TOLERANCE

__all__ = ["BYTES_PER_PARAMETER", "STATUSES", "TP_SIZES", "TpAdvice", "minimum_tp", "tp_advice"]

TP_SIZES: Final = (1, 2, 4, 8)
"""The tensor-parallel sizes considered [GPUs]."""

BYTES_PER_PARAMETER: Final = {"nvfp4": 0.5, "fp4": 0.5, "mxfp4": 0.5, "fp8": 1.0, "bf16": 2.0, "fp16": 2.0}
"""Weight bytes of one parameter by dtype, scales left out [B/parameter]."""

DEFAULT_DTYPE: Final = "nvfp4"
DEFAULT_TP: Final = 4
"""One GB300 node [GPUs]."""

DEFAULT_GPU_MEMORY_GB: Final = 284.0
"""Memory of one GB300 [GB]."""

DEFAULT_MEMORY_UTILIZATION: Final = 0.9
"""The serving flag gpu-memory-utilization [-]."""

WEIGHTS_SHARE: Final = 0.55
"""Most of the memory in use that weights may take; the rest is for the KV cache [-]."""

ACTIVE_ENOUGH_B: Final = 3.0
"""Active parameters per GPU below which a GPU is short of work [billion parameters/GPU]."""

ACTIVE_WANTED_B: Final = 6.0
"""Active parameters per GPU that the recommendation aims at [billion parameters/GPU]."""

MEASURED_TOTAL_B: Final = 40.0
MEASURED_ACTIVE_B: Final = 4.0
"""Models above either size lie outside what the rule was measured on [billion parameters]."""

MEASURED_LABEL: Final = "rule of thumb, measured on 30B-A3B models on GB300"
EXTRAPOLATED_LABEL: Final = "extrapolated: verify with a same-node TP A/B"

OVER_PROVISIONED: Final = "over-provisioned"
RIGHT_SIZED: Final = "right-sized"
TOO_SMALL: Final = "too small"
DOES_NOT_FIT: Final = "does not fit"
STATUSES: Final = (OVER_PROVISIONED, RIGHT_SIZED, TOO_SMALL, DOES_NOT_FIT)


@dataclass(frozen=True, slots=True)
class TpAdvice:
    """What the rule of thumb says about the tensor-parallel size of one replica.

    Parameters
    ----------
    total_b, active_b : float
        Parameters, and those active per token [billion parameters]
    dtype : str
        Of the weights, a key of `BYTES_PER_PARAMETER`
    current_tp : int
        Tensor-parallel size in use [GPUs]
    weights_gb : float
        Weights of the whole model [GB]
    budget_gb : float
        Most that the weights on one GPU may take [GB/GPU]
    active_per_gpu_b : float
        Active parameters over the current TP [billion parameters/GPU]
    minimum_tp : int or None
        Smallest size that memory allows; None where 8 GPUs do not suffice [GPUs]
    status : str
        One of `STATUSES`
    recommended_tp : int or None
        Never above the current one; None where that does not hold the model [GPUs]
    gpu_ratio : float or None
        Current over recommended: replicas in the GPUs of one [-]
    gpus_saved : int or None
        Per replica, 0 where it is right-sized [GPUs/replica]
    usd_saved_per_month : float or None
        The same as cost [USD/month/replica]
    gpu_hourly_usd : float
        Price of one GPU [USD/GPU-hour]
    price_assumed : bool
        Whether that price is the default rather than given
    label : str
        What the rule rests on for a model of this size
    verdict : str
        The answer in one sentence
    """

    total_b: float
    active_b: float
    dtype: str
    current_tp: int
    weights_gb: float
    budget_gb: float
    active_per_gpu_b: float
    minimum_tp: int | None
    status: str
    recommended_tp: int | None
    gpu_ratio: float | None
    gpus_saved: int | None
    usd_saved_per_month: float | None
    gpu_hourly_usd: float
    price_assumed: bool
    label: str
    verdict: str


def tp_advice(
    total_b: float,
    active_b: float,
    *,
    dtype: str = DEFAULT_DTYPE,
    current_tp: int = DEFAULT_TP,
    gpu_memory_gb: float = DEFAULT_GPU_MEMORY_GB,
    gpu_memory_utilization: float = DEFAULT_MEMORY_UTILIZATION,
    gpu_hourly_usd: float | Price | None = None,
    limits: Limits = NO_LIMITS,
) -> TpAdvice:
    """Return whether a replica takes more GPUs than its model needs, and which size to measure next.

    Parameters
    ----------
    total_b, active_b : float
        Parameters of the model, and those active per token; equal for a dense model [billion parameters]
    dtype : str, optional
        Of the weights, a key of `BYTES_PER_PARAMETER`, in capitals or not
    current_tp : int, optional
        Tensor-parallel size in use [GPUs]
    gpu_memory_gb : float, optional
        Memory of one GPU [GB]
    gpu_memory_utilization : float, optional
        The serving flag, in (0, 1] [-]
    gpu_hourly_usd : float or Price, optional
        Price of one GPU; 8.60 is assumed, and labelled so, where none is given [USD/GPU-hour]
    limits : Limits, optional
        Limits on waiting: the rule of thumb knows nothing of them, so the verdict asks that they be measured [s]

    Returns
    -------
    TpAdvice
        The advice, its figures and one sentence

    Raises
    ------
    InputError
        If an argument is not a number in range, the dtype is unknown, or more parameters are
        active than there are.

    Notes
    -----
    Minimum: the smallest TP with ``weights/TP <= 0.55 memory utilization``. Over-provisioned: the
    current TP is above it and ``active/TP < 3``; then the larger of the minimum and the largest
    size not above ``active/6`` is recommended (1 where no size is). That is below half the current
    TP or at the minimum, so never above the current TP.

    Examples
    --------
    >>> advice = tp_advice(30, 3.6)
    >>> advice.recommended_tp, advice.gpus_saved, advice.status
    (1, 3, 'over-provisioned')
    """
    total, active = number(total_b, "total_b"), number(active_b, "active_b")
    if active > total:
        refuse("active_b", f"must not be above total_b, {total:.10g}", got=active)
    kind = _dtype(dtype)
    current = whole(current_tp, "current_tp", low=1, high=MOST_GPUS_PER_POD)
    price = price_of(gpu_hourly_usd)
    in_use = number(gpu_memory_gb, "gpu_memory_gb") * share(gpu_memory_utilization, "gpu_memory_utilization")
    weights, budget = total * BYTES_PER_PARAMETER[kind], WEIGHTS_SHARE * in_use
    minimum = minimum_tp(weights, budget)
    status, recommended = _status_and_size(active, current, minimum)
    saved = None if recommended is None else current - recommended
    return TpAdvice(
        total_b=total,
        active_b=active,
        dtype=kind,
        current_tp=current,
        weights_gb=weights,
        budget_gb=budget,
        active_per_gpu_b=active / current,
        minimum_tp=minimum,
        status=status,
        recommended_tp=recommended,
        gpu_ratio=None if recommended is None else current / recommended,
        gpus_saved=saved,
        usd_saved_per_month=None if saved is None else saved * (price.amount * HOURS_PER_MONTH),
        gpu_hourly_usd=price.amount,
        price_assumed=price.assumed,
        label=_basis_label(total, active),
        verdict=f"{_verdict(status, weights, budget, active, current, minimum, recommended)}{_waits_to_show(recommended, current, limits)}.",
    )


def _dtype(given: object) -> str:
    return choice(given.strip().casefold() if isinstance(given, str) else given, "dtype", tuple(BYTES_PER_PARAMETER))


def minimum_tp(weights_gb: float, budget_gb: float) -> int | None:
    """Return the smallest of `TP_SIZES` that memory allows.

    Parameters
    ----------
    weights_gb : float
        Weights of the whole model [GB]
    budget_gb : float
        Most that the weights on one GPU may take [GB/GPU]

    Returns
    -------
    int or None
        The size; None where none suffices [GPUs]

    Examples
    --------
    >>> minimum_tp(335.5, 140.58), minimum_tp(2000, 140.58)
    (4, None)
    """
    return next((tp for tp in TP_SIZES if weights_gb / tp <= budget_gb * (1 + TOLERANCE)), None)


def _status_and_size(active_b: float, current: int, minimum: int | None) -> tuple[str, int | None]:
    """Return the status and the recommended size.

    "Never above the current TP" leaves no size to recommend where memory needs a larger one: that
    is a status of its own, and `minimum_tp` says what is needed.
    """
    if minimum is None:
        return DOES_NOT_FIT, None
    if current < minimum:
        return TOO_SMALL, None
    if current == minimum or active_b / current >= ACTIVE_ENOUGH_B * (1 - TOLERANCE):
        return RIGHT_SIZED, current
    wanted = active_b / ACTIVE_WANTED_B * (1 + TOLERANCE)
    return OVER_PROVISIONED, max(minimum, *(tp for tp in TP_SIZES if tp <= wanted), 1)


def _basis_label(total_b: float, active_b: float) -> str:
    as_measured = total_b <= MEASURED_TOTAL_B * (1 + TOLERANCE) and active_b <= MEASURED_ACTIVE_B * (1 + TOLERANCE)
    return MEASURED_LABEL if as_measured else EXTRAPOLATED_LABEL


def _verdict(
    status: str,
    weights: float,
    budget: float,
    active: float,
    current: int,
    minimum: int | None,
    recommended: int | None,
) -> str:
    if minimum is None:
        most = TP_SIZES[-1]
        return (
            f"The model does not fit: its {weights:,.1f} GB of weights are {weights / most:,.1f} GB per GPU at "
            f"TP{most}, above the {budget:,.1f} GB that leave room for the KV cache"
        )
    if recommended is None:
        return (
            f"TP{current} is too small: memory needs TP{minimum}, as {weights / current:,.1f} GB of weights per GPU "
            f"are above the {budget:,.1f} GB that leave room for the KV cache"
        )
    per_gpu = f"{active / current:,.2f} B active parameters per GPU"
    if status == OVER_PROVISIONED:
        return (
            f"TP{current} is over-provisioned ({per_gpu}, below {ACTIVE_ENOUGH_B:g} B): TP{recommended} takes "
            f"{current / recommended:.3g}x fewer GPUs per replica, to be sized on a curve measured at TP{recommended}"
        )
    why = f"memory needs TP{minimum}" if current == minimum else f"{per_gpu}, not below {ACTIVE_ENOUGH_B:g} B"
    return f"TP{current} is right-sized: {why}"


def _waits_to_show(recommended: int | None, current: int, limits: Limits) -> str:
    """Return what a measurement at the recommended size must show of waits that are limited."""
    asked = in_words(limits.single())
    if not asked or recommended is None:
        return ""
    why = ", as fewer GPUs share a prompt" if recommended < current else ""
    return f"; a curve measured at TP{recommended} must show {asked}{why}"
