"""The steps of the customer's workbook as variables of a LET: the same formulas, over the same names.

Sheet Calc has a column a step, sheet Curve one a working of each anchor, and both a named cell a constant. Here each
becomes a variable of that name, and what a result needs is found from the words of its formula, so that nothing else is
written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from xlsizing.checks import refuse
from xlsizing.workbooks.customer import BLOCK, CALC, WORKINGS, stands_for
from xlsizing.workbooks.lambdas.notation import folded, identifiers
from xlsizing.workbooks.writer import legal_name

__all__ = ["CURVE", "STEPS", "let"]

_CONSTANTS: Final = ("TRUE", "FALSE")
_COUNT: Final = re.compile(r"COUNT\((\w+)\)")

_NO_USERS: Final = (("Is_Users=1", False), ("Is_Users=0", True))
"""Users as the demand are none of these functions: what counts for them is left out."""


def let(result: str, own: Mapping[str, str], given: Iterable[str]) -> str:
    """Return the LET of a `result`, with every variable that it needs.

    Parameters
    ----------
    result : str
        The formula of the result
    own : mapping of str to str
        Formulas of variables that stand for others than the workbook's, by name
    given : iterable of str
        Names that need none: the arguments

    Returns
    -------
    str
        The result alone, where it needs none
    """
    found: dict[str, str] = {}
    known = set(given)
    for name in identifiers(result):
        _link(name, own, known, found)
    pairs = [f"{name},{formula}" for name, formula in found.items()]
    return f"LET({','.join([*pairs, result])})" if pairs else result


def _link(name: str, own: Mapping[str, str], known: set[str], found: dict[str, str]) -> None:
    """Add the variable `name` to those `found`, after all that it needs."""
    if name in known or name in found or name in _CONSTANTS:
        return
    formula = own.get(name) or STEPS.get(name) or CURVE.get(name) or _constant(name)
    if formula is None:
        refuse("name in a formula", "must stand for something", got=name)
    for each in identifiers(formula):
        if each != name:
            _link(each, own, known, found)
    found[name] = formula


def _constant(name: str) -> str | None:
    value = stands_for(name)
    if isinstance(value, str):
        return _counting(value.removeprefix("=")) if value.startswith("=") else f'"{value}"'
    if value is None:
        return None
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else f"{value!r}".upper()


def _counting(formula: str) -> str:
    """Return a `formula` that counts the numbers of a column, which holds nothing else or "": COUNT of an array is 0 in IronCalc."""
    return _COUNT.sub(r'SUMPRODUCT((\1<>"")*1)', formula)


def _variable(key: str) -> str:
    """Return what the step `key` is called: a spreadsheet takes no variable that could be a cell's address."""
    return key if legal_name(key) else f"{key}_"


def _steps() -> dict[str, str]:
    names = {key: _variable(key) for key, _, _ in CALC} | {"sla": "sla", "limit_ttft": "limit"}
    return {names[key]: _for_tokens(formula.format_map(names)) for key, _, formula in CALC if formula}


def _for_tokens(formula: str) -> str:
    for condition, holds in _NO_USERS:
        formula = folded(formula, condition, holds=holds)
    return formula


STEPS: Final[dict[str, str]] = _steps()
"""The formula of each step of a row of sheet Calc, for a demand in tokens, by its variable."""


def _columns() -> dict[str, str]:
    columns = {f"Curve_{key}": _column(key, formula) for key, _, formula in WORKINGS if key not in _BLOCKS}
    for key, _, formula in WORKINGS:
        if key in _BLOCKS:  # of the block that would begin at each anchor: which of them do is found after that
            columns[f"Curve_{key}_from"] = _column(key, formula, _BLOCK_CELLS)
    return {"Curve_rank": "SEQUENCE(N_Anchors+1)", **columns, **_POOLED}  # the tail repeats the last anchor


def _column(key: str, formula: str, own: Mapping[str, str] | None = None) -> str:
    """Return the workings `key` of all anchors: one after the other where a row needs the one above it, else each alone."""
    text = _counting(folded(formula.format_map(_cells(key, own or {})), "TRUE", holds=True))
    if f"{{{key}_above}}" in formula and not own:
        return f"SCAN(0,Curve_rank,LAMBDA(above,at,{text}))"
    return f"MAP(Curve_rank,LAMBDA(at,{text}))"


def _cells(key: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return what stands for the cells of a row of sheet Curve, of anchor `at`."""
    cells = {"k": "at", "own": "(at<=N_Anchors)", "before": _BEFORE}
    for each, _, _ in WORKINGS:
        cells |= {
            each: f"INDEX(Curve_{each},at)",
            f"{each}_above": f"INDEX(Curve_{each},MAX(1,at-1))",
            f"{each}_below": f"INDEX(Curve_{each},MIN(N_Anchors,at+1))",
        }
    cells |= {f"{key}_above": "above"} | dict(own)
    return cells | {"block": BLOCK.format_map(cells)}


_BEFORE: Final = "IF(at=1,0,INDEX(Curve_sum,MAX(1,at-1)))"
_BLOCKS: Final = ("mean", "end")
_BLOCK_CELLS: Final = {"begins": "TRUE", "mean_above": "0", "end_above": "0", "mean": "INDEX(Curve_mean_from,at)"}
_POOLED: Final = {
    "Curve_first": "SCAN(1,Curve_rank,LAMBDA(first,at,IF(INDEX(Curve_end_from,first)<at,at,first)))",
    "Curve_mean": "MAP(Curve_rank,LAMBDA(at,INDEX(Curve_mean_from,INDEX(Curve_first,at))))",
}
"""Pooled rises: sheet Curve finds a block's end as it reaches its first row; here the ends of all are known before."""

CURVE: Final[dict[str, str]] = _columns()
"""The workings of all anchors, a column each, by the name that sheet Curve has for it."""
