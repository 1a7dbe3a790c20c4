"""What a report opens with: the one sentence it rests on, and what its figures are for."""

from __future__ import annotations

from typing import Final

from xlsizing.errors import shown
from xlsizing.result import Sizing

__all__ = ["NO_FIGURE", "RULE", "THREE_FIGURES", "opening"]

RULE: Final = "The GPU count is the SLA you commit to"

THREE_FIGURES: Final = (
    "Three figures, three jobs: the estimate is a centre; plan, and quote a DRAFT, with the budget; sign a VERDICT with the "
    "commitment. The one in bold is the one to quote. Each row is an alternative, not a part of a total."
)

NO_FIGURE: Final = "Quote none of these numbers: the curve was measured at another workload than the customer's."


def opening(sizing: Sizing) -> str:
    """Return how the GPUs to commit move with the SLA, in one sentence with the figures of `sizing` [-]."""
    if sizing.demand.shape:  # a plateau for each demand
        return f"{RULE}: flat up to the knee at {shown(sizing.knee_tok_s_per_user)} tok/s/user, then rising."
    spares = sizing.spare_replicas
    flat = (int(sizing.pods_plateau) + spares) * sizing.gpus_per_pod
    knee = sizing.knee_tok_s_per_user
    included = " (spares in)" if spares else ""
    start = f"{RULE}: flat at {_gpus(flat)} to commit{included} up to the knee at {shown(knee)} tok/s/user"
    return f"{start}{_rise(sizing, flat)}."


def _rise(sizing: Sizing, flat: int) -> str:
    met = sorted((row.sla, row.total_gpus_high) for row in sizing.rows() if row.feasible and row.total_gpus_high)
    if not met:
        return "; no SLA asked can be met"
    (tightest, gpus), all_met = met[-1], len(met) == sizing.sla.size
    asked = "the tightest SLA asked" if all_met else "the tightest SLA asked that can be met"
    if gpus <= flat:
        return f", and still so at {shown(tightest)}, {asked}"
    return f", then rising to {gpus:,} at {shown(tightest)}, {asked}"


def _gpus(count: int) -> str:
    return f"{count:,} {'GPU' if count == 1 else 'GPUs'}"
