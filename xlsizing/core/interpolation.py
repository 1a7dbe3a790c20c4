"""How tok/s/user depends on concurrency between two measured anchors.

Each method is a straight line in transformed axes: ``x(c)`` against ``y(r)``. That makes each a
closed form, exact at the anchors, and the same in Python and in a spreadsheet cell: both stand
side by side in `AXES`.

    auto    x = c^p     y = 1/r    p follows how steeply tok/s/user falls; best centred on public sweeps
    log-c   x = ln c    y = r      the form of earlier capacity sizings, so figures on file compare
    tpot    x = c^0.7   y = 1/r    one power for all brackets
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from xlsizing.checks import Floats, choice
from xlsizing.rules import (
    AUTO_FIRST,
    AUTO_HIGHEST,
    AUTO_LEFT,
    AUTO_LEVEL,
    AUTO_LOWEST,
    AUTO_TWO,
    TPOT_EXPONENT,
)

__all__ = ["AXES", "METHODS", "Brackets", "Cells", "Interpolation", "brackets", "interpolation"]

_Power = Callable[[Floats, Floats], Floats]
_Map = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Cells:
    """The same axes as formulas of a cell, over the named constants of a workbook.

    Parameters
    ----------
    power : str
        Of {k}, the anchor's rank, {steep}, its bracket's steepness, and {steep_above}, that of the bracket to its left
    x_of_c, c_of_x : str
        Of {c} or {x}, and the bracket's power {p}
    y_of_r : str
        Of {r}; its own inverse
    """

    power: str
    x_of_c: str
    c_of_x: str
    y_of_r: str


@dataclass(frozen=True, slots=True)
class Interpolation:
    """One method: the axes in which a bracket is a straight line.

    Parameters
    ----------
    name : str
        The method's name
    power : callable
        The power of each bracket, of the anchors' concurrency and tok/s/user
    x_of_c, c_of_x : callable
        Transform of the concurrency [requests/replica] at a power, and its inverse
    y_of_r : callable
        Transform of the interactivity [tok/s/user]; its own inverse
    bounded : bool
        Whether the bound of `budget` was derived for it
    cells : Cells
        The same as formulas
    words : tuple of str
        The same in words, a sentence each
    """

    name: str
    power: _Power
    x_of_c: _Map
    c_of_x: _Map
    y_of_r: Callable[[Any], Any]
    bounded: bool
    cells: Cells
    words: tuple[str, ...]


def interpolation(method: object) -> Interpolation:
    """Return the method named `method`.

    Raises
    ------
    InputError
        If there is no such method.
    """
    return AXES[choice(method, "method", METHODS)]


class Brackets(NamedTuple):
    """The anchors of a curve in the axes of a method, and the line from each to the next.

    Parameters
    ----------
    power : ndarray, shape (n,)
        The power of the concurrency from each anchor to the next; the last repeats the one before it [-]
    x, y : ndarray, shape (n,)
        The anchors, each at its own power [units of the method's axes]
    slope, rise : ndarray, shape (n,)
        dx/dy from each anchor to the next, and dy/dx; 0 where y stands still and after the last
        [units of x per unit of y, and of y per unit of x]
    """

    power: Floats
    x: Floats
    y: Floats
    slope: Floats
    rise: Floats


def brackets(concurrency: Floats, tok_s_per_user: Floats, method: Interpolation) -> Brackets:
    """Return the brackets of the anchors in the axes of `method`.

    Parameters
    ----------
    concurrency : ndarray, shape (n,)
        Rising [requests/replica]
    tok_s_per_user : ndarray, shape (n,)
        Not rising [tok/s/user]
    method : Interpolation
        The method

    Returns
    -------
    Brackets
        Anchors and slopes [units of the method's axes]
    """
    power, y = method.power(concurrency, tok_s_per_user), method.y_of_r(tok_s_per_user)
    x = method.x_of_c(concurrency, power)
    slope, rise = np.zeros(x.size), np.zeros(x.size)
    dx, dy = method.x_of_c(concurrency[1:], power[:-1]) - x[:-1], y[1:] - y[:-1]
    rise[:-1] = dy / dx
    dy[dy == 0] = np.inf  # a flat bracket: no SLA lies inside it, and 1/inf gives its slope of 0
    slope[:-1] = dx / dy
    return Brackets(power, x, y, slope, rise)


def _auto_power(concurrency: Floats, tok_s_per_user: Floats) -> Floats:
    """Return the power of `auto`: higher where a bracket is steep, lower where the one to its left was steep too [-]."""
    power = np.full(concurrency.size, AUTO_FIRST)
    if concurrency.size > 1:
        steep = np.log(tok_s_per_user[:-1] / tok_s_per_user[1:]) / np.log(concurrency[1:] / concurrency[:-1])
        power[1:-1] = AUTO_LEVEL + steep[1:] - AUTO_LEFT * steep[:-1]
        if steep.size == 1:
            power[0] = AUTO_LEVEL + AUTO_TWO * steep[0]
        power[-1] = power[-2]
    within: Floats = np.minimum(AUTO_HIGHEST, np.maximum(AUTO_LOWEST, power))
    return within


def _constant_power(concurrency: Floats, _: Floats) -> Floats:
    return np.full(concurrency.size, TPOT_EXPONENT)


def _power_of_one(concurrency: Floats, _: Floats) -> Floats:
    return np.ones(concurrency.size)


def _logarithm(concurrency: Floats, _: Floats) -> Floats:
    logarithms: Floats = np.log(concurrency)
    return logarithms


def _exponential(x: Floats, _: Floats) -> Floats:
    concurrency: Floats = np.exp(x)
    return concurrency


def _power_root(x: Floats, power: Floats) -> Floats:
    # An SLA above the curve extrapolates below zero; its row is infeasible and discards the value.
    concurrency: Floats = np.power(np.maximum(x, 0.0), 1 / power)
    return concurrency


def _reciprocal(values: Floats) -> Floats:
    reciprocals: Floats = 1.0 / values
    return reciprocals


def _rate_as_is(values: Floats) -> Floats:
    return values


def _tpot_over_power(name: str, power: _Power, power_cells: str, *words: str) -> Interpolation:
    """Return the method in which TPOT is a straight line over a power of the concurrency."""
    cells = Cells(power_cells, "{c}^{p}", "MAX(0,{x})^(1/{p})", "1/{r}")
    return Interpolation(name, power, np.power, _power_root, _reciprocal, bounded=True, cells=cells, words=words)


AXES: Final = {
    "auto": _tpot_over_power(
        "auto",
        _auto_power,
        "MIN(Auto_Highest,MAX(Auto_Lowest,IF(N_Anchors<=2,Auto_Level+Auto_Two*{steep},"
        "IF({k}=1,Auto_First,Auto_Level+{steep}-Auto_Left*{steep_above}))))",
        (
            "auto: 1/r is linear in c^p between neighbouring anchors 1 and 2: c* = c1 x (1 + (1/S-1/r1)/(1/r2-1/r1) x "
            "((c2/c1)^p - 1))^(1/p)."
        ),
        (
            f"p = {AUTO_LEVEL} + a - {AUTO_LEFT} x aL, a = ln(r1/r2)/ln(c2/c1) and aL that of the two anchors to the left; "
            f"{AUTO_FIRST} in the first of several brackets; {AUTO_LEVEL} + {AUTO_TWO} x a where there is one; "
            f"within {AUTO_LOWEST} to {AUTO_HIGHEST}."
        ),
    ),
    "log-c": Interpolation(
        "log-c",
        _power_of_one,
        _logarithm,
        _exponential,
        _rate_as_is,
        bounded=False,
        cells=Cells("1", "LN({c})", "EXP({x})", "{r}"),
        words=(
            "log-c: tok/s/user r is linear in ln c between neighbouring anchors 1 and 2: c* = c1 x (c2/c1)^((S-r1)/(r2-r1)).",
        ),
    ),
    "tpot": _tpot_over_power(
        "tpot",
        _constant_power,
        "TPOT_Exponent",
        (
            f"tpot: 1/r is linear in c^{TPOT_EXPONENT} between them: c* = (c1^{TPOT_EXPONENT} + (1/S-1/r1)/(1/r2-1/r1) x "
            f"(c2^{TPOT_EXPONENT}-c1^{TPOT_EXPONENT}))^(1/{TPOT_EXPONENT})."
        ),
    ),
}
"""Every method by its name."""

METHODS: Final = tuple(AXES)
"""Their names, in their order."""
