"""Sheet Sizing: the one page a customer reads, changes, prints and signs."""

from __future__ import annotations

import string
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.pagebreak import Break

from xlsizing.advice import PRICE_CHANGED
from xlsizing.core import FIGURES, METHODS, SizingRow
from xlsizing.reports import Report
from xlsizing.rules import DRAFT, HOURS_PER_MONTH, MOST_HOURS_PER_MONTH
from xlsizing.workbooks.customer.bought import above
from xlsizing.workbooks.customer.calc_sheet import STEPS, calc_cells
from xlsizing.workbooks.customer.first_page import (
    BANNER_AT,
    BY_SLA,
    DEMAND_AT,
    EDITED_AT,
    GATE_AT,
    OPENING_AT,
    STEP_AT,
    TO_DO_AT,
    WHY_AT,
    figures,
)
from xlsizing.workbooks.customer.live_next import HEADING
from xlsizing.workbooks.customer.settings import UNITS
from xlsizing.workbooks.customer.sizing_words import (
    CLAIM_LIVE,
    EDITED,
    LINES,
    OPENING,
    SPARES,
    THREE_FIGURES_LIVE,
    TO_BUDGET,
    TO_DO,
    basis,
    beside,
    remark,
    remark_words,
)
from xlsizing.workbooks.customer.wait_steps import LIMITED
from xlsizing.workbooks.writer import (
    BAD,
    GOOD,
    GREY,
    RED,
    ROOM_SLAS,
    ROW,
    Layout,
    Page,
    SchemaFont,
    column_of,
    place,
    tall,
)

__all__ = ["RESULTS", "sizing_rows", "sizing_sheet"]

_FIGURES: Final = tuple(
    (figure.column[0], STEPS[name], figure.column[1], f"calc.{figure.form}", *figure.column[2:])
    for name, figure in FIGURES.items()
    if figure.column is not None
)

RESULTS: Final = tuple(
    sorted(
        (
            *_FIGURES,
            ("H", "quote", "figure to quote", "calc.text", "Out_Quote", 8),
            ("I", "quote_pods", "its pods", "calc.int", "Out_Quote_Pods", 8),
            ("J", "quote_spares", "+ spare pods", "calc.int", "Out_Quote_Spares", 6),
            ("K", "quote_gpus", "x GPUs per pod = GPUs", "key.int", "Out_Quote_GPUs", 9.5),
            ("L", "quote_usd", "x price x hours = $/month", "key.usd", "Out_Quote_USD_Month", 12),
            ("M", "quote_usd_m", "$/1M tok", "calc.usd2", "Out_Quote_USD_per_1M", 8),
            ("N", "rigor", "rigor", "calc.text", "Out_Rigor", 9),
            ("R", "ask_c", "measure next, c", "calc.num", "Out_Measure_Next", 8),
            ("W", "basis_c", "at c, or from", "calc.num", "Out_Basis_From", 6),
            ("X", "basis_to", "to c", "calc.num", "Out_Basis_To", 6),
            ("AM", "proven", "carries, tok/s or users", "calc.one", "Out_Carried_Commit", 8),
            ("AP", "ttft_first", "TTFT s, first point", "calc.wait", "Out_TTFT_First", 6.5),
            ("AQ", "ttft_over", "times the limit", "calc.two", "Out_TTFT_Over", 6.5),
        ),
        key=lambda each: column_of(each[0]),
    )
)
"""Column, step of Calc, heading, style, defined name and width of each result [-]."""

_GROUPS: Final = {
    "E": '=IF(Inputs_OK=1,IF(Stand_By>0,"GPUs, spares in","GPUs"),"GPUs")',
    "H": (
        '=IF(Has_Nodes=1,"The figure to quote, multiplied out, idle GPUs of whole nodes added",'
        '"The figure to quote, multiplied out")'
    ),
    "O": "What keeps a pod from more, TTFT there",
    "Y": "Estimate, without spares (flag: budget too)",
    "AF": "budget",
    "AH": "commitment, at a measured point",
    "AP": "not met",
    "AS": "Dollars of all three and the low end, spares in (not printed)",
}
"""What stands above the headings, by its first column."""

_REMARK: Final = "S"
_SECOND: Final = "U"
_BASIS: Final = "V"
_PRINTED: Final = "AQ"
_LAST: Final = "AY"
"""Columns: the remark, the SLA on the second page, what a row rests on there, the last one printed, and the last."""

