"""Waits beside the SLA in the words of a report: which are told and limited, in which statistic, and what to know of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from xlsizing.core import WAITS, Sizing, Wait, answer_tokens, measured_waits
from xlsizing.errors import shown
from xlsizing.rules import TOLERANCE

__all__ = ["STATED_NOT", "not_asked", "statistic_words", "told", "wait_notes", "waits_fact"]

STATED_NOT: Final = "statistic not stated"
"""What is said of waits whose statistic nobody recorded."""

_FIRST, _ANSWER = WAITS[:2]


def told(sizing: Sizing) -> tuple[Wait, ...]:
    """Return the waits that the curve of `sizing` tells."""
    tokens = sizing.points.limits.output_tokens
    return tuple(wait for wait in WAITS if measured_waits(sizing.curve, wait, tokens) is not None)


def not_asked(asked: Iterable[Wait]) -> bool:
    """Tell whether neither the wait for the first token nor that for the first of the answer is among those `asked`."""
    return not {_FIRST, _ANSWER} & set(asked)


def waits_fact(sizing: Sizing) -> str:
    """Return which waits are told, of how long an answer and in which statistic, in one phrase; empty where none is."""
    context, limits = sizing.curve.context, sizing.points.limits
    labels = [wait.label for wait in told(sizing)]
    tokens = answer_tokens(sizing.curve, limits.output_tokens)
    measured = None if context is None else context.statistic
    return statistic_words(labels, tokens, measured, limits.statistic if limits.asked else None)


def statistic_words(labels: Sequence[str], tokens: float | None, measured: str | None, asked: str | None) -> str:
    """Return that phrase from what it says.

    Parameters
    ----------
    labels : sequence of str
        Of the waits that are told
    tokens : float or None
        Output tokens of the answer, where its end is among them [tok]
    measured, asked : str or None
        The statistic of the curve, and that of which the customer speaks

    Returns
    -------
    str
        The phrase; empty without waits
    """
    if not labels:
        return ""
    whole = WAITS[-1].label
    named = [f"{label} of {tokens:,.10g} output tokens" if label == whole and tokens else label for label in labels]
    where = f" in the {measured} of the curve" if measured else f", {STATED_NOT}"
    return f"{', '.join(named)}{where}{f'; {asked} asked for' if asked and asked != measured else ''}"


def wait_notes(sizing: Sizing) -> list[str]:
    """Return what a reader must know of the waits of `sizing`, a sentence each."""
    return [*_fall_notes(sizing), *_answer_notes(sizing)]


def _fall_notes(sizing: Sizing) -> list[str]:
    """Say where the longest wait up to a concurrency stands in for a shorter one that was measured there."""
    notes = []
    for wait in WAITS:
        raw = measured_waits(sizing.curve, wait, sizing.points.limits.output_tokens)
        fallen = [] if raw is None else np.flatnonzero(raw < np.maximum.accumulate(raw) * (1 - TOLERANCE)).tolist()
        if fallen:
            where = ", ".join(f"c={shown(sizing.curve.concurrency[at])}" for at in fallen)
            notes.append(f"{wait.label} falls with concurrency at {where}: the longest measured up to there is taken.")
    return notes


def _answer_notes(sizing: Sizing) -> list[str]:
    """Say which first token is compared where the answer begins after a reasoning."""
    curve, asked = sizing.curve, sizing.points.limits.asked
    if curve.ttft_s is None or curve.ttfo_s is None:
        return []
    later = curve.ttfo_s - curve.ttft_s
    if not np.any(later > TOLERANCE * curve.ttfo_s):
        return []
    most = int(np.argmax(later))
    compared = [wait.label for wait in (_FIRST, _ANSWER) if wait in asked]
    said = f"limits are compared with {' and '.join(compared)}" if compared else "neither is limited"
    begins = f"up to {shown(later[most], digits=4)} s later at c={shown(curve.concurrency[most])}"
    meaning = "TTFO is the wait for the answer, TTFT that for any token"
    return [f"The answer begins after the first token, {begins}: {meaning}; {said}."]
