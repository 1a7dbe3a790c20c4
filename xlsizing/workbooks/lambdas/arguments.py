"""The arguments of the functions: what stands for one that is left out, and the refusal of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xlsizing.core import WAITS
from xlsizing.rules import ASSUMED_USD_PER_GPU_HOUR, DEFAULT_CONFIDENCE, DEFAULT_METHOD, DEFAULT_UTIL, LOWEST
from xlsizing.workbooks.writer import literal

__all__ = [
    "ARGUMENTS",
    "LEFT_OUT",
    "PLANNED",
    "TTFT",
    "asked",
    "first_of",
    "given",
    "in_range",
    "limit_in_range",
    "no_number",
    "unless",
]

TTFT: Final = WAITS[0]
"""The wait that the functions take a limit on."""

ARGUMENTS: Final = ("sla", "tpm", "gpus_per_pod", "util", "method", "limit", "gpu_hourly_usd", "confidence")
"""What a sizing takes beside the curve."""

PLANNED: Final = ("tpm", "gpus_per_pod", "util", "method")
"""Those of them that the demand and the fleet are."""

LEFT_OUT: Final = {
    "util": f"{DEFAULT_UTIL!r}",
    "method": literal(DEFAULT_METHOD),
    TTFT.name: '""',
    "ttfts_s": '""',
    "gpu_hourly_usd": f"{ASSUMED_USD_PER_GPU_HOUR!r}",
    "confidence": f"{DEFAULT_CONFIDENCE!r}",
}
"""The formula of what stands for an argument that a formula leaves out [unit of the argument]."""

_NEUTRAL: Final = {**LEFT_OUT, "sla": "1", "tpm": f"{LOWEST!r}".upper(), "gpus_per_pod": "1", "limit": '""'}
"""That of one that a function does not take: it is never refused [unit of the argument]."""


def asked(names: Iterable[str], **own: str) -> str:
    """Return the arguments of a sizing in their order: `names` as they are, others as `own` has them, or neutral.

    >>> asked(["sla"], tpm="3e6")
    'sla,3e6,1,0.7,"auto","",8.6,0.95'
    """
    known = _NEUTRAL | {name: name for name in names} | own
    return ",".join(known[name] for name in ARGUMENTS)


def given(name: str, otherwise: str = "") -> str:
    """Return the formula of the optional argument `name`, or `otherwise` where it is left out, else its default.

    >>> given("util")
    'IF(ISOMITTED(util),0.7,util)'
    """
    return f"IF(ISOMITTED({name}),{otherwise or LEFT_OUT[name]},{name})"


def no_number(name: str, called: str = "") -> str:
    """Return the formula of the refusal of the argument `name` that is no number; the user of a formula has it `called` so."""
    return f'SIZING._NUMBER({name},"{called or name}","")'


def in_range(name: str) -> str:
    """Return the formula of the refusal of the argument `name` whose number is out of range."""
    return f'SIZING._IN_RANGE({name},"{name}","")'


def limit_in_range() -> str:
    """Return the formula of the refusal of a limit on the first token that is out of range; there need be none."""
    return f'IF(ISNUMBER(limit),SIZING._IN_RANGE(limit,"{TTFT.name}",""),"")'


def unless(refusal: str, answer: str) -> str:
    """Return the formula of an `answer`, or of the error that a `refusal` is.

    >>> unless("A", "B")
    'LET(refusal,A,IF(refusal<>"",SIZING._ERROR(refusal),B))'
    """
    return f'LET(refusal,{refusal},IF(refusal<>"",SIZING._ERROR(refusal),{answer}))'


def first_of(*faults: str) -> str:
    """Return the formula of the first of `faults` that is not empty, else of the last, which may be an answer.

    >>> first_of("A", "B", "C")
    'LET(fault_1,A,fault_2,IF(fault_1<>"",fault_1,B),IF(fault_2<>"",fault_2,C))'
    """
    *most, last = faults
    pairs, before = [], ""
    for number, fault in enumerate(most, start=1):
        here = f'IF({before}<>"",{before},{fault})' if before else fault
        pairs.append(f"fault_{number},{here}")
        before = f"fault_{number}"
    return f'LET({",".join(pairs)},IF({before}<>"",{before},{last}))'
