"""Many rows a block at a time: what a block needs on its way to the result stays in the processor's cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["BLOCK_ROWS", "in_blocks"]

BLOCK_ROWS: Final = 16_384
"""Of a block: ten arrays of so many floats fit a processor's cache of the second level [rows]."""


def in_blocks(function: Callable[..., tuple[npt.NDArray[Any], ...]], *columns: Any) -> tuple[npt.NDArray[Any], ...]:
    """Return the arrays of ``function(*columns)``, worked out a block of rows at a time where there are many.

    Parameters
    ----------
    function : callable
        Takes columns and gives arrays of one value a row, each row by itself
    columns : ndarray, or what else can be sliced and has a shape
        Where their shapes differ, or there is more than one dimension, everything is one block [-]

    Returns
    -------
    tuple of ndarray
        What the function gives [-]
    """
    shape: tuple[int, ...] = columns[0].shape
    if len(shape) != 1 or shape[0] <= BLOCK_ROWS or any(column.shape != shape for column in columns):
        return function(*columns)
    whole: list[npt.NDArray[Any]] = []
    for start in range(0, shape[0], BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        parts = function(*(column[rows] for column in columns))
        whole = whole or [np.empty(shape, part.dtype) for part in parts]
        for array, part in zip(whole, parts, strict=True):
            array[rows] = part
    return tuple(whole)
