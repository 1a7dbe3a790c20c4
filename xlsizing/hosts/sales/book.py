"""The sales workbook, whole: its sheets, the values that the functions give, and the macros that call them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from xlsizing.hosts.excel import UDF_MODULE
from xlsizing.hosts.excel.registry import ExcelFunction
from xlsizing.hosts.excel.wrappers import macro_modules
from xlsizing.hosts.headless import Headless
from xlsizing.hosts.recalc import Recalculation
from xlsizing.hosts.sales.decks import built_in
from xlsizing.reports import new_file, write_whole
from xlsizing.workbooks.customer import ProofError
from xlsizing.workbooks.sales import Deck, FunctionHelp, sales_workbook
from xlsizing.workbooks.writer import UNDATED, read_parts, reproducible, with_macros, zipped

__all__ = ["function_help", "sales_bytes", "sales_target", "write_sales_workbook"]

_SUFFIX: Final = ".xlsm"


def write_sales_workbook(path: str | Path, *, force: bool = False, deck: Deck | None = None) -> Path:
    """Write the sales workbook.

    Parameters
    ----------
    path : str or Path
        Where to, a name that ends in .xlsm
    force : bool, optional
        Overwrite an existing file
    deck : Deck, optional
        The curves that it begins with; without one the example and two of the shelf

    Returns
    -------
    Path
        The file

    Raises
    ------
    InputError
        If the file cannot be written or exists, or the library that writes macros is not installed.
    ProofError
        If a formula has no value, or a check of the workbook fails; nothing is written.
    """
    target = sales_target(path, force=force)
    write_whole({target: sales_bytes(deck)}, fresh=() if force else (target,))
    return target


def sales_target(path: str | Path, *, force: bool = False, reads: Sequence[str] = ()) -> Path:
    """Return `path` as that of a sales workbook which may be written: with `force` over another, never over what it `reads`.

    Raises
    ------
    InputError
        If it may not.
    """
    for read in reads:
        new_file(path, _SUFFIX, force=force, reads=read)
    return new_file(path, _SUFFIX, force=force)


def sales_bytes(deck: Deck | None = None) -> bytes:
    """Return the bytes of the sales workbook with a `deck`, the same on every run; its values are the functions'."""
    functions = Headless().functions
    valued = _with_values(
        sales_workbook(
            [function_help(function) for function in functions], UDF_MODULE, built_in() if deck is None else deck
        )
    )
    return with_macros(zipped(reproducible(read_parts(valued), UNDATED)), macro_modules(functions))


def function_help(function: ExcelFunction) -> FunctionHelp:
    """Return the help of a registered `function` as sheets show it."""
    shown = ((f"[{each.name}]" if each.optional else each.name, each.doc) for each in function.arguments)
    return FunctionHelp(function.name, function.doc, tuple(shown))


def _with_values(book: bytes) -> bytes:
    """Return `book` with a value in every formula, once all of them have one and its checks pass."""
    recalculation = Recalculation(book)
    recalculation.calculate()
    for place, formula, reason in recalculation.unevaluated:
        raise ProofError(f"{formula} in {place} has no value: {reason}")
    failed = recalculation.value("First_Failure")
    if failed:
        raise ProofError(f"sheet Checks says of its own example: {failed}")
    return recalculation.saved()
