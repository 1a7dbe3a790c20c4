"""How tok/s/user depends on concurrency between two measured anchors.

Both methods are a straight line in transformed axes: ``x(c)`` against ``y(r)``. That makes each a
closed form, exact at the anchors, and the same in Python and in a spreadsheet cell.

    log-c   x = ln c    y = r      the form of earlier capacity sizings, so figures on file compare
    tpot    x = c^0.7   y = 1/r    better centred on public sweeps with sparse anchors
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from xlsizing.checks import Floats, choice
from xlsizing.rules import METHODS, TPOT_EXPONENT

__all__ = ["Brackets", "Interpolation", "brackets", "interpolation"]

_Map = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Interpolation:
    """One method: the axes in which a bracket is a straight line.

    Parameters
    ----------
    name : str
        The method's name [-]
    x_of_c, c_of_x : callable
        Transform of the concurrency [requests/replica] and its inverse
    y_of_r, r_of_y : callable
        Transform of the interactivity [tok/s/user] and its inverse
    """

    name: str
    x_of_c: _Map
    c_of_x: _Map
    y_of_r: _Map
    r_of_y: _Map


def interpolation(method: object) -> Interpolation:
    """Return the method named `method` [-].

    Raises
    ------
    InputError
        If there is no such method.
    """
    return _BY_NAME[choice(method, "method", METHODS)]


class Brackets(NamedTuple):
    """The anchors of a curve in the axes of a method, and the line from each to the next.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        The anchors [units of the method's axes]
    slope : ndarray, shape (n,)
        dx/dy from each anchor to the next; 0 where y stands still and after the last
        [units of x per unit of y]
    """

    x: Floats
    y: Floats
    slope: Floats


def brackets(concurrency: Floats, tok_s_per_user: Floats, method: Interpolation) -> Brackets:
    """Return the brackets of the anchors in the axes of `method`.

    Parameters
    ----------
    concurrency : ndarray, shape (n,)
        Rising [requests/replica]
    tok_s_per_user : ndarray, shape (n,)
        Not rising [tok/s/user]
    method : Interpolation
        The method [-]

    Returns
    -------
    Brackets
        Anchors and slopes [units of the method's axes]
    """
    x, y = method.x_of_c(concurrency), method.y_of_r(tok_s_per_user)
    slope = np.zeros(x.size)
    dy = y[1:] - y[:-1]
    dy[dy == 0] = np.inf  # a flat bracket: no SLA lies inside it, and 1/inf gives its slope of 0
    slope[:-1] = (x[1:] - x[:-1]) / dy
    return Brackets(x, y, slope)


def _same(values: Floats) -> Floats:
    return values


def _reciprocal(values: Floats) -> Floats:
    return 1.0 / values


def _powered(concurrency: Floats) -> Floats:
    return np.power(concurrency, TPOT_EXPONENT)


def _rooted(x: Floats) -> Floats:
    # An SLA above the curve extrapolates below zero; its row is infeasible and discards the value.
    return np.power(np.maximum(x, 0.0), 1 / TPOT_EXPONENT)


_BY_NAME = {
    "log-c": Interpolation("log-c", np.log, np.exp, _same, _same),
    "tpot": Interpolation("tpot", _powered, _rooted, _reciprocal, _reciprocal),
}
