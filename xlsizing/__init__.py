"""How many GPUs a customer needs, from a measured curve and an interactivity SLA.

xlsizing turns a measured curve (tok/s/user against concurrency) and an interactivity SLA into
replicas, GPUs and dollars. Start with `Curve`, `Demand` and `size`.
"""

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
]

__version__ = "0.1.0"
