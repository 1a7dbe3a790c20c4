"""Sheet Context: what the curve was measured on, what is missing, and the customer's workload against it."""

from __future__ import annotations

import math
from typing import Final

from xlsizing.advice import Workload
from xlsizing.context import Context, worded
from xlsizing.reports import Report
from xlsizing.workbooks.customer.settings import CACHE_STATES, DATASET_KINDS, TURNS
from xlsizing.workbooks.writer import Page, tall

__all__ = ["context_sheet"]

_TABLE: Final = 20
_UNKNOWN: Final = "not known"
_NO_MATTER: Final = "does not bear here"
_VALUE: Final = 36


def context_sheet(page: Page, report: Report) -> None:
    """Write the workload comparison and every known field of the context; what is not known is listed once.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing; its curve carries the context
    """
    context = report.context
    page.put("B1", "Measurement context of the curve", "title")
    label = context.label() if context else "No measurement context was given: every row is a DRAFT."
    page.merge("B2:H2")
    page.tall(2, 28)
    page.user("B2", label, "note.wrap", "context")
    _write_workload(page, report.workload or Workload(), context or Context())
    _write_facts(page, report)
    _write_fields(page, context or Context())
    page.widths(A=2, B=48, C=_VALUE, D=21, E=10, F=34, G=14, H=8)
    page.printed()


def _write_workload(page: Page, workload: Workload, measured: Context) -> None:
    page.put("B4", "Workload: the curve must be measured at the customer's", "section")
    for column, head in zip("BCDE", ("per request", "customer (input)", "curve, measured", "mismatch"), strict=True):
        page.put(f"{column}5", head, "head")
    rows = enumerate(_workload_lines(workload, measured), start=_FIRST)
    for row, (words, name, asked, had, off) in rows:
        page.put(f"B{row}", words, "calc.text")
        page.put(f"C{row}", asked, "input.left")
        page.put(f"D{row}", _UNKNOWN if had is None else had, "static.left")
        page.named(name, f"C{row}")
        both = f'(COUNTA(C{row})=1)*(D{row}<>"{_UNKNOWN}")*(D{row}<>"{_NO_MATTER}")'
        page.put(f"E{row}", f"=IFERROR(IF({both}=1,{off.format(c=f'C{row}', d=f'D{row}')},0),1)", "calc.int")
        unknown = f'IF(OR(COUNTA(C{row})=0,D{row}="{_UNKNOWN}"),"not compared: one side is not known","")'
        if name == "Workload_Cache":
            unknown = f'IF(AND(COUNTA(C{row})=0,D{row}=Word_Cold),"not compared: one side is not known","")'
        page.put(f"F{row}", f'=IFERROR(IF(D{row}="{_NO_MATTER}","",{unknown}),Word_Check)', "note.text")
    page.named("Workload_Off", f"E{_FIRST}:E{_LAST}")
    page.named("Curve_OSL", f"D{_FIRST + 1}")
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    page.validate(f"C{_FIRST}:C{_FIRST + 1}", "A number above 0, or blank", **above_0)
    page.validate(f"C{_FIRST + 3}", "A share from 0 to 1, or blank", type="decimal", formula1="0", formula2="1")
    for offset, choices in ((2, TURNS), (4, DATASET_KINDS), (5, CACHE_STATES)):
        page.validate(f"C{_FIRST + offset}", " or ".join(choices), type="list", formula1=f'"{",".join(choices)}"')


_FIRST: Final = 6
_LAST: Final = 11
_TOKENS_OFF: Final = "IF(ABS({d}-{c})>Tokens_Off*{c}*(1+Tolerance),1,0)"
_WORDS_OFF: Final = "IF({c}={d},0,1)"
_HITS_OFF: Final = "IF(ABS({d}-{c})>Hit_Rate_Off+Tolerance,1,0)"

_Entry = tuple[str, str, object, object, str]


