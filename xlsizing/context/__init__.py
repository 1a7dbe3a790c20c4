"""What a curve was measured on: the fields of a measurement context, their reading, and what must match."""

from xlsizing.context.context import FACTS, Context, worded
from xlsizing.context.fields import KINDS, NONE, SECTIONS, UNKNOWN, Fact, Value, is_off, is_placeholder, placeholders
from xlsizing.context.matching import MISMATCH, Difference, check_gpus_per_pod, differences, gpus_in_context, merged
from xlsizing.context.reading import field_named, values_in_pairs
from xlsizing.context.workload import BEYOND_SHAPE, MISSING, workload_mismatch

__all__ = [
    "BEYOND_SHAPE",
    "FACTS",
    "KINDS",
    "MISMATCH",
    "MISSING",
    "NONE",
    "SECTIONS",
    "UNKNOWN",
    "Context",
    "Difference",
    "Fact",
    "Value",
    "check_gpus_per_pod",
    "differences",
    "field_named",
    "gpus_in_context",
    "is_off",
    "is_placeholder",
    "merged",
    "placeholders",
    "values_in_pairs",
    "worded",
    "workload_mismatch",
]
