"""What an Excel function is here: one decorator cleans its arguments, registers it, catches its errors.

The decorator applies xlwings' own decorators, which register the function with Excel on Windows and
do nothing elsewhere, and keeps the same facts in `FUNCTIONS` for every system.
"""

from __future__ import annotations

import inspect
import logging
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final

from xlsizing.core import METHODS
from xlsizing.errors import SizingError
from xlsizing.hosts.excel import cells
from xlsizing.hosts.excel.cells import MARK, OMITTED
from xlsizing.hosts.excel.context_range import measured_at
from xlsizing.hosts.excel.host import handed_over
from xlsizing.rules import ASSUMED_USD_PER_GPU_HOUR, DEFAULT_CONFIDENCE, DEFAULT_METHOD, DEFAULT_UTIL

__all__ = ["CATEGORY", "FUNCTIONS", "Argument", "ExcelFunction", "excel_function"]

CATEGORY: Final = "GPU sizing"

LOG_FILE: Final = Path(tempfile.gettempdir()) / "xlsizing-errors.log"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an Excel function.

    Parameters
    ----------
    name : str
        Its name in the formula help
    doc : str
        One line of help, at most 255 characters
    is_range : bool
        Whether it is a range rather than one cell
    optional : bool
        Whether a formula may leave it out
    default : object
        What then stands in; OMITTED where nothing does
    """

    name: str
    doc: str
    is_range: bool
    optional: bool
    default: Any

    @property
    def xlwings_options(self) -> dict[str, Any]:
        """The options under which xlwings reads it: always errors as text, ranges always 2-D."""
        return {"err_to_str": True} | ({"ndim": 2} if self.is_range else {})


@dataclass(frozen=True, slots=True)
class ExcelFunction:
    """One registered Excel function.

    Parameters
    ----------
    name : str
        Its name in a formula
    doc : str
        One line of help, at most 255 characters
    arguments : tuple of Argument
        In order, optional ones last
    python : callable
        The function that xlwings calls: takes cells, gives a cell or a table, raises nothing
    explains : bool
        Whether it says what is wrong in words, where another gives an error
    """

    name: str
    doc: str
    arguments: tuple[Argument, ...]
    python: Callable[..., Any]
    explains: bool


FUNCTIONS: Final[dict[str, ExcelFunction]] = {}
"""Every registered function by its name."""

_METHODS: Final = " or ".join(
    f'"{name}"{" (if left out)" if name == DEFAULT_METHOD else ""}' for name in METHODS
)  # every method in the order of the list, the default marked

_ARGUMENTS: Final[dict[str, tuple[Callable[..., Any], bool, str]]] = {
    "anchors": (
        cells.curve,
        True,
        "Measured points, a row each: concurrency, tok/s/user, [output tok/s per replica], [TTFT s], [TTFO s]; blank rows allowed.",
    ),
    "sla": (cells.number, False, "Output tokens per second that each user must see [tok/s/user]."),
    "slas": (cells.slas, True, "One row or column of SLAs [tok/s/user]; a blank gives a blank row."),
    "tpm": (cells.number, False, "Output tokens per minute over the whole deployment [tok/min]."),
    "gpus_per_pod": (cells.number, False, "GPUs of one replica, a whole number [GPUs/pod]."),
    "util": (
        cells.number,
        False,
        f"Planned share of measured throughput, above 0 and at most 1; {DEFAULT_UTIL:.2f} if left out.",
    ),
    "gpu_hourly_usd": (
        cells.number,
        False,
        f"Price of one GPU [$/GPU-hour]; {ASSUMED_USD_PER_GPU_HOUR:.2f} is assumed if left out.",
    ),
    "method": (cells.text, False, f"Interpolation between points: {_METHODS}."),
    "confidence": (
        cells.number,
        False,
        f"Share of public curves whose need is covered: 0.90, 0.95 or 0.99; {DEFAULT_CONFIDENCE:.2f} if left out.",
    ),
    "ttft_s": (
        cells.limit,
        False,
        "Longest time to the first token beside the SLA [s]; no limit if blank or left out. Needs the TTFT column of the curve.",
    ),
    "ttfts_s": (
        cells.ttfts,
        True,
        "Longest time to the first token [s]: one for all SLAs, or one beside each; a blank is no limit, and so it is if left out.",
    ),
    "value": (cells.number, False, "The demand, in the given unit."),
    "unit": (cells.text, False, 'Unit of the demand: "tok/s" or "rps" (requests per second).'),
    "context": (
        measured_at,
        True,
        'What the curve was measured on: label and value, two columns; also "Customer ISL", "Customer OSL", "Customer turns".',
    ),
    "baseline": (cells.curve, True, "Measured points without the change, as in anchors."),
    "optimised": (cells.curve, True, "Measured points with the change, as in anchors."),
    "optimised_gpus_per_pod": (
        cells.number,
        False,
        "GPUs of one replica with the change [GPUs/pod]; the same if left out.",
    ),
    "gpus": (cells.number, False, "The GPUs that there are, a whole number; only whole pods count [GPUs]."),
    "pods": (cells.number, False, "The claimed number of replicas, a whole number [pods]."),
    "total_b": (cells.number, False, "Total parameters of the model [billions]."),
    "active_b": (cells.number, False, "Parameters active per token [billions]."),
    "dtype": (cells.text, False, 'Weight dtype: "nvfp4" (if left out), "fp4", "mxfp4", "fp8", "bf16" or "fp16".'),
    "current_tp": (cells.number, False, "Tensor-parallel size in use: 1, 2, 4 (if left out) or 8 [GPUs]."),
    "gpu_mem_gb": (cells.number, False, "Memory of one GPU [GB]; 284 (GB300) if left out."),
    "osl": (cells.number, False, 'Output tokens per request [tok]; needed for "rps".'),
}
"""How each argument is cleaned, whether it is a range, and its help: one meaning per name."""


def excel_function(
    *, refusal: Callable[[SizingError], str] = cells.marked
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that registers a function as the Excel function of its name.

    The function takes cleaned arguments, named as in the table of this module, and gives a value
    or a table. What replaces it is what Excel calls: it cleans, computes, and lets no exception out.

    Parameters
    ----------
    refusal : callable
        Turns a refusal into the cell's text

    Returns
    -------
    callable
        The decorator
    """
    return lambda python: _door_to(python, refusal)


