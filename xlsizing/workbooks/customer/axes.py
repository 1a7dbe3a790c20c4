"""The axes of the interpolation methods as formulas: one CHOOSE over the methods of the core's own table."""

from __future__ import annotations

from typing import Final

from xlsizing.core import AXES

__all__ = ["METHOD_CODE", "METHOD_WORDS", "c_of_x", "known_method", "power", "x_of_c", "y_at", "y_of_r"]

METHOD_WORDS: Final = {f"Word_{name.capitalize().replace('-', '_')}": name for name in AXES}
"""The named cell that holds each method's name, and that name."""


def _method_number() -> str:
    formula = "1"
    for number, word in reversed(list(enumerate(METHOD_WORDS, start=1))):
        formula = f"IF(Method={word},{number},{formula})"
    return f"=IFERROR({formula},1)"


METHOD_CODE: Final = _method_number()
"""The formula of the method's number; 1 for a word that is none, which the checks refuse."""


def known_method(cell: str, *, exact: bool = False) -> str:
    """Return the condition that `cell` names a method; `exact` where capitals count."""
    return f"OR({','.join(f'EXACT({cell},{word})' if exact else f'{cell}={word}' for word in METHOD_WORDS)})"


def power(k: str, steep: str, steep_above: str) -> str:
    """Return the formula of a bracket's power, from the anchor's rank `k`, its steepness `steep` and, to its left, `steep_above`."""
    return _choose(*(axes.cells.power.format(k=k, steep=steep, steep_above=steep_above) for axes in AXES.values()))


def x_of_c(c: str, p: str) -> str:
    """Return the formula of x at the concurrency `c` and the power `p` [units of the method's axes]."""
    return _choose(*(axes.cells.x_of_c.format(c=c, p=p) for axes in AXES.values()))


def c_of_x(x: str, p: str) -> str:
    """Return the formula of the concurrency at `x` and the power `p` [requests/replica]."""
    return _choose(*(axes.cells.c_of_x.format(x=x, p=p) for axes in AXES.values()))


def y_of_r(r: str) -> str:
    """Return the formula of y at the interactivity `r`, and that of r at y [units of the method's axes]."""
    return _choose(*(axes.cells.y_of_r.format(r=r) for axes in AXES.values()))


def y_at(c: str, j: str, after: str) -> str:
    """Return the formula of y at a concurrency, on the line from the anchor of rank `j` to that of rank `after`.

    Parameters
    ----------
    c : str
        The concurrency, not below the anchor's [requests/replica]
    j, after : str
        The ranks, which differ

    Returns
    -------
    str
        Its `y_of_r` is tok/s/user there [units of the method's axes]
    """
    way = f"({x_of_c(c, f'INDEX(Curve_p,{j})')}-INDEX(Curve_x,{j}))"
    share = f"MAX(0,{way}/(INDEX(Curve_x_end,{j})-INDEX(Curve_x,{j})))"
    return f"INDEX(Curve_y,{j})+{share}*(INDEX(Curve_y,{after})-INDEX(Curve_y,{j}))"


def _choose(*formulas: str) -> str:
    return f"CHOOSE(Method_Code,{','.join(formulas)})"
