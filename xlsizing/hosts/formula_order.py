"""Look-ups of the nearest value: right only in cells that are in order, where Excel and the engine search alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from xlsizing.hosts.formulas import Call, Formula, Resolve

__all__ = ["Search", "order_reason", "searches"]

_PLAIN: Final = re.compile(r"(?:.*!)?\$?[A-Z]{1,3}\$?[0-9]*(?::\$?[A-Z]{1,3}\$?[0-9]*)?", re.IGNORECASE | re.DOTALL)
_LAST: Final = {"MATCH": 2, "VLOOKUP": 3, "HLOOKUP": 3}
_EXACT_BY_DEFAULT: Final = {"XLOOKUP": 4, "XMATCH": 2}
_EXACT: Final = frozenset({"0", "FALSE"})


class Search(NamedTuple):
    """A look-up of the nearest value.

    Parameters
    ----------
    name : str
        The function [-]
    where : str
        The reference that it searches, as the formula writes it; "" where there is none [-]
    constants : list of list
        The rows of the array constant that it searches [-]
    rises : bool
        Whether they must rise, not fall [-]
    """

    name: str
    where: str
    constants: list[list[Any]]
    rises: bool

    def is_across(self, height: int, width: int) -> bool:
        """Tell whether of cells of a `height` and `width` it searches the first row, not the first column [-]."""
        return self.name == "HLOOKUP" or (self.name != "VLOOKUP" and width > height)

    def fits(self, values: Sequence[Any]) -> bool:
        """Tell whether the engine searches these `values` as Excel does: texts, then numbers, each in order [-]."""
        used = [value for value in values if value is not None]
        if self.name == "LOOKUP" and len(used) < len(values):
            return False  # the engine takes a blank for a value
        texts = [value.casefold() for value in used if type(value) is str]
        numbers = [value for value in used if type(value) is float]
        if [type(value) for value in used] != [str] * len(texts) + [float] * len(numbers):
            return False
        return all(each == sorted(each, reverse=not self.rises) for each in (texts, numbers))


def searches(formula: Formula) -> Iterator[Search]:
    """Return the look-ups of the nearest value in `formula` [-]."""
    for call in formula.items:
        if not isinstance(call, Call) or not call.arguments[1:]:
            continue
        kind = _kind(call)
        if kind is not None:
            yield Search(call.name, call.alone(1), _constants(call.arguments[1]), not kind.startswith("-"))


def order_reason(formula: Formula, resolve: Resolve) -> str | None:
    """Return why a formula is not evaluated, if it looks for the nearest in what is no plain range.

    Parameters
    ----------
    formula : Formula
        The formula [-]
    resolve : callable
        Gives the reference that the engine takes for one of the file [-]

    Returns
    -------
    str or None
        The reason [-]
    """
    for search in searches(formula):
        if not (_are_in_order(search) or _PLAIN.fullmatch(resolve(search.where))):
            return f"{search.name} of the nearest in what is worked out, or out of order, is not known here"
    return None


def _are_in_order(search: Search) -> bool:
    rows = search.constants
    across = bool(rows) and search.is_across(len(rows), len(rows[0]))
    return bool(rows) and search.fits(rows[0] if across else [row[0] for row in rows])


def _kind(call: Call) -> str | None:
    """Return how a look-up compares, as it is written; None for what is none, and for one of equal values."""
    if call.name == "LOOKUP":
        return ""
    if call.name in _EXACT_BY_DEFAULT:
        kind, way = (_argument(call, _EXACT_BY_DEFAULT[call.name] + more) or "0" for more in (0, 1))
        is_plain = kind in ("0", "2") and way in ("0", "1", "-1")
        return None if is_plain else way if way not in ("0", "1", "-1") else ""
    last = _argument(call, _LAST[call.name]) if call.name in _LAST else "0"
    return None if (last or "").upper() in _EXACT else last or ""


def _argument(call: Call, position: int) -> str | None:
    """Return an argument that is one word, "0" where it is left blank, "?" where it is more; None where it is missing."""
    if position >= len(call.arguments):
        return None
    return call.alone(position) or ("?" if call.arguments[position] else "0")


def _constants(argument: Sequence[Any]) -> list[list[Any]]:
    """Return the rows of an array constant; none where the argument is something else."""
    rows: list[list[Any]] = []
    if len(argument) == 1 and isinstance(argument[0], Call) and argument[0].kind == "Array":
        array = argument[0]
        for at, separator in enumerate([";", *array.separators]):
            if separator == ";":
                rows.append([])
            rows[-1].append(_constant(array.alone(at)))
    return rows


def _constant(text: str) -> Any:
    if text.startswith('"'):
        return text[1:-1]
    try:
        return float(text)
    except ValueError:
        return ...
