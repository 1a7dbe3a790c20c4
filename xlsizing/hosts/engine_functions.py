"""Functions that the engine has, and gives other values than Excel in: given to it anew."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import formualizer

__all__ = ["mend"]

_FLOAT_NOISE: Final = 1e-14


def mend(engine: formualizer.Workbook) -> None:
    """Give `engine` the functions that it has otherwise than Excel.

    CEILING and FLOOR with steps that are negative, 0 or no whole number; TRIM, which keeps hard spaces; SUMPRODUCT, for
    which a text that looks like a number is none.
    """
    for name, function, count in (("CEILING", _ceiling, 2), ("FLOOR", _floor, 2), ("TRIM", _trim, 1)):
        engine.register_function(name, _strict(function), min_args=count, max_args=count, allow_override_builtin=True)
    engine.register_function("SUMPRODUCT", _sum_product, min_args=1, max_args=255, allow_override_builtin=True)


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function for single values, of which the first error is passed on."""

    def called(*given: Any) -> Any:
        values = [value[0][0] if isinstance(value, list) else value for value in given]
        error = next((value for value in values if isinstance(value, Mapping)), None)
        return function(*values) if error is None else error

    return called


def _sum_product(*given: Any) -> Any:
    tables = [table if isinstance(table, list) else [[table]] for table in given]
    if len({(len(table), len(table[0])) for table in tables}) > 1:
        return {"type": "Error", "kind": "Value"}
    columns = [[cell for row in table for cell in row] for table in tables]
    error = next((cell for column in columns for cell in column if isinstance(cell, Mapping)), None)
    if error is not None:
        return error
    total = sum(map(math.prod, zip(*(map(_counted, column) for column in columns), strict=True)))
    return total if math.isfinite(total) else {"type": "Error", "kind": "Num"}


def _counted(cell: Any) -> float:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else 0.0


def _ceiling(value: Any, step: Any) -> Any:
    number, size = _number(value), _number(step)
    if number > 0 > size:
        return {"type": "Error", "kind": "Num"}
    return _steps(number, size, math.ceil) if size else 0.0


def _floor(value: Any, step: Any) -> Any:
    number, size = _number(value), _number(step)
    if number > 0 > size:
        return {"type": "Error", "kind": "Num"}
    if number and not size:
        return {"type": "Error", "kind": "Div"}
    return _steps(number, size, math.floor) if size else 0.0


def _steps(number: float, size: float, whole: Callable[[float], int]) -> float:
    count = number / size
    nearest = round(count)
    is_noise = not size.is_integer() and math.isclose(count, nearest, rel_tol=_FLOAT_NOISE)
    return (nearest if is_noise else whole(count)) * size + 0.0  # no -0


def _trim(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    text = f"{value:.15g}" if isinstance(value, int | float) else value or ""
    return " ".join(part for part in text.split(" ") if part)


def _number(value: Any) -> float:
    """Return a value as a number; a text that is none raises, which the engine takes for #VALUE!."""
    number = float(value or 0)
    if not math.isfinite(number):
        raise ValueError(value)
    return number
