"""What an engine made of a cell beside what the core says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlsizing.errors import shown
from xlsizing.rules import TOLERANCE
from xlsizing.workbooks.writer import CellValue, Values

__all__ = ["differing", "is_shown"]


def differing(title: str, sheet: Values, wanted: Iterable[tuple[str, str, object]]) -> Iterator[str]:
    """Give a sentence for each cell of a sheet that does not hold what is wanted.

    Parameters
    ----------
    title : str
        Of the sheet
    sheet : mapping
        Its values by cell [units of the cells]
    wanted : iterable of (str, str, object)
        A cell, what it is, and what the core says; None for a blank

    Yields
    ------
    str
        What differs, and where
    """
    for cell, what, value in wanted:
        if not is_shown(sheet.get(cell), "" if value is None else value):
            yield f"{what} is {shown(sheet.get(cell))} in {title}!{cell} and {shown(value)} in Python"


def is_shown(got: CellValue, wanted: object) -> bool:
    """Tell whether what an engine `got` in a cell is what is `wanted` there: whole numbers exactly, "" for a blank."""
    if isinstance(wanted, bool | int):
        return isinstance(got, float) and got == int(wanted)
    if isinstance(wanted, float):
        return isinstance(got, float) and abs(got - wanted) <= TOLERANCE * abs(wanted)
    return (got or "") == wanted
