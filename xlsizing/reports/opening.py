"""What a report opens with: the one sentence it rests on, and what its figures are for."""

from __future__ import annotations

from typing import Final

from xlsizing.core import Sizing
from xlsizing.errors import shown

__all__ = ["NO_FIGURE", "RULE", "THREE_FIGURES", "WAITS_TOO", "opening"]

RULE: Final = "The GPU count is the SLA you commit to"

THREE_FIGURES: Final = (
    "Three figures, three jobs: the estimate is a centre; plan, and quote a DRAFT, with the budget; sign a VERDICT with the "
    "commitment. The one in bold is the one to quote. Each row is an alternative, not a part of a total."
)

NO_FIGURE: Final = "Quote none of these numbers: the curve was measured at another workload than the customer's."


WAITS_TOO: Final = "; the limits on waiting asked may take more"
"""What is true of several demands with limits."""


def opening(sizing: Sizing) -> str:
    """Return how the GPUs to commit move with the SLA, in one sentence with the figures of `sizing`."""
    limited = bool(sizing.points.limits.asked)
    if sizing.demand.shape:  # a plateau for each demand
        more = WAITS_TOO if limited else ""
        return f"{RULE}: flat up to the knee at {shown(sizing.knee_tok_s_per_user)} tok/s/user, then rising{more}."
    flat = int(sizing.gpus_with_spares(sizing.pods_plateau))
    knee = sizing.knee_tok_s_per_user
    included = " (spares in)" if sizing.holds_spares else ""
    start = f"flat at {_gpus_in_words(flat)} to commit{included} up to the knee at {shown(knee)} tok/s/user"
    if limited:
        return f"{RULE}, and the wait: {start} without the limits on waiting; {_commitment_words(sizing)}."
    return f"{RULE}: {start}{_rise(sizing, flat)}."


def _commitment_words(sizing: Sizing) -> str:
    """Return what the rows commit to with the limits on waiting that they have."""
    met = [row.total_gpus_high for row in sizing.rows() if row.feasible and row.total_gpus_high]
    if not met:
        return "with them no row asked can be met"
    least, most = min(met), max(met)
    which = "the rows asked" if len(met) == sizing.sla.size else "the rows asked that can be met"
    return f"with them {which} commit to {_gpus_in_words(most) if least == most else f'{least:,} to {_gpus_in_words(most)}'}"


def _rise(sizing: Sizing, flat: int) -> str:
    met = sorted((row.sla, row.total_gpus_high) for row in sizing.rows() if row.feasible and row.total_gpus_high)
    if not met:
        return "; no SLA asked can be met"
    (tightest, gpus), all_met = met[-1], len(met) == sizing.sla.size
    asked = "the tightest SLA asked" if all_met else "the tightest SLA asked that can be met"
    if gpus <= flat:
        return f", and still so at {shown(tightest)}, {asked}"
    return f", then rising to {gpus:,} at {shown(tightest)}, {asked}"


def _gpus_in_words(count: int) -> str:
    return f"{count:,} {'GPU' if count == 1 else 'GPUs'}"
