"""Where Excel and the engine part over ranges and arrays: one value at a time, or all of them.

A plain formula takes one cell of a range where one value belongs, an array formula works on all; the
engine does neither in most functions, and gives a value all the same. So a range or an array counts as
known only in the arguments that take one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from openpyxl.utils import range_boundaries

from xlsizing.hosts.formulas import Call, Resolve, Word
from xlsizing.workbooks.sheet_source import MOST_CELLS

__all__ = ["ONE_CELL", "WHOLE", "array_reason"]

ONE_CELL: Final = "takes one cell of a range: enter it as an array formula (Ctrl+Shift+Enter), or name the cell"
"""Why a plain formula that uses a range as an array is not evaluated [-]."""

WHOLE: Final = re.compile(r"\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?[0-9]+:\$?[0-9]+", re.IGNORECASE | re.ASCII)
"""What names whole columns or rows [-]."""

_ENDS: Final = re.compile(r"(\$?[A-Z]{1,3}\$?[0-9]+):(\$?[A-Z]{1,3}\$?[0-9]+)", re.IGNORECASE | re.ASCII)
_CALCULATE: Final = ("OpInfix", "OpPrefix", "OpPostfix")
_OF_CELLS: Final = (":", "", ",", "@", "#")

_EVERY: Final = frozenset(range(256))
_TAKE_EVERYWHERE: Final = (
    "SUM PRODUCT SUMSQ MIN MAX MINA MAXA AVERAGE AVERAGEA MEDIAN MODE MODE.SNGL COUNT COUNTA COUNTBLANK STDEV STDEV.S "
    "STDEV.P STDEVP STDEVA VAR VAR.S VAR.P VARP GEOMEAN HARMEAN AVEDEV DEVSQ SKEW KURT AND OR XOR SUMPRODUCT SUMXMY2 "
    "SUMX2MY2 SUMX2PY2 CORREL PEARSON COVAR COVARIANCE.P COVARIANCE.S SLOPE INTERCEPT RSQ STEYX LINEST LOGEST TREND "
    "GROWTH FREQUENCY MMULT MINVERSE MDETERM TRANSPOSE ROWS COLUMNS CONCAT IF ISREF SHEET SINGLE ANCHORARRAY FILTER "
    "SORT SORTBY UNIQUE"
)
_TAKE_FIRST: Final = (
    "INDEX OFFSET IRR MIRR LARGE SMALL TRIMMEAN COUNTIF PERCENTILE PERCENTILE.INC PERCENTILE.EXC QUARTILE QUARTILE.INC "
    "QUARTILE.EXC PERCENTRANK PERCENTRANK.INC PERCENTRANK.EXC"
)
_TAKE_SECOND: Final = "MATCH XMATCH VLOOKUP HLOOKUP RANK RANK.EQ RANK.AVG"
_TAKES: Final[dict[str, frozenset[int]]] = {
    **dict.fromkeys(_TAKE_EVERYWHERE.split(), _EVERY),
    **dict.fromkeys(_TAKE_FIRST.split(), frozenset({0})),
    **dict.fromkeys(_TAKE_SECOND.split(), frozenset({1})),
    **dict.fromkeys(("LOOKUP", "FORECAST", "FORECAST.LINEAR", "XNPV"), frozenset({1, 2})),
    **dict.fromkeys(("SUMIF", "AVERAGEIF"), frozenset({0, 2})),
    **dict.fromkeys(("SUMIFS", "AVERAGEIFS", "MAXIFS", "MINIFS"), frozenset({0, *range(1, 256, 2)})),
    **dict.fromkeys(("NPV", "CHOOSE", "SUBTOTAL"), _EVERY - {0}),
    **dict.fromkeys(("TEXTJOIN", "AGGREGATE"), _EVERY - {0, 1}),
    "COUNTIFS": frozenset(range(0, 256, 2)),
    "XIRR": frozenset({0, 1}),
    "XLOOKUP": frozenset({1, 2, 3}),
}
"""The arguments, counted from 0, in which the engine takes a range or an array as Excel does [-]."""

_WORKS_ON_ARRAYS: Final = frozenset({"SUMPRODUCT", "MMULT", "MDETERM", "MINVERSE", "LOOKUP", "FREQUENCY", "INDEX"})
"""Functions whose arguments a plain formula works out as arrays [-]."""

_ONE_AT_A_TIME: Final = frozenset({"IF", "CHOOSE"})
"""Functions that end this, even inside those [-]."""

_GIVES_ARRAYS: Final = frozenset(
    {"TRANSPOSE", "MMULT", "MINVERSE", "FREQUENCY", "LINEST", "LOGEST", "TREND", "GROWTH", "SIZING_TABLE", "FILTER"}
    | {"SORT", "SORTBY", "UNIQUE", "SEQUENCE", "RANDARRAY", "ANCHORARRAY"}
)
_INDEX_ALL: Final = ("", "0")


def array_reason(whole: Call, resolve: Resolve, *, single: bool) -> str | None:
    """Return why a formula is not evaluated, if it uses a range or an array where one value belongs.

    Parameters
    ----------
    whole : Call
        The formula [-]
    resolve : callable
        Gives the reference that the engine takes for one of the file [-]
    single : bool
        Whether one cell holds it, not an array formula [-]

    Returns
    -------
    str or None
        The reason [-]
    """
    outermost = whole.arguments[0]
    is_range = any(isinstance(item, Word) and item.kind == "OpInfix" and item.written == ":" for item in outermost)
    if single and (is_range or _is_range(outermost, resolve)):
        return ONE_CELL
    return _reason(whole, resolve, single=single, plain=single)


def _reason(call: Call, resolve: Resolve, *, single: bool, plain: bool) -> str | None:
    takes = _EVERY if call.is_ours or call.kind != "Func" else _TAKES.get(call.name, frozenset())
    for position, argument in enumerate(call.arguments):
        one_cell = position not in takes or (position == 0 and call.name in _ONE_AT_A_TIME)
        if plain and (_calculates(argument, resolve) or (one_cell and _is_range(argument, resolve))):
            return ONE_CELL
        if _calculates(argument, resolve) and any(_is_huge(item, resolve) for item in argument):
            return "reckons with a whole column or row"
        if position not in takes and _is_array(argument, resolve):
            return f"{call.name} works on one value at a time here"
        for item in (item for item in argument if isinstance(item, Call)):
            works = item.name in _WORKS_ON_ARRAYS or not (plain or item.name in _ONE_AT_A_TIME)
            found = _reason(item, resolve, single=single, plain=single and not works)
            if found:
                return found
    return None


def _calculates(items: Sequence[Any], resolve: Resolve) -> bool:
    """Tell whether an operator works on a whole range."""
    words = [item for item in items if isinstance(item, Word)]
    works = any(word.kind in _CALCULATE and word.written.strip() not in _OF_CELLS for word in words)
    return works and any(_is_range([item], resolve) for item in _not_single(items))


def _is_range(items: Sequence[Any], resolve: Resolve) -> bool:
    """Tell whether an argument is nothing but a range of several cells."""
    used = [item for item in items if not (isinstance(item, Word) and item.kind == "Whitespace")]
    if len(used) != 1:
        return False
    (item,) = used
    if isinstance(item, Call):
        return item.kind == "Paren" and len(item.arguments) == 1 and _is_range(item.arguments[0], resolve)
    reference = resolve(item.written).rpartition("!")[2] if item.is_range else ""
    ends = _ENDS.fullmatch(reference)
    return bool(WHOLE.fullmatch(reference)) or (ends is not None and ends[1] != ends[2])


def _is_huge(item: Any, resolve: Resolve) -> bool:
    """Tell whether `item` is a range that the engine cuts to its used part: its blank cells would be missing."""
    if isinstance(item, Call):
        return item.kind == "Paren" and any(_is_huge(each, resolve) for each in item.arguments[0])
    reference = resolve(item.written).rpartition("!")[2].replace("$", "") if item.is_range else ""
    if WHOLE.fullmatch(reference):
        return True
    if not _ENDS.fullmatch(reference):
        return False
    left, top, right, bottom = range_boundaries(reference.upper())
    return bool((bottom - top + 1) * (right - left + 1) > MOST_CELLS)


def _is_array(items: Sequence[Any], resolve: Resolve) -> bool:
    """Tell whether an argument has several values."""
    words = [item for item in items if isinstance(item, Word)]
    if any(word.kind == "OpInfix" and word.written == ":" for word in words):
        return True
    return any(_has_several(item, resolve) for item in _not_single(items))


def _has_several(item: Any, resolve: Resolve) -> bool:
    if isinstance(item, Word) or item.kind == "Paren":
        return _is_range([item], resolve) or (
            isinstance(item, Call) and any(_is_array(argument, resolve) for argument in item.arguments)
        )
    if item.kind == "Array":
        return len(item.arguments) > 1
    if item.name == "INDEX":
        rows_and_columns = [
            "".join(str(getattr(word, "written", "?")) for word in each) for each in item.arguments[1:3]
        ]
        return any(text.strip() in _INDEX_ALL for text in rows_and_columns)
    if item.name in ("IF", "CHOOSE"):
        return any(_is_array(argument, resolve) for argument in item.arguments)
    return item.name in _GIVES_ARRAYS


def _not_single(items: Sequence[Any]) -> list[Any]:
    """Return the items but those of which @ takes one cell."""
    marked = {i + 1 for i, item in enumerate(items) if isinstance(item, Word) and item.written == "@"}
    return [item for i, item in enumerate(items) if i not in marked]