_INPUT_COLUMN: Final = "D"
_SPARES_NOTE: Final = f'=IF({above("Nodes_to_Survive", 0)},"by nodes to survive: sheet Intake","N+k: for failed pods")'
_ROW: Final = 14
_ZOOM: Final = 75  # with it the whole first page is on one screen of 1920 x 1080
_SCALE: Final = 80  # letters of 10 pt are 8 pt on paper
_NAME_LINE: Final = 11  # characters of a line of the name of an SLA
_REMARK_LINE: Final = 21  # characters of a line of a remark
_BOLD_LINE: Final = 19  # of one in bold
_BESIDE_TITLE: Final = "AF1"  # above the chart of GPUs
_WHY_LINE: Final = 90  # characters of a line of the reasons in the banner, with room for an edit
_TEXT_LINE: Final = 105  # characters of a line of step and gate
_ROOM_ON_PAPER: Final = 550  # points above the notes that leave them room on a page of 80 %
_NAME_LINES: Final = (46, 66)  # characters of a line of the customer and of the model
_SIGNED: Final = (("B", "E"), ("I", "M"))
_SIGNED_TO: Final = "DL"


def sizing_sheet(page: Page, report: Report, layout: Layout) -> None:
    """Write the first page: inputs, heads of the table, what it rests on, the next step; `sizing_rows` the rest.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing with the words around it
    layout : Layout
        Where the tables stand
    """
    for row in range(5, 17):
        page.tall(row, _ROW)
    _write_title(page, report)
    _write_inputs(page, report)
    _write_basis(page, report)
    _write_table(page, layout)
    _write_footer(page, report, layout)
    _write_colours(page, layout)
    page.widths(A=1.5, B=10, C=12, D=9, **{column: width for column, _, _, _, _, width in RESULTS})
    page.widths(**{_REMARK: 19.5, "T": 1.5, _SECOND: 9, _BASIS: 14, "AR": 1.5})
    page.printed_at(_SCALE, first=_REMARK, repeat=None if layout.charts else _head_rows(layout))
    page.sheet.print_area = f"B1:{_PRINTED}{page.extent().partition(':')[2].lstrip(string.ascii_uppercase)}"
    page.sheet.sheet_view.zoomScale = _ZOOM
    page.sheet.freeze_panes = None if layout.charts else f"A{layout.sla_rows[0]}"


def _head_rows(layout: Layout) -> str:
    return f"{layout.sla_rows[0] - 1}:{layout.sla_rows[0] - 1}"


def _write_title(page: Page, report: Report) -> None:
    page.put("B1", "GPU sizing: interactivity SLA to pods, GPUs and dollars", "title")
    page.tall(1, 24)
    for cells in (
        "C2:G2",
        "I2:J2",
        f"L2:{_REMARK}2",
        "B3:C3",
        "D3:O3",
        f"{TO_DO_AT}:{_REMARK}3",
        "B4:D4",
    ):  # a long text ends at its cells, not at the next page
        page.merge(cells)
    page.put("B2", "Customer", "strong")
    page.user("C2", report.about.get("Customer", "not named"), "subtitle.wrap", "customer")
    page.put("H2", "Date", "strong")
    page.user("I2", report.about.get("Date", "not dated"), "subtitle.text", "date")
    page.put("K2", "Model", "strong")
    page.user("L2", report.model or "not named", "subtitle.wrap", "model")
    named = (report.about.get("Customer", ""), report.model)
    page.tall(2, max(tall(text, line) for text, line in zip(named, _NAME_LINES, strict=True)))
    for cell, formula in ((BANNER_AT, "=Rigor_Line"), (WHY_AT, "=Rigor_Why"), (TO_DO_AT, TO_DO)):
        page.put(cell, formula, "banner.wrap")
    page.tall(3, max(tall("", 1, lines=2), tall(report.headline, _WHY_LINE)))
    page.put(OPENING_AT, OPENING, "strong.wrap")
    page.tall(4, tall("", 1, lines=2))
    page.put(EDITED_AT, EDITED, "note.text")
    figures(page)


