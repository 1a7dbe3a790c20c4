"""The Excel functions without Excel: values arrive and leave exactly as Excel would deliver them.

A call goes through xlwings' own conversion, with an engine that cleans cells by the rules of the
Windows engine, and through the same door as a call from a cell.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import xlwings as xw
from xlwings import conversion

from xlsizing.checks import refuse
from xlsizing.errors import Phrase
from xlsizing.hosts import udfs
from xlsizing.hosts.excel.cells import OMITTED
from xlsizing.hosts.excel.excel_errors import EXCEL_ERRORS, is_error_code
from xlsizing.hosts.excel.registry import FUNCTIONS, Argument, ExcelFunction

__all__ = ["OMITTED", "Headless"]

_ENGINE: Final = "xlsizing-headless"
_BEYOND_FLOAT: Final = 2**1023
_CODE_OF_ERROR: Final = {name: code for code, name in EXCEL_ERRORS.items()}
# xlwings turns these into text where a function asks for it; newer ones stay integers.
_ERRORS_XLWINGS_KNOWS: Final = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


class Headless:
    """Calls registered Excel functions by name, on any system.

    Ranges are nested lists (or arrays), one list a row; a flat list is one row. A cell is a
    number, None or "" (blank), text, a bool, a datetime, a Decimal (currency format), or an error
    written as Excel shows it, such as "#N/A". Leave optional arguments out at the end, or pass
    OMITTED between others.

    Examples
    --------
    >>> Headless().call("SIZING_GPUS", [[1, 215.5], [10, 122.2], [256, 41.8]], 100, 3e6, 4)
    124.0
    """

    def __init__(self) -> None:
        if _ENGINE not in [engine.name for engine in xw.engines]:
            xw.engines.add(xw.Engine(impl=_Engine()))

    @property
    def functions(self) -> tuple[ExcelFunction, ...]:
        """Every registered function: name, arguments with their defaults, and help."""
        return tuple(FUNCTIONS[name] for name in udfs.__all__)

    def call(self, name: str, *values: object) -> Any:
        """Return what the formula ``=name(values...)`` would put into its cell.

        Parameters
        ----------
        name : str
            An Excel function's name, in any case
        values : object
            Its arguments, ranges and cells, in order

        Returns
        -------
        float, str, or list of lists of both
            The value of the cell, or the table; a refusal is a text that begins with "#SIZING:" [-]

        Raises
        ------
        InputError
            If there is no such function, it takes another number of arguments, or a range is not
            rectangular: what Excel would not accept as a formula.
        """
        function = _function_named(name)
        arguments = [_converted_argument(argument, value) for argument, value in _argument_pairs(function, values)]
        cells = conversion.write(  # type: ignore[no-untyped-call]
            function.python(*arguments), None, {}, _ENGINE
        )
        return cells[0][0] if len(cells) == 1 and len(cells[0]) == 1 else cells


class _Engine:
    """The part of an xlwings engine that conversion uses, by the rules of the Windows engine."""

    name = _ENGINE
    type = "desktop"

    @staticmethod
    def clean_value_data(
        data: Sequence[Sequence[Any]], _dates: object, empty_as: Any, _numbers: object, err_to_str: bool
    ) -> list[list[Any]]:
        return [[_cleaned_cell(cell, empty_as, err_to_str) for cell in row] for row in data]

    @staticmethod
    def prepare_xl_data_element(cell: Any, _options: object) -> Any:
        return cell


def _cleaned_cell(cell: Any, empty_as: Any, err_to_str: bool) -> Any:
    if cell is None or (isinstance(cell, str) and not cell):
        return empty_as
    if isinstance(cell, int) and EXCEL_ERRORS.get(cell) in _ERRORS_XLWINGS_KNOWS:
        return EXCEL_ERRORS[cell] if err_to_str else None
    return cell


def _function_named(name: str) -> ExcelFunction:
    function = FUNCTIONS.get(name.upper())
    if function is None:
        near = difflib.get_close_matches(name.upper(), FUNCTIONS, n=1)
        refuse(
            "name",
            "must be a registered Excel function",
            got=name,
            way_out=f"did you mean {near[0]}" if near else f"there are {', '.join(sorted(FUNCTIONS))}",
        )
    return function


def _argument_pairs(function: ExcelFunction, values: tuple[object, ...]) -> list[tuple[Argument, object]]:
    least = sum(not argument.optional for argument in function.arguments)
    most = len(function.arguments)
    if not least <= len(values) <= most:
        count = f"{least}" if least == most else f"{least} to {most}"
        refuse(function.name, f"takes {count} arguments", got=len(values))
    padded = values + (OMITTED,) * (most - len(values))
    return list(zip(function.arguments, padded, strict=True))


def _converted_argument(argument: Argument, value: object) -> Any:
    if value is OMITTED:
        return argument.default if argument.optional else None
    return conversion.read(  # type: ignore[no-untyped-call]
        None, _as_delivered(value, argument.name), argument.xlwings_options, _ENGINE
    )


def _as_delivered(value: object, name: str) -> Any:
    """Return `value` as COM delivers it: a cell, or a tuple of row tuples."""
    if hasattr(value, "__array__") and not isinstance(value, np.generic):
        value = np.asarray(value, dtype=object).tolist()
    if not isinstance(value, list | tuple):
        return _delivered_cell(value)
    rows = value if any(isinstance(row, list | tuple) for row in value) else [value]
    widths = {len(row) if isinstance(row, list | tuple) else 0 for row in rows}
    if len(widths) != 1 or 0 in widths:
        refuse(name, "must be a rectangular range", got=Phrase("rows of different lengths, or none"))
    return tuple(tuple(map(_delivered_cell, row)) for row in rows)


def _delivered_cell(cell: object) -> Any:
    if isinstance(cell, np.datetime64):
        cell = cell.astype("datetime64[us]")  # finer ones would become whole numbers
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, str):
        return _CODE_OF_ERROR.get(cell, cell)
    if isinstance(cell, int) and not isinstance(cell, bool) and not is_error_code(cell):
        return float(cell) if abs(cell) < _BEYOND_FLOAT else cell
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    return cell
