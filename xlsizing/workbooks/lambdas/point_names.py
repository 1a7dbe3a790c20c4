"""The names of an operating point and of the figures of a demand there: the steps of sheet Calc."""

from __future__ import annotations

from typing import Final

from xlsizing.core import FUNCTION_TABLE
from xlsizing.workbooks.customer import STEPS
from xlsizing.workbooks.lambdas.curve_names import OF_CURVE, columns_of, row_of
from xlsizing.workbooks.lambdas.linking import let
from xlsizing.workbooks.lambdas.notation import Lambda

__all__ = ["FIGURES", "OF_FIGURES", "OF_POINT", "POINT", "POINT_NAMES"]

POINT: Final = (
    "met", "case", "binding", "c_star", "per_replica_tps", "best", "hoped", "between", "claim", "c_commit", "max_num_seqs_commit", "ttft",
    "ttft_commit", "measure_next",
)  # fmt: skip
"""The steps of SIZING._POINT."""

_ASKED: Final = [STEPS[name] for name in FUNCTION_TABLE.values() if name in STEPS and name != "regime"]
"""The steps that SIZING_TABLE shows."""

_NEEDED: Final = (
    "pods", "pods_low", "pods_budget", "pods_high", "gpus", "gpus_low", "gpus_budget", "gpus_high", "usd_per_month", "usd_per_month_budget",
    "usd_per_month_high", "too_wide", "q_high",
)  # fmt: skip
FIGURES: Final = (*_NEEDED, *(step for step in _ASKED if step not in (*POINT, *_NEEDED)))
"""The steps of SIZING._FIGURES."""

_NOT_HERE: Final = {
    "Claim_Delivered": "0",
    "Calibrated_Method": "0",
    "Short_Outputs": "0",
    "Rows_OK": "1",
    "Is_Users": "0",
    "u_a": "0",
}
"""What a formula has nothing of: no pooled or predicted curve, no calibration, no output tokens, no users as the demand."""

OF_POINT: Final = columns_of("point", POINT, "1")
"""What the steps of a point are, where `point` is what SIZING._POINT gave."""

OF_FIGURES: Final = columns_of("figures", FIGURES, "1")
"""The same of the figures of a demand."""

_DEMAND: Final = {
    "Demand_Asked": "tpm/Seconds_per_Minute",
    "Stand_By": "0",
    "Unit_Pods": "1",
    "Unit_GPUs": "GPUs_per_Pod",
    "Hours_per_Month": "Hours_Assumed",
}

POINT_NAMES: Final = (
    Lambda(
        "SIZING._FOR",
        ("tok_s", "carried", "Util"),
        let("pods", {"Demand_Asked": "tok_s"}, ["tok_s", "carried", "Util"]),
    ),
    Lambda(
        "SIZING._POINT",
        ("curve", "Method", "sla", "limit"),
        let(row_of(POINT), OF_CURVE | _NOT_HERE, ["curve", "Method", "sla", "limit"]),
    ),
    Lambda(
        "SIZING._FIGURES",
        ("point", "tpm", "GPUs_per_Pod", "Util", "USD_per_GPU_Hour", "Confidence"),
        let(
            row_of(FIGURES),
            OF_POINT | _DEMAND,
            ["point", "tpm", "GPUs_per_Pod", "Util", "USD_per_GPU_Hour", "Confidence"],
        ),
    ),
)
"""Pods for a demand; where a pod runs at an SLA and within a limit, and what a demand takes of such pods."""
