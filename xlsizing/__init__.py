"""How many GPUs a customer needs, from a measured curve and an interactivity SLA.

xlsizing turns a measured curve (tok/s/user against concurrency) and an interactivity SLA into
replicas, GPUs and dollars. Start with `Curve`, `Demand` and `size`.
"""

import typing

from xlsizing.curve import Curve
from xlsizing.demand import Demand
from xlsizing.errors import CurveError, InfeasibleError, InputError, SizingError
from xlsizing.result import Sizing
from xlsizing.rows import SizingRow
from xlsizing.sizing import size

__all__ = [
    "Curve",
    "CurveError",
    "Demand",
    "InfeasibleError",
    "InputError",
    "Sizing",
    "SizingError",
    "SizingRow",
    "__version__",
    "size",
    "write_workbook",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> typing.Any:
    """Import `write_workbook` when it is first asked for: openpyxl and the engine of the proof are slow to load."""
    if name != "write_workbook":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  # only here

    return import_module("xlsizing.workbooks.write").write_workbook
