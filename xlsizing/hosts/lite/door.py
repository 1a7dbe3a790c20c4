"""The door of the functions in xlwings Lite: main.py there calls it, and every answer goes through it."""

from __future__ import annotations

from typing import Any

import xlsizing.hosts.udfs  # noqa: F401  # it fills the registry
from xlsizing.hosts.excel.cells import ERROR_OF_KIND, MARK, OMITTED
from xlsizing.hosts.excel.registry import FUNCTIONS

__all__ = ["OMITTED", "answered"]


def answered(name: str, *values: Any) -> Any:
    """Return what the cell of the formula ``=name(values...)`` shows, cells and ranges as xlwings Lite hands them over.

    A refusal is the name of an Excel error, which xlwings Lite turns into that error; SIZING_CHECK says why.

    >>> answered("SIZING_GPUS", [[1, 215.5], [10, 122.2], [256, 41.8]], 300, 3e6, 4, 0.7, "auto", OMITTED)
    '#N/A'
    """
    value = FUNCTIONS[name].python(*map(_as_excel_has_it, values))
    if isinstance(value, str) and value.startswith(MARK):
        return ERROR_OF_KIND[value.removeprefix(MARK).partition(":")[0]]
    return value


def _as_excel_has_it(value: Any) -> Any:
    """Return a cell or a range with every number as Excel has it: the browser makes whole ones of Python's own."""
    if isinstance(value, list):
        return [_as_excel_has_it(each) for each in value]
    return float(value) if type(value) is int else value
