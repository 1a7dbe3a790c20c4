"""Whether a curve was measured at the customer's workload: the pieces of formula for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from xlsizing.reports import WORKLOAD_MISMATCH
from xlsizing.workbooks.sales.context_sheet import curve_value

__all__ = [
    "BEYOND_SHAPE",
    "TOKENS",
    "measured_tokens",
    "not_the_customers",
    "same_beyond",
    "same_tokens",
    "same_turns",
]

TOKENS: Final = {"ISL": ("mean_input_tokens", "isl"), "OSL": ("mean_output_tokens", "osl")}
"""The fields of a context that hold the tokens of a request: the measured mean before what was asked for."""

BEYOND_SHAPE: Final = {
    "prefix_hit_rate": "Quote_Hit_Rate",
    "dataset_kind": "Quote_Dataset_Kind",
    "cache_state": "Quote_Cache",
}
"""Fields that bear on speed only where a feature was on, or the server cold, and the customer's cells."""

_LETTERS: Final = 5  # "single" and "multi" are taken for "single-turn" and "multi-turn"
_WORDS: Final = {
    "prefix_hit_rate": "prefix-cache hit rate",
    "dataset_kind": "dataset kind",
    "cache_state": "cache state",
}
_ON: Final = ("on", "yes", "true")
_OFF: Final = ("", "none", "off", "no", "false", "disabled", "0")

Cell = Callable[[str], str]
"""Gives the cell of a field of a context."""


def measured_tokens(kind: str, cell: Cell) -> str:
    """Return the formula of the tokens of a `kind`, "ISL" or "OSL", of a context whose fields stand where `cell` says [tok]."""
    mean, given = map(cell, TOKENS[kind])
    return f"IF(ISNUMBER({mean}),{mean},{given})"


def same_tokens(measured: str, asked: str) -> str:
    """Return the formula of "OK", or what the tokens `measured` and `asked` for differ in; "" where one is not known."""
    words = f'"{WORKLOAD_MISMATCH}: "&{measured}&" tokens per request measured, "&{asked}&" asked for"'
    return f'IF(ISNUMBER({asked})*ISNUMBER({measured})=1,IF({_tokens_off(measured, asked)},{words},"OK"),"")'


def same_turns(measured: str, asked: str) -> str:
    """Return the formula of "OK", or what the turns `measured` and `asked` for differ in; "" where one is not known."""
    words = f'"{WORKLOAD_MISMATCH}: "&{measured}&" measured, "&{asked}&" asked for"'
    return f'IF(OR({measured}="",{asked}=""),"",IF({_turns_off(measured, asked)},{words},"OK"))'


def same_beyond(field: str, cell: Cell, asked: str) -> str:
    """Return the formula of "OK", or how a context differs in `field` from what is `asked`; "" where it does not bear [-].

    Parameters
    ----------
    field : str
        One of `BEYOND_SHAPE`
    cell : callable
        Gives the cell of a field of the context
    asked : str
        The cell with the customer's side

    Returns
    -------
    str
        The formula, without "="
    """
    measured = cell(field)
    words = f'"{WORKLOAD_MISMATCH}: {_WORDS[field]} "&{measured}&" measured, "&{asked}&" asked for"'
    unknown = f'OR({measured}="",{asked}="")'
    return (
        f'IF({unknown},"",IF({_bears_on_speed(field, cell)},IF({_beyond_off(field, measured, asked)},{words},"OK"),""))'
    )


def not_the_customers(place: str) -> str:
    """Return the condition that the curve at `place` was measured at another workload than the customer's."""

    def cell(field: str) -> str:
        return curve_value(field, place)

    pairs = {f"Quote_{kind}": measured_tokens(kind, cell) for kind in TOKENS}
    off = [
        f"IF(ISNUMBER({asked})*ISNUMBER({given})=1,{_tokens_off(given, asked)},FALSE)" for asked, given in pairs.items()
    ]
    turns = cell("turns")
    unknown = f'OR({turns}="",Quote_Turns="")'
    off.append(f"IF({unknown},FALSE,{_turns_off(turns, 'Quote_Turns')})")
    for field, asked in BEYOND_SHAPE.items():
        known = f'AND({cell(field)}<>"",{asked}<>"")'
        off.append(
            f"IF({known},IF({_bears_on_speed(field, cell)},{_beyond_off(field, cell(field), asked)},FALSE),FALSE)"
        )
    return f"OR({','.join(off)})"


def _bears_on_speed(field: str, cell: Cell) -> str:
    """Return the condition that a field bears on speed; a cache state always does once both sides name one."""
    if field == "cache_state":
        return "TRUE"
    caching = cell("prefix_caching")
    on = f"OR({caching}=TRUE,{','.join(f'{caching}&{_EMPTY}={_in_quotes(word)}' for word in _ON)})"
    if field == "prefix_hit_rate":
        return on
    speculation = cell("speculative_decoding")
    off = f"OR({','.join(f'{speculation}&{_EMPTY}={_in_quotes(word)}' for word in _OFF)})"
    return f"OR({on},NOT({off}))"


_EMPTY: Final = '""'


def _in_quotes(word: str) -> str:
    return f'"{word}"'


def _beyond_off(field: str, measured: str, asked: str) -> str:
    if field == "prefix_hit_rate":
        numbers = f"ISNUMBER({measured})*ISNUMBER({asked})=1"
        return f"IF({numbers},ABS({measured}-{asked})>Hit_Rate_Off+Tolerance,TRUE)"
    return f"{measured}<>{asked}"


def _tokens_off(measured: str, asked: str) -> str:
    return f"ABS({measured}-{asked})>Tokens_Off*{asked}*(1+Tolerance)"


def _turns_off(measured: str, asked: str) -> str:
    return f"LEFT({measured},{_LETTERS})<>LEFT({asked},{_LETTERS})"
