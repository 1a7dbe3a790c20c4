"""The workbook of the functions as LAMBDA names: proven equal to Python on its own examples before it is written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from xlsizing.hosts.headless import Headless
from xlsizing.hosts.recalc import Engine, Place
from xlsizing.hosts.sales import function_help
from xlsizing.reports import new_file, write_whole
from xlsizing.rules import TOLERANCE
from xlsizing.workbooks.customer import ProofError
from xlsizing.workbooks.lambdas import (
    EXAMPLES,
    FUNCTIONS,
    INPUTS,
    LEFT_OUT,
    SHEETS,
    VERSION,
    Example,
    all_given,
    functions_workbook,
)
from xlsizing.workbooks.writer import UNDATED, reproducible, zipped

__all__ = ["functions_bytes", "write_functions_workbook"]

_SUFFIX: Final = ".xlsx"
_VERSION: Final = "SIZING_VERSION"
_SCRATCH: Final = (SHEETS[-1], 1000, 10)
"""Where the examples are evaluated, below all that stands on that sheet: sheet, row and column."""


def write_functions_workbook(path: str | Path, *, force: bool = False) -> Path:
    """Write the workbook of the functions.

    Parameters
    ----------
    path : str or Path
        Where to, a name that ends in .xlsx
    force : bool, optional
        Overwrite an existing file

    Returns
    -------
    Path
        The file

    Raises
    ------
    InputError
        If the file cannot be written or exists.
    ProofError
        If an example gives something else than Python; nothing is written.
    """
    target = new_file(path, _SUFFIX, force=force)
    write_whole({target: functions_bytes()}, fresh=() if force else (target,))
    return target


def functions_bytes() -> bytes:
    """Return the bytes of the workbook of the functions, the same on every run, proven."""
    python = Headless()
    helped = [function_help(function) for function in python.functions]
    values = {example.function: _value(python, example) for example in EXAMPLES}
    _prove(zipped(functions_workbook(helped, values, stored=all_given), small=False), values)
    return zipped(reproducible(functions_workbook(helped, values), UNDATED))


def _value(python: Headless, example: Example) -> list[list[Any]]:
    """Return what an example gives in Python, in rows; the version is that of the names, which have no Python."""
    if example.function == _VERSION:
        return [[VERSION]]
    value = python.call(example.function, *(INPUTS[name].value for name in example.arguments))
    return value if isinstance(value, list) else [[value]]


def _prove(book: bytes, values: dict[str, list[list[Any]]]) -> None:
    """Refuse a workbook one of whose examples gives something else than Python."""
    engine = Engine(book)
    sheet, top, column = _SCRATCH
    rows = {}
    for example in EXAMPLES:
        rows[example.function] = top
        engine.enter((sheet, top, column), _whole(example))
        top += len(values[example.function]) + 1
    engine.calculate(UNDATED)
    for name, wanted in values.items():
        places: list[Place] = [
            (sheet, rows[name] + i, column + j) for i, row in enumerate(wanted) for j in range(len(row))
        ]
        got = engine.values(places)
        for place, value, should in zip(places, got, (cell for row in wanted for cell in row), strict=True):
            if not _same(value, should):
                raise ProofError(f"{name} gives {value!r} in the workbook and {should!r} in Python (cell {place[1:]})")


def _whole(example: Example) -> str:
    """Return an example with every argument: the engine that proves it knows no optional ones."""
    (function,) = (each for each in FUNCTIONS if each.name == example.function)
    names = (*function.arguments, *function.optional)
    known = {name: _literal(INPUTS[name].rows) for name in example.arguments}
    given = dict(zip(names, (known[name] for name in example.arguments), strict=False))
    same_pod = {"optimised_gpus_per_pod": given.get("gpus_per_pod", "")}
    return f"{example.function}({','.join((LEFT_OUT | same_pod | given)[name] for name in names)})"


def _literal(rows: Sequence[Sequence[float | str]]) -> str:
    """Return cells as an array in a formula, or a single one as itself."""
    cells = [[f'"{cell}"' if isinstance(cell, str) else repr(cell) for cell in row] for row in rows]
    written = ";".join(",".join(row) for row in cells)
    return f"{{{written}}}" if len(rows) * len(rows[0]) > 1 else written


def _same(got: object, wanted: object) -> bool:
    if isinstance(got, float) and isinstance(wanted, float):
        return math.isclose(got, wanted, rel_tol=TOLERANCE)
    return (got or "") == wanted
