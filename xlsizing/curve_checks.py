"""What makes a measured curve valid: each rule, and the sentence of its refusal.

The checks take columns sorted by rising concurrency, and `order`, the positions of the anchors as
they were given: a refusal names those.
"""

from __future__ import annotations

from typing import NoReturn

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats, number, numbers, refuse
from xlsizing.errors import CurveError, Phrase, shown
from xlsizing.rules import ETA_TOO_HIGH, ETA_TOO_LOW, TOLERANCE

__all__ = ["check_distinct", "check_throughput", "column", "falling"]


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


def falling(
    c: Floats, rates: Floats, pool_rises: float | None, order: npt.NDArray[np.intp]
) -> tuple[float | None, Floats]:
    """Return the largest share by which pooling moved a point, and rates that do not rise.

    Parameters
    ----------
    c : ndarray, shape (n,)
        Concurrency, rising [requests/replica]
    rates : ndarray, shape (n,)
        Interactivity as measured [tok/s/user]
    pool_rises : float or None
        Largest share by which pooling may move a point; None refuses a rise [-]
    order : ndarray of int, shape (n,)
        Positions of the anchors as they were given [-]

    Returns
    -------
    float or None
        The largest share; None where nothing was pooled [-]
    ndarray, shape (n,)
        Interactivity that does not rise [tok/s/user]
    """
    limit = None if pool_rises is None else _pool_share(pool_rises)
    rises = rates[1:] > rates[:-1] * (1 + TOLERANCE)
    if not rises.any():
        return None, np.minimum.accumulate(rates)
    if limit is None:
        _refuse_rise(c, rates, order, int(np.argmax(rises)))
    pooled = _isotonic(rates)
    moved = np.abs(pooled / rates - 1)
    worst = int(np.argmax(moved))
    if moved[worst] > limit * (1 + TOLERANCE):
        refuse(
            "pool_rises",
            f"must cover the largest move, {moved[worst]:.2%}",
            got=limit,
            detail=f"{shown(rates[worst])} at c={shown(c[worst])} would become {shown(pooled[worst])}",
            way_out="drop or re-measure the point",
            kind=CurveError,
            index=(int(order[worst]),),
        )
    return float(moved[worst]), np.minimum.accumulate(pooled)


def _pool_share(pool_rises: object) -> float:
    share = number(pool_rises, "pool_rises", low=-np.inf, high=np.inf)
    if not 0 < share <= 1:
        refuse("pool_rises", "must be in (0, 1]", got=share)
    return share


def _refuse_rise(c: Floats, rates: Floats, order: npt.NDArray[np.intp], at: int) -> NoReturn:
    pair = (int(order[at]), int(order[at + 1]))
    low, high = (f"{shown(rates[i])} at c={shown(c[i])}" for i in (at, at + 1))
    refuse(
        "tok/s/user",
        "must not rise with concurrency",
        detail=f"{low}, {high} (+{shown(float(f'{100 * (rates[at + 1] / rates[at] - 1):.3g}'))} %)",
        way_out="drop or re-measure a point, or pass pool_rises",
        kind=CurveError,
        index=pair,
        where=_elements(pair),
    )


def _isotonic(rates: Floats) -> Floats:
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