def _write_inputs(page: Page, report: Report) -> None:
    sizing, demand = report.sizing, report.sizing.demand
    page.put("B5", "Inputs (blue on yellow: change them)", "section")
    osl = None if demand.osl is None else float(demand.osl)
    asked = float(demand.value)
    grouped = "input.int" if asked == round(asked) else "input.num"
    unit_words = (
        '=IF(Inputs_OK=0,"",IF(Is_Users=1,"requests in flight at peak",IF(Demand_Unit=Word_People,"people, in the mean: sheet '
        'Intake",IF(Peak_to_Mean>1,"in the mean; peak: sheet Intake",IF(Demand_Unit=Word_TPM,'
        '"output tokens per minute",IF(Demand_Unit=Word_RPS,"requests per second","output tokens per second"))))))'
    )
    entries = (
        ("Throughput demand", "Demand_Value", asked, grouped, unit_words),
        ("Unit of the demand", "Demand_Unit", demand.unit, "input.text", " / ".join(UNITS)),
        ("Output tokens per request", "Demand_OSL", osl, "input.num", "tok; for rps and people"),
        ("Planned utilisation", "Util", sizing.util, "input.share", "share of measured throughput, in (0, 1]"),
        ("GPUs per pod", "GPUs_per_Pod", sizing.gpus_per_pod, "input.int", "GPUs of one replica"),
        ("Spare pods", "Spare_Pods", sizing.spare_replicas, "input.int", _SPARES_NOTE),
        (
            "Price",
            "USD_per_GPU_Hour",
            sizing.gpu_hourly_usd,
            "input.price",
            f'=IF(Price_Unsourced=1,"{PRICE_CHANGED}","$/GPU-hour; source at the right")',
        ),
        ("Hours per month", "Hours_per_Month", HOURS_PER_MONTH, "input.num", "h/month, assumed"),
        ("Interpolation", "Method", sizing.points.method.name, "input.text", _method_note(report)),
        ("Budget covers", "Confidence", sizing.bound.confidence, "input.share", "90, 95 or 99 % of curves"),
    )
    for row, (label, name, value, style, words) in enumerate(entries, start=6):
        page.put(f"B{row}", label, "label")
        page.put(f"{_INPUT_COLUMN}{row}", value, style)
        page.put(f"E{row}", words, "note.text")
        page.named(name, f"{_INPUT_COLUMN}{row}")
    _write_validations(page)


def _method_note(report: Report) -> str:
    return " / ".join(METHODS) + ("" if report.method_chosen else "; before 0.2.0: log-c")


def _write_validations(page: Page) -> None:
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    for row in (6, 8, 12):
        page.validate(f"{_INPUT_COLUMN}{row}", "A number above 0", **above_0)
    whole = {"type": "whole", "operator": "greaterThanOrEqual"}
    hours = {"type": "decimal", "formula1": "0.000001", "formula2": str(MOST_HOURS_PER_MONTH)}
    rules: tuple[tuple[int, str, dict[str, Any]], ...] = (
        (7, "One of the list", {"type": "list", "formula1": f'"{",".join(UNITS)}"'}),
        (9, "A share above 0 %, at most 100 %", {"type": "decimal", "formula1": "0.000001", "formula2": "1"}),
        (10, "A whole number, at least 1", whole | {"formula1": "1"}),
        (11, "A whole number, at least 0", whole | {"formula1": "0"}),
        (13, f"Hours of one month: above 0, at most {MOST_HOURS_PER_MONTH}", hours),
        (14, "One of the list", {"type": "list", "formula1": f'"{",".join(METHODS)}"'}),
        (15, "90 %, 95 % or 99 %", {"type": "decimal", "formula1": "0.9", "formula2": "0.99"}),
    )
    for row, message, rule in rules:
        page.validate(f"{_INPUT_COLUMN}{row}", message, **rule)


