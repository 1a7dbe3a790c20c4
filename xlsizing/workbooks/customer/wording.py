"""The words of a row that a reader acts on: basis and remark must say what the row in Python says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xlsizing.core import MEASURE_FIRST, NO_CLAIM, OVERLOADED, WIDE_RANGE, SizingRow
from xlsizing.reports import CANNOT_BE_MET
from xlsizing.rules import INTERP, KNEE_CAPPED, MEASURED, PLATEAU, TOLERANCE

__all__ = ["wrong_basis", "wrong_remark"]

_BASIS: Final = {PLATEAU: "flat", MEASURED: "measured at", KNEE_CAPPED: "past the knee", INTERP: "interpolated"}
_UNMET: Final = "the fastest measured point"  # as in `SizingRow.reason`
_LATE: Final = "at the first measured point is"
_IN_REASON: Final = re.compile(r"is (\S+) s, \S+ times that")
_IN_REMARK: Final = re.compile(r"is (\S+) s, (\S+) times the limit")
_NUMBER: Final = r"[0-9][0-9.]*(?:E[+-]?[0-9]+)?"
_CONCURRENCIES: Final = re.compile(rf"c=({_NUMBER})(?: to ({_NUMBER}))?")
_ROUNDED: Final = 0.0005
"""Half of the last digit of a concurrency in words [requests/replica]."""


def wrong_basis(text: str, row: SizingRow | None, bracket: tuple[float, float]) -> Iterator[str]:
    """Give what the `text` of the column basis must say and does not.

    Parameters
    ----------
    text : str
        What the engine made of the formula [-]
    row : SizingRow or None
        The row; None where the table has no SLA [-]
    bracket : tuple of float
        Concurrency of the last anchor that meets the SLA and of the one after it [requests/replica]

    Yields
    ------
    str
        A phrase, such as "measured at" or "c=10" [-]
    """
    if row is None or not row.feasible:
        wanted = CANNOT_BE_MET if row else ""
        yield from [] if text == wanted else [wanted or "nothing"]
        return
    begin = _BASIS[row.regime]
    yield from [] if text.startswith(begin) else [begin]
    named: dict[str, list[float | None]] = {KNEE_CAPPED: [row.c_star], INTERP: list(bracket)}
    yield from _wrong_numbers(text, named.get(row.regime, [bracket[0]]))


def wrong_remark(text: str, row: SizingRow | None, standing: str) -> Iterator[str]:
    """Give what the `text` of the column remark must say and does not, or says and must not.

    Parameters
    ----------
    text : str
        What the engine made of the formula [-]
    row : SizingRow or None
        The row; None where the table has no SLA [-]
    standing : str
        DRAFT or VERDICT [-]

    Yields
    ------
    str
        A phrase, such as "does not carry the demand" or "c=24"; "not" before one too many [-]
    """
    if row is None:
        yield from ["nothing"] if text else []
        return
    wanted = row.remark_as(standing) if row.feasible else ""
    claim = next((part for part in wanted.split("; ") if part.startswith(NO_CLAIM)), "")
    phrases = {phrase: phrase in wanted for phrase in (MEASURE_FIRST, WIDE_RANGE, "bracket closed")}
    reason = row.reason or ""
    phrases |= {claim or NO_CLAIM: bool(claim), OVERLOADED: row.overloaded_as(standing), _UNMET: _UNMET in reason}
    phrases |= {_LATE: _IN_REASON.search(reason) is not None}
    for phrase, said in phrases.items():
        if (phrase in text) != said:
            yield phrase if said else f"not {phrase!r}"
    yield from _wrong_waits(text, row)
    told = row.measure_next if row.too_wide or not row.feasible else None
    yield from _wrong_numbers(text.replace(claim, "") if claim else text, [told] if told else [])


def _wrong_waits(text: str, row: SizingRow) -> Iterator[str]:
    """Give the waits that keep a row from being met and how many times their limit they are, unless `text` says these."""
    late = [float(had) for had in _IN_REASON.findall(row.reason or "")]
    limits = [limit for limit in (row.ttft_limit_s,) if limit is not None and late]
    wanted = [number for had, limit in zip(late, limits, strict=True) for number in (had, had / limit)]
    got = [float(number) for found in _IN_REMARK.findall(text) for number in found]
    if len(got) != len(wanted) or any(
        abs(has - should) > _ROUNDED + TOLERANCE * should for has, should in zip(got, wanted, strict=True)
    ):
        yield " s, ".join(f"{number:.10g}" for number in wanted)


def _wrong_numbers(text: str, wanted: list[float | None]) -> Iterator[str]:
    """Give the concurrencies that `text` must name, unless it names exactly these."""
    got = [float(number) for found in _CONCURRENCIES.findall(text) for number in found if number]
    pairs = [(has, should or 0.0) for has, should in zip(got, wanted, strict=False)]
    if len(got) != len(wanted) or any(abs(has - should) > _ROUNDED + TOLERANCE * should for has, should in pairs):
        yield " to ".join(f"c={number:.10g}" for number in wanted if number) or "no concurrency"
