"""Arguments that the engine takes otherwise than Excel: formats, criteria, numbers of functions, ranges of other sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from openpyxl.utils import range_boundaries

from xlsizing.hosts.excel_errors import is_error
from xlsizing.hosts.formula_arrays import WHOLE
from xlsizing.hosts.formulas import Call, Formula, Resolve

__all__ = ["constant_reason"]

_LITERAL: Final = r"(?:\"[^\"]*\"|\\.|[-+$\u20ac\u00a3\u00a5 ():%])"
_DIGITS: Final = r"(?:[#0,]*[#0][#0,]*(?:\.[0#]*,*)?|\.[0#]+)"
_SECTION: Final = rf"(?:\[(?:Red|Black|Blue|Green)\])?{_LITERAL}*(?:{_DIGITS}{_LITERAL}*)?"
_TIME: Final = r"(?:yyyy|yy|m{1,5}|d{1,4}|h{1,2}|s{1,2}|AM/PM|\[[hms]+\]|[-/ :,.]|\"[^\"]*\"|\\.)+"
_FORMAT: Final = re.compile(rf"{_SECTION}(?:;{_SECTION}){{0,2}}|{_TIME}|@", re.IGNORECASE)
"""The formats of TEXT for which the engine was found to write what others write [-]."""

_COMPARED: Final = re.compile(r"(?:<>|<=|>=|=|<|>)?(.*)", re.DOTALL)
_LIKE_A_NUMBER: Final = re.compile(r"[-+(]*[$\u20ac\u00a3]?[0-9][0-9.,]*%?\)?|[-+(]*[$\u20ac\u00a3]?[0-9.,]+%\)?")
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?")
_ONE_CRITERION: Final = frozenset({"COUNTIF", "SUMIF", "AVERAGEIF"})
_VALUES_FIRST: Final = frozenset({"SUMIFS", "AVERAGEIFS", "MAXIFS", "MINIFS"})
_AGGREGATES: Final = frozenset(map(str, range(1, 12)))


def constant_reason(formula: Formula, resolve: Resolve) -> str | None:
    """Return why a formula is not evaluated, if the engine takes an argument written in it otherwise than Excel.

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
    return next(filter(None, _reasons(formula, resolve)), None)


def _reasons(formula: Formula, resolve: Resolve) -> Iterator[str | None]:
    for call in formula.items:
        if not isinstance(call, Call):
            continue
        if call.name == "TEXT" and len(call.arguments) > 1:
            yield _of_format(_text(call, 1))
        if call.name == "AGGREGATE" and call.alone(0) not in _AGGREGATES:
            yield "AGGREGATE is known here with its functions 1 to 11, written as numbers"
        yield from map(_of_criterion, _criteria(call))
        yield _of_sizes(call, resolve)
        if call.name == "SUMPRODUCT":
            yield _of_sheets([resolve(call.alone(at)) for at in range(len(call.arguments))])


def _text(call: Call, position: int) -> str | None:
    """Return the text that an argument is; None where it is something else."""
    word = call.alone(position)
    return word[1:-1].replace('""', '"') if word.startswith('"') else None


def _of_format(code: str | None) -> str | None:
    if code is None:
        return "TEXT with a format that is worked out is not known here: write the format into the formula"
    return None if _FORMAT.fullmatch(code) else f'TEXT with the format "{code}" is not known here'


def _criteria(call: Call) -> Iterator[str | None]:
    if call.name in _ONE_CRITERION:
        positions = range(1, 2)
    elif call.name in _VALUES_FIRST:
        positions = range(2, 256, 2)
    else:
        positions = range(1, 256, 2) if call.name == "COUNTIFS" else range(0)
    yield from (_text(call, at) for at in range(len(call.arguments)) if at in positions)


def _of_criterion(text: str | None) -> str | None:
    match = _COMPARED.fullmatch(text or "")
    body = match[1].strip() if match else ""
    is_other = _LIKE_A_NUMBER.fullmatch(body) and not _NUMBER.fullmatch(body)
    return f'the criterion "{text}" is not known here: write its number plainly' if is_other or is_error(body) else None


def _of_sizes(call: Call, resolve: Resolve) -> str | None:
    """Refuse ranges of several sizes, for which Excel gives #VALUE!."""
    if call.name not in _VALUES_FIRST | {"COUNTIFS"}:
        return None
    later = 1 if call.name in _VALUES_FIRST else 2
    ranges = [call.alone(at) for at in (0, *range(later, len(call.arguments), 2))]
    return f"{call.name} takes ranges of one size" if len(set(_sizes(ranges, resolve))) > 1 else None


def _sizes(ranges: Sequence[str], resolve: Resolve) -> Iterator[tuple[int, int]]:
    for reference in ranges:
        try:
            left, top, right, bottom = range_boundaries(resolve(reference).rpartition("!")[2].replace("$", "").upper())
        except (TypeError, ValueError):  # worked out, or a name of something else
            continue
        yield (bottom or 0) - (top or 0), (right or 0) - (left or 0)


def _of_sheets(references: Sequence[str]) -> str | None:
    """Refuse whole columns of several sheets: the engine cuts each to what its sheet uses."""
    whole = [reference.rpartition("!") for reference in references if WHOLE.fullmatch(reference.rpartition("!")[2])]
    sheets = {sheet.casefold() for sheet, _, _ in whole}
    return "reckons with whole columns of several sheets" if len(sheets) > 1 else None