def _write_basis(page: Page, report: Report) -> None:
    page.put(
        "I5",
        '=IF(Edited=0,"What it rests on (as delivered)","What it rests on: AS DELIVERED, before the edits")',
        "section",
    )
    texts = {
        "Curve": (report.source or "given point by point", 1),
        "Context": (report.context_label or "none given: every row is a DRAFT", 2),
        "Price": (report.sizing.price.rests_on, 1),
    }
    row = 6
    for label, (text, rows) in texts.items():
        _write_label(page, row, label, rows, whole=label != "Price")
        if label == "Price":  # a new price comes with a new source; not merged: its text runs on over blank cells
            page.user(f"J{row}", text, "input.text", label)
            page.named("Price_Source", f"J{row}")
        else:
            page.user(f"J{row}", text, "label.wrap" if rows > 1 else "label.text", label)
        row += rows
    page.put(f"I{row}", HEADING, "section")
    step = report.next_lever
    for cell, label, name, text in (
        (STEP_AT, "Step", "Next_Step", step.step),
        (GATE_AT, "Gate", "Next_Gate", step.gate),
    ):
        _write_label(page, place(cell)[0], label, 1)
        page.put(cell, f"={name}", "label.wrap")
        if step.concurrency is None:  # a lever's name may be long
            page.tall(place(cell)[0], max(_ROW, tall(text, _TEXT_LINE)))
    page.put("B16", "Demand in output tok/s", "label")
    page.put(DEMAND_AT, f'=IF(Checks_Failed=0,IF(Is_Users=1,"{BY_SLA}",Demand_tok_s),Word_Check)', "calc.one")
    page.put(
        "E16",
        f'=IF({above("Peak_to_Mean", 1)},"tok/s at the peak, which is sized","tok/s; users x SLA for users")',
        "note.text",
    )


def _write_label(page: Page, row: int, label: str, rows: int, *, whole: bool = True) -> None:
    """Write `label`, and make room for so many rows of text beside it."""
    page.put(f"I{row}", label, "strong.wrap")
    if whole:
        page.merge(f"J{row}:{_REMARK}{row + rows - 1}")


def _write_table(page: Page, layout: Layout) -> None:
    head, first, last = layout.sla_rows[0] - 1, layout.sla_rows[0], layout.sla_rows[-1]
    page.put(f"B{head - 1}", "Alternatives by SLA", "section")
    page.put(f"{_SECOND}1", "Operating points of one pod, and what each fleet's flag is", "title")
    if layout.charts:
        page.put(_BESIDE_TITLE, LINES, "note.text")
    else:
        page.put(f"{_SECOND}3", f"Charts are drawn for up to {ROOM_SLAS} SLAs; this table has more.", "note.text")
    for column, text in _GROUPS.items():
        page.put(f"{column}{head - 1}", text, "section")
    heads = {"B": "SLA, tok/s/user", "C": "name", _REMARK: "remark", _SECOND: "SLA, tok/s/user", _BASIS: "basis"}
    heads |= {wait.column: f"{wait.label} limit, s" for wait in LIMITED}
    heads |= {column: text for column, _, text, *_ in RESULTS} | {"F": TO_BUDGET}
    for column, text in heads.items():
        page.put(f"{column}{head}", text, "head")
    page.tall(head, 42)
    page.tall(head - 2, _ROW + 2)
    page.tall(head - 1, _ROW + 6)
    # Results are named before what explains them: in that order they are listed.
    results = {column: name for column, _, _, _, name, _ in RESULTS}
    limits = {wait.column: wait.limits for wait in LIMITED}
    for column, name in {"B": "SLA_In", **limits, **results, _REMARK: "Out_Remark", _BASIS: "Out_Basis"}.items():
        page.named(name, f"{column}{first}:{column}{last}")
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    page.validate(f"B{first}:B{last}", "A number above 0, or blank", **above_0)
    for wait in LIMITED:
        words = f"Longest {wait.label} in seconds, above 0; blank for no limit. The curve must tell {wait.label}."
        page.validate(f"{wait.column}{first}:{wait.column}{last}", words, **above_0)


def sizing_rows(page: Page, report: Report, layout: Layout, piece: range) -> None:
    """Write the SLAs at the positions `piece`, counted from 0, with their results; rows without an SLA stay open.

    Parameters
    ----------
    page : Page
        The sheet
    report : Report
        The sizing with the words around it
    layout : Layout
        Where the tables stand
    piece : range
        Positions in the table
    """
    slas = report.sizing.sla.ravel()[piece.start : piece.stop].tolist()
    delivered, names = report.given_rows[piece.start : piece.stop], report.given_names[piece.start : piece.stop]
    for row, sla, given, name in zip_longest(layout.sla_rows[piece.start : piece.stop], slas, delivered, names):
        page.tall(row, _ROW if given is None else _height(given, name))
        page.put(f"B{row}", sla, "input.num")
        page.user(f"C{row}", name or "", "input.wrap", "SLA name")
        for wait in LIMITED:
            page.put(f"{wait.column}{row}", wait.asked(given), "input.num")
    page.repeat(layout.sla_rows[piece.start : piece.stop], _result_formulas())


