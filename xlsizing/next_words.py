"""The sentences of next steps and of rigor, as templates: Python fills them in, and so do a workbook's formulas."""

from __future__ import annotations

from typing import Final

from xlsizing.rules import DISTINCT, ETA_SUSPICIOUS

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
    "LACKS",
    "MIXED",
    "NAMED_BELOW",
    "NOT_ASKED",
    "NO_THROUGHPUT",
    "NO_UNLOCK",
    "OUTSIDE",
    "PLATEAU_STEP",
    "PRICE_CHANGED",
    "QUEUED",
    "SPARES_OUT",
    "STATISTIC",
    "SWEEP_GATE",
    "SWEEP_STEP",
    "TOO_CLOSE",
    "UNLOCK",
    "UNMET",
]

BRACKET: Final = "Measure c={c}: it narrows the range of {low} to {high} GPUs{spares} at {sla} tok/s/user ({gpus} GPUs, ${usd}/month apart)"
AT_C: Final = "at least {sla} tok/s/user at c={c}"
"""Between two anchors, and the gate of every measurement at an SLA [-]."""

PLATEAU_STEP: Final = "Measure c={c}, twice the last measured point: it saves {unlock} at best"
UNLOCK: Final = "{gpus} of {all_gpus} GPUs{spares} (${usd}/month)"
SPARES_OUT: Final = " without spares"
"""Behind the GPUs of a next step, where the tables beside it have spares in [-]."""
NO_UNLOCK: Final = "no GPU"
CARRIES_MORE: Final = ", with more output tok/s than at c={c_star}"
HOLDS: Final = ", with output tok/s of at least {share} % of c x tok/s/user: else requests queue"
"""On the plateau; for users where throughput was measured, between anchors too [-]."""

FIRST_POINT: Final = "Measure c=1: whether any concurrency reaches {sla} tok/s/user is not known"
"""Above a curve that starts above c=1 [-]."""

CLOSED: Final = "Bracket closed: no whole concurrency is left to measure at {sla} tok/s/user. "
SWEEP_STEP: Final = "Measure c={c}, missing from the sweep"
SWEEP_GATE: Final = "tok/s/user does not rise there"
FIND_SAVING: Final = "Find a lever to save GPUs: none given here does on this curve"
FIND_SAVING_GATE: Final = "a matched A/B at the SLA"
"""Where no measurement narrows the range further [-]."""

FIND_REACHING: Final = "Find a lever to reach {sla} tok/s/user: none given here does"
FIND_REACHING_GATE: Final = "at least {sla} tok/s/user with it"
"""Above a curve that starts at c=1 [-]."""

LACKS: Final = "the sweep lacks c={points}"
OUTSIDE: Final = "interpolated between c={low} and c={high}, not inside the sweep c={sweep_low}..{sweep_high}"
NO_THROUGHPUT: Final = "no output tok/s was measured: whether a replica holds c requests without queueing is not known"
TOO_CLOSE: Final = f"two concurrencies of the curve are the same within {100 * DISTINCT:g} %"
QUEUED: Final = (
    f"measured output tok/s is below {100 * ETA_SUSPICIOUS:g} % of c x tok/s/user at a point that the row uses: requests "
    "queued, or that concurrency was never reached"
)
PRICE_CHANGED: Final = "price changed, no source"
UNMET: Final = "no measured point meets the SLA"
STATISTIC: Final = "{waits} {asked} asked, {measured} measured"
"""Why a row is a DRAFT [-]."""

NOT_ASKED: Final = "TTFT not asked for"
"""What a VERDICT without a limit on the first token says of it [-]."""

MIXED: Final = "{verdicts} of {rows} rows {verdict}, {drafts} {draft}"
NAMED_BELOW: Final = "for reasons named below"
"""The standing of all rows in one line [-]."""
