"""Tables of scenarios: many rows, each with a curve, an SLA and a demand of its own, sized together."""

from xlsizing.batch.columns import INPUTS, RESULTS, chosen_results
from xlsizing.batch.curves import Curves, curves_in, curves_of
from xlsizing.batch.stream import Job, new_table, size_table
from xlsizing.batch.sweep import Grid, axes_in
from xlsizing.batch.tables import opened_table

__all__ = [
    "INPUTS",
    "RESULTS",
    "Curves",
    "Grid",
    "Job",
    "axes_in",
    "chosen_results",
    "curves_in",
    "curves_of",
    "new_table",
    "opened_table",
    "size_table",
]
