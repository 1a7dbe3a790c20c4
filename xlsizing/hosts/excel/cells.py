"""How Excel's values arrive in a function, and how answers and refusals leave it.

Arriving, a cell is a float, None (blank), text, a bool, a datetime, a Decimal (currency format), or
an int where it holds one of Excel's errors that xlwings does not translate. Leaving, only floats,
text and rectangular lists of them reach a cell unharmed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import numpy as np

from xlsizing import checks
from xlsizing.checks import refuse
from xlsizing.core import LABELS, NO_LIMITS, Curve, Limits, curve_from_rows
from xlsizing.errors import BLANK, CurveError, InputError, Phrase, SizingError, shown
from xlsizing.hosts.excel.excel_errors import in_words, is_error, is_error_code

__all__ = [
    "ERROR_OF_KIND",
    "MARK",
    "OMITTED",
    "Omitted",
    "answer",
    "curve",
    "limit",
    "limits_beside",
    "marked",
    "number",
    "slas",
    "text",
    "ttfts",
    "until_last_used",
    "within",
]

MARK: Final = "#SIZING:"
"""A text that begins so is an error: MARK, a kind of `ERROR_OF_KIND`, ": ", and the reason."""

ERROR_OF_KIND: Final = {"NUM": "#NUM!", "N/A": "#N/A", "VALUE": "#VALUE!"}
"""The Excel error that each kind of refusal is."""


class Omitted:
    """The type of `OMITTED`: an optional argument that the formula leaves out."""

    def __repr__(self) -> str:
        return "OMITTED"


OMITTED: Final = Omitted()


def number(value: Any, name: str, where: str | None = None) -> float:
    """Return the number in a cell, in the argument's own unit [-].

    Parameters
    ----------
    value : object
        The cell's value as xlwings hands it over
    name : str
        The argument's name
    where : str, optional
        Row and column within a range

    Returns
    -------
    float
        The number [-]

    Raises
    ------
    InputError
        If the cell holds anything but a number: a blank, text, TRUE, a date, an error, or a whole
        range where one cell belongs.
    """
    if type(value) is float:
        return value
    if type(value) is Decimal or (type(value) is int and not is_error_code(value)):
        return _as_float(value, name, where)
    way_out = None
    if isinstance(value, str) and not is_error(value):
        way_out = "turn the text into a number (Data > Text to Columns)" if _looks_numeric(value) else None
    refuse(name, "must be a number", got=in_words(value), where=where, way_out=way_out)


def limit(value: Any, name: str) -> float | Omitted:
    """Return the limit in the cell `value`, the argument `name`; a blank one is no limit [unit of the limit].

    Raises
    ------
    InputError
        If the cell holds anything else than a number.
    """
    return OMITTED if value is None else number(value, name)


def text(value: Any, name: str) -> str:
    """Return the text in the cell `value`, the argument `name`.

    Raises
    ------
    InputError
        If the cell holds anything but text.
    """
    if isinstance(value, str) and not is_error(value):
        return value
    words = Phrase(f"the number {shown(value)}") if _is_number(value) else in_words(value)
    refuse(name, "must be text", got=words)


def curve(rows: Sequence[Sequence[Any]], name: str = "anchors") -> Curve:
    """Return the curve in a range of 2 to 5 columns; blank rows are ignored.

    Parameters
    ----------
    rows : sequence of sequences, shape (n, 2..5)
        Concurrency [requests/replica], tok/s/user, output tok/s per replica [tok/s], TTFT [s]
    name : str
        The argument's name

    Returns
    -------
    Curve
        The curve

    Raises
    ------
    InputError
        If a cell is no number or the anchors are no valid curve; row and column within the range
        are named.
    """
    cleaned = tuple(
        tuple(cell if type(cell) is float else _anchor_number(cell, name, i, j) for j, cell in enumerate(row))
        for i, row in enumerate(until_last_used(rows))
    )
    # Only cleaned cells may be the key of the cache: TRUE and 1.0 are equal and hash alike.
    return _cached_curve(cleaned, name)


def slas(rows: Sequence[Sequence[Any]], name: str = "slas") -> list[float | None]:
    """Return the SLAs in `rows`, the argument `name`: one row or one column, None where blank [tok/s/user].

    Raises
    ------
    InputError
        If the range has several rows and columns, a cell is no number in range, or every cell is
        blank; row and column within the range are named.
    """
    cells = _numbers_in_line(rows, name, "sla")
    if all(cell is None for cell in cells):
        refuse(name, "must hold at least one number", got=BLANK)
    return cells


def ttfts(rows: Sequence[Sequence[Any]], name: str = "ttfts_s") -> list[float | None]:
    """Return the limits on TTFT in `rows`, the argument `name`: one row or one column, None where blank [s].

    Raises
    ------
    InputError
        If the range has several rows and columns, or a cell is no number in range; row and column within the range
        are named.
    """
    return _numbers_in_line(rows, name, "ttft_s")


def limits_beside(slas: Sequence[float | None], given: Sequence[float | None] | Omitted) -> Any:
    """Return the limit on TTFT of each SLA that is not blank: that beside it, or the one for all [s].

    Parameters
    ----------
    slas : sequence of float or None
        SLAs, None where blank [tok/s/user]
    given : sequence of float or None, or Omitted
        As many limits as SLAs, or one; None for no limit [s]

    Returns
    -------
    list of float or None, or Omitted
        As many as there are SLAs; OMITTED where none was given [s]

    Raises
    ------
    InputError
        If there are more or fewer limits than SLAs, and not one.
    """
    if isinstance(given, Omitted):
        return OMITTED
    if len(given) not in (1, len(slas)):
        got = Phrase(f"{len(given):,} limits, {len(slas):,} SLAs")
        refuse("ttfts_s", "must be one limit, or one beside each SLA", got=got)
    beside = given if len(given) == len(slas) else [*given] * len(slas)
    return [limit for limit, sla in zip(beside, slas, strict=True) if sla is not None]


def within(ttft_s: Any) -> Limits:
    """Return the limits on waiting of a formula: on TTFT, `ttft_s`, or none where that is left out [s]."""
    return NO_LIMITS if ttft_s is OMITTED else Limits(ttft_s=ttft_s)


def answer(value: Any) -> Any:
    """Return `value` as xlwings may write it: float, text, or a rectangular list of both.

    Raises
    ------
    TypeError
        If the value is none of these: a defect of the function, not of its input.
    """
    if isinstance(value, list):
        return [[answer(cell) for cell in row] for row in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (float, int, np.integer)) and math.isfinite(value):
        return float(value)
    raise TypeError(f"a cell cannot show {value!r}")


def marked(error: SizingError) -> str:
    """Return `error` as the text that a workbook turns into a true Excel error.

    A number out of range is #NUM!, other bad input #VALUE!, a question without an answer #N/A.

    >>> marked(InputError("util", "must be in (0, 1]", got=80))
    '#SIZING:NUM: util must be in (0, 1] (got 80)'
    """
    if not isinstance(error, InputError):
        return f"{MARK}N/A: {error}"
    return f"{MARK}{'NUM' if _is_number(error.got) else 'VALUE'}: {error}"


@lru_cache(maxsize=256)
def _cached_curve(rows: tuple[tuple[float | None, ...], ...], name: str) -> Curve:
    try:
        return curve_from_rows(rows, lambda at, column: _place_words(name, at, column))
    except CurveError as error:
        raise _in_excel_terms(error, name) from None


def _in_excel_terms(error: CurveError, name: str) -> CurveError:
    """Return `error` naming the formula's own argument, and no way out that formulas do not have."""
    return error.reworded(
        name=name if error.name == "anchors" else error.name,
        way_out=error.way_out and _POOLING.sub("", error.way_out).replace(*_STATING),
    )


