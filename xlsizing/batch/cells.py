"""Cells of a column as arrays: numbers with what is no number beside them, and words by their place in a list."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xlsizing.checks import Floats

__all__ = ["Inputs", "Numbers", "Words", "numbers_of", "words_of"]

_BLANKS: Final = ("NAType", "NaTType")
_PLAIN: Final = (int, float, Decimal, np.integer, np.floating)


@dataclass(frozen=True)
class Numbers:
    """A column of numbers.

    Parameters
    ----------
    values : ndarray, shape (n,)
        The numbers; NaN where a cell is blank or holds none [unit of the column]
    odd : dict of int to object
        What stands in the rows that hold something else than a number
    """

    values: Floats
    odd: dict[int, object] = field(default_factory=dict)

    def at(self, row: int) -> object:
        """Return what stands in a `row`; None where it is blank [unit of the column]."""
        if row in self.odd:
            return self.odd[row]
        value = float(self.values[row])
        return None if math.isnan(value) else value

    @property
    def given(self) -> npt.NDArray[np.bool_]:
        """Whether anything stands in a row [-]."""
        there = ~np.isnan(self.values)
        there[list(self.odd)] = True
        return there


@dataclass(frozen=True)
class Words:
    """A column of words.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        The position of each row's word in `texts`; -1 where it is blank [-]
    texts : list of object
        The words, each once
    """

    codes: npt.NDArray[np.int64]
    texts: list[Any]

    def at(self, row: int) -> object:
        """Return what stands in a `row`; None where it is blank [-]."""
        code = int(self.codes[row])
        return None if code < 0 else self.texts[code]


@dataclass(frozen=True)
class Inputs:
    """The cells of some rows by the input that they are.

    Parameters
    ----------
    rows : int
        How many [-]
    numbers : dict of str to Numbers
        The columns of numbers that are there
    words : dict of str to Words
        The columns of words that are there
    wrong : dict of int to str
        What was wrong with a row before its cells were looked at
    """

    rows: int
    numbers: dict[str, Numbers]
    words: dict[str, Words]
    wrong: dict[int, str] = field(default_factory=dict)


def numbers_of(cells: Iterable[object]) -> Numbers:
    """Return the numbers in `cells` of any kind: None and NaN are blank, text is no number [unit of the column].

    >>> numbers_of([1, None, "2"])
    Numbers(values=array([ 1., nan, nan]), odd={2: '2'})
    """
    odd: dict[int, object] = {}
    values = [_cell_number(cell, row, odd) for row, cell in enumerate(cells)]
    return Numbers(np.array(values, dtype=np.float64), odd)


def _cell_number(cell: object, row: int, odd: dict[int, object]) -> float:
    if type(cell) is float:
        return cell
    if _is_blank(cell):
        return math.nan
    if isinstance(cell, _PLAIN) and not isinstance(cell, bool | np.timedelta64):
        try:
            return float(cell)
        except (OverflowError, ValueError):
            pass
    odd[row] = cell
    return math.nan


def words_of(cells: Iterable[object]) -> Words:
    """Return the words in `cells` of any kind: None and NaN are blank.

    >>> words_of(["a", None, "a"])
    Words(codes=array([ 0, -1,  0]), texts=['a'])
    """
    places: dict[object, int] = {}
    codes = [-1 if _is_blank(cell) else places.setdefault(cell, len(places)) for cell in map(_hashable_cell, cells)]
    return Words(np.array(codes, dtype=np.int64), list(places))


def _is_blank(cell: object) -> bool:
    # pandas' own blanks are asked for by name: pandas need not be there, and its NA answers no question.
    return cell is None or type(cell).__name__ in _BLANKS or (isinstance(cell, float) and math.isnan(cell))


def _hashable_cell(cell: object) -> object:
    try:
        hash(cell)
    except TypeError:
        return str(cell)
    return cell
