"""Excel's errors: the integers that COM delivers, their names, and how a sentence speaks of a cell."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from xlsizing.errors import Phrase

__all__ = ["EXCEL_ERRORS", "cv_error", "in_words", "is_error", "is_error_code"]

_FIRST_ERROR = -2146826288  # xlErrNull, CVErr(2000), as COM delivers it
_LAST_ERROR = _FIRST_ERROR + 88

EXCEL_ERRORS: Final = {
    _FIRST_ERROR + offset: name
    for offset, name in {
        0: "#NULL!",
        7: "#DIV/0!",
        15: "#VALUE!",
        23: "#REF!",
        29: "#NAME?",
        36: "#NUM!",
        42: "#N/A",
        43: "#GETTING_DATA",
        45: "#SPILL!",
        46: "#CONNECT!",
        47: "#BLOCKED!",
        48: "#UNKNOWN!",
        49: "#FIELD!",
        50: "#CALC!",
    }.items()
}
"""Excel's errors by the integer that COM delivers for them."""


_FIRST_CV_ERROR: Final = 2000  # xlErrNull in VBA


def cv_error(name: str) -> int:
    """Return the number that VBA's CVErr takes for the error `name` [-].

    >>> cv_error("#VALUE!"), cv_error("#NUM!"), cv_error("#N/A")
    (2015, 2036, 2042)
    """
    (code,) = (code for code, error in EXCEL_ERRORS.items() if error == name)
    return _FIRST_CV_ERROR + code - _FIRST_ERROR


def is_error_code(value: int) -> bool:
    """Return whether COM delivers an Excel error as the int `value` [-]."""
    return _FIRST_ERROR <= value <= _LAST_ERROR


def is_error(value: object) -> bool:
    """Return whether the cell `value` holds an Excel error, as an int or as text."""
    if isinstance(value, str):
        return value in EXCEL_ERRORS.values()
    return isinstance(value, int) and is_error_code(value)


def in_words(value: object) -> object:
    """Return the cell `value` as a sentence shows it: a phrase where it is no text or number."""
    if value is None:
        return Phrase("a blank cell")
    if isinstance(value, list | tuple):
        return Phrase("a range of several cells")
    if is_error(value):
        return Phrase(f"the error {EXCEL_ERRORS.get(value, value) if isinstance(value, int) else value}")
    if isinstance(value, date | time):
        return Phrase(f"the date {str(value)[:10]}" if isinstance(value, date) else f"the time {value}")
    return value