def _door_to(python: Callable[..., Any], refusal: Callable[[SizingError], str]) -> Callable[..., Any]:
    arguments = tuple(_argument(parameter) for parameter in inspect.signature(python).parameters.values())
    defaults = tuple(argument.default for argument in arguments)
    explains = refusal is not cells.marked

    @wraps(python)
    def door(*values: Any) -> Any:
        try:
            given = values + defaults[len(values) :]  # Excel fills in what is left out, a caller from Python may not
            cleaned = [_cleaned_argument(argument, value) for argument, value in zip(arguments, given, strict=True)]
            return cells.answer(python(*cleaned))
        except SizingError as error:
            return refusal(error)
        except Exception as defect:  # noqa: BLE001  # ours: it must not become a traceback in a cell
            return f"{'' if explains else f'{MARK}VALUE: '}{_internal_error(python.__name__, defect)}"

    options = {argument.name: {"doc": argument.doc} | argument.xlwings_options for argument in arguments}
    registered = handed_over(door, options, CATEGORY)
    doc = inspect.getdoc(python) or ""
    FUNCTIONS[python.__name__] = ExcelFunction(python.__name__, doc, arguments, registered, explains)
    return registered


def _argument(parameter: inspect.Parameter) -> Argument:
    _, is_range, doc = _ARGUMENTS[parameter.name]
    optional = parameter.default is not inspect.Parameter.empty
    return Argument(parameter.name, doc, is_range, optional, parameter.default if optional else OMITTED)


def _cleaned_argument(argument: Argument, value: Any) -> Any:
    if value is OMITTED:
        return OMITTED
    clean, is_range, _ = _ARGUMENTS[argument.name]
    if is_range and value is None:  # a needed range left out between commas
        value = [[None]]
    return clean(value, argument.name)


def _internal_error(name: str, defect: Exception) -> str:
    """Log a defect of ours and return the sentence that stands for it."""
    logger = logging.getLogger("xlsizing")
    if not any(getattr(handler, "baseFilename", None) == str(LOG_FILE) for handler in logger.handlers):
        logger.addHandler(logging.FileHandler(LOG_FILE, encoding="utf-8", errors="backslashreplace", delay=True))
    with suppress(OSError):  # a log that cannot be written must not become a traceback in a cell either
        logger.error("%s failed", name, exc_info=defect)
    return f"internal error in {name}; please report it with {LOG_FILE}"
