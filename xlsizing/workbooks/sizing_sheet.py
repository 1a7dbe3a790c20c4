"""Sheet Sizing: the one page a customer reads, changes, prints and signs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from xlsizing.next_words import PRICE_CHANGED
from xlsizing.reports.report import Report
from xlsizing.reports.tables import NO_SOURCE
from xlsizing.rules import HOURS_PER_MONTH, METHODS, MOST_HOURS_PER_MONTH
from xlsizing.workbooks.calc_sheet import calc_cells
from xlsizing.workbooks.cells import ROW
from xlsizing.workbooks.charts import CHART_ROWS
from xlsizing.workbooks.first_page import BANNER_AT, BY_SLA, DEMAND_AT, GATE_AT, STEP_AT
from xlsizing.workbooks.names import ROOM_SLAS, Layout, column_of, place
from xlsizing.workbooks.page import Page
from xlsizing.workbooks.settings import UNITS
from xlsizing.workbooks.sizing_words import BANNER, EDITED, SPARES, basis, remark
from xlsizing.workbooks.styles import BAD, GOOD, RED, tall

__all__ = ["RESULTS", "price_source", "sizing_rows", "sizing_sheet"]

RESULTS: Final = (
    ("D", "gpus_high", "GPUs to commit", "key.int", "Out_GPUs_Commit", 14),
    ("E", "pods", "pods, estimate", "calc.int", "Out_Pods", 11),
    ("F", "gpus", "GPUs, estimate", "calc.int", "Out_GPUs", 9.5),
    ("G", "gpus_low", "GPUs, low end of range", "calc.int", "Out_GPUs_Low", 10),
    ("H", "usd_high", "$/month to commit", "key.usd", "Out_USD_Month_Commit", 12),
    ("I", "usd", "$/month, estimate", "calc.usd", "Out_USD_Month", 12),
    ("J", "usd_m_high", "$/1M tok to commit", "calc.usd2", "Out_USD_per_1M_Commit", 9.5),
    ("K", "usd_m", "$/1M tok, estimate", "calc.usd2", "Out_USD_per_1M", 9.5),
    ("M", "c_star", "c*, requests per pod", "calc.two", "Out_Cstar", 9),
    ("N", "flag", "max-num-seqs", "calc.int", "Out_Max_Num_Seqs", 9.5),
    ("O", "rate", "tok/s/user there", "calc.two", "Out_Rate", 10),
    ("P", "tps", "tok/s per pod", "calc.one", "Out_PodTps", 9.5),
    ("Q", "load", "load after rounding", "calc.pct", "Out_Load", 9.5),
    ("R", "rigor", "rigor", "calc.text", "Out_Rigor", 10.5),
)
"""Column, step of Calc, heading, style, defined name and width of each result [-]."""

_INPUT_COLUMN: Final = "E"
_ROW: Final = 16
_ZOOM: Final = 75  # with it the whole page is on one screen of 1920 x 1080
_BANNER_LINE: Final = 205  # characters of a line of the banner
_AFTER_HEADLINE: Final = 180  # the longest that follows the standing in it
_SIGNED: Final = (("B", "G"), ("L", "S"))
_SIGNED_TO: Final = "FR"


def sizing_sheet(page: Page, report: Report, layout: Layout) -> None:
    """Write the first page: inputs, heads of the table, what it rests on, the next step; `sizing_rows` the rest.

    Parameters
    ----------
    page : Page
        The sheet [-]
    report : Report
        The sizing with the words around it [-]
    layout : Layout
        Where the tables stand [-]
    """
    for row in range(5, 16):
        page.tall(row, _ROW)
    _top(page, report)
    _inputs(page, report)
    _basis(page, report)
    _table(page, layout)
    _below(page, report, layout)
    _colours(page, layout)
    page.widths(A=1.5, B=10, C=13, L=24, S=50, **{column: width for column, _, _, _, _, width in RESULTS})
    page.printed(tall=1 if layout.charts else 0, repeat=None if layout.charts else _head_rows(layout))
    page.sheet.print_options.horizontalCentered = True
    page.sheet.print_area = page.extent()
    page.sheet.sheet_view.zoomScale = _ZOOM
    page.sheet.freeze_panes = None if layout.charts else f"A{layout.sla_rows[0]}"


def _head_rows(layout: Layout) -> str:
    return f"{layout.sla_rows[0] - 1}:{layout.sla_rows[0] - 1}"


def _top(page: Page, report: Report) -> None:
    page.put("B1", "GPU sizing: interactivity SLA to pods, GPUs and dollars", "title")
    page.tall(1, 24)
    for cells in ("C2:H2", "J2:K2", "M2:S2", "B3:S3"):  # a long text ends at its cells, not at the next page
        page.merge(cells)
    page.put("B2", "Customer", "strong")
    page.user("C2", report.about.get("Customer", "not named"), "subtitle.text", "customer")
    page.put("I2", "Date", "strong")
    page.user("J2", report.about.get("Date", "not dated"), "subtitle.text", "date")
    page.put("L2", "Model", "strong")
    page.user("M2", report.model or "not named", "subtitle.text", "model")
    page.put(BANNER_AT, BANNER, "banner.wrap")
    page.tall(3, tall("", 1, lines=max(2, 1 + (len(report.headline) + _AFTER_HEADLINE) // _BANNER_LINE)))
    page.put("B4", EDITED, "note.text")


def _inputs(page: Page, report: Report) -> None:
    sizing, demand = report.sizing, report.sizing.demand
    page.put("B5", "Inputs (blue on yellow: change them)", "section")
    osl = None if demand.osl is None else float(demand.osl)
    asked = float(demand.value)
    grouped = "input.int" if asked == round(asked) else "input.num"
    unit_words = (
        '=IF(Inputs_OK=0,"",IF(Is_Users=1,"requests in flight at peak",IF(Demand_Unit=Word_TPM,'
        '"output tokens per minute",IF(Demand_Unit=Word_RPS,"requests per second","output tokens per second"))))'
    )
    entries = (
        ("Throughput demand", "Demand_Value", asked, grouped, unit_words),
        ("Unit of the demand", "Demand_Unit", demand.unit, "input.text", " / ".join(UNITS)),
        ("Output tokens per request", "Demand_OSL", osl, "input.num", "tok; for rps only"),
        ("Planned utilisation", "Util", sizing.util, "input.share", "share of measured throughput, in (0, 1]"),
        ("GPUs per pod", "GPUs_per_Pod", sizing.gpus_per_pod, "input.int", "GPUs of one replica"),
        ("Spare pods", "Spare_Pods", sizing.spare_replicas, "input.int", "N+k; in dollars only"),
        (
            "Price",
            "USD_per_GPU_Hour",
            sizing.gpu_hourly_usd,
            "input.price",
            f'=IF(Price_Unsourced=1,"{PRICE_CHANGED}","$/GPU-hour; its source stands at the right")',
        ),
        ("Hours per month", "Hours_per_Month", HOURS_PER_MONTH, "input.num", "h/month, assumed"),
        ("Interpolation", "Method", sizing.points.method.name, "input.text", " / ".join(METHODS)),
    )
    for row, (label, name, value, style, words) in enumerate(entries, start=6):
        page.put(f"B{row}", label, "label")
        page.put(f"{_INPUT_COLUMN}{row}", value, style)
        page.put(f"F{row}", words, "note.text")
        page.named(name, f"{_INPUT_COLUMN}{row}")
    _validations(page)


def _validations(page: Page) -> None:
    above_0 = {"type": "decimal", "operator": "greaterThan", "formula1": "0"}
    for row in (6, 8, 12):
        page.validate(f"E{row}", "A number above 0", **above_0)
    page.validate("E7", "One of the list", type="list", formula1=f'"{",".join(UNITS)}"')
    page.validate("E9", "A share above 0 %, at most 100 %", type="decimal", formula1="0.000001", formula2="1")
    page.validate("E10", "A whole number, at least 1", type="whole", operator="greaterThanOrEqual", formula1="1")
    page.validate("E11", "A whole number, at least 0", type="whole", operator="greaterThanOrEqual", formula1="0")
    hours = {"type": "decimal", "formula1": "0.000001", "formula2": str(MOST_HOURS_PER_MONTH)}
    page.validate("E13", f"Hours of one month: above 0, at most {MOST_HOURS_PER_MONTH}", **hours)
    page.validate("E14", "One of the list", type="list", formula1=f'"{",".join(METHODS)}"')


def _basis(page: Page, report: Report) -> None:
    page.put(
        "L5",
        '=IF(Edited=0,"What it rests on (as delivered)","What it rests on: AS DELIVERED, before the edits")',
        "section",
    )
    texts = {
        "Curve": (report.source or "given point by point", 1),
        "Context": (report.context.label() if report.context else "none given: every row is a DRAFT", 2),
        "Price": (price_source(report), 1),
    }
    row = 6
    for label, (text, rows) in texts.items():
        _beside(page, row, label, rows, whole=label != "Price")
        if label == "Price":  # a new price comes with a new source; not merged: its text runs on over blank cells
            page.user(f"M{row}", text, "input.text", label)
            page.named("Price_Source", f"M{row}")
        else:
            page.user(f"M{row}", text, "label.wrap" if rows > 1 else "label.text", label)
        row += rows
    page.put(f"L{row}", "Next lever (live: it follows the inputs)", "section")
    for cell, label, name in ((STEP_AT, "Step", "Next_Step"), (GATE_AT, "Gate", "Next_Gate")):
        _beside(page, place(cell)[0], label, 2)
        page.put(cell, f"={name}", "label.wrap")
    page.put("B15", "Demand in output tok/s", "label")
    page.put(DEMAND_AT, f'=IF(Checks_Failed=0,IF(Is_Users=1,"{BY_SLA}",Demand_tok_s),Word_Check)', "calc.one")
    page.put("F15", "tok/s; users x SLA where users are the demand", "note.text")


def price_source(report: Report) -> str:
    """Return where the price is from, as the first page says it: its date and source, or that there is none [-]."""
    return "assumed" if report.sizing.price_assumed else report.price_source or NO_SOURCE


def _beside(page: Page, row: int, label: str, rows: int, *, whole: bool = True) -> None:
    """Write `label`, and make room for so many rows of text beside it."""
    page.put(f"L{row}", label, "strong.wrap")
    if whole:
        page.merge(f"M{row}:S{row + rows - 1}")


def _table(page: Page, layout: Layout) -> None:
    head, first, last = layout.sla_rows[0] - 1, layout.sla_rows[0], layout.sla_rows[-1]
    page.put(f"B{head - 1}", "Result by interactivity SLA", "section")
    if not layout.charts:
        page.put(f"E{head - 1}", f"Charts are drawn for up to {ROOM_SLAS} SLAs; this table has more.", "note.text")
    heads = {"B": "SLA, tok/s/user", "C": "name", "L": "basis", "S": "remark"}
    for column, text in (heads | {column: text for column, _, text, *_ in RESULTS}).items():
        page.put(f"{column}{head}", text, "head")
    page.tall(head, 42)
    page.tall(head - 2, 6)
    page.named("SLA_In", f"B{first}:B{last}")
    for column, _, _, _, name, _ in RESULTS:
        page.named(name, f"{column}{first}:{column}{last}")
    page.validate(
        f"B{first}:B{last}", "A number above 0, or blank", type="decimal", operator="greaterThan", formula1="0"
    )


def sizing_rows(page: Page, report: Report, layout: Layout, piece: range) -> None:
    """Write the SLAs at the positions `piece`, counted from 0, with their results; rows without an SLA stay open.

    Parameters
    ----------
    page : Page
        The sheet [-]
    report : Report
        The sizing with the words around it [-]
    layout : Layout
        Where the tables stand [-]
    piece : range
        Positions in the table [-]
    """
    slas = report.sizing.sla.ravel()[piece.start : piece.stop].tolist()
    for row, sla in zip_longest(layout.sla_rows[piece.start : piece.stop], slas):
        page.tall(row, _ROW)
        page.put(f"B{row}", sla, "input.num")
        page.user(f"C{row}", report.sla_names.get(sla, ""), "input.text", "SLA name")
    page.repeat(layout.sla_rows[piece.start : piece.stop], _results())


def _results() -> Iterator[tuple[int, str, str]]:
    """Give column, formula and style of each result of a row."""
    calc = calc_cells(ROW)
    state = calc["state"]
    for column, key, _, style, _, _ in RESULTS:
        unmet = f'IF({state}=2,Word_Unmet,"")' if key == "gpus_high" else '""'
        formula = f"=IF({state}=3,{calc[key]},IF({state}=1,Word_Check,{unmet}))"
        yield column_of(column), formula, style
    yield column_of("L"), basis(calc), "words.text"
    yield column_of("S"), remark(calc), "words.text"


def _below(page: Page, report: Report, layout: Layout) -> None:
    row = layout.sla_rows[-1] + 1
    page.put(f"B{row}", SPARES, "note.text")
    page.put(
        f"B{row + 1}",
        "Commit to the bold column: it rests on measured points alone. The estimate interpolates between them; the truth "
        "lies between the low end and the commitment. $/1M output tokens is at the demanded load.",
        "note.text",
    )
    sign = row + 3 + (CHART_ROWS if layout.charts else 0)
    for position, line in enumerate(report.sign_off or ("Customer", "Sizing engineer")):
        at = sign + position // 2
        column, after = _SIGNED[position % 2]
        page.tall(at, 24)
        page.merge(f"{column}{at}:{_SIGNED_TO[position % 2]}{at}")
        page.user(f"{column}{at}", line, "strong.text", "sign_off")
        page.put(f"{after}{at}", "______________________  date ____________", "label")


def _colours(page: Page, layout: Layout) -> None:
    first, last = layout.sla_rows[0], layout.sla_rows[-1]
    state = calc_cells(first)["state"]
    red = {"font": Font(color=f"FF{RED}", bold=True), "fill": PatternFill("solid", bgColor=f"FF{BAD}")}
    rules = page.sheet.conditional_formatting
    rules.add(f"B{first}:S{last}", FormulaRule(formula=[f"OR({state}=1,{state}=2)"], **red))
    fine = PatternFill("solid", bgColor=f"FF{GOOD}")
    rules.add("B3:S3", FormulaRule(formula=["Checks_Failed>0"], **red))
    rules.add("B3:S3", FormulaRule(formula=["Rigor_Line=Word_Verdict"], fill=fine))
    for cell in ("B4", "L5"):
        page.reddens(cell, "Edited>0")
    page.reddens("F12", "Price_Unsourced=1")
    rules.add(f"R{first}:R{last}", FormulaRule(formula=[f"R{first}=Word_Verdict"], fill=fine))
