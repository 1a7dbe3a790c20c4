"""Every check of an input, and so the only writer of input errors.

Each check takes the value and its name in the caller's words, returns the value in the type the
core computes with, and raises `InputError` with one sentence otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from xlsizing.errors import BLANK, InputError, Phrase, shown
from xlsizing.number_words import instead_of
from xlsizing.refusing import given_with, refusal, refuse
from xlsizing.rules import HIGHEST, LOWEST

__all__ = [
    "Floats",
    "broadcast",
    "choice",
    "given_with",
    "number",
    "number_in_text",
    "numbers",
    "printable",
    "refusal",
    "refuse",
    "share",
    "whole",
]

Floats = npt.NDArray[np.float64]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LONGEST_LINE = 200
_FEW = 32  # up to here a loop beats the fixed cost of numpy's reductions
_EXACT = 2**53  # floats hold every whole number up to here
_NUMERIC_TYPES = {int, float, Decimal, np.float64, np.float32, np.int64, np.int32}


def numbers(
    value: object,
    name: str,
    *,
    low: float = LOWEST,
    high: float = HIGHEST,
    kind: type[InputError] = InputError,
) -> Floats:
    """Return `value` as finite float64 within `low`..`high`, in its own shape.

    Parameters
    ----------
    value : array_like of int, float or Decimal, any shape
        What the caller gave, in the input's own unit [-]
    name : str
        The input in the caller's words
    low, high : float
        Smallest and largest number allowed, inclusive, in the input's unit [-]
    kind : type
        The error to raise

    Returns
    -------
    ndarray of float64, the shape of `value`
        The same numbers [-]

    Raises
    ------
    InputError
        If an element is not a number (text, a boolean, a date, a blank), not finite, or out of
        range; the first offender is named, with its position.
    """
    # What Excel sends, without a detour: a cell, or a column of a few.
    if type(value) is float and low <= value <= high:
        return np.float64(value)  # type: ignore[return-value]  # a numpy scalar serves as a 0-d array
    if type(value) is list and 0 < len(value) <= _FEW and all(type(x) is float and low <= x <= high for x in value):
        return np.array(value)
    array = _as_floats(value, name, kind)
    if array.size == 0:
        refuse(name, "must hold at least one number", got=Phrase("none"), kind=kind)
    if not (low <= array.min() and array.max() <= high):  # min and max of a NaN are NaN, which fails
        at = int(np.argmin((array >= low) & (array <= high)))
        _out_of_range(array.ravel()[at].item(), name, low, high, kind, at if array.ndim else None)
    return array[()]


def number(value: object, name: str, *, low: float = LOWEST, high: float = HIGHEST) -> float:
    """Return one number within `low`..`high`, in the input's own unit [-].

    >>> number(3, "tpm")
    3.0
    """
    if type(value) is float and low <= value <= high:
        return value
    if type(value) is int and low <= value <= high and abs(value) <= _EXACT:
        return float(value)
    array = numbers(value, name, low=low, high=high)
    if array.ndim:
        refuse(name, "must be one number", got=Phrase(f"{array.size} of them"))
    return float(array)


def share(value: object, name: str) -> float:
    """Return one number in (0, 1] [-].

    >>> share(80, "util")
    Traceback (most recent call last):
        ...
    xlsizing.errors.InputError: util must be in (0, 1] (got 80)
    """
    given = number(value, name, low=-np.inf, high=np.inf)
    if not 0 < given <= 1:
        refuse(name, "must be in (0, 1]", got=given)
    return number(given, name)


def whole(value: object, name: str, *, low: int, high: int) -> int:
    """Return a whole number within `low`..`high`; 4.0 is whole, 4.5 is refused [-].

    >>> whole(4.0, "gpus_per_pod", low=1, high=8)
    4
    """
    given = number(value, name, low=-np.inf, high=np.inf)
    if not (low <= given <= high and given == int(given)):
        limits = f"of at least {low}" if given < low else f"from {low} to {shown(high)}"
        refuse(name, f"must be a whole number {limits}", got=given)
    return int(given)


def choice(value: object, name: str, options: Sequence[str]) -> str:
    """Return `value` if it is one of `options`.

    >>> choice("tpot", "method", ("log-c", "tpot"))
    'tpot'
    """
    if isinstance(value, str) and value in options:
        return str(value)
    refuse(name, f"must be {_options_in_words(options)}", got=BLANK if value is None else value)


def number_in_text(text: str, name: str, *, where: str | None = None, share: bool = False) -> float:
    """Return the number written in `text`, at the place `where`; a `share` is one in (0, 1] [-].

    Plain decimal or scientific notation is read.

    >>> number_in_text(" 3e6 ", "tpm")
    3000000.0
    """
    if not _NUMBER.fullmatch(text.strip()):
        refuse(
            name,
            "must be a number",
            got=text.strip() or BLANK,
            where=where,
            way_out=instead_of(text, share=share),
        )
    return float(text)


def printable(value: str, name: str) -> str:
    """Return one line of text without control characters, at most 200 of them.

    >>> printable("MiniMax-M2", "model")
    'MiniMax-M2'
    """
    if not value.isprintable():
        refuse(name, "must be one line of printable text", got=value)
    if len(value) > _LONGEST_LINE:
        refuse(name, f"must have at most {_LONGEST_LINE} characters", got=len(value))
    return value


def broadcast(first: tuple[int, ...], second: tuple[int, ...], names: tuple[str, str]) -> tuple[int, ...]:
    """Return the shape that the arrays `names`, of the shapes `first` and `second`, broadcast to [-].

    Raises
    ------
    InputError
        If they do not broadcast.
    """
    if first == second:
        return first
    try:
        return np.broadcast_shapes(first, second)
    except ValueError:
        refuse(
            " and ".join(names),
            "must have the same length, or one of them must be a single number",
            got=Phrase(f"shapes {first} and {second}"),
        )


def _as_floats(value: object, name: str, kind: type[InputError]) -> Floats:
    if type(value) is list and set(map(type, value)) == {float}:
        return np.array(value)
    if isinstance(value, np.ma.MaskedArray):
        refuse(name, "must not be a masked array", got=value, way_out="fill or drop the masked elements", kind=kind)
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        if array.dtype.kind in "iuf":
            return array.astype(np.float64)  # a copy: results are worked out when read
        if array.dtype.kind != "O":
            refuse(name, "must be a number", got=Phrase(f"{array.dtype} values"), kind=kind)
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes | Sequence):
        refuse(name, "must be a number or a sequence of numbers", got=Phrase(f"a {type(value).__name__}"), kind=kind)
    return _from_objects(value, name, kind)


def _from_objects(value: object, name: str, kind: type[InputError]) -> Floats:
    array = _as_objects(value, name, kind)
    flat = array.ravel().tolist()
    if not set(map(type, flat)) <= _NUMERIC_TYPES:
        for position, element in enumerate(flat):
            if not _is_number(element):
                _not_a_number(element, name, kind, position if array.ndim else None)
    try:
        return array.astype(np.float64)
    except (OverflowError, ValueError):  # an int beyond float64, a signalling Decimal NaN
        refuse(name, "must be a finite number", got=Phrase("a number beyond floating point"), kind=kind)


def _as_objects(value: object, name: str, kind: type[InputError]) -> npt.NDArray[np.object_]:
    try:
        array = np.array(value, dtype=object)
    except ValueError:
        refuse(name, "must be a rectangular array", got=Phrase("rows of different lengths"), kind=kind)
    return array


def _is_number(element: object) -> bool:
    if isinstance(element, bool | np.timedelta64):  # both would pass as whole numbers
        return False
    return isinstance(element, int | float | Decimal | np.integer | np.floating)


def _not_a_number(element: object, name: str, kind: type[InputError], position: int | None) -> NoReturn:
    if isinstance(element, Sequence) and not isinstance(element, str | bytes):
        refuse(name, "must be a rectangular array", got=Phrase("rows of different lengths"), kind=kind)
    refuse(name, "must be a number", got=BLANK if element is None else element, kind=kind, **_element_place(position))


def _out_of_range(
    got: float, name: str, low: float, high: float, kind: type[InputError], position: int | None
) -> NoReturn:
    if not np.isfinite(got):
        rule = "must be a finite number"
    elif got <= 0 < low:
        rule = "must be above 0"
    else:
        rule = f"must be from {shown(low)} to {shown(high)}"
    refuse(name, rule, got=got, kind=kind, **_element_place(position))


def _element_place(position: int | None) -> dict[str, Any]:
    if position is None:
        return {}
    return {"index": (position,), "where": f"element {position + 1}"}


def _options_in_words(options: Sequence[str]) -> str:
    quoted = [f'"{option}"' for option in options]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