_POOLING: Final = re.compile(r", or pass pool_rises=[0-9.e-]+")
_STATING: Final = (
    "state that it is per replica after all with throughput_per_replica",
    "size it with xlsizing size --throughput-per-replica if it is per replica after all",
)
"""Ways out that formulas do not have, and what stands for the second."""


def until_last_used(rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """Return `rows` without the blank ones at the end: a formula may name a whole column."""
    last = len(rows)
    while last and all(cell is None for cell in rows[last - 1]):
        last -= 1
    return rows[:last]


def _anchor_number(cell: Any, name: str, row: int, column: int) -> float | None:
    if cell is None:
        return None
    label = LABELS[column] if column < len(LABELS) else f"column {column + 1}"
    return number(cell, label, _place_words(name, (row,), column))


def _numbers_in_line(rows: Sequence[Sequence[Any]], name: str, of: str) -> list[float | None]:
    """Return the numbers in one row or one column, None where blank; each is checked as the argument `of`."""
    if len(rows) > 1 and len(rows[0]) > 1:
        refuse(name, "must be one row or one column", got=Phrase(f"{len(rows)} rows, {len(rows[0])} columns"))
    return [
        None if cell is None else _placed_number(cell, of, _place_words(name, (i,), j))
        for i, row in enumerate(rows)
        for j, cell in enumerate(row)
    ]


def _placed_number(cell: Any, name: str, where: str) -> float:
    given = number(cell, name, where)
    try:
        return checks.number(given, name)
    except InputError as error:
        raise error.placed(where) from None


def _as_float(value: int | Decimal, name: str, where: str | None) -> float:
    try:
        return float(value)
    except (OverflowError, ValueError):  # an int beyond float64, a signalling Decimal NaN
        refuse(name, "must be a finite number", got=Phrase("a number beyond floating point"), where=where)


def _place_words(name: str, rows: tuple[int, ...], column: int | None) -> str:
    if column is not None:
        return f"row {rows[0] + 1}, column {column + 1} of {name}"
    listed = " and ".join(str(row + 1) for row in sorted(rows))
    return f"row{'s' * (len(rows) > 1)} {listed} of {name}"


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and not is_error_code(value)


def _looks_numeric(value: str) -> bool:
    return value.strip().replace(",", "").replace(".", "").isdigit()
