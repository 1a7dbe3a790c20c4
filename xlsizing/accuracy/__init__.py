"""How far estimates lie from what was measured: points of public curves hidden, sized for, and compared."""

from xlsizing.accuracy.calibrate import calibrated
from xlsizing.accuracy.measure import measured, truth_named
from xlsizing.accuracy.plot import error_by_gap
from xlsizing.accuracy.schemes import scheme_named
from xlsizing.accuracy.summary import Summary, markdown, record, summary
from xlsizing.accuracy.sweeps import read_sweeps

__all__ = [
    "Summary",
    "calibrated",
    "error_by_gap",
    "markdown",
    "measured",
    "read_sweeps",
    "record",
    "scheme_named",
    "summary",
    "truth_named",
]
