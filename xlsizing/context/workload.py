"""Whether a curve was measured at the customer's workload: what bears on its speed, on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xlsizing.checks import number
from xlsizing.context.context import FACTS, Context
from xlsizing.errors import shown
from xlsizing.rules import HIT_RATE_OFF, TOKENS_OFF, TOLERANCE

__all__ = ["BEYOND_SHAPE", "MISMATCH", "MISSING", "WorkloadReason", "workload_mismatch"]

MISMATCH: Final = "mismatch"
MISSING: Final = "missing"
"""Kinds of `WorkloadReason`: the workloads differ, or one of them is not known."""

BEYOND_SHAPE: Final = ("prefix_hit_rate", "dataset_kind", "cache_state")
"""Fields of the context that a customer states too, beside tokens and turns."""


@dataclass(frozen=True, slots=True)
class WorkloadReason:
    """Why a curve does not stand for the customer's workload.

    Parameters
    ----------
    kind : str
        `MISMATCH` or `MISSING`
    name : str
        "isl", "osl", "turns" or one of `BEYOND_SHAPE`
    sentence : str
        What differs, or what is not known and on which side
    """

    kind: str
    name: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def workload_mismatch(
    context: Context,
    isl: float | None = None,
    osl: float | None = None,
    turns: str | None = None,
    prefix_hit_rate: float | None = None,
    dataset_kind: str | None = None,
    cache_state: str | None = None,
) -> tuple[WorkloadReason, ...]:
    """Return why a curve with this context does not match the customer's workload; empty if it does.

    Parameters
    ----------
    context : Context
        Of the measured curve
    isl, osl : float, optional
        The customer's input and output tokens per request; None is not stated [tok]
    turns : str, optional
        The customer's turn pattern, "single-turn" or "multi-turn"; None is not stated
    prefix_hit_rate : float, optional
        Share of the customer's input tokens that a prefix cache serves, 0 where prompts share nothing [-]
    dataset_kind, cache_state : str, optional
        What the customer's requests are, and whether they meet a "warm" or a "cold" server

    Returns
    -------
    tuple of WorkloadReason
        Mismatches, and what is missing on either side: an unknown workload is no match

    Raises
    ------
    InputError
        If a token count is not a number above 0, or another argument is not of its kind.

    Notes
    -----
    Tokens match when ``|measured - asked| <= 0.10 asked``. Measured means stand before the ISL and
    OSL that the benchmark was asked for. The hit rate bears on speed where prefix caching was on,
    and matches within 0.10; the kind of dataset where caching or speculation was on. A cold curve
    is for a customer who says cold, and a warm one for everybody else.

    Examples
    --------
    >>> curve_at = Context(isl=1024, osl=1024, turns="single-turn")
    >>> print(*workload_mismatch(curve_at, isl=8192, osl=1000, turns="single-turn"))
    ISL 1024 measured, 8192 asked for: off by 87.5 %, above 10 %
    """
    asked = {
        "turns": turns,
        "prefix_hit_rate": prefix_hit_rate,
        "dataset_kind": dataset_kind,
        "cache_state": cache_state,
    }
    known = {name: FACTS[name].value(value, name) for name, value in asked.items()}
    reasons = [_tokens_reason(context, "isl", isl), _tokens_reason(context, "osl", osl)]
    reasons.append(_words_reason("turns", "turn pattern", context.turns, known["turns"]))
    reasons += _beyond_shape(context, known["prefix_hit_rate"], known["dataset_kind"], known["cache_state"])
    return tuple(reason for reason in reasons if reason)


def _beyond_shape(
    context: Context, hit_rate: float | None, kind: str | None, cache: str | None
) -> Iterator[WorkloadReason | None]:
    """Give what differs in the fields that bear on speed only where a feature was on."""
    caching = context.on("prefix_caching")
    if caching:
        yield _hit_rate_reason(context.prefix_hit_rate, hit_rate)
    if caching or context.on("speculative_decoding"):
        yield _words_reason("dataset_kind", "dataset kind", context.dataset_kind, kind)
    # A warm curve needs no statement: warm is what a server is. Cold is slower, and so is said.
    if context.cache_state == "cold" or (cache == "cold" and context.cache_state is not None):
        yield _words_reason("cache_state", "cache state", context.cache_state, cache)


def _tokens_reason(context: Context, name: str, given: float | None) -> WorkloadReason | None:
    asked = None if given is None else number(given, name)
    measured = context.tokens(name)
    words = FACTS[name].label
    if measured is None or asked is None:
        return _missing_reason(name, words, measured, asked)
    off = abs(measured - asked) / asked
    if off <= TOKENS_OFF * (1 + TOLERANCE):
        return None
    sizes = f"{words} {shown(measured)} measured, {shown(asked)} asked for"
    return WorkloadReason(MISMATCH, name, f"{sizes}: off by {100 * off:.1f} %, above {100 * TOKENS_OFF:.0f} %")


def _hit_rate_reason(measured: float | None, asked: float | None) -> WorkloadReason | None:
    name, words = "prefix_hit_rate", "prefix-cache hit rate"
    if measured is None or asked is None:
        return _missing_reason(name, words, measured, asked)
    off = abs(measured - asked)
    if off <= HIT_RATE_OFF + TOLERANCE:
        return None
    sizes = f"{words} {shown(measured)} measured, {shown(asked)} asked for"
    return WorkloadReason(MISMATCH, name, f"{sizes}: {off:.2f} apart, above {HIT_RATE_OFF:.2f}")


def _words_reason(name: str, words: str, measured: str | None, asked: str | None) -> WorkloadReason | None:
    if measured is None or asked is None:
        return _missing_reason(name, words, measured, asked)
    if measured == asked:
        return None
    what = "" if name == "turns" else f"{words} "
    return WorkloadReason(MISMATCH, name, f"{what}{measured} measured, {asked} asked for")


def _missing_reason(name: str, words: str, measured: object, asked: object) -> WorkloadReason:
    sides = {"of the curve": measured, "of the customer": asked}
    unknown = " and ".join(side for side, value in sides.items() if value is None)
    return WorkloadReason(MISSING, name, f"{words} {unknown} not known")