def _workload_lines(workload: Workload, measured: Context) -> tuple[_Entry, ...]:
    """Return words, name, the customer's side, the curve's side, and the formula of a mismatch of each line."""
    caching = measured.on("prefix_caching")
    kind = measured.dataset_kind if caching or measured.on("speculative_decoding") else _NO_MATTER
    hits = measured.prefix_hit_rate if caching else _NO_MATTER
    return (
        ("input tokens [tok]", "Workload_ISL", workload.isl, measured.tokens("isl"), _TOKENS_OFF),
        ("output tokens [tok]", "Workload_OSL", workload.osl, measured.tokens("osl"), _TOKENS_OFF),
        ("turns", "Workload_Turns", workload.turns, measured.turns, _WORDS_OFF),
        ("prefix-cache hit rate", "Workload_Hit_Rate", workload.prefix_hit_rate, hits, _HITS_OFF),
        ("kind of dataset", "Workload_Dataset_Kind", workload.dataset_kind, kind, _WORDS_OFF),
        ("cache state", "Workload_Cache", workload.cache_state, measured.cache_state, _WORDS_OFF),
    )


def _write_facts(page: Page, report: Report) -> None:
    """Write the facts that the checks and the rigor of rows refer to."""
    context, assessment = report.context, report.assessment
    sizes = [context.tp, context.pp, context.dp_in_pod] if context else [None]
    known = [size for size in sizes if size is not None]
    missing = len(context.missing()) if context else None
    entries = (
        ("GPUs per pod by the context (TP x PP x DP)", "Context_GPUs", math.prod(known) if known else _UNKNOWN),
        ("all three sizes are known (1 yes, 0 no)", "Context_GPUs_Exact", int(len(known) == len(sizes))),
        ("fields missing", "Context_Missing", len(Context().missing()) if missing is None else missing),
        (
            "a VERDICT is possible, by what all rows share (1 yes, 0 no)",
            "Verdict_Delivered",
            int(not assessment.common),
        ),
    )
    for row, (words, name, value) in enumerate(entries, start=_LAST + 2):
        page.put(f"B{row}", words, "calc.text")
        page.put(f"C{row}", value, "static.left")
        page.named(name, f"C{row}")
    page.merge("B18:H18")
    lacking = ", ".join(_IN_WORDS.get(label, label) for label in context.missing_labels()) if context else "all of them"
    page.put("B18", f"Missing: {lacking or 'nothing'}", "label.wrap")
    page.tall(18, tall(lacking, 150))
    page.put("B17", "a VERDICT is possible as the sheet stands: curve, workload, price (1 yes, 0 no)", "calc.text")
    same = "".join(f",SUM(Edited_{name})=0" for name in ("Anchors", "Workload"))
    page.put("C17", f"=IF(AND(Verdict_Delivered=1,Price_Unsourced=0{same}),1,0)", "calc.left")
    page.named("Verdict_Possible", "C17")
    for row, asked in enumerate(_workload_values(report), start=_FIRST):
        page.put(f"G{row}", asked, "static.left")
        page.put(f"H{row}", f'=IFERROR(IF(G{row}&""=C{row}&"",0,1),1)', "calc.int")
    page.put("G5", "customer, as delivered", "head")
    page.tall(5, 30)
    page.put("H5", "differs", "head")
    page.named("Edited_Workload", f"H{_FIRST}:H{_LAST}")


def _workload_values(report: Report) -> tuple[object, ...]:
    asked = report.workload or Workload()
    return tuple(getattr(asked, name) for name in Workload.__slots__)


_IN_WORDS: Final = {
    "%SoL": "share of the hardware's speed limit reached [%]",
    "Ceiling key": "which limit",
    "sol_rigor": "how that limit was found, L1 (rough) to L4 (profiled)",
}
"""Labels that only engineers of the measurement know, in words."""


def _write_fields(page: Page, context: Context) -> None:
    page.put(f"B{_TABLE}", "What is known; nothing is filled in", "section")
    for column, head in zip("BCD", ("field", "value", "section"), strict=True):
        page.put(f"{column}{_TABLE + 1}", head, "head")
    known = [entry for entry in context.table() if entry[2] is not None]
    if not known:
        page.put(f"B{_TABLE + 2}", "no field", "calc.text")
    for row, (section, label, value) in enumerate(known, start=_TABLE + 2):
        page.put(f"B{row}", _IN_WORDS.get(label, label), "calc.text")
        if isinstance(value, int | float) and not isinstance(value, bool):
            page.put(f"C{row}", value, "static.left")
        else:
            text = worded(value)
            page.user(f"C{row}", text, "static.wrap", label)
            page.tall(row, tall(text, _VALUE))
        page.put(f"D{row}", section, "calc.text")