def _height(row: SizingRow, name: str | None) -> float:
    """Return how tall a row is, so that its name and its remark as delivered are whole [pt]."""
    line = _REMARK_LINE if row.feasible else _BOLD_LINE
    return max(tall(name or "", _NAME_LINE), tall(remark_words(row, DRAFT), line), _ROW)


_SAYS_UNMET: Final = ("total_gpus_high", "gpus_high")
"""Steps whose columns say that an SLA cannot be met."""


def _result_formulas() -> Iterator[tuple[int, str, str]]:
    """Give column, formula and style of each result of a row."""
    calc = calc_cells(ROW)
    state = calc["state"]
    told = beside(calc)
    for column, key, _, style, _, _ in RESULTS:
        met, unmet = told.get(key) or (calc[key], "Word_Unmet" if key in _SAYS_UNMET else "")
        unmet = f'IF({state}=2,{unmet},"")' if unmet else '""'
        formula = f"=IF({state}=3,{met},IF({state}=1,Word_Check,{unmet}))"
        yield column_of(column), formula, style
    yield column_of(_REMARK), remark(calc), "words.wrap"
    yield column_of(_SECOND), f'=IF(ISNUMBER(B{ROW}),B{ROW},"")', "calc.num"
    yield column_of(_BASIS), basis(calc), "words.text"


def _write_footer(page: Page, report: Report, layout: Layout) -> None:
    row = layout.sla_rows[-1] + 1
    if layout.charts:
        above = sum(page.height(at) for at in range(1, layout.sla_rows[0]))
        rows = sum(map(_height, report.given_rows, report.given_names))
        if above + rows + _ROW * (layout.slas - len(report.given_rows)) > _ROOM_ON_PAPER:
            page.sheet.row_breaks.append(Break(id=row - 1))  # else the last line alone would go to another page
    calibration = report.sizing.bound.calibration
    texts = ((SPARES, 2), (THREE_FIGURES_LIVE, 2), (CLAIM_LIVE, 4 if calibration else 2))
    for at, (text, lines) in enumerate(texts, start=row):
        page.put(f"B{at}", text, "label.wrap")
        page.merge(f"B{at}:{_REMARK}{at}")
        page.tall(at, tall("", 1, lines=lines))
    sign = row + len(texts)
    for position, line in enumerate(report.sign_off or ("Customer", "Sizing engineer")):
        at = sign + position // 2
        column, after = _SIGNED[position % 2]
        page.tall(at, 24)
        page.merge(f"{column}{at}:{_SIGNED_TO[position % 2]}{at}")
        page.user(f"{column}{at}", line, "strong.text", "sign_off")
        blank = '"__________________  date _________"'
        page.put(f"{after}{at}", f'=IF(All_Verdict=1,{blank},"not for signature")', "label")


def _write_colours(page: Page, layout: Layout) -> None:
    first, last = layout.sla_rows[0], layout.sla_rows[-1]
    state = calc_cells(first)["state"]
    red = {"font": SchemaFont(color=f"FF{RED}", bold=True), "fill": PatternFill("solid", bgColor=f"FF{BAD}")}
    rules = page.sheet.conditional_formatting
    for left, right in (("B", _REMARK), (_SECOND, _LAST)):
        rules.add(f"{left}{first}:{right}{last}", FormulaRule(formula=[f"OR({state}=1,{state}=2)"], **red))
    fine = PatternFill("solid", bgColor=f"FF{GOOD}")
    rules.add(f"B3:{_REMARK}3", FormulaRule(formula=["Checks_Failed>0"], **red))
    rules.add(f"B3:{_REMARK}3", FormulaRule(formula=["All_Verdict=1"], fill=fine))
    key = {"font": SchemaFont(bold=True), "fill": PatternFill("solid", bgColor=f"FF{GREY}")}
    for column, word in {"E": "Word_Commit", "F": "Word_Budget"}.items():
        rules.add(f"{column}{first}:{column}{last}", FormulaRule(formula=[f"$H{first}={word}"], **key))
    for cell in (EDITED_AT, "I5", "S17"):
        page.reddens(cell, "Edited>0")
    page.reddens("D17", "Checks_Failed>0")
    page.reddens("E12", "Price_Unsourced=1")
    rules.add(f"N{first}:N{last}", FormulaRule(formula=[f"N{first}=Word_Verdict"], fill=fine))
