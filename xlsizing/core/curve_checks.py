"""What makes a measured curve valid: each rule, and the sentence of its refusal.

The checks take columns sorted by rising concurrency, and `order`, the positions of the anchors as
they were given: a refusal names those.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, number, numbers, refuse
from xlsizing.errors import CurveError, Phrase, shown
from xlsizing.rules import (
    COPIED,
    COPIED_ABOVE,
    ETA_TOO_HIGH,
    ETA_TOO_LOW,
    IDLE_BELOW,
    IDLE_RISE,
    NOISE,
    PER_GPU_LOW,
    SAME_RATE,
    TOLERANCE,
    TTFT_OFF,
)

__all__ = [
    "Pooling",
    "check_distinct",
    "check_per_gpu",
    "check_throughput",
    "check_ttfo",
    "check_ttft",
    "column",
    "copied",
    "falling",
]

_FEW: Final = 2
"""So many anchors at least tell a column that is something else from a coincidence [-]."""

_UNITS: Final = {
    1e3: "column 4 looks like milliseconds; divide by 1000",
    1e6: "column 4 looks like microseconds; divide by 1e6",
    60.0: "column 4 looks 60 times too long, as of minutes that were seconds already; divide by 60",
    1 / 60: "column 4 looks like minutes; multiply by 60",
    1 / 3600: "column 4 looks like hours; multiply by 3600",
}
"""How many times too long TTFT is, and what it looks like then."""


def column(values: npt.ArrayLike, name: str, length: int | None) -> Floats:
    """Return the column `name` of anchors [unit of the column], of `length` values where that is given [-]."""
    column = numbers(values, name, kind=CurveError)
    if column.ndim == 0:
        column = column[np.newaxis]
    if column.ndim != 1:
        refuse(name, "must be one column", got=Phrase(f"shape {column.shape}"), kind=CurveError)
    if length not in (None, column.size):
        refuse(
            name, f"must have as many values as concurrency, {length}", got=Phrase(str(column.size)), kind=CurveError
        )
    return column


def check_distinct(c: Floats, order: npt.NDArray[np.intp]) -> None:
    """Refuse a concurrency [requests/replica] that appears twice in the sorted `c`."""
    if len(set(c.tolist())) < c.size:
        at = int(np.argmax(c[1:] == c[:-1]))
        pair = tuple(sorted((int(order[at]), int(order[at + 1]))))
        refuse(
            "concurrency",
            "must be distinct",
            detail=f"{shown(c[at])} appears twice",
            way_out="keep one measurement of each point",
            kind=CurveError,
            index=pair,
            where=_elements(pair),
        )


def check_throughput(c: Floats, rates: Floats, tps: Floats | None, order: npt.NDArray[np.intp]) -> None:
    """Refuse measured throughput `tps` [tok/s] that contradicts `c` [requests/replica] and `rates` [tok/s/user]."""
    if tps is None:
        return
    eta = tps / (c * rates)
    for wrong, rule in (
        (eta > ETA_TOO_HIGH * (1 + TOLERANCE), f"must not exceed c x tok/s/user by more than {ETA_TOO_HIGH - 1:.0%}"),
        (eta < ETA_TOO_LOW * (1 - TOLERANCE), f"must be at least {ETA_TOO_LOW:.0%} of c x tok/s/user"),
    ):
        if wrong.any():
            at = int(np.argmax(wrong))
            contradiction = "the columns contradict each other"
            if eta[at] < ETA_TOO_LOW:
                contradiction = "column 3 does not look like output tok/s"
            refuse(
                "output tok/s",
                rule,
                detail=f"{shown(tps[at])} at c={shown(c[at])} where c x tok/s/user is {shown(c[at] * rates[at])}",
                way_out=contradiction,
                kind=CurveError,
                index=(int(order[at]),),
                where=_elements((int(order[at]),)),
            )


def copied(c: Floats, rates: Floats, tps: Floats | None) -> bool:
    """Tell whether `tps` [tok/s] was worked out as `c` [requests/replica] x `rates` [tok/s/user], not measured [-]."""
    if tps is None:
        return False
    above = c > COPIED_ABOVE
    off = np.abs(tps / (c * rates) - 1)[above]
    return off.size >= _FEW and bool(np.all(off <= COPIED * (1 + TOLERANCE)))


def check_per_gpu(eta: Floats, factors: Iterable[int], order: npt.NDArray[np.intp]) -> None:
    """Refuse measured throughput that is of one GPU, not of the replica.

    Parameters
    ----------
    eta : ndarray, shape (n,)
        Measured throughput over c x tok/s/user, before any pooling [-]
    factors : iterable of int
        GPUs that a replica may have [GPUs/replica]
    order : ndarray of int, shape (n,)
        Positions of the anchors as they were given [-]

    Raises
    ------
    CurveError
        If one factor times the throughput is what a replica gives, at two anchors or more and at every one.
    """
    if eta.size < _FEW:
        return
    low, high = float(eta.min()), float(eta.max())
    for factor in factors:
        if factor * low >= PER_GPU_LOW * (1 - TOLERANCE) and factor * high <= ETA_TOO_HIGH * (1 + TOLERANCE):
            refuse(
                "output tok/s",
                "must be that of the whole replica",
                detail=f"{factor} times it is {factor * low:.0%} to {factor * high:.0%} of c x tok/s/user at every anchor",
                way_out="column 3 looks like tok/s per GPU; multiply by GPUs per replica, or state that it is per "
                "replica after all with throughput_per_replica",
                kind=CurveError,
                index=(int(order[0]),),
                where=_elements((int(order[0]),)),
            )


def check_ttfo(ttft: Floats | None, ttfo: Floats | None, order: npt.NDArray[np.intp]) -> None:
    """Refuse a `ttfo`, the time to the first token of the answer, below the `ttft` of its anchor [s]; `order` sorts them [-]."""
    if ttft is None or ttfo is None:
        return
    early = np.flatnonzero(ttfo < ttft * (1 - TOLERANCE))
    if early.size:
        at = int(early[0])
        refuse(
            "TTFO",
            "must not be below TTFT",
            detail=f"{shown(ttfo[at])} s against {shown(ttft[at])} s: no answer begins before the first token",
            index=(int(order[at]),),
            kind=CurveError,
        )


def check_ttft(c: Floats, rates: Floats, tps: Floats, ttft: Floats, osl: float, order: npt.NDArray[np.intp]) -> None:
    """Refuse a time to first token that contradicts the measured throughput.

    Parameters
    ----------
    c, rates, tps, ttft : ndarray, shape (n,)
        The anchors by rising concurrency [requests/replica, tok/s/user, tok/s, s]
    osl : float
        Output tokens per request at the measurement [tok]
    order : ndarray of int, shape (n,)
        Positions of the anchors as they were given [-]

    Raises
    ------
    CurveError
        If ``c OSL/(TTFT + (OSL-1)/r)`` is more than three times the throughput, or less than a third; with the
        likely unit.
    """
    rest = max(osl - 1, 0.0) / rates
    off = np.log(c * osl / (ttft + rest) / tps)
    at = int(np.argmax(np.abs(off)))
    if abs(off[at]) <= math.log(TTFT_OFF * (1 + TOLERANCE)):
        return
    left = c[at] * osl / (ttft[at] + rest[at])
    refuse(
        "TTFT",
        f"must leave output tok/s within {TTFT_OFF} times of what was measured",
        detail=f"with {shown(ttft[at])} s at c={shown(c[at])} and {shown(osl)} output tokens a request the replica "
        f"gives {left:.4g} tok/s, measured were {shown(tps[at])}",
        way_out=_likely_unit(c, rest, tps, ttft, osl),
        kind=CurveError,
        index=(int(order[at]),),
        where=_elements((int(order[at]),)),
    )


def _likely_unit(c: Floats, rest: Floats, tps: Floats, ttft: Floats, osl: float) -> str:
    """Return what TTFT looks like: the unit nearest to what the other columns leave for it, if that mends it."""
    implied = c * osl / tps - rest  # seconds from the request to its first token
    known = implied > 0
    if known.any():
        times = float(np.median(np.log(ttft[known] / implied[known])))
        unit = min(_UNITS, key=lambda factor: abs(math.log(factor) - times))
        mended = np.abs(np.log(c * osl / (ttft / unit + rest) / tps))
        if mended.max() <= math.log(TTFT_OFF * (1 + TOLERANCE)):
            return _UNITS[unit]
    return "the columns contradict each other: check the units of TTFT, and whether the client held that concurrency"


class Pooling(NamedTuple):
    """What became of rises of tok/s/user.

    Parameters
    ----------
    rates : ndarray, shape (n,)
        Interactivity that does not rise [tok/s/user]
    moved : float or None
        The largest share by which pooling moved a point; None where nothing was pooled [-]
    noise : bool
        Whether every rise was small enough to be pooled by itself
    """

    rates: Floats
    moved: float | None = None
    noise: bool = False


def falling(c: Floats, rates: Floats, pool_rises: float | None, order: npt.NDArray[np.intp]) -> Pooling:
    """Return rates that do not rise, and what that took.

    Parameters
    ----------
    c : ndarray, shape (n,)
        Concurrency, rising [requests/replica]
    rates : ndarray, shape (n,)
        Interactivity as measured [tok/s/user]
    pool_rises : float or None
        Largest share by which pooling may move a point; None refuses a rise above noise [-]
    order : ndarray of int, shape (n,)
        Positions of the anchors as they were given [-]

    Returns
    -------
    Pooling
        The rates and what pooling moved [tok/s/user]
    """
    limit = None if pool_rises is None else _pool_share(pool_rises)
    lowest = np.minimum.accumulate(rates)
    most = float((rates[1:] / lowest[:-1]).max()) - 1 if rates.size > 1 else 0.0
    if most <= SAME_RATE:
        return Pooling(lowest)
    noise = most <= NOISE * (1 + TOLERANCE)
    pooled = np.minimum.accumulate(_isotonic_rates(rates))
    moved = np.abs(pooled / rates - 1)
    worst = int(np.argmax(moved))
    if limit is None and not noise:
        _refuse_rise(c, rates, order, float(moved[worst]))
    if limit is not None and moved[worst] > limit * (1 + TOLERANCE):
        refuse(
            "pool_rises",
            f"must cover the largest move, {moved[worst]:.2%}",
            got=limit,
            detail=f"{shown(rates[worst])} at c={shown(c[worst])} would become {shown(pooled[worst])}",
            way_out="drop or re-measure the point",
            kind=CurveError,
            index=(int(order[worst]),),
        )
    return Pooling(pooled, float(moved[worst]), noise)


def _pool_share(pool_rises: object) -> float:
    share = number(pool_rises, "pool_rises", low=-np.inf, high=np.inf)
    if not 0 < share <= 1:
        refuse("pool_rises", "must be in (0, 1]", got=share)
    return share


def _refuse_rise(c: Floats, rates: Floats, order: npt.NDArray[np.intp], moved: float) -> NoReturn:
    """Refuse the largest rise: from the lowest rate before it."""
    rise = rates[1:] / np.minimum.accumulate(rates)[:-1] - 1
    above = int(np.argmax(rise)) + 1
    below = int(np.argmin(rates[:above]))
    pair = (int(order[below]), int(order[above]))
    low, high = (f"{shown(rates[i])} at c={shown(c[i])}" for i in (below, above))
    percent = 100 * rise[above - 1]
    idle = rise[above - 1] >= IDLE_RISE and c[below] < IDLE_BELOW
    refuse(
        "tok/s/user",
        "must not rise with concurrency",
        detail=f"{low}, {high} (+{shown(float(f'{percent:.3g}'))} %)"
        + (", as where data-parallel ranks idle below c = DP" if idle else ""),
        way_out=f"{'drop the points below c = DP' if idle else 'drop or re-measure a point'}{_or_pool(moved)}",
        kind=CurveError,
        index=pair,
        where=_elements(pair),
    )


def _or_pool(moved: float) -> str:
    """Return the way out of pooling, with a share of two digits that covers `moved`; empty where none does."""
    if moved > 1:
        return ""
    unit = 10.0 ** (math.floor(math.log10(moved)) - 1)
    return f", or pass pool_rises={min(math.ceil(moved / unit * (1 - TOLERANCE)) * unit, 1.0):.6g}"


def _isotonic_rates(rates: Floats) -> Floats:
    """Return the non-increasing sequence nearest to `rates` in least squares (PAVA)."""
    sums: list[float] = []
    counts: list[int] = []
    for rate in rates.tolist():
        total, count = rate, 1
        while sums and sums[-1] * count < total * counts[-1]:
            total, count = total + sums.pop(), count + counts.pop()
        sums.append(total)
        counts.append(count)
    return np.repeat(np.divide(sums, counts), counts)


def _elements(positions: tuple[int, ...]) -> str:
    return f"element{'s' * (len(positions) > 1)} {' and '.join(str(i + 1) for i in sorted(positions))}"
