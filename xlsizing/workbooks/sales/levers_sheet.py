"""Sheet Levers: optimisations one at a time, a claim to audit, and a tensor-parallel size to try."""

from __future__ import annotations

from typing import Final

from xlsizing.advice import BYTES_PER_PARAMETER, DEFAULT_DTYPE, DEFAULT_GPU_MEMORY_GB, DEFAULT_TP
from xlsizing.reports import WORKLOAD_MISMATCH
from xlsizing.rules import MOST_CHANGES
from xlsizing.workbooks.sales.context_sheet import confounding, differing, known_to_differ
from xlsizing.workbooks.sales.deck import Deck
from xlsizing.workbooks.sales.layout import LEVERS, across, alarm, anchors_of, given, inputs, of_curve, position
from xlsizing.workbooks.sales.workload import not_the_customers
from xlsizing.workbooks.writer import Page

__all__ = ["LEVER_ROWS", "levers_sheet"]

_HEAD: Final = 5
LEVER_ROWS: Final = range(_HEAD + 1, _HEAD + 1 + LEVERS)
"""Rows of the levers."""

_HEADS: Final = {
    "B": "lever (one change)", "C": "baseline curve", "D": "optimised curve", "E": "SLA, tok/s/user",
    "F": "effort [person-days]", "G": "gate: what proves or refutes it", "H": "delta GPUs to commit",
    "I": "delta GPUs, estimate", "J": "delta $/month, estimate", "K": "GPUs saved per day",
    "L": "set-up fields that differ", "M": "GPUs per pod, baseline", "N": "GPUs per pod, optimised",
    "P": "place, baseline", "Q": "place, optimised", "R": "used",
    "S": "why the pair gives no figure",
}  # fmt: skip
_BANNER: Final = (
    '=IF(Levers_Failed>0,Word_Check&": "&Levers_Failed&" check(s) of this sheet failed. See sheet Checks.",'
    'Word_Draft&": all checks of this sheet passed; no figure here is a VERDICT.")'
)
_CONFOUNDED: Final = "confounded: another model, GPU type, engine or workload is no lever (sheet Context)"
_TOO_MANY: Final = f"more than {MOST_CHANGES} fields of the set-up differ: that is no single change (sheet Context)"
_QUOTE_FAILS: Final = "an input of the quote is wrong: see sheet Checks"
_NO_GPUS: Final = "anchors or GPUs per pod of a curve are wrong: see sheet Checks"
_OTHER_WORKLOAD: Final = f"{WORKLOAD_MISMATCH}: not measured at the customer's tokens and turns (sheet Context)"
_AUDIT: Final = LEVER_ROWS[-1] + 4
_TP: Final = _AUDIT + 5


def levers_sheet(page: Page, deck: Deck) -> None:
    """Write the levers, the audit of a claim and the right-sizing.

    Parameters
    ----------
    page : Page
        The sheet
    deck : Deck
        The curves of the workbook
    """
    page.put("B1", "Levers: what one change would save", "title")
    page.put(
        "B2",
        "With the change less without, at the quote's demand: below 0 saves. Each lever stands alone: gains are never multiplied "
        "together. Every figure is a DRAFT; the command xlsizing levers judges contexts and ranks.",
        "note",
    )
    page.put(
        "B3",
        "One change should be the only field of the set-up that differs (column L): more make a confounded pair.",
        "note",
    )
    across(page, "B4:N4", _BANNER, "banner.text")
    page.tall(4, 22)
    alarm(page, "B4:N4", "Levers_Failed>0")
    for column, head in _HEADS.items():
        page.put(f"{column}{_HEAD}", head, "head")
    page.tall(_HEAD, 46)
    for place, row in enumerate(LEVER_ROWS):
        _write_lever(page, row, _example_cells(deck) if place == 0 else (None,) * 6)
    _lever_rules(page)
    _write_audit(page, deck)
    _write_right_size(page)
    page.widths(
        A=1.5, B=31, C=36, D=36, E=11, F=11, G=32, H=12, I=12, J=14, K=12, L=12, M=12, N=12, O=2, P=9, Q=9, R=7, S=80
    )
    page.sheet.freeze_panes = f"C{LEVER_ROWS[0]}"
    page.printed(repeat=f"{_HEAD}:{_HEAD}")
    page.sheet.print_area = f"A1:N{_TP + 9}"


