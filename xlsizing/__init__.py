"""How many GPUs a customer needs, from a measured curve and an interactivity SLA.

xlsizing turns a measured curve (tok/s/user against concurrency) and an interactivity SLA into
replicas, GPUs and dollars. Start with `Curve`, `Demand` and `size`.
"""

import typing

from xlsizing import lazily

if typing.TYPE_CHECKING:
    from xlsizing.core import Curve, Demand, Limits, NodePlan, Sizing, SizingRow, size
    from xlsizing.errors import CurveError, InfeasibleError, InputError, SizingError

__all__ = [
    "Curve",
    "CurveError",
    "Demand",
    "InfeasibleError",
    "InputError",
    "Limits",
    "NodePlan",
    "Sizing",
    "SizingError",
    "SizingRow",
    "__version__",
    "size",
    "size_frame",
    "write_workbook",
]

__version__ = "0.2.0"

# Each is imported when it is first asked for: the command line begins without numpy.
lazily.offered(
    __name__,
    {
        "core": "Curve Demand Limits NodePlan Sizing SizingRow size",
        "errors": "CurveError InfeasibleError InputError SizingError",
        "batch.frame": "size_frame",
        "workbooks.customer": "write_workbook",
    },
)
