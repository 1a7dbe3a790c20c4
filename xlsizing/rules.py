"""The constants of the sizing rules, and the words for its cases.

Python and the formulas of generated workbooks both take them from here: a rule that stands in
two places is two rules.
"""

from __future__ import annotations

from typing import Final

TOLERANCE: Final = 1e-9
"""Relative slack of every comparison and of rounding up [-]."""

LOWEST: Final = 1e-6
HIGHEST: Final = 1e15
"""Inputs outside LOWEST..HIGHEST are refused, in whatever unit [-]."""

MOST_PODS: Final = 1e8
"""More pods before rounding than this are refused [pods]."""

MOST_GPUS_PER_POD: Final = 1_000_000
"""With MOST_PODS this keeps GPU counts exact in int64 and in a spreadsheet's float [GPUs/pod]."""

MOST_SPARES: Final = 1_000_000
"""Most spare replicas [pods]."""

DEFAULT_UTIL: Final = 0.70
"""Planned share of measured throughput; the rest is headroom [-]."""

ASSUMED_USD_PER_GPU_HOUR: Final = 8.60
"""The price where none is given; always labelled as assumed [USD/GPU-hour]."""

HOURS_PER_MONTH: Final = 730
"""8,760 hours a year / 12 [h/month]."""

MOST_HOURS_PER_MONTH: Final = 744
"""31 days; more is refused: the hours of a year, typed for those of a month, cost 12 times as much [h/month]."""

MOST_SLAS: Final = 100_000
"""Most SLAs of one sizing on paper, in a file or in a workbook; arrays in Python have no such limit [-]."""

TPOT_EXPONENT: Final = 0.7
"""1/r is linear in concurrency to this power in the method `tpot` [-]."""

ETA_TOO_HIGH: Final = 1.05
ETA_TOO_LOW: Final = 0.02
ETA_SUSPICIOUS: Final = 0.8
"""Measured output tok/s over c x tok/s/user: refused above and below, warned about [-]."""

GAP_RATIO: Final = 5
"""Neighbouring anchors further apart than this get a warning [-]."""

WIDE_RATIO: Final = 2
"""A range with high/low above this is too wide to quote [-]."""

METHODS: Final = ("log-c", "tpot")
DEFAULT_METHOD: Final = "log-c"

PLATEAU: Final = "below-knee-plateau"
MEASURED: Final = "measured-anchor"
INTERP: Final = "interp"
KNEE_CAPPED: Final = "knee-capped"
INFEASIBLE: Final = "latency-tier-infeasible"
REGIMES: Final = (PLATEAU, MEASURED, INTERP, KNEE_CAPPED, INFEASIBLE)

SWEEP: Final = (8, 16, 32, 64, 128)
"""The concurrencies that a sweep must have measured for a VERDICT [requests/replica]."""

VERDICT: Final = "VERDICT"
DRAFT: Final = "DRAFT"
