"""The one comparison of a rate with an SLA: an anchor meets it, and the last that does may equal it.

    margin = r/S - 1        meets: margin >= -SAME_RATE        equals: margin <= SAME_RATE

The two share the margin, so that an anchor which meets the SLA from below always equals it, and "between two
anchors" is what is left. A spreadsheet that compares at 15 digits decides the same: the margin of a rate near the SLA
is a small number with digits of its own, where the two rates would look alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats
from xlsizing.rules import SAME_RATE

__all__ = ["Reach", "last_meeting", "last_meeting_each", "meets", "positions", "reach"]

_NEIGHBOURS = 1 + np.arange(-8, 9)[:, np.newaxis] * 2.0**-53  # every number within four last digits, some twice


class Reach(NamedTuple):
    """The SLAs at which each anchor decides; found once a curve, they make a million comparisons cheap.

    Parameters
    ----------
    falling : ndarray, shape (n,)
        The highest SLA that each anchor meets, negated and so rising, for a binary search [-tok/s/user]
    equal_from : ndarray, shape (n,)
        The lowest SLA that each anchor equals; below it an SLA lies between two anchors. 0 for the last anchor, which
        has none after it [tok/s/user]
    """

    falling: Floats
    equal_from: Floats


def meets(rate: float, sla: float) -> bool:
    """Tell whether a `rate` meets an `sla` [tok/s/user].

    >>> meets(100 * (1 - 1e-9), 100), meets(99.9999, 100)
    (True, False)
    """
    return rate / sla - 1 >= -SAME_RATE


def reach(rates: Floats) -> Reach:
    """Return the SLAs at which anchors of these falling `rates` decide [tok/s/user]."""
    meeting = rates / (1 - SAME_RATE) * _NEIGHBOURS
    highest = np.where(rates / meeting - 1 >= -SAME_RATE, meeting, 0.0).max(axis=0)
    equal = rates / (1 + SAME_RATE) * _NEIGHBOURS
    lowest = np.where(rates / equal - 1 <= SAME_RATE, equal, np.inf).min(axis=0)
    lowest[-1] = 0.0
    return Reach(-highest, lowest)


def last_meeting(rates: Floats, known: Reach | None, sla: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return how many anchors meet each SLA, and whether it lies strictly between the last that does and the next.

    Parameters
    ----------
    rates : ndarray, shape (n,)
        Falling rates of the anchors [tok/s/user]
    known : Reach or None
        Theirs; needed where `sla` is an array [tok/s/user]
    sla : ndarray, any shape
        The SLAs [tok/s/user]

    Returns
    -------
    ndarray of int, ndarray of bool
        The count, and whether the row is between two anchors [-]
    """
    if known is None:
        single = float(sla)
        count = _count_meeting(rates, single)
        between = 0 < count < rates.size and rates.item(count - 1) / single - 1 > SAME_RATE
        return np.intp(count), np.bool_(between)  # type: ignore[return-value]  # a numpy scalar serves as a 0-d array
    counts = known.falling.searchsorted(-sla, side="right")
    return counts, sla < known.equal_from[counts - (counts > 0)]


def last_meeting_each(rates: Floats, sla: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return the same where each row has rates of its own.

    Parameters
    ----------
    rates : ndarray, shape (m, n)
        Falling rates of the anchors, a line of them for each row [tok/s/user]
    sla : ndarray, shape (m,)
        The SLAs; 0 is met by every rate [tok/s/user]

    Returns
    -------
    ndarray of int, ndarray of bool
        The count, and whether the row is between two anchors [-]
    """
    with np.errstate(divide="ignore"):
        margin = rates / sla[:, np.newaxis] - 1
    counts = (margin >= -SAME_RATE).sum(axis=1)
    last = np.take_along_axis(margin, np.maximum(counts - 1, 0)[:, np.newaxis], axis=1)[:, 0]
    return counts, (counts > 0) & (counts < rates.shape[1]) & (last > SAME_RATE)


def positions(
    meeting: npt.NDArray[np.intp], anchors: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return what counts of anchors that meet an SLA say.

    Parameters
    ----------
    meeting : ndarray of int, any shape
        How many anchors meet it [-]
    anchors : int
        Of the curve [-]

    Returns
    -------
    ndarray of bool, ndarray of int, ndarray of int
        Whether one does; the position of the last that does, 0 where none; that of the anchor after it, the same at the
        end of the curve [-]
    """
    feasible = meeting > 0
    last = meeting - feasible
    return feasible, last, last + (last < anchors - 1)


def _count_meeting(rates: Floats, sla: float) -> int:
    """Return how many of the falling `rates` meet one SLA: by halves, for a cell that asks for a single row."""
    low, high = 0, rates.size
    while low < high:
        middle = (low + high) // 2
        if meets(rates.item(middle), sla):
            low = middle + 1
        else:
            high = middle
    return low
