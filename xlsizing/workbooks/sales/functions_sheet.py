"""Sheet Functions: each function with its arguments, and one worked formula with its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl.utils import column_index_from_string

from xlsizing.advice import DEFAULT_DTYPE
from xlsizing.rules import DEFAULT_CONFIDENCE
from xlsizing.workbooks.sales.layout import TABLE_STYLES
from xlsizing.workbooks.sales.starters import EXAMPLE
from xlsizing.workbooks.writer import Page, letter

__all__ = ["ARGUMENTS_NOTE", "NUMBERS", "OPTIMISED", "SLAS", "WORKED", "FunctionHelp", "functions_sheet"]


@dataclass(frozen=True, slots=True)
class FunctionHelp:
    """One Excel function, as its help shows it.

    Parameters
    ----------
    name : str
        Its name in a formula
    doc : str
        One line of help
    arguments : tuple of (str, str)
        Name and one line of help of each; a name in brackets may be left out
    """

    name: str
    doc: str
    arguments: tuple[tuple[str, str], ...]

    @property
    def signature(self) -> str:
        """Its name and arguments as a formula writes them."""
        return f"{self.name}({', '.join(name for name, _ in self.arguments)})"


ARGUMENTS_NOTE: Final = (
    "Arguments in brackets may be left out; a blank cell passed as an argument is refused. A wrong input gives #VALUE! or "
    "#NUM!, an SLA that cannot be met #N/A; SIZING_CHECK says why."
)
"""What a list of functions says above it."""

_POINT: Final = "Example_Anchors, Example_SLA"
_SIZED: Final = f"{_POINT}, Example_TPM, Example_GPUs, Example_Util"
_TABLE: Final = "SIZING_TABLE"

WORKED: Final = {
    "SIZING_CSTAR": f"=SIZING_CSTAR({_POINT})",
    "SIZING_POD_TPS": f"=SIZING_POD_TPS({_POINT})",
    "SIZING_REGIME": f"=SIZING_REGIME({_POINT})",
    "SIZING_BINDING": f"=SIZING_BINDING({_POINT})",
    "SIZING_PODS": f"=SIZING_PODS({_POINT}, Example_TPM, Example_Util)",
    "SIZING_GPUS": f"=SIZING_GPUS({_SIZED})",
    "SIZING_GPUS_BUDGET": f"=SIZING_GPUS_BUDGET({_SIZED}, Example_Confidence)",
    "SIZING_GPUS_COMMIT": f"=SIZING_GPUS_COMMIT({_SIZED})",
    "SIZING_COST": f"=SIZING_COST({_SIZED}, USD_Assumed)",
    _TABLE: "=SIZING_TABLE(Example_Anchors, Example_SLAs, Example_TPM, Example_GPUs, Example_Util)",
    "SIZING_CHECK": f"=SIZING_CHECK({_SIZED})",
    "SIZING_RIGOR": f"=SIZING_RIGOR({_POINT}, Example_Context)",
    "SIZING_LABEL": "=SIZING_LABEL(Example_Context)",
    "SIZING_NEXT_LEVER": f"=SIZING_NEXT_LEVER({_SIZED}, USD_Assumed)",
    "SIZING_DELTA_GPUS": f"=SIZING_DELTA_GPUS(Example_Anchors, Example_Optimised,{_SIZED.partition(',')[2]})",
    "SIZING_MAX_TPM": "=SIZING_MAX_TPM(Example_Anchors, Example_SLA, Example_Fleet, Example_GPUs, Example_Util)",
    "SIZING_BEST_SLA": "=SIZING_BEST_SLA(Example_Anchors, Example_TPM, Example_Fleet, Example_GPUs, Example_Util)",
    "SIZING_AUDIT": "=SIZING_AUDIT(Example_Anchors, Example_Pods, Example_TPM, Example_Util, Example_SLA)",
    "SIZING_TP": f'=SIZING_TP(Example_Total_B, Example_Active_B, "{DEFAULT_DTYPE}")',
    "SIZING_TPM": '=SIZING_TPM(Example_RPS, "rps", Example_OSL)',
    # The Python version is left out: a value that is kept in the file must not depend on who built it. Where Python
    # does not answer, all of the sentence that says why is shown.
    "SIZING_VERSION": '=LEFT(SIZING_VERSION(),FIND(", Python",SIZING_VERSION()&", Python")-1)',
}
"""A formula for each function; its ranges and numbers are named cells of the sheet."""

_FIRST: Final = 6
_LEFT: Final = "H"
_LINE: Final = 13.0


def functions_sheet(page: Page, functions: Sequence[FunctionHelp]) -> None:
    """Write the help of each function.

    Parameters
    ----------
    page : Page
        The sheet
    functions : sequence of FunctionHelp
        The functions in the order to show them
    """
    page.put("B1", "Functions: what each one takes and gives", "title")
    page.put("B2", ARGUMENTS_NOTE, "note")
    page.put(
        "B3",
        "The worked formulas are live; their ranges are the example below the last function, from column H.",
        "note",
    )
    for column, head in zip("BCDEF", ("function", "gives", "arguments", "worked formula", "its value"), strict=True):
        page.put(f"{column}{_FIRST - 1}", head, "head")
    for row, function in enumerate(functions, start=_FIRST):
        _write_function(page, row, function)
    _write_example(page, _FIRST + len(functions) + 4)  # below the tall rows
    page.widths(
        A=1.5, B=34, C=38, D=84, E=40, F=40, G=3, H=22, I=14, J=14, K=14, L=14, M=10, N=12, O=15, P=15, Q=24, R=36, S=14
    )
    page.sheet.freeze_panes = f"C{_FIRST}"
    page.printed(repeat=f"{_FIRST - 1}:{_FIRST - 1}")
    page.sheet.print_area = f"A1:F{_FIRST + len(functions) - 1}"


def _write_function(page: Page, row: int, function: FunctionHelp) -> None:
    page.user(f"B{row}", function.signature, "strong.wrap", "function")
    page.user(f"C{row}", function.doc, "label.wrap", "function")
    helped = [": ".join(argument) for argument in function.arguments]
    page.user(f"D{row}", "\n".join(helped) or "none", "label.wrap", "argument")
    formula = WORKED[function.name]
    page.user(f"E{row}", formula, "label.wrap", "formula")
    if function.name == _TABLE:
        page.put(f"F{row}", "in the table below the last function, from column H", "key.wrap")
    else:
        page.array(f"F{row}", formula, ("key.wrap",), dynamic=True)
    lines = max(sum(1 + len(line) // 92 for line in helped), 1 + len(function.name) // 30, 2, 1 + len(formula) // 40)
    page.tall(row, _LINE * max(lines, _LONG.get(function.name, 0)) + 3)


_LONG: Final = {"SIZING_RIGOR": 9, "SIZING_LABEL": 5, "SIZING_NEXT_LEVER": 7, "SIZING_AUDIT": 6}
"""Lines of the values that are sentences [lines]."""


def _write_example(page: Page, top: int) -> None:
    curve = EXAMPLE.curve
    page.put(f"{_LEFT}{top - 2}", "The example (locked; optimised: illustrative)", "section")
    for column, head in zip("HIJKL", ("what", "concurrency", "tok/s/user", "optimised: c", "tok/s/user"), strict=True):
        page.put(f"{column}{top - 1}", head, "head")
    pairs = zip(curve.concurrency.tolist(), curve.tok_s_per_user.tolist(), OPTIMISED, strict=True)
    for row, (c, rate, faster) in enumerate(pairs, start=top):
        page.put(f"H{row}", "anchors", "label")
        for column, value in zip("IJKL", (c, rate, c, faster), strict=True):
            page.put(f"{column}{row}", value, "const.num")
    last = top + len(curve) - 1
    page.named("Example_Anchors", f"I{top}:J{last}")
    page.named("Example_Optimised", f"K{top}:L{last}")
    row = _write_numbers(page, last + 1)
    row = _write_context(page, row)
    page.put(f"H{row}", WORKED[_TABLE].removeprefix("="), "section")
    right = letter(column_index_from_string(_LEFT) + len(TABLE_STYLES) - 1)
    cells = f"{_LEFT}{row + 1}:{right}{row + 1 + len(SLAS)}"
    page.array(cells, WORKED[_TABLE], TABLE_STYLES, dynamic=True)


OPTIMISED: Final = (237.0, 134.4, 46.0)
SLAS: Final = (20, 100, 300)
NUMBERS: Final = {
    "Example_SLA": (100, "SLA [tok/s/user]"),
    "Example_TPM": (3_000_000, "demand [tok/min]"),
    "Example_GPUs": (4, "GPUs per pod"),
    "Example_Util": (0.7, "planned utilisation"),
    "Example_Confidence": (DEFAULT_CONFIDENCE, "share of public curves that a budget covers"),
    "Example_Pods": (18, "claimed pods"),
    "Example_Fleet": (236, "GPUs that there are"),
    "Example_RPS": (50, "requests per second"),
    "Example_OSL": (1000, "output tokens per request"),
    "Example_Total_B": (30, "total parameters [billions]"),
    "Example_Active_B": (3.6, "active parameters [billions]"),
}
"""The example: a faster curve of the same concurrencies, SLAs, and numbers with what they are, by the names of their cells."""


def _write_numbers(page: Page, row: int) -> int:
    for at, (name, (value, words)) in enumerate(NUMBERS.items(), start=row):
        page.put(f"H{at}", words, "label")
        page.put(f"I{at}", value, "const.num")
        page.named(name, f"I{at}")
    row += len(NUMBERS)
    for at, sla in enumerate(SLAS, start=row):
        page.put(f"H{at}", "SLAs of the table [tok/s/user]", "label")
        page.put(f"I{at}", sla, "const.num")
    page.named("Example_SLAs", f"I{row}:I{row + len(SLAS) - 1}")
    return row + len(SLAS)


def _write_context(page: Page, row: int) -> int:
    known = {"Model": "MiniMax-M2", "Hardware": "GB300", "TP": 4, "Customer ISL": 1024}
    for at, (label, value) in enumerate(known.items(), start=row):
        page.put(f"H{at}", label, "const.text")
        page.put(f"I{at}", value, "const.num")
    page.named("Example_Context", f"H{row}:I{row + len(known) - 1}")
    return row + len(known) + 1
