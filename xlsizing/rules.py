"""The constants of the sizing rules, and the words for its cases.

Python and the formulas of generated workbooks both take them from here: a rule that stands in
two places is two rules.
"""

from __future__ import annotations

from typing import Final

TOLERANCE: Final = 1e-9
"""Relative slack of every comparison and of rounding up [-]."""

SAME_RATE: Final = TOLERANCE + 1e-14
"""A rate this near an SLA meets and equals it: TOLERANCE, and the noise of numbers with fifteen digits, so that
S = r (1 + 1e-9) falls on the same side in every spreadsheet [-]."""

LOWEST: Final = 1e-6
HIGHEST: Final = 1e15
"""Inputs outside LOWEST..HIGHEST are refused, in whatever unit [-]."""

MOST_PODS: Final = 1e8
"""More pods before rounding than this are refused [pods]."""

MOST_GPUS_PER_POD: Final = 1_000_000
"""With MOST_PODS this keeps GPU counts exact in int64 and in a spreadsheet's float [GPUs/pod]."""

MOST_SPARES: Final = 1_000_000
"""Most spare replicas [pods]."""

MOST_PEAK_TO_MEAN: Final = 1000
"""Most that the peak may be over the mean [-]."""

MOST_NODES_LOST: Final = 1000
"""Most nodes that may fail at once [nodes]."""

LEAST_NODE_AVAILABILITY: Final = 0.5
MOST_AVAILABILITY: Final = 0.999_999_999
"""Least share of time for which a node, and a pod on its nodes, must run; most that may be asked for [-]."""

MOST_PRICES: Final = 8
"""Most prices beside that of the sizing [-]."""

MOST_TERM_MONTHS: Final = 120
"""Longest term of a price [months]."""

LEAST_GROWTH: Final = 0.01
LARGEST_GROWTH: Final = 1000
"""What a demand may be over that of today, at the least and at the most [-]."""

LONGEST_GROWTH: Final = 120
"""How far ahead it may be stated [months]."""

MOST_GROWTH_DATES: Final = 40
"""On so many dates at the most [-]."""

DEFAULT_UTIL: Final = 0.70
"""Planned share of measured throughput; the rest is headroom [-]."""

MONTHS_PER_YEAR: Final = 12
"""[months/year]."""

HEADROOM: Final = (
    "Utilisation leaves headroom for latency and for the loss of a small share of the pods; spare pods replace failed "
    "ones; neither stands in for the other."
)
"""What the two are for, in one sentence wherever they stand side by side."""

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

AUTO_LEVEL: Final = 0.4
AUTO_LEFT: Final = 0.6
AUTO_TWO: Final = 0.8
AUTO_FIRST: Final = 0.8
AUTO_LOWEST: Final = 0.3
AUTO_HIGHEST: Final = 1.2
"""The power in the method `auto`: AUTO_LEVEL + a - AUTO_LEFT aL, a the steepness ln(r1/r2)/ln(c2/c1) of a bracket and
aL that of the one to its left; AUTO_FIRST in the first of several brackets; AUTO_LEVEL + AUTO_TWO a in an only one;
within AUTO_LOWEST..AUTO_HIGHEST. Fitted on one half of the public sweeps, checked on the other [-]."""

ETA_TOO_HIGH: Final = 1.05
ETA_TOO_LOW: Final = 0.02
ETA_SUSPICIOUS: Final = 0.8
"""Measured output tok/s over c x tok/s/user: refused above and below, warned about [-].

Below ETA_SUSPICIOUS requests queue: a replica then holds only the share of its concurrency that would bring it there.
"""

PER_GPU_FACTORS: Final = (2, 4, 8, 16)
PER_GPU_LOW: Final = 0.80
"""GPUs per replica for which output tok/s is tried as that of one GPU: so many times it lies in
PER_GPU_LOW..ETA_TOO_HIGH of c x tok/s/user at every anchor [-]."""

COPIED: Final = 1e-3
COPIED_ABOVE: Final = 4
"""Output tok/s within COPIED of c x tok/s/user at every anchor above c = COPIED_ABOVE was worked out, not measured [-]."""

TTFT_OFF: Final = 3
"""Output tok/s and what the TTFT leaves of it may be so many times apart [-]."""

NOISE: Final = 0.005
"""A rise of tok/s/user up to this is pooled by itself [-]."""

IDLE_RISE: Final = 0.5
IDLE_BELOW: Final = 64
"""A rise of more than IDLE_RISE from a concurrency below IDLE_BELOW looks like data-parallel ranks that idle [-]."""

GAP_RATIO: Final = 5
"""Neighbouring anchors further apart than this get a warning [-]."""

BUDGET_SHARE: Final = {0.90: 0.40, 0.95: 0.55, 0.99: 0.80}
DEFAULT_CONFIDENCE: Final = 0.95
"""How far the budget lies from the estimate to the commitment, by the share of public curves whose need it covers;
derived on one half of the public sweeps, checked on the other [-]."""

LEAST_CALIBRATION: Final = 20
FEW_FOR_CALIBRATION: Final = 60
"""Fewer curves calibrate no budget, and with fewer than FEW_FOR_CALIBRATION the constants are coarse [-]."""

NARROW: Final = 1.25
"""Where a bracket could carry at most so many times what was measured, the budget is the commitment [-]."""

CLAIM_FROM: Final = 16
"""The bound was checked on curves that are measured from this concurrency or less [requests/replica]."""

CLAIM_WIDEST: Final = 64
"""Wider brackets without measured throughput carry no claim [-]."""

CLAIM_LEAST_OSL: Final = 256
"""Outputs up to this without measured throughput carry no claim [tok]."""

WIDE_RATIO: Final = 2
"""A range with high/low above this is too wide to quote [-]."""

DEFAULT_METHOD: Final = "auto"
BEFORE_AUTO: Final = "figures before version 0.2.0 used log-c"
"""What a result says beside a method that nobody chose."""

PLATEAU: Final = "below-knee-plateau"
MEASURED: Final = "measured-anchor"
INTERP: Final = "interp"
KNEE_CAPPED: Final = "knee-capped"
INFEASIBLE: Final = "latency-tier-infeasible"
REGIMES: Final = (PLATEAU, MEASURED, INTERP, KNEE_CAPPED, INFEASIBLE)

STATISTICS: Final = ("median", "mean", "p90", "p95", "p99")
"""Of a point's requests, of which rates and waits may be; of rates the slow tail counts: p95 is met by 95 of 100."""

SWEEP: Final = (8, 16, 32, 64, 128)
"""The concurrencies that a sweep must have measured for a VERDICT [requests/replica]."""

LEAST_OSL: Final = 16
"""Shorter answers are mostly the first token: tok/s/user says little about them [tok]."""

LEAST_TRIALS: Final = 3
"""Fewer repetitions show no spread [-]."""

PROMPTS_PER_REQUEST: Final = 2
"""Fewer prompts than this many times the concurrency measure the start and the end of a run [-]."""

DISTINCT: Final = 1e-6
"""Concurrencies nearer to each other than this, relative, are one point under two names [-]."""

TOKENS_OFF: Final = 0.10
"""Most that measured tokens per request may be off those asked for, as a share of those [-]."""

HIT_RATE_OFF: Final = 0.10
"""Most that two prefix-cache hit rates may be apart, absolute [-]."""

MOST_CHANGES: Final = 3
"""A lever that changes more context fields than this is no single change [-]."""

VERDICT: Final = "VERDICT"
DRAFT: Final = "DRAFT"
