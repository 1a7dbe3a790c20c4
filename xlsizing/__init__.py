"""How many GPUs a customer needs, from a measured curve and an interactivity SLA.

xlsizing turns a measured curve (tok/s/user against concurrency) and an interactivity SLA into
replicas, GPUs and dollars. Start with `Curve`, `Demand` and `size`.
"""

import typing

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

_HOMES = {
    **dict.fromkeys(("Curve", "Demand", "Limits", "NodePlan", "Sizing", "SizingRow", "size"), "core"),
    **dict.fromkeys(("CurveError", "InfeasibleError", "InputError", "SizingError"), "errors"),
    "size_frame": "batch.frame",
    "write_workbook": "workbooks.customer",
}
"""The module of each name, imported when it is first asked for: the command line begins without numpy."""


def __getattr__(name: str) -> typing.Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  # only here

    found = getattr(import_module(f"xlsizing.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Name what is offered here, imported or not."""
    return sorted({*globals(), *__all__})
