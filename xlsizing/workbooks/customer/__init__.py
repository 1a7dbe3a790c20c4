"""The customer's workbook: live formulas without macros and without Python, proven before it is handed over."""

from xlsizing.workbooks.customer.axes import METHOD_WORDS, known_method
from xlsizing.workbooks.customer.calc_sheet import CALC, STEPS
from xlsizing.workbooks.customer.curve_sheet import BLOCK, WORKINGS
from xlsizing.workbooks.customer.proof import ProofError
from xlsizing.workbooks.customer.settings import (
    CACHE_STATES,
    DATASET_KINDS,
    LEVEL_CELLS,
    LOOKS_PER_GPU,
    TURNS,
    UNITS,
    constants,
    no_source,
    plain_source,
    stands_for,
)
from xlsizing.workbooks.customer.sizing_words import NO_BUDGET
from xlsizing.workbooks.customer.write import customer_workbook, write_workbook

__all__ = [
    "BLOCK",
    "CACHE_STATES",
    "CALC",
    "DATASET_KINDS",
    "LEVEL_CELLS",
    "LOOKS_PER_GPU",
    "METHOD_WORDS",
    "NO_BUDGET",
    "STEPS",
    "TURNS",
    "UNITS",
    "WORKINGS",
    "ProofError",
    "constants",
    "customer_workbook",
    "known_method",
    "no_source",
    "plain_source",
    "stands_for",
    "write_workbook",
]
