"""Sheet Context: what the curve was measured on, what is missing, and the customer's workload against it."""

from __future__ import annotations

import math
from typing import Final

from xlsizing.context import Context, worded
from xlsizing.reports.report import Report
from xlsizing.rigor import Workload
from xlsizing.workbooks.page import Page
from xlsizing.workbooks.settings import TURNS
from xlsizing.workbooks.styles import tall

__all__ = ["context_sheet"]

_TABLE: Final = 17
_UNKNOWN: Final = "not known"
_VALUE: Final = 36


def context_sheet(page: Page, report: Report) -> None:
    """Write the workload comparison and every field of the context, unknown ones too.

    Parameters
    ----------
    page : Page
        The sheet [-]
    report : Report
        The sizing; its curve carries the context [-]
    """
    context = report.context
    page.put("B1", "Measurement context of the curve", "title")
    label = context.label() if context else "No measurement context was given: every row is a DRAFT."
    page.merge("B2:H2")
    page.tall(2, 28)
    page.user("B2", label, "note.wrap", "context")
    _workload(page, report.workload or Workload(), context or Context())
    _standing(page, report)
    _fields(page, context or Context())
    page.widths(A=2, B=48, C=_VALUE, D=16, E=10, F=34, G=14, H=8)
    page.printed(landscape=False)


def _workload(page: Page, workload: Workload, measured: Context) -> None:
    page.put("B4", "Workload: the curve must be measured at the customer's", "section")
    for column, head in zip("BCDE", ("per request", "customer (input)", "curve, measured", "mismatch"), strict=True):
        page.put(f"{column}5", head, "head")
    isl = measured.isl if measured.mean_input_tokens is None else measured.mean_input_tokens
    osl = measured.osl if measured.mean_output_tokens is None else measured.mean_output_tokens
    entries = (
        ("input tokens [tok]", "Workload_ISL", workload.isl, isl),
        ("output tokens [tok]", "Workload_OSL", workload.osl, osl),
        ("turns", "Workload_Turns", workload.turns, measured.turns),
    )
    for row, (words, name, asked, had) in enumerate(entries, start=6):
        page.put(f"B{row}", words, "calc.text")
        page.put(f"C{row}", asked, "input.left")
        page.put(f"D{row}", _UNKNOWN if had is None else had, "static.left")
        page.named(name, f"C{row}")
        off = f"IF(ABS(D{row}-C{row})>Tokens_Off*C{row}*(1+Tolerance),1,0)"
        both = f"ISNUMBER(C{row})*ISNUMBER(D{row})"
        if name == "Workload_Turns":
            both, off = f'(COUNTA(C{row})=1)*(D{row}<>"{_UNKNOWN}")', f"IF(C{row}=D{row},0,1)"
        page.put(f"E{row}", f"=IFERROR(IF({both}=1,{off},0),1)", "calc.int")
        unknown = f'IF(OR(COUNTA(C{row})=0,D{row}="{_UNKNOWN}"),"not compared: one side is not known","")'
        page.put(f"F{row}", f"=IFERROR({unknown},Word_Check)", "note.text")
    page.named("Workload_Off", "E6:E8")
    page.named("Curve_OSL", "D7")
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    page.validate("C6:C7", "A number above 0, or blank", **above_0)
    page.validate("C8", " or ".join(TURNS), type="list", formula1=f'"{",".join(TURNS)}"')


def _standing(page: Page, report: Report) -> None:
    """Write the facts that the checks and the rigor of rows refer to."""
    context, assessment = report.context, report.assessment
    sizes = [context.tp, context.pp, context.dp_in_pod] if context else [None]
    known = [size for size in sizes if size is not None]
    missing = len(context.missing()) if context else None
    entries = (
        ("GPUs per pod by the context (TP x PP x DP)", "Context_GPUs", math.prod(known) if known else _UNKNOWN),
        ("1: all three sizes are known", "Context_GPUs_Exact", int(len(known) == len(sizes))),
        ("fields missing", "Context_Missing", len(Context().missing()) if missing is None else missing),
        ("1: nothing common to all rows stands against a VERDICT", "Verdict_Delivered", int(not assessment.common)),
    )
    for row, (words, name, value) in enumerate(entries, start=10):
        page.put(f"B{row}", words, "calc.text")
        page.put(f"C{row}", value, "static.left")
        page.named(name, f"C{row}")
    page.merge("B15:H15")
    lacking = ", ".join(context.missing_labels()) if context else "all of them"
    page.put("B15", f"Missing: {lacking or 'nothing'}", "label.wrap")
    page.tall(15, tall(lacking, 150))
    page.put("B14", "1: a row may be a VERDICT (curve and workload as delivered)", "calc.text")
    same = "".join(f",SUM(Edited_{name})=0" for name in ("Anchors", "Workload"))
    page.put("C14", f"=IF(AND(Verdict_Delivered=1{same}),1,0)", "calc.left")
    page.named("Verdict_Possible", "C14")
    for row, asked in enumerate(_asked(report), start=6):
        page.put(f"G{row}", asked, "static.left")
        page.put(f"H{row}", f'=IFERROR(IF(G{row}&""=C{row}&"",0,1),1)', "calc.int")
    page.put("G5", "customer, as delivered", "head")
    page.tall(5, 30)
    page.put("H5", "differs", "head")
    page.named("Edited_Workload", "H6:H8")


def _asked(report: Report) -> tuple[object, ...]:
    asked = report.workload or Workload()
    return asked.isl, asked.osl, asked.turns


def _fields(page: Page, context: Context) -> None:
    page.put(f"B{_TABLE}", "Every field; what is not known is not filled in", "section")
    for column, head in zip("BCD", ("field", "value", "section"), strict=True):
        page.put(f"{column}{_TABLE + 1}", head, "head")
    for row, (section, label, value) in enumerate(context.table(), start=_TABLE + 2):
        page.put(f"B{row}", label, "calc.text")
        if isinstance(value, int | float) and not isinstance(value, bool):
            page.put(f"C{row}", value, "static.left")
        else:
            text = worded(value)
            page.user(f"C{row}", text, "static.wrap", label)
            page.tall(row, tall(text, _VALUE))
        page.put(f"D{row}", section, "calc.text")