def _example_cells(deck: Deck) -> tuple[object, ...]:
    """Return what the first row begins with, in the order of its columns: nothing where the deck shows no lever."""
    if deck.lever is None:
        return (None,) * 6
    lever = deck.lever
    return lever.name, *(starter.name for starter in deck.compared), lever.sla, lever.effort_days, lever.gate


def _write_lever(page: Page, row: int, first: tuple[object, ...]) -> None:
    page.tall(row, 28)
    for column, value in zip("BCDEFG", first, strict=True):
        given(page, f"{column}{row}", value, "input.num" if column in "EF" else "input.wrap")
    # A row counts once it names a curve or an SLA; until then all of it stays blank.
    page.put(f"R{row}", f"=IF(COUNTA(C{row}:E{row})=0,0,1)", "calc.int")
    page.put(f"P{row}", f'=IF($R{row}=0,"",{position(f"$C{row}")})', "calc.int")
    page.put(f"Q{row}", f'=IF($R{row}=0,"",{position(f"$D{row}")})', "calc.int")
    page.put(f"M{row}", f'=IF($R{row}=0,"",{of_curve("Curve_GPUs_per_Pod", f"$P{row}")})', "calc.int")
    page.put(f"N{row}", f'=IF($R{row}=0,"",{of_curve("Curve_GPUs_per_Pod", f"$Q{row}")})', "calc.int")
    before, after = anchors_of(f"$P{row}"), anchors_of(f"$Q{row}")
    page.put(f"S{row}", f'=IF($R{row}=0,"",{_no_figure(f"$P{row}", f"$Q{row}")})', "calc.text")
    sides = (
        f"{after},$E{row},Quote_TPM,$N{row},Quote_Util,Quote_Method,Quote_TTFT",
        f"{before},$E{row},Quote_TPM,$M{row},Quote_Util,Quote_Method,Quote_TTFT",
    )
    figures = {
        # An SLA that either side cannot meet has no difference: these stay the functions' own error, #N/A.
        "H": ("-".join(f"SIZING_GPUS_COMMIT({side})" for side in sides), "key.int"),
        "I": ("-".join(f"SIZING_GPUS({side})" for side in sides), "calc.int"),
        # Dollars per GPU come from a function, so that a price that is no number breaks them.
        "J": (f"$I{row}*Lever_USD_per_GPU", "calc.usd"),
        "K": (f'IF($F{row}="","",IF(ISNUMBER($F{row}),-$I{row}/$F{row},NA()))', "calc.two"),
        "L": (differing(f"$P{row}", f"$Q{row}"), "calc.int"),
    }
    for column, (formula, style) in figures.items():
        figure = formula if column == "L" else f'IF($S{row}="",{formula},NA())'
        page.put(f"{column}{row}", f'=IF($R{row}=0,"",{figure})', style)


def _no_figure(before: str, after: str) -> str:
    """Return the formula of why the curves at two places give no figure, "" where they do."""
    said = (f'INDEX(Curve_GPUs_Said,{place})="OK"' for place in (before, after))
    return (
        f'IF(Quote_Inputs_Failed>0,"{_QUOTE_FAILS}",IF(NOT(AND({",".join(said)})),"{_NO_GPUS}",'
        f'IF({confounding(before, after)}>0,"{_CONFOUNDED}",IF({known_to_differ(before, after)}>Most_Changes,"{_TOO_MANY}",'
        f'IF({not_the_customers(before)},"{_OTHER_WORKLOAD}","")))))'
    )


def _lever_rules(page: Page) -> None:
    first, last = LEVER_ROWS[0], LEVER_ROWS[-1]
    inputs(
        page,
        "One of the names on sheet Curves, or blank",
        f"C{first}:D{last}",
        f"C{_AUDIT}",
        type="list",
        formula1="Curve_Names",
    )
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    inputs(page, "A number above 0", f"E{first}:F{last}", **above_0)
    short = {"type": "textLength", "operator": "lessThanOrEqual", "formula1": "200"}
    inputs(page, "Text, at most 200 characters", f"B{first}:B{last}", f"G{first}:G{last}", **short)
    page.put(f"B{last + 1}", "$ per GPU and month, at the quote's price and hours", "note.text")
    usd = "SIZING_COST(Example_Anchors,Example_SLA,Example_TPM,Example_GPUs,Example_Util,Quote_USD_Even_Month)"
    gpus = "SIZING_GPUS(Example_Anchors,Example_SLA,Example_TPM,Example_GPUs,Example_Util)"
    page.put(f"J{last + 1}", f"=IF(Quote_Inputs_Failed+Quote_Price_Failed>0,NA(),{usd}/{gpus})", "calc.usd2")
    names = {
        "Lever_Name": "B",
        "Lever_Baseline": "C",
        "Lever_Optimised": "D",
        "Lever_SLA": "E",
        "Lever_Effort_Days": "F",
    }
    names |= {"Lever_Delta_GPUs_Commit": "H", "Lever_Delta_GPUs": "I", "Lever_Delta_USD": "J", "Lever_Apart": "L"}
    for name, column in names.items():
        page.named(name, f"{column}{first}:{column}{last}")
    page.named("Lever_USD_per_GPU", f"J{last + 1}")


