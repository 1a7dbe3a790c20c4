"""The worked examples: their inputs, each in a cell, and a call of each function over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlsizing.rules import DEFAULT_CONFIDENCE
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


INPUTS: Final = {
    "anchors": Input("anchors: concurrency, tok/s/user", ((1, 215.5), (10, 122.2), (256, 41.8))),
    "optimised": Input("optimised (illustrative): concurrency, tok/s/user", ((1, 237.0), (10, 134.4), (256, 46.0))),
    "slas": Input("SLAs of the table [tok/s/user]", ((20,), (100,), (300,))),
    "sla": Input("SLA [tok/s/user]", ((100,),)),
    "tpm": Input("demand [tok/min]", ((3_000_000,),)),
    "gpus_per_pod": Input("GPUs per pod", ((4,),)),
    "util": Input("planned utilisation", ((0.7,),)),
    "confidence": Input("share of public curves that a budget covers", ((DEFAULT_CONFIDENCE,),)),
    "pods": Input("claimed pods", ((18,),)),
    "gpus": Input("GPUs that there are", ((236,),)),
    "value": Input("requests per second", ((50,),)),
    "unit": Input("their unit", (("rps",),)),
    "osl": Input("output tokens per request", ((1000,),)),
}
"""The inputs by name, in their order."""


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
