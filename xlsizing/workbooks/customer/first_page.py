"""What the first page says beside its table: the same words as in Python, and the same numbers but for rounding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xlsizing.errors import shown
from xlsizing.reports import Report
from xlsizing.rules import TOLERANCE
from xlsizing.workbooks.writer import CellValue, Values

__all__ = [
    "BANNER_AT",
    "BY_SLA",
    "DEMAND_AT",
    "EDITED_AT",
    "GATE_AT",
    "OPENING_AT",
    "STEP_AT",
    "first_page_differences",
    "from_difference",
    "same_words",
]

BANNER_AT: Final = "B3"
OPENING_AT: Final = "B4"
EDITED_AT: Final = "I16"
STEP_AT: Final = "J11"
GATE_AT: Final = "J13"
DEMAND_AT: Final = "D16"
"""Cells of sheet Sizing [-]."""

BY_SLA: Final = "by SLA"
"""What stands for the demand in output tok/s where users are the demand [-]."""

_NUMBER: Final = re.compile(r"(\$?)([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_ROUNDED: Final = 0.0005
"""Half of the last digit of a number in words [units of the number]."""

_DOLLAR: Final = 1.0
"""Dollars are whole in words; halves go up in a spreadsheet and to the even one in Python [$]."""


def same_words(text: str, wanted: str) -> bool:
    """Tell whether `text` says what `wanted` does; its numbers may be rounded to three decimals [-].

    >>> same_words("at c=5.36, $1,643", "at c=5.360118287, $1,642"), same_words("at c=5.37", "at c=5.360118287")
    (True, False)
    """
    return _words(text) == _words(wanted) and _begins(text, wanted)


def _begins(text: str, wanted: str) -> bool:
    """Tell whether `text` begins with what `wanted` says."""
    pairs = zip(_NUMBER.findall(text), _NUMBER.findall(wanted), strict=False)
    return _words(text).startswith(_words(wanted)) and all(
        abs(_value(got) - _value(had)) <= (_DOLLAR if sign else _ROUNDED) + TOLERANCE * _value(had)
        for (sign, got), (_, had) in pairs
    )


def _words(text: str) -> str:
    return _NUMBER.sub("#", text)


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def first_page_differences(table: Values, report: Report) -> Iterator[str]:
    """Give a sentence for what stands beside the table of the first page and is not what the core says.

    Parameters
    ----------
    table : mapping
        The values of sheet Sizing by cell [units of the cells]
    report : Report
        The sizing that the workbook shows [-]

    Yields
    ------
    str
        What differs, and where [-]
    """
    step, sizing = report.next_lever, report.sizing
    sentences = [
        ("banner", BANNER_AT, report.headline, _begins),
        ("opening", OPENING_AT, report.opening[0], same_words),
    ]
    if step.concurrency is not None or not (report.levers or report.levers_unmet or report.levers_reaching):
        sentences += [("next step", STEP_AT, step.step, same_words), ("its gate", GATE_AT, step.gate, same_words)]
    for what, cell, wanted, says in sentences:  # a lever's step is a user's words, which a cell may hold mended
        if not says(str(table.get(cell)), wanted):
            got, had = from_difference(str(table.get(cell)), wanted)
            yield f"{what} is {shown(got)} in Sizing!{cell} and {shown(had)} in Python"
    asked = BY_SLA if sizing.demand.counts_users else float(sizing.demand.output_tok_s(0))
    if not _equal(table.get(DEMAND_AT), asked):
        yield f"demand in output tok/s is {shown(table.get(DEMAND_AT))} in Sizing!{DEMAND_AT} and {shown(asked)} in Python"


def from_difference(text: str, wanted: str) -> tuple[str, str]:
    """Return `text` and `wanted` from the word on in which they differ: a refusal shows the beginning of a long text [-]."""
    pairs = enumerate(zip(text, wanted, strict=False))
    alike = next((at for at, (got, had) in pairs if got != had), min(len(text), len(wanted)))
    start = 1 + text.rfind(" ", 0, alike)
    return text[start:], wanted[start:]


def _equal(got: CellValue, wanted: float | str) -> bool:
    if isinstance(got, float) and isinstance(wanted, float):
        return abs(got - wanted) <= TOLERANCE * wanted
    return got == wanted
