"""Whether a curve was measured at the customer's workload: the pieces of formula for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from xlsizing.reports.tables import WORKLOAD_MISMATCH
from xlsizing.workbooks.sales.context_sheet import curve_value

__all__ = ["TOKENS", "measured_tokens", "not_the_customers", "same_tokens", "same_turns"]

TOKENS: Final = {"ISL": ("mean_input_tokens", "isl"), "OSL": ("mean_output_tokens", "osl")}
"""The fields of a context that hold the tokens of a request: the measured mean before what was asked for [-]."""

_LETTERS: Final = 5  # "single" and "multi" are taken for "single-turn" and "multi-turn"


def measured_tokens(kind: str, cell: Callable[[str], str]) -> str:
    """Return the formula of the tokens of a `kind`, "ISL" or "OSL", of a context whose fields stand where `cell` says [tok]."""
    mean, given = map(cell, TOKENS[kind])
    return f"IF(ISNUMBER({mean}),{mean},{given})"


def same_tokens(measured: str, asked: str) -> str:
    """Return the formula of "OK", or what the tokens `measured` and `asked` for differ in; "" where one is not known [-]."""
    words = f'"{WORKLOAD_MISMATCH}: "&{measured}&" tokens per request measured, "&{asked}&" asked for"'
    return f'IF(ISNUMBER({asked})*ISNUMBER({measured})=1,IF({_tokens_off(measured, asked)},{words},"OK"),"")'


def same_turns(measured: str, asked: str) -> str:
    """Return the formula of "OK", or what the turns `measured` and `asked` for differ in; "" where one is not known [-]."""
    words = f'"{WORKLOAD_MISMATCH}: "&{measured}&" measured, "&{asked}&" asked for"'
    return f'IF(OR({measured}="",{asked}=""),"",IF({_turns_off(measured, asked)},{words},"OK"))'


def not_the_customers(place: str) -> str:
    """Return the condition that the curve at `place` was measured at another workload than the customer's [-]."""

    def cell(field: str) -> str:
        return curve_value(field, place)

    pairs = {f"Quote_{kind}": measured_tokens(kind, cell) for kind in TOKENS}
    off = [
        f"IF(ISNUMBER({asked})*ISNUMBER({given})=1,{_tokens_off(given, asked)},FALSE)" for asked, given in pairs.items()
    ]
    turns = cell("turns")
    unknown = f'OR({turns}="",Quote_Turns="")'
    return f"OR({','.join(off)},IF({unknown},FALSE,{_turns_off(turns, 'Quote_Turns')}))"


def _tokens_off(measured: str, asked: str) -> str:
    return f"ABS({measured}-{asked})>Tokens_Off*{asked}*(1+Tolerance)"


def _turns_off(measured: str, asked: str) -> str:
    return f"LEFT({measured},{_LETTERS})<>LEFT({asked},{_LETTERS})"
