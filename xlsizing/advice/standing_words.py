"""The sentences of DRAFT and VERDICT, as templates: Python fills them in, and so do a workbook's formulas."""

from __future__ import annotations

from typing import Final

from xlsizing.rules import DISTINCT, ETA_SUSPICIOUS

__all__ = [
    "LACKS",
    "MIXED",
    "NAMED_BELOW",
    "NOT_ASKED",
    "NO_THROUGHPUT",
    "OUTSIDE",
    "PRICE_CHANGED",
    "QUEUED",
    "STATISTIC",
    "TOO_CLOSE",
    "UNMET",
]

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
"""Why a row is a DRAFT."""

NOT_ASKED: Final = "TTFT not asked for"
"""What a VERDICT without a limit on the first token says of it."""

MIXED: Final = "{verdicts} of {rows} rows {verdict}, {drafts} {draft}"
NAMED_BELOW: Final = "for reasons named below"
"""The standing of all rows in one line."""
