"""What a number rests on and what to do next: rigor, next step, levers, audits, the rule of thumb, the question turned round."""

from xlsizing.lazily import offered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlsizing.advice.audit import Audit, audit
    from xlsizing.advice.capacity import Answers, Fleet
    from xlsizing.advice.evidence import today
    from xlsizing.advice.growth import Growth, Need, grown, growth_factor, growth_months, months_after, needs
    from xlsizing.advice.levers import MAY_DIFFER, NEVER_A_CHANGE, OUTCOMES, Lever, LeverDelta, lever_delta
    from xlsizing.advice.next_lever import NextLever, Step, context_step, next_lever, step_of, step_row, top_next_lever
    from xlsizing.advice.ranking import own_best, rank_levers, with_ranks
    from xlsizing.advice.rightsize import (
        BYTES_PER_PARAMETER,
        DEFAULT_DTYPE,
        DEFAULT_GPU_MEMORY_GB,
        DEFAULT_MEMORY_UTILIZATION,
        DEFAULT_TP,
        TpAdvice,
        tp_advice,
    )
    from xlsizing.advice.rigor import (
        Assessment,
        Reason,
        Rigor,
        Workload,
        assess,
        context_reasons,
        missing_sweep_points,
        other_statistic,
    )
    from xlsizing.advice.sensitivity import SHARE, Room, room, scaled, sized_anew, swings
    from xlsizing.advice.standing_words import NOT_ASKED, PRICE_CHANGED, QUEUED

__all__ = [
    "BYTES_PER_PARAMETER",
    "DEFAULT_DTYPE",
    "DEFAULT_GPU_MEMORY_GB",
    "DEFAULT_MEMORY_UTILIZATION",
    "DEFAULT_TP",
    "MAY_DIFFER",
    "NEVER_A_CHANGE",
    "NOT_ASKED",
    "OUTCOMES",
    "PRICE_CHANGED",
    "QUEUED",
    "SHARE",
    "Answers",
    "Assessment",
    "Audit",
    "Fleet",
    "Growth",
    "Lever",
    "LeverDelta",
    "Need",
    "NextLever",
    "Reason",
    "Rigor",
    "Room",
    "Step",
    "TpAdvice",
    "Workload",
    "assess",
    "audit",
    "context_reasons",
    "context_step",
    "grown",
    "growth_factor",
    "growth_months",
    "lever_delta",
    "levers",
    "missing_sweep_points",
    "months_after",
    "needs",
    "next_lever",
    "next_words",
    "other_statistic",
    "own_best",
    "rank_levers",
    "room",
    "scaled",
    "sized_anew",
    "standing_words",
    "step_of",
    "step_row",
    "swings",
    "today",
    "top_next_lever",
    "tp_advice",
    "with_ranks",
]

# A command needs few of them.
offered(
    __name__,
    {
        "audit": "Audit audit",
        "capacity": "Answers Fleet",
        "evidence": "today",
        "growth": "Growth Need grown growth_factor growth_months months_after needs",
        "levers": "MAY_DIFFER NEVER_A_CHANGE OUTCOMES Lever LeverDelta lever_delta",
        "next_lever": "NextLever Step context_step next_lever step_of step_row top_next_lever",
        "ranking": "own_best rank_levers with_ranks",
        "rightsize": "BYTES_PER_PARAMETER DEFAULT_DTYPE DEFAULT_GPU_MEMORY_GB DEFAULT_MEMORY_UTILIZATION DEFAULT_TP TpAdvice tp_advice",
        "rigor": "Assessment Reason Rigor Workload assess context_reasons missing_sweep_points other_statistic",
        "sensitivity": "SHARE Room room scaled sized_anew swings",
        "standing_words": "NOT_ASKED PRICE_CHANGED QUEUED",
    },
)
