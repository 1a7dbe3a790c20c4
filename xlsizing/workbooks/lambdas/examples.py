"""The worked examples: their inputs, each in a cell, and a call of each function over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlsizing.workbooks.sales import EXAMPLE, NUMBERS, OPTIMISED, SLAS
from xlsizing.workbooks.writer import letter

__all__ = ["EXAMPLES", "INPUTS", "TABLE", "Example", "Input", "places"]


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the examples.

    Parameters
    ----------
    label : str
        What it is
    rows : tuple of tuple
        Its cells [units of the cells]
    """

    label: str
    rows: tuple[tuple[float | str, ...], ...]

    @property
    def value(self) -> object:
        """The input as a function takes it: rows of a range, or the value of a cell."""
        single = len(self.rows) == 1 and len(self.rows[0]) == 1
        return self.rows[0][0] if single else [list(row) for row in self.rows]


def _number(name: str) -> Input:
    value, label = NUMBERS[name]
    return Input(label, ((value,),))


_CONCURRENCY: Final = [int(c) for c in EXAMPLE.curve.concurrency.tolist()]
_MEASURED: Final = EXAMPLE.curve.tok_s_per_user.tolist()

INPUTS: Final = {
    "anchors": Input("anchors: concurrency, tok/s/user", tuple(zip(_CONCURRENCY, _MEASURED, strict=True))),
    "optimised": Input(
        "optimised (illustrative): concurrency, tok/s/user", tuple(zip(_CONCURRENCY, OPTIMISED, strict=True))
    ),
    "slas": Input("SLAs of the table [tok/s/user]", tuple((sla,) for sla in SLAS)),
    "sla": _number("Example_SLA"),
    "tpm": _number("Example_TPM"),
    "gpus_per_pod": _number("Example_GPUs"),
    "util": _number("Example_Util"),
    "confidence": _number("Example_Confidence"),
    "pods": _number("Example_Pods"),
    "gpus": _number("Example_Fleet"),
    "value": _number("Example_RPS"),
    "unit": Input("their unit", (("rps",),)),
    "osl": _number("Example_OSL"),
}
"""The inputs by name, in their order: the example of the sales workbook."""


@dataclass(frozen=True, slots=True)
class Example:
    """A worked call.

    Parameters
    ----------
    function : str
        Its name
    arguments : tuple of str
        Names of the inputs, in order; the optional arguments after them are left out
    style : str
        How its value looks
    """

    function: str
    arguments: tuple[str, ...]
    style: str

    def formula(self, cells: dict[str, str]) -> str:
        """Return the formula over the `cells` of the inputs, without "="."""
        return f"{self.function}({','.join(cells[name] for name in self.arguments)})"


TABLE: Final = Example("SIZING_TABLE", ("anchors", "slas", "tpm", "gpus_per_pod", "util"), "key.wrap")
"""The one that fills several cells."""

_SIZED: Final = ("anchors", "sla", "tpm", "gpus_per_pod")

EXAMPLES: Final = (
    Example("SIZING_CSTAR", ("anchors", "sla"), "key.two"),
    Example("SIZING_POD_TPS", ("anchors", "sla"), "key.one"),
    Example("SIZING_REGIME", ("anchors", "sla"), "key.wrap"),
    Example("SIZING_BINDING", ("anchors", "sla"), "key.wrap"),
    Example("SIZING_PODS", ("anchors", "sla", "tpm", "util"), "key.int"),
    Example("SIZING_GPUS", _SIZED, "key.int"),
    Example("SIZING_GPUS_BUDGET", (*_SIZED, "util", "confidence"), "key.int"),
    Example("SIZING_GPUS_COMMIT", _SIZED, "key.int"),
    Example("SIZING_COST", _SIZED, "key.usd"),
    TABLE,
    Example("SIZING_CHECK", _SIZED, "key.wrap"),
    Example("SIZING_DELTA_GPUS", ("anchors", "optimised", *_SIZED[1:]), "key.int"),
    Example("SIZING_MAX_TPM", ("anchors", "sla", "gpus", "gpus_per_pod"), "key.int"),
    Example("SIZING_BEST_SLA", ("anchors", "tpm", "gpus", "gpus_per_pod"), "key.one"),
    Example("SIZING_AUDIT", ("anchors", "pods", "tpm", "util", "sla"), "key.wrap"),
    Example("SIZING_TPM", ("value", "unit", "osl"), "key.int"),
    Example("SIZING_VERSION", (), "key.wrap"),
)
"""A call of each function, in the order of the sheet."""


def places(top: int, column: int) -> dict[str, str]:
    """Return the cells of each input where the first begins at row `top` of `column`, counted from 1 [-]."""
    found = {}
    for name, given in INPUTS.items():
        last = f"{letter(column + len(given.rows[0]) - 1)}{top + len(given.rows) - 1}"
        found[name] = (
            f"{letter(column)}{top}" if isinstance(given.value, (int, float, str)) else f"{letter(column)}{top}:{last}"
        )
        top += len(given.rows)
    return found