def _write_audit(page: Page, deck: Deck) -> None:
    row = _AUDIT
    page.put(
        f"B{row - 2}", "Audit: does a claimed number of pods carry the quote's demand at its tightest SLA?", "section"
    )
    for column, head in {
        "B": "claimed pods",
        "C": "curve",
        "D": "SLA, tok/s/user: the tightest quoted",
    }.items():
        page.put(f"{column}{row - 1}", head, "head")
    across(page, f"E{row - 1}:J{row - 1}", "what the curve says", "head")
    page.put(f"B{row}", 18, "input.int")
    given(page, f"C{row}", deck.starters[0].name, "input.wrap")
    page.put(f"P{row}", f"={position('Audit_Curve')}", "calc.int")
    page.put(f"D{row}", '=IF(COUNT(Quote_SLA)=0,"",MAX(Quote_SLA))', "calc.num")
    verdict = (
        f"SIZING_AUDIT({anchors_of(f'$P{row}')},Audit_Pods,Quote_TPM,Quote_Util,Audit_SLA,Quote_Method,Quote_TTFT)"
    )
    across(page, f"E{row}:J{row}", f'=IF(Audit_Pods="","",IF(Quote_Inputs_Failed>0,NA(),{verdict}))', "calc.wrap")
    page.tall(row, 44)
    inputs(
        page,
        "A whole number, at least 1, or blank",
        f"B{row}",
        type="whole",
        operator="greaterThanOrEqual",
        formula1="1",
    )
    names = {"Audit_Pods": "B", "Audit_Curve": "C", "Audit_SLA": "D", "Audit_Verdict": "E", "Audit_Place": "P"}
    for name, column in names.items():
        page.named(name, f"{column}{row}")


def _write_right_size(page: Page) -> None:
    page.put(
        f"B{_TP - 1}", "Right-size: which tensor-parallel size is worth a measured curve? A rule of thumb", "section"
    )
    entries = (
        ("total parameters [billions]", "TP_Total_B", 230, "input.num"),
        ("active parameters [billions]", "TP_Active_B", 10, "input.num"),
        ("weight dtype", "TP_Dtype", DEFAULT_DTYPE, "input.text"),
        ("tensor-parallel size in use [GPUs]", "TP_Current", DEFAULT_TP, "input.int"),
        ("memory of one GPU [GB]", "TP_GPU_Memory_GB", DEFAULT_GPU_MEMORY_GB, "input.num"),
    )
    for row, (label, name, value, style) in enumerate(entries, start=_TP):
        page.put(f"B{row}", label, "label")
        given(page, f"C{row}", value, style)
        page.named(name, f"C{row}")
    row = _TP + len(entries)
    page.put(f"B{row}", "size to try [GPUs]", "strong")
    page.put(f"C{row}", "=SIZING_TP(TP_Total_B,TP_Active_B,TP_Dtype,TP_Current,TP_GPU_Memory_GB)", "key.int")
    page.put(
        f"D{row}",
        f'=IF(ISNA(C{row}),"No size fits the memory. ","")&"Verify with a same-node A/B before anybody quotes it."',
        "note.text",
    )
    page.named("TP_Size", f"C{row}")
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    inputs(page, "A number above 0", f"C{_TP}:C{_TP + 1}", f"C{_TP + 4}", **above_0)
    inputs(page, "One of the list", f"C{_TP + 2}", type="list", formula1=f'"{",".join(BYTES_PER_PARAMETER)}"')
    inputs(page, "A whole number, at least 1", f"C{_TP + 3}", type="whole", operator="greaterThanOrEqual", formula1="1")
