"""The sentences of next steps, as templates: Python fills them in, and so do a workbook's formulas."""

from __future__ import annotations

from typing import Final

__all__ = [
    "AT_C",
    "BRACKET",
    "CARRIES_MORE",
    "CLOSED",
    "FIND_REACHING",
    "FIND_REACHING_GATE",
    "FIND_SAVING",
    "FIND_SAVING_GATE",
    "FIRST_POINT",
    "HOLDS",
    "NODES_OUT",
    "NO_UNLOCK",
    "PLATEAU_STEP",
    "SPARES_OUT",
    "SWEEP_GATE",
    "SWEEP_STEP",
    "UNLOCK",
]

BRACKET: Final = (
    "Measure c={c}: it narrows the range of {low} to {high} GPUs{spares} at {asked} ({gpus} GPUs, ${usd}/month apart)"
)
AT_C: Final = "at least {asked} at c={c}"
"""Between two anchors, and the gate of every measurement at an SLA."""

PLATEAU_STEP: Final = "Measure c={c}, twice the last measured point: it saves {unlock} at best"
UNLOCK: Final = "{gpus} of {all_gpus} GPUs{spares} (${usd}/month)"
SPARES_OUT: Final = " without spares"
NODES_OUT: Final = " without spares and whole nodes"
"""Behind the GPUs of a next step, where the tables beside it have spares in."""
NO_UNLOCK: Final = "no GPU"
CARRIES_MORE: Final = ", with more output tok/s than at c={c_star}"
HOLDS: Final = ", with output tok/s of at least {share} % of c x tok/s/user: else requests queue"
"""On the plateau; for users where throughput was measured, between anchors too."""

FIRST_POINT: Final = "Measure c=1: whether any concurrency reaches {asked} is not known"
"""Above a curve that starts above c=1."""

CLOSED: Final = "Bracket closed: no whole concurrency is left to measure at {asked}. "
SWEEP_STEP: Final = "Measure c={c}, missing from the sweep"
SWEEP_GATE: Final = "tok/s/user does not rise there"
FIND_SAVING: Final = "Find a lever to save GPUs: none given here does on this curve"
FIND_SAVING_GATE: Final = "a matched A/B at the SLA"
"""Where no measurement narrows the range further."""

FIND_REACHING: Final = "Find a lever to reach {asked}: none given here does"
FIND_REACHING_GATE: Final = "at least {asked} with it"
"""Above a curve that starts at c=1."""
